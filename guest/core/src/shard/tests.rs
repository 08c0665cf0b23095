//! Properties of plans.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::{Piece, Planner, Target};

type Found = BTreeSet<(usize, Vec<u8>, u64)>;

fn planned(target: Target, roots: usize, files: &Found) -> Vec<Piece> {
    let mut planner = Planner::new(target);
    for (root, path, size) in files {
        planner.add(*root, path, *size);
    }
    planner.finish(roots)
}

/// Of which pieces a path is.
fn homes(pieces: &[Piece], root: usize, path: &[u8]) -> Vec<usize> {
    let has = |piece: &Piece| {
        piece
            .parts
            .iter()
            .any(|part| part.root == root && part.range.has(b"", path))
    };
    (0..pieces.len()).filter(|at| has(&pieces[*at])).collect()
}

fn weight(piece: &Piece, target: Target) -> u64 {
    match target {
        Target::Files(_) => piece.files,
        Target::Bytes(_) => piece.bytes,
    }
}

fn tree() -> impl Strategy<Value = Found> {
    let path = "[ab.-]{1,2}(/[ab.-]{1,2}){0,3}".prop_map(String::into_bytes);
    let file = (0..3_usize, path, 0..50_u64);
    proptest::collection::btree_map(
        file.prop_map(|(root, path, size)| ((root, path), size)),
        Just(()),
        0..80,
    )
    .prop_map(|files| {
        // One size a path.
        let mut seen = BTreeSet::new();
        let files = files.into_keys();
        files
            .filter(|(place, _)| seen.insert(place.clone()))
            .map(|((root, path), size)| (root, path, size))
            .collect()
    })
}

fn target() -> impl Strategy<Value = Target> {
    prop_oneof![
        (0..20_u64).prop_map(Target::Files),
        (0..300_u64).prop_map(Target::Bytes),
    ]
}

proptest! {
    #[test]
    fn every_path_is_in_one_shard_also_one_that_was_not_there(
        files in tree(), target in target(),
        others in proptest::collection::vec(
            (0..3_usize, "[ab./-]{0,6}"), 0..20,
        ),
    ) {
        let pieces = planned(target, 3, &files);
        prop_assert!(!pieces.is_empty());
        for (root, path, _) in &files {
            prop_assert_eq!(homes(&pieces, *root, path).len(), 1);
        }
        for (root, path) in &others {
            prop_assert_eq!(homes(&pieces, *root, path.as_bytes()).len(), 1);
        }
        // The same input has the same plan.
        prop_assert_eq!(&planned(target, 3, &files), &pieces);
    }

    #[test]
    fn what_was_counted_of_a_shard_is_what_is_in_it(
        files in tree(), target in target(),
    ) {
        let pieces = planned(target, 3, &files);
        let mut counted = vec![(0, 0); pieces.len()];
        for (root, path, size) in &files {
            for at in homes(&pieces, *root, path) {
                counted[at].0 += 1;
                counted[at].1 += *size;
            }
        }
        let told: Vec<_> =
            pieces.iter().map(|it| (it.files, it.bytes)).collect();
        prop_assert_eq!(told, counted);
    }

    #[test]
    fn no_shard_has_twice_its_target_and_none_but_the_last_has_little(
        files in tree(), target in target(),
    ) {
        let pieces = planned(target, 3, &files);
        let (Target::Files(goal) | Target::Bytes(goal)) = target;
        let goal = goal.max(1);
        for (at, piece) in pieces.iter().enumerate() {
            let has = weight(piece, target);
            // One file cannot be cut.
            prop_assert!(has <= 2 * goal || piece.files == 1, "{:?}", piece);
            let is_last = at + 1 == pieces.len();
            let next = pieces.get(at + 1);
            // It ends early only where the next file would be too much.
            let is_full = has >= goal
                || next.is_some_and(|it| {
                    matches!(target, Target::Bytes(_)) && it.files > 0
                });
            prop_assert!(is_last || is_full, "{:?}", pieces);
        }
    }
}

#[test]
fn shards_end_with_folders_unless_a_folder_has_too_much() {
    let mut files = Found::new();
    for folder in 0..10 {
        for name in 0..4 {
            let path = format!("d{folder}/{name}");
            files.insert((0, path.into_bytes(), 1));
        }
    }
    let pieces = planned(Target::Files(6), 1, &files);
    let starts: Vec<_> = pieces
        .iter()
        .map(|it| String::from_utf8(it.parts[0].range.from.clone()).unwrap())
        .collect();
    assert_eq!(starts, ["", "d2/", "d4/", "d6/", "d8/"]);
    // All of them in one folder: between names.
    let files: Found =
        (0..40).map(|at| (0, format!("{at:02}").into_bytes(), 1)).collect();
    let pieces = planned(Target::Files(10), 1, &files);
    let starts: Vec<_> = pieces
        .iter()
        .map(|it| String::from_utf8(it.parts[0].range.from.clone()).unwrap())
        .collect();
    assert_eq!(starts, ["", "10", "20", "30"]);
    assert!(pieces.iter().all(|it| it.files == 10));
}

#[test]
fn a_tree_without_files_is_one_shard_of_all_its_roots() {
    let pieces = planned(Target::Files(5), 2, &Found::new());
    assert_eq!(pieces.len(), 1);
    assert_eq!(pieces[0].parts.len(), 2);
    assert!(pieces[0].parts.iter().all(|it| it.range.is_whole()));
}

#[test]
fn half_of_all_files_in_one_folder_make_no_shard_larger() {
    let mut files = Found::new();
    for at in 0..10_000 {
        let folder =
            if at % 2 == 0 { "skew".into() } else { format!("d{at}") };
        files.insert((0, format!("{folder}/{at:05}").into_bytes(), 1));
    }
    let pieces = planned(Target::Files(500), 1, &files);
    assert!(pieces.iter().all(|it| it.files <= 1000), "{pieces:?}");
    assert!((10..=20).contains(&pieces.len()), "{}", pieces.len());
}
