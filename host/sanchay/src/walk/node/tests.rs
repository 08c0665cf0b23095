//! Paths and their order, against paths that are strings.

use std::{path::Path, sync::Arc};

use proptest::prelude::*;
use sanchay_storage::{MemoryStorage, Storage};

use super::{Node, by_path};
use crate::options::LinkPolicy;
use crate::walk::root::{RootEntry, SharedDirectoryCache};

fn root(path: &str) -> Arc<Node> {
    let memory = MemoryStorage::new();
    memory.make_dir(path);
    let storage: Arc<dyn Storage> = Arc::new(memory);
    let cache = SharedDirectoryCache::default();
    let path = Path::new(path);
    match RootEntry::open(&storage, path, LinkPolicy::Refuse, &cache).unwrap()
    {
        RootEntry::Directory(open) => open.node,
        _ => panic!("{} is a directory", path.display()),
    }
}

fn child(parent: &Arc<Node>, name: &str) -> Arc<Node> {
    Arc::new(parent.child(name.as_bytes(), 0, &parent.live().unwrap()))
}

#[test]
fn a_path_is_the_names_on_the_way_down() {
    for (given, expected) in
        [("", "a/b/"), ("r", "r/a/b/"), ("r/", "r/a/b/"), ("/", "/a/b/")]
    {
        let node = child(&child(&root(given), "a"), "b");
        assert_eq!(node.path(), expected.as_bytes());
        assert_eq!(node.relative(), b"a/b/");
        assert_eq!(
            (node.depth(), node.entry(b"").as_os_str().len() + 1),
            (2, expected.len())
        );
        let entry = node.entry(b"file");
        assert_eq!(
            entry.as_os_str().as_encoded_bytes(),
            [expected.as_bytes(), b"file"].concat()
        );
    }
    assert_eq!(root("/").entry(b"").as_os_str().as_encoded_bytes(), b"/");
}

#[test]
fn a_chain_that_is_dropped_takes_no_stack() {
    let mut node = root("r");
    for _ in 0..200_000 {
        node = child(&node, "d");
    }
    let small = std::thread::Builder::new().stack_size(64 << 10);
    small.spawn(move || drop(node)).unwrap().join().unwrap();
}

proptest! {
    #[test]
    fn entries_are_in_the_order_of_the_bytes_of_their_paths(
        roots in prop::collection::vec("[ab/]{0,3}", 1..3),
        makes in prop::collection::vec((0_usize..30, "[ab0.-]{1,3}"), 1..30),
        entries in prop::collection::vec(
            (0_usize..30, "[ab0.-]{1,3}", any::<bool>()), 2..12),
    ) {
        let mut nodes: Vec<_> = roots.iter().map(|it| root(it)).collect();
        for (parent, name) in makes {
            let parent = Arc::clone(&nodes[parent % nodes.len()]);
            nodes.push(child(&parent, &name));
        }
        let mut entries: Vec<_> = entries
            .iter()
            .map(|(at, name, is_dir)| {
                (&nodes[at % nodes.len()], name.as_bytes(), *is_dir)
            })
            .collect();
        let whole = |it: &(&Arc<Node>, &[u8], bool)| {
            let slash: &[u8] = if it.2 { b"/" } else { b"" };
            [&it.0.path(), it.1, slash].concat()
        };
        let mut expected: Vec<_> = entries.iter().map(whole).collect();
        expected.sort();
        entries.sort_by(|a, b| by_path(*a, *b));
        let sorted: Vec<_> = entries.iter().map(whole).collect();
        prop_assert_eq!(sorted, expected);
    }
}
