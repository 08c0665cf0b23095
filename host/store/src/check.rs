//! Checks a store: whether all is there that snapshots reference, whether it
//! is whole, and whether anything is there that belongs to no store.

use std::{
    collections::{HashMap, HashSet},
    sync::Mutex,
};

use sanchay::{Cancel, Engine, Monitor, WorkContext};
use sanchay_core::store::{
    Address, Damage, Hole, IndexedPack, Key, MAX_OBJECT, MAX_PACK,
    PACK_TRAILER, PackTrailer, StoredRow, begins_pack, parse_chunks,
    parse_rows, parse_table,
};
use sanchay_sync::{into_inner, lock};

use crate::{
    codec,
    error::StoreError,
    rows::is_bomb,
    snapshot::Snapshot,
    state::{State, read_index},
    store::Store,
    tree::contents::{Contents, Source},
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
    /// The row of a file says something else than its objects, or than the row
    /// of another name of the file.
    DamagedRow {
        /// The path of the file.
        path: Vec<u8>,
        /// The snapshot.
        snapshot: String,
        /// What is wrong with it.
        damage: Damage,
    },
}

impl Flaw {
    /// Whether it takes anything away.
    #[must_use]
    pub const fn is_loss(&self) -> bool {
        !matches!(self, Self::Foreign { .. })
    }

    /// What it is about: a file, or an object.
    #[must_use]
    pub fn subject(&self) -> Vec<u8> {
        match self {
            Self::Foreign { key } | Self::Damaged { key, .. } => {
                key.clone().into_bytes()
            }
            Self::MissingObject { address, .. }
            | Self::DamagedObject { address, .. } => {
                address.to_string().into_bytes()
            }
            Self::DamagedRow { path, .. } => path.clone(),
        }
    }

    /// What is wrong, in a word.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Foreign { .. } => "foreign",
            Self::Damaged { .. }
            | Self::DamagedObject { .. }
            | Self::DamagedRow { .. } => "damaged",
            Self::MissingObject { .. } => "missing",
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
            Self::DamagedRow { snapshot, damage, .. } => {
                format!("{damage}, in snapshot {snapshot}")
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
    /// Packs that no index has: what a put that was cut off left, or one that
    /// goes on. They are no flaw; a collection takes care of them.
    pub unindexed: u64,
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
        let state = match self.reload_all() {
            Ok(state) => state,
            // A list that is damaged is named already.
            Err(StoreError::Damaged { .. }) => {
                report.flaws = sorted(flaws);
                return Ok(report);
            }
            Err(error) => return Err(error),
        };
        report.objects = state.map.len() as u64;
        report.packs = state.packs.len() as u64;
        report.unindexed = state.unindexed.len() as u64;
        let cancel = &options.monitor.cancel;
        let files =
            self.check_snapshots(&state, cancel, &mut report, &mut flaws)?;
        let work: Vec<Work> = match options.read_data {
            true => {
                files.into_iter().map(|it| Work::File(Box::new(it))).collect()
            }
            false => Vec::new(),
        };
        let packs = state.packs.iter().map(|pack| Work::Pack(pack.indexed()));
        let work: Vec<Work> = packs.chain(work).collect();
        report.bytes = self.check_all(engine, &work, options, &mut flaws)?;
        self.confirm(&mut flaws)?;
        report.flaws = sorted(flaws);
        Ok(report)
    }

