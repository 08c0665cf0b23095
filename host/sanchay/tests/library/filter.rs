//! Filters without a walk, and what the interface of the library is made of.

use std::{fs, path::Path};

use proptest::prelude::*;
use sanchay::{
    Engine, Error, Fault, FileFacts, Filter, Limits, Timestamp, WalkOptions,
};
use sanchay_testkit::{Tree, bytes};

use crate::{engine, scan};

fn extensions(of: &[&str]) -> Filter {
    of.iter().fold(Filter::default(), |filter, it| filter.extension(it))
}

fn of_size(size: u64) -> FileFacts {
    let modified = Some(Timestamp::default());
    FileFacts { size, modified, ..FileFacts::default() }
}

#[test]
fn a_filter_matches_as_a_walk_does() {
    let tree = Tree::new();
    let mut files = Vec::new();
    for (index, name) in
        ["a.jpg", "B.JPG", ".c.jpg", "d", "e.tar.gz", ".jpg", "f.gz"]
            .into_iter()
            .chain(["g\n.jpg", "jpg", "h..jpg", "i.jpg "])
            .enumerate()
    {
        tree.file(format!("d/{name}"), "x".repeat(index));
        files.push((name, index as u64));
    }
    let engine = engine(1);
    for (of, hidden, min_size, max_size) in [
        (&["jpg"][..], false, None, None),
        (&["jpg", ".tar.gz"], true, None, Some(5)),
        (&[], false, Some(3), None),
        (&["gz"], true, Some(1), Some(100)),
    ] {
        let mut options = extensions(of).hidden(hidden);
        if let Some(bytes) = min_size {
            options = options.min_size(bytes);
        }
        if let Some(bytes) = max_size {
            options = options.max_size(bytes);
        }
        let walk =
            WalkOptions { filter: options.clone(), ..WalkOptions::default() };
        let (found, errors) = scan(&engine, &[tree.path("d")], &walk);
        assert!(errors.is_empty(), "{errors:?}");
        let mut filter = engine.filter(&options).unwrap();
        let bounded = min_size.is_some() || max_size.is_some();
        assert_eq!(filter.needs_metadata(), bounded);
        let names: Vec<_> = files.iter().map(|file| file.0).collect();
        let by_name: Vec<_> = filter
            .match_names(&names)
            .unwrap()
            .iter()
            .map(|index| files[*index as usize])
            .collect();
        let sizes: Vec<_> =
            by_name.iter().map(|file| of_size(file.1)).collect();
        let mut wanted: Vec<_> = filter
            .match_metadata(&sizes)
            .unwrap()
            .iter()
            .map(|index| by_name[*index as usize].0.as_bytes())
            .collect();
        wanted.sort_unstable();
        let mut walked: Vec<_> = found
            .keys()
            .map(|path| bytes(Path::new(path.file_name().unwrap())))
            .collect();
        walked.sort_unstable();
        assert_eq!(wanted, walked);
        assert!(!wanted.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn batches_do_not_change_the_answer(
        names in prop::collection::vec(
            prop::collection::vec(
                prop::sample::select(b".ajpg\xff\n".to_vec()), 1..8),
            0..40),
        at in 0_usize..40,
    ) {
        let options = extensions(&["jpg", "a"]);
        let mut filter = engine(1).filter(&options).unwrap();
        let whole = filter.match_names(&names).unwrap().to_vec();
        let (first, second) = names.split_at(at.min(names.len()));
        let mut parts = filter.match_names(first).unwrap().to_vec();
        let offset = u32::try_from(first.len()).unwrap();
        let second = filter.match_names(second).unwrap();
        parts.extend(second.iter().map(|index| index + offset));
        prop_assert_eq!(parts, whole);
    }
}

#[test]
fn a_filter_that_makes_no_sense_is_refused_by_its_options_name() {
    let engine = engine(1);
    let refused = |options| match engine.filter(&options) {
        Err(Error::Filter(error)) => error.option,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(extensions(&["a", "b/c"])), "extension");
    assert_eq!(refused(Filter::default().min_size(2).max_size(1)), "size");
}

#[test]
fn names_that_do_not_fit_are_a_fault_and_the_next_are_matched() {
    let limits = Limits::default().memory(1 << 20);
    let engine = Engine::builder().limits(limits).build().unwrap();
    let mut filter =
        engine.filter(&Filter::default().min_size(0).max_size(9)).unwrap();
    // Beyond the ceiling by themselves, and only with what goes with them.
    for (count, len) in [(2, 600_000), (250_000, 4)] {
        let names = vec!["x".repeat(len); count];
        let fault = filter.match_names(&names).unwrap_err();
        assert!(matches!(fault, Fault::MemoryRefused { .. }), "{fault:?}");
        assert_eq!(filter.match_names(&["a", ".b"]).unwrap(), [0]);
    }
    let many = vec![of_size(1); 200_000];
    let fault = filter.match_metadata(&many).unwrap_err();
    assert!(matches!(fault, Fault::MemoryRefused { .. }), "{fault:?}");
    let few = [of_size(1), of_size(10), of_size(2)];
    assert_eq!(filter.match_metadata(&few).unwrap(), [0, 2]);
    assert_eq!(filter.match_names(&[""; 0]).unwrap(), [0; 0]);
}

#[test]
fn no_type_of_the_webassembly_engine_is_part_of_the_library() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap();
    assert!(!manifest.contains("wasmtime"));
    let mut folders = vec![package.join("src")];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            assert!(!text.contains("wasmtime::"), "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 30, "{seen} files");
}
