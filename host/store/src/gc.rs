//! Garbage collection: what no snapshot references is deleted, beside any
//! number of writers and other collections. docs/STORE.md has the argument.
//!
//! A collection first writes a list of the packs that are to go. From then on,
//! writers rely on them no more. After a time of grace it looks at all
//! snapshots again, copies what one of them references and no other pack has,
//! and then deletes the packs.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use sanchay_core::store::{Address, IndexedPack, Key, StampedName};

use crate::{
    again::again,
    condemned,
    error::StoreError,
    live::Live,
    packer::{Packer, put_index},
    state::{PackState, State},
    store::Store,
};

/// With so many indexes, or more, they are merged.
const INDEXES: usize = 16;

/// After so long, a put that has not completed its snapshot is taken for dead,
/// whatever the time of grace.
const ABANDONED: Duration = Duration::from_secs(24 * 3600);

/// After so long, what a put stored that was ended early is not kept for the
/// next one any more.
const NOT_TAKEN_UP: Duration = Duration::from_secs(7 * 24 * 3600);

/// How often snapshots are looked at again that were removed meanwhile.
const TRIES: usize = 8;

/// How many objects a merged index has at most, about.
const PER_INDEX: usize = 1 << 20;

/// How garbage is collected.
#[derive(Clone, Copy, Debug)]
pub struct GcOptions {
    /// How old a pack has to be to be condemned, and for how long it stays
    /// condemned. Nothing is lost however short it is; with less than a put
    /// takes, puts have to store twice.
    pub grace: Duration,
    /// Which share of a pack has to be garbage for the rest to be copied: from
    /// 0 to 1.
    pub waste: f64,
    /// Whether only to tell what would be done.
    pub dry_run: bool,
    /// How well what is copied is compressed.
    pub level: i32,
}

impl Default for GcOptions {
    fn default() -> Self {
        Self {
            grace: Duration::from_secs(24 * 3600),
            waste: 0.25,
            dry_run: false,
            level: 3,
        }
    }
}

/// What a collection did, or would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GcReport {
    /// Packs that were condemned: a later collection deletes them.
    pub condemned: u64,
    /// How many bytes these have.
    pub condemned_bytes: u64,
    /// Objects that were copied since most of their pack is garbage, or since
    /// a snapshot references them that came after the pack was condemned.
    pub copied: u64,
    /// Packs that were deleted.
    pub deleted: u64,
    /// How many bytes these had.
    pub deleted_bytes: u64,
    /// Leftovers of puts that were cut off, which were removed.
    pub leftovers: u64,
}

impl Store {
    /// Collects garbage.
    ///
    /// # Errors
    /// A snapshot, or what it references, cannot be read: then nothing is
    /// deleted. And what the backend refused.
    pub fn gc(&self, options: &GcOptions) -> Result<GcReport, StoreError> {
        let mut report = GcReport::default();
        again(TRIES, || self.try_gc(options, &mut report))?;
        Ok(report)
    }

