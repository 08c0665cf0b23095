//! What goes to the trash comes back as it was, and goes where desktops look
//! for it.

use std::{
    io::ErrorKind,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use sanchay::{
    Cause, Expected, Folder, LocalStorage, MemoryStorage, Problem, Storage,
    Trash, TrashKind, TrashOptions, Trashed,
    storage::{Attributes, Links, Opened},
};
use sanchay_testkit::Tree;

fn options(data_home: Option<PathBuf>, user: u32) -> TrashOptions {
    let now = Arc::new(|| "2026-01-31T12:00:00".to_owned());
    TrashOptions {
        kind: Some(TrashKind::Freedesktop { data_home, user }),
        now,
    }
}

fn folder(storage: &dyn Storage, path: &Path) -> Arc<Folder> {
    Folder::open(storage, path).unwrap()
}

fn text(storage: &dyn Storage, path: &Path) -> String {
    let Opened::File(file, facts) = storage.open(path).unwrap() else {
        panic!("{path:?} is no file");
    };
    let mut bytes = vec![0; usize::try_from(facts.size).unwrap()];
    file.read_at(&mut bytes, 0).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn files_and_directories_come_back_as_they_were() {
    let tree = Tree::new();
    let file = tree.file("root/a b%\u{e9}.txt", "content");
    tree.file("root/dir/deep/file", "below");
    tree.link("nowhere", "root/link");
    let storage: Arc<dyn Storage> = Arc::new(LocalStorage::new());
    let user = file.metadata().unwrap().uid();
    let data = tree.path("home/.local/share");
    let trash =
        Trash::new(Arc::clone(&storage), options(Some(data.clone()), user));
    let root = folder(&*storage, &tree.path("root"));
    let names = ["a b%\u{e9}.txt", "dir", "link"];
    let facts = |name: &str| {
        let facts = tree.path("root").join(name).symlink_metadata().unwrap();
        (facts.ino(), facts.mtime_nsec(), facts.mode(), facts.size())
    };
    let before = names.map(facts);
    let put = names
        .map(|name| trash.put(&root, name.as_bytes(), &root, None).unwrap());
    assert_eq!(tree.path("root").read_dir().unwrap().count(), 0);
    assert_eq!(put[0].trash, data.join("Trash"));
    let below = data.join("Trash/files/dir/deep/file");
    assert_eq!(std::fs::read(below).unwrap(), b"below");
    let info = data.join("Trash/info/a b%\u{e9}.txt.trashinfo");
    let canonical = tree.path("root").canonicalize().unwrap();
    let said = std::fs::read_to_string(info).unwrap();
    assert_eq!(
        said,
        format!(
            "[Trash Info]\nPath={}/a%20b%25%C3%A9.txt\n\
         DeletionDate=2026-01-31T12:00:00\n",
            canonical.display()
        )
    );
    assert_eq!(trash.look(&put[0]).unwrap().size, 7);
    for (name, put) in names.iter().zip(&put) {
        trash.restore(put, &root, name.as_bytes()).unwrap();
    }
    assert_eq!(names.map(facts), before);
    for part in ["files", "info"] {
        let left = data.join("Trash").join(part).read_dir().unwrap();
        assert_eq!(left.count(), 0, "{part}");
    }
}

#[test]
fn names_that_are_taken_in_the_trash_get_a_number() {
    let tree = Tree::new();
    let storage: Arc<dyn Storage> = Arc::new(LocalStorage::new());
    let long = format!("{}.txt", "\u{e9}".repeat(125));
    let user = tree.root().metadata().unwrap().uid();
    let data = tree.path("data");
    let trash =
        Trash::new(Arc::clone(&storage), options(Some(data.clone()), user));
    let mut all = Vec::new();
    for at in 0..4 {
        for name in ["same.txt", &long] {
            tree.file(format!("d{at}/{name}"), format!("{at}"));
            let root = folder(&*storage, &tree.path(format!("d{at}")));
            let put = trash.put(&root, name.as_bytes(), &root, None).unwrap();
            all.push((put, root, name.to_owned()));
        }
    }
    for name in ["same.txt", "same.2.txt", "same.3.txt", "same.4.txt"] {
        assert!(data.join("Trash/files").join(name).exists(), "{name}");
    }
    // Something without information about it keeps its name, too.
    std::fs::write(data.join("Trash/files/odd"), "orphan").unwrap();
    tree.file("d0/odd", "mine");
    let put = trash.put(&all[0].1, b"odd", &all[0].1, None).unwrap();
    assert_eq!(put.name, b"odd.2");
    assert!(!data.join("Trash/info/odd.trashinfo").exists());
    for (put, folder, name) in &all {
        trash.restore(put, folder, name.as_bytes()).unwrap();
    }
    for at in 0..4 {
        for name in ["same.txt", &long] {
            let back = tree.path(format!("d{at}/{name}"));
            assert_eq!(std::fs::read_to_string(back).unwrap(), at.to_string());
        }
    }
}

#[test]
fn what_is_there_by_now_is_not_replaced() {
    let storage = MemoryStorage::new();
    storage.write("root/file", b"old");
    let trash = Trash::new(Arc::new(storage.clone()), options(None, 0));
    let root = folder(&storage, Path::new("root"));
    let put = trash.put(&root, b"file", &root, None).unwrap();
    storage.write("root/file", b"new");
    let error = trash.restore(&put, &root, b"file").unwrap_err();
    assert_eq!(error.kind(), Some(ErrorKind::AlreadyExists));
    assert_eq!(text(&storage, Path::new("root/file")), "new");
    trash.restore(&put, &root, b"other").unwrap();
    assert_eq!(text(&storage, Path::new("root/other")), "old");
    let (_, facts) = root.directory().stat(b"file", Links::Refuse).unwrap();
    let expected = Expected { size: 99, ..Expected::of(&facts) };
    let error = trash.put(&root, b"file", &root, Some(expected)).unwrap_err();
    assert!(matches!(error.cause, Cause::Problem(Problem::NotAsExpected)));
    assert_eq!(text(&storage, Path::new("root/file")), "new");
}

/// A storage with something to throw away, and no home.
fn homeless() -> MemoryStorage {
    let storage = MemoryStorage::new();
    storage.write("mount/root/sub/file", b"content");
    storage
}

/// Throws that away.
fn put(storage: &MemoryStorage, user: u32) -> Trashed {
    let trash = Trash::new(Arc::new(storage.clone()), options(None, user));
    let root = folder(storage, Path::new("mount/root"));
    let sub = folder(storage, Path::new("mount/root/sub"));
    let put = trash.put(&sub, b"file", &root, None).unwrap();
    assert!(sub.directory().stat(b"file", Links::Refuse).is_err());
    put
}

fn set_mode(storage: &MemoryStorage, path: &str, mode: u32) {
    let directory = folder(storage, Path::new(path));
    let mode = Attributes { mode: Some(mode), ..Attributes::default() };
    directory.directory().as_file().unwrap().set_attributes(&mode).unwrap();
}

#[test]
fn without_a_home_on_the_device_the_trash_is_at_its_top() {
    let storage = homeless();
    let found = put(&storage, 0);
    assert_eq!(found.trash, Path::new("/.Trash-0"));
    let info = found.trash.join("info/file.trashinfo");
    let said = text(&storage, &info);
    assert!(said.contains("\nPath=mount/root/sub/file\n"), "{said}");
    // The one that all share comes first, if it is what it must be.
    let storage = homeless();
    storage.make_dir(".Trash");
    set_mode(&storage, ".Trash", 0o1777);
    assert_eq!(put(&storage, 0).trash, Path::new("/.Trash/0"));
}

#[test]
fn a_trash_that_others_could_write_to_is_not_used() {
    // Not sticky.
    let storage = homeless();
    storage.make_dir(".Trash");
    assert_eq!(put(&storage, 0).trash, Path::new("/.Trash-0"));
    // A link.
    let storage = homeless();
    storage.make_dir("elsewhere");
    set_mode(&storage, "elsewhere", 0o1777);
    storage.link("elsewhere", ".Trash");
    storage.link("elsewhere", ".Trash-0");
    assert_eq!(
        put(&storage, 0).trash,
        Path::new("/mount/root/.sanchay-trash")
    );
    // Somebody else's, or open to others.
    let storage = homeless();
    let found = put(&storage, 1000);
    assert_eq!(found.trash, Path::new("/mount/root/.sanchay-trash"));
    let said = text(&storage, &found.trash.join("info/file.trashinfo"));
    assert!(said.contains("\nPath=sub/file\n"), "{said}");
    let storage = homeless();
    storage.make_dir(".Trash-0");
    set_mode(&storage, ".Trash-0", 0o777);
    assert_eq!(
        put(&storage, 0).trash,
        Path::new("/mount/root/.sanchay-trash")
    );
}

#[test]
fn a_stop_anywhere_loses_nothing() {
    for after in 0.. {
        let storage = homeless();
        let trash = Trash::new(Arc::new(storage.clone()), options(None, 0));
        let sub = folder(&storage, Path::new("mount/root/sub"));
        storage.stop_after(after);
        let put = trash.put(&sub, b"file", &sub, None);
        storage.revive();
        let place = match &put {
            Ok(put) => put.trash.join("files/file"),
            Err(_) => PathBuf::from("mount/root/sub/file"),
        };
        assert_eq!(text(&storage, &place), "content");
        if put.is_ok() {
            assert!(after > 3, "{after}");
            break;
        }
    }
}

#[test]
fn looking_for_something_in_the_trash_makes_none_and_passes_over_gaps() {
    let storage = homeless();
    let trash = Trash::new(Arc::new(storage.clone()), options(None, 1000));
    let root = folder(&storage, Path::new("mount/root"));
    let sub = folder(&storage, Path::new("mount/root/sub"));
    let id =
        |name: &[u8]| sub.directory().stat(name, Links::Refuse).unwrap().1.id;
    let file = id(b"file");
    assert_eq!(trash.search(&sub, b"file", &root, file), None);
    assert!(storage.open(Path::new("mount/root/.sanchay-trash")).is_err());
    // What was thrown away before under that name was put back since.
    let first = trash.put(&sub, b"file", &root, None).unwrap();
    storage.write("mount/root/sub/file", b"second");
    let second = id(b"file");
    let put = trash.put(&sub, b"file", &root, None).unwrap();
    trash.restore(&first, &sub, b"file").unwrap();
    assert_eq!(trash.search(&sub, b"file", &root, second), Some(put));
    assert_eq!(trash.search(&sub, b"file", &root, file), None);
}

fn trash(storage: &MemoryStorage, kind: TrashKind) -> Trash {
    let options = TrashOptions { kind: Some(kind), ..options(None, 0) };
    Trash::new(Arc::new(storage.clone()), options)
}

#[test]
fn the_recycle_bin_of_a_volume_is_taken_where_the_system_made_one() {
    let kind = || TrashKind::RecycleBin { user: "S-1-5-21-7".to_owned() };
    let storage = homeless();
    let sub = folder(&storage, Path::new("mount/root/sub"));
    let root = folder(&storage, Path::new("mount/root"));
    let put = trash(&storage, kind()).put(&sub, b"file", &root, None).unwrap();
    assert_eq!(put.trash, Path::new("/mount/root/.sanchay-trash"));

    let storage = homeless();
    storage.make_dir("$Recycle.Bin");
    storage.write("mount/root/sub/note.txt", b"first");
    let sub = folder(&storage, Path::new("mount/root/sub"));
    let root = folder(&storage, Path::new("mount/root"));
    let trash = trash(&storage, kind());
    let first = trash.put(&sub, b"note.txt", &root, None).unwrap();
    assert_eq!(first.trash, Path::new("/$Recycle.Bin/S-1-5-21-7"));
    assert!(first.name.starts_with(b"$R") && first.name.ends_with(b".txt"));
    let record = [b"$I", &first.name[2..]].concat();
    let record = first.trash.join(String::from_utf8(record).unwrap());
    let Opened::File(file, facts) = storage.open(&record).unwrap() else {
        panic!("{record:?} is no file");
    };
    let mut bytes = vec![0; usize::try_from(facts.size).unwrap()];
    file.read_at(&mut bytes, 0).unwrap();
    assert_eq!(bytes[8..16], 5_u64.to_le_bytes());
    let path: Vec<u16> = bytes[28..]
        .chunks(2)
        .map(|it| u16::from_le_bytes([it[0], it[1]]))
        .collect();
    let path = String::from_utf16(&path).unwrap();
    assert_eq!(path, "\\mount\\root\\sub\\note.txt\0");

    // Another of that name is thrown away, found, and put back.
    storage.write("mount/root/sub/note.txt", b"second");
    let (_, second) =
        sub.directory().stat(b"note.txt", Links::Refuse).unwrap();
    let put = trash.put(&sub, b"note.txt", &root, None).unwrap();
    assert_ne!(put.name, first.name);
    let found = trash.search(&sub, b"note.txt", &root, second.id);
    assert_eq!(found, Some(put.clone()));
    trash.restore(&put, &sub, b"note.txt").unwrap();
    let back = text(&storage, Path::new("mount/root/sub/note.txt"));
    assert_eq!(back, "second");
    trash.restore(&first, &sub, b"note.1.txt").unwrap();
    assert!(storage.open(&record).is_err(), "what was known of it is left");
}

#[test]
fn the_trash_of_macos_has_the_things_alone() {
    let kind = |home: Option<&str>| TrashKind::Apple {
        home: home.map(PathBuf::from),
        user: 0,
    };
    let storage = homeless();
    storage.make_dir("home/me/.Trash");
    let sub = folder(&storage, Path::new("mount/root/sub"));
    let root = folder(&storage, Path::new("mount/root"));
    let own = trash(&storage, kind(Some("/home/me")));
    let put = own.put(&sub, b"file", &root, None).unwrap();
    let expected = (PathBuf::from("/home/me/.Trash"), b"file".to_vec());
    assert_eq!((put.trash.clone(), put.name.clone()), expected);
    assert_eq!(text(&storage, &put.trash.join("file")), "content");
    own.restore(&put, &sub, b"file").unwrap();

    // On another volume, and where nobody has a home.
    storage.make_dir(".Trashes/0");
    let other = trash(&storage, kind(None));
    let put = other.put(&sub, b"file", &root, None).unwrap();
    assert_eq!(put.trash, Path::new("/mount/root/.sanchay-trash"));
    other.restore(&put, &sub, b"file").unwrap();
    set_mode(&storage, ".Trashes", 0o1333);
    let other = trash(&storage, kind(None));
    let put = other.put(&sub, b"file", &root, None).unwrap();
    assert_eq!(put.trash, Path::new("/.Trashes/0"));
    let (_, facts) = folder(&storage, &put.trash)
        .directory()
        .stat(b"file", Links::Refuse)
        .unwrap();
    let found = other.search(&sub, b"file", &root, facts.id);
    assert_eq!(found, Some(put));
}
