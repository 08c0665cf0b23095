//! Copies keep all that `cp -a` keeps; they appear complete or not at all,
//! whatever ends the run.

use std::{
    collections::BTreeMap,
    io::ErrorKind,
    os::unix::{
        ffi::OsStrExt as _,
        fs::{MetadataExt as _, PermissionsExt as _, lchown},
    },
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use proptest::prelude::*;
use sanchay::{
    Algorithm, Cause, Copied, CopyItem, CopyOptions, CopySummary, EntryError,
    Existing, Expected, Folder, LocalStorage, MemoryStorage, Monitor, Problem,
    Sharing, Storage, Transfer,
    storage::{ExtendedAttribute, Fault, Links, Opened},
};
use sanchay_testkit::Tree;

use crate::engine;

/// What a copy must keep of an entry.
#[derive(Debug, PartialEq)]
struct Kept {
    kind: u32,
    mode: u32,
    owner: (u32, u32),
    modified: (i64, i64),
    size: u64,
    content: Vec<u8>,
    extended: Vec<ExtendedAttribute>,
    /// The first path, in byte order, of the same file.
    same_as: PathBuf,
}

/// All entries of a tree, by path.
fn kept(root: &Path) -> BTreeMap<PathBuf, Kept> {
    let mut paths = vec![root.to_owned()];
    let mut at = 0;
    while at < paths.len() {
        let path = paths[at].clone();
        if path.symlink_metadata().unwrap().is_dir() {
            for entry in path.read_dir().unwrap() {
                paths.push(entry.unwrap().path());
            }
        }
        at += 1;
    }
    paths.sort();
    let mut first = BTreeMap::new();
    let mut all = BTreeMap::new();
    for path in paths {
        let below = path.strip_prefix(root).unwrap().to_owned();
        let facts = path.symlink_metadata().unwrap();
        let id = (facts.dev(), facts.ino());
        let content = if facts.is_symlink() {
            path.read_link().unwrap().as_os_str().as_bytes().to_vec()
        } else if facts.is_file() {
            std::fs::read(&path).unwrap()
        } else {
            Vec::new()
        };
        let entry = Kept {
            kind: facts.mode() & 0o170_000,
            mode: facts.mode() & 0o7777,
            owner: (facts.uid(), facts.gid()),
            modified: (facts.mtime(), facts.mtime_nsec()),
            size: if facts.is_dir() { 0 } else { facts.size() },
            content,
            extended: extended(&path),
            same_as: first.entry(id).or_insert_with(|| below.clone()).clone(),
        };
        all.insert(below, entry);
    }
    all
}

/// The extended attributes of a file or a directory.
fn extended(path: &Path) -> Vec<ExtendedAttribute> {
    let mut found = match LocalStorage::new().open(path) {
        Ok(Opened::File(file, _)) => file.extended_attributes().unwrap(),
        Ok(Opened::Directory(directory, _)) => {
            directory.as_file().unwrap().extended_attributes().unwrap()
        }
        _ => Vec::new(),
    };
    found.sort();
    found
}

/// Sets an extended attribute; says so where there are none.
fn set_extended(path: &Path, name: &str, value: &[u8]) {
    let attribute =
        ExtendedAttribute { name: name.into(), value: value.to_vec() };
    let set = match LocalStorage::new().open(path).unwrap() {
        Opened::File(file, _) => file.set_extended_attribute(&attribute),
        Opened::Directory(directory, _) => {
            directory.as_file().unwrap().set_extended_attribute(&attribute)
        }
        other => panic!("{other:?}"),
    };
    if let Err(error) = set {
        eprintln!("SKIPPED: {name} of {path:?}: {error}");
    }
}

/// An access control list that lets the user 12345 read, as Linux has it.
const ACL: &[u8] = b"\x02\0\0\0\x01\0\x06\0\xff\xff\xff\xff\x02\0\x04\0\
    \x39\x30\0\0\x04\0\x04\0\xff\xff\xff\xff\
    \x10\0\x04\0\xff\xff\xff\xff\x20\0\0\0\xff\xff\xff\xff";

/// A tree with all that can be kept.
fn full_tree() -> Tree {
    let tree = Tree::new();
    let time = |seconds, nanos| {
        SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos)
    };
    let file = tree.file("a/file", "content");
    set_extended(&file, "user.comment", b"kept");
    set_extended(&file, "user.empty", b"");
    let listed = tree.file("a/listed", "has an access control list");
    set_extended(&listed, "system.posix_acl_access", ACL);
    tree.file("a/b/empty", "");
    tree.file("a/b/large", vec![b'x'; 3_000_001]);
    tree.dir("a/none");
    tree.odd_names("odd");
    let sparse = tree.sparse("sparse/hole", 40 << 20);
    use std::os::unix::fs::FileExt as _;
    let open = std::fs::OpenOptions::new().write(true).open(&sparse).unwrap();
    open.write_at(b"island", 17 << 20).unwrap();
    tree.sparse("sparse/nothing", 1 << 20);
    tree.link("../a/file", "links/to-file");
    tree.link("no/such/thing", "links/dangling");
    tree.file("links/first", "one file");
    tree.hard_link("links/first", "links/second");
    tree.hard_link("links/first", "a/third");
    for (name, mode) in
        [("a/file", 0o440), ("a/b/large", 0o4755), ("a/none", 0o1770)]
    {
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(tree.path(name), mode).unwrap();
    }
    if is_root() {
        lchown(tree.path("a/b/empty"), Some(1234), Some(5678)).unwrap();
        lchown(tree.path("links/dangling"), Some(1234), None).unwrap();
    }
    for (at, name) in ["a/file", "a/b/large", "links/first"].iter().enumerate()
    {
        tree.touch(name, time(1_234_567_890 + at as u64, 123_456_789));
    }
    set_extended(&tree.path("a/none"), "user.folder", b"too");
    for (name, when) in [("a/none", time(7, 7)), ("a", time(1 << 30, 1))] {
        let folder = std::fs::File::open(tree.path(name)).unwrap();
        folder.set_modified(when).unwrap();
    }
    tree
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|facts| facts.uid() == 0)
}

