//! Puts objects into packs, for any number of threads: each once, and none
//! that the store has already.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
};

use sanchay_core::store::{
    Address, Entry, IndexedPack, Key, pack_header, push_index, push_table,
};
use sanchay_sync::lock;

use crate::{codec, error::StoreError, names, state::State, store::Store};

/// About how long a pack is, in bytes.
pub(crate) const TARGET: usize = 16 << 20;

/// After how many packs an index is put, so that a run that is cut off need
/// not begin anew.
const INDEXED: usize = 64;

/// What was put.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Added {
    /// How many objects.
    pub(crate) objects: u64,
    /// How many bytes they had.
    pub(crate) bytes: u64,
    /// How many bytes packs grew by.
    pub(crate) stored: u64,
}

/// Puts objects into packs.
pub(crate) struct Packer<'s> {
    store: &'s Store,
    /// What the store had when this began.
    state: Arc<State>,
    level: i32,
    claimed: Mutex<HashSet<Address>>,
    open: Mutex<Open>,
    /// Packs that no index has yet.
    unindexed: Mutex<Vec<IndexedPack>>,
    own: Mutex<Vec<Address>>,
    /// Which of the state's packs are relied on.
    relied: Vec<AtomicBool>,
    objects: AtomicU64,
    bytes: AtomicU64,
    stored: AtomicU64,
}

/// A pack that is being filled.
#[derive(Default)]
struct Open {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
}

impl Open {
    fn push(&mut self, address: Address, size: u64, object: &[u8]) {
        if self.bytes.is_empty() {
            self.bytes.reserve(TARGET.saturating_add(TARGET / 8));
            self.bytes.extend_from_slice(&pack_header(names::random()));
        }
        self.entries.push(Entry {
            address,
            offset: self.bytes.len() as u64,
            length: object.len() as u64,
            size,
        });
        self.bytes.extend_from_slice(object);
    }
}

impl<'s> Packer<'s> {
    pub(crate) fn new(
        store: &'s Store,
        state: Arc<State>,
        level: i32,
    ) -> Self {
        let relied = state.packs.iter().map(|_| AtomicBool::new(false));
        Self {
            store,
            level,
            claimed: Mutex::default(),
            open: Mutex::default(),
            unindexed: Mutex::default(),
            own: Mutex::default(),
            relied: relied.collect(),
            objects: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            stored: AtomicU64::new(0),
            state,
        }
    }

    /// How well it compresses.
    pub(crate) const fn level(&self) -> i32 {
        self.level
    }

    /// Whether the store has an object that may be relied on, or this put it.
    /// It is relied on from here on.
    pub(crate) fn has(&self, address: &Address) -> bool {
        if let Some(location) = self.state.find_lasting(address) {
            if let Some(relied) = self.relied.get(location.pack as usize) {
                relied.store(true, Relaxed);
            }
            return true;
        }
        lock(&self.claimed).contains(address)
    }

    /// Puts an object, unless it is there.
    pub(crate) fn add(&self, bytes: &[u8]) -> Result<Address, StoreError> {
        let address = Address::of(bytes);
        self.add_known(address, bytes)?;
        Ok(address)
    }

    /// The same of one whose address is known.
    pub(crate) fn add_known(
        &self,
        address: Address,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        if self.has(&address) || !lock(&self.claimed).insert(address) {
            return Ok(());
        }
        let object = codec::encode(bytes, self.level)?;
        self.objects.fetch_add(1, Relaxed);
        self.bytes.fetch_add(bytes.len() as u64, Relaxed);
        let mut open = lock(&self.open);
        let after = open.bytes.len().saturating_add(object.len());
        let full = match after > TARGET && !open.entries.is_empty() {
            true => Some(std::mem::take(&mut *open)),
            false => None,
        };
        open.push(address, bytes.len() as u64, &object);
        drop(open);
        match full {
            Some(full) => self.write(full),
            None => Ok(()),
        }
    }

    fn write(&self, open: Open) -> Result<(), StoreError> {
        let Open { mut bytes, entries } = open;
        push_table(&entries, &mut bytes);
        let name = Address::of(&bytes);
        let length = bytes.len() as u64;
        self.store.backend().put(&Key::Pack(name).to_string(), &bytes)?;
        self.stored.fetch_add(length, Relaxed);
        lock(&self.own).push(name);
        let mut unindexed = lock(&self.unindexed);
        unindexed.push(IndexedPack { name, length, entries });
        let due = match unindexed.len() >= INDEXED {
            true => std::mem::take(&mut *unindexed),
            false => Vec::new(),
        };
        drop(unindexed);
        self.index(&due)
    }

    /// Puts an index of packs, once they are durable.
    fn index(&self, packs: &[IndexedPack]) -> Result<(), StoreError> {
        if packs.is_empty() {
            return Ok(());
        }
        self.store.backend().flush()?;
        put_index(self.store, packs).map(drop)
    }

    /// Puts the pack that is being filled. It need not survive a loss of
    /// power, and no index has it: whoever ends a run early waits for nothing.
    pub(crate) fn write_open(&self) -> Result<(), StoreError> {
        let open = std::mem::take(&mut *lock(&self.open));
        match open.entries.is_empty() {
            true => Ok(()),
            false => self.write(open),
        }
    }

    /// The packs without an index that were there before and are relied on:
    /// those of a run that was ended early.
    fn found_unindexed(&self) -> Vec<IndexedPack> {
        let of_state = self.state.packs.iter().zip(&self.relied);
        of_state
            .filter(|(pack, relied)| {
                relied.load(Relaxed)
                    && self.state.unindexed.binary_search(&pack.name).is_ok()
            })
            .map(|(pack, _)| pack.indexed())
            .collect()
    }

    /// Puts what is left. All that was put is found then, and durable but for
    /// the index: without it, packs are found by their own tables.
    pub(crate) fn finish(&self) -> Result<Added, StoreError> {
        self.write_open()?;
        let mut left = std::mem::take(&mut *lock(&self.unindexed));
        left.extend(self.found_unindexed());
        self.index(&left)?;
        Ok(Added {
            objects: self.objects.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
            stored: self.stored.load(Relaxed),
        })
    }

    /// The packs that what was put and found hangs on.
    pub(crate) fn relied_on(&self) -> HashSet<Address> {
        let relied = self.state.packs.iter().zip(&self.relied);
        let relied = relied.filter(|(_, relied)| relied.load(Relaxed));
        let mut packs: HashSet<Address> =
            relied.map(|(pack, _)| pack.name).collect();
        packs.extend(lock(&self.own).iter().copied());
        packs
    }
}

/// Puts an index.
pub(crate) fn put_index(
    store: &Store,
    packs: &[IndexedPack],
) -> Result<Address, StoreError> {
    let mut bytes = Vec::new();
    push_index(packs, &mut bytes);
    let name = Address::of(&bytes);
    store.backend().put(&Key::Index(name).to_string(), &bytes)?;
    Ok(name)
}
