//! A file makes way for an equal one, and for nothing else.

use std::{io::ErrorKind, path::Path};

use sanchay::{
    Cause, Expected, Folder, Known, LocalStorage, MemoryStorage, Problem,
    Replacement, Replacer, Storage,
    storage::{Attributes, FileId, Links, Listing, Opened, Timestamp},
};
use sanchay_testkit::Tree;

/// A tree with two equal files, the one to be replaced with a mode and a time
/// of its own, and one that differs.
fn equal() -> MemoryStorage {
    let storage = MemoryStorage::new();
    storage.write("d/kept", b"content");
    storage.write("d/old", b"content");
    storage.write("d/other", b"CONTENT");
    let time = Timestamp { seconds: 77, nanoseconds: 7 };
    let own = Attributes {
        mode: Some(0o640),
        modified: Some(time),
        ..Attributes::default()
    };
    folder(&storage).directory().set_attributes(b"old", &own).unwrap();
    storage
}

fn folder(storage: &dyn Storage) -> std::sync::Arc<Folder> {
    Folder::open(storage, Path::new("d")).unwrap()
}

fn known<'f>(folder: &'f Folder, name: &'f str) -> Known<'f> {
    let name = name.as_bytes();
    let (_, now) = folder.directory().stat(name, Links::Refuse).unwrap();
    let expected =
        (now.kind == sanchay::EntryKind::File).then(|| Expected::of(&now));
    Known { folder, name, expected }
}

fn id(folder: &Folder, name: &str) -> FileId {
    let directory = folder.directory();
    directory.stat(name.as_bytes(), Links::Refuse).unwrap().1.id
}

fn text(storage: &dyn Storage, name: &str) -> Vec<u8> {
    let path = Path::new("d").join(name);
    let Opened::File(file, facts) = storage.open(&path).unwrap() else {
        panic!("{path:?} is no file");
    };
    let mut bytes = vec![0; usize::try_from(facts.size).unwrap()];
    file.read_at(&mut bytes, 0).unwrap();
    bytes
}

