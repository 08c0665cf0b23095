//! Puts, removals and collections at the same time, on a backend that fails
//! and with processes that die: nothing that a snapshot references is lost,
//! and what is left over is collected in the end.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what goes wrong fails the test"
)]

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
    thread,
    time::{Duration, Instant},
};

use sanchay::{
    Engine, MemoryStorage, Monitor, WalkOptions,
    storage::{Opened, Storage as _},
};
use sanchay_store::{
    Backend, BackendError, CheckOptions, FileInfo, GcOptions, PutOptions,
    Snapshot, Store, StoreError,
};

type Files = BTreeMap<String, (Arc<Vec<u8>>, Instant)>;

/// A backend in memory.
#[derive(Debug, Default)]
struct Memory {
    files: Mutex<Files>,
    /// Whether everything was put long ago.
    old: AtomicBool,
}

/// What one process has of it: calls that fail, and, after so many of them, a
/// death.
#[derive(Debug)]
struct Handle {
    memory: Arc<Memory>,
    random: AtomicU64,
    /// One call of so many fails; none where this is 0.
    fails: u64,
    /// How many calls it lives for.
    life: AtomicU64,
    /// How many indexes are merged right before they are read.
    merged: AtomicU64,
}

impl Handle {
    fn new(memory: &Arc<Memory>, seed: u64, fails: u64, life: u64) -> Self {
        Self {
            memory: Arc::clone(memory),
            random: AtomicU64::new(seed),
            fails,
            life: AtomicU64::new(life),
            merged: AtomicU64::new(0),
        }
    }

    fn random(&self) -> u64 {
        next(&self.random)
    }

    fn is_dead(&self) -> bool {
        let less = |left: u64| left.checked_sub(1);
        self.life.fetch_update(SeqCst, SeqCst, less).is_err()
    }

    /// Fails where it is time to.
    fn call(&self, key: &str) -> Result<(), BackendError> {
        let random = self.random();
        if random.is_multiple_of(7) {
            thread::yield_now();
        }
        if random.is_multiple_of(97) {
            thread::sleep(Duration::from_micros(random % 800));
        }
        let fails =
            self.fails > 0 && (random / 128).is_multiple_of(self.fails);
        match self.is_dead() || fails {
            true => Err(BackendError::Io {
                key: key.to_owned(),
                action: "reach it",
                source: io::ErrorKind::ConnectionReset.into(),
            }),
            false => Ok(()),
        }
    }

    fn find(
        &self,
        key: &str,
    ) -> Result<(Arc<Vec<u8>>, Instant), BackendError> {
        self.call(key)?;
        let files = self.memory.files.lock().unwrap();
        let found = files.get(key).cloned();
        found.ok_or_else(|| BackendError::NotFound { key: key.to_owned() })
    }
}

fn next(state: &AtomicU64) -> u64 {
    let step = 0x9e37_79b9_7f4a_7c15;
    let mut mixed = state.fetch_add(step, SeqCst);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed ^ mixed >> 31
}

impl Backend for Handle {
    fn get(&self, key: &str, limit: u64) -> Result<Vec<u8>, BackendError> {
        let less = |left: u64| left.checked_sub(1);
        if key.starts_with("indexes/")
            && self.merged.fetch_update(SeqCst, SeqCst, less).is_ok()
        {
            return Err(BackendError::NotFound { key: key.to_owned() });
        }
        let bytes = self.find(key)?.0.to_vec();
        assert!(bytes.len() as u64 <= limit);
        Ok(bytes)
    }

    fn get_range(
        &self,
        key: &str,
        offset: u64,
        length: u64,
    ) -> Result<Vec<u8>, BackendError> {
        let bytes = self.find(key)?.0;
        let begin = usize::try_from(offset).unwrap().min(bytes.len());
        let end = usize::try_from(offset + length).unwrap().min(bytes.len());
        Ok(bytes[begin..end].to_vec())
    }

    fn put(&self, key: &str, bytes: &[u8]) -> Result<(), BackendError> {
        self.call(key)?;
        let file = (Arc::new(bytes.to_vec()), Instant::now());
        let old =
            self.memory.files.lock().unwrap().insert(key.to_owned(), file);
        let same = old.is_none_or(|(old, _)| *old == bytes);
        assert!(same, "{key} was given twice");
        // It is there, and the answer is lost.
        self.call(key)
    }

    fn flush(&self) -> Result<(), BackendError> {
        self.call("")
    }