/// Copies a tree, and collects what failed.
fn copy(
    storage: &dyn Storage,
    from: &Path,
    to: &Path,
    options: CopyOptions,
) -> (CopySummary, Vec<EntryError>) {
    let errors = Mutex::new(Vec::new());
    let summary = engine(3)
        .copier(options)
        .copy_tree(storage, from, to, &Monitor::default(), |error| {
            errors.lock().unwrap().push(error);
        })
        .unwrap();
    (summary, errors.into_inner().unwrap())
}

fn local(
    from: &Path,
    to: &Path,
    options: CopyOptions,
) -> (CopySummary, Vec<EntryError>) {
    copy(&LocalStorage::new(), from, to, options)
}

/// Compares two trees, entry by entry.
#[track_caller]
fn assert_equal(one: &Path, other: &Path) {
    let (mut one, other) = (kept(one), kept(other));
    for (path, entry) in &other {
        let expected = one.remove(path);
        assert_eq!(expected.as_ref(), Some(entry), "{path:?}");
    }
    assert!(one.is_empty(), "{:?}", one.keys());
}

#[test]
fn a_copy_of_a_tree_keeps_what_cp_keeps() {
    for verify in [None, Some(Algorithm::Xxh3_128)] {
        for durable in [false, true] {
            let tree = full_tree();
            let out = tempfile::tempdir().unwrap();
            let (ours, cps) = (out.path().join("ours"), out.path().join("cp"));
            let options =
                CopyOptions { verify, durable, ..CopyOptions::default() };
            let (summary, errors) = local(tree.root(), &ours, options);
            assert!(errors.is_empty(), "{errors:?}");
            assert_eq!((summary.linked, summary.incomplete), (2, 0));
            let done = Command::new("cp")
                .arg("-a")
                .args([tree.root(), &cps])
                .status()
                .unwrap();
            assert!(done.success());
            assert_equal(&cps, &ours);
            assert_equal(tree.root(), &ours);
        }
    }
}

