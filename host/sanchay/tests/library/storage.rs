//! Every operation on a tree in memory, where faults can be had at will; and
//! what a cache of digests saves.

use std::{
    collections::HashMap,
    io::ErrorKind,
    path::Path,
    sync::{Arc, Mutex},
};

use sanchay::{
    Action, Algorithm, Cause, Content, DigestCache, Engine, EntryError,
    FileKey, HashedFile, MemoryStorage, Method, Problem, Storage,
    storage::Fault,
};

use crate::engine;

/// A tree of some equal files and some that differ.
fn tree() -> MemoryStorage {
    let storage = MemoryStorage::new();
    storage.write("d/a", b"equal");
    storage.write("d/b/c", b"equal");
    storage.write("d/b/d", b"other");
    storage.write("d/e", &[7; 200_000]);
    storage.write("d/f", &[7; 200_000]);
    storage.write("d/.hidden", b"equal");
    storage.link("a", "d/link");
    storage
}

fn shared(storage: &MemoryStorage) -> Arc<dyn Storage> {
    Arc::new(storage.clone())
}

/// The results of hashing `d`, as lines; and the errors.
fn hash(
    engine: &Engine,
    storage: &MemoryStorage,
    method: Method,
) -> (Vec<HashedFile>, Vec<EntryError>) {
    let request = engine.hash(["d"]).method(method).storage(shared(storage));
    let (mut files, mut errors) = (Vec::new(), Vec::new());
    for result in request.start().unwrap() {
        match result {
            Ok(file) => files.push(file),
            Err(error) => errors.push(error),
        }
    }
    (files, errors)
}

fn paths(files: &[HashedFile]) -> Vec<&Path> {
    files.iter().map(HashedFile::path).collect()
}

#[test]
fn a_scan_finds_the_files_of_a_tree_in_memory() {
    let storage = tree();
    for follow in [false, true] {
        let mut files: Vec<_> = engine(2)
            .scan(["d"])
            .storage(shared(&storage))
            .follow(follow)
            .start()
            .unwrap()
            .map(|file| file.unwrap().into_path())
            .collect();
        files.sort();
        let expected = ["d/a", "d/b/c", "d/b/d", "d/e", "d/f"];
        assert_eq!(files, expected.map(Path::new), "follow: {follow}");
    }
}

#[test]
fn links_that_lead_out_of_the_root_are_refused_in_memory_too() {
    let storage = tree();
    storage.write("secret", b"secret");
    storage.link("../secret", "d/out");
    let mut files = engine(2)
        .scan(["d"])
        .storage(shared(&storage))
        .follow(true)
        .beneath(true)
        .start()
        .unwrap();
    let errors: Vec<_> = files.by_ref().filter_map(Result::err).collect();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].path, Path::new("d/out"));
    assert!(
        matches!(errors[0].cause, Cause::Problem(Problem::OutsideRoot)),
        "{errors:?}"
    );
    assert_eq!(files.finish().unwrap().files, 5);
}

#[test]
fn a_hash_run_reads_a_tree_in_memory_in_order() {
    let storage = tree();
    let (files, errors) = hash(&engine(4), &storage, Method::default());
    assert!(errors.is_empty(), "{errors:?}");
    let expected = ["d/a", "d/b/c", "d/b/d", "d/e", "d/f"];
    assert_eq!(paths(&files), expected.map(Path::new));
    assert_eq!(files[0].content, files[1].content);
    assert_ne!(files[1].content, files[2].content);
    assert_eq!(files[3].size, 200_000);
    // The digest is that of the bytes, wherever they are.
    let engine = engine(1);
    let digest = engine.digest(Algorithm::Xxh3_128, &[7; 200_000]).unwrap();
    assert_eq!(files[4].content.to_string(), digest.to_string());
}

#[test]
fn duplicates_are_found_in_a_tree_in_memory() {
    let request = engine(2).duplicates(["d"]).storage(shared(&tree()));
    let groups: Vec<_> =
        request.start().unwrap().map(Result::unwrap).collect();
    let paths: Vec<Vec<&Path>> = groups
        .iter()
        .map(|group| group.paths.iter().map(|path| &**path).collect())
        .collect();
    assert_eq!(
        paths,
        [["d/e", "d/f"].map(Path::new), ["d/a", "d/b/c"].map(Path::new),]
    );
    assert_eq!(groups[0].reclaimable, 200_000);
}

#[test]
fn an_entry_that_fails_costs_its_own_row_and_no_other() {
    let storage = tree();
    storage.fail("d/b", Fault::Open(ErrorKind::PermissionDenied));
    storage.fail("d/a", Fault::Read(ErrorKind::UnexpectedEof));
    let (files, errors) = hash(&engine(2), &storage, Method::default());
    assert_eq!(paths(&files), ["d/e", "d/f"].map(Path::new));
    let reported: Vec<_> = errors
        .iter()
        .map(|error| (&*error.path, error.action, error.kind().unwrap()))
        .collect();
    assert_eq!(
        reported,
        [
            (Path::new("d/a"), Action::Read, ErrorKind::UnexpectedEof),
            (
                Path::new("d/b"),
                Action::OpenDirectory,
                ErrorKind::PermissionDenied
            ),
        ]
    );
    let storage = tree();
    storage.fail("d/b", Fault::List(ErrorKind::TimedOut));
    storage.fail("d/e", Fault::Stat(ErrorKind::StaleNetworkFileHandle));
    let scan = engine(2).scan(["d"]).storage(shared(&storage));
    let mut scan = scan.start().unwrap();
    let mut kinds: Vec<_> = scan
        .by_ref()
        .filter_map(Result::err)
        .map(|error| (error.action, error.kind().unwrap()))
        .collect();
    kinds.sort_by_key(|(action, _)| action.to_string());
    assert_eq!(
        kinds,
        [
            (Action::ReadDirectory, ErrorKind::TimedOut),
            (Action::Stat, ErrorKind::StaleNetworkFileHandle),
        ]
    );
    // What was listed before the listing failed is reported.
    assert_eq!(scan.finish().unwrap().files, 4);
}

