//! Stores that somebody wrote who means harm, or that lost some of their
//! bytes: nothing but what a snapshot says comes out of them, and nothing
//! without being told.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what cannot be built or read fails the test"
)]

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use sanchay::{Engine, EntryKind, LocalStorage};
use sanchay_core::store::{
    Address, Coding, Entry, Hole, IndexedPack, SnapshotDocument, StoredRow,
    object_header, pack_header, push_chunk, push_index, push_table,
};
use sanchay_output::store::{RowWriter, push_snapshot};
use sanchay_store::{
    CheckOptions, FolderBackend, GcOptions, GetOptions, Put, PutOptions,
    Snapshot, Store, StoreError,
};
use tempfile::TempDir;

struct Place {
    folder: TempDir,
    engine: Engine,
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::builder().threads(2).build().unwrap();
    let place = Place { folder, engine };
    let path = place.path("store");
    let backend = FolderBackend::create(&LocalStorage::new(), &path).unwrap();
    Store::init(Arc::new(backend)).unwrap();
    place
}

fn object(bytes: &[u8]) -> Vec<u8> {
    let packed = zstd::bulk::compress(bytes, 1).unwrap();
    let header = object_header(Coding::Zstd, bytes.len() as u64);
    [&header[..], &packed].concat()
}

fn file(path: &str, bytes: &[u8]) -> StoredRow {
    let (user, group) =
        sanchay_system::accounts::user_and_group().unwrap_or_default();
    StoredRow {
        path: path.into(),
        kind: EntryKind::File,
        size: bytes.len() as u64,
        modified: Default::default(),
        changed: None,
        mode: 0o644,
        uid: user,
        gid: group,
        inode: 1,
        device: None,
        links: 1,
        hash: Some(Address::of(bytes)),
        chunks: Vec::new(),
        target: None,
        attributes: Vec::new(),
        holes: Vec::new(),
    }
}

impl Place {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// As another process opens it.
    fn store(&self) -> Store {
        let storage = LocalStorage::new();
        let path = self.path("store");
        let backend = FolderBackend::open(&storage, &path).unwrap();
        Store::open(Arc::new(backend)).unwrap()
    }

