//! Ignore files of a tree in memory, where faults can be had at will.

use std::{io::ErrorKind, path::Path, sync::Arc};

use sanchay::{
    Action, Cause, EntryError, Error, MemoryStorage, Problem, ScanRequest,
    storage::Fault,
};

use crate::engine;

/// A repository with rules in many places.
fn tree() -> MemoryStorage {
    let storage = MemoryStorage::new();
    storage.write("r/.git/info/exclude", b"*.tmp\n");
    storage.write("r/.git/HEAD", b"ref: refs/heads/main\n");
    storage.make_dir("r/.git/objects");
    storage.make_dir("r/.git/refs");
    storage.write("r/.gitignore", b"*.o\n/d/e/g\n");
    storage.write("r/d/.ignore", b"!keep.o\n");
    storage.write("rules", b"f\n");
    for name in ["a.o", "keep.o", "f", "g", "x.tmp"] {
        storage.write(format!("r/d/e/{name}"), b"");
        storage.write(format!("r/d/{name}"), b"");
    }
    storage
}

/// The paths that a scan finds, parted by spaces, and its errors.
fn scan(
    storage: &MemoryStorage,
    root: &str,
    refine: impl FnOnce(ScanRequest) -> ScanRequest,
) -> (String, Vec<EntryError>) {
    let request = engine(2).scan([root]).storage(Arc::new(storage.clone()));
    let (mut paths, mut errors) = (Vec::new(), Vec::new());
    for file in refine(request).start().unwrap() {
        match file {
            Ok(file) => paths.push(file.path().display().to_string()),
            Err(error) => errors.push(error),
        }
    }
    paths.sort();
    errors.sort_by(|a, b| a.path.cmp(&b.path));
    (paths.join(" "), errors)
}

#[test]
fn rules_count_in_a_storage_of_any_kind() {
    let storage = tree();
    let all = "r/d/e/f r/d/e/keep.o r/d/f r/d/g r/d/keep.o";
    let (paths, errors) = scan(&storage, "r", |it| it.gitignore(true));
    assert_eq!((paths.as_str(), errors.len()), (all, 0));
    // From further down, too, by the files above.
    let (paths, errors) = scan(&storage, "r/d/e", |it| it.gitignore(true));
    assert_eq!((paths.as_str(), errors.len()), ("r/d/e/f r/d/e/keep.o", 0));
    let named = |it: ScanRequest| it.gitignore(true).ignore_file("rules");
    let (paths, _) = scan(&storage, "r", named);
    assert_eq!(paths, "r/d/e/keep.o r/d/g r/d/keep.o");
}

#[test]
fn ignore_files_are_opened_only_where_there_are_some() {
    let storage = tree();
    let before = storage.counts().opened;
    let (_, errors) = scan(&storage, "r", |it| it.gitignore(true));
    assert!(errors.is_empty());
    assert_eq!(storage.counts().opened - before, 3);
    let before = storage.counts().opened;
    let (paths, _) = scan(&storage, "r", |it| it.ignore_file("rules"));
    assert_eq!(paths.split(' ').count(), 8);
    assert_eq!(storage.counts().opened - before, 1);
}

#[test]
fn an_ignore_file_that_fails_costs_its_own_row_and_no_other() {
    let storage = tree();
    let denied = ErrorKind::PermissionDenied;
    storage.fail("r/.gitignore", Fault::Open(denied));
    storage.fail("r/d/.ignore", Fault::Read(denied));
    storage.fail("r/.git/info/exclude", Fault::Grow(2 << 20));
    for (root, files, first) in [
        ("r", ["r/d/.ignore", "r/.git/info/exclude", "r/.gitignore"], 10),
        (
            "r/d/e",
            [
                "r/d/e/../.ignore",
                "r/d/e/../../.git/info/exclude",
                "r/d/e/../../.gitignore",
            ],
            5,
        ),
    ] {
        let (paths, errors) = scan(&storage, root, |it| it.gitignore(true));
        assert_eq!(paths.split(' ').count(), first);
        let failed = |path: &str| {
            let found = errors.iter().find(|it| it.path == Path::new(path));
            found.unwrap_or_else(|| panic!("{path}: {errors:?}"))
        };
        for path in files {
            let error = failed(path);
            assert!(error.action == Action::Ignore && !error.named);
            let too_long = path.ends_with("exclude");
            assert_eq!(error.kind(), (!too_long).then_some(denied));
            if too_long {
                let Cause::Problem(Problem::IgnoreRules(why)) = &error.cause
                else {
                    panic!("{error}");
                };
                assert!(why.to_string().contains("longer"), "{error}");
            }
        }
        assert_eq!(errors.len(), 3);
    }
}

#[test]
fn a_named_ignore_file_that_cannot_be_used_ends_a_run_before_it_begins() {
    let storage = tree();
    storage.write("many", &b"a\n".repeat(20_001));
    for (file, why) in [
        ("none", "none: cannot use the ignore file: "),
        ("r", "r: cannot use the ignore file: it is a directory"),
        ("many", "many: cannot use the ignore file: it has more than"),
    ] {
        let shared = Arc::new(storage.clone());
        let request = engine(2).scan(["r"]).storage(shared).ignore_file(file);
        let mut results = request.start().unwrap();
        assert!(results.next().is_none());
        let error = results.finish().unwrap_err();
        assert!(matches!(error, Error::IgnoreFile { .. }), "{error}");
        assert!(error.to_string().starts_with(why), "{error}");
    }
}
