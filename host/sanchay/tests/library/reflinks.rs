//! Copies that share their bytes on disk, in a storage that tells so.

use std::{ops::ControlFlow, sync::Arc};

use sanchay::{DuplicateSummary, MemoryStorage, Role};

use crate::engine;

fn summary(storage: &MemoryStorage, references: &[&str]) -> DuplicateSummary {
    let request = engine(2).duplicates(["r"]);
    let request = request.storage(Arc::new(storage.clone()));
    let found = request.references(references.iter().copied());
    let found = found.find(|error| panic!("{error}"));
    found.unwrap().summary()
}

#[test]
fn copies_that_share_their_bytes_are_reclaimable_once() {
    let storage = MemoryStorage::new();
    storage.write("r/a", b"1234567");
    storage.write("r/b", b"1234567");
    assert_eq!(summary(&storage, &[]).reclaimable_bytes, 7);
    storage.reflink("r/a", "r/c");
    storage.reflink("r/c", "r/d");
    let all = summary(&storage, &[]);
    assert_eq!((all.reclaimable_bytes, all.redundant_files), (7, 3));
    // What shares its bytes with a reference frees nothing.
    let kept = summary(&storage, &["r/d"]);
    assert_eq!((kept.reclaimable_bytes, kept.redundant_files), (7, 3));
    storage.hard_link("r/a", "r/e");
    assert_eq!(summary(&storage, &[]).reclaimable_bytes, 7);
    let alone = MemoryStorage::new();
    alone.write("r/a", b"1234567");
    alone.reflink("r/a", "r/b");
    assert_eq!(summary(&alone, &[]).reclaimable_bytes, 0);
}

#[test]
fn groups_tell_the_role_of_each_file() {
    let storage = MemoryStorage::new();
    for path in ["r/a", "r/b", "s/c"] {
        storage.write(path, b"same");
    }
    let found = engine(2)
        .duplicates(["r"])
        .storage(Arc::new(storage))
        .against(["s"])
        .verify(true)
        .find(|_| ControlFlow::Continue(()))
        .unwrap();
    let group = found.groups().next().unwrap();
    let roles: Vec<Role> = group.files().map(|file| file.role).collect();
    assert_eq!(roles, [Role::Duplicate, Role::Duplicate, Role::Reference]);
    assert_eq!(group.reclaimable(), 8);
}
