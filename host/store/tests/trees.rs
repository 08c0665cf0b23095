//! What is put is got back, whatever the tree; and what is known is not read.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what cannot be built or read fails the test"
)]

use std::{
    collections::{BTreeMap, HashMap},
    ffi::OsString,
    fs,
    os::unix::{
        ffi::OsStringExt as _,
        fs::{MetadataExt as _, PermissionsExt as _, symlink},
    },
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use proptest::{collection::vec, prelude::*};
use sanchay::{
    Content, DigestCache, Engine, Existing, FileKey, Filter, LocalStorage,
    WalkOptions,
};
use sanchay_store::{
    CheckOptions, FolderBackend, GcOptions, GetOptions, Put, PutOptions,
    Store, StoreError,
};
use tempfile::TempDir;

struct Place {
    folder: TempDir,
    store: Store,
    engine: Engine,
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let backend = FolderBackend::create(&LocalStorage::new(), &path).unwrap();
    let store = Store::init(Arc::new(backend)).unwrap();
    let engine = Engine::builder().threads(2).build().unwrap();
    Place { folder, store, engine }
}

impl Place {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, root: &str, options: &PutOptions) -> Put {
        let roots = [self.path(root)];
        let failed = |error| panic!("{error}");
        self.store.put(&self.engine, &roots, options, failed).unwrap()
    }

    fn get(&self, put: &Put, target: &str, options: &GetOptions) {
        let target = self.path(target);
        let failed = |error| panic!("{error}");
        let got = self
            .store
            .get(&self.engine, &put.snapshot, &target, options, failed)
            .unwrap();
        assert_eq!(got.errors, 0);
    }

    fn is_sound(&self) {
        let options = CheckOptions { read_data: true, ..Default::default() };
        let report = self.store.check(&self.engine, &options).unwrap();
        assert_eq!(report.flaws, []);
    }
}

/// All that is to be the same of an entry, read by the standard library.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    mode: u32,
    modified: (i64, i64),
    owner: (u32, u32),
    contents: Option<Vec<u8>>,
    target: Option<PathBuf>,
    /// The first path of the same file.
    same: PathBuf,
}

fn seen(root: &Path) -> BTreeMap<PathBuf, Seen> {
    let mut all = BTreeMap::new();
    let mut firsts: HashMap<u64, PathBuf> = HashMap::new();
    let mut left = vec![PathBuf::new()];
    while let Some(below) = left.pop() {
        let path = root.join(&below);
        let metadata = fs::symlink_metadata(&path).unwrap();
        let kind = metadata.file_type();
        if kind.is_dir() {
            let mut names: Vec<_> =
                fs::read_dir(&path).unwrap().map(|it| it.unwrap()).collect();
            names.sort_by_key(fs::DirEntry::file_name);
            left.extend(
                names.iter().rev().map(|it| below.join(it.file_name())),
            );
        }
        let same = firsts.entry(metadata.ino()).or_insert(below.clone());
        let same = same.clone();
        all.insert(
            below,
            Seen {
                mode: metadata.mode(),
                modified: (metadata.mtime(), metadata.mtime_nsec()),
                owner: (metadata.uid(), metadata.gid()),
                contents: kind.is_file().then(|| fs::read(&path).unwrap()),
                target: kind
                    .is_symlink()
                    .then(|| fs::read_link(&path).unwrap()),
                same,
            },
        );
    }
    all
}

/// An entry of a tree that is made up.
#[derive(Clone, Debug)]
enum Made {
    File(Vec<u8>, u32),
    Large(u64, usize),
    Directory(u32),
    Link(Vec<u8>),
    Name(usize),
}

fn made() -> impl Strategy<Value = Made> {
    prop_oneof![
        8 => (vec(0_u8..3, 0..2000), 0o400_u32..0o1000)
            .prop_map(|(bytes, mode)| Made::File(bytes, mode | 0o600)),
        1 => (any::<u64>(), 900_000..3_000_000_usize)
            .prop_map(|(seed, length)| Made::Large(seed, length)),
        3 => (0o700_u32..0o2000).prop_map(|it| Made::Directory(it | 0o700)),
        2 => vec(1_u8..255, 1..20).prop_map(Made::Link),
        2 => any::<usize>().prop_map(Made::Name),
    ]
}

fn noise(mut seed: u64, length: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(length);
    while bytes.len() < length {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99);
        bytes.extend_from_slice(&(seed >> 13).to_le_bytes()[..6]);
    }
    bytes.truncate(length);
    bytes
}

