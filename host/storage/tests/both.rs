//! What every storage must do, asked of each of them: the local one in a
//! temporary directory, and the one in memory.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what cannot be built or read fails the test, and the panic is \
              the report"
)]

use std::{
    io::{ErrorKind, Read as _},
    os::unix::fs::symlink,
    path::Path,
};

use sanchay_storage::{
    Directory, EntryKind, KindSet, Links, Listing, LocalStorage,
    MemoryStorage, Opened, Storage, StorageError, WorkingDirectory,
};
use tempfile::TempDir;

/// The same tree in both: `d/file`, `d/sub/deep`, and links.
fn storages() -> (TempDir, Vec<Box<dyn Storage>>) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::fs::create_dir_all(root.join("d/sub")).unwrap();
    std::fs::write(root.join("d/file"), "content").unwrap();
    std::fs::write(root.join("d/sub/deep"), "below").unwrap();
    std::fs::write(root.join("outside"), "secret").unwrap();
    let memory = MemoryStorage::new();
    memory.write("d/file", b"content");
    memory.write("d/sub/deep", b"below");
    memory.write("outside", b"secret");
    for (target, name) in [
        ("sub", "d/to-sub"),
        ("file", "d/to-file"),
        ("../outside", "d/out"),
        ("nowhere", "d/dangling"),
        ("circle", "d/circle"),
    ] {
        symlink(target, root.join(name)).unwrap();
        memory.link(target, name);
    }
    let here = WorkingDirectory::at(root).unwrap();
    let local = LocalStorage::from_directory(here);
    (folder, vec![Box::new(local), Box::new(memory)])
}

fn dir(storage: &dyn Storage, path: &str) -> Box<dyn Directory> {
    match storage.open(Path::new(path)).unwrap() {
        Opened::Directory(directory, id) => {
            assert_eq!(directory.id().unwrap(), id);
            directory
        }
        other => panic!("{other:?}"),
    }
}

fn kind(error: StorageError) -> ErrorKind {
    match error {
        StorageError::Io(error) => error.kind(),
        other => panic!("{other:?}"),
    }
}