#[test]
fn access_control_lists_that_a_folder_passes_on_do_not_come_to_copies() {
    let tree = full_tree();
    let out = tempfile::tempdir().unwrap();
    let ours = out.path().join("ours");
    std::fs::create_dir(&ours).unwrap();
    set_extended(&ours, "system.posix_acl_default", ACL);
    let (_, errors) = local(tree.root(), &ours, CopyOptions::default());
    assert!(errors.is_empty(), "{errors:?}");
    assert_equal(tree.root(), &ours);
}

#[test]
fn holes_stay_holes() {
    let tree = full_tree();
    let out = tempfile::tempdir().unwrap();
    let blocks =
        |root: &Path, name| root.join(name).metadata().unwrap().blocks() * 512;
    for sharing in [Sharing::Auto, Sharing::Never] {
        for verify in [None, Some(Algorithm::Xxh3_64)] {
            let ours = out.path().join(format!("{sharing:?}-{verify:?}"));
            let options =
                CopyOptions { sharing, verify, ..CopyOptions::default() };
            local(tree.root(), &ours, options);
            let most = blocks(tree.root(), "sparse/hole");
            assert!(blocks(&ours, "sparse/hole") <= most.max(1 << 20));
            assert_eq!(blocks(&ours, "sparse/nothing"), 0);
        }
    }
}

#[test]
fn rsync_finds_nothing_to_do_after_a_copy() {
    let tree = full_tree();
    let out = tempfile::tempdir().unwrap();
    let ours = out.path().join("ours");
    local(tree.root(), &ours, CopyOptions::default());
    let mut from = tree.root().as_os_str().to_owned();
    from.push("/");
    let rsync = Command::new("rsync")
        .args(["-aHAX", "--dry-run", "--itemize-changes", "--delete"])
        .args([from.as_os_str(), ours.as_os_str()])
        .output();
    let Ok(rsync) = rsync else {
        eprintln!("SKIPPED: there is no rsync");
        return;
    };
    assert!(rsync.status.success(), "{rsync:?}");
    assert_eq!(String::from_utf8_lossy(&rsync.stdout), "");
}

#[test]
fn a_second_run_copies_what_is_missing_and_touches_nothing_else() {
    let tree = full_tree();
    let out = tempfile::tempdir().unwrap();
    let ours = out.path().join("ours");
    local(tree.root(), &ours, CopyOptions::default());
    std::fs::remove_file(ours.join("a/b/large")).unwrap();
    std::fs::remove_file(ours.join("links/second")).unwrap();
    let before = ours.join("a/file").metadata().unwrap();
    let refused = local(tree.root(), &ours, CopyOptions::default());
    assert_eq!((refused.0.copied, refused.0.errors > 10), (2, true));
    assert!(
        refused.1.iter().all(|it| it.kind() == Some(ErrorKind::AlreadyExists)),
        "{refused:?}"
    );
    std::fs::remove_file(ours.join("a/b/large")).unwrap();
    std::fs::remove_file(ours.join("links/second")).unwrap();
    for verify in [None, Some(Algorithm::Sha256)] {
        let existing = Existing::Complete;
        let options =
            CopyOptions { existing, verify, ..CopyOptions::default() };
        let (summary, errors) = local(tree.root(), &ours, options);
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(summary.copied, if verify.is_none() { 2 } else { 0 });
    }
    let after = ours.join("a/file").metadata().unwrap();
    assert_eq!(
        (before.ino(), before.ctime_nsec()),
        (after.ino(), after.ctime_nsec())
    );
    assert_equal(tree.root(), &ours);
}

#[test]
fn what_differs_is_an_error_or_replaced_as_is_wanted() {
    let tree = Tree::new();
    tree.file("from/file", "right");
    tree.link("right", "from/link");
    tree.file("from/under", "a file");
    tree.file("to/file", "other");
    tree.file("to/link", "no link");
    tree.file("to/under/keep", "kept");
    let (from, to) = (tree.path("from"), tree.path("to"));
    for (existing, failed) in [(Existing::Complete, 3), (Existing::Update, 1)]
    {
        let options = CopyOptions { existing, ..CopyOptions::default() };
        let (_, errors) = local(&from, &to, options);
        assert_eq!(errors.len(), failed, "{errors:?}");
        for error in &errors {
            let differs = Cause::Problem(Problem::Different).to_string();
            assert_eq!(error.cause.to_string(), differs);
        }
    }
    assert_eq!(std::fs::read(to.join("file")).unwrap(), b"right");
    assert_eq!(to.join("link").read_link().unwrap(), Path::new("right"));
    assert!(to.join("under/keep").exists());
}