    fn delete(&self, key: &str) -> Result<(), BackendError> {
        self.call(key)?;
        self.memory.files.lock().unwrap().remove(key);
        self.call(key)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, BackendError> {
        self.call(folder)?;
        let files = self.memory.files.lock().unwrap();
        Ok(files.keys().filter(|it| it.starts_with(folder)).cloned().collect())
    }

    fn info(&self, key: &str) -> Result<FileInfo, BackendError> {
        let (bytes, put) = self.find(key)?;
        let age = match self.memory.old.load(SeqCst) {
            true => Duration::from_secs(100 * 3600),
            false => put.elapsed(),
        };
        Ok(FileInfo { size: bytes.len() as u64, age })
    }
}

/// A tree: names and contents, of which trees share many.
type Tree = BTreeMap<String, Vec<u8>>;

fn tree(random: &AtomicU64) -> Tree {
    let count = 1 + next(random) % 12;
    let file = |_| {
        let content = next(random) % 40;
        let length = usize::try_from(20 + content * 100).unwrap();
        let name = format!("d{}/f{}", next(random) % 3, next(random) % 50);
        (name, format!("{content:04}").into_bytes().repeat(length))
    };
    (0..count).map(file).collect()
}

fn put(
    store: &Store,
    engine: &Engine,
    tree: &Tree,
    root: &str,
) -> Result<Snapshot, StoreError> {
    let storage = MemoryStorage::new();
    for (name, bytes) in tree {
        storage.write(format!("{root}/{name}"), bytes);
    }
    let walk = WalkOptions {
        storage: Some(Arc::new(storage)),
        ..WalkOptions::default()
    };
    let options = PutOptions { walk, ..PutOptions::default() };
    let roots = [PathBuf::from(root)];
    let put =
        store.put(engine, &roots, &options, |error| panic!("{error}"))?;
    Ok(put.snapshot)
}

/// Whether a snapshot has what was put.
fn is_whole(store: &Store, snapshot: &Snapshot, tree: &Tree) -> bool {
    let Ok(stored) = store.tree(snapshot) else { return false };
    tree.iter().all(|(name, bytes)| {
        let Ok(Opened::File(file, metadata)) = stored.open(Path::new(name))
        else {
            return false;
        };
        let mut read = vec![0; bytes.len() + 1];
        metadata.size == bytes.len() as u64
            && file.read_at(&mut read, 0).is_ok_and(|it| it == bytes.len())
            && read[..bytes.len()] == bytes[..]
    })
}

const NOW: GcOptions =
    GcOptions { grace: Duration::ZERO, waste: 0.25, dry_run: false, level: 1 };

/// How a test goes.
struct Play {
    seed: u64,
    fails: u64,
    dies: bool,
}

/// Puts, removes and collects in several threads; then all that was not
/// removed has to be there, and nothing else after a last collection.
fn play(play: &Play) {
    let memory = Arc::new(Memory::default());
    let steady = || Arc::new(Handle::new(&memory, 1, 0, u64::MAX));
    Store::init(steady()).unwrap();
    let kept: Mutex<Vec<(Snapshot, Tree)>> = Mutex::default();
    let writing = AtomicU64::new(3);
    let puts = AtomicU64::new(0);
    thread::scope(|scope| {
        for writer in 0..3_u64 {
            let (kept, writing, puts) = (&kept, &writing, &puts);
            let memory = &memory;
            scope.spawn(move || {
                let random = AtomicU64::new(play.seed * 31 + writer);
                let engine = Engine::builder().threads(1).build().unwrap();
                for _ in 0..14 {
                    let life =
                        match play.dies && next(&random).is_multiple_of(3) {
                            true => 5 + next(&random) % 60,
                            false => u64::MAX,
                        };
                    let seed = next(&random);
                    let handle = Handle::new(memory, seed, play.fails, life);
                    let Ok(store) = Store::open(Arc::new(handle)) else {
                        continue;
                    };
                    let tree = tree(&random);
                    let root = format!("r{writer}");
                    if let Ok(snapshot) = put(&store, &engine, &tree, &root) {
                        puts.fetch_add(1, SeqCst);
                        kept.lock().unwrap().push((snapshot, tree));
                    }
                    if next(&random).is_multiple_of(2) {
                        let mut all = kept.lock().unwrap();
                        if all.len() > 3 {
                            let at = next(&random) % all.len() as u64;
                            let at = usize::try_from(at).unwrap();
                            let (gone, _) = all.swap_remove(at);
                            drop(all);
                            // It is gone, or it is not: both will do.
                            let _ = store.remove(&gone);
                        }
                    }
                }
                writing.fetch_sub(1, SeqCst);
            });
        }
        for collector in 0..2_u64 {
            let (memory, writing) = (&memory, &writing);
            scope.spawn(move || {
                let random = AtomicU64::new(play.seed * 77 + collector);
                while writing.load(SeqCst) > 0 {
                    let life =
                        match play.dies && next(&random).is_multiple_of(2) {
                            true => 5 + next(&random) % 200,
                            false => u64::MAX,
                        };
                    let seed = next(&random);
                    let handle = Handle::new(memory, seed, play.fails, life);
                    let Ok(store) = Store::open(Arc::new(handle)) else {
                        continue;
                    };
                    match store.gc(&NOW) {
                        Ok(_) => {}
                        Err(error) => {
                            let known = play.fails > 0
                                || play.dies
                                || error.is_missing();
                            assert!(known, "{error}");
                        }
                    }
                }
            });
        }
    });
    let seed = play.seed;
    let store = Store::open(steady()).unwrap();
    let engine = Engine::builder().threads(1).build().unwrap();
    assert!(puts.into_inner() > 0, "seed {seed}: nothing was put");
    let look = |when: &str| {
        for (snapshot, tree) in &*kept.lock().unwrap() {
            let whole = is_whole(&store, snapshot, tree);
            assert!(whole, "seed {seed}: {} {when}", snapshot.stamp);
        }
        let options =
            CheckOptions { read_data: true, monitor: Monitor::default() };
        let report = store.check(&engine, &options).unwrap();
        assert!(!report.is_damaged(), "seed {seed} {when}: {report:?}");
        report
    };
    look("at the end");
    memory.old.store(true, SeqCst);
    for _ in 0..2 {
        store.gc(&GcOptions { waste: 0.0, ..NOW }).unwrap();
    }
    let report = look("after all was collected");
    assert_eq!(report.flaws, [], "seed {seed}");
    let stats = store.stats().unwrap();
    assert_eq!(stats.condemned, 0, "seed {seed}");
    assert_eq!(stats.objects, stats.referenced, "seed {seed}: {stats:?}");
    let (all, _) = store.snapshots().unwrap();
    for snapshot in &all {
        store.remove(snapshot).unwrap();
    }
    store.gc(&NOW).unwrap();
    let mut keys: Vec<String> =
        memory.files.lock().unwrap().keys().cloned().collect();
    keys.retain(|key| !key.starts_with("indexes/"));
    assert_eq!(keys, ["sanchay-store"], "seed {seed}");
}

#[test]
fn what_others_merge_and_remove_meanwhile_makes_no_run_fail() {
    let memory = Arc::new(Memory::default());
    let engine = Engine::builder().threads(1).build().unwrap();
    let open = |merged: u64| {
        let mut handle = Handle::new(&memory, 1, 0, u64::MAX);
        handle.merged = AtomicU64::new(merged);
        Store::open(Arc::new(handle)).unwrap()
    };
    Store::init(Arc::new(Handle::new(&memory, 1, 0, u64::MAX))).unwrap();
    let tree = tree(&AtomicU64::new(3));
    for number in 0..3 {
        put(&open(0), &engine, &tree, &format!("r{number}")).unwrap();
    }
    let again = put(&open(25), &engine, &tree, "r").unwrap();
    assert!(is_whole(&open(10), &again, &tree));
    open(10).gc(&NOW).unwrap();
    open(10).stats().unwrap();
    let report = open(10).check(&engine, &CheckOptions::default()).unwrap();
    assert_eq!(report.flaws, []);
}

/// More of them with SANCHAY_RACES.
fn seeds(usual: u64) -> impl Iterator<Item = u64> {
    let more = std::env::var("SANCHAY_RACES").ok();
    0..more.and_then(|it| it.parse().ok()).unwrap_or(usual)
}

#[test]
fn nothing_is_lost_beside_collections_without_any_grace() {
    for seed in seeds(6) {
        play(&Play { seed, fails: 0, dies: false });
    }
}

#[test]
fn nothing_is_lost_where_calls_fail() {
    for seed in seeds(6) {
        play(&Play { seed, fails: 150, dies: false });
    }
}

#[test]
fn nothing_is_lost_where_processes_die_at_any_call() {
    for seed in seeds(6) {
        play(&Play { seed, fails: 0, dies: true });
    }
}
