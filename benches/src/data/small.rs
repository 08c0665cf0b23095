//! Trees of small files, as a home or a source folder is.
//!
//! The number of files counts names: one name in 200 is a hard link to the
//! file before it in its directory. Symbolic links come on top, about one to
//! 100 files: to a file, to the directory above (a cycle), to nothing.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use rayon::prelude::*;

use super::layout::{Directory, directories};
use super::random::Random;
use super::{content, names};
use crate::problem::{Result, Trying};

const LINK: u64 = 31;

/// One name in this many is a hard link.
const HARD: u64 = 200;

/// There is one symbolic link to this many files.
const SYMBOLIC: u64 = 100;

/// Makes the tree in a folder that does not exist yet.
pub(crate) fn make(folder: &Path, files: u64) -> Result<()> {
    let directories = directories(folder, files);
    for directory in &directories {
        fs::create_dir(&directory.path).trying("make", &directory.path)?;
    }
    directories.par_iter().try_for_each_init(Vec::new, fill)
}

/// Makes the files of one directory.
fn fill(buffer: &mut Vec<u8>, directory: &Directory) -> Result<()> {
    let mut before = None;
    for file in directory.files.clone() {
        let path = directory.path.join(names::name(file));
        let mut random = Random::new(LINK, file);
        match before.filter(|_| random.once_in(HARD)) {
            Some(other) => {
                fs::hard_link(&other, &path).trying("link", &path)?;
            }
            None => {
                content::write(content::original(file), buffer);
                fs::write(&path, &*buffer).trying("write", &path)?;
            }
        }
        if random.once_in(SYMBOLIC) {
            let link = directory.path.join(format!("link-{file}"));
            let target = match random.below(3) {
                0 => names::name(file),
                1 => "..".into(),
                _ => "nothing-is-here".into(),
            };
            symlink(target, &link).trying("link", &link)?;
        }
        before = Some(path);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::os::unix::fs::MetadataExt;
    use std::path::{Path, PathBuf};

    use walkdir::WalkDir;

    use super::make;

    fn contents(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        WalkDir::new(root)
            .into_iter()
            .map(Result::unwrap)
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| {
                let path = entry.path().strip_prefix(root).unwrap();
                (path.to_owned(), fs::read(entry.path()).unwrap())
            })
            .collect()
    }

    #[test]
    fn two_makings_give_the_same_names_and_bytes() {
        let place = tempfile::tempdir().unwrap();
        let (one, two) = (place.path().join("1"), place.path().join("2"));
        make(&one, 2000).unwrap();
        make(&two, 2000).unwrap();
        let found = contents(&one);
        assert_eq!(found.len(), 2000);
        assert!(found == contents(&two), "the trees differ");
    }

    #[test]
    fn the_tree_holds_links_of_both_kinds() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("tree");
        make(&root, 2000).unwrap();
        let entries: Vec<_> =
            WalkDir::new(&root).into_iter().map(Result::unwrap).collect();
        let hard = entries.iter().filter(|entry| {
            let found = entry.metadata().unwrap();
            found.is_file() && found.nlink() > 1
        });
        assert!(hard.count() >= 4);
        let symbolic =
            entries.iter().filter(|entry| entry.path_is_symlink()).count();
        assert!((5..40).contains(&symbolic), "{symbolic}");
    }
}
