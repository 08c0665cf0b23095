//! Sparse files as great as films: each has its own first and last 64 KiB
//! and nothing in between, so that 10,000 of 8 GiB take 1.3 GB of disk.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;

use rayon::prelude::*;

use super::random::Random;
use crate::problem::{Result, Trying};

/// The size of each file, in bytes.
pub(crate) const SIZE: u64 = 8 * 1024 * 1024 * 1024;

/// The length of each end that holds something, in bytes.
pub(crate) const END: usize = 64 * 1024;

/// How many files there are.
pub(crate) const FILES: u64 = 10_000;

/// How many there are in a directory.
const SHELF: u64 = 100;

const BYTES: u64 = 41;

/// Makes the files in a folder that does not exist yet.
pub(crate) fn make(folder: &Path) -> Result<()> {
    fs::create_dir(folder).trying("make", folder)?;
    (0..FILES / SHELF).into_par_iter().try_for_each(|shelf| {
        let place = folder.join(format!("season-{shelf}"));
        fs::create_dir(&place).trying("make", &place)?;
        let mut buffer = vec![0; END];
        (0..SHELF).try_for_each(|file| {
            let path = place.join(format!("episode {file}.mkv"));
            one(&path, shelf * SHELF + file, &mut buffer)
        })
    })
}

fn one(path: &Path, number: u64, buffer: &mut [u8]) -> Result<()> {
    let file = File::create_new(path).trying("create", path)?;
    let mut random = Random::new(BYTES, number);
    for offset in [0, SIZE - END as u64] {
        random.fill(buffer);
        file.write_all_at(buffer, offset).trying("write", path)?;
    }
    Ok(())
}