/// Makes a tree: each entry in one of the directories made before.
fn build(root: &Path, entries: &[(usize, Vec<u8>, Made)]) {
    fs::create_dir(root).unwrap();
    let mut directories = vec![root.to_owned()];
    let mut files: Vec<PathBuf> = Vec::new();
    let mut modes = Vec::new();
    for (number, (within, name, made)) in entries.iter().enumerate() {
        let mut name = name.clone();
        name.retain(|byte| !matches!(byte, 0 | b'/'));
        name.extend_from_slice(number.to_string().as_bytes());
        let within = &directories[within % directories.len()];
        let path = within.join(OsString::from_vec(name));
        match made {
            Made::File(bytes, mode) => {
                fs::write(&path, bytes).unwrap();
                modes.push((path.clone(), *mode));
                files.push(path);
            }
            Made::Large(seed, length) => {
                fs::write(&path, noise(*seed, *length)).unwrap();
                files.push(path);
            }
            Made::Directory(mode) => {
                fs::create_dir(&path).unwrap();
                modes.push((path.clone(), *mode));
                directories.push(path);
            }
            Made::Link(target) => {
                let target = OsString::from_vec(target.clone());
                symlink(target, &path).unwrap();
            }
            Made::Name(of) if !files.is_empty() => {
                let file = &files[of % files.len()];
                fs::hard_link(file, &path).unwrap();
            }
            Made::Name(_) => {}
        }
    }
    for (path, mode) in modes {
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(path, permissions).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_tree_is_got_back_as_it_was_put(
        entries in vec((any::<usize>(), vec(any::<u8>(), 0..12), made()), 0..30),
        level in 1..4,
    ) {
        let place = place();
        build(&place.path("tree"), &entries);
        let options = PutOptions { level, ..PutOptions::default() };
        let before = seen(&place.path("tree"));
        let put = place.put("tree", &options);
        place.get(&put, "copy", &GetOptions::default());
        prop_assert_eq!(seen(&place.path("copy")), before);
        // Again, nothing is new but the snapshot.
        let again = place.put("tree", &options);
        prop_assert!(again.objects <= 1, "{:?}", again);
        let only = GcOptions { grace: std::time::Duration::ZERO, ..GcOptions::default() };
        place.store.remove(&put.snapshot).unwrap();
        place.store.gc(&only).unwrap();
        place.is_sound();
        place.get(&again, "second", &GetOptions::default());
        prop_assert_eq!(
            seen(&place.path("second")),
            seen(&place.path("tree"))
        );
    }
}

#[test]
fn the_same_contents_are_stored_once_and_shifted_ones_nearly_so() {
    let place = place();
    let tree = place.path("tree");
    fs::create_dir(&tree).unwrap();
    let bytes = noise(7, 12 << 20);
    fs::write(tree.join("a"), &bytes).unwrap();
    let first = place.put("tree", &PutOptions::default());
    assert!(first.stored > 11 << 20, "{first:?}");
    fs::write(tree.join("b"), &bytes).unwrap();
    fs::write(tree.join("c"), [b"inserted", &bytes[..]].concat()).unwrap();
    let second = place.put("tree", &PutOptions::default());
    assert!(second.stored < 5 << 20, "{second:?}");
    place.get(&second, "copy", &GetOptions::default());
    assert_eq!(seen(&place.path("copy")), seen(&tree));
    place.is_sound();
}

/// Waits until another change of what was just written would show.
fn settle() {
    std::thread::sleep(std::time::Duration::from_millis(2100));
}

#[test]
fn only_what_changed_is_read_again() {
    let place = place();
    let tree = place.path("tree");
    fs::create_dir(&tree).unwrap();
    for name in ["a", "b", "c"] {
        fs::write(tree.join(name), name.repeat(1000)).unwrap();
    }
    fs::write(tree.join("large"), noise(3, 3 << 20)).unwrap();
    settle();
    let first = place.put("tree", &PutOptions::default());
    assert_eq!(first.read, 4);
    fs::write(tree.join("b"), "another").unwrap();
    let second = place.put("tree", &PutOptions::default());
    assert_eq!((second.read, second.read_bytes), (1, 7));
    let all = PutOptions { read_all: true, ..PutOptions::default() };
    assert_eq!(place.put("tree", &all).read, 4);
    place.get(&second, "copy", &GetOptions::default());
    assert_eq!(seen(&place.path("copy")), seen(&tree));
}

#[derive(Default)]
struct Cache(Mutex<HashMap<FileKey, Content>>);

impl DigestCache for Cache {
    fn get(&self, key: &FileKey) -> Option<Content> {
        self.0.lock().unwrap().get(key).copied()
    }

    fn put(&self, key: &FileKey, content: &Content) {
        self.0.lock().unwrap().insert(*key, *content);
    }
}

#[test]
fn what_a_cache_knows_is_not_read_whatever_its_name() {
    let place = place();
    let tree = place.path("tree");
    fs::create_dir(&tree).unwrap();
    fs::write(tree.join("a"), "some content").unwrap();
    settle();
    let cache = Arc::new(Cache::default());
    let options =
        PutOptions { cache: Some(cache.clone()), ..PutOptions::default() };
    assert_eq!(place.put("tree", &options).read, 1);
    let known = cache.0.lock().unwrap().len();
    if known == 0 {
        eprintln!("SKIPPED: this file system's inodes cannot be relied on");
        return;
    }
    // The directory has another name, so no snapshot knows the file.
    fs::rename(&tree, place.path("moved")).unwrap();
    assert_eq!(place.put("moved", &options).read, 0);
}

#[test]
fn a_part_is_got_back_with_the_directories_on_the_way() {
    let place = place();
    let tree = place.path("tree");
    fs::create_dir_all(tree.join("one/two")).unwrap();
    fs::create_dir(tree.join("none")).unwrap();
    fs::write(tree.join("one/two/a.txt"), "a").unwrap();
    fs::write(tree.join("one/b.bin"), "b").unwrap();
    let private = fs::Permissions::from_mode(0o750);
    fs::set_permissions(tree.join("one/two"), private).unwrap();
    let put = place.put("tree", &PutOptions::default());
    let filter = Filter::default().extension("txt");
    let walk = WalkOptions { filter, ..WalkOptions::default() };
    let options = GetOptions { walk, ..GetOptions::default() };
    place.get(&put, "part", &options);
    let (mut whole, part) = (seen(&tree), seen(&place.path("part")));
    let paths: Vec<&PathBuf> = part.keys().collect();
    let expected = ["", "one", "one/two", "one/two/a.txt"];
    assert_eq!(paths, expected.map(PathBuf::from).iter().collect::<Vec<_>>());
    for path in expected.into_iter().skip(1) {
        let path = Path::new(path);
        assert_eq!(whole.remove(path).as_ref(), part.get(path), "{path:?}");
    }
}

#[test]
fn what_is_there_stays_and_what_differs_is_replaced_only_when_told() {
    let place = place();
    let tree = place.path("tree");
    fs::create_dir(&tree).unwrap();
    fs::write(tree.join("a"), "a").unwrap();
    fs::write(tree.join("b"), "b").unwrap();
    let put = place.put("tree", &PutOptions::default());
    place.get(&put, "copy", &GetOptions::default());
    fs::write(place.path("copy/b"), "mine").unwrap();
    let complete =
        GetOptions { existing: Existing::Complete, ..GetOptions::default() };
    let failed = Mutex::new(Vec::new());
    let got = place.store.get(
        &place.engine,
        &put.snapshot,
        &place.path("copy"),
        &complete,
        |error| failed.lock().unwrap().push(error.to_string()),
    );
    let got = got.unwrap();
    assert_eq!((got.kept, got.errors), (1, 1), "{failed:?}");
    assert_eq!(fs::read(place.path("copy/b")).unwrap(), b"mine");
    let update =
        GetOptions { existing: Existing::Update, ..GetOptions::default() };
    place.get(&put, "copy", &update);
    assert_eq!(fs::read(place.path("copy/b")).unwrap(), b"b");
}

#[test]
fn snapshots_are_found_by_what_people_call_them() {
    let place = place();
    fs::create_dir(place.path("tree")).unwrap();
    let named = |name: &str| PutOptions {
        name: Some(name.to_owned()),
        ..PutOptions::default()
    };
    let first = place.put("tree", &named("monday"));
    let second = place.put("tree", &PutOptions::default());
    let third = place.put("tree", &named("monday"));
    let find = |wanted: &str| place.store.find(wanted);
    assert_eq!(find("latest").unwrap(), third.snapshot);
    assert_eq!(find("latest~2").unwrap(), first.snapshot);
    assert_eq!(find("monday").unwrap(), third.snapshot);
    assert_eq!(find(second.snapshot.id()).unwrap(), second.snapshot);
    for nothing in ["latest~3", "latestx", "tuesday", "", "../x", "latest~-1"]
    {
        let found = find(nothing);
        assert!(matches!(found, Err(StoreError::NoSnapshot { .. })));
    }
    let roots = [place.path("tree")];
    let put = place.store.put(&place.engine, &roots, &named("latest"), |_| ());
    assert!(matches!(put, Err(StoreError::BadName { .. })));
}

#[test]
fn every_flaw_of_a_store_is_found() {
    let place = place();
    let tree = place.path("tree");
    fs::create_dir(&tree).unwrap();
    fs::write(tree.join("a"), noise(5, 300_000)).unwrap();
    let put = place.put("tree", &PutOptions::default());
    place.is_sound();
    let store = place.path("store");
    let flaws = |read_data| {
        let options = CheckOptions { read_data, ..Default::default() };
        let report = place.store.check(&place.engine, &options).unwrap();
        report.flaws.iter().map(|it| it.kind()).collect::<Vec<_>>()
    };
    fs::write(store.join("stranger"), "").unwrap();
    fs::write(store.join("packs/stranger"), "").unwrap();
    assert_eq!(flaws(false), ["foreign", "foreign"]);
    fs::remove_file(store.join("stranger")).unwrap();
    fs::remove_file(store.join("packs/stranger")).unwrap();
    // A bit of the data.
    let fan = fs::read_dir(store.join("packs")).unwrap().next().unwrap();
    let pack = fs::read_dir(fan.unwrap().path()).unwrap().next().unwrap();
    let pack = pack.unwrap().path();
    let whole = fs::read(&pack).unwrap();
    let mut wrong = whole.clone();
    wrong[1000] ^= 4;
    fs::write(&pack, &wrong).unwrap();
    assert_eq!(flaws(false), [""; 0]);
    assert_eq!(flaws(true), ["damaged", "damaged"]);
    let target = place.path("copy");
    let options = GetOptions::default();
    let failed = Mutex::new(0);
    let fail = |_| *failed.lock().unwrap() += 1;
    let snapshot = &put.snapshot;
    let got =
        place.store.get(&place.engine, snapshot, &target, &options, fail);
    assert_eq!(got.unwrap().errors, 1);
    assert!(!target.join("a").exists());
    // Its end is cut off.
    fs::write(&pack, &whole[..whole.len() - 1]).unwrap();
    assert_eq!(flaws(false), ["damaged"]);
    // It is gone.
    fs::remove_file(&pack).unwrap();
    assert!(flaws(false).iter().all(|it| *it == "missing"));
    assert!(!flaws(false).is_empty());
    fs::write(&pack, &whole).unwrap();
    // Files of a store never change, so the old one may still be open.
    let backend = FolderBackend::open(&LocalStorage::new(), &store).unwrap();
    let again = Store::open(Arc::new(backend)).unwrap();
    let place = Place { store: again, ..place };
    let flaws = |read_data| {
        let options = CheckOptions { read_data, ..Default::default() };
        let report = place.store.check(&place.engine, &options).unwrap();
        report.flaws.iter().map(|it| it.kind()).collect::<Vec<_>>()
    };
    // An index is gone: garbage collection makes another.
    let index = fs::read_dir(store.join("indexes")).unwrap().next().unwrap();
    fs::remove_file(index.unwrap().path()).unwrap();
    let options = CheckOptions::default();
    let report = place.store.check(&place.engine, &options).unwrap();
    assert_eq!((report.unindexed, report.flaws), (1, Vec::new()));
    let options =
        GcOptions { grace: std::time::Duration::ZERO, ..Default::default() };
    place.store.gc(&options).unwrap();
    place.is_sound();
    place.get(&put, "copy2", &GetOptions::default());
    // A snapshot is cut: nothing is deleted then.
    let key = format!("snapshots/{}", put.snapshot.stamp);
    let text = fs::read(store.join(&key)).unwrap();
    fs::write(store.join(&key), &text[..text.len() - 2]).unwrap();
    assert_eq!(flaws(false), ["damaged"]);
    assert!(place.store.gc(&options).is_err());
    fs::write(store.join(&key), &text).unwrap();
    place.is_sound();
}

#[test]
fn a_newer_store_and_what_is_none_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let open = || {
        let storage = LocalStorage::new();
        let backend = FolderBackend::open(&storage, folder.path()).unwrap();
        Arc::new(backend)
    };
    assert!(matches!(Store::open(open()), Err(StoreError::NoStore)));
    fs::write(folder.path().join("x"), "").unwrap();
    assert!(matches!(Store::init(open()), Err(StoreError::NotEmpty)));
    fs::remove_file(folder.path().join("x")).unwrap();
    Store::init(open()).unwrap();
    assert!(matches!(Store::init(open()), Err(StoreError::Exists)));
    let format = folder.path().join("sanchay-store");
    let text = fs::read_to_string(&format).unwrap();
    fs::write(&format, text.replace(":1,", ":2,")).unwrap();
    let error = Store::open(open()).unwrap_err().to_string();
    assert!(error.contains("version 2"), "{error}");
}

#[test]
fn a_store_does_not_store_itself_wrongly() {
    // The store lies in the tree that is put: what is written meanwhile is
    // stored, an error, or neither, and the snapshot is whole.
    let place = place();
    fs::write(place.path("file"), "contents").unwrap();
    let roots = [place.folder.path().to_owned()];
    for _ in 0..2 {
        let options = PutOptions::default();
        place.store.put(&place.engine, &roots, &options, |_| ()).unwrap();
    }
    place.is_sound();
}
