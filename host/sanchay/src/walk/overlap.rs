//! Roots of one walk that lie in each other. What is in several is reported
//! once: under the root that comes first.
//!
//! What identifies an entry is the file, or, where that has several names, the
//! directory and the name in it: each name counts. Entries are only remembered
//! where roots overlap, and files that were named themselves.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use sanchay_names::OsStrExt as _;
use sanchay_storage::{EntryKind, FileId, Metadata, Storage};
use sanchay_sync::lock;

use super::{Node, Open};
use crate::{entry::Batch, span::slice};

/// What was reported already.
#[derive(Debug, Default)]
pub(crate) struct Reported {
    entries: Mutex<Entries>,
    /// Whether what is reported now will be found again.
    remembers: AtomicBool,
}

#[derive(Debug, Default)]
struct Entries {
    /// Directories, and files with one name.
    files: HashSet<FileId>,
    /// Names of files that have several: the directory, and the name in it.
    names: HashSet<(FileId, Box<[u8]>)>,
    /// Directories that were listed.
    listed: HashSet<FileId>,
}

impl Reported {
    /// Whether what is reported from now on is remembered.
    pub(super) fn remember(&self, remembers: bool) {
        self.remembers.store(remembers, Relaxed);
    }

    /// Whether a directory was not listed before.
    pub(super) fn is_new_directory(&self, open: &Open) -> bool {
        if !self.remembers.load(Relaxed) {
            return true;
        }
        let id = open.id();
        id.map_or(true, |id| lock(&self.entries).listed.insert(id))
    }

    /// The places in a batch of what was not reported before; `None` if that
    /// is all of it.
    pub(super) fn new_ones(
        &self,
        storage: &dyn Storage,
        node: Option<&Arc<Node>>,
        batch: &Batch<'_>,
    ) -> Option<Vec<usize>> {
        let remembers = self.remembers.load(Relaxed);
        let asks_names = {
            let entries = lock(&self.entries);
            if !remembers && entries.is_empty() {
                return None;
            }
            remembers || !entries.names.is_empty()
        };
        let has_names =
            asks_names && batch.metadata.iter().any(has_several_names);
        let directory = match node.filter(|_| has_names) {
            Some(node) => node.reopen().and_then(|open| open.id()).ok(),
            None => None,
        };
        let entry = |name: &[u8]| -> Option<(FileId, Box<[u8]>)> {
            match (node, directory) {
                (Some(_), directory) => Some((directory?, name.into())),
                (None, _) => {
                    let path = Path::new(std::ffi::OsStr::from_bytes(name));
                    let (directory, name) = storage.locate(path).ok()?;
                    Some((directory, name.into()))
                }
            }
        };
        let mut entries = lock(&self.entries);
        let files = batch.spans.iter().zip(batch.metadata).enumerate();
        let new = files.filter_map(|(at, (span, found))| {
            let is_new = if !has_several_names(found) {
                match remembers {
                    true => entries.files.insert(found.id),
                    false => !entries.files.contains(&found.id),
                }
            } else if !has_names {
                true
            } else {
                // Where it lies cannot be told, it counts.
                entry(slice(batch.names, *span)).is_none_or(|entry| {
                    match remembers {
                        true => entries.names.insert(entry),
                        false => !entries.names.contains(&entry),
                    }
                })
            };
            is_new.then_some(at)
        });
        let new: Vec<usize> = new.collect();
        (new.len() < batch.len()).then_some(new)
    }
}

impl Entries {
    fn is_empty(&self) -> bool {
        self.files.is_empty() && self.names.is_empty()
    }
}

/// Whether a file may be found under several names. A directory is not: its
/// links are those of its own entries.
fn has_several_names(found: &Metadata) -> bool {
    found.links > 1 && found.kind != EntryKind::Directory
}

/// Whether one of these directories may lie in another, or be it.
pub(super) fn overlap<'r>(
    storage: &dyn Storage,
    roots: impl Iterator<Item = &'r PathBuf>,
) -> bool {
    let mut ids = HashSet::new();
    let id = |path: &Path| storage.stat(path).map(|(_, found)| found.id);
    let mut known = Vec::new();
    for root in roots {
        // One that is not there is in none.
        let Ok(id) = id(root) else { continue };
        if !ids.insert(id) {
            return true;
        }
        known.push((root, id));
    }
    // The directories that lie in none of them.
    let mut free = HashSet::new();
    for (root, mut below) in known {
        let mut path = root.clone();
        let mut passed = Vec::new();
        loop {
            path = storage.parent(&path);
            let Ok(above) = id(&path) else { return true };
            if above == below || free.contains(&above) {
                break;
            }
            if ids.contains(&above) {
                return true;
            }
            passed.push(above);
            below = above;
        }
        free.extend(passed);
    }
    false
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        os::unix::fs::symlink,
        path::{Path, PathBuf},
    };

    use sanchay_storage::LocalStorage;

    use super::overlap;

    #[test]
    fn roots_overlap_if_one_lies_in_another_however_they_are_spelled() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        fs::create_dir_all(at("a/b/c")).unwrap();
        fs::create_dir_all(at("ab/c")).unwrap();
        symlink(at("a/b"), at("ab/link")).unwrap();
        let found = |paths: &[&str]| {
            let paths: Vec<PathBuf> =
                paths.iter().map(|path| at(path)).collect();
            overlap(&LocalStorage::new(), paths.iter())
        };
        assert!(!found(&["a", "ab"]) && !found(&["a/b", "ab/c"]));
        assert!(!found(&["a/b", "none"]) && !found(&["a"]));
        for both in [
            ["a", "a/b/c"],
            ["a/b/c", "a"],
            ["a", "ab/../a"],
            ["a", "ab/link"],
            ["ab/link/c", "a"],
        ] {
            assert!(found(&both), "{both:?}");
        }
        let top = [Path::new("/").to_owned(), at("a")];
        assert!(overlap(&LocalStorage::new(), top.iter()));
    }
}
