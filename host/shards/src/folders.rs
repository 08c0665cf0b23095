//! Sums by folder, down to a depth: of a shard, and of all of them.

use std::collections::BTreeMap;

use sanchay_core::{
    filter::Facts,
    kind::EntryKind,
    record::{RecordKind, Row, Schema},
    shard::{Dataset, partition_of_folder},
};

use crate::{error::ShardError, partitions::Partitions, plan};

/// What lies in a folder at any depth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderSum {
    /// Its path, without a slash at its end.
    pub path: Vec<u8>,
    /// How many files, each name for itself.
    pub files: u64,
    /// How many bytes these have.
    pub bytes: u64,
    /// How many bytes these take up on disk.
    pub allocated: u64,
}

/// Sums by folder.
#[derive(Debug, Default)]
pub(crate) struct Folders {
    sums: BTreeMap<Vec<u8>, [u64; 3]>,
}

impl Folders {
    /// Adds a file to the folders that it is in.
    pub(crate) fn add(
        &mut self,
        root: &[u8],
        path: &[u8],
        depth: u32,
        (size, allocated): (u64, u64),
    ) {
        for folder in plan::folders(root, path, depth) {
            self.add_to(trimmed(folder), [1, size, allocated]);
        }
    }

    /// Adds to the sums of a folder.
    pub(crate) fn add_to(&mut self, folder: &[u8], more: [u64; 3]) {
        // Most files are in the folder of the one before.
        match self.sums.get_mut(folder) {
            Some(sums) => add(sums, more),
            None => add(self.sums.entry(folder.to_vec()).or_default(), more),
        }
    }

    /// Writes them.
    pub(crate) fn write(self) -> Result<Partitions, ShardError> {
        let schema = Schema::new(RecordKind::Folder, []);
        let mut table = Partitions::new(Dataset::Folders, schema);
        for sum in self.finish() {
            let facts =
                Facts { allocated: Some(sum.allocated), ..Facts::default() };
            let row = Row {
                name: &sum.path,
                size: Some(sum.bytes),
                file_count: Some(sum.files),
                kind: Some(EntryKind::Directory),
                facts: Some(&facts),
                ..Row::default()
            };
            table.push(partition_of_folder(&sum.path), &row)?;
        }
        Ok(table)
    }

    /// The sums, in the order of the folders' paths.
    pub(crate) fn finish(self) -> impl Iterator<Item = FolderSum> {
        self.sums.into_iter().map(|(path, [files, bytes, allocated])| {
            FolderSum { path, files, bytes, allocated }
        })
    }
}

fn add(sums: &mut [u64; 3], more: [u64; 3]) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum = sum.saturating_add(more);
    }
}

/// A path without the slash at its end.
fn trimmed(path: &[u8]) -> &[u8] {
    match path.strip_suffix(b"/") {
        Some(b"") | None => path,
        Some(rest) => rest,
    }
}
