//! Objects in folders and in memory: what is asked of every storage, and what
//! only files can do wrong.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what cannot be built or read fails the test, and the panic is \
              the report"
)]

mod common;

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use sanchay_objects::{
    LocalStorage, MemoryStorage, StorageBackend, StorageError, runtime,
};

/// Every file beneath a folder, with its path from there.
fn files(root: &Path) -> Vec<String> {
    fn walk(at: &Path, root: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => walk(&path, root, found),
                false => {
                    let path = path.strip_prefix(root).unwrap();
                    found.push(path.to_str().unwrap().to_owned());
                }
            }
        }
    }
    let mut found = Vec::new();
    walk(root, root, &mut found);
    found.sort();
    found
}

#[test]
fn a_folder_does_all_that_is_asked_of_a_storage() {
    let storage = LocalStorage::temp().unwrap();
    runtime().block_on(common::everything_holds(&storage));
    assert_eq!(files(storage.root()), [""; 0], "nothing is left");
}

#[test]
fn memory_does_all_that_is_asked_of_a_storage() {
    runtime().block_on(common::everything_holds(&MemoryStorage::new()));
}

#[test]
fn a_boxed_storage_without_durability_does_too_in_any_executor() {
    let storage = LocalStorage::temp().unwrap().durable(false);
    let boxed: Box<dyn StorageBackend> = Box::new(storage);
    let other = tokio::runtime::Builder::new_current_thread().build().unwrap();
    other.block_on(common::everything_holds(&boxed));
}

#[test]
fn a_key_is_the_path_of_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let storage = LocalStorage::new(folder.path().join("new/root")).unwrap();
    runtime().block_on(async {
        storage.put("a/b c/ä", Bytes::from("contents")).await.unwrap();
        let path = storage.root().join("a/b c/ä");
        assert_eq!(fs::read(&path).unwrap(), b"contents");
        fs::write(storage.root().join("a/mine"), "mine").unwrap();
        assert_eq!(storage.get("a/mine").await.unwrap(), "mine");
        assert_eq!(files(storage.root()), ["a/b c/ä", "a/mine"]);
    });
}

#[test]
fn links_lead_nowhere() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret"), "secret").unwrap();
    let storage = LocalStorage::temp().unwrap();
    let root = storage.root();
    symlink(outside.path(), root.join("folder")).unwrap();
    symlink(outside.path().join("secret"), root.join("file")).unwrap();
    symlink(outside.path().join("made"), root.join("dangling")).unwrap();
    runtime().block_on(async {
        for key in ["folder/secret", "file", "dangling"] {
            assert!(storage.get(key).await.unwrap_err().is_not_found());
            assert!(storage.head(key).await.unwrap_err().is_not_found());
            assert!(storage.delete(key).await.unwrap_err().is_not_found());
        }
        assert_eq!(storage.list("").await.unwrap(), [""; 0]);
        let error = storage.put("folder/made", Bytes::new()).await;
        let error = error.unwrap_err();
        assert!(matches!(error, StorageError::PermissionDenied(_)), "{error}");
        // The link gives way to the object.
        storage.put("dangling", Bytes::from("here")).await.unwrap();
        storage.put("file", Bytes::from("here")).await.unwrap();
    });
    assert_eq!(files(outside.path()), ["secret"]);
    let secret = fs::read(outside.path().join("secret")).unwrap();
    assert_eq!(secret, b"secret");
}

#[test]
fn an_object_and_a_folder_of_one_name_exclude_each_other() {
    let storage = LocalStorage::temp().unwrap();
    runtime().block_on(async {
        storage.put("a/b", Bytes::from("x")).await.unwrap();
        for key in ["a", "a/b/c"] {
            for error in [
                storage.put(key, Bytes::new()).await.unwrap_err(),
                storage.put_new(key, Bytes::new()).await.unwrap_err(),
            ] {
                let invalid = matches!(error, StorageError::InvalidKey(_));
                assert!(invalid, "{error}");
            }
        }
        // The empty folder that is left is in nobody's way.
        storage.delete("a/b").await.unwrap();
        storage.put("a", Bytes::from("y")).await.unwrap();
        assert_eq!(storage.list("").await.unwrap(), ["a"]);
    });
}

