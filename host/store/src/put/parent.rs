//! What an earlier snapshot of the same roots knows of files, so that those
//! that are as they were need not be read.

use std::collections::HashMap;

use sanchay_core::store::{Address, StoredRow};
use sanchay_storage::Metadata;

use crate::{
    error::StoreError, live::chunks, packer::Packer, snapshot::Snapshot,
    store::Store,
};

/// The rows of an earlier snapshot.
#[derive(Debug, Default)]
pub(super) struct Parent {
    rows: HashMap<Vec<u8>, StoredRow>,
    /// The lists of chunks of large files, by the digests of these.
    lists: HashMap<Address, Vec<Address>>,
}

impl Parent {
    /// The newest snapshot of these roots by this filter, or else by another;
    /// nothing if there is none, or it cannot be read.
    pub(super) fn find(
        store: &Store,
        roots: &[Vec<u8>],
        filter: &str,
    ) -> Result<Self, StoreError> {
        let (mut snapshots, _) = store.snapshots()?;
        snapshots.retain(|it| it.document.roots == roots);
        let same = |it: &Snapshot| it.document.filter == filter;
        let place = snapshots.iter().rposition(same);
        let last = place.or(snapshots.len().checked_sub(1));
        let Some(found) = last.map(|at| snapshots.swap_remove(at)) else {
            return Ok(Self::default());
        };
        let rows = match store.rows(&found) {
            Ok(rows) => rows,
            Err(error) => {
                tracing::info!(%error, "the last snapshot cannot be used");
                return Ok(Self::default());
            }
        };
        let mut parent = Self::default();
        for row in rows {
            if let Some(hash) = row.hash.filter(|_| !row.chunks.is_empty()) {
                parent.lists.insert(hash, row.chunks.clone());
            }
            parent.rows.insert(row.path.clone(), row);
        }
        Ok(parent)
    }

    /// What is known of a file that is as it was.
    pub(super) fn unchanged(
        &self,
        path: &[u8],
        now: &Metadata,
    ) -> Option<&StoredRow> {
        self.rows.get(path).filter(|row| {
            row.kind == now.kind
                && row.size == now.size
                && row.modified == now.modified
                && row.changed == Some(now.changed)
                && row.inode == now.id.inode
        })
    }

    /// The lists of chunks of a large file.
    pub(super) fn lists(&self, hash: &Address) -> Option<&Vec<Address>> {
        self.lists.get(hash)
    }
}

/// Whether the store has all that contents consist of, to be relied on.
pub(super) fn has_contents(
    store: &Store,
    packer: &Packer<'_>,
    hash: &Address,
    lists: &[Address],
) -> bool {
    if lists.is_empty() {
        return packer.has(hash);
    }
    lists.iter().all(|list| {
        packer.has(list)
            && chunks(store, list).is_ok_and(|chunks| {
                chunks.iter().all(|(chunk, _)| packer.has(chunk))
            })
    })
}