fn names(folder: &Folder) -> Vec<String> {
    let mut listing = Listing::default();
    folder.directory().list(&mut listing).unwrap();
    let mut names: Vec<_> = (0..listing.len())
        .map(|at| String::from_utf8_lossy(listing.name(at)).into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn what_makes_way_can_be_given_back_as_it_was() {
    let all = [
        Replacement::HardLink,
        Replacement::Symlink(b"kept".to_vec()),
        Replacement::Nothing,
    ];
    for by in all {
        let storage = equal();
        let d = folder(&storage);
        let replacer = Replacer::default();
        let was = d.directory().stat(b"old", Links::Refuse).unwrap().1;
        let (old, kept) = (known(&d, "old"), known(&d, "kept"));
        let replaced = replacer.replace(&old, &kept, &by).unwrap().unwrap();
        assert_eq!(replaced.original, was);
        match by {
            Replacement::HardLink => assert_eq!(id(&d, "old"), id(&d, "kept")),
            Replacement::Nothing => assert_eq!(names(&d), ["kept", "other"]),
            _ => assert_eq!(d.directory().read_link(b"old").unwrap(), b"kept"),
        }
        let any = Known { folder: &d, name: b"old", expected: None };
        let back = replacer.separate(&any, &kept, &replaced).unwrap();
        assert_eq!(text(&storage, "old"), b"content");
        assert_ne!(id(&d, "old"), id(&d, "kept"));
        assert_eq!((back.mode, back.modified), (was.mode, was.modified));
        assert_eq!(names(&d), ["kept", "old", "other"]);
    }
}

#[test]
fn only_equal_files_that_are_what_they_were_are_replaced() {
    let storage = equal();
    let d = folder(&storage);
    let replacer = Replacer::default();
    let by = Replacement::HardLink;
    let (old, kept) = (known(&d, "old"), known(&d, "kept"));
    let other = known(&d, "other");
    let error = replacer.replace(&old, &other, &by).unwrap_err();
    assert!(matches!(error.cause, Cause::Problem(Problem::NotEqual)));
    storage.write("d/old", b"CHANGED");
    let error = replacer.replace(&old, &kept, &by).unwrap_err();
    assert!(matches!(error.cause, Cause::Problem(Problem::NotAsExpected)));
    let error = replacer.replace(&kept, &old, &by).unwrap_err();
    assert!(matches!(error.cause, Cause::Problem(Problem::NotAsExpected)));
    assert_eq!(text(&storage, "old"), b"CHANGED");
    assert_eq!(names(&d), ["kept", "old", "other"]);
}

#[test]
fn the_last_name_of_a_content_is_never_removed() {
    let storage = equal();
    storage.hard_link("d/kept", "d/twin");
    let d = folder(&storage);
    let replacer = Replacer::default();
    let (kept, twin) = (known(&d, "kept"), known(&d, "twin"));
    let by = Replacement::HardLink;
    assert_eq!(replacer.replace(&twin, &kept, &by).unwrap(), None);
    for by in [Replacement::Nothing, Replacement::Symlink(b"kept".to_vec())] {
        let error = replacer.replace(&kept, &kept, &by).unwrap_err();
        assert!(matches!(error.cause, Cause::Problem(Problem::OnlyCopy)));
    }
    let by = Replacement::Nothing;
    replacer.replace(&twin, &kept, &by).unwrap().unwrap();
    assert_eq!(text(&storage, "kept"), b"content");
    assert_eq!(names(&d), ["kept", "old", "other"]);
}

#[test]
fn a_stop_anywhere_leaves_both_contents() {
    let all = [
        Replacement::HardLink,
        Replacement::Symlink(b"kept".to_vec()),
        Replacement::Nothing,
    ];
    for by in all {
        for after in 0.. {
            let storage = equal();
            let d = folder(&storage);
            let (old, kept) = (known(&d, "old"), known(&d, "kept"));
            storage.stop_after(after);
            let done = Replacer::default().replace(&old, &kept, &by);
            storage.revive();
            assert_eq!(text(&storage, "kept"), b"content");
            let left = names(&d);
            let there = left.iter().any(|it| it == "old");
            let aside = left.iter().any(|it| it.starts_with(".sanchay-"));
            if by == Replacement::Nothing {
                // Where it is not under its name, it is beside it or gone.
                assert!(there || aside || done.is_ok(), "{left:?}");
            } else {
                assert!(there, "{left:?}");
            }
            if done.is_ok() {
                break;
            }
        }
    }
}

#[test]
fn files_on_disk_are_replaced_and_given_back() {
    let tree = Tree::new();
    tree.file("d/kept", vec![7; 700_000]);
    let old = tree.file("d/old", vec![7; 700_000]);
    let before = old.metadata().unwrap();
    let storage = LocalStorage::new();
    let d = Folder::open(&storage, &tree.path("d")).unwrap();
    let replacer = Replacer::default();
    let (old, kept) = (known(&d, "old"), known(&d, "kept"));
    let by = Replacement::HardLink;
    let replaced = replacer.replace(&old, &kept, &by).unwrap().unwrap();
    assert_eq!(id(&d, "old"), id(&d, "kept"));
    let any = Known { folder: &d, name: b"old", expected: None };
    replacer.separate(&any, &kept, &replaced).unwrap();
    let after = tree.path("d/old").metadata().unwrap();
    assert_eq!(after.modified().unwrap(), before.modified().unwrap());
    assert_ne!(id(&d, "old"), id(&d, "kept"));
    assert_eq!(std::fs::read(tree.path("d/old")).unwrap(), vec![7; 700_000]);
    // Where the file system cannot share, nothing is done.
    let (old, kept) = (known(&d, "old"), known(&d, "kept"));
    match replacer.replace(&old, &kept, &Replacement::Reflink) {
        Ok(shared) => assert!(shared.is_some()),
        Err(error) => assert_eq!(error.kind(), Some(ErrorKind::Unsupported)),
    }
    assert_eq!(std::fs::read(tree.path("d/old")).unwrap(), vec![7; 700_000]);
    assert_eq!(names(&d), ["kept", "old"]);
}
