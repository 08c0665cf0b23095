//! Files of 64 KiB, as many as a bucket may well have.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use rayon::prelude::*;

use super::random::Random;
use crate::problem::{Result, Trying};

/// The size of each file, in bytes.
const SIZE: usize = 64 * 1024;

/// How many files there are, and in how many folders.
const FILES: u64 = 10_000;
const FOLDERS: u64 = 100;

const BYTES: u64 = 52;

/// Makes the files in a folder that does not exist yet.
pub(crate) fn make(folder: &Path) -> Result<()> {
    fs::create_dir(folder).trying("make", folder)?;
    (0..FOLDERS).into_par_iter().try_for_each(|number| {
        let below = folder.join(format!("{number:02}"));
        fs::create_dir(&below).trying("make", &below)?;
        for file in (0..FILES / FOLDERS).map(|at| number + at * FOLDERS) {
            let path = below.join(format!("object-{file}"));
            let mut random = Random::new(BYTES, file);
            let mut bytes = vec![0; SIZE];
            random.fill(&mut bytes);
            let mut file = File::create_new(&path).trying("create", &path)?;
            file.write_all(&bytes).trying("write", &path)?;
        }
        Ok(())
    })
}
