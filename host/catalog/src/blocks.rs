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
const INODES: u64 = 4096;

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
                *entries += block.entries.len();
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
    fn position(&self, inode: u64) -> Result<usize, usize> {
        self.entries.binary_search_by_key(&inode, |it| it.known.inode)
    }

    fn find(&self, table: &Table, inode: u64) -> Option<Found> {
        let entry = self.entries.get(self.position(inode).ok()?)?;
        let length = crate::method::length(table.method);
        let digest = self.digests.get(entry.at..)?.get(..length)?;
        let content = content(table, digest)?;
        Some(Found { known: entry.known, content, used: entry.used })
    }

    fn put(&mut self, row: &Row<'_>) {
        let inode = row.known.inode;
        // Rows that are read come in their order.
        let position = match self.entries.last() {
            Some(last) if last.known.inode < inode => Err(self.entries.len()),
            _ => self.position(inode),
        };
        let old = position.ok().and_then(|at| self.entries.get_mut(at));
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
        let entry = Entry { known: row.known, used: row.used, at };
        let place = position.err().unwrap_or(self.entries.len());
        self.entries.insert(place.min(self.entries.len()), entry);
    }
}