#[test]
fn what_is_no_file_costs_an_error_and_nothing_else() {
    let tree = Tree::new();
    tree.file("from/file", "content");
    tree.fifo("from/fifo");
    tree.socket("from/socket");
    let to = tree.path("to");
    let (summary, errors) =
        local(&tree.path("from"), &to, CopyOptions::default());
    assert_eq!((summary.copied, summary.errors), (1, 2));
    let mut said: Vec<_> = errors.iter().map(|it| it.to_string()).collect();
    said.sort();
    assert!(
        said[0].ends_with(
            "from/fifo: cannot copy: it is a FIFO, not a regular file"
        ),
        "{said:?}"
    );
    assert_eq!(to.read_dir().unwrap().count(), 1);
}

#[test]
fn a_directory_is_not_copied_into_itself() {
    let tree = Tree::new();
    tree.file("d/file", "content");
    let to = tree.path("d/copy");
    let (summary, errors) =
        local(&tree.path("d"), &to, CopyOptions::default());
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(summary.copied, 1);
    assert_eq!(to.read_dir().unwrap().count(), 1);
}

/// A tree in memory, with a directory to copy it to.
fn memory_tree() -> MemoryStorage {
    let storage = MemoryStorage::new();
    for at in 0..6_u8 {
        let bytes: Vec<u8> = (0..=at).cycle().take(2000).collect();
        storage.write(format!("from/d{}/f{at}", at % 3), &bytes);
    }
    storage.hard_link("from/d0/f0", "from/second");
    storage.link("d0/f0", "from/link");
    storage.make_dir("to");
    let to = Folder::open(&storage, Path::new("to")).unwrap();
    to.directory().sync_file_system().unwrap();
    storage
}

/// The contents of all files beneath a path in memory, without those that are
/// being copied.
fn contents(storage: &MemoryStorage, root: &str) -> BTreeMap<String, Vec<u8>> {
    fn go(
        directory: &dyn sanchay::storage::Directory,
        path: &str,
        found: &mut BTreeMap<String, Vec<u8>>,
    ) {
        let mut listing = sanchay::storage::Listing::default();
        directory.list(&mut listing).unwrap();
        for at in 0..listing.len() {
            let name = listing.name(at);
            if name.starts_with(b".sanchay-") {
                continue;
            }
            let below = format!("{path}/{}", String::from_utf8_lossy(name));
            if let Ok(says) = directory.read_link(name) {
                found.insert(below, says);
            } else if let Ok(inner) = directory.open_dir(name, Links::Refuse) {
                go(&*inner, &below, found);
            } else {
                let (file, facts) =
                    directory.open_file(name, Links::Refuse).unwrap();
                let mut bytes = vec![0; usize::try_from(facts.size).unwrap()];
                file.read_at(&mut bytes, 0).unwrap();
                found.insert(below, bytes);
            }
        }
    }
    let mut found = BTreeMap::new();
    if let Ok(Opened::Directory(directory, _)) = storage.open(Path::new(root))
    {
        go(&*directory, "", &mut found);
    }
    found
}

