//! What a store has, as it was seen at one time: packs, and where in them
//! objects are.

use std::collections::{HashMap, HashSet};

use sanchay_core::store::{
    Address, ENTRY, Entry, IndexedPack, Key, PACK_TRAILER, PackTrailer,
    parse_index, parse_table,
};

use crate::{
    backend::{Backend, BackendError},
    condemned,
    error::StoreError,
};

/// The longest index, in bytes.
const MAX_INDEX: u64 = 1 << 30;

/// How often indexes are looked for again that were merged meanwhile.
const TRIES: usize = 20;

/// Where an object is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Location {
    /// Which of the packs.
    pub(crate) pack: u32,
    pub(crate) offset: u32,
    pub(crate) length: u32,
    pub(crate) size: u32,
}

/// A pack.
#[derive(Clone, Debug)]
pub(crate) struct PackState {
    pub(crate) name: Address,
    pub(crate) length: u64,
    /// Whether it is to be deleted: nothing new may rely on it.
    pub(crate) condemned: bool,
    pub(crate) entries: Vec<Entry>,
}

/// What a store has.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) packs: Vec<PackState>,
    pub(crate) map: HashMap<Address, Location>,
    /// The indexes that were read.
    pub(crate) indexes: Vec<Address>,
    /// Packs that indexes have, and that are not there.
    pub(crate) gone: Vec<Address>,
    /// Packs that no index has.
    pub(crate) unindexed: Vec<Address>,
}

impl State {
    /// Looks what a store has. Lists of condemned packs are read before packs
    /// are listed: a pack that is there and not condemned was neither deleted
    /// nor condemned when the lists were listed. docs/STORE.md says what hangs
    /// on that order.
    pub(crate) fn load(backend: &dyn Backend) -> Result<Self, StoreError> {
        let condemned = condemned::all(backend)?;
        let (indexes, indexed) = read_indexes(backend)?;
        let there = packs(backend)?;
        let mut state = Self { indexes, ..Self::default() };
        let mut seen = HashSet::new();
        for pack in indexed {
            if !seen.insert(pack.name) {
                continue;
            }
            match there.contains(&pack.name) {
                true => state.add(pack, &condemned),
                false => state.gone.push(pack.name),
            }
        }
        let unindexed = there.iter().filter(|it| !seen.contains(*it));
        state.unindexed = unindexed.copied().collect();
        state.unindexed.sort();
        Ok(state)
    }

    /// Adds a pack.
    pub(crate) fn add(
        &mut self,
        pack: IndexedPack,
        condemned: &HashSet<Address>,
    ) {
        let Ok(number) = u32::try_from(self.packs.len()) else { return };
        let IndexedPack { name, length, entries } = pack;
        let condemned = condemned.contains(&name);
        for entry in &entries {
            let Some(location) = located(number, entry) else { continue };
            let old = self.map.get(&entry.address);
            let better = old
                .is_none_or(|old| !condemned && self.is_condemned(old.pack));
            if better {
                self.map.insert(entry.address, location);
            }
        }
        self.packs.push(PackState { name, length, condemned, entries });
    }

    fn is_condemned(&self, pack: u32) -> bool {
        self.packs.get(pack as usize).is_some_and(|it| it.condemned)
    }

    /// Where an object is, if it is anywhere.
    pub(crate) fn find(&self, address: &Address) -> Option<Location> {
        self.map.get(address).copied()
    }

    /// The same, where something new may rely on it.
    pub(crate) fn find_lasting(&self, address: &Address) -> Option<Location> {
        self.find(address).filter(|it| !self.is_condemned(it.pack))
    }

    /// The pack of a location.
    pub(crate) fn pack(&self, location: Location) -> Option<&PackState> {
        self.packs.get(location.pack as usize)
    }
}

/// The location of an entry. Lengths within a pack fit, since packs do.
fn located(pack: u32, entry: &Entry) -> Option<Location> {
    Some(Location {
        pack,
        offset: u32::try_from(entry.offset).ok()?,
        length: u32::try_from(entry.length).ok()?,
        size: u32::try_from(entry.size).ok()?,
    })
}

/// The packs that there are.
pub(crate) fn packs(
    backend: &dyn Backend,
) -> Result<HashSet<Address>, StoreError> {
    let keys = backend.list("packs/")?;
    let pack = |key: &String| match Key::parse(key) {
        Some(Key::Pack(name)) => Some(name),
        _ => None,
    };
    Ok(keys.iter().filter_map(pack).collect())
}

/// The names of all indexes, and the packs in them.
fn read_indexes(
    backend: &dyn Backend,
) -> Result<(Vec<Address>, Vec<IndexedPack>), StoreError> {
    let mut last = None;
    for _ in 0..TRIES {
        match try_read_indexes(backend) {
            // It was merged with others after it had been listed.
            Err(StoreError::Backend(error)) if error.is_not_found() => {
                last = Some(error);
            }
            read => return read,
        }
    }
    let error =
        last.unwrap_or(BackendError::NotFound { key: "indexes/".to_owned() });
    Err(error.into())
}

fn try_read_indexes(
    backend: &dyn Backend,
) -> Result<(Vec<Address>, Vec<IndexedPack>), StoreError> {
    let mut names: Vec<Address> = backend
        .list("indexes/")?
        .iter()
        .filter_map(|key| match Key::parse(key) {
            Some(Key::Index(name)) => Some(name),
            _ => None,
        })
        .collect();
    names.sort();
    let mut packs = Vec::new();
    for name in &names {
        packs.extend(read_index(backend, name)?);
    }
    Ok((names, packs))
}

/// The packs of an index.
pub(crate) fn read_index(
    backend: &dyn Backend,
    name: &Address,
) -> Result<Vec<IndexedPack>, StoreError> {
    let key = Key::Index(*name).to_string();
    let bytes = backend.get(&key, MAX_INDEX)?;
    if Address::of(&bytes) != *name {
        let damage = sanchay_core::store::Damage::Digest;
        return Err(StoreError::Damaged { key, damage });
    }
    parse_index(&bytes).map_err(StoreError::damaged(&key))
}

/// The table of a pack, from its end.
pub(crate) fn read_table(
    backend: &dyn Backend,
    name: &Address,
) -> Result<IndexedPack, StoreError> {
    let key = Key::Pack(*name).to_string();
    let length = backend.info(&key)?.size;
    let trailer = PACK_TRAILER as u64;
    let at = length.saturating_sub(trailer);
    let end = backend.get_range(&key, at, trailer)?;
    let trailer =
        PackTrailer::parse(&end, length).map_err(StoreError::damaged(&key))?;
    debug_assert!(trailer.count <= length / ENTRY as u64);
    let table =
        backend.get_range(&key, trailer.offset, trailer.table_length())?;
    let entries =
        parse_table(&table, &trailer).map_err(StoreError::damaged(&key))?;
    Ok(IndexedPack { name: *name, length, entries })
}
