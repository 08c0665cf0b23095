//! Coming back up a deep tree, counted in the components that are gone down
//! again; and that what is opened again is what was open.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, atomic::Ordering::Relaxed},
};

use sanchay_storage::{
    LocalStorage, Opened, Storage, StorageError, WorkingDirectory,
};
use sanchay_sync::lock;
use sanchay_testkit::Tree;

use super::{OpenDirectoryCache, RootEntry, SharedDirectoryCache};
use crate::options::LinkPolicy;
use crate::{
    error::{Cause, Problem},
    walk::open::{Open, Parent},
};

/// A root that is over its budget as soon as it is open.
fn root(
    storage: &Arc<dyn Storage>,
    path: &Path,
    links: LinkPolicy,
    cache: &SharedDirectoryCache,
) -> Open {
    match RootEntry::open_within(storage, path, links, cache, 0).unwrap() {
        RootEntry::Directory(open) => open,
        _ => panic!("{} is a directory", path.display()),
    }
}

fn local() -> Arc<dyn Storage> {
    Arc::new(LocalStorage::new())
}

/// A chain of directories, each open no longer; the deepest last.
fn chain(tree: &Tree, links: LinkPolicy, depth: usize) -> Vec<Parent> {
    tree.deep("d", depth, "level");
    let cache = SharedDirectoryCache::default();
    let mut open = root(&local(), &tree.path("d"), links, &cache);
    let mut all = vec![open.parent()];
    for _ in 0..depth {
        open = open.open_child(b"level").unwrap();
        all.push(open.parent());
    }
    all
}

#[test]
fn going_up_a_deep_tree_costs_little_more_than_going_down() {
    for links in [LinkPolicy::Refuse, LinkPolicy::Follow, LinkPolicy::Beneath]
    {
        for depth in [500, 4000] {
            let tree = Tree::new();
            let mut all = chain(&tree, links, depth);
            let root = Arc::clone(all[0].node().tree());
            while let Some(parent) = all.pop() {
                // As a walk does for each that waits in it.
                for _ in 0..3 {
                    parent.open().unwrap();
                }
            }
            let steps = root.steps.load(Relaxed);
            assert!(steps < 40 * depth, "{steps} steps for {depth}");
        }
    }
}

#[test]
fn what_is_opened_again_is_the_same_directory() {
    let tree = Tree::new();
    let all = chain(&tree, LinkPolicy::Refuse, 300);
    let ids: Vec<_> = (0..=300)
        .rev()
        .map(|at| all[at].open().unwrap().id().unwrap())
        .collect();
    let mut path = tree.path("d");
    for id in ids.into_iter().rev() {
        let (_, metadata) = LocalStorage::new().stat(&path).unwrap();
        assert_eq!(id, metadata.id);
        path.push("level");
    }
}

#[test]
fn what_became_a_link_is_not_followed_on_the_way_down_again() {
    let tree = Tree::new();
    let mut all = chain(&tree, LinkPolicy::Refuse, 100);
    std::fs::rename(tree.path("d/level"), tree.path("elsewhere")).unwrap();
    tree.link("../elsewhere", "d/level");
    let deepest = all.pop().unwrap();
    drop(all);
    // Whatever is still kept open of the way is closed.
    *lock(&deepest.node().tree().cache) = OpenDirectoryCache::default();
    let refused = deepest.open().err().unwrap();
    assert!(
        matches!(refused, Cause::Problem(Problem::BecameLink)),
        "{refused}"
    );
    std::fs::remove_file(tree.path("d/level")).unwrap();
    std::fs::rename(tree.path("elsewhere"), tree.path("d/level")).unwrap();
}

#[test]
fn a_relative_root_is_opened_again_from_where_it_was_meant() {
    let tree = Tree::new();
    tree.deep("d", 1, "level");
    let from = WorkingDirectory::at(tree.root()).unwrap();
    let storage: Arc<dyn Storage> =
        Arc::new(LocalStorage::from_directory(from));
    let cache = SharedDirectoryCache::default();
    let open = root(&storage, Path::new("d"), LinkPolicy::Refuse, &cache);
    let id = open.id().unwrap();
    let parent = open.parent();
    drop(open);
    *lock(&cache) = OpenDirectoryCache::default();
    assert!(parent.node().live().is_none());
    assert_eq!(parent.open().unwrap().id().unwrap(), id);
}

#[test]
fn a_root_that_another_took_the_place_of_is_not_entered_again() {
    let tree = Tree::new();
    tree.deep("d", 1, "level");
    let cache = SharedDirectoryCache::default();
    let path = tree.path("d");
    let open = root(&local(), &path, LinkPolicy::Refuse, &cache);
    let parent = open.parent();
    drop(open);
    *lock(&cache) = OpenDirectoryCache::default();
    std::fs::rename(&path, tree.path("elsewhere")).unwrap();
    tree.dir("d");
    let refused = parent.open().err().unwrap();
    assert!(matches!(refused, Cause::Problem(Problem::Replaced)), "{refused}");
}

#[test]
fn a_long_relative_path_is_opened_from_where_it_was_meant() {
    let tree = Tree::new();
    let all = chain(&tree, LinkPolicy::Refuse, 1000);
    let from = WorkingDirectory::at(tree.root()).unwrap();
    let path: PathBuf = Path::new("d").join(["level"; 1000].join("/"));
    let opened = LocalStorage::from_directory(from).open(&path);
    let deepest = all.last().unwrap().open().unwrap();
    match opened {
        Ok(Opened::Directory(_, id)) => {
            assert_eq!(id, deepest.id().unwrap());
        }
        Ok(other) => panic!("{other:?}"),
        Err(StorageError::Io(error)) => panic!("{error}"),
        Err(error) => panic!("{error}"),
    }
}
