//! What differs between two snapshots, by folder: how much came and went
//! where, and which folders that is mostly due to.

use std::collections::BinaryHeap;

use sanchay_catalog::Difference;
use sanchay_core::record::Change;

use crate::folder_tree::{Filling, FolderTree, Sum, folder_of};

/// From how many tenths on the growth of a folder is due to one that is in it.
const MOSTLY: u128 = 8;

/// By how much folders grew and shrank.
#[derive(Debug)]
pub(crate) struct Growth {
    /// Files and bytes by kind of change, in the order of [`Change::ALL`].
    pub(crate) changes: [Changed; Change::ALL.len()],
    pub(crate) folders: FolderTree<Grown>,
}

/// Files of a kind of change.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Changed {
    pub(crate) files: u64,
    /// How many bytes that is more, or less.
    pub(crate) bytes: i64,
}

/// By how much a folder grew.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grown {
    pub(crate) files: i64,
    pub(crate) bytes: i64,
    /// How many files are of each kind of change.
    pub(crate) changes: [u64; Change::ALL.len()],
}

impl Sum for Grown {
    fn add(&mut self, other: &Self) {
        self.files = self.files.saturating_add(other.files);
        self.bytes = self.bytes.saturating_add(other.bytes);
        let changes = self.changes.iter_mut().zip(&other.changes);
        changes.for_each(|(sum, more)| *sum = sum.saturating_add(*more));
    }
}

impl Grown {
    /// Whether nothing differs.
    pub(crate) fn is_nothing(&self) -> bool {
        self.changes.iter().all(|it| *it == 0)
            && (self.files, self.bytes) == (0, 0)
    }
}

impl Growth {
    /// That of some differences.
    pub(crate) fn of(all: &[Difference]) -> Self {
        let mut changes = [Changed::default(); Change::ALL.len()];
        let mut filling = Filling::default();
        for it in all {
            let kind = Change::ALL.iter().position(|kind| *kind == it.change);
            let kind = kind.unwrap_or_default();
            let now = match it.change {
                Change::Deleted => 0,
                _ => signed(it.version.size),
            };
            let before = it.before.map_or(0, signed);
            let bytes = now.saturating_sub(before);
            if let Some(sum) = changes.get_mut(kind) {
                sum.files = sum.files.saturating_add(1);
                sum.bytes = sum.bytes.saturating_add(bytes);
            }
            let mut grown = Grown { bytes, ..Grown::default() };
            if let Some(count) = grown.changes.get_mut(kind) {
                *count = 1;
            }
            match (it.change, &it.from) {
                (Change::New, _) => grown.files = 1,
                (Change::Deleted, _) => grown.files = -1,
                (_, Some(from)) => {
                    // It left one folder for another.
                    let left = Grown {
                        files: -1,
                        bytes: before.saturating_neg(),
                        ..Grown::default()
                    };
                    filling.add(None, folder_of(from), &left);
                    (grown.files, grown.bytes) = (1, now);
                }
                _ => {}
            }
            filling.add(None, folder_of(&it.path), &grown);
        }
        Self { changes, folders: filling.finish() }
    }

    /// The folders in a folder that differ, the ones that changed most first.
    pub(crate) fn within(&self, number: usize) -> Vec<usize> {
        let folders = self.folders.within(number).iter().copied();
        let mut all: Vec<(u64, usize)> = folders
            .filter_map(|child| {
                let grown = &self.folders.get(child)?.all;
                let is_there = !grown.is_nothing();
                is_there.then(|| (grown.bytes.unsigned_abs(), child))
            })
            .collect();
        all.sort_by_key(|(bytes, child)| (std::cmp::Reverse(*bytes), *child));
        all.into_iter().map(|(_, child)| child).collect()
    }

    /// The folders below one, at any depth, that most of its growth is due
    /// to. A folder that has one in it to which nearly all of it is due makes
    /// way for that.
    pub(crate) fn steepest(&self, number: usize, most: usize) -> Vec<usize> {
        let bytes = |number: usize| {
            let folder = self.folders.get(number);
            folder.map_or(0, |folder| folder.all.bytes)
        };
        let within = self.folders.within(number).iter();
        let mut open: BinaryHeap<(u64, usize)> = within
            .map(|child| (bytes(*child).unsigned_abs(), *child))
            .collect();
        let mut steep = Vec::new();
        while let Some((size, folder)) = open.pop() {
            if size == 0 || steep.len() >= most {
                break;
            }
            let due_to = self.folders.within(folder).iter().find(|child| {
                let child = bytes(**child);
                let part = u128::from(child.unsigned_abs()) * 10;
                child.signum() == bytes(folder).signum()
                    && part >= u128::from(size) * MOSTLY
            });
            match due_to {
                Some(child) => {
                    open.push((bytes(*child).unsigned_abs(), *child));
                }
                None => steep.push(folder),
            }
        }
        steep
    }
}

fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(all: &[(&str, i64)]) -> Growth {
        let mut filling = Filling::default();
        for (path, bytes) in all {
            let grown = Grown { bytes: *bytes, ..Grown::default() };
            filling.add(None, path.as_bytes(), &grown);
        }
        Growth { changes: Default::default(), folders: filling.finish() }
    }

    fn paths(growth: &Growth, all: Vec<usize>) -> Vec<String> {
        let path = |it| String::from_utf8(growth.folders.path(it)).unwrap();
        all.into_iter().map(path).collect()
    }

    #[test]
    fn the_folder_that_growth_is_due_to_is_found_however_deep_it_is() {
        let growth = tree(&[
            ("a/b/c", 900),
            ("a/b/d", 50),
            ("a", 10),
            ("x/y", -400),
            ("x/z", -300),
            ("still", 0),
        ]);
        let steep = growth.steepest(0, 8);
        assert_eq!(paths(&growth, steep), ["a/b/c", "x"]);
        assert_eq!(paths(&growth, growth.steepest(0, 1)), ["a/b/c"]);
        let x = growth.folders.find(b"x").unwrap();
        assert_eq!(paths(&growth, growth.steepest(x, 8)), ["x/y", "x/z"]);
        assert_eq!(paths(&growth, growth.within(0)), ["a", "x"]);
    }
}