    /// Leaves out what is missing since its snapshot was removed meanwhile, or
    /// since it was copied to another pack.
    fn confirm(&self, flaws: &mut Vec<Flaw>) -> Result<(), StoreError> {
        let is_missing =
            |flaw: &Flaw| matches!(flaw, Flaw::MissingObject { .. });
        if !flaws.iter().any(is_missing) {
            return Ok(());
        }
        let there = self.backend().list("snapshots/")?;
        let there: HashSet<String> = there.into_iter().collect();
        let state = self.reload_all()?;
        flaws.retain(|flaw| match flaw {
            Flaw::MissingObject { address, snapshot } => {
                there.contains(&format!("snapshots/{snapshot}"))
                    && self.read_by(&state, address).is_err()
            }
            _ => true,
        });
        Ok(())
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

    /// Checks the snapshots. Returns the files that consist of chunks, each
    /// contents once.
    fn check_snapshots(
        &self,
        state: &State,
        cancel: &Cancel,
        report: &mut CheckReport,
        flaws: &mut Vec<Flaw>,
    ) -> Result<Vec<ListedFile>, StoreError> {
        let (snapshots, errors) = self.snapshots()?;
        for error in errors {
            match error {
                StoreError::Damaged { key, damage } => {
                    flaws.push(Flaw::Damaged { key, why: damage.to_string() });
                }
                other => return Err(other),
            }
        }
        let mut seen = Seen::default();
        for snapshot in &snapshots {
            report.snapshots += 1;
            let firsts = HashMap::new();
            let mut of =
                OfSnapshot { store: self, state, snapshot, flaws, firsts };
            of.check(&mut seen, cancel)?;
        }
        Ok(seen.files)
    }

    /// Compares packs with their index, and files with their digests; reads
    /// all of them, if that is wanted. Returns how many bytes of packs.
    fn check_all(
        &self,
        engine: &Engine,
        work: &[Work],
        options: &CheckOptions,
        flaws: &mut Vec<Flaw>,
    ) -> Result<u64, StoreError> {
        let size = |work: &Work| match work {
            Work::Pack(pack) if options.read_data => pack.length,
            Work::Pack(_) => 0,
            Work::File(file) => file.row.size,
        };
        let bytes = work.iter().map(size).fold(0, u64::saturating_add);
        let found = Mutex::new(Vec::new());
        let failure = Mutex::new(None);
        let run = engine.work(
            work,
            (work.len() as u64, bytes),
            &options.monitor,
            || (),
            |(), work, context| {
                let checked = match work {
                    Work::Pack(pack) => {
                        let checked = self.check_pack(pack, options.read_data);
                        let read = usize::try_from(size(work)).unwrap_or(0);
                        let _ = context.count_bytes(read);
                        checked
                    }
                    Work::File(file) => {
                        let flaw =
                            self.check_file(file, &options.monitor, context);
                        flaw.map(|flaw| flaw.into_iter().collect())
                    }
                };
                match checked {
                    Ok(flaws) => lock(&found).extend(flaws),
                    Err(error) => {
                        lock(&failure).get_or_insert(error);
                        context.stop();
                    }
                }
                context.count_file();
            },
            drop,
        );
        if let Some(error) = into_inner(failure) {
            return Err(error);
        }
        run?;
        flaws.extend(into_inner(found));
        let packs = work.iter().filter(|it| matches!(it, Work::Pack(_)));
        Ok(packs.map(size).fold(0, u64::saturating_add))
    }

    /// Compares a file that consists of chunks with what its row says.
    fn check_file(
        &self,
        file: &ListedFile,
        monitor: &Monitor,
        context: WorkContext<'_>,
    ) -> Result<Option<Flaw>, StoreError> {
        let Some(of) = Source::new(self, &file.row, &monitor.cancel) else {
            return Ok(None);
        };
        let read = Contents::open(of).and_then(|mut it| {
            it.verify(of, |read| context.count_bytes(read))
        });
        match read {
            Ok(()) => Ok(None),
            // What is wrong with other objects is told of these.
            Err(StoreError::Object { address, damage })
                if address == of.hash =>
            {
                let (path, snapshot) =
                    (file.row.path.clone(), file.snapshot.clone());
                Ok(Some(Flaw::DamagedRow { path, snapshot, damage }))
            }
            Err(StoreError::Object { .. }) => Ok(None),
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(error),
        }
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
                .and_then(|it| codec::decode(it, &entry.address, MAX_OBJECT));
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

fn sorted(mut flaws: Vec<Flaw>) -> Vec<Flaw> {
    flaws.sort_by_cached_key(Flaw::subject);
    flaws.dedup();
    flaws
}

/// What is checked for itself.
enum Work {
    Pack(IndexedPack),
    File(Box<ListedFile>),
}

/// A file that consists of chunks.
struct ListedFile {
    row: StoredRow,
    snapshot: String,
}

/// What was looked at already.
#[derive(Default)]
struct Seen {
    objects: HashSet<Address>,
    /// Digests and lists of files that consist of chunks.
    contents: HashSet<(Address, Vec<Address>, Vec<Hole>)>,
    files: Vec<ListedFile>,
}

/// The check of a snapshot.
struct OfSnapshot<'a> {
    store: &'a Store,
    state: &'a State,
    snapshot: &'a Snapshot,
    flaws: &'a mut Vec<Flaw>,
    /// The first rows of files with several names.
    firsts: HashMap<(u64, u64), StoredRow>,
}

impl OfSnapshot<'_> {
    fn check(
        &mut self,
        seen: &mut Seen,
        cancel: &Cancel,
    ) -> Result<(), StoreError> {
        let (mut bytes, mut stored) = (0_u64, 0_u64);
        for part in &self.snapshot.document.rows {
            if cancel.is_cancelled() {
                return Err(sanchay::Error::Cancelled.into());
            }
            if let Some(location) = self.state.find(part) {
                bytes = bytes.saturating_add(location.size.into());
                stored = stored.saturating_add(location.length.into());
            }
            if !seen.objects.insert(*part) {
                continue;
            }
            let Some(text) = self
                .read(part, |store, state| store.read_rows_by(state, part))?
            else {
                continue;
            };
            let rows = match parse_rows(&text) {
                Ok(rows) => rows,
                Err(damage) => {
                    self.damaged(part, damage);
                    continue;
                }
            };
            for row in rows {
                self.check_row(row, seen)?;
            }
        }
        if is_bomb(bytes, stored) {
            let snapshot = self.snapshot.stamp.to_string();
            let why = StoreError::Bomb { snapshot }.to_string();
            let key = self.snapshot.key();
            self.flaws.push(Flaw::Damaged { key, why });
        }
        Ok(())
    }

    fn check_row(
        &mut self,
        row: StoredRow,
        seen: &mut Seen,
    ) -> Result<(), StoreError> {
        if let Some(device) = row.device {
            let first = self.firsts.entry((device, row.inode));
            let first = first.or_insert_with(|| row.clone());
            if !first.is_same_file(&row) {
                self.wrong(&row, Damage::Value);
            }
        }
        let Some(hash) = row.hash else { return Ok(()) };
        if row.chunks.is_empty() {
            self.look(&hash);
            let found = self.state.find(&hash);
            if found.is_some_and(|it| u64::from(it.size) != row.size) {
                self.wrong(&row, Damage::Length);
            }
        }
        let mut size = Some(0_u64);
        for list in &row.chunks {
            let bytes =
                self.read(list, |store, state| store.read_by(state, list))?;
            let chunks = bytes.map(|bytes| parse_chunks(&bytes));
            let chunks = match chunks {
                Some(Ok(chunks)) => chunks,
                Some(Err(damage)) => {
                    self.damaged(list, damage);
                    return Ok(());
                }
                None => return Ok(()),
            };
            let sizes = chunks.iter().map(|it| it.1);
            let all = sizes.fold(0, u64::saturating_add);
            size = size.map(|size| size.saturating_add(all));
            if seen.objects.insert(*list) {
                chunks.iter().for_each(|it| self.look(&it.0));
            }
            // A list may be named again and again.
            if size.is_some_and(|size| size > row.size) {
                break;
            }
        }
        let has_holes = !row.holes.is_empty();
        if !row.chunks.is_empty() && size != Some(row.size) {
            self.wrong(&row, Damage::Length);
        } else if (has_holes || !row.chunks.is_empty())
            && seen.contents.insert((
                hash,
                row.chunks.clone(),
                row.holes.clone(),
            ))
        {
            let snapshot = self.snapshot.stamp.to_string();
            seen.files.push(ListedFile { row, snapshot });
        }
        Ok(())
    }

    fn wrong(&mut self, row: &StoredRow, damage: Damage) {
        let snapshot = self.snapshot.stamp.to_string();
        let path = row.path.clone();
        self.flaws.push(Flaw::DamagedRow { path, snapshot, damage });
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
        read: impl FnOnce(&Store, &State) -> Result<Vec<u8>, StoreError>,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        match read(self.store, self.state) {
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