#[test]
fn what_was_killed_is_invisible_and_is_removed_when_it_is_stale() {
    let storage = LocalStorage::temp().unwrap();
    let incoming = storage.root().join(".mithril/incoming");
    fs::create_dir_all(&incoming).unwrap();
    let two_days = SystemTime::now() - Duration::from_secs(48 * 3600);
    for (name, time) in [("old", two_days), ("new", SystemTime::now())] {
        let file = fs::File::create(incoming.join(name)).unwrap();
        file.set_modified(time).unwrap();
    }
    runtime().block_on(async {
        assert_eq!(storage.list("").await.unwrap(), [""; 0]);
        assert_eq!(storage.list(".mith").await.unwrap(), [""; 0]);
        storage.put("a", Bytes::new()).await.unwrap();
        assert_eq!(files(storage.root()), [".mithril/incoming/new", "a"]);
        let removed = storage.remove_stale(Duration::ZERO).await.unwrap();
        assert_eq!(removed, 1);
        assert_eq!(files(storage.root()), ["a"]);
        // Also where somebody removes the folder itself meanwhile.
        fs::remove_dir_all(storage.root().join(".mithril")).unwrap();
        storage.put("b", Bytes::from("b")).await.unwrap();
        assert_eq!(storage.get("b").await.unwrap(), "b");
    });
}

#[test]
fn a_put_that_is_cancelled_leaves_nothing() {
    let storage = LocalStorage::temp().unwrap();
    storage_with_a_stuck_put(&storage);
    for _ in 0..500 {
        if files(storage.root()).is_empty() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(files(storage.root()), [""; 0]);
}

fn storage_with_a_stuck_put(storage: &LocalStorage) {
    runtime().block_on(async {
        let pieces = stream::iter([common::bytes(3 << 20)]);
        let stuck = pieces.chain(stream::pending()).boxed();
        let put = storage.put_stream("stuck", stuck);
        let time = Duration::from_millis(200);
        assert!(tokio::time::timeout(time, put).await.is_err());
        assert!(!storage.exists("stuck").await.unwrap());
    });
}

#[test]
fn a_reader_keeps_the_object_that_it_opened() {
    let storage = LocalStorage::temp().unwrap();
    let data = common::bytes(5 << 20);
    runtime().block_on(async {
        storage.put("a", data.clone()).await.unwrap();
        let reading = storage.get_stream("a").await.unwrap();
        storage.put("a", Bytes::from("other")).await.unwrap();
        storage.delete("a").await.unwrap();
        let parts: Vec<Bytes> = reading.try_collect().await.unwrap();
        assert!(parts.concat() == data);
    });
}

#[test]
fn a_file_that_shrinks_while_it_is_read_is_an_error() {
    let storage = LocalStorage::temp().unwrap();
    runtime().block_on(async {
        storage.put("a", common::bytes(5 << 20)).await.unwrap();
        let reading = storage.get_stream("a").await.unwrap();
        let file = fs::OpenOptions::new()
            .write(true)
            .open(storage.root().join("a"))
            .unwrap();
        file.set_len(2 << 20).unwrap();
        let parts: Result<Vec<Bytes>, _> = reading.try_collect().await;
        let error = parts.unwrap_err();
        assert!(matches!(error, StorageError::Io(_)), "{error}");
    });
}

#[test]
fn a_folder_that_may_not_be_written_denies_permission() {
    if permissions_mean_nothing() {
        eprintln!("LEFT OUT: root may write anywhere");
        return;
    }
    let storage = LocalStorage::temp().unwrap();
    let root = storage.root().to_owned();
    fs::set_permissions(&root, fs::Permissions::from_mode(0o500)).unwrap();
    let put = runtime().block_on(storage.put("a", Bytes::new()));
    fs::set_permissions(&root, fs::Permissions::from_mode(0o700)).unwrap();
    let error = put.unwrap_err();
    assert!(matches!(error, StorageError::PermissionDenied(_)), "{error}");
}

/// Whether permissions of files mean nothing to this process.
fn permissions_mean_nothing() -> bool {
    let folder = tempfile::tempdir().unwrap();
    let locked = fs::Permissions::from_mode(0o500);
    fs::set_permissions(folder.path(), locked).unwrap();
    fs::write(folder.path().join("x"), "").is_ok()
}

#[test]
fn what_is_no_folder_is_no_root() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    for path in [&file, &file.join("beneath")] {
        let error = LocalStorage::new(path).unwrap_err().to_string();
        assert!(error.contains("file"), "{error}");
    }
}

#[test]
fn a_temporary_folder_ends_with_its_last_clone() {
    let storage = LocalStorage::temp().unwrap();
    let root = storage.root().to_owned();
    let clone = storage.clone().durable(false);
    drop(storage);
    runtime().block_on(clone.put("a", Bytes::new())).unwrap();
    assert!(root.exists());
    drop(clone);
    assert!(!root.exists());
}

#[test]
fn twenty_thousand_objects_are_listed_in_order() {
    let storage = LocalStorage::temp().unwrap();
    let mut keys = Vec::new();
    for folder in 0..100 {
        let path = storage.root().join(format!("{folder:02}"));
        fs::create_dir(&path).unwrap();
        for file in 0..200 {
            fs::write(path.join(format!("{file}")), "").unwrap();
            keys.push(format!("{folder:02}/{file}"));
        }
    }
    keys.sort();
    let listed = runtime().block_on(storage.list("")).unwrap();
    assert_eq!(listed, keys);
}
