//! Plans that are applied, killed at any change, gone on with and undone: in
//! memory, where a kill can be had at every change.

mod rings;

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use proptest::prelude::*;
use sanchay::{
    EntryKind, FileId, MemoryStorage, Storage, Timestamp,
    ops::{
        ConflictKind, Naming, OnConflict, OpsError, Plan, PlanRequest, Runs,
    },
    storage::{Directory, Links, Listing, Opened},
};

use crate::engine;

/// What identifies an entry, and what it has.
type What = (EntryKind, FileId, u64, Timestamp);

/// All that is in a tree, by its path.
fn snapshot(storage: &MemoryStorage) -> BTreeMap<String, What> {
    let Ok(Opened::Directory(root, _)) = storage.open(Path::new("/r")) else {
        panic!("there is no root");
    };
    let mut found = BTreeMap::new();
    add(&*root, "", &mut found);
    found
}

fn add(
    directory: &dyn Directory,
    above: &str,
    found: &mut BTreeMap<String, What>,
) {
    let mut listing = Listing::default();
    directory.list(&mut listing).unwrap();
    for index in 0..listing.len() {
        let name = listing.name(index);
        let (kind, metadata) = directory.stat(name, Links::Refuse).unwrap();
        let path = format!("{above}/{}", String::from_utf8_lossy(name));
        if kind == EntryKind::Directory {
            let below = directory.open_dir(name, Links::Refuse).unwrap();
            add(&*below, &path, found);
        }
        let what = (kind, metadata.id, metadata.size, metadata.modified);
        assert_eq!(found.insert(path, what), None);
    }
}

/// The same without times of directories, which every change sets.
fn names(storage: &MemoryStorage) -> BTreeMap<String, (EntryKind, FileId)> {
    let all = snapshot(storage).into_iter();
    all.map(|(path, what)| (path, (what.0, what.1))).collect()
}

const FOLDERS: [&str; 4] = ["", "x/", "x/y/", "z/"];

/// A tree of files of these names in these folders.
fn tree(files: &[(usize, u8)]) -> MemoryStorage {
    let storage = MemoryStorage::new();
    storage.make_dir("r/x/y");
    storage.make_dir("r/z");
    for (folder, name) in files {
        let name = char::from(b'a' + name % 5);
        let path = format!("r/{}{name}", FOLDERS[folder % FOLDERS.len()]);
        storage.write(&path, path.as_bytes());
    }
    storage
}

fn request(storage: &MemoryStorage, folders: bool) -> PlanRequest {
    let shared: Arc<dyn Storage> = Arc::new(storage.clone());
    let request = engine(1)
        .rename(["/r"])
        .storage(shared)
        .kind(EntryKind::File)
        .on_conflict(OnConflict::Skip);
    match folders {
        true => request.kind(EntryKind::Directory),
        false => request,
    }
}

/// New names for what there is, by chance.
fn renamed(storage: &MemoryStorage, folders: bool, choices: &[u8]) -> Plan {
    let listed = request(storage, folders).list().unwrap();
    let names =
        (0..listed.len()).map(|at| match choices[at % choices.len()] {
            6 => Vec::new(),
            choice => vec![b'a' + choice],
        });
    let names: Vec<Vec<u8>> = names.collect();
    let names = listed.into_iter().zip(names);
    request(storage, folders).exactly(names).plan().unwrap()
}