#[test]
fn a_run_that_is_stopped_anywhere_leaves_no_half_file_and_is_taken_up() {
    let all = contents(&memory_tree(), "from");
    let mut stops = 0;
    for after in 0.. {
        let storage = memory_tree();
        storage.stop_after(after);
        let (from, to) = (Path::new("from"), Path::new("to"));
        let (summary, _) = copy(&storage, from, to, CopyOptions::default());
        storage.revive();
        for power in [None, Some(true), Some(false)] {
            if let Some(keeps_names) = power {
                storage.lose_power(keeps_names);
            }
            for (name, bytes) in contents(&storage, "to") {
                assert_eq!(
                    all[&name], bytes,
                    "{name} after {after}, {power:?}"
                );
            }
        }
        let existing = Existing::Complete;
        let options = CopyOptions { existing, ..CopyOptions::default() };
        storage.make_dir("to");
        let (_, errors) = copy(&storage, from, to, options);
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(contents(&storage, "to"), all);
        if summary.errors == 0 {
            break;
        }
        stops += 1;
    }
    assert!(stops > 30, "{stops}");
}

/// How many entries of a tree in memory have temporary names.
fn leftovers(storage: &MemoryStorage) -> usize {
    ["to", "to/d0", "to/d1", "to/d2"]
        .into_iter()
        .filter_map(|path| Folder::open(storage, Path::new(path)).ok())
        .map(|folder| {
            let mut listing = sanchay::storage::Listing::default();
            folder.directory().list(&mut listing).unwrap();
            (0..listing.len())
                .filter(|at| listing.name(*at).starts_with(b".sanchay-"))
                .count()
        })
        .sum()
}

#[test]
fn a_run_of_the_same_name_removes_what_a_killed_one_left() {
    let storage = memory_tree();
    let run = |name: &str| {
        let existing = Existing::Complete;
        let options = CopyOptions { existing, ..CopyOptions::default() };
        let copier = engine(2).copier(options).named(name);
        let (from, to) = (Path::new("from"), Path::new("to"));
        let monitor = Monitor::default();
        copier.copy_tree(&storage, from, to, &monitor, |_| {}).unwrap()
    };
    storage.stop_after(30);
    assert!(run("one").errors > 0);
    storage.revive();
    let left = leftovers(&storage);
    assert!(left > 0);
    storage.write("to/d0/.sanchay-mine", b"the user's");
    assert_eq!(run("other").errors, 0);
    assert_eq!(leftovers(&storage), left + 1);
    assert_eq!(run("one").errors, 0);
    assert_eq!(leftovers(&storage), 1);
}

#[test]
fn a_change_that_fails_costs_its_file_and_leaves_nothing_of_it() {
    for after in 0..40 {
        let storage = memory_tree();
        storage.fail_change(after, ErrorKind::StorageFull);
        let (from, to) = (Path::new("from"), Path::new("to"));
        let (summary, errors) =
            copy(&storage, from, to, CopyOptions::default());
        let all = contents(&storage, "from");
        let copied = contents(&storage, "to");
        assert!(copied.iter().all(|(name, bytes)| all[name] == *bytes));
        assert_eq!(summary.errors, errors.len() as u64);
        assert!(copied.len() + 4 >= all.len(), "{errors:?}");
    }
}

#[test]
fn a_file_that_is_modified_meanwhile_is_not_copied() {
    for verify in [None, Some(Algorithm::Blake3)] {
        let storage = memory_tree();
        storage.fail("from/d1/f1", Fault::Grow(3));
        let options = CopyOptions { verify, ..CopyOptions::default() };
        let (from, to) = (Path::new("from"), Path::new("to"));
        let (_, errors) = copy(&storage, from, to, options);
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert_eq!(errors[0].path, Path::new("from/d1/f1"));
        assert!(matches!(errors[0].cause, Cause::Problem(Problem::Modified)));
        assert!(!contents(&storage, "to").contains_key("/d1/f1"));
    }
}

/// One item of a tree in memory.
fn item(storage: &MemoryStorage, name: &str) -> CopyItem<&'static str> {
    let source = Folder::open(storage, Path::new("from")).unwrap();
    let target = Folder::open(storage, Path::new("to")).unwrap();
    let name = name.as_bytes().to_vec();
    let (new_name, expected) = (b"new".to_vec(), None);
    CopyItem { source, name, target, new_name, expected, tag: "it" }
}

