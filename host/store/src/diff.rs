//! What became of entries between two snapshots.

use std::{cmp::Ordering, collections::HashMap};

use sanchay::{EntryKind, Timestamp};
use sanchay_core::{
    record::Change,
    store::{Address, StoredRow, compare_paths},
};

use crate::{error::StoreError, rows::Rows, snapshot::Snapshot, store::Store};

/// What became of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredDifference {
    /// What became of it.
    pub change: Change,
    /// The path that it had, where it moved.
    pub from: Option<Vec<u8>>,
    /// What it is, with its path; what it was, where it was deleted.
    pub row: StoredRow,
}

impl StoredDifference {
    const fn new(change: Change, row: StoredRow) -> Self {
        Self { change, from: None, row }
    }
}

impl Store {
    /// Tells what became of entries between two snapshots, in the order of
    /// their rows. Parts of the rows that both have are not read, and nothing
    /// but the differences is kept in memory.
    ///
    /// Directories are new, deleted, or touched if their owner, permissions or
    /// attributes are others; their times change with what is in them, and say
    /// nothing. Only files are moved.
    ///
    /// # Errors
    /// Why the rows of one of them cannot be read.
    pub fn diff(
        &self,
        before: &Snapshot,
        after: &Snapshot,
    ) -> Result<Vec<StoredDifference>, StoreError> {
        let (mut a, mut b) = (self.rows(before), self.rows(after));
        let (mut gone, mut came, mut all) = (vec![], vec![], vec![]);
        let (mut was, mut is) = (None, None);
        loop {
            if was.is_none() && is.is_none() {
                skip_same(&mut a, &mut b);
            }
            was = was.map_or_else(|| a.next(), |row| Ok(Some(row)))?;
            is = is.map_or_else(|| b.next(), |row| Ok(Some(row)))?;
            let order = match (&was, &is) {
                (Some(was), Some(is)) => compare_paths(&was.path, &is.path),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => break,
            };
            match order {
                Ordering::Less => gone.extend(was.take()),
                Ordering::Greater => came.extend(is.take()),
                Ordering::Equal => {
                    let change = was.take().zip(is.take());
                    let change = change.and_then(|(was, is)| {
                        Some(StoredDifference::new(became(&was, &is)?, is))
                    });
                    all.extend(change);
                }
            }
        }
        all.extend(moves(gone, came));
        all.sort_by(|a, b| compare_paths(&a.row.path, &b.row.path));
        Ok(all)
    }
}

/// Skips parts of the rows that both have.
fn skip_same(a: &mut Rows<'_>, b: &mut Rows<'_>) {
    while let (Some(one), Some(other)) = (a.at_part(), b.at_part())
        && one == other
    {
        a.skip_part();
        b.skip_part();
    }
}

/// What became of an entry that has the same path.
fn became(was: &StoredRow, is: &StoredRow) -> Option<Change> {
    let content = |row: &StoredRow| {
        let size = match row.kind {
            EntryKind::File => row.size,
            _ => 0,
        };
        (row.kind, size, row.hash)
    };
    if content(was) != content(is) || was.target != is.target {
        return Some(Change::Changed);
    }
    let is_directory = is.kind == EntryKind::Directory;
    let touched = (was.mode, was.uid, was.gid) != (is.mode, is.uid, is.gid)
        || was.attributes != is.attributes
        || !is_directory && was.modified != is.modified;
    touched.then_some(Change::Touched)
}

/// Tells those that moved from those that are new or deleted. Each file that
/// is gone is the former one of one that came at most; what has its inode goes
/// first, and then the first by path.
fn moves(gone: Vec<StoredRow>, came: Vec<StoredRow>) -> Vec<StoredDifference> {
    let mut by_inode: HashMap<_, Vec<usize>> = HashMap::new();
    let mut by_content: HashMap<Address, Vec<usize>> = HashMap::new();
    for (at, row) in gone.iter().enumerate().rev() {
        let Some(hash) = row.hash else { continue };
        by_inode.entry(same_inode(hash, row)).or_default().push(at);
        if row.size > 0 {
            by_content.entry(hash).or_default().push(at);
        }
    }
    let mut gone: Vec<Option<StoredRow>> =
        gone.into_iter().map(Some).collect();
    let mut take = |places: Option<&mut Vec<usize>>| {
        let places = places?;
        while let Some(at) = places.pop() {
            if let Some(was) = gone.get_mut(at).and_then(Option::take) {
                return Some(was.path);
            }
        }
        None
    };
    let (mut all, mut left) = (Vec::new(), Vec::new());
    for row in came {
        let key = row.hash.map(|hash| same_inode(hash, &row));
        match take(key.and_then(|key| by_inode.get_mut(&key))) {
            None => left.push(row),
            from => all.push(StoredDifference {
                from,
                ..StoredDifference::new(Change::Moved, row)
            }),
        }
    }
    for row in left {
        let places = row.hash.and_then(|it| by_content.get_mut(&it));
        let from = take(places);
        let change = match from {
            Some(_) => Change::Moved,
            None => Change::New,
        };
        let new = StoredDifference::new(change, row);
        all.push(StoredDifference { from, ..new });
    }
    let deleted = gone.into_iter().flatten();
    all.extend(deleted.map(|row| StoredDifference::new(Change::Deleted, row)));
    all
}

/// What a file keeps that gets another name.
fn same_inode(hash: Address, row: &StoredRow) -> (Address, u64, Timestamp) {
    (hash, row.inode, row.modified)
}