/// Leaves of a journal what a kill leaves of it at the worst: the steps.
fn forget_what_became(runs: &Runs, run: &str) {
    let path = runs.journal(run);
    let text = fs::read_to_string(&path).unwrap();
    let mut begun = false;
    let kept = text.lines().take_while(|line| {
        let step = line.starts_with("{\"op\"");
        begun |= step;
        step || !begun
    });
    let kept: String = kept.map(|line| format!("{line}\n")).collect();
    fs::write(&path, kept).unwrap();
    fs::write(path.with_extension("unfinished"), "").unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn whatever_is_renamed_and_killed_is_finished_or_undone(
        files in prop::collection::vec((0..4_usize, 0..5_u8), 1..14),
        // A few names: rings and chains are likely.
        choices in prop::collection::vec(0..7_u8, 1..14),
        folders in any::<bool>(),
        after in 0..14_u64,
        resume in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (storage, other) = (tree(&files), tree(&files));
        let engine = engine(1);
        let before = snapshot(&storage);
        let runs = Runs::at(folder.path())
            .with_storage(Arc::new(storage.clone()));
        let monitor = Default::default();

        // What comes of it where nobody kills it.
        let plan = renamed(&other, folders, &choices);
        prop_assume!(!plan.is_empty());
        let others = Runs::at(folder.path().join("other"));
        let report = plan.apply(&engine, &others, &monitor).unwrap();
        prop_assert_eq!(&report.problems, &[]);
        prop_assert_eq!(report.done, plan.len() as u64);
        let expected = names(&other);
        prop_assert_eq!(expected.len(), before.len(), "nothing is lost");

        let plan = renamed(&storage, folders, &choices);
        storage.stop_after(after);
        let run = plan.apply(&engine, &runs, &monitor).unwrap().run;
        storage.revive();
        forget_what_became(&runs, &run);
        prop_assert_eq!(runs.unfinished().unwrap(), [run.clone()]);
        if resume {
            let report = runs.resume(&engine, &run, &monitor).unwrap();
            prop_assert_eq!(&report.problems, &[]);
            prop_assert_eq!(names(&storage), expected);
            prop_assert_eq!(runs.unfinished().unwrap(), Vec::<String>::new());
        }
        let looked = runs.undo(&engine, &run, true, &monitor).unwrap();
        let report = runs.undo(&engine, &run, false, &monitor).unwrap();
        prop_assert_eq!(&report.problems, &[]);
        prop_assert_eq!(looked.done, report.done);
        prop_assert_eq!(snapshot(&storage), before);
        let again = runs.undo(&engine, &run, false, &monitor);
        let is_refused = matches!(again, Err(OpsError::Resume { .. }));
        prop_assert!(is_refused);
    }
}

#[test]
fn an_undoing_that_is_killed_is_gone_on_with() {
    for after in 0..8 {
        let folder = tempfile::tempdir().unwrap();
        let storage = tree(&[(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)]);
        let before = snapshot(&storage);
        let runs =
            Runs::at(folder.path()).with_storage(Arc::new(storage.clone()));
        let (engine, monitor) = (engine(1), Default::default());
        let plan = renamed(&storage, true, &[1, 2, 0]);
        let run = plan.apply(&engine, &runs, &monitor).unwrap().run;
        storage.stop_after(after);
        drop(runs.undo(&engine, &run, false, &monitor).unwrap());
        storage.revive();
        forget_what_became(&runs, &run);
        let report = runs.undo(&engine, &run, false, &monitor).unwrap();
        assert_eq!(report.problems, [], "{after}");
        assert_eq!(names(&storage).len(), before.len());
        let all = snapshot(&storage);
        let same = |(path, what): (&String, &What)| {
            before.get(path).is_some_and(|it| it.1 == what.1)
        };
        assert!(all.iter().all(same), "{after}: {all:?}");
    }
}

#[test]
fn a_plan_of_a_tree_that_has_changed_since_changes_no_more() {
    let storage = tree(&[(0, 0), (0, 1), (0, 2)]);
    let plan = renamed(&storage, false, &[3, 4, 5]);
    assert_eq!((plan.len(), plan.conflicts()), (3, &[][..]));
    // Other contents, another file, and a name that is taken.
    storage.write("r/a", b"changed");
    let Ok(Opened::Directory(root, _)) = storage.open(Path::new("/r")) else {
        panic!("there is no root");
    };
    root.remove_file(b"b").unwrap();
    storage.write("r/b", b"r/b");
    storage.write("r/f", b"taken");
    let before = names(&storage);
    let folder = tempfile::tempdir().unwrap();
    let runs = Runs::at(folder.path()).with_storage(Arc::new(storage.clone()));
    let report = plan.apply(&engine(1), &runs, &Default::default()).unwrap();
    assert_eq!((report.done, report.failed), (0, 3));
    let whys: Vec<&str> =
        report.problems.iter().map(|it| it.why.as_str()).collect();
    assert!(whys[0].contains("changed"), "{whys:?}");
    assert!(whys[1].contains("another entry"), "{whys:?}");
    assert!(whys[2].contains("by now"), "{whys:?}");
    assert_eq!(names(&storage), before);
}

