//! Checks a store: whether all is there that snapshots reference, whether it
//! is whole, and whether anything is there that belongs to no store.

use std::{
    collections::HashSet,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

use sanchay::{Engine, Monitor};
use sanchay_core::store::{
    Address, Damage, IndexedPack, Key, MAX_PACK, PACK_TRAILER, PackTrailer,
    begins_pack, parse_chunks, parse_rows, parse_table,
};
use sanchay_sync::lock;

use crate::{
    codec,
    error::StoreError,
    snapshot::Snapshot,
    state::{State, read_index},
    store::Store,
};

/// How to check a store.
#[derive(Clone, Debug, Default)]
pub struct CheckOptions {
    /// Whether to read every pack, and take every object apart.
    pub read_data: bool,
    /// Watches the run, and ends it.
    pub monitor: Monitor,
}

/// What is wrong with a store.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Flaw {
    /// A file belongs to no store.
    Foreign {
        /// The file.
        key: String,
    },
    /// A file is damaged.
    Damaged {
        /// The file.
        key: String,
        /// What is wrong with it, in words.
        why: String,
    },
    /// An object is missing that a snapshot references.
    MissingObject {
        /// The object.
        address: Address,
        /// The snapshot.
        snapshot: String,
    },
    /// An object is damaged.
    DamagedObject {
        /// The object.
        address: Address,
        /// The pack that it is in.
        key: String,
        /// What is wrong with it.
        damage: Damage,
    },
    /// No index has a pack: a put that was cut off left it, or the index is
    /// lost. Garbage collection takes care of it.
    Unindexed {
        /// The pack.
        key: String,
    },
}

impl Flaw {
    /// Whether it takes anything away, as opposed to what garbage collection
    /// tidies up.
    #[must_use]
    pub const fn is_loss(&self) -> bool {
        !matches!(self, Self::Unindexed { .. } | Self::Foreign { .. })
    }

    /// What it is about: a file, or an object.
    #[must_use]
    pub fn subject(&self) -> String {
        match self {
            Self::Foreign { key }
            | Self::Damaged { key, .. }
            | Self::Unindexed { key } => key.clone(),
            Self::MissingObject { address, .. }
            | Self::DamagedObject { address, .. } => address.to_string(),
        }
    }

    /// What is wrong, in a word.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Foreign { .. } => "foreign",
            Self::Damaged { .. } | Self::DamagedObject { .. } => "damaged",
            Self::MissingObject { .. } => "missing",
            Self::Unindexed { .. } => "unindexed",
        }
    }

    /// What is wrong, in a sentence.
    #[must_use]
    pub fn why(&self) -> String {
        match self {
            Self::Foreign { .. } => "it belongs to no store".to_owned(),
            Self::Damaged { why, .. } => why.clone(),
            Self::MissingObject { snapshot, .. } => {
                format!("snapshot {snapshot} needs it, and it is not there")
            }
            Self::DamagedObject { key, damage, .. } => {
                format!("{damage}, in {key}")
            }
            Self::Unindexed { .. } => {
                "no index has it; gc takes care of it".to_owned()
            }
        }
    }
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckReport {
    /// Snapshots that were looked at.
    pub snapshots: u64,
    /// Objects that the indexes have.
    pub objects: u64,
    /// Packs that were looked at.
    pub packs: u64,
    /// Bytes that were read of packs.
    pub bytes: u64,
    /// What is wrong, in the order of what it is about.
    pub flaws: Vec<Flaw>,
}

impl CheckReport {
    /// Whether anything is lost, or may be.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.flaws.iter().any(Flaw::is_loss)
    }
}

impl Store {
    /// Checks the store. What other processes put and remove meanwhile is no
    /// flaw.
    ///
    /// # Errors
    /// Why it cannot be listed; [`sanchay::Error::Cancelled`].
    pub fn check(
        &self,
        engine: &Engine,
        options: &CheckOptions,
    ) -> Result<CheckReport, StoreError> {
        let mut report = CheckReport::default();
        let mut flaws = Vec::new();
        self.check_keys(&mut flaws)?;
        let state = match self.reload() {
            Ok(state) => state,
            // An index that is damaged is named already.
            Err(StoreError::Damaged { .. }) => {
                flaws.sort_by_key(|it: &Flaw| it.subject());
                report.flaws = flaws;
                return Ok(report);
            }
            Err(error) => return Err(error),
        };
        for name in &state.unindexed {
            let key = Key::Pack(*name).to_string();
            flaws.push(Flaw::Unindexed { key });
        }
        let state = self.with_unindexed(state)?;
        report.objects = state.map.len() as u64;
        report.packs = state.packs.len() as u64;
        self.check_snapshots(&state, &mut report, &mut flaws)?;
        let read = self.check_packs(engine, &state, options, &mut flaws)?;
        report.bytes = read;
        flaws.sort_by_key(Flaw::subject);
        flaws.dedup();
        report.flaws = flaws;
        Ok(report)
    }

