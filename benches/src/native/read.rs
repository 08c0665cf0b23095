//! Reading and digesting one file.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sanchay_core::hashing::{Algorithm, Hasher, digest};

/// The function that all of Sanchay's jobs use unless told otherwise.
const ALGORITHM: Algorithm = Algorithm::Xxh3_128;

/// Read at a time, in bytes: any file of the small sets in one piece.
pub(super) const CHUNK: usize = 1024 * 1024 + 1;

/// The digest of the first bytes of a file, at most as many as `most`, and
/// whether that was all of it. `buffer` has the length of [`CHUNK`].
pub(super) fn head(
    path: &Path,
    most: usize,
    buffer: &mut [u8],
) -> io::Result<(Vec<u8>, bool)> {
    let mut file = File::open(path)?;
    let wanted = buffer.get_mut(..most).unwrap_or_default();
    let got = fill(&mut file, wanted)?;
    let data = wanted.get(..got).unwrap_or_default();
    Ok((digest(ALGORITHM, data), got < most))
}

/// The digest of a whole file.
pub(super) fn whole(path: &Path, buffer: &mut [u8]) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let mut got = fill(&mut file, buffer)?;
    if got < buffer.len() {
        return Ok(digest(ALGORITHM, buffer.get(..got).unwrap_or_default()));
    }
    let mut hasher = Hasher::new(ALGORITHM);
    while got > 0 {
        hasher.update(buffer.get(..got).unwrap_or_default());
        got = fill(&mut file, buffer)?;
    }
    Ok(hasher.finish())
}

/// Reads until the buffer is full or the file ends.
fn fill(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..)
        && !rest.is_empty()
    {
        match file.read(rest) {
            Ok(0) => break,
            Ok(got) => filled += got,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