#[test]
fn what_stands_in_the_way_is_told_before_anything_moves() {
    let storage = tree(&[(0, 0), (0, 1), (0, 2), (0, 3)]);
    storage.write("r/taken", b"");
    let names = |how, names: [&str; 5]| {
        let names = names.map(|it| it.as_bytes().to_vec()).to_vec();
        let request = request(&storage, false).on_conflict(how);
        let listed = request.list().unwrap();
        request.exactly(listed.into_iter().zip(names)).plan().unwrap()
    };
    // The last of the names is that of the file that is called so.
    let plan = names(OnConflict::Error, ["x", "n", "n", "taken", ""]);
    let kinds: Vec<&ConflictKind> =
        plan.conflicts().iter().map(|it| &it.kind).collect();
    let other = ConflictKind::SameTarget(b"/r/b".to_vec());
    assert_eq!(kinds, [&ConflictKind::Exists, &other, &ConflictKind::Exists]);
    let folder = tempfile::tempdir().unwrap();
    let runs = Runs::at(folder.path());
    let refused = plan.apply(&engine(1), &runs, &Default::default());
    let refused = refused.unwrap_err();
    let OpsError::Conflicts { count, taken } = refused else {
        panic!("{refused}");
    };
    assert_eq!((count, taken), (3, 3));
    assert!(!folder.path().join("runs").exists());
    let plan = names(OnConflict::Rename, ["x", "n", "n", "taken", ""]);
    assert_eq!(plan.conflicts(), []);
    let targets: Vec<_> = plan.entries().filter_map(|step| step.to).collect();
    let expected = ["/r/x (2)", "/r/n", "/r/n (2)", "/r/taken (2)"];
    assert_eq!(targets, expected.map(Path::new));
    // What waits for an entry that stays stays, too.
    let plan = names(OnConflict::Skip, ["b", "taken", "a", "", ""]);
    assert_eq!(plan.entries().count(), 0);
    assert_eq!(plan.conflicts().len(), 3);
}

#[test]
fn names_that_make_no_sense_are_refused() {
    let storage = tree(&[(0, 0)]);
    let plan = |naming: Naming| request(&storage, false).naming(naming).plan();
    let template = Naming { template: "{nmae}".into(), ..Naming::default() };
    assert!(matches!(plan(template), Err(OpsError::Naming(_))));
    let slash = Naming { template: "{path}".into(), ..Naming::default() };
    let plan = plan(slash).unwrap();
    let kind = &plan.conflicts()[0].kind;
    assert!(matches!(kind, ConflictKind::Name(_)), "{kind:?}");
    assert!(plan.is_empty());
}

#[test]
fn a_destination_is_made_and_taken_back() {
    let storage = tree(&[(0, 0), (1, 1), (2, 2), (3, 0)]);
    let before = snapshot(&storage);
    let shared: Arc<dyn Storage> = Arc::new(storage.clone());
    let engine = engine(1);
    let request = |into: &str| {
        engine.move_into(["/r"], into).storage(Arc::clone(&shared))
    };
    let targets = |plan: &Plan| -> Vec<String> {
        let entries = plan.entries().filter_map(|it| it.to);
        entries.map(|it| it.display().to_string()).collect()
    };
    let plan = request("/r/new/deep").plan().unwrap();
    let expected = [
        "/r/new/deep/a",
        "/r/new/deep/x/b",
        "/r/new/deep/x/y/c",
        "/r/new/deep/z/a",
    ];
    assert_eq!(targets(&plan), expected);
    let flat = request("/r/new").flat(true).plan().unwrap();
    assert_eq!(flat.conflicts().len(), 1, "{:?}", flat.conflicts());
    let named = request("/r/by/{size:03}/{name:upper}").plan().unwrap();
    assert_eq!(targets(&named)[0], "/r/by/003/A/a");
    let up = request("/r/by/{name|\"..\"}/../..").plan().unwrap();
    assert_eq!(up.len(), 0);
    let folder = tempfile::tempdir().unwrap();
    let runs = Runs::at(folder.path()).with_storage(shared);
    let monitor = Default::default();
    let report = plan.apply(&engine, &runs, &monitor).unwrap();
    assert_eq!((report.failed, report.done), (0, 4 + 5));
    assert!(names(&storage).contains_key("/new/deep/x/y/c"));
    let report = runs.undo(&engine, &report.run, false, &monitor).unwrap();
    assert_eq!(report.problems, []);
    assert_eq!(snapshot(&storage), before);
}
