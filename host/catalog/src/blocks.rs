//! Digests in memory. They are read from the database in blocks of inodes:
//! files of one directory have inodes that lie close together.

use std::{
    collections::{HashMap, hash_map::Entry as Slot},
    hash::{BuildHasher as _, BuildHasherDefault, Hasher},
    sync::{Mutex, MutexGuard},
};

use sanchay::Content;
use sanchay_sync::lock;

use crate::digests::{Known, Row, Table, content};

/// How many inodes a block has.
const INODES: u64 = 1024;

/// As how many digests a block counts by itself: what it takes up.
const OWN: usize = 32;

/// Into how many parts blocks are spread, each with a lock of its own.
const SHARDS: usize = 64;

/// How many digests a part keeps at most: all together, some forty megabytes.
const MOST: usize = 8192;

/// Which block it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Place {
    table: Table,
    block: u64,
}

/// What is known of the files of a block, by inode.
#[derive(Default)]
struct Block {
    /// The places of entries, from 1, by inodes; 0 for those without. Files
    /// are not found in the order of their inodes.
    places: Vec<u16>,
    entries: Vec<Entry>,
    /// The digests, end to end.
    digests: Vec<u8>,
}

#[derive(Clone, Copy)]
struct Entry {
    known: Known,
    used: i64,
    /// Where the digest begins.
    at: usize,
}

#[derive(Default)]
struct Shard {
    blocks: HashMap<Place, Block, BuildHasherDefault<Mixer>>,
    entries: usize,
}

/// A quick hash of a few numbers: it is asked for with every file.
#[derive(Default)]
struct Mixer(u64);

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        // The upper bits are the better mixed ones.
        self.0.rotate_left(26)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_isize(&mut self, number: isize) {
        self.write_u64(number as u64);
    }

    fn write_u64(&mut self, number: u64) {
        let mixed = self.0.rotate_left(5) ^ number;
        self.0 = mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// The blocks that were read.
pub(crate) struct Blocks {
    shards: Vec<Mutex<Shard>>,
}

/// A digest that was found.
pub(crate) struct Found {
    pub(crate) known: Known,
    pub(crate) content: Content,
    /// When it was last asked for, in days.
    pub(crate) used: i64,
}

impl Blocks {
    pub(crate) fn new() -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self { shards }
    }

    /// What is known of the file of an inode. `load` passes on the rows of a
    /// block that was not read before, between a first and a last inode.
    pub(crate) fn find(
        &self,
        table: &Table,
        inode: u64,
        load: impl FnOnce((u64, u64), &mut dyn FnMut(Row<'_>)),
    ) -> Option<Found> {
        let place = Place { table: *table, block: inode / INODES };
        let mut shard = self.shard(&place)?;
        if shard.entries >= MOST && !shard.blocks.contains_key(&place) {
            *shard = Shard::default();
        }
        let Shard { blocks, entries } = &mut *shard;
        let block = match blocks.entry(place) {
            Slot::Occupied(known) => known.into_mut(),
            Slot::Vacant(slot) => {
                let mut block = Block::default();
                let first = place.block.saturating_mul(INODES);
                let last = first.saturating_add(INODES - 1);
                load((first, last), &mut |row| block.put(&row));
                *entries += block.entries.len() + OWN;
                slot.insert(block)
            }
        };
        block.find(table, inode)
    }

    /// Takes note of a digest, if its block was read.
    pub(crate) fn put(&self, table: &Table, row: &Row<'_>) {
        let block = row.known.inode / INODES;
        let place = Place { table: *table, block };
        let Some(mut shard) = self.shard(&place) else { return };
        if let Some(block) = shard.blocks.get_mut(&place) {
            let before = block.entries.len();
            block.put(row);
            let more = block.entries.len().saturating_sub(before);
            shard.entries += more;
        }
    }

    fn shard(&self, place: &Place) -> Option<MutexGuard<'_, Shard>> {
        let hash = BuildHasherDefault::<Mixer>::default().hash_one(place);
        let index = usize::try_from(hash % SHARDS as u64).ok()?;
        self.shards.get(index).map(lock)
    }
}

impl Block {
    /// Where an inode is among the places.
    fn offset(inode: u64) -> usize {
        usize::try_from(inode % INODES).unwrap_or(0)
    }

    /// Which entry is that of an inode.
    fn position(&self, inode: u64) -> Option<usize> {
        let place = self.places.get(Self::offset(inode)).copied()?;
        usize::from(place).checked_sub(1)
    }

    fn find(&self, table: &Table, inode: u64) -> Option<Found> {
        let entry = self.entries.get(self.position(inode)?)?;
        let length = crate::method::length(table.method);
        let digest = self.digests.get(entry.at..)?.get(..length)?;
        let content = content(table, digest)?;
        Some(Found { known: entry.known, content, used: entry.used })
    }

    fn put(&mut self, row: &Row<'_>) {
        let inode = row.known.inode;
        let position = self.position(inode);
        let old = position.and_then(|at| self.entries.get_mut(at));
        if let Some(entry) = old {
            let at = entry.at;
            *entry = Entry { known: row.known, used: row.used, at };
            let end = at.saturating_add(row.digest.len());
            if let Some(digest) = self.digests.get_mut(at..end) {
                digest.copy_from_slice(row.digest);
            }
            return;
        }
        let at = self.digests.len();
        self.digests.extend_from_slice(row.digest);
        self.entries.push(Entry { known: row.known, used: row.used, at });
        if self.places.is_empty() {
            self.places.resize(Self::offset(INODES - 1) + 1, 0);
        }
        // There are no more entries than inodes.
        let place = u16::try_from(self.entries.len()).unwrap_or(0);
        if let Some(it) = self.places.get_mut(Self::offset(inode)) {
            *it = place;
        }
    }
}

#[cfg(test)]
mod tests {
    use sanchay::{Algorithm, FileSystemId, Method};

    use super::{Blocks, INODES};
    use crate::{
        digests::{Known, Row, Table},
        volume::Volume,
    };

    #[test]
    fn what_was_put_is_found_in_any_order_of_inodes() {
        let file_system = FileSystemId { kind: 1, id: 2 };
        let table = Table {
            volume: Volume { file_system, device: 3 },
            method: Method::Whole(Algorithm::Xxh3_128),
        };
        let blocks = Blocks::new();
        let known = |inode: u64, size: u64| {
            let (modified, changed) = (1, 2);
            Known { inode, size, modified, changed }
        };
        let put = |known: Known| {
            let digest = [known.size.to_le_bytes(); 2].concat();
            let row = Row { known, digest: &digest, verified: 0, used: 0 };
            blocks.put(&table, &row);
        };
        let find = |inode| blocks.find(&table, inode, |_, _| {});
        // What is put before its block was asked for is not kept.
        put(known(5, 1));
        assert!(find(5).is_none());
        let inodes = (0..INODES).map(|it| it * 617 % INODES);
        for inode in inodes.clone().chain([u64::MAX, u64::MAX - INODES]) {
            assert!(find(inode).is_none());
            put(known(inode, inode / 2));
        }
        put(known(7, 77));
        for inode in inodes {
            let size = if inode == 7 { 77 } else { inode / 2 };
            assert_eq!(find(inode).unwrap().known, known(inode, size));
        }
        assert!(find(u64::MAX).is_some() && find(INODES + 5).is_none());
    }
}
