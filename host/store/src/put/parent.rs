//! What an earlier snapshot of the same roots knows of files, so that those
//! that are as they were need not be read.

use std::{cmp::Ordering, collections::HashMap};

use sanchay::{Cancel, EntryKind};
use sanchay_core::store::{Address, StoredRow, compare_paths};
use sanchay_storage::Metadata;

use super::items::Item;
use crate::{
    error::StoreError, live::chunks, packer::Packer, rows::Rows,
    snapshot::Snapshot, store::Store,
};

/// The files of earlier snapshots.
#[derive(Debug, Default)]
pub(super) struct Parent {
    /// The oldest first.
    layers: Vec<Layer>,
    /// The lists of chunks of large files, by the digests of these.
    lists: HashMap<Address, Vec<Address>>,
    /// What holds rows of puts that were ended early.
    pub(super) partial: Vec<String>,
}

/// The files of a snapshot.
#[derive(Debug, Default)]
struct Layer {
    /// In the order of rows.
    rows: Vec<StoredRow>,
    /// For each item that is to be put, which of the rows has its path.
    of_items: Vec<Option<u32>>,
}

impl Parent {
    /// The newest snapshot of these roots by this filter, or else by another,
    /// and what puts of them stored that were ended early; nothing if there is
    /// none, or it cannot be read.
    pub(super) fn find(
        store: &Store,
        roots: &[Vec<u8>],
        filter: &str,
        cancel: &Cancel,
    ) -> Result<Self, StoreError> {
        let (mut snapshots, _) = store.snapshots()?;
        snapshots.retain(|it| it.document.roots == roots);
        let same = |it: &Snapshot| it.document.filter == filter;
        let place = snapshots.iter().rposition(same);
        let last = place.or(snapshots.len().checked_sub(1));
        let last = last.map(|at| snapshots.swap_remove(at));
        let mut parent = Self::default();
        parent.extend(store, last.as_ref(), cancel);
        let mut partial = store.partial()?;
        partial.retain(|it| it.document.roots == roots && same(it));
        // The newest are the last, and are right where they differ.
        parent.extend(store, &partial, cancel);
        parent.partial = partial.iter().map(Snapshot::partial_key).collect();
        Ok(parent)
    }

    /// Adds the rows of snapshots, as far as they can be read.
    fn extend<'s>(
        &mut self,
        store: &Store,
        snapshots: impl IntoIterator<Item = &'s Snapshot>,
        cancel: &Cancel,
    ) {
        for snapshot in snapshots {
            if let Err(error) = self.add(store.rows(snapshot), cancel) {
                let stamp = &snapshot.stamp;
                tracing::info!(%error, %stamp, "it cannot be used");
            }
        }
    }

    fn add(
        &mut self,
        mut rows: Rows<'_>,
        cancel: &Cancel,
    ) -> Result<(), StoreError> {
        let mut layer = Layer::default();
        let mut added = Ok(());
        while !cancel.is_cancelled() {
            let row = match rows.next() {
                Ok(Some(row)) => row,
                Ok(None) => break,
                // Those before are of use.
                Err(error) => {
                    added = Err(error);
                    break;
                }
            };
            if let Some(hash) = row.hash.filter(|_| !row.chunks.is_empty()) {
                self.lists.insert(hash, row.chunks.clone());
            }
            if row.kind == EntryKind::File {
                layer.rows.push(row);
            }
        }
        self.layers.push(layer);
        added
    }

    /// Looks which of the rows are about the items that are to be put, which
    /// are in the order of rows.
    pub(super) fn look_at(&mut self, items: &[Item]) {
        for layer in &mut self.layers {
            let mut rows = (0_u32..).zip(&layer.rows).peekable();
            let of_item = |item: &Item| {
                while let Some((number, row)) = rows.peek() {
                    match compare_paths(&row.path, &item.path) {
                        Ordering::Less => drop(rows.next()),
                        Ordering::Equal => return Some(*number),
                        Ordering::Greater => return None,
                    }
                }
                None
            };
            layer.of_items = items.iter().map(of_item).collect();
        }
    }

    /// What is known of an item, by its number, if that is as it was.
    pub(super) fn unchanged(
        &self,
        number: usize,
        now: &Metadata,
    ) -> Option<&StoredRow> {
        let row = |layer: &'_ Layer| -> Option<usize> {
            let at = layer.of_items.get(number).copied().flatten()?;
            usize::try_from(at).ok()
        };
        let newest_first = self.layers.iter().rev();
        let mut rows = newest_first.filter_map(|it| it.rows.get(row(it)?));
        rows.find(|row| {
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
