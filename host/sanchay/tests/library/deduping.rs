//! Duplicates that make way, killed at any change, gone on with and undone: no
//! content is lost, and undoing gives back the tree.

mod marked;
mod meddled;
mod similar;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    path::Path,
    sync::Arc,
};

use proptest::prelude::*;
use sanchay::{
    DuplicateOptions, EntryKind, FileId, MemoryStorage, Storage, Timestamp,
    ops::{DedupeAction, OpsError, Plan, Runs},
    storage::{
        Attributes, Directory, ExtendedAttribute, Links, Listing, Opened,
    },
};

use crate::engine;

/// What a tree has by its paths: of each entry kind, permissions, time,
/// contents, extended attributes, and the first path of the same file.
type Tree = BTreeMap<String, (EntryKind, u32, Timestamp, Vec<u8>, String)>;

#[derive(Default)]
struct Look {
    tree: Tree,
    first: HashMap<FileId, String>,
    ids: BTreeSet<FileId>,
    /// How many names each file has.
    names: BTreeMap<FileId, usize>,
    contents: BTreeSet<Vec<u8>>,
}

fn root(storage: &MemoryStorage) -> Box<dyn Directory> {
    match storage.open(Path::new("/r")).unwrap() {
        Opened::Directory(root, _) => root,
        other => panic!("{other:?} is no directory"),
    }
}

impl Look {
    fn at(storage: &MemoryStorage) -> Self {
        let mut look = Self::default();
        look.add(&*root(storage), "");
        look
    }

    fn add(&mut self, directory: &dyn Directory, above: &str) {
        let mut listing = Listing::default();
        directory.list(&mut listing).unwrap();
        let mut names: Vec<&[u8]> =
            (0..listing.len()).map(|at| listing.name(at)).collect();
        names.sort_unstable();
        for name in names {
            let (kind, about) = directory.stat(name, Links::Refuse).unwrap();
            let path = format!("{above}/{}", String::from_utf8_lossy(name));
            let mut content = Vec::new();
            let first = match kind {
                EntryKind::Directory => {
                    let open = directory.open_dir(name, Links::Refuse);
                    self.add(&*open.unwrap(), &path);
                    String::new()
                }
                EntryKind::Symlink => {
                    content = directory.read_link(name).unwrap();
                    String::new()
                }
                _ => {
                    let open = directory.open_file(name, Links::Refuse);
                    let file = open.unwrap().0;
                    content.resize(usize::try_from(about.size).unwrap(), 0);
                    file.read_at(&mut content, 0).unwrap();
                    self.contents.insert(content.clone());
                    for it in file.extended_attributes().unwrap() {
                        content.extend(it.name);
                        content.extend(it.value);
                    }
                    self.ids.insert(about.id);
                    *self.names.entry(about.id).or_default() += 1;
                    let first = self.first.entry(about.id);
                    first.or_insert(path.clone()).clone()
                }
            };
            let what = (kind, about.mode, about.modified, content, first);
            assert_eq!(self.tree.insert(path, what), None);
        }
    }
}

const FOLDERS: [&str; 4] = ["", "x/", "x/y/", "z/"];

/// Files in folders, of a few contents, some of which have two names.
fn tree(files: &[(usize, u8, u8)], links: &[(usize, usize)]) -> MemoryStorage {
    let storage = MemoryStorage::new();
    storage.make_dir("r/x/y");
    storage.make_dir("r/z");
    let place = |at: usize| {
        let (folder, name, _) = files[at % files.len()];
        let name = char::from(b'a' + name % 5);
        (FOLDERS[folder % FOLDERS.len()], name)
    };
    for (at, (_, _, content)) in files.iter().enumerate() {
        let (folder, name) = place(at);
        let path = format!("r/{folder}{name}");
        storage.write(&path, &[b'0' + content % 3; 5]);
        let top = root(&storage);
        let below = folder.trim_end_matches('/').split('/');
        let below = below.filter(|it| !it.is_empty());
        let folder = below.fold(top, |folder, name| {
            folder.open_dir(name.as_bytes(), Links::Refuse).unwrap()
        });
        let name = name.to_string();
        let number = i64::try_from(at).unwrap();
        let own = Attributes {
            mode: Some(0o600 + u32::try_from(at % 8).unwrap()),
            modified: Some(Timestamp { seconds: 50 - number, nanoseconds: 7 }),
            ..Attributes::default()
        };
        let note = ExtendedAttribute {
            name: b"user.note".to_vec(),
            value: path.into_bytes(),
        };
        folder.set_extended_attribute(name.as_bytes(), &note).unwrap();
        folder.set_attributes(name.as_bytes(), &own).unwrap();
    }
    for (number, (at, folder)) in links.iter().enumerate() {
        let ((from, name), to) = (place(*at), FOLDERS[folder % FOLDERS.len()]);
        let new = format!("r/{to}link{number}");
        storage.hard_link(format!("r/{from}{name}"), new);
    }
    storage
}