    fn write(&self, key: &str, bytes: &[u8]) {
        let path = self.path("store").join(key);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Puts objects into a pack and an index, whatever they are.
    fn pack(&self, objects: &[&[u8]]) {
        let mut bytes = pack_header([7; 16]).to_vec();
        let mut entries = Vec::new();
        for plain in objects {
            let kept = object(plain);
            entries.push(Entry {
                address: Address::of(plain),
                offset: bytes.len() as u64,
                length: kept.len() as u64,
                size: plain.len() as u64,
            });
            bytes.extend_from_slice(&kept);
        }
        push_table(&entries, &mut bytes);
        let (name, length) = (Address::of(&bytes), bytes.len() as u64);
        let key = format!("packs/{:02x}/{name}", name.fan());
        self.write(&key, &bytes);
        let mut index = Vec::new();
        push_index(&[IndexedPack { name, length, entries }], &mut index);
        self.write(&format!("indexes/{}", Address::of(&index)), &index);
    }

    fn document(&self, rows: Vec<Address>) -> Snapshot {
        let document = SnapshotDocument {
            roots: vec![b"/root".to_vec()],
            rows,
            ..SnapshotDocument::default()
        };
        let mut text = Vec::new();
        push_snapshot(&document, &mut text);
        let stamp = "20260131T120000.000000000Z-0123456789abcdef";
        self.write(&format!("snapshots/{stamp}"), &text);
        self.store().find("latest").unwrap()
    }

    /// A snapshot of these rows, which references these objects.
    fn snapshot(&self, rows: &[StoredRow], objects: &[&[u8]]) -> Snapshot {
        let (mut text, mut writer) = (Vec::new(), RowWriter::default());
        for row in rows {
            writer.push(row, &mut text);
        }
        let all: Vec<&[u8]> =
            objects.iter().copied().chain([&text[..]]).collect();
        self.pack(&all);
        self.document(vec![Address::of(&text)])
    }

    /// What goes wrong with a get, file by file.
    fn get(&self, snapshot: &Snapshot) -> Vec<String> {
        let failed = Mutex::new(Vec::new());
        let got = self.store().get(
            &self.engine,
            snapshot,
            &self.path("out"),
            &GetOptions::default(),
            |error| failed.lock().unwrap().push(error.to_string()),
        );
        got.unwrap();
        failed.into_inner().unwrap()
    }

    fn flaws(&self, read_data: bool) -> Vec<String> {
        let options = CheckOptions { read_data, ..Default::default() };
        let report = self.store().check(&self.engine, &options).unwrap();
        let told = |flaw: &sanchay_store::Flaw| {
            let subject = String::from_utf8(flaw.subject()).unwrap();
            format!("{} {subject}: {}", flaw.kind(), flaw.why())
        };
        report.flaws.iter().map(told).collect()
    }
}

fn list(chunks: &[&[u8]]) -> Vec<u8> {
    let mut list = Vec::new();
    for chunk in chunks {
        push_chunk(&Address::of(chunk), chunk.len() as u64, &mut list);
    }
    list
}

#[test]
fn a_file_whose_chunks_are_others_does_not_get_its_name() {
    for sparse in [false, true] {
        let place = place();
        let (chunk, zeros) = (vec![b'x'; 70_000], vec![0; 70_000]);
        let list = list(&[&chunk, &zeros]);
        let promised = vec![b'y'; 140_000];
        let mut row = file("a", &promised);
        row.chunks = vec![Address::of(&list)];
        if sparse {
            row.holes = vec![Hole { offset: 70_000, length: 70_000 }];
        }
        let objects = [&chunk[..], &zeros, &list];
        let snapshot = place.snapshot(&[row, file("b", b"")], &objects);
        let failed = place.get(&snapshot);
        assert_eq!(failed.len(), 1, "{failed:?}");
        assert!(failed[0].contains("digest is wrong"), "{failed:?}");
        assert!(!place.path("out/a").exists());
        assert!(place.path("out/b").exists());
        let flaws = place.flaws(true);
        assert!(flaws.iter().any(|it| it.starts_with("damaged a: ")));
    }
}

#[test]
fn holes_are_no_excuse_for_leaving_bytes_out() {
    let place = place();
    let bytes = vec![b'x'; 10_000];
    let mut row = file("a", &bytes);
    row.holes = vec![Hole { offset: 5_000, length: 5_000 }];
    let snapshot = place.snapshot(&[row, file("b", b"")], &[&bytes[..]]);
    let failed = place.get(&snapshot);
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert!(failed[0].contains("bytes in its holes"), "{failed:?}");
    assert!(!place.path("out/a").exists());
    let flaws = place.flaws(true);
    assert!(flaws.iter().any(|it| it.starts_with("damaged a: ")), "{flaws:?}");
}

#[test]
fn a_file_of_another_length_than_its_row_says_is_refused() {
    let place = place();
    let bytes = b"contents";
    let mut row = file("a", bytes);
    row.size += 1;
    let snapshot = place.snapshot(&[row, file("b", b"")], &[bytes]);
    assert_eq!(place.get(&snapshot).len(), 1);
    assert!(!place.path("out/a").exists());
    let flaws = place.flaws(false);
    assert!(flaws.iter().any(|it| it.starts_with("damaged a: ")), "{flaws:?}");
}

#[test]
fn names_of_one_file_that_have_other_contents_come_back_as_two_files() {
    let place = place();
    let (one, other) = (b"one".as_slice(), b"other".as_slice());
    let rows = [("a", one), ("b", other), ("c", one)].map(|(path, bytes)| {
        let mut row = file(path, bytes);
        (row.device, row.inode, row.links) = (Some(3), 4, 3);
        row
    });
    let snapshot = place.snapshot(&rows, &[one, other]);
    assert_eq!(place.get(&snapshot), [""; 0]);
    let read = |name: &str| fs::read(place.path("out").join(name)).unwrap();
    assert_eq!((read("a"), read("b")), (one.to_vec(), other.to_vec()));
    let inode =
        |name: &str| fs::metadata(place.path("out").join(name)).unwrap().ino();
    assert_eq!(inode("a"), inode("c"));
    let flaws = place.flaws(false);
    assert!(flaws.iter().any(|it| it.starts_with("damaged b: ")), "{flaws:?}");
}

#[test]
fn a_list_that_is_named_again_and_again_takes_no_memory() {
    let place = place();
    let chunk = vec![0; 1000];
    let chunks: Vec<&[u8]> = vec![&chunk; 1 << 16];
    let list = list(&chunks);
    let mut row = file("a", b"x");
    row.size = (1000 << 16) * 60_000;
    row.chunks = vec![Address::of(&list); 60_000];
    let snapshot = place.snapshot(&[row], &[&chunk, &list]);
    let store = place.store();
    let tree = store.tree(&snapshot).unwrap();
    let opened = sanchay::Storage::open(&tree, Path::new("a")).unwrap();
    let sanchay::storage::Opened::File(file, metadata) = opened else {
        panic!("it is a file");
    };
    let mut last = [1; 1000];
    let at = metadata.size - 1000;
    assert_eq!(file.read_at(&mut last, at).unwrap(), 1000);
    assert_eq!(last, [0; 1000]);
}

#[test]
fn rows_that_unpack_to_very_many_bytes_are_an_error() {
    let place = place();
    let value = sanchay_core::store::StoredAttribute {
        name: b"user.long".to_vec(),
        value: vec![0; 10 << 20],
    };
    let (mut rows, mut writer) = (Vec::new(), RowWriter::default());
    for number in 0..6 {
        let mut row = file(&format!("f{number}"), b"");
        row.attributes = vec![value.clone()];
        let mut text = Vec::new();
        writer.push(&row, &mut text);
        rows.push(text);
    }
    let objects: Vec<&[u8]> = rows.iter().map(Vec::as_slice).collect();
    place.pack(&objects);
    let addresses = rows.iter().map(|it| Address::of(it)).collect();
    let snapshot = place.document(addresses);
    let tree = place.store().tree(&snapshot);
    assert!(matches!(tree, Err(StoreError::Bomb { .. })), "{tree:?}");
    let flaws = place.flaws(false);
    assert!(flaws.iter().any(|it| it.contains("64 MiB")), "{flaws:?}");
}

#[test]
fn a_part_of_the_rows_that_is_larger_than_any_put_makes_is_refused() {
    let place = place();
    let text = vec![b'\n'; 18 << 20];
    place.pack(&[&text]);
    let snapshot = place.document(vec![Address::of(&text)]);
    let error = place.store().tree(&snapshot).unwrap_err().to_string();
    assert!(error.contains("too large"), "{error}");
}

fn put(place: &Place, options: &PutOptions) -> Put {
    let failed = |error| panic!("{error}");
    let roots = [place.path("tree")];
    place.store().put(&place.engine, &roots, options, failed).unwrap()
}

fn packs(place: &Place) -> Vec<PathBuf> {
    let fans = fs::read_dir(place.path("store/packs")).unwrap();
    fans.flat_map(|fan| fs::read_dir(fan.unwrap().path()).unwrap())
        .map(|pack| pack.unwrap().path())
        .collect()
}

#[test]
fn what_was_in_a_pack_that_was_cut_short_is_put_again() {
    for read_all in [false, true] {
        let place = place();
        fs::create_dir(place.path("tree")).unwrap();
        for number in 0..20 {
            let name = format!("tree/{number}");
            fs::write(place.path(&name), format!("{number}").repeat(3000))
                .unwrap();
        }
        std::thread::sleep(Duration::from_millis(2100));
        let options = PutOptions::default();
        put(&place, &options);
        let all = packs(&place);
        assert_eq!(all.len(), 1);
        let length = fs::metadata(&all[0]).unwrap().len();
        let file = fs::OpenOptions::new().write(true).open(&all[0]).unwrap();
        file.set_len(length / 3).unwrap();
        assert!(!place.flaws(false).is_empty());
        // Garbage collection deletes nothing while something is missing.
        let now = GcOptions { grace: Duration::ZERO, ..GcOptions::default() };
        assert!(place.store().gc(&now).is_err());
        let options = PutOptions { read_all, ..options };
        let again = put(&place, &options);
        assert_eq!(again.read, 20);
        assert_eq!(place.get(&again.snapshot), [""; 0]);
        for number in 0..20 {
            let name = format!("{number}");
            let got = fs::read_to_string(place.path("out").join(&name));
            assert_eq!(got.unwrap(), name.repeat(3000));
        }
        // What is left of the pack is garbage now.
        let store = place.store();
        let first = store.find("latest~1").unwrap();
        store.remove(&first).unwrap();
        for _ in 0..2 {
            place.store().gc(&now).unwrap();
        }
        assert_eq!(place.flaws(true), [""; 0]);
        assert!(!all[0].exists());
    }
}

#[test]
fn a_damaged_index_is_no_loss() {
    let place = place();
    fs::create_dir(place.path("tree")).unwrap();
    fs::write(place.path("tree/a"), "contents").unwrap();
    let first = put(&place, &PutOptions::default());
    let index = fs::read_dir(place.path("store/indexes")).unwrap().next();
    fs::write(index.unwrap().unwrap().path(), "").unwrap();
    assert_eq!(place.get(&first.snapshot), [""; 0]);
    assert_eq!(place.flaws(true).len(), 1);
    let again = put(&place, &PutOptions::default());
    assert!(again.objects <= 1, "{again:?}");
    let now = GcOptions { grace: Duration::ZERO, ..GcOptions::default() };
    place.store().gc(&now).unwrap();
    assert_eq!(place.flaws(true), [""; 0]);
}
