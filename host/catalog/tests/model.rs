//! Random trees that change at random: what the catalog tells of them is what
//! a plain list of their files tells.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what fails is the report"
)]

use std::{
    collections::BTreeMap,
    fs,
    ops::ControlFlow,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use proptest::prelude::*;
use sanchay::{Algorithm, Engine, EntryError, Filter, WalkOptions};
use sanchay_catalog::{
    Catalog, CatalogOptions, Difference, PruneOptions, Side, SnapshotOptions,
};
use sanchay_core::record::Change;

/// Something that happens to a tree.
#[derive(Clone, Debug)]
enum Act {
    Write(u8, Vec<u8>),
    Remove(u8),
    Rename(u8, u8),
    Permit(u8, bool),
    Snapshot,
    Prune(u64),
}

fn act() -> impl Strategy<Value = Act> {
    let name = || 0_u8..12;
    let content = prop::collection::vec(any::<u8>(), 0..6);
    prop_oneof![
        6 => (name(), content).prop_map(|(name, it)| Act::Write(name, it)),
        3 => name().prop_map(Act::Remove),
        4 => (name(), name()).prop_map(|(a, b)| Act::Rename(a, b)),
        1 => (name(), any::<bool>()).prop_map(|(a, b)| Act::Permit(a, b)),
        4 => Just(Act::Snapshot),
        1 => (1_u64..4).prop_map(Act::Prune),
    ]
}

/// Where the file of a number is: in folders of different depths.
fn place(number: u8) -> String {
    match number % 4 {
        0 => format!("{number}"),
        1 => format!("a/{number}"),
        2 => format!("a/b/{number}"),
        _ => format!(".hidden/{number}"),
    }
}

/// What a file is, as a plain program would note it.
#[derive(Clone, Debug, PartialEq)]
struct Noted {
    content: Vec<u8>,
    mode: u32,
    inode: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

type Tree = BTreeMap<String, Noted>;

fn note(root: &Path) -> Tree {
    let all = (0..12).map(place).filter_map(|name| {
        let path = root.join(&name);
        let found = fs::metadata(&path).ok()?;
        let noted = Noted {
            content: fs::read(&path).ok()?,
            mode: found.mode(),
            inode: found.ino(),
            modified: (found.mtime(), found.mtime_nsec()),
            changed: (found.ctime(), found.ctime_nsec()),
        };
        Some((name, noted))
    });
    all.collect()
}

fn perform(root: &Path, act: &Act) {
    let path = |number: &u8| {
        let path = root.join(place(*number));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    };
    match act {
        Act::Write(number, content) => {
            fs::write(path(number), content).unwrap();
        }
        Act::Remove(number) => drop(fs::remove_file(path(number))),
        Act::Rename(from, to) => drop(fs::rename(path(from), path(to))),
        Act::Permit(number, executable) => {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = if *executable { 0o755 } else { 0o644 };
            let mode = fs::Permissions::from_mode(mode);
            drop(fs::set_permissions(path(number), mode));
        }
        Act::Snapshot | Act::Prune(_) => {}
    }
}

/// What became of the paths that both sides have, or one.
fn expected(a: &Tree, b: &Tree) -> BTreeMap<String, Option<Change>> {
    let names = a.keys().chain(b.keys());
    names
        .filter_map(|name| {
            let change = match (a.get(name), b.get(name)) {
                (Some(a), Some(b)) if a == b => return None,
                (Some(a), Some(b)) if a.content != b.content => {
                    Some(Change::Changed)
                }
                (Some(_), Some(_)) => Some(Change::Touched),
                // New, deleted or moved.
                _ => None,
            };
            Some((name.clone(), change))
        })
        .collect()
}

fn check(a: &Tree, b: &Tree, found: &[Difference]) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let mut wanted = expected(a, b);
    for difference in found {
        let path = text(&difference.path);
        let known = wanted.remove(&path);
        match difference.change {
            Change::Changed | Change::Touched => {
                assert_eq!(known, Some(Some(difference.change)), "{path}");
            }
            Change::New => {
                assert_eq!(known, Some(None), "{path}");
                assert!(b.contains_key(&path) && !a.contains_key(&path));
            }
            Change::Deleted => {
                assert_eq!(known, Some(None), "{path}");
                assert!(a.contains_key(&path) && !b.contains_key(&path));
            }
            Change::Moved => {
                assert_eq!(known, Some(None), "{path}");
                let from = text(difference.from.as_ref().unwrap());
                assert_eq!(wanted.remove(&from), Some(None), "{from}");
                assert_eq!(a[&from].content, b[&path].content);
                assert!(!b.contains_key(&from) && !a.contains_key(&path));
            }
        }
    }
    assert!(wanted.is_empty(), "not told: {wanted:?}");
    // What could have moved has: no file is new that has the content of one
    // that is deleted, but for empty ones.
    for new in found.iter().filter(|it| it.change == Change::New) {
        for old in found.iter().filter(|it| it.change == Change::Deleted) {
            let (new, old) = (&b[&text(&new.path)], &a[&text(&old.path)]);
            assert!(new.content != old.content || new.content.is_empty());
        }
    }
}

fn options(hash: bool) -> SnapshotOptions {
    let filter = Filter::default().hidden(true);
    SnapshotOptions {
        hash: hash.then_some(Algorithm::Xxh3_128),
        walk: WalkOptions { filter, ..WalkOptions::default() },
        ..SnapshotOptions::default()
    }
}

fn no_errors(error: EntryError) -> ControlFlow<()> {
    panic!("{error}");
}

fn history_agrees(catalog: &Catalog, root: &Path, kept: &[(u64, Tree)]) {
    for name in (0..12).map(place) {
        let events = catalog.history(&root.join(&name)).unwrap();
        let mut before: Option<&Noted> = None;
        let mut wanted = Vec::new();
        for (number, tree) in kept {
            let now = tree.get(&name);
            let change = match (before, now) {
                (None, Some(_)) => Some(Change::New),
                (Some(_), None) => Some(Change::Deleted),
                (Some(a), Some(b)) if a.content != b.content => {
                    Some(Change::Changed)
                }
                (Some(a), Some(b)) if a != b => Some(Change::Touched),
                _ => None,
            };
            wanted.extend(change.map(|it| (*number, it)));
            before = now;
        }
        let told: Vec<_> =
            events.iter().map(|it| (it.snapshot.number, it.change)).collect();
        assert_eq!(told, wanted, "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 40,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn snapshots_tell_what_a_plain_list_tells(
        acts in prop::collection::vec(act(), 1..40),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let folder_path = folder.path().canonicalize().unwrap();
        let root = folder_path.join("root");
        fs::create_dir(&root).unwrap();
        let file = folder_path.join("c.db");
        let catalog = Catalog::open(&file, CatalogOptions::default());
        let catalog = Arc::new(catalog.unwrap());
        let cache: Arc<Catalog> = Arc::clone(&catalog);
        let engine = Engine::builder().threads(2).cache(cache);
        let engine = engine.build().unwrap();
        let roots: [PathBuf; 1] = [root.clone()];
        let mut kept: Vec<(u64, Tree)> = Vec::new();
        for act in &acts {
            perform(&root, act);
            match act {
                Act::Snapshot => {
                    let taken = catalog
                        .snapshot(&engine, &roots, &options(true), no_errors)
                        .unwrap();
                    let tree = note(&root);
                    assert_eq!(taken.snapshot.files, tree.len() as u64);
                    kept.push((taken.snapshot.number, tree));
                }
                Act::Prune(keep) => {
                    let prune = PruneOptions {
                        keep: Some(*keep),
                        ..PruneOptions::default()
                    };
                    catalog.prune(&prune).unwrap();
                    let gone = kept.len().saturating_sub(usize::try_from(*keep).unwrap());
                    kept.drain(..gone);
                }
                _ => {}
            }
        }
        let everything = options(true).walk;
        let side = |number: u64| {
            let name = number.to_string();
            catalog.side(Path::new(&name), None, &everything).unwrap()
        };
        let diff = |a: &Side, b: &Side| {
            let found =
                catalog.diff(&engine, a, b, &options(true), no_errors);
            found.unwrap().all
        };
        for (a, first) in &kept {
            for (b, second) in &kept {
                check(first, second, &diff(&side(*a), &side(*b)));
            }
            let disk = catalog.side(&root, None, &everything).unwrap();
            let now = note(&root);
            check(first, &now, &diff(&side(*a), &disk));
            check(&now, first, &diff(&disk, &side(*a)));
        }
        history_agrees(&catalog, &root, &kept);
        // Without a snapshot there is nothing left.
        let status = catalog.status().unwrap();
        prop_assert_eq!(status.snapshots, kept.len() as u64);
        prop_assert!(kept.is_empty() <= (status.versions == 0));
    }
}
