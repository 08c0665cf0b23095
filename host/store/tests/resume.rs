//! A put that was ended early is taken up by the next one: what it stored is
//! not read again.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what cannot be built or read fails the test"
)]

use std::{
    fs,
    ops::ControlFlow,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};

use sanchay::{Engine, Error, LocalStorage, Monitor, Phase};
use sanchay_store::{
    Backend, BackendError, CheckOptions, FileInfo, FolderBackend, GcOptions,
    GetOptions, Put, PutOptions, Store, StoreError,
};
use tempfile::TempDir;

const FILES: u64 = 300;

struct Place {
    folder: TempDir,
    engine: Engine,
}

/// A tree of files that were there for a while, two of them large, and a
/// store.
fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::builder().threads(2).build().unwrap();
    let place = Place { folder, engine };
    let tree = place.path("tree");
    fs::create_dir_all(tree.join("sub")).unwrap();
    for number in 0..FILES {
        let content = format!("{number} ").repeat(500);
        fs::write(tree.join(format!("sub/{number:03}")), content).unwrap();
    }
    fs::write(tree.join("large"), vec![7; 3 << 20]).unwrap();
    std::thread::sleep(Duration::from_millis(2100));
    Store::init(Arc::new(place.backend())).unwrap();
    place
}

impl Place {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn backend(&self) -> FolderBackend {
        let storage = LocalStorage::new();
        FolderBackend::create(&storage, &self.path("store")).unwrap()
    }

    fn store(&self) -> Store {
        Store::open(Arc::new(self.backend())).unwrap()
    }

    fn put(&self, options: &PutOptions) -> Result<Put, StoreError> {
        self.put_into(&self.store(), options)
    }

    fn put_into(
        &self,
        store: &Store,
        options: &PutOptions,
    ) -> Result<Put, StoreError> {
        let failed = |error| panic!("{error}");
        store.put(&self.engine, &[self.path("tree")], options, failed)
    }

    fn is_whole(&self, put: &Put) {
        let store = self.store();
        let now = GcOptions { grace: Duration::ZERO, ..GcOptions::default() };
        store.gc(&now).unwrap();
        let check = CheckOptions { read_data: true, ..Default::default() };
        assert_eq!(store.check(&self.engine, &check).unwrap().flaws, []);
        let failed = |error| panic!("{error}");
        let target = self.path("copy");
        let options = GetOptions::default();
        let snapshot = &put.snapshot;
        let got = store.get(&self.engine, snapshot, &target, &options, failed);
        assert_eq!(got.unwrap().copied, FILES + 1);
    }

    fn left(&self) -> usize {
        fs::read_dir(self.path("store/partial")).unwrap().count()
    }
}

#[test]
fn what_a_cancelled_put_stored_is_not_read_again() {
    let place = place();
    let enough = |progress: &sanchay::Progress| match progress.phase
        == Phase::Hashing
        && progress.files >= 100
    {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    };
    let monitor = Monitor {
        progress: Some(Arc::new(enough)),
        interval: Duration::ZERO,
        ..Monitor::default()
    };
    let options = PutOptions { monitor, ..PutOptions::default() };
    let cut = place.put(&options);
    assert!(matches!(cut, Err(StoreError::Run(Error::Cancelled))), "{cut:?}");
    assert_eq!(place.left(), 1);
    let put = place.put(&PutOptions::default()).unwrap();
    assert!((1..=FILES - 90).contains(&put.read), "{put:?}");
    assert_eq!(place.left(), 0);
    place.is_whole(&put);
}

/// A backend that takes so many files and then fails, as that of a process
/// that was killed.
#[derive(Debug)]
struct Dying {
    inner: FolderBackend,
    left: AtomicU64,
}

impl Backend for Dying {
    fn get(&self, key: &str, limit: u64) -> Result<Vec<u8>, BackendError> {
        self.inner.get(key, limit)
    }

    fn get_range(
        &self,
        key: &str,
        offset: u64,
        length: u64,
    ) -> Result<Vec<u8>, BackendError> {
        self.inner.get_range(key, offset, length)
    }

    fn put(&self, key: &str, bytes: &[u8]) -> Result<(), BackendError> {
        let less = |left: u64| left.checked_sub(1);
        match self.left.fetch_update(SeqCst, SeqCst, less) {
            Ok(_) => self.inner.put(key, bytes),
            Err(_) => Err(BackendError::Io {
                key: key.to_owned(),
                action: "write it",
                source: std::io::ErrorKind::ConnectionReset.into(),
            }),
        }
    }

    fn flush(&self) -> Result<(), BackendError> {
        self.inner.flush()
    }

    fn delete(&self, key: &str) -> Result<(), BackendError> {
        self.inner.delete(key)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, BackendError> {
        self.inner.list(folder)
    }

    fn info(&self, key: &str) -> Result<FileInfo, BackendError> {
        self.inner.info(key)
    }
}

#[test]
fn what_a_killed_put_saved_is_not_read_again() {
    let place = place();
    for files in [40, 4, 0] {
        let inner = place.backend();
        let left = AtomicU64::new(files);
        let dying = Store::open(Arc::new(Dying { inner, left })).unwrap();
        let save_every = Duration::ZERO;
        let options = PutOptions { save_every, ..PutOptions::default() };
        assert!(place.put_into(&dying, &options).is_err());
    }
    assert!(place.left() > 0);
    let put = place.put(&PutOptions::default()).unwrap();
    assert!((1..FILES).contains(&put.read), "{put:?}");
    assert_eq!(place.left(), 0);
    place.is_whole(&put);
}

#[test]
fn a_file_that_changed_since_is_read() {
    let place = place();
    let inner = place.backend();
    let dying = Dying { inner, left: AtomicU64::new(200) };
    let dying = Store::open(Arc::new(dying)).unwrap();
    let save_every = Duration::ZERO;
    let options = PutOptions { save_every, ..PutOptions::default() };
    assert!(place.put_into(&dying, &options).is_err());
    for number in 0..FILES {
        let path = place.path(&format!("tree/sub/{number:03}"));
        fs::write(path, "changed").unwrap();
    }
    let put = place.put(&PutOptions::default()).unwrap();
    assert!(put.read >= FILES, "{put:?}");
    place.is_whole(&put);
    let read = fs::read(place.path("copy/sub/000")).unwrap();
    assert_eq!(read, b"changed");
}
