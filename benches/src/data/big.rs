//! Three random files of 1 GiB.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use rayon::prelude::*;

use super::random::Random;
use crate::problem::{Result, Trying};

/// The size of each file, in bytes.
pub(crate) const SIZE: u64 = 1024 * 1024 * 1024;

/// How many files there are.
pub(crate) const FILES: u64 = 3;

/// Written at a time, in bytes.
const BLOCK: usize = 1024 * 1024;

const BYTES: u64 = 51;

/// Makes the files in a folder that does not exist yet.
pub(crate) fn make(folder: &Path) -> Result<()> {
    fs::create_dir(folder).trying("make", folder)?;
    (0..FILES).into_par_iter().try_for_each(|number| {
        let path = folder.join(format!("big-{number}"));
        let mut file = File::create_new(&path).trying("create", &path)?;
        let mut random = Random::new(BYTES, number);
        let mut block = vec![0; BLOCK];
        for _ in 0..SIZE / BLOCK as u64 {
            random.fill(&mut block);
            file.write_all(&block).trying("write", &path)?;
        }
        Ok(())
    })
}
