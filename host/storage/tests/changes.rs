//! What every storage must do that changes files, asked of each of them: the
//! local one in a temporary directory, and the one in memory.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what cannot be built or read fails the test, and the panic is \
              the report"
)]

use std::{io::ErrorKind, io::Read as _, path::Path};

use sanchay_storage::{
    Attributes, DIRECTORY_MODE, Directory, EntryKind, ExtendedAttribute,
    Links, LocalStorage, MemoryStorage, Opened, Storage, StorageError,
    Timestamp, WorkingDirectory, create_beneath,
};
use tempfile::TempDir;

/// An empty directory in each storage.
fn directories() -> (TempDir, Vec<Box<dyn Directory>>) {
    let folder = tempfile::tempdir().unwrap();
    let here = WorkingDirectory::at(folder.path()).unwrap();
    let local = LocalStorage::from_directory(here);
    let memory = MemoryStorage::new();
    (folder, vec![root(&local), root(&memory)])
}

fn root(storage: &dyn Storage) -> Box<dyn Directory> {
    match storage.open(Path::new("")).unwrap() {
        Opened::Directory(directory, _) => directory,
        other => panic!("{other:?}"),
    }
}

fn kind(error: StorageError) -> ErrorKind {
    match error {
        StorageError::Io(error) => error.kind(),
        other => panic!("{other:?}"),
    }
}

fn write(directory: &dyn Directory, name: &str, text: &str) {
    let file = directory.create(name.as_bytes()).unwrap();
    assert_eq!(file.write_at(text.as_bytes(), 0).unwrap(), text.len());
}