fn plan(storage: &MemoryStorage, action: &DedupeAction, names: bool) -> Plan {
    let shared: Arc<dyn Storage> = Arc::new(storage.clone());
    let options =
        DuplicateOptions { hardlinks: names, ..DuplicateOptions::default() };
    engine(1)
        .dedupe(["/r"], action.clone())
        .options(options)
        .storage(shared)
        .keep(["under:/r/z", "oldest"])
        .plan()
        .unwrap()
}

fn actions() -> impl Strategy<Value = DedupeAction> {
    prop::sample::select(vec![
        DedupeAction::HardLink,
        DedupeAction::Symlink,
        DedupeAction::Delete,
        DedupeAction::MoveTo("/r/moved".into()),
    ])
}

/// Leaves of a journal what a kill leaves: no word of failures, and if `all`
/// nothing of what became of steps.
fn forget(runs: &Runs, run: &str, all: bool) {
    let path = runs.journal(run);
    let text = fs::read_to_string(&path).unwrap();
    let mut begun = false;
    let kept = text.lines().filter(|line| {
        begun |= line.starts_with("{\"op\"");
        let state = line.starts_with("{\"state\":");
        let done = line.starts_with("{\"state\":\"done\"");
        let after = begun && line.starts_with("{\"folder\"");
        !after && (!state || done && !all)
    });
    let kept: String = kept.map(|line| format!("{line}\n")).collect();
    fs::write(&path, kept).unwrap();
    fs::write(path.with_extension("unfinished"), "").unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_makes_way_and_is_killed_is_finished_or_undone(
        files in prop::collection::vec(
            (0..4_usize, 0..5_u8, 0..3_u8), 2..12,
        ),
        links in prop::collection::vec((0..12_usize, 0..4_usize), 0..3),
        action in actions(),
        flags in any::<(bool, bool, bool)>(),
        after in 0..40_u64,
    ) {
        let (names, resume, all) = flags;
        let folder = tempfile::tempdir().unwrap();
        let (storage, other) = (tree(&files, &links), tree(&files, &links));
        let before = Look::at(&storage);
        let engine = engine(1);
        let monitor = Default::default();

        // What comes of it where nobody kills it.
        let whole = plan(&other, &action, names);
        prop_assert_eq!(whole.conflicts(), &[]);
        prop_assume!(!whole.is_empty());
        let others = Runs::at(folder.path().join("other"))
            .with_storage(Arc::new(other.clone()));
        let report = whole.apply(&engine, &others, &monitor).unwrap();
        prop_assert_eq!(&report.problems, &[]);
        let expected = Look::at(&other);
        prop_assert_eq!(&expected.contents, &before.contents);
        let report = others.undo(&engine, &report.run, false, &monitor);
        prop_assert_eq!(report.unwrap().problems, &[]);
        prop_assert_eq!(&Look::at(&other).tree, &before.tree);

        let plan = plan(&storage, &action, names);
        let runs = Runs::at(folder.path())
            .with_storage(Arc::new(storage.clone()));
        storage.stop_after(after);
        let run = plan.apply(&engine, &runs, &monitor).unwrap().run;
        storage.revive();
        let now = Look::at(&storage);
        // What was made may be there by half.
        let whole = before.contents.is_subset(&now.contents);
        prop_assert!(whole, "a content is lost");
        // What was removed is in the journal: that is on disk before.
        let removed = before.names.iter().any(|(id, names)| {
            now.names.get(id).is_none_or(|now| now < names)
        });
        forget(&runs, &run, all && !removed);
        if resume {
            let report = runs.resume(&engine, &run, &monitor).unwrap();
            prop_assert_eq!(&report.problems, &[]);
            let now = Look::at(&storage);
            let paths = |look: &Look| -> Vec<String> {
                look.tree.keys().cloned().collect()
            };
            prop_assert_eq!(paths(&now), paths(&expected));
            prop_assert_eq!(now.ids.len(), expected.ids.len());
            prop_assert_eq!(&now.contents, &before.contents);
        }
        let looked = runs.undo(&engine, &run, true, &monitor).unwrap();
        let report = runs.undo(&engine, &run, false, &monitor).unwrap();
        prop_assert_eq!(&report.problems, &[]);
        prop_assert_eq!(looked.done, report.done);
        prop_assert_eq!(&Look::at(&storage).tree, &before.tree);
        let again = runs.undo(&engine, &run, false, &monitor);
        let is_refused = matches!(again, Err(OpsError::Resume { .. }));
        prop_assert!(is_refused);
    }

    #[test]
    fn an_undoing_that_is_killed_is_gone_on_with(
        files in prop::collection::vec(
            (0..4_usize, 0..5_u8, 0..2_u8), 2..10,
        ),
        links in prop::collection::vec((0..12_usize, 0..4_usize), 0..3),
        action in actions(),
        after in 0..40_u64,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let storage = tree(&files, &links);
        let before = Look::at(&storage);
        let (engine, monitor) = (engine(1), Default::default());
        let plan = plan(&storage, &action, false);
        prop_assume!(!plan.is_empty());
        let runs =
            Runs::at(folder.path()).with_storage(Arc::new(storage.clone()));
        let run = plan.apply(&engine, &runs, &monitor).unwrap().run;
        storage.stop_after(after);
        drop(runs.undo(&engine, &run, false, &monitor).unwrap());
        storage.revive();
        let now = Look::at(&storage);
        // What was made may be there by half.
        let whole = before.contents.is_subset(&now.contents);
        prop_assert!(whole, "a content is lost");
        forget(&runs, &run, false);
        let report = runs.undo(&engine, &run, false, &monitor).unwrap();
        prop_assert_eq!(&report.problems, &[]);
        let paths = |look: &Look| -> Vec<String> {
            look.tree.keys().cloned().collect()
        };
        prop_assert_eq!(paths(&Look::at(&storage)), paths(&before));
        prop_assert_eq!(&Look::at(&storage).contents, &before.contents);
    }
}

