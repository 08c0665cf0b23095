//! `sanchay attachments` among tasks and servers that mean harm.

use std::{
    fs,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use sanchay_test_servers::{Moto, Server, said};
use sanchay_testkit::{Finished, Program, Tree};

use crate::sanchay;

fn program(tree: &Tree, url: &str, words: &str) -> Program {
    let home = tree.root().to_str().unwrap().to_owned();
    sanchay()
        .within(tree.root())
        .env("HOME", &home)
        .env("XDG_DATA_HOME", &format!("{home}/data"))
        .env("AWS_ACCESS_KEY_ID", "key")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_REGION", "us-east-1")
        .words("attachments")
        .words(words)
        .words(&format!("--s3-root-uri s3://bucket/Root --endpoint {url}"))
}

const FETCH: &str = "fetch --farm-id farm-1 --queue-id queue-1 --job-id job-1";

/// A manifest of one file with the content `hello world`.
fn manifest(path: &str, size: u64) -> String {
    format!(
        "{{\"hashAlg\":\"xxh128\",\"manifestVersion\":\"2023-03-03\",\
         \"paths\":[{{\"hash\":\"df8d09e93f874900a99b8775cc15b6c7\",\
         \"mtime\":1704164645123456,\"path\":\"{path}\",\"size\":{size}}}],\
         \"totalSize\":{size}}}"
    )
}

/// Puts what a task would have made, with a root of its choice.
fn put(moto: &Moto, root: &str, manifest: &str) {
    let key = "Root/Manifests/farm-1/queue-1/job-1/step-1/task-1/\
               2023-01-01T00:00:00.000000Z_a-1/x_output";
    let root = format!("x-amz-meta-asset-root: {root}");
    assert_eq!(moto.put(key, &[&root], manifest.as_bytes()), 200);
    let key = "Root/Data/df8d09e93f874900a99b8775cc15b6c7.xxh128";
    assert_eq!(moto.put(key, &[], b"hello world"), 200);
}

/// What it says has nothing that a terminal would obey.
fn is_plain(finished: &Finished) {
    let obeyed = |it: &char| it.is_control() && *it != '\n' && *it != '\t';
    let found = finished.stderr.chars().find(obeyed);
    assert_eq!(found, None, "{:?}", finished.stderr);
}

#[test]
fn a_task_does_not_choose_where_its_outputs_are_written() {
    let Some(moto) = Moto::start() else { return };
    let tree = Tree::new();
    let url = moto.url();
    let run = |words: &str| {
        let words = format!("{FETCH} {words}");
        program(&tree, &url, &words).run()
    };
    let ssh = tree.path(".ssh");
    let root = ssh.to_str().unwrap();
    put(&moto, root, &manifest("authorized_keys", 11));
    let refused = run("").exits(2);
    let said = refused.complaints().join("\n");
    let told = format!("the root {root}, and nothing else does");
    assert!(said.contains(&told), "{said}");
    assert!(!ssh.exists());
    // The roots that were submitted are others.
    let other = "{\"manifests\":[{\"rootPath\":\"/else\",\
                 \"rootPathFormat\":\"posix\"}],\"fileSystem\":\"COPIED\"}";
    fs::write(tree.path("job.json"), other).unwrap();
    run("--attachments job.json").exits(2);
    assert!(!ssh.exists());
    run("--into here").exits(0);
    let read = |path: &str| fs::read(tree.path(path)).unwrap();
    assert_eq!(read("here/authorized_keys"), b"hello world");
    let there = tree.path("there");
    let map = format!("--map {root}={}", there.to_str().unwrap());
    run(&map).exits(0);
    assert_eq!(read("there/authorized_keys"), b"hello world");
    assert!(!ssh.exists());
    let own = other.replace("/else", root);
    fs::write(tree.path("job.json"), own).unwrap();
    run("--attachments job.json").exits(0);
    assert_eq!(read(".ssh/authorized_keys"), b"hello world");
    // A root that leads elsewhere is none.
    let odd = format!("{root}/../odd");
    put(&moto, &odd, &manifest("a", 11));
    let refused = run("--trust-roots").exits(2);
    let said = refused.complaints().join("\n");
    assert!(said.contains("leads through . or .."), "{said}");
    assert!(!tree.path("odd").exists());
}

#[test]
fn what_a_manifest_says_is_shown_escaped() {
    let Some(moto) = Moto::start() else { return };
    let tree = Tree::new();
    let url = moto.url();
    for path in ["../\\u001b[31mred", "a\\u009b31m\\u0000"] {
        put(&moto, "/x", &manifest(path, 11));
        let words = format!("{FETCH} --into here");
        let refused = program(&tree, &url, &words).run().exits(2);
        assert!(refused.stderr.contains("\\u{"), "{}", refused.stderr);
        is_plain(&refused);
    }
    put(&moto, "/x", &manifest("a", 1));
    let words = format!("{FETCH} --into here");
    let refused = program(&tree, &url, &words).run().exits(2);
    assert_eq!(
        refused.complaints(),
        ["File from S3 for a had incorrect size 11. Required size: 1"]
    );
}

#[test]
fn a_hostile_listing_is_shown_escaped_and_comes_to_an_end() {
    let tree = Tree::new();
    let object = |key: &str| {
        format!(
            "<Contents><Key>Root/Manifests/farm-1/queue-1/job-1/{key}</Key>\
             <Size>1</Size><LastModified>2026-01-02T03:04:05.000Z\
             </LastModified></Contents>"
        )
    };
    for inner in [
        object("&#27;[31mred/1_a/x_output"),
        object("s&#155;31m/1_a/x_output"),
        object("../&#27;[31m"),
        object("s/1_a/x_output"),
        String::new(),
    ] {
        let number = AtomicU64::new(0);
        let server = Server::start(move |_| {
            let number = number.fetch_add(1, Relaxed);
            let text = format!(
                "<ListBucketResult><IsTruncated>true</IsTruncated>\
                 <NextContinuationToken>{number}</NextContinuationToken>\
                 {inner}</ListBucketResult>"
            );
            async move { said(text) }
        });
        let words = format!("{FETCH} --into here");
        let refused = program(&tree, &server.url(), &words).run().exits(2);
        is_plain(&refused);
        assert!(!refused.complaints().is_empty());
    }
}
