//! Where the files of a small tree lie.
//!
//! Directory number i lies in directory (i - 1) / 8, so that the tree is
//! nested four deep at 100,000 files and five deep at 1,000,000. Directories
//! hold 20 files on average, some a handful and some hundreds.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::random::Random;

/// Files a directory, on average.
const FILES: u64 = 20;

/// Directories in a directory.
const FAN: u64 = 8;

/// The deviation of the logarithm of the number of files in a directory.
const SPREAD: f64 = 0.8;

/// One directory in this many is hidden, if it holds no directory.
const HIDDEN: u64 = 40;

const WEIGHT: u64 = 11;
const NAME: u64 = 12;

/// A directory and the numbers of the files in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Directory {
    /// Its path.
    pub(crate) path: PathBuf,
    /// Its files.
    pub(crate) files: Range<u64>,
}

/// All directories, parents first. Every file is in exactly one of them.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of the number of files, between 0 and that number"
)]
pub(crate) fn directories(root: &Path, files: u64) -> Vec<Directory> {
    let count = (files / FILES).max(1);
    let weights: Vec<f64> = (0..count)
        .map(|number| (SPREAD * Random::new(WEIGHT, number).normal()).exp())
        .collect();
    let total: f64 = weights.iter().sum();
    let mut directories: Vec<Directory> = Vec::with_capacity(weights.len());
    let (mut sum, mut start) = (0.0, 0);
    for (number, weight) in (0..count).zip(weights) {
        sum += weight;
        let end = if number + 1 == count {
            files
        } else {
            ((sum / total * files as f64) as u64).clamp(start, files)
        };
        let path = match number.checked_sub(1) {
            None => root.to_owned(),
            Some(before) => {
                let parent = usize::try_from(before / FAN)
                    .ok()
                    .and_then(|parent| directories.get(parent));
                let parent = parent.map_or(root, |parent| &parent.path);
                parent.join(name(number, count))
            }
        };
        directories.push(Directory { path, files: start..end });
        start = end;
    }
    directories
}

fn name(number: u64, count: u64) -> String {
    let leaf = number * FAN + 1 >= count;
    let hidden = leaf && Random::new(NAME, number).once_in(HIDDEN);
    let dot = if hidden { "." } else { "" };
    format!("{dot}folder-{number}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::path::Path;

    use super::directories;

    #[test]
    fn every_file_is_in_one_directory_and_parents_come_first() {
        let directories = directories(Path::new("/tree"), 100_000);
        assert_eq!(directories.len(), 5000);
        let mut seen = HashSet::from([Path::new("/tree").to_owned()]);
        let mut next = 0;
        for directory in &directories {
            assert_eq!(directory.files.start, next);
            next = directory.files.end;
            let parent = directory.path.parent().unwrap();
            assert!(parent == Path::new("/") || seen.contains(parent));
            seen.insert(directory.path.clone());
        }
        assert_eq!(next, 100_000);
        assert_eq!(seen.len(), directories.len());
    }

    #[test]
    fn directories_differ_in_size() {
        let directories = directories(Path::new("/tree"), 100_000);
        let sizes = directories
            .iter()
            .map(|directory| directory.files.end - directory.files.start);
        assert!(sizes.clone().max().unwrap() > 100);
        assert!(sizes.min().unwrap() < 5);
    }
}
