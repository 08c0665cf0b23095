//! `hash --partial`: the digest of a file's two ends and its size.

use std::time::Duration;

use sanchay_testkit::{
    Finished, Tree,
    content::{noise, pattern},
    digest::{listed, partial},
    records,
};

use crate::{rows::sums, sanchay};

fn hash(tree: &Tree, words: &str) -> Finished {
    sanchay().within(tree.root()).arg("hash").words(words).run()
}

#[track_caller]
fn printed(tree: &Tree, words: &str) -> String {
    let finished = hash(tree, words).succeeds();
    sums(&finished)[0].1.clone()
}

#[test]
fn the_partial_digests_are_the_known_ones() {
    let tree = Tree::new();
    let known = [
        (Vec::new(), "xxh64:ef46db3751d8e999:ef46db3751d8e999:0"),
        (b"data".to_vec(), "xxh64:b7119b48552d1da3:b7119b48552d1da3:4"),
        (
            b"hello world".to_vec(),
            "xxh64:45ab6734b21e6968:45ab6734b21e6968:11",
        ),
        (vec![b'x'; 1000], "xxh64:4cb9a3b69cb700e1:4cb9a3b69cb700e1:1000"),
        (
            vec![b'x'; 200_000],
            "xxh64:c73196eb9ba40060:c73196eb9ba40060:200000",
        ),
        (pattern(65_536), "xxh64:dd16e5b8424c329f:dd16e5b8424c329f:65536"),
        (pattern(65_537), "xxh64:b1e7d4e15af7e16b:b1e7d4e15af7e16b:65537"),
        (pattern(131_071), "xxh64:8d9939112d08bd90:8d9939112d08bd90:131071"),
        (pattern(131_072), "xxh64:dd16e5b8424c329f:3e7d999f29247ce6:131072"),
        (pattern(200_000), "xxh64:dd16e5b8424c329f:55721d2e9dc228fe:200000"),
    ];
    for (content, expected) in known {
        tree.file("f", &content);
        for words in ["--partial f", "--partial=65536 f", "--partial=64KiB f"]
        {
            assert_eq!(printed(&tree, words), expected, "{words}");
        }
        assert_eq!(partial(&content, 65_536), expected);
        let piped = sanchay().words("hash --partial").input(content).run();
        assert_eq!(piped.succeeds().text(), format!("{expected}  -\n"));
    }
}

#[test]
fn every_chunk_gives_the_digest_of_that_chunk() {
    let tree = Tree::new();
    let chunks = [1, 2, 7, 512, 4096, 65_535, 65_537, 1 << 20, 16 << 20];
    for size in [0, 1, 2, 3, 13, 14, 15, 1024, 8192, 131_073, 3 << 20] {
        let content = noise(size as u64, size);
        tree.file("f", &content);
        for chunk in chunks {
            let words = format!("--partial={chunk} f");
            let expected = listed(&content, chunk);
            assert_eq!(printed(&tree, &words), expected, "{size}: {words}");
        }
    }
    let content = noise(9, 33 << 20);
    tree.file("f", &content);
    let expected = listed(&content, 16 << 20);
    assert_eq!(printed(&tree, "--partial=16MiB f"), expected);
}

#[test]
fn many_files_of_all_sizes_keep_their_own_ends() {
    let tree = Tree::new();
    let mut expected = Vec::new();
    for number in 0..300_usize {
        let content = noise(number as u64, number * 977);
        let name = format!("d/{number:03}");
        tree.file(&name, &content);
        expected.push((name, partial(&content, 65_536)));
    }
    for threads in [1, 4] {
        let words = format!("--partial d --threads {threads}");
        let finished = hash(&tree, &words).succeeds();
        assert_eq!(sums(&finished), expected);
    }
}

#[test]
fn the_ends_of_a_huge_file_are_read_and_nothing_between_them() {
    let tree = Tree::new();
    for number in 0..20 {
        tree.sparse(format!("d/{number}"), 8 << 30);
    }
    let finished = hash(&tree, "--partial d").succeeds();
    assert!(finished.took < Duration::from_secs(10), "{:?}", finished.took);
    let zeros = sanchay_testkit::digest::digest("xxh64", &[0; 65_536]);
    let expected = format!("xxh64:{zeros}:{zeros}:{}", 8_u64 << 30);
    let sums = sums(&finished);
    assert_eq!(sums.len(), 20);
    assert!(sums.iter().all(|(_, sum)| *sum == expected), "{sums:?}");
}

#[test]
fn the_machine_formats_tell_the_chunk() {
    let tree = Tree::new();
    tree.file("f", "hello world");
    let words = "--partial=4 f --format json";
    let finished = hash(&tree, words).succeeds();
    let object = &records::json(&finished.stdout)[0];
    assert_eq!(object["algorithm"], "xxh64");
    assert_eq!(object["chunk"], 4);
    assert_eq!(object["size"], 11);
    let expected = partial(b"hello world", 4);
    assert_eq!(object["hash"].as_str(), Some(expected.as_str()));
}
