//! Coming back up a deep tree, counted in the components that are gone down
//! again; and that what is opened again is what was open.

use std::{
    fs::File,
    os::fd::{AsFd as _, OwnedFd},
    path::Path,
    sync::atomic::Ordering::Relaxed,
};

use sanchay_testkit::Tree;

use super::{KeptOpen, Open, Parent};
use crate::{
    walk::{Links, handle::open_named, identity},
    working_directory::{WorkingDirectory, directory_of},
};

/// A chain of directories, each open no longer; the deepest last.
fn chain(tree: &Tree, links: Links, depth: usize) -> Vec<Parent> {
    tree.deep("d", depth, "level");
    let open = File::open(tree.path("d")).unwrap();
    let mut open = {
        let (fd, path) = (OwnedFd::from(open), tree.path("d"));
        let id = identity(fd.as_fd()).unwrap();
        let kept = KeptOpen::default();
        Open::root_in(fd, (None, path.as_path()), b"d", links, id, &kept, 0)
            .unwrap()
    };
    let mut all = vec![open.parent()];
    for _ in 0..depth {
        open = open.open_child(b"level").unwrap();
        all.push(open.parent());
    }
    all
}

#[test]
fn going_up_a_deep_tree_costs_little_more_than_going_down() {
    for links in [Links::Refuse, Links::Follow, Links::Beneath] {
        for depth in [500, 4000] {
            let tree = Tree::new();
            let mut all = chain(&tree, links, depth);
            let root = all[0].node.root.clone();
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
    let all = chain(&tree, Links::Refuse, 300);
    let ids: Vec<_> = (0..=300)
        .rev()
        .map(|at| identity(all[at].open().unwrap().as_fd()))
        .collect();
    let mut path = tree.path("d");
    for id in ids.into_iter().rev() {
        let open = File::open(&path).unwrap();
        assert_eq!(id, identity(open.as_fd()));
        path.push("level");
    }
}

#[test]
fn what_became_a_link_is_not_followed_on_the_way_down_again() {
    let tree = Tree::new();
    let mut all = chain(&tree, Links::Refuse, 100);
    std::fs::rename(tree.path("d/level"), tree.path("elsewhere")).unwrap();
    tree.link("../elsewhere", "d/level");
    let deepest = all.pop().unwrap();
    drop(all);
    // Whatever is still kept open of the way is closed.
    *deepest.node.root.kept.lock().unwrap() = super::Kept::default();
    let refused = deepest.open().err().unwrap();
    assert!(matches!(refused, crate::Cause::BecameLink), "{refused}");
    std::fs::remove_file(tree.path("d/level")).unwrap();
    std::fs::rename(tree.path("elsewhere"), tree.path("d/level")).unwrap();
}

#[test]
fn a_relative_root_is_opened_again_from_where_it_was_meant() {
    let tree = Tree::new();
    tree.deep("d", 1, "level");
    let from = WorkingDirectory::at(tree.root()).unwrap();
    let location = (Some(&from), Path::new("d"));
    let fd = open_named(directory_of(location.0), location.1).unwrap();
    let id = identity(fd.as_fd()).unwrap();
    let (kept, links) = (KeptOpen::default(), Links::Refuse);
    let open = Open::root_in(fd, location, b"d", links, id, &kept, 0).unwrap();
    let parent = open.parent();
    drop(open);
    *kept.lock().unwrap() = super::Kept::default();
    assert!(parent.node.live().is_none());
    assert_eq!(identity(parent.open().unwrap().as_fd()), Some(id));
}

#[test]
fn a_long_relative_path_is_opened_from_where_it_was_meant() {
    let tree = Tree::new();
    let all = chain(&tree, Links::Refuse, 1000);
    let from = WorkingDirectory::at(tree.root()).unwrap();
    let path = Path::new("d").join(["level"; 1000].join("/"));
    let fd = open_named(directory_of(Some(&from)), &path).unwrap();
    let deepest = all.last().unwrap().open().unwrap();
    assert_eq!(identity(fd.as_fd()), identity(deepest.as_fd()));
}