#[test]
fn rules_decide_and_say_so() {
    let storage = tree(&[(0, 0, 0), (1, 1, 0), (3, 2, 0)], &[]);
    let kept = |rules: &[&str]| {
        let shared: Arc<dyn Storage> = Arc::new(storage.clone());
        let plan = engine(1)
            .dedupe(["/r"], DedupeAction::Delete)
            .storage(shared)
            .keep(rules.iter().copied())
            .plan()
            .unwrap();
        let step = plan.steps().next().unwrap();
        let ties = plan.duplicates().unwrap().ties;
        let kept = step.same_as.unwrap().display().to_string();
        (kept, step.because, ties)
    };
    let says = |path: &str, why: &str, ties| {
        (path.to_owned(), format!("kept: {why}"), ties)
    };
    assert_eq!(kept(&[]), says("/r/a", "the first path", 1));
    assert_eq!(kept(&["oldest"]), says("/r/z/c", "oldest", 0));
    assert_eq!(kept(&["newest"]), says("/r/a", "newest", 0));
    let tie = ["longest-path"];
    assert_eq!(kept(&tie), says("/r/x/b", "the first path", 1));
    let both = ["longest-path", "regex:c$"];
    assert_eq!(kept(&both), says("/r/z/c", "regex:c$", 0));
    let under = ["under:r/x"];
    assert_eq!(kept(&under), says("/r/x/b", "under:/r/x", 0));
}

#[test]
fn references_stay_all_of_them() {
    let storage = tree(&[(0, 0, 0), (1, 1, 0), (3, 2, 0), (3, 3, 0)], &[]);
    let shared: Arc<dyn Storage> = Arc::new(storage.clone());
    let plan = engine(1)
        .dedupe(["/r"], DedupeAction::Delete)
        .references(["/r/z"])
        .storage(shared)
        .keep(["newest"])
        .plan()
        .unwrap();
    let going: Vec<_> = plan.steps().filter_map(|it| it.from).collect();
    assert_eq!(going, [Path::new("/r/x/b"), Path::new("/r/a")]);
    let kept = plan.steps().next().unwrap().same_as.unwrap();
    assert_eq!(kept, Path::new("/r/z/c"));
    assert_eq!(plan.duplicates().unwrap().reclaimable_bytes, 10);
}

#[test]
fn names_of_one_file_free_nothing_by_themselves() {
    let files = [(0, 0, 0), (1, 1, 0)];
    // A name of the older file, which stays, and one of the other.
    let storage = tree(&files, &[(1, 3), (0, 3)]);
    let sum = |names| {
        let plan = plan(&storage, &DedupeAction::HardLink, names);
        let found = plan.duplicates().unwrap();
        (found.duplicates, found.kept, found.reclaimable_bytes)
    };
    assert_eq!(sum(false), (2, 1, 5));
    assert_eq!(sum(true), (2, 1, 5));
    let plan = plan(&storage, &DedupeAction::Delete, true);
    assert_eq!(plan.duplicates().unwrap().duplicates, 3);
    // With a name elsewhere, the bytes stay.
    storage.hard_link("r/a", "elsewhere");
    assert_eq!(sum(false), (2, 1, 0));
}

#[test]
fn what_was_changed_since_stays_and_so_does_the_last_copy() {
    for action in [DedupeAction::HardLink, DedupeAction::Delete] {
        let storage = tree(&[(0, 0, 0), (0, 1, 0), (0, 2, 0)], &[]);
        let plan = plan(&storage, &action, false);
        // The file that stays has other bytes by now.
        storage.write("r/c", b"other");
        let folder = tempfile::tempdir().unwrap();
        let runs =
            Runs::at(folder.path()).with_storage(Arc::new(storage.clone()));
        let before = Look::at(&storage);
        let report = plan.apply(&engine(1), &runs, &Default::default());
        let report = report.unwrap();
        assert_eq!((report.done, report.failed), (0, 2));
        assert!(report.problems[0].why.contains("planned"), "{report:?}");
        assert_eq!(Look::at(&storage).ids, before.ids);
        let names = |look: Look| look.tree.into_keys().collect::<Vec<_>>();
        assert_eq!(names(Look::at(&storage)), names(before));
    }
}