fn names(directory: &dyn Directory) -> Vec<String> {
    let mut listing = Listing::default();
    directory.list(&mut listing).unwrap();
    let mut names: Vec<_> = (0..listing.len())
        .map(|at| String::from_utf8(listing.name(at).to_vec()).unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_directory_lists_its_entries_and_their_kinds() {
    let (_folder, storages) = storages();
    for storage in storages {
        let d = dir(&*storage, "d");
        let all =
            ["circle", "dangling", "file", "out", "sub", "to-file", "to-sub"];
        assert_eq!(names(&*d), all);
        for portable in [false, true] {
            let mut listing = Listing::new(
                KindSet::FILES.with(EntryKind::Directory),
                false,
                portable,
            );
            d.list(&mut listing).unwrap();
            let mut found: Vec<_> = (0..listing.len())
                .map(|at| (listing.name(at), listing.kinds()[at]))
                .collect();
            found.sort_by_key(|it| it.0);
            let sub = (&b"sub"[..], EntryKind::Directory);
            assert_eq!(found, [(&b"file"[..], EntryKind::File), sub]);
        }
    }
}

#[test]
fn links_are_followed_where_that_is_wanted_and_nowhere_else() {
    let (_folder, storages) = storages();
    for storage in storages {
        let d = dir(&*storage, "d");
        let (kind_of, _) = d.stat(b"to-file", Links::Refuse).unwrap();
        assert_eq!(kind_of, EntryKind::Symlink);
        let (kind_of, metadata) = d.stat(b"to-file", Links::Follow).unwrap();
        assert_eq!((kind_of, metadata.size), (EntryKind::File, 7));
        for name in [&b"to-file"[..], b"to-sub", b"out", b"dangling"] {
            let file = d.open_file(name, Links::Refuse).unwrap_err();
            assert!(matches!(file, StorageError::Link), "{file:?}");
            let directory = d.open_dir(name, Links::Refuse).unwrap_err();
            assert!(matches!(directory, StorageError::Link), "{directory:?}");
        }
        let sub = d.open_dir(b"to-sub", Links::Follow).unwrap();
        assert_eq!(names(&*sub), ["deep"]);
        let error = d.stat(b"dangling", Links::Follow).unwrap_err();
        assert_eq!(kind(error), ErrorKind::NotFound);
        assert!(d.stat(b"circle", Links::Follow).is_err());
    }
}

#[test]
fn a_link_says_where_it_leads_and_nothing_else_is_one() {
    let (_folder, storages) = storages();
    for storage in storages {
        let d = dir(&*storage, "d");
        for (name, target) in [
            (&b"to-sub"[..], &b"sub"[..]),
            (b"out", b"../outside"),
            (b"dangling", b"nowhere"),
        ] {
            assert_eq!(d.read_link(name).unwrap(), target);
        }
        let error = d.read_link(b"file").unwrap_err();
        assert_eq!(kind(error), ErrorKind::InvalidInput);
        let error = d.read_link(b"none").unwrap_err();
        assert_eq!(kind(error), ErrorKind::NotFound);
    }
}

#[test]
fn a_confined_path_does_not_leave_its_directory() {
    let (_folder, storages) = storages();
    for storage in storages {
        let confined = dir(&*storage, "d").confined().unwrap();
        let (found, _) = confined.stat(b"to-sub/deep").unwrap();
        assert_eq!(found, EntryKind::File);
        let opened = confined.open(b"to-file").unwrap();
        assert!(matches!(opened, Opened::File(..)), "{opened:?}");
        for path in [&b"out"[..], b"../outside", b"/outside"] {
            let error = confined.open(path).unwrap_err();
            assert!(matches!(error, StorageError::Outside), "{error:?}");
            let error = confined.stat(path).unwrap_err();
            assert!(matches!(error, StorageError::Outside), "{error:?}");
        }
    }
}

#[test]
fn a_file_is_read_from_its_beginning_and_at_offsets() {
    let (_folder, storages) = storages();
    for storage in storages {
        let d = dir(&*storage, "d");
        let (file, metadata) = d.open_file(b"file", Links::Refuse).unwrap();
        assert_eq!((metadata.size, file.metadata().unwrap()), (7, metadata));
        let mut text = String::new();
        file.reader().read_to_string(&mut text).unwrap();
        assert_eq!(text, "content");
        let mut tail = [0; 10];
        assert_eq!(file.read_at(&mut tail, 3).unwrap(), 4);
        assert_eq!(&tail[..4], b"tent");
        let error = d.open_file(b"sub", Links::Refuse).unwrap_err();
        assert!(
            matches!(error, StorageError::NotRegular("a directory")),
            "{error:?}"
        );
        let entry = storage.locate(Path::new("d/to-file")).unwrap();
        assert_eq!(entry, (d.id().unwrap(), b"file".to_vec()));
    }
}

#[test]
fn what_is_created_never_replaces_or_follows_what_is_there() {
    let (_folder, storages) = storages();
    for storage in storages {
        let d = dir(&*storage, "d");
        let file = d.create(b"new").unwrap();
        assert_eq!(file.write_at(b"text", 0).unwrap(), 4);
        assert_eq!(d.stat(b"new", Links::Refuse).unwrap().1.size, 4);
        for name in [&b"new"[..], b"sub", b"dangling", b"to-file"] {
            let error = d.create(name).unwrap_err();
            assert_eq!(kind(error), ErrorKind::AlreadyExists);
        }
    }
}

#[test]
fn what_is_renamed_never_replaces_what_is_there() {
    let (_folder, storages) = storages();
    for storage in &storages {
        let d = dir(&**storage, "d");
        let sub = d.open_dir(b"sub", Links::Refuse).unwrap();
        let id = d.stat(b"file", Links::Refuse).unwrap().1.id;
        let taken = d.rename(b"file", &*sub, b"deep").unwrap_err();
        assert_eq!(kind(taken), ErrorKind::AlreadyExists);
        d.rename(b"file", &*sub, b"moved").unwrap();
        assert_eq!(names(&*sub), ["deep", "moved"]);
        assert_eq!(sub.stat(b"moved", Links::Refuse).unwrap().1.id, id);
        let gone = d.rename(b"file", &*sub, b"again").unwrap_err();
        assert_eq!(kind(gone), ErrorKind::NotFound);
    }
    let [one, other] = &storages[..] else { panic!("two storages") };
    let (one, other) = (dir(&**one, "d"), dir(&**other, "d"));
    let error = one.rename(b"sub", &*other, b"x").unwrap_err();
    assert_eq!(kind(error), ErrorKind::CrossesDevices);
}

#[test]
fn only_what_is_named_is_removed() {
    let (_folder, storages) = storages();
    for storage in storages {
        let d = dir(&*storage, "d");
        d.remove_file(b"to-file").unwrap();
        assert_eq!(d.stat(b"file", Links::Refuse).unwrap().1.size, 7);
        d.remove_file(b"file").unwrap();
        assert!(d.stat(b"file", Links::Refuse).is_err());
        assert!(d.remove_file(b"sub").is_err());
        let error = d.remove_dir(b"sub").unwrap_err();
        assert_eq!(kind(error), ErrorKind::DirectoryNotEmpty);
        let sub = d.open_dir(b"sub", Links::Refuse).unwrap();
        sub.remove_file(b"deep").unwrap();
        d.remove_dir(b"sub").unwrap();
        let left = ["circle", "dangling", "out", "to-sub"];
        assert_eq!(names(&*d), left);
    }
}

#[test]
fn a_change_shows_in_the_change_time() {
    let (folder, storages) = storages();
    for storage in storages {
        let d = dir(&*storage, "d");
        let before = d.stat(b"file", Links::Refuse).unwrap().1;
        // Coarse clocks tick every few milliseconds.
        std::thread::sleep(std::time::Duration::from_millis(20));
        d.rename(b"file", &*d, b"renamed").unwrap();
        let after = d.stat(b"renamed", Links::Refuse).unwrap().1;
        assert_eq!(before.modified, after.modified);
        assert!(before.changed < after.changed);
    }
    drop(folder);
}
