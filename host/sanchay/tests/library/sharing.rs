//! One engine, used by several threads and many runs.

use std::{
    collections::BTreeMap,
    ops::ControlFlow,
    path::{Path, PathBuf},
    thread,
};

use sanchay::{
    Algorithm, DuplicateOptions, Engine, HashEvent, HashOptions, Metadata,
    Method, Source, WalkOptions,
};
use sanchay_testkit::{
    Tree,
    content::noise,
    digest::{ALGORITHMS, digest},
};

use crate::{engine, scan};

fn tree() -> Tree {
    let tree = Tree::new();
    for number in 0..300_usize {
        let content = noise(number as u64 % 100, number % 100 * 400);
        tree.file(format!("d/{}/{number:03}", number % 7), content);
    }
    tree
}

fn hash(engine: &Engine, root: &Path, algorithm: Algorithm) -> Vec<String> {
    let mut lines = Vec::new();
    let options = HashOptions {
        method: Method::Whole(algorithm),
        ..HashOptions::default()
    };
    engine
        .hash([Source::Path(root.to_owned())])
        .options(options.clone())
        .for_each(|event| {
            let HashEvent::File(file) = event else { panic!("{event:?}") };
            let name = sanchay::escaped(file.path);
            lines.push(format!("{} {name}", file.content));
            ControlFlow::Continue(())
        })
        .unwrap();
    lines
}

fn groups(engine: &Engine, root: &Path) -> usize {
    let options = DuplicateOptions::default();
    engine
        .duplicates([root.to_owned()])
        .options(options.clone())
        .find(|e| panic!("{e}"))
        .unwrap()
        .groups()
        .count()
}

#[test]
fn an_engine_serves_several_threads_at_once() {
    let tree = tree();
    let engine = engine(2);
    let roots = [tree.path("d")];
    let (files, _) = scan(&engine, &roots, &WalkOptions::default());
    let sums: Vec<_> = Algorithm::ALL
        .map(|algorithm| hash(&engine, &roots[0], algorithm))
        .into();
    let equal = groups(&engine, &roots[0]);
    assert_eq!((files.len(), equal), (300, 99));
    // Hashing changes when the files were last read.
    let unread = |files: &BTreeMap<PathBuf, Metadata>| -> Vec<_> {
        let unread = |it: &Metadata| Metadata { accessed: None, ..*it };
        files.iter().map(|(path, it)| (path.clone(), unread(it))).collect()
    };
    thread::scope(|scope| {
        for (algorithm, sums) in Algorithm::ALL.into_iter().zip(&sums) {
            let engine = engine.clone();
            let root = &roots[0];
            scope.spawn(move || {
                for _ in 0..3 {
                    assert_eq!(&hash(&engine, root, algorithm), sums);
                    assert_eq!(groups(&engine, root), equal);
                }
            });
        }
        for _ in 0..3 {
            scope.spawn(|| {
                let options = WalkOptions::default();
                let again = scan(&engine, &roots, &options);
                assert_eq!(unread(&again.0), unread(&files));
            });
        }
    });
}

#[test]
fn the_digest_of_bytes_in_memory_is_that_of_a_file() {
    let engine = engine(1);
    for (algorithm, name) in Algorithm::ALL.into_iter().zip(ALGORITHMS) {
        assert_eq!(algorithm.to_string(), name);
        for len in [0, 1, 1000, 1 << 20] {
            let data = noise(len as u64, len);
            let answer = engine.digest(algorithm, &data).unwrap();
            assert_eq!(answer.to_string(), digest(name, &data));
        }
    }
}

#[test]
fn without_a_choice_there_is_a_thread_for_each_processor() {
    let engine = Engine::builder().build().unwrap();
    let processors = thread::available_parallelism().unwrap().get();
    assert_eq!(engine.threads(), processors);
}
