//! `dupes` as a plain native program: by size, then by the first bytes, then
//! by all of them.

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use walkdir::WalkDir;

use super::read::{CHUNK, head, whole};
use crate::problem::{Result, Trying};

/// The length of the first step's read, in bytes; most small files are done
/// with it.
const HEAD: usize = 64 * 1024;

type Groups = Vec<Vec<PathBuf>>;

/// Prints each group's paths a line, and a blank line after each group.
/// Names of one inode count as one file; empty files are left out.
pub(super) fn run(root: &Path, output: &mut impl Write) -> Result<()> {
    let heads: Vec<(Vec<PathBuf>, bool)> = by_size(root)?
        .into_par_iter()
        .map_init(|| vec![0; CHUNK], |buffer, group| by_head(group, buffer))
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect();
    let groups: Groups = heads
        .into_par_iter()
        .map_init(
            || vec![0; CHUNK],
            |buffer, (group, complete)| match complete {
                true => Ok(vec![group]),
                false => by_content(group, buffer),
            },
        )
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect();
    for path in
        groups.iter().flat_map(|group| group.iter().map(Some).chain([None]))
    {
        let line = path.map_or(&b""[..], |path| path.as_os_str().as_bytes());
        output
            .write_all(line)
            .and_then(|()| output.write_all(b"\n"))
            .trying("write", Path::new("-"))?;
    }
    Ok(())
}

fn by_size(root: &Path) -> Result<Groups> {
    let mut sizes: HashMap<u64, Vec<PathBuf>> = HashMap::new();
    let mut links = HashSet::new();
    for entry in WalkDir::new(root) {
        let entry = entry.trying("walk", root)?;
        if !entry.file_type().is_file() {
            continue;
        }
        let found = entry.metadata().trying("stat", entry.path())?;
        let seen =
            found.nlink() > 1 && !links.insert((found.dev(), found.ino()));
        if !seen && found.len() > 0 {
            sizes.entry(found.len()).or_default().push(entry.into_path());
        }
    }
    Ok(repeated(sizes))
}

/// The groups of equal first bytes, and whether those are all bytes.
fn by_head(
    group: Vec<PathBuf>,
    buffer: &mut [u8],
) -> Result<Vec<(Vec<PathBuf>, bool)>> {
    let mut found: HashMap<(Vec<u8>, bool), Vec<PathBuf>> = HashMap::new();
    for path in group {
        let key = head(&path, HEAD, buffer).trying("read", &path)?;
        found.entry(key).or_default().push(path);
    }
    Ok(found
        .into_iter()
        .filter(|(_, group)| group.len() > 1)
        .map(|((_, complete), group)| (group, complete))
        .collect())
}

fn by_content(group: Vec<PathBuf>, buffer: &mut [u8]) -> Result<Groups> {
    let mut found: HashMap<Vec<u8>, Vec<PathBuf>> = HashMap::new();
    for path in group {
        let digest = whole(&path, buffer).trying("read", &path)?;
        found.entry(digest).or_default().push(path);
    }
    Ok(repeated(found))
}

fn repeated<K>(groups: HashMap<K, Vec<PathBuf>>) -> Groups {
    groups.into_values().filter(|group| group.len() > 1).collect()
}