    fn try_gc(
        &self,
        options: &GcOptions,
        report: &mut GcReport,
    ) -> Result<(), StoreError> {
        if !options.dry_run {
            self.drop_abandoned(options.grace)?;
        }
        Mark { store: self, options }.mark(report)?;
        if options.dry_run {
            return Ok(());
        }
        for list in condemned::lists(self.backend())? {
            let key = Key::Condemned(list.clone()).to_string();
            match self.backend().info(&key) {
                Ok(info) if info.age >= options.grace => {
                    self.sweep(&list, options, report)?;
                }
                Ok(_) => {}
                // Another collection was quicker.
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.merge_indexes()?;
        // Puts that go on have temporary files, too.
        let older = options.grace.max(ABANDONED);
        report.leftovers += self.backend().remove_leftovers(older)?;
        Ok(())
    }

    /// Removes what puts left that were cut off before their snapshots were
    /// complete.
    fn drop_abandoned(&self, grace: Duration) -> Result<(), StoreError> {
        let left = [("pending/", ABANDONED), ("partial/", NOT_TAKEN_UP)];
        for (folder, age) in left {
            for key in self.backend().list(folder)? {
                match self.backend().info(&key) {
                    Ok(info) if info.age >= grace.max(age) => {
                        self.backend().delete(&key)?;
                    }
                    Ok(_) => {}
                    Err(error) if error.is_not_found() => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(())
    }

    /// Deletes the packs of a list.
    fn sweep(
        &self,
        list: &StampedName,
        options: &GcOptions,
        report: &mut GcReport,
    ) -> Result<(), StoreError> {
        let backend = self.backend();
        let packs = condemned::read(backend, list)?;
        let (state, copied) = self.rescue(options.level)?;
        report.copied += copied;
        let sizes: HashMap<Address, u64> =
            state.packs.iter().map(|it| (it.name, it.length)).collect();
        backend.flush()?;
        for pack in &packs {
            backend.delete(&Key::Pack(*pack).to_string())?;
            report.deleted += 1;
            report.deleted_bytes += sizes.get(pack).copied().unwrap_or(0);
        }
        backend.flush()?;
        backend.delete(&Key::Condemned(list.clone()).to_string())?;
        backend.flush()?;
        Ok(())
    }

    /// Copies what snapshots reference and only condemned packs have. The
    /// lists that condemn them are there: whoever did not see them when its
    /// snapshot was put has put it before, so it is seen here.
    fn rescue(&self, level: i32) -> Result<(Arc<State>, u64), StoreError> {
        // A snapshot may be removed meanwhile, with what it had.
        again(TRIES, || self.try_rescue(level))
    }

    fn try_rescue(&self, level: i32) -> Result<(Arc<State>, u64), StoreError> {
        let state = self.reload()?;
        let live = Live::now(self)?;
        let packer = Packer::new(self, Arc::clone(&state), level);
        let mut copied = 0;
        for address in live.iter() {
            if state.find_lasting(address).is_some() {
                continue;
            }
            match self.read(address) {
                Ok(bytes) => packer.add_known(*address, &bytes)?,
                Err(error) if live.is_firm(address) => return Err(error),
                // A pending snapshot may lack objects that its put still has
                // to add. One that cannot be read is another matter.
                Err(error) if error.is_missing() => continue,
                Err(StoreError::Object { .. }) if state.is_cut(address) => {
                    continue;
                }
                Err(error) => return Err(error),
            }
            copied += 1;
        }
        packer.finish()?;
        Ok((state, copied))
    }

    /// Puts one index in place of many, without packs that are gone, and with
    /// those that no index has.
    fn merge_indexes(&self) -> Result<(), StoreError> {
        let state = self.reload()?;
        let lost = state.read_unindexed(self.backend());
        if state.indexes.len() < INDEXES
            && state.gone.is_empty()
            && state.damaged.is_empty()
            && lost.is_empty()
        {
            return Ok(());
        }
        if !lost.is_empty() {
            // An index is put once its packs are durable.
            self.backend().flush()?;
        }
        // Packs that are not there were listed after the indexes were read,
        // and a pack is there before its index: so they were deleted.
        let known = state.packs.iter().map(PackState::indexed);
        let mut packs: Vec<IndexedPack> = known.chain(lost).collect();
        packs.sort_by_key(|pack| pack.name);
        let mut new = HashSet::new();
        let mut batch = Vec::new();
        let mut objects = 0;
        for pack in packs {
            objects += pack.entries.len();
            batch.push(pack);
            if objects >= PER_INDEX {
                new.insert(put_index(self, &batch)?);
                batch.clear();
                objects = 0;
            }
        }
        if !batch.is_empty() {
            new.insert(put_index(self, &batch)?);
        }
        self.backend().flush()?;
        let old = state.indexes.iter().chain(&state.damaged);
        for old in old.filter(|old| !new.contains(*old)) {
            self.backend().delete(&Key::Index(*old).to_string())?;
        }
        self.backend().flush()?;
        self.reload().map(drop)
    }
}

/// The first phase.
struct Mark<'s> {
    store: &'s Store,
    options: &'s GcOptions,
}

impl Mark<'_> {
    /// Condemns the packs of which nothing, or little, is referenced.
    fn mark(&self, report: &mut GcReport) -> Result<(), StoreError> {
        let store = self.store;
        // Packs first, snapshots behind them: a pack that is referenced by a
        // snapshot which is not seen here is younger than any grace worth the
        // name, and else it is found before it is deleted.
        let state = store.reload()?;
        let live = Live::now(store)?;
        let unindexed: Vec<(Address, u64)> = state
            .unindexed
            .iter()
            .filter_map(|name| {
                let key = Key::Pack(*name).to_string();
                store.backend().info(&key).ok().map(|it| (*name, it.size))
            })
            .collect();
        let lost: HashMap<Address, IndexedPack> = state
            .read_unindexed(store.backend())
            .into_iter()
            .map(|pack| (pack.name, pack))
            .collect();
        self.check_all_there(&state, &live, &lost)?;
        let mut victims = Vec::new();
        let mut kept = Vec::new();
        for (number, pack) in state.packs.iter().enumerate() {
            if pack.condemned || !self.is_old(&pack.name)? {
                continue;
            }
            let is_here = |address: &Address| {
                live.has(address)
                    && state
                        .find_lasting(address)
                        .is_some_and(|it| it.pack as usize == number)
            };
            let used = pack.entries.iter().filter(|it| is_here(&it.address));
            let used_bytes: u64 = used.clone().map(|it| it.length).sum();
            let all: u64 = pack.entries.iter().map(|it| it.length).sum();
            let wasted = all.saturating_sub(used_bytes);
            if used_bytes == 0 || self.is_waste(wasted, all) {
                victims.push((pack.name, pack.length));
                kept.extend(used.map(|it| it.address));
            }
        }
        for (name, size) in unindexed {
            let used = lost.get(&name).is_some_and(|pack| {
                pack.entries.iter().any(|it| live.has(&it.address))
            });
            if !used && self.is_old(&name)? {
                victims.push((name, size));
            }
        }
        report.condemned += victims.len() as u64;
        report.condemned_bytes += victims.iter().map(|it| it.1).sum::<u64>();
        report.copied += kept.len() as u64;
        if self.options.dry_run || victims.is_empty() {
            return Ok(());
        }
        self.copy(&state, &victims, &kept)?;
        let names: Vec<Address> = victims.iter().map(|it| it.0).collect();
        condemned::put(store.backend(), &names)?;
        Ok(())
    }

    /// Deletes nothing in a store that lacks something.
    fn check_all_there(
        &self,
        state: &State,
        live: &Live,
        lost: &HashMap<Address, IndexedPack>,
    ) -> Result<(), StoreError> {
        let unindexed: HashSet<Address> = lost
            .values()
            .flat_map(|pack| &pack.entries)
            .map(|entry| entry.address)
            .collect();
        let is_missing = |state: &State, address: &Address| {
            live.is_firm(address)
                && !unindexed.contains(address)
                && match state.find(address) {
                    None => true,
                    // What is left of the pack may have it all the same.
                    Some(_) if state.is_cut(address) => {
                        self.store.read_by(state, address).is_err()
                    }
                    Some(_) => false,
                }
        };
        if !live.iter().any(|it| is_missing(state, it)) {
            return Ok(());
        }
        // A snapshot may be newer than what was looked at.
        let now = self.store.reload()?;
        match live.iter().find(|it| is_missing(&now, it)) {
            Some(address) => Err(StoreError::Missing { address: *address }),
            None => Ok(()),
        }
    }

    /// Copies objects out of packs that are to go.
    fn copy(
        &self,
        state: &State,
        victims: &[(Address, u64)],
        kept: &[Address],
    ) -> Result<(), StoreError> {
        if kept.is_empty() {
            return Ok(());
        }
        let names: HashSet<Address> = victims.iter().map(|it| it.0).collect();
        let without = state.without(&names);
        let level = self.options.level;
        let packer = Packer::new(self.store, Arc::new(without), level);
        for address in kept {
            packer.add_known(*address, &self.store.read(address)?)?;
        }
        packer.finish().map(drop)
    }

    fn is_old(&self, pack: &Address) -> Result<bool, StoreError> {
        match self.store.backend().info(&Key::Pack(*pack).to_string()) {
            Ok(info) => Ok(info.age >= self.options.grace),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether so many of a pack's bytes are garbage that the rest is copied.
    fn is_waste(&self, wasted: u64, all: u64) -> bool {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a share need not be exact"
        )]
        let share = wasted as f64 / all.max(1) as f64;
        wasted > 0 && share > self.options.waste
    }
}
