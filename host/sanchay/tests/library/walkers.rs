//! The native and the portable walker tell the same, whatever the tree and
//! the options.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use proptest::{collection::vec, prelude::*};
use sanchay::{
    Engine, Filter, HashEvent, HashOptions, Method, Source, WalkOptions,
    Walker,
};
use sanchay_testkit::Tree;

use crate::{engine, scan};

/// What to make in a tree, in which directory of those made before.
#[derive(Clone, Debug)]
enum Make {
    Directory(usize, String),
    File(usize, String, usize),
    Link(usize, String, usize),
    LinkToNothing(usize, String),
    Fifo(usize, String),
}

fn names() -> impl Strategy<Value = String> {
    "[.]?[a-c é\n]{1,3}([.](mkv|MKV|txt|tar[.]gz))?"
}

fn makes() -> impl Strategy<Value = Vec<Make>> {
    let at = || 0..20_usize;
    let make = prop_oneof![
        4 => (at(), names()).prop_map(|(at, name)| Make::Directory(at, name)),
        8 => (at(), names(), 0..40_usize)
            .prop_map(|(at, name, len)| Make::File(at, name, len)),
        3 => (at(), names(), at())
            .prop_map(|(at, name, to)| Make::Link(at, name, to)),
        1 => (at(), names())
            .prop_map(|(at, name)| Make::LinkToNothing(at, name)),
        1 => (at(), names()).prop_map(|(at, name)| Make::Fifo(at, name)),
    ];
    vec(make, 0..40)
}

fn build(makes: Vec<Make>) -> Tree {
    let tree = Tree::new();
    let mut directories = vec!["root".to_owned()];
    let mut all = directories.clone();
    tree.dir("root");
    for make in makes {
        let (Make::Directory(at, name)
        | Make::File(at, name, _)
        | Make::Link(at, name, _)
        | Make::LinkToNothing(at, name)
        | Make::Fifo(at, name)) = &make;
        let parent = &directories[at % directories.len()];
        let path = format!("{parent}/{name}");
        if tree.path(&path).symlink_metadata().is_ok() {
            continue;
        }
        match make {
            Make::Directory(..) => {
                tree.dir(&path);
                directories.push(path.clone());
            }
            Make::File(_, _, len) => {
                tree.file(&path, vec![b'x'; len]);
            }
            Make::Link(_, _, to) => {
                tree.link(tree.path(&all[to % all.len()]), &path);
            }
            Make::LinkToNothing(..) => {
                tree.link("nothing", &path);
            }
            Make::Fifo(..) => {
                tree.fifo(&path);
            }
        }
        all.push(path);
    }
    tree
}

fn options() -> impl Strategy<Value = WalkOptions> {
    let extensions = prop_oneof![
        Just(vec![]),
        Just(vec!["mkv"]),
        Just(vec![".TXT", "tar.gz"]),
    ];
    let size = || prop::option::of(0..40_u64);
    let depth = prop::option::of(0..4_usize);
    (
        (extensions, size(), size(), depth),
        (any::<bool>(), any::<bool>(), any::<bool>()),
    )
        .prop_map(|((extensions, one, other, max_depth), flags)| {
            let ordered = match (one, other) {
                (Some(a), Some(b)) => (Some(a.min(b)), Some(a.max(b))),
                both => both,
            };
            let (hidden, follow, beneath) = flags;
            let mut filter = Filter::default().hidden(hidden);
            for extension in extensions {
                filter = filter.extension(extension);
            }
            if let Some(bytes) = ordered.0 {
                filter = filter.min_size(bytes);
            }
            if let Some(bytes) = ordered.1 {
                filter = filter.max_size(bytes);
            }
            WalkOptions {
                filter,
                follow,
                beneath,
                max_depth,
                ..WalkOptions::default()
            }
        })
}

fn with(walker: Walker, options: &WalkOptions) -> WalkOptions {
    WalkOptions { walker, ..options.clone() }
}

/// The lines of a hash run, errors included.
fn hash(engine: &Engine, root: &Path, walk: WalkOptions) -> Vec<String> {
    let mut lines = Vec::new();
    let options = HashOptions { walk, method: Method::default() };
    engine
        .hash([Source::Path(root.to_owned())])
        .options(options.clone())
        .for_each(|event| {
            lines.push(match event {
                HashEvent::File(file) => format!(
                    "{} {} {}",
                    sanchay::escaped(file.path),
                    file.size,
                    file.content
                ),
                HashEvent::Error(error) => error.to_string(),
                _ => panic!("an event that this test does not know"),
            });
            ControlFlow::Continue(())
        })
        .unwrap();
    lines
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 120,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn both_walkers_tell_the_same(makes in makes(), options in options()) {
        let tree = build(makes);
        let roots = [tree.path("root")];
        let (one, many) = (engine(1), engine(4));
        let native =
            scan(&one, &roots, &with(Walker::Native, &options));
        let reported = |answer: &(_, Vec<sanchay::EntryError>)| {
            answer.1.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        for (engine, walker) in [
            (&one, Walker::Portable),
            (&many, Walker::Native),
            (&many, Walker::Portable),
        ] {
            let answer = scan(engine, &roots, &with(walker, &options));
            prop_assert_eq!(&answer.0, &native.0);
            prop_assert_eq!(reported(&answer), reported(&native));
        }
        let native = hash(&one, &roots[0], with(Walker::Native, &options));
        let portable =
            hash(&many, &roots[0], with(Walker::Portable, &options));
        prop_assert_eq!(native, portable);
    }
}

#[test]
fn both_walkers_take_an_empty_path_for_the_current_directory() {
    let here = std::env::current_dir().unwrap();
    for walker in [Walker::Native, Walker::Portable] {
        let options =
            WalkOptions { walker, max_depth: Some(1), ..Default::default() };
        let (files, errors) = scan(&engine(2), &[PathBuf::new()], &options);
        assert!(errors.is_empty(), "{errors:?}");
        assert!(files.contains_key(Path::new("Cargo.toml")), "{here:?}");
    }
}
