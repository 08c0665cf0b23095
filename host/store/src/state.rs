//! What a store has, as it was seen at one time: packs, and where in them
//! objects are.

use std::collections::{HashMap, HashSet};

use sanchay_core::store::{
    Address, ENTRY, Entry, IndexedPack, Key, PACK_TRAILER, PackTrailer,
    parse_index, parse_table,
};

use crate::{again::again, backend::Backend, condemned, error::StoreError};

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
    /// Whether it is to be deleted.
    pub(crate) condemned: bool,
    /// Whether the file has another length than its table says: it was cut
    /// short, or is something else.
    pub(crate) cut: bool,
    pub(crate) entries: Vec<Entry>,
}

impl PackState {
    /// Whether something new may rely on it.
    const fn lasts(&self) -> bool {
        !self.condemned && !self.cut
    }

    /// It, as indexes have it.
    pub(crate) fn indexed(&self) -> IndexedPack {
        let (name, length) = (self.name, self.length);
        IndexedPack { name, length, entries: self.entries.clone() }
    }
}

/// What a store has.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) packs: Vec<PackState>,
    pub(crate) map: HashMap<Address, Location>,
    /// The indexes that were read.
    pub(crate) indexes: Vec<Address>,
    /// Those that are damaged: a loss of power took some of their bytes.
    pub(crate) damaged: Vec<Address>,
    /// Packs that indexes have, and that are not there.
    pub(crate) gone: Vec<Address>,
    /// Packs that no index has.
    pub(crate) unindexed: Vec<Address>,
}

/// Which packs are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packs {
    /// Those that indexes have.
    Indexed,
    /// The others, too, by their own tables as far as these can be read.
    All,
}

impl State {
    /// Looks what a store has. Lists of condemned packs are read before packs
    /// are listed: a pack that is there and not condemned was neither deleted
    /// nor condemned when the lists were listed. docs/STORE.md says what hangs
    /// on that order.
    pub(crate) fn load(
        backend: &dyn Backend,
        which: Packs,
    ) -> Result<Self, StoreError> {
        let condemned = condemned::all(backend)?;
        let Indexes { names, damaged, packs: indexed } =
            read_indexes(backend)?;
        let there = sizes(backend)?;
        let mut state = Self { indexes: names, damaged, ..Self::default() };
        let mut seen = HashSet::new();
        for pack in indexed {
            if !seen.insert(pack.name) {
                continue;
            }
            match there.get(&pack.name) {
                Some(size) => state.add(pack, *size, &condemned),
                None => state.gone.push(pack.name),
            }
        }
        let unindexed = there.keys().filter(|it| !seen.contains(*it));
        state.unindexed = unindexed.copied().collect();
        state.unindexed.sort();
        if which == Packs::All {
            for pack in state.read_unindexed(backend) {
                let size = pack.length;
                state.add(pack, size, &condemned);
            }
        }
        Ok(state)
    }

    /// The tables of packs that no index has, as far as they can be read.
    pub(crate) fn read_unindexed(
        &self,
        backend: &dyn Backend,
    ) -> Vec<IndexedPack> {
        let table = |name: &Address| {
            let read = read_table(backend, name);
            read.inspect_err(|error| {
                tracing::debug!(%error, "the table cannot be read");
            })
            .ok()
        };
        self.unindexed.iter().filter_map(table).collect()
    }

    /// Adds a pack whose file has so many bytes.
    pub(crate) fn add(
        &mut self,
        pack: IndexedPack,
        size: u64,
        condemned: &HashSet<Address>,
    ) {
        let IndexedPack { name, length, entries } = pack;
        let condemned = condemned.contains(&name);
        let cut = size != length;
        self.push(PackState { name, length, condemned, cut, entries });
    }

    fn push(&mut self, pack: PackState) {
        let Ok(number) = u32::try_from(self.packs.len()) else { return };
        for entry in &pack.entries {
            let Some(location) = located(number, entry) else { continue };
            let old = self.map.get(&entry.address);
            let better = old
                .is_none_or(|old| pack.lasts() && !self.pack_lasts(old.pack));
            if better {
                self.map.insert(entry.address, location);
            }
        }
        self.packs.push(pack);
    }

    /// What there would be if some packs were condemned.
    pub(crate) fn without(&self, condemned: &HashSet<Address>) -> Self {
        let mut without = Self::default();
        for pack in &self.packs {
            let gone = pack.condemned || condemned.contains(&pack.name);
            without.push(PackState { condemned: gone, ..pack.clone() });
        }
        without
    }

    fn pack_lasts(&self, pack: u32) -> bool {
        self.packs.get(pack as usize).is_some_and(PackState::lasts)
    }

    /// Where an object is, if it is anywhere.
    pub(crate) fn find(&self, address: &Address) -> Option<Location> {
        self.map.get(address).copied()
    }

    /// The same, where something new may rely on it.
    pub(crate) fn find_lasting(&self, address: &Address) -> Option<Location> {
        self.find(address).filter(|it| self.pack_lasts(it.pack))
    }

    /// Whether all that there is of an object is in a pack that was cut
    /// short.
    pub(crate) fn is_cut(&self, address: &Address) -> bool {
        let pack = self.find(address).and_then(|it| self.pack(it));
        pack.is_some_and(|pack| pack.cut)
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
    Ok(keys.iter().filter_map(|key| pack(key)).collect())
}

/// The same with how many bytes each has.
fn sizes(backend: &dyn Backend) -> Result<HashMap<Address, u64>, StoreError> {
    let keys = backend.list_sizes("packs/")?;
    let sized = |(key, size): &(String, u64)| Some((pack(key)?, *size));
    Ok(keys.iter().filter_map(sized).collect())
}

/// The pack that a key is of.
fn pack(key: &str) -> Option<Address> {
    match Key::parse(key) {
        Some(Key::Pack(name)) => Some(name),
        _ => None,
    }
}

/// What all indexes have.
#[derive(Default)]
struct Indexes {
    names: Vec<Address>,
    damaged: Vec<Address>,
    packs: Vec<IndexedPack>,
}

/// Reads all indexes.
fn read_indexes(backend: &dyn Backend) -> Result<Indexes, StoreError> {
    again(TRIES, || {
        let mut names: Vec<Address> = backend
            .list("indexes/")?
            .iter()
            .filter_map(|key| match Key::parse(key) {
                Some(Key::Index(name)) => Some(name),
                _ => None,
            })
            .collect();
        names.sort();
        let mut indexes = Indexes::default();
        for name in names {
            match read_index(backend, &name) {
                Ok(packs) => {
                    indexes.packs.extend(packs);
                    indexes.names.push(name);
                }
                // The packs have tables of their own.
                Err(StoreError::Damaged { .. }) => indexes.damaged.push(name),
                // It was merged with others after it had been listed.
                Err(error) => return Err(error),
            }
        }
        Ok(indexes)
    })
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
    let end = backend.get_part(&key, at, trailer)?;
    let trailer =
        PackTrailer::parse(&end, length).map_err(StoreError::damaged(&key))?;
    debug_assert!(trailer.count <= length / ENTRY as u64);
    let table =
        backend.get_part(&key, trailer.offset, trailer.table_length())?;
    let entries =
        parse_table(&table, &trailer).map_err(StoreError::damaged(&key))?;
    Ok(IndexedPack { name: *name, length, entries })
}
