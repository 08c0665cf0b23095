//! Files that make way for similar ones: whatever their groups are, each is
//! like a file that stays, also where a run is killed.

use std::{collections::BTreeMap, sync::Arc};

use proptest::prelude::*;
use sanchay::{
    EntryKind, MemoryStorage, SimilarOptions, Storage,
    ops::{DedupeAction, Plan, Runs},
};

use super::{FOLDERS, Look, forget};
use crate::engine;

/// A text of 40 words, four of which are others where the bits of a number say
/// so. Each changes 3 of 38 shingles: 35 of 41 are in both where two texts
/// differ in one word, 32 of 44 where they differ in two.
fn text(bits: u8) -> String {
    let word = |at: u8| match (at % 10, bits >> (at / 10) & 1) {
        (5, 1) => format!("other{at} "),
        _ => format!("word{at} "),
    };
    (0..40).map(word).collect()
}

/// Whether two texts are as alike as 0.8.
fn are_alike(one: u8, other: u8) -> bool {
    (one ^ other).count_ones() <= 1
}

fn tree(files: &[(usize, u8, u8)]) -> MemoryStorage {
    let storage = MemoryStorage::new();
    storage.make_dir("r/x/y");
    storage.make_dir("r/z");
    for (folder, name, bits) in files {
        let folder = FOLDERS[folder % FOLDERS.len()];
        let name = char::from(b'a' + name % 5);
        storage.write(format!("r/{folder}{name}"), text(*bits).as_bytes());
    }
    storage
}

/// The texts that there are, by their paths.
fn texts(storage: &MemoryStorage) -> BTreeMap<String, u8> {
    let known: BTreeMap<Vec<u8>, u8> =
        (0..16).map(|bits| (text(bits).into_bytes(), bits)).collect();
    let found = Look::at(storage).tree.into_iter();
    let files = found.filter(|(_, what)| what.0 == EntryKind::File);
    files.map(|(path, what)| (path, known[&what.3])).collect()
}

fn plan(storage: &MemoryStorage, action: &DedupeAction, keep: &str) -> Plan {
    let shared: Arc<dyn Storage> = Arc::new(storage.clone());
    engine(1)
        .dedupe(["/r"], action.clone())
        .similar(SimilarOptions::default())
        .storage(shared)
        .references(["/r/z"])
        .keep([keep])
        .plan()
        .unwrap()
}

/// Fails unless each file that is gone is like one that is where it was.
fn check(before: &BTreeMap<String, u8>, now: &BTreeMap<String, u8>) {
    let stays = |path: &str| now.contains_key(path);
    for (path, bits) in before {
        let is_kept = path.starts_with("/z/");
        assert!(!is_kept || stays(path), "{path} was to stay: {now:?}");
        let mut others = before.iter().filter(|(path, _)| stays(path));
        let found = stays(path) || others.any(|it| are_alike(*it.1, *bits));
        assert!(found, "nothing like {path} is left of {before:?}: {now:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn what_makes_way_is_like_what_stays_and_comes_back(
        files in prop::collection::vec(
            (0..4_usize, 0..5_u8, 0..16_u8), 2..14,
        ),
        keep in prop::sample::select(vec![
            "oldest", "largest", "smallest", "longest-path", "under:/r/x",
        ]),
        is_moved in any::<bool>(),
        after in 0..40_u64,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let action = match is_moved {
            true => DedupeAction::MoveTo("/r/moved".into()),
            false => DedupeAction::Delete,
        };
        let storage = tree(&files);
        let before = texts(&storage);
        let (engine, monitor) = (engine(1), Default::default());
        let plan = plan(&storage, &action, keep);
        prop_assert_eq!(plan.conflicts(), &[]);
        prop_assert!(plan.errors().is_empty());
        // What is the same word for word does not stay twice.
        let going: Vec<String> = plan
            .entries()
            .map(|it| it.from.unwrap().display().to_string())
            .collect();
        for (path, bits) in &before {
            let stays = |path: &String| !going.contains(&format!("/r{path}"));
            let twins = before.iter().filter(|it| it.1 == bits);
            let twins: Vec<&String> =
                twins.map(|it| it.0).filter(|it| stays(it)).collect();
            let both = twins.iter().filter(|it| !it.starts_with("/z/"));
            prop_assert!(
                !stays(path) || both.count() <= usize::from(twins.len() == 1),
                "{:?} of {:?}", twins, before
            );
        }
        prop_assume!(!plan.is_empty());
        let runs = Runs::at(folder.path())
            .with_storage(Arc::new(storage.clone()));
        storage.stop_after(after);
        let run = plan.apply(&engine, &runs, &monitor).unwrap().run;
        storage.revive();
        check(&before, &texts(&storage));
        forget(&runs, &run, false);
        if is_moved {
            let report = runs.undo(&engine, &run, false, &monitor).unwrap();
            prop_assert_eq!(&report.problems, &[]);
            prop_assert_eq!(&texts(&storage), &before);
        } else {
            let report = runs.resume(&engine, &run, &monitor).unwrap();
            prop_assert_eq!(&report.problems, &[]);
            let now = texts(&storage);
            check(&before, &now);
            prop_assert_eq!(now.len(), before.len() - going.len());
        }
    }
}

#[test]
fn a_file_that_two_paths_lead_to_is_not_similar_to_itself() {
    let storage = tree(&[(0, 0, 0), (1, 0, 1)]);
    let shared: Arc<dyn Storage> = Arc::new(storage.clone());
    storage.hard_link("r/a", "r/z/again");
    let plan = engine(1)
        .dedupe(["/r", "/r/z"], DedupeAction::Delete)
        .similar(SimilarOptions::default())
        .storage(shared)
        .plan()
        .unwrap();
    let steps: Vec<_> = plan.entries().collect();
    let [step] = &steps[..] else { panic!("{steps:?}") };
    assert_eq!(step.from.as_deref(), Some("/r/x/a".as_ref()));
    assert_eq!(step.like.as_deref(), Some("/r/a".as_ref()));
    assert_eq!((&step.same_as, step.size), (&None, text(1).len() as u64));
    let summary = plan.duplicates().unwrap();
    assert_eq!(summary.reclaimable_bytes, text(1).len() as u64);
    assert_eq!((summary.kept, summary.ties), (1, 1));
}
