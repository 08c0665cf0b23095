//! What an earlier snapshot of the same roots knows of files, so that those
//! that are as they were need not be read.

use std::collections::HashMap;

use sanchay::EntryKind;
use sanchay_core::store::{Address, StoredRow};
use sanchay_storage::Metadata;

use crate::{
    error::StoreError, live::chunks, packer::Packer, rows::Rows,
    snapshot::Snapshot, store::Store,
};

/// The rows of earlier snapshots.
#[derive(Debug, Default)]
pub(super) struct Parent {
    rows: HashMap<Vec<u8>, StoredRow>,
    /// The lists of chunks of large files, by the digests of these.
    lists: HashMap<Address, Vec<Address>>,
    /// What holds rows of puts that were ended early.
    pub(super) partial: Vec<String>,
}

impl Parent {
    /// The newest snapshot of these roots by this filter, or else by another,
    /// and what puts of them stored that were ended early; nothing if there is
    /// none, or it cannot be read.
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
        let last = last.map(|at| snapshots.swap_remove(at));
        let mut parent = Self::default();
        parent.extend(store, last.as_ref());
        let mut partial = store.partial()?;
        partial.retain(|it| it.document.roots == roots && same(it));
        // The newest are the last, and are right where they differ.
        parent.extend(store, &partial);
        parent.partial = partial.iter().map(Snapshot::partial_key).collect();
        Ok(parent)
    }

    /// Adds the rows of snapshots, as far as they can be read.
    fn extend<'s>(
        &mut self,
        store: &Store,
        snapshots: impl IntoIterator<Item = &'s Snapshot>,
    ) {
        for snapshot in snapshots {
            if let Err(error) = self.add(store.rows(snapshot)) {
                let stamp = &snapshot.stamp;
                tracing::info!(%error, %stamp, "it cannot be used");
            }
        }
    }

    fn add(&mut self, mut rows: Rows<'_>) -> Result<(), StoreError> {
        while let Some(row) = rows.next()? {
            if let Some(hash) = row.hash.filter(|_| !row.chunks.is_empty()) {
                self.lists.insert(hash, row.chunks.clone());
            }
            if row.kind == EntryKind::File {
                self.rows.insert(row.path.clone(), row);
            }
        }
        Ok(())
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