    /// Looks for files that belong to no store, and for damaged indexes and
    /// lists.
    fn check_keys(&self, flaws: &mut Vec<Flaw>) -> Result<(), StoreError> {
        for text in self.backend().list("")? {
            let checked = match Key::parse(&text) {
                None => {
                    flaws.push(Flaw::Foreign { key: text });
                    continue;
                }
                Some(Key::Index(name)) => {
                    read_index(self.backend(), &name).map(drop)
                }
                Some(Key::Condemned(name)) => {
                    crate::condemned::read(self.backend(), &name).map(drop)
                }
                Some(_) => Ok(()),
            };
            match checked {
                Err(StoreError::Damaged { key, damage }) => {
                    flaws.push(Flaw::Damaged { key, why: damage.to_string() });
                }
                Err(error) if !error.is_missing() => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    fn check_snapshots(
        &self,
        state: &State,
        report: &mut CheckReport,
        flaws: &mut Vec<Flaw>,
    ) -> Result<(), StoreError> {
        let (snapshots, errors) = self.snapshots()?;
        for error in errors {
            match error {
                StoreError::Damaged { key, damage } => {
                    flaws.push(Flaw::Damaged { key, why: damage.to_string() });
                }
                other => return Err(other),
            }
        }
        let mut seen = HashSet::new();
        for snapshot in &snapshots {
            report.snapshots += 1;
            let mut of = OfSnapshot { store: self, state, snapshot, flaws };
            of.check(&mut seen)?;
        }
        Ok(())
    }

    /// Compares packs with their index; reads all of them, if that is wanted.
    fn check_packs(
        &self,
        engine: &Engine,
        state: &State,
        options: &CheckOptions,
        flaws: &mut Vec<Flaw>,
    ) -> Result<u64, StoreError> {
        let bytes = match options.read_data {
            true => state.packs.iter().map(|it| it.length).sum(),
            false => 0,
        };
        let numbers: Vec<usize> = (0..state.packs.len()).collect();
        let found = std::sync::Mutex::new(Vec::new());
        let failure = std::sync::Mutex::new(None);
        let failed = AtomicBool::new(false);
        let total = (numbers.len() as u64, bytes);
        let run = engine.work(
            &numbers,
            total,
            &options.monitor,
            || (),
            |(), number, context| {
                let Some(pack) = state.packs.get(*number) else { return };
                let indexed = IndexedPack {
                    name: pack.name,
                    length: pack.length,
                    entries: pack.entries.clone(),
                };
                match self.check_pack(&indexed, options.read_data) {
                    Ok(flaws) => lock(&found).extend(flaws),
                    Err(error) => {
                        lock(&failure).get_or_insert(error);
                        failed.store(true, Relaxed);
                        context.stop();
                    }
                }
                let length = usize::try_from(pack.length).unwrap_or(0);
                let _ = context.count_bytes(if options.read_data {
                    length
                } else {
                    0
                });
                context.count_file();
            },
            drop,
        );
        if let Some(error) = sanchay_sync::into_inner(failure) {
            return Err(error);
        }
        run?;
        flaws.extend(sanchay_sync::into_inner(found));
        Ok(bytes)
    }

    fn check_pack(
        &self,
        pack: &IndexedPack,
        read_data: bool,
    ) -> Result<Vec<Flaw>, StoreError> {
        let key = Key::Pack(pack.name).to_string();
        let damaged = |why: &dyn ToString| Flaw::Damaged {
            key: key.clone(),
            why: why.to_string(),
        };
        let size = match self.backend().info(&key) {
            Ok(info) => info.size,
            // It was deleted meanwhile.
            Err(error) if error.is_not_found() => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        if size != pack.length {
            return Ok(vec![damaged(&Damage::Length)]);
        }
        if !read_data {
            return Ok(Vec::new());
        }
        let bytes = match self.backend().get(&key, MAX_PACK) {
            Ok(bytes) => bytes,
            Err(error) if error.is_not_found() => return Ok(Vec::new()),
            Err(error) => return Ok(vec![damaged(&error)]),
        };
        let mut flaws = Vec::new();
        if Address::of(&bytes) != pack.name {
            flaws.push(damaged(&Damage::Digest));
        }
        match table(&bytes) {
            Ok(entries) if entries == pack.entries => {}
            Ok(_) => flaws.push(damaged(&"its index has another table")),
            Err(damage) => flaws.push(damaged(&damage)),
        }
        for entry in &pack.entries {
            let begin = usize::try_from(entry.offset).ok();
            let end = usize::try_from(entry.offset + entry.length).ok();
            let object = begin.zip(end).and_then(|(a, b)| bytes.get(a..b));
            let read = object
                .ok_or(Damage::Length)
                .and_then(|it| codec::decode(it, &entry.address));
            let damage = match read {
                Ok(read) if read.len() as u64 == entry.size => continue,
                Ok(_) => Damage::Length,
                Err(damage) => damage,
            };
            let (address, key) = (entry.address, key.clone());
            flaws.push(Flaw::DamagedObject { address, key, damage });
        }
        Ok(flaws)
    }
}

/// The table of a whole pack.
fn table(bytes: &[u8]) -> Result<Vec<sanchay_core::store::Entry>, Damage> {
    if !begins_pack(bytes) {
        return Err(Damage::Format);
    }
    let at = bytes.len().checked_sub(PACK_TRAILER).ok_or(Damage::Length)?;
    let end = bytes.get(at..).unwrap_or_default();
    let trailer = PackTrailer::parse(end, bytes.len() as u64)?;
    let begin = usize::try_from(trailer.offset).ok();
    let table = begin.and_then(|begin| bytes.get(begin..at));
    parse_table(table.ok_or(Damage::Length)?, &trailer)
}

/// The check of a snapshot.
struct OfSnapshot<'a> {
    store: &'a Store,
    state: &'a State,
    snapshot: &'a Snapshot,
    flaws: &'a mut Vec<Flaw>,
}

impl OfSnapshot<'_> {
    fn check(
        &mut self,
        seen: &mut HashSet<Address>,
    ) -> Result<(), StoreError> {
        for part in &self.snapshot.document.rows {
            if !seen.insert(*part) {
                continue;
            }
            let Some(text) = self.read(part)? else { continue };
            let rows = match parse_rows(&text) {
                Ok(rows) => rows,
                Err(damage) => {
                    self.damaged(part, damage);
                    continue;
                }
            };
            for row in rows {
                if row.chunks.is_empty() {
                    row.hash.iter().for_each(|hash| self.look(hash));
                }
                for list in &row.chunks {
                    if seen.insert(*list)
                        && let Some(bytes) = self.read(list)?
                    {
                        self.check_list(list, &bytes);
                    }
                }
            }
        }
        Ok(())
    }

    fn check_list(&mut self, list: &Address, bytes: &[u8]) {
        match parse_chunks(bytes) {
            Ok(chunks) => chunks.iter().for_each(|it| self.look(&it.0)),
            Err(damage) => self.damaged(list, damage),
        }
    }

    /// Whether an object is there.
    fn look(&mut self, address: &Address) {
        if self.state.find(address).is_none() {
            let snapshot = self.snapshot.stamp.to_string();
            let address = *address;
            self.flaws.push(Flaw::MissingObject { address, snapshot });
        }
    }

    fn damaged(&mut self, address: &Address, damage: Damage) {
        let location = self.state.find(address);
        let pack = location.and_then(|it| self.state.pack(it));
        let key = pack.map(|it| Key::Pack(it.name).to_string());
        let (address, key) = (*address, key.unwrap_or_default());
        self.flaws.push(Flaw::DamagedObject { address, key, damage });
    }

    /// The bytes of an object; nothing where that is a flaw.
    fn read(
        &mut self,
        address: &Address,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        match self.store.read_by(self.state, address) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(StoreError::Object { damage, .. }) => {
                self.damaged(address, damage);
                Ok(None)
            }
            Err(error) if error.is_missing() => {
                let snapshot = self.snapshot.stamp.to_string();
                let address = *address;
                self.flaws.push(Flaw::MissingObject { address, snapshot });
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
