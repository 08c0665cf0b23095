//! What the storage of this machine does on Windows, whose rules are others.
#![cfg(windows)]
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what cannot be built or read fails the test, and the panic is \
              the report"
)]

use std::{
    fs,
    io::{ErrorKind, Read as _},
    os::windows::io::OwnedHandle,
    path::{Path, PathBuf},
    process::Command,
};

use sanchay_storage::{
    Attributes, Directory, EntryKind, Links, Listing, LocalStorage, Opened,
    Storage as _, StorageError, Timestamp, create_beneath,
};
use tempfile::TempDir;

fn folder() -> (TempDir, Box<dyn Directory>) {
    let folder = tempfile::tempdir().unwrap();
    let directory = open(folder.path());
    (folder, directory)
}

fn open(path: &Path) -> Box<dyn Directory> {
    match LocalStorage::new().open(path).unwrap() {
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

fn write(directory: &dyn Directory, name: &[u8], text: &str) {
    let file = directory.create(name).unwrap();
    file.write_all_at(text.as_bytes(), 0).unwrap();
}

fn read(directory: &dyn Directory, name: &[u8]) -> String {
    let (file, _) = directory.open_file(name, Links::Refuse).unwrap();
    let mut text = String::new();
    file.reader().read_to_string(&mut text).unwrap();
    text
}

fn names(directory: &dyn Directory) -> Vec<Vec<u8>> {
    let mut listing = Listing::default();
    directory.list(&mut listing).unwrap();
    let mut names: Vec<_> =
        (0..listing.len()).map(|at| listing.name(at).to_vec()).collect();
    names.sort();
    names
}

#[test]
fn what_is_written_is_listed_and_read_again() {
    let (_folder, d) = folder();
    assert_eq!(names(&*d), Vec::<Vec<u8>>::new());
    write(&*d, b"file", "content");
    d.create_dir(b"sub", 0o777).unwrap();
    for _ in 0..2 {
        let mut listing = Listing::default();
        d.list(&mut listing).unwrap();
        let mut found: Vec<_> = (0..listing.len())
            .map(|at| (listing.name(at).to_vec(), listing.kinds()[at]))
            .collect();
        found.sort_by(|a, b| a.0.cmp(&b.0));
        let expected = [
            (b"file".to_vec(), EntryKind::File),
            (b"sub".to_vec(), EntryKind::Directory),
        ];
        assert_eq!(found, expected);
    }
    assert_eq!(read(&*d, b"file"), "content");
    let (file, metadata) = d.open_file(b"file", Links::Refuse).unwrap();
    assert_eq!((metadata.size, metadata.links), (7, 1));
    let mut tail = [0; 10];
    assert_eq!(file.read_at(&mut tail, 3).unwrap(), 4);
    assert_eq!(&tail[..4], b"tent");
    let error = d.open_file(b"sub", Links::Refuse).unwrap_err();
    assert!(matches!(error, StorageError::NotRegular(_)), "{error:?}");
    let error = d.open_file(b"none", Links::Refuse).unwrap_err();
    assert_eq!(kind(error), ErrorKind::NotFound);
}

#[test]
fn many_entries_are_listed_each_once() {
    let (_folder, d) = folder();
    let mut expected: Vec<_> = (0..2000)
        .map(|number| format!("a name that is long {number}").into_bytes())
        .collect();
    for name in &expected {
        d.create(name).unwrap();
    }
    expected.sort();
    assert_eq!(names(&*d), expected);
    assert_eq!(names(&*d.try_clone().unwrap()), expected);
}

#[test]
fn names_that_win32_would_change_are_taken_as_they_are() {
    let (_folder, d) = folder();
    let odd = [&b"con"[..], b"nul.txt", "\u{e9}\u{1f600}".as_bytes()];
    for name in odd {
        write(&*d, name, "text");
        assert_eq!(read(&*d, name), "text");
    }
    for name in [&b"a:b"[..], b"a/b", b"a\\b", b"..", b"\xff"] {
        assert!(d.create(name).is_err(), "{name:?}");
    }
    let mut expected: Vec<_> = odd.iter().map(|it| it.to_vec()).collect();
    expected.sort();
    assert_eq!(names(&*d), expected);
}

#[test]
fn paths_of_any_length_are_opened() {
    let (folder, d) = folder();
    let name = b"a folder whose name is not short".as_slice();
    let deep = create_beneath(&*d, std::iter::repeat_n(name, 12)).unwrap();
    write(&*deep.directory, b"file", "deep");
    let mut path = folder.path().to_owned();
    path.extend(std::iter::repeat_n(std::str::from_utf8(name).unwrap(), 12));
    assert!(path.as_os_str().len() > 300);
    assert_eq!(read(&*open(&path), b"file"), "deep");
    let slashes = path.to_str().unwrap().replace('\\', "/");
    assert_eq!(read(&*open(Path::new(&slashes)), b"file"), "deep");
}

#[test]
fn an_entry_is_renamed_and_linked_and_nothing_is_replaced() {
    let (_folder, d) = folder();
    write(&*d, b"file", "one");
    write(&*d, b"other", "two");
    d.create_dir(b"sub", 0o777).unwrap();
    let sub = d.open_dir(b"sub", Links::Refuse).unwrap();
    let id = d.stat(b"file", Links::Refuse).unwrap().1.id;
    let taken = d.rename(b"file", &*d, b"other").unwrap_err();
    assert_eq!(kind(taken), ErrorKind::AlreadyExists);
    d.rename(b"file", &*sub, b"moved").unwrap();
    assert_eq!(sub.stat(b"moved", Links::Refuse).unwrap().1.id, id);
    sub.hard_link(b"moved", &*d, b"again").unwrap();
    let again = d.stat(b"again", Links::Refuse).unwrap().1;
    assert_eq!((again.id, again.links), (id, 2));
    let taken = d.hard_link(b"again", &*d, b"other").unwrap_err();
    assert_eq!(kind(taken), ErrorKind::AlreadyExists);
    d.replace(b"other", &*sub, b"moved").unwrap();
    assert_eq!(read(&*sub, b"moved"), "two");
    let taken = d.create(b"again").unwrap_err();
    assert_eq!(kind(taken), ErrorKind::AlreadyExists);
    let gone = d.rename(b"other", &*d, b"x").unwrap_err();
    assert_eq!(kind(gone), ErrorKind::NotFound);
}

#[test]
fn only_what_is_named_is_removed() {
    let (_folder, d) = folder();
    write(&*d, b"file", "text");
    d.create_dir(b"sub", 0o777).unwrap();
    let sub = d.open_dir(b"sub", Links::Refuse).unwrap();
    write(&*sub, b"deep", "text");
    assert_eq!(
        kind(d.remove_file(b"sub").unwrap_err()),
        ErrorKind::IsADirectory
    );
    assert_eq!(
        kind(d.remove_dir(b"file").unwrap_err()),
        ErrorKind::NotADirectory
    );
    let error = d.remove_dir(b"sub").unwrap_err();
    assert_eq!(kind(error), ErrorKind::DirectoryNotEmpty);
    sub.remove_file(b"deep").unwrap();
    drop(sub);
    d.remove_dir(b"sub").unwrap();
    d.remove_file(b"file").unwrap();
    assert_eq!(names(&*d), Vec::<Vec<u8>>::new());
}

#[test]
fn times_and_write_protection_are_set_and_told() {
    let (_folder, d) = folder();
    write(&*d, b"file", "text");
    let time = Timestamp { seconds: 1_700_000_000, nanoseconds: 123_456_700 };
    let set = |mode| Attributes {
        accessed: Some(time),
        modified: Some(time),
        mode: Some(mode),
        ..Attributes::default()
    };
    d.set_attributes(b"file", &set(0o444)).unwrap();
    let (_, metadata) = d.stat(b"file", Links::Refuse).unwrap();
    assert_eq!(metadata.modified, time);
    assert_eq!(metadata.mode & 0o777, 0o444);
    assert!(metadata.created.is_some());
    d.set_attributes(b"file", &set(0o644)).unwrap();
    let (_, metadata) = d.stat(b"file", Links::Refuse).unwrap();
    assert_eq!(metadata.mode & 0o777, 0o666);
    let owner = Attributes { uid: Some(0), ..Attributes::default() };
    let error = d.set_attributes(b"file", &owner).unwrap_err();
    assert_eq!(kind(error), ErrorKind::Unsupported);
}

#[test]
fn a_confined_path_does_not_leave_its_directory() {
    let (_folder, d) = folder();
    d.create_dir(b"sub", 0o777).unwrap();
    let sub = d.open_dir(b"sub", Links::Refuse).unwrap();
    write(&*sub, b"file", "text");
    write(&*d, b"outside", "secret");
    let confined = d.confined().unwrap();
    let (found, metadata) = confined.stat(b"sub/./file").unwrap();
    assert_eq!((found, metadata.size), (EntryKind::File, 4));
    let opened = confined.open(b"sub/../outside").unwrap();
    assert!(matches!(opened, Opened::File(..)), "{opened:?}");
    assert!(matches!(confined.open(b"").unwrap(), Opened::Directory(..)));
    let confined = sub.confined().unwrap();
    for path in [&b"../outside"[..], b"/outside", b"..", b"..\\outside"] {
        let error = confined.open(path).unwrap_err();
        assert!(matches!(error, StorageError::Outside), "{error:?}");
    }
}

#[test]
fn a_path_is_found_whatever_its_form() {
    let (folder, d) = folder();
    write(&*d, b"file", "text");
    let storage = LocalStorage::new();
    let whole = storage.canonical(&folder.path().join("file")).unwrap();
    let text = whole.to_str().unwrap();
    assert!(!text.contains('\\'), "{text}");
    let verbatim = PathBuf::from(format!(r"\\?\{}", text.replace('/', r"\")));
    for path in [whole.clone(), verbatim, folder.path().join(r".\.\file")] {
        let (kind, metadata) = storage.stat(&path).unwrap();
        assert_eq!((kind, metadata.size), (EntryKind::File, 4), "{path:?}");
    }
    let (id, name) = storage.locate(&folder.path().join("FILE")).unwrap();
    assert_eq!(id, d.id().unwrap());
    assert_eq!(name, b"file");
    for path in ["C:file", "file:stream"] {
        let error = storage.open(Path::new(path)).unwrap_err();
        assert_eq!(kind(error), ErrorKind::InvalidInput, "{path}");
    }
}

#[test]
fn what_was_written_can_be_made_durable() {
    let (_folder, d) = folder();
    let file = d.create(b"file").unwrap();
    file.write_all_at(b"text", 0).unwrap();
    file.sync().unwrap();
    d.sync().unwrap();
}

#[test]
fn a_file_that_was_opened_to_be_read_is_made_durable_too() {
    let (_folder, d) = folder();
    write(&*d, b"file", "text");
    for mode in [0o644, 0o444] {
        let mode = Attributes { mode: Some(mode), ..Attributes::default() };
        d.set_attributes(b"file", &mode).unwrap();
        let (file, before) = d.open_file(b"file", Links::Refuse).unwrap();
        file.sync().unwrap();
        let after = file.metadata().unwrap();
        assert_eq!(after.mode, before.mode);
        assert_eq!(after.modified, before.modified);
    }
}

#[test]
fn times_are_given_to_what_is_open() {
    let (_folder, d) = folder();
    write(&*d, b"file", "text");
    let time = Timestamp { seconds: 1_700_000_000, nanoseconds: 0 };
    let times = Attributes { modified: Some(time), ..Attributes::default() };
    let (file, _) = d.open_file(b"file", Links::Refuse).unwrap();
    file.set_attributes(&times).unwrap();
    assert_eq!(file.metadata().unwrap().modified, time);
    d.create_dir(b"sub", 0o777).unwrap();
    let sub = d.open_dir(b"sub", Links::Refuse).unwrap();
    sub.as_file().unwrap().set_attributes(&times).unwrap();
    let (_, found) = d.stat(b"sub", Links::Refuse).unwrap();
    assert_eq!(found.modified, time);
}

#[test]
fn a_protected_file_is_removed_and_its_other_name_stays_protected() {
    let (_folder, d) = folder();
    write(&*d, b"file", "text");
    d.hard_link(b"file", &*d, b"other").unwrap();
    let mode = Attributes { mode: Some(0o444), ..Attributes::default() };
    d.set_attributes(b"file", &mode).unwrap();
    d.remove_file(b"file").unwrap();
    assert_eq!(names(&*d), [b"other".to_vec()]);
    let (_, found) = d.stat(b"other", Links::Refuse).unwrap();
    assert_eq!(found.mode & 0o777, 0o444);
}

#[test]
fn a_file_system_says_how_much_room_it_has() {
    let (folder, d) = folder();
    let found = d.file_system().unwrap();
    assert!(found.size >= found.free && found.free > Some(0), "{found:?}");
    assert_eq!(found.ignores_case, Some(true));
    fs::write(folder.path().join("File"), "text").unwrap();
    assert_eq!(read(&*d, b"fILE"), "text");
}

#[test]
fn what_the_system_marks_as_hidden_is_listed_only_if_it_is_of_interest() {
    let (folder, directory) = folder();
    write(&*directory, b"shown", "");
    write(&*directory, b"marked", "");
    write(&*directory, b".marked", "");
    for name in ["marked", ".marked"] {
        let marked = Command::new("attrib")
            .arg("+h")
            .arg(folder.path().join(name))
            .status();
        assert!(marked.unwrap().success());
    }
    let all = [b".marked".to_vec(), b"marked".to_vec(), b"shown".to_vec()];
    assert_eq!(names(&*directory), all);
    let mut listing = Listing::default();
    listing.skip_marked(true);
    directory.list(&mut listing).unwrap();
    let mut left: Vec<_> =
        (0..listing.len()).map(|at| listing.name(at).to_vec()).collect();
    left.sort();
    // Its name says that it is hidden: that is judged elsewhere.
    assert_eq!(left, [b".marked".to_vec(), b"shown".to_vec()]);
}

#[test]
fn a_pipe_is_told_from_a_file() {
    let (reader, writer) = std::io::pipe().unwrap();
    for end in [
        fs::File::from(OwnedHandle::from(reader)),
        fs::File::from(OwnedHandle::from(writer)),
    ] {
        let found = sanchay_storage::stat_open(&end).unwrap();
        assert_eq!((found.kind, found.size), (EntryKind::Fifo, 0));
    }
    let nothing = fs::File::open("NUL").unwrap();
    let found = sanchay_storage::stat_open(&nothing).unwrap();
    assert_eq!(found.kind, EntryKind::CharacterDevice);
}