fn read(directory: &dyn Directory, name: &str) -> String {
    let (file, _) =
        directory.open_file(name.as_bytes(), Links::Refuse).unwrap();
    let mut text = String::new();
    file.reader().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn new_directories_and_links_replace_nothing() {
    let (_folder, directories) = directories();
    for d in directories {
        write(&*d, "file", "text");
        d.create_dir(b"sub", 0o700).unwrap();
        let (found, metadata) = d.stat(b"sub", Links::Refuse).unwrap();
        assert_eq!(found, EntryKind::Directory);
        assert_eq!(metadata.mode & Attributes::PERMISSIONS, 0o700);
        d.symlink(b"no/such", b"link").unwrap();
        assert_eq!(d.read_link(b"link").unwrap(), b"no/such");
        let sub = d.open_dir(b"sub", Links::Refuse).unwrap();
        d.hard_link(b"file", &*sub, b"second").unwrap();
        let second = sub.stat(b"second", Links::Refuse).unwrap().1;
        assert_eq!(second.links, 2);
        assert_eq!(second.id, d.stat(b"file", Links::Refuse).unwrap().1.id);
        // Of a link, the link gets the name, wherever it leads.
        d.hard_link(b"link", &*sub, b"link").unwrap();
        assert_eq!(sub.read_link(b"link").unwrap(), b"no/such");
        assert!(d.hard_link(b"sub", &*d, b"sub2").is_err());
        for name in [&b"file"[..], b"sub", b"link"] {
            let taken = [
                d.create_dir(name, DIRECTORY_MODE),
                d.symlink(b"x", name),
                d.hard_link(b"file", &*d, name),
            ];
            for error in taken {
                assert_eq!(kind(error.unwrap_err()), ErrorKind::AlreadyExists);
            }
        }
        assert_eq!(read(&*d, "file"), "text");
    }
}

#[test]
fn a_file_that_was_begun_is_gone_on_with_and_no_link_followed() {
    let (_folder, directories) = directories();
    for d in directories {
        write(&*d, "begun", "first");
        let file = d.reopen(b"begun").unwrap();
        let mut there = [0; 8];
        assert_eq!(file.read_full_at(&mut there, 0).unwrap(), 5);
        file.write_all_at(b", second", 5).unwrap();
        assert_eq!(read(&*d, "begun"), "first, second");
        d.symlink(b"begun", b"link").unwrap();
        d.create_dir(b"dir", DIRECTORY_MODE).unwrap();
        assert!(matches!(d.reopen(b"link"), Err(StorageError::Link)));
        assert!(d.reopen(b"dir").is_err());
        let none = d.reopen(b"none").map(drop).unwrap_err();
        assert_eq!(kind(none), ErrorKind::NotFound);
    }
}

#[test]
fn entries_change_places_at_once() {
    let (_folder, directories) = directories();
    for d in directories {
        write(&*d, "a", "of a");
        d.create_dir(b"b", DIRECTORY_MODE).unwrap();
        let b = d.open_dir(b"b", Links::Refuse).unwrap();
        write(&*b, "in", "inside");
        d.exchange(b"a", &*d, b"b").unwrap();
        assert_eq!(read(&*d, "b"), "of a");
        assert_eq!(
            read(&*d.open_dir(b"a", Links::Refuse).unwrap(), "in"),
            "inside"
        );
        d.exchange(b"b", &*b, b"in").unwrap();
        assert_eq!(
            (read(&*d, "b"), read(&*b, "in")),
            ("inside".into(), "of a".into())
        );
        let error = d.exchange(b"b", &*d, b"none").unwrap_err();
        assert_eq!(kind(error), ErrorKind::NotFound);
        assert!(d.exchange(b"a", &*b, b"in").is_err(), "into itself");
    }
}

#[test]
fn only_what_is_to_be_replaced_is() {
    let (_folder, directories) = directories();
    for d in directories {
        write(&*d, "new", "new");
        write(&*d, "old", "old");
        d.hard_link(b"old", &*d, b"other").unwrap();
        d.replace(b"new", &*d, b"old").unwrap();
        assert_eq!(
            (read(&*d, "old"), read(&*d, "other")),
            ("new".into(), "old".into())
        );
        assert_eq!(d.stat(b"other", Links::Refuse).unwrap().1.links, 1);
        assert!(d.stat(b"new", Links::Refuse).is_err());
        d.create_dir(b"dir", DIRECTORY_MODE).unwrap();
        assert!(d.replace(b"old", &*d, b"dir").is_err());
    }
}

#[test]
fn attributes_are_set_of_files_directories_and_links() {
    let (_folder, directories) = directories();
    let time = |seconds, nanoseconds| Timestamp { seconds, nanoseconds };
    let (accessed, modified) = (time(-7, 5), time(1_600_000_000, 123_456_789));
    for d in directories {
        write(&*d, "file", "text");
        d.create_dir(b"dir", DIRECTORY_MODE).unwrap();
        d.symlink(b"file", b"link").unwrap();
        let before = d.stat(b"file", Links::Refuse).unwrap().1;
        let times = Attributes {
            accessed: Some(accessed),
            modified: Some(modified),
            ..Attributes::default()
        };
        let mode = Attributes { mode: Some(0o4751), ..Attributes::default() };
        for name in [&b"link"[..], b"dir"] {
            d.set_attributes(name, &times).unwrap();
            let after = d.stat(name, Links::Refuse).unwrap().1;
            assert_eq!(
                (after.accessed, after.modified),
                (Some(accessed), modified)
            );
        }
        assert_eq!(
            d.stat(b"file", Links::Refuse).unwrap().1.modified,
            before.modified
        );
        d.set_attributes(b"file", &mode).unwrap();
        let (file, _) = d.open_file(b"file", Links::Refuse).unwrap();
        assert_eq!(file.metadata().unwrap().mode & 0o7777, 0o4751);
        file.set_attributes(&Attributes { modified: Some(modified), ..mode })
            .unwrap();
        let after = file.metadata().unwrap();
        assert_eq!(
            (after.modified, after.accessed),
            (modified, before.accessed.or(after.accessed))
        );
        let dir = d.open_dir(b"dir", Links::Refuse).unwrap();
        dir.as_file()
            .unwrap()
            .set_attributes(&Attributes { mode: Some(0o500), ..times })
            .unwrap();
        assert_eq!(
            d.stat(b"dir", Links::Refuse).unwrap().1.mode & 0o7777,
            0o500
        );
    }
}

#[test]
fn a_link_s_target_keeps_its_mode() {
    let (_folder, directories) = directories();
    let d = &directories[0];
    write(&**d, "file", "text");
    d.symlink(b"file", b"link").unwrap();
    let mode = Attributes { mode: Some(0), ..Attributes::default() };
    assert!(d.set_attributes(b"link", &mode).is_err());
    assert_ne!(d.stat(b"file", Links::Refuse).unwrap().1.mode & 0o777, 0);
}

#[test]
fn extended_attributes_are_read_as_they_were_set() {
    let (_folder, directories) = directories();
    for d in directories {
        write(&*d, "file", "text");
        let (file, _) = d.open_file(b"file", Links::Refuse).unwrap();
        let attribute = |name: &str, value: Vec<u8>| ExtendedAttribute {
            name: name.into(),
            value,
        };
        let wanted = [
            attribute("user.empty", Vec::new()),
            attribute("user.long", vec![7; 2000]),
        ];
        if let Err(error) = file.set_extended_attribute(&wanted[0]) {
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            eprintln!("SKIPPED: no extended attributes in {d:?}");
            continue;
        }
        d.set_extended_attribute(b"file", &wanted[1]).unwrap();
        let mut found = file.extended_attributes().unwrap();
        found.retain(|it| it.name.starts_with(b"user."));
        found.sort();
        assert_eq!(found, wanted);
        let mut found = d.extended_attributes(b"file").unwrap();
        found.retain(|it| it.name.starts_with(b"user."));
        found.sort();
        assert_eq!(found, wanted);
        d.symlink(b"file", b"link").unwrap();
        let of_link = d.extended_attributes(b"link").unwrap();
        assert!(of_link.iter().all(|it| !it.name.starts_with(b"user.")));
    }
}

#[test]
fn directories_beneath_are_created_where_they_are_missing_and_no_link_is_followed()
 {
    let (_folder, directories) = directories();
    for d in directories {
        d.create_dir(b"a", DIRECTORY_MODE).unwrap();
        let names = [&b"a"[..], b"b", b"c"];
        let made = create_beneath(&*d, names).unwrap();
        assert_eq!(made.created, 2);
        write(&*made.directory, "file", "text");
        let again = create_beneath(&*d, names).unwrap();
        assert_eq!(again.created, 0);
        assert_eq!(read(&*again.directory, "file"), "text");
        d.symlink(b"a", b"link").unwrap();
        let error = create_beneath(&*d, [&b"link"[..], b"x"]).unwrap_err();
        assert!(matches!(error, StorageError::Link), "{error:?}");
        assert!(create_beneath(&*again.directory, [&b"file"[..]]).is_err());
    }
}

#[test]
fn a_file_is_cut_and_synced_and_its_file_system_known() {
    let (_folder, directories) = directories();
    for d in directories {
        let file = d.create_with(b"secret", 0o600).unwrap();
        assert_eq!(file.metadata().unwrap().mode & 0o777, 0o600);
        file.write_at(b"long text", 0).unwrap();
        file.set_size(4).unwrap();
        file.sync().unwrap();
        d.sync().unwrap();
        assert_eq!(read(&*d, "secret"), "long");
        let open = d.create_with(b"open", 0o666).unwrap();
        assert_eq!(open.metadata().unwrap().mode & 0o777, 0o666);
        if cfg!(target_os = "linux") {
            d.sync_file_system().unwrap();
        }
        let known = d.file_system().unwrap();
        assert!(!known.read_only && !known.is_remote, "{known:?}");
    }
}

#[test]
fn changes_fail_in_memory_where_they_are_to() {
    let storage = MemoryStorage::new();
    let d = root(&storage);
    storage.fail_change(1, ErrorKind::StorageFull);
    d.create_dir(b"one", DIRECTORY_MODE).unwrap();
    let error = d.create_dir(b"two", DIRECTORY_MODE).unwrap_err();
    assert_eq!(kind(error), ErrorKind::StorageFull);
    d.create_dir(b"two", DIRECTORY_MODE).unwrap();
    storage.stop_after(1);
    d.create_dir(b"three", DIRECTORY_MODE).unwrap();
    for _ in 0..2 {
        assert!(d.create_dir(b"four", DIRECTORY_MODE).is_err());
        assert!(d.sync().is_err());
    }
    storage.revive();
    d.create_dir(b"four", DIRECTORY_MODE).unwrap();
    assert_eq!(storage.counts().changes, 4);
}

#[test]
fn a_loss_of_power_takes_what_was_not_synced() {
    for keeps_names in [false, true] {
        let storage = MemoryStorage::new();
        let d = root(&storage);
        write(&*d, "safe", "all of it");
        let (file, _) = d.open_file(b"safe", Links::Refuse).unwrap();
        file.sync().unwrap();
        write(&*d, "late", "half");
        d.rename(b"safe", &*d, b"renamed").unwrap();
        storage.lose_power(keeps_names);
        let d = root(&storage);
        if keeps_names {
            assert_eq!(read(&*d, "renamed"), "all of it");
            assert_eq!(read(&*d, "late"), "ha");
        } else {
            assert_eq!(read(&*d, "safe"), "all of it");
            assert!(d.stat(b"late", Links::Refuse).is_err());
        }
    }
}
