//! A store among objects by key is one as in a folder.
#![cfg(feature = "objects")]
#![allow(
    clippy::unwrap_used,
    reason = "what cannot be built or read fails the test"
)]

use std::{fs, sync::Arc, time::Duration};

use sanchay::Engine;
use sanchay_objects::{LocalStorage, MemoryStorage, StorageBackend};
use sanchay_store::{
    CheckOptions, FolderBackend, GcOptions, GetOptions, ObjectBackend,
    PutOptions, Store,
};

fn is_a_store(storage: Arc<dyn StorageBackend>) {
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("tree");
    fs::create_dir_all(tree.join("sub")).unwrap();
    fs::write(tree.join("a"), "contents").unwrap();
    fs::write(tree.join("sub/b"), "x".repeat(3_000_000)).unwrap();
    let backend = || Arc::new(ObjectBackend::new(Arc::clone(&storage)));
    assert!(Store::open(backend()).is_err());
    let store = Store::init(backend()).unwrap();
    assert!(Store::init(backend()).is_err());
    let engine = Engine::builder().threads(2).build().unwrap();
    let options = PutOptions::default();
    let roots = [tree.clone()];
    let failed = |error| drop::<sanchay::EntryError>(error);
    let first = store.put(&engine, &roots, &options, failed).unwrap();
    fs::write(tree.join("a"), "others").unwrap();
    let second = store.put(&engine, &roots, &options, failed).unwrap();
    let store = Store::open(backend()).unwrap();
    store.remove(&first.snapshot).unwrap();
    let options = GcOptions { grace: Duration::ZERO, ..GcOptions::default() };
    store.gc(&options).unwrap();
    let options = CheckOptions { read_data: true, ..Default::default() };
    assert_eq!(store.check(&engine, &options).unwrap().flaws, []);
    let target = folder.path().join("copy");
    let options = GetOptions::default();
    let got = store
        .get(&engine, &second.snapshot, &target, &options, failed)
        .unwrap();
    assert_eq!((got.copied, got.errors), (2, 0));
    assert_eq!(fs::read(target.join("a")).unwrap(), b"others");
    assert_eq!(fs::read(target.join("sub/b")).unwrap().len(), 3_000_000);
}

#[test]
fn objects_in_memory_are_a_store() {
    is_a_store(Arc::new(MemoryStorage::new()));
}

#[test]
fn objects_in_a_folder_are_a_store_and_the_same_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("objects");
    is_a_store(Arc::new(LocalStorage::new(&path).unwrap()));
    let local = sanchay::LocalStorage::new();
    let backend = FolderBackend::open(&local, &path).unwrap();
    let store = Store::open(Arc::new(backend)).unwrap();
    let snapshot = store.find("latest").unwrap();
    assert_eq!(store.tree(&snapshot).unwrap().len(), 3);
}
