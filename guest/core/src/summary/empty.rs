//! Folders without files, at any depth.
//!
//! A folder has none if all that it has are folders, and all of these have
//! none. One that was not entered, or could not be listed, is not known to
//! have none, and so neither are those above it.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use super::folder::{above, shown};

/// The folders without files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EmptyFolders {
    /// How many there are.
    pub count: u64,
    /// Those that lie in no other, the ones with most folders first; of
    /// equals, those of the least paths. Not all of them.
    pub top: Vec<EmptyFolder>,
}

/// A folder without files that lies in no other such folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmptyFolder {
    /// Its path.
    pub path: Box<[u8]>,
    /// How many folders it has, at any depth.
    pub folders: u64,
}

/// Folders that have nothing but folders.
#[derive(Clone, Debug, Default)]
pub(super) struct BareFolders {
    paths: Vec<u8>,
    /// Where each path ends, and how many folders it has.
    rows: Vec<(usize, u64)>,
}

impl BareFolders {
    /// Adds a folder that has so many folders and nothing else.
    pub(super) fn add(&mut self, path: &[u8], folders: u64) {
        self.paths.extend_from_slice(path);
        self.rows.push((self.paths.len(), folders));
    }

    /// Adds those of another.
    pub(super) fn merge(&mut self, other: &Self) {
        let mut start = 0;
        for (end, folders) in &other.rows {
            let path = other.paths.get(start..*end).unwrap_or_default();
            self.add(path, *folders);
            start = *end;
        }
    }

    /// Which of them have no files, with `most` of these at most.
    pub(super) fn finish(&self, most: usize) -> EmptyFolders {
        let mut rows = Vec::with_capacity(self.rows.len());
        let mut start = 0;
        for (end, folders) in &self.rows {
            let path = self.paths.get(start..*end).unwrap_or_default();
            rows.push((path, *folders));
            start = *end;
        }
        // What lies in a folder comes right behind it.
        rows.sort_unstable();
        rows.dedup_by_key(|(path, _)| *path);
        let is_empty = are_empty(&rows);
        let empty = rows.iter().zip(&is_empty).filter(|(_, is)| **is);
        let mut found = EmptyFolders::default();
        let mut within: Option<&[u8]> = None;
        for ((path, _), _) in empty {
            found.count += 1;
            match (within, found.top.last_mut()) {
                (Some(outer), Some(top)) if path.starts_with(outer) => {
                    top.folders += 1;
                }
                _ => {
                    within = Some(path);
                    let path = (*path).into();
                    found.top.push(EmptyFolder { path, folders: 0 });
                }
            }
        }
        for folder in &mut found.top {
            folder.path = shown(&folder.path).into();
        }
        found.top.sort_by(|a, b| {
            b.folders.cmp(&a.folders).then_with(|| a.path.cmp(&b.path))
        });
        found.top.truncate(most);
        found
    }
}

/// Which of these folders, in the order of their paths, have no files.
fn are_empty(rows: &[(&[u8], u64)]) -> Vec<bool> {
    let mut is_empty = vec![false; rows.len()];
    // How many of its folders have none.
    let mut without = vec![0_u64; rows.len()];
    // What lies in a folder comes behind it, so from the end.
    for (index, (path, folders)) in rows.iter().enumerate().rev() {
        if without.get(index) != Some(folders) {
            continue;
        }
        if let Some(is_empty) = is_empty.get_mut(index) {
            *is_empty = true;
        }
        let outer = above(path)
            .and_then(|it| rows.binary_search_by_key(&it, |row| row.0).ok());
        if let Some(count) = outer.and_then(|outer| without.get_mut(outer)) {
            *count += 1;
        }
    }
    is_empty
}