#[test]
fn a_move_removes_the_original_once_the_copy_is_there() {
    let storage = memory_tree();
    let remove_originals = true;
    let verify = Some(Algorithm::Xxh3_128);
    let options =
        CopyOptions { remove_originals, verify, ..CopyOptions::default() };
    let copier = engine(1).copier(options);
    let copied: Copied = copier.copy(&item(&storage, "second")).unwrap();
    assert_eq!(copied.transfer, Transfer::Written);
    assert!(copied.digest.is_some() && copied.lost.is_nothing());
    assert!(!contents(&storage, "from").contains_key("/second"));
    storage.lose_power(false);
    assert_eq!(
        contents(&storage, "to")["/new"],
        contents(&storage, "from")["/d0/f0"]
    );
    // What is taken up later is not what was planned.
    let mut changed = item(&storage, "link");
    let folder = Arc::clone(&changed.source);
    let (_, facts) = folder.directory().stat(b"link", Links::Refuse).unwrap();
    changed.expected =
        Some(Expected { size: facts.size + 1, ..Expected::of(&facts) });
    let error = copier.copy(&changed).unwrap_err();
    assert!(matches!(error.cause, Cause::Problem(Problem::NotAsExpected)));
    assert!(contents(&storage, "from").contains_key("/link"));
}

#[test]
fn a_name_that_is_taken_is_never_replaced() {
    let storage = memory_tree();
    storage.write("to/new", b"mine");
    let copier = engine(1).copier(CopyOptions::default());
    let error = copier.copy(&item(&storage, "second")).unwrap_err();
    assert_eq!(error.kind(), Some(ErrorKind::AlreadyExists));
    let there = contents(&storage, "to");
    assert_eq!(there, BTreeMap::from([("/new".into(), b"mine".to_vec())]));
    let mut listing = sanchay::storage::Listing::default();
    let to = Folder::open(&storage, Path::new("to")).unwrap();
    to.directory().list(&mut listing).unwrap();
    assert_eq!(listing.len(), 1, "no temporary file stays");
}

#[test]
fn a_run_that_is_cancelled_says_so_and_leaves_no_temporary_file() {
    let tree = Tree::new();
    for at in 0..200 {
        tree.file(format!("from/{at}"), vec![7; 100_000]);
    }
    let monitor = Monitor {
        progress: Some(Arc::new(|_| std::ops::ControlFlow::Break(()))),
        interval: Duration::ZERO,
        ..Monitor::default()
    };
    let ended = engine(2).copier(CopyOptions::default()).copy_tree(
        &LocalStorage::new(),
        &tree.path("from"),
        &tree.path("to"),
        &monitor,
        |_| {},
    );
    assert!(matches!(ended, Err(sanchay::Error::Cancelled)), "{ended:?}");
    let left = std::fs::read_dir(tree.path("to")).unwrap();
    let left: Vec<_> = left.map(|it| it.unwrap().file_name()).collect();
    assert!(left.len() < 200);
    assert!(left.iter().all(|it| !it.as_bytes().starts_with(b".sanchay-")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_tree_is_copied_as_it_is(
        files in prop::collection::btree_map(
            "[a-c]{1,2}(/[a-c]{1,2}){0,3}/f[0-9]",
            prop::collection::vec(any::<u8>(), 0..300),
            0..20,
        ),
        links in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
    ) {
        let storage = MemoryStorage::new();
        storage.make_dir("from");
        for (name, bytes) in &files {
            storage.write(format!("from/{name}"), bytes);
        }
        let names: Vec<_> = files.keys().collect();
        for (at, index) in links.iter().enumerate().filter(|_| !names.is_empty()) {
            let file = format!("from/{}", index.get(&names));
            storage.hard_link(file, format!("from/link{at}"));
        }
        let (from, to) = (Path::new("from"), Path::new("to"));
        let (summary, errors) = copy(&storage, from, to, CopyOptions::default());
        prop_assert!(errors.is_empty(), "{errors:?}");
        let (all, there) = (contents(&storage, "from"), contents(&storage, "to"));
        prop_assert_eq!(summary.copied, all.len() as u64);
        if !names.is_empty() {
            prop_assert_eq!(summary.linked, links.len() as u64);
        }
        prop_assert_eq!(all, there);
    }
}
