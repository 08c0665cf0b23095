//! `hash -a xxh3-128` as a plain native program.

use std::fmt::Write as _;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rayon::prelude::*;
use walkdir::WalkDir;

use super::read::{CHUNK, whole};
use crate::problem::{Result, Trying};

/// Prints `DIGEST  PATH` for every regular file below the root.
pub(super) fn run(root: &Path, output: &mut impl Write) -> Result<()> {
    let mut paths = Vec::new();
    for entry in WalkDir::new(root) {
        let entry = entry.trying("walk", root)?;
        if entry.file_type().is_file() {
            paths.push(entry.into_path());
        }
    }
    let lines: Vec<Vec<u8>> = paths
        .par_iter()
        .map_init(|| vec![0; CHUNK], |buffer, path| line(path, buffer))
        .collect::<Result<_>>()?;
    for line in lines {
        output.write_all(&line).trying("write", Path::new("-"))?;
    }
    Ok(())
}

fn line(path: &Path, buffer: &mut [u8]) -> Result<Vec<u8>> {
    let digest = whole(path, buffer).trying("read", path)?;
    let mut text = String::with_capacity(2 * digest.len() + 2);
    for byte in digest {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text.push_str("  ");
    let mut line = text.into_bytes();
    line.extend_from_slice(path.as_os_str().as_bytes());
    line.push(b'\n');
    Ok(line)
}