#[test]
fn a_file_that_grows_has_the_digest_of_what_it_had_and_equals_no_other() {
    for bytes in [5, 200_000] {
        let storage = MemoryStorage::new();
        for name in ["d/a", "d/b", "d/c"] {
            storage.write(name, &vec![1; bytes]);
        }
        storage.fail("d/a", Fault::Grow(10));
        let (files, errors) = hash(&engine(1), &storage, Method::default());
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(files[0].size, bytes as u64);
        assert_eq!(files[0].content, files[1].content);

        storage.write("d/a", &vec![1; bytes]);
        storage.fail("d/a", Fault::Grow(10));
        let request = engine(1).duplicates(["d"]).storage(shared(&storage));
        let mut groups = request.start().unwrap();
        let error = groups.next().unwrap().unwrap_err();
        assert_eq!(error.path, Path::new("d/a"));
        // A large one is first read at its ends, and opened again.
        assert!(
            matches!(
                error.cause,
                Cause::Problem(Problem::Grew)
                    | Cause::Problem(Problem::Changed { .. })
            ),
            "{error}"
        );
        let group = groups.next().unwrap().unwrap();
        assert_eq!(group.paths, ["d/b", "d/c"].map(Path::new));
    }
}

/// A cache that keeps everything.
#[derive(Default)]
struct Cache(Mutex<HashMap<FileKey, Content>>);

impl DigestCache for Cache {
    fn get(&self, key: &FileKey) -> Option<Content> {
        self.0.lock().unwrap().get(key).copied()
    }

    fn put(&self, key: &FileKey, content: &Content) {
        let before = self.0.lock().unwrap().insert(*key, *content);
        assert_eq!(before, None, "it was asked before: {key:?}");
    }
}

fn cached() -> Engine {
    let cache = Arc::new(Cache::default());
    Engine::builder().threads(2).cache(cache).build().unwrap()
}

#[test]
fn a_second_run_with_a_cache_reads_nothing() {
    let partial = Method::Partial { chunk: 1000 };
    for method in [Method::default(), partial] {
        let (storage, engine) = (tree(), cached());
        let (first, errors) = hash(&engine, &storage, method);
        assert!(errors.is_empty() && first.len() == 5, "{errors:?}");
        let before = storage.counts();
        assert!(before.opened >= 5 && before.bytes_read > 0);
        let (second, _) = hash(&engine, &storage, method);
        assert_eq!(second, first);
        let after = storage.counts();
        assert_eq!(after.opened, before.opened);
        assert_eq!(after.bytes_read, before.bytes_read);
    }
}

#[test]
fn a_second_search_with_a_cache_reads_nothing() {
    let (storage, engine) = (tree(), cached());
    let groups = || -> Vec<_> {
        let request = engine.duplicates(["d"]).storage(shared(&storage));
        request.start().unwrap().map(Result::unwrap).collect()
    };
    let first = groups();
    let before = storage.counts();
    assert!(before.opened > 0);
    assert_eq!(groups(), first);
    let after = storage.counts();
    assert_eq!(after.opened, before.opened);
    assert_eq!(after.bytes_read, before.bytes_read);
}

#[test]
fn a_file_that_changed_is_read_again_and_no_other() {
    let (storage, engine) = (tree(), cached());
    let (first, _) = hash(&engine, &storage, Method::default());
    // As long as it was, and other bytes.
    storage.write("d/b/d", b"OTHER");
    let before = storage.counts();
    let (second, _) = hash(&engine, &storage, Method::default());
    assert_eq!(storage.counts().opened, before.opened + 1);
    for (at, (first, second)) in first.iter().zip(&second).enumerate() {
        assert_eq!(first.content == second.content, at != 2);
    }
    // Another method has other digests.
    let before = storage.counts();
    hash(&engine, &storage, Method::Whole(Algorithm::Sha256));
    assert_eq!(storage.counts().opened, before.opened + 5);
}

#[test]
fn what_changes_while_it_is_read_is_not_kept() {
    for bytes in [5, 200_000] {
        let (storage, engine) = (MemoryStorage::new(), cached());
        storage.write("d/a", &vec![1; bytes]);
        storage.fail("d/a", Fault::Grow(1));
        let (first, _) = hash(&engine, &storage, Method::default());
        assert_eq!(first[0].size, bytes as u64);
        let before = storage.counts();
        let (second, _) = hash(&engine, &storage, Method::default());
        assert_eq!(second[0].size, bytes as u64 + 1);
        assert_eq!(storage.counts().opened, before.opened + 1);
    }
}
