//! `sanchay store` in buckets.

use std::{fs, time::Duration};

use rustix::process::Signal;
use sanchay_test_servers::{Gcs, Moto, S3s};
use sanchay_testkit::{Finished, Program, Tree, records};

use super::{on_gcs, on_s3};

fn tree() -> Tree {
    let tree = Tree::new();
    for number in 0..40 {
        tree.file(format!("d/sub/{number}"), format!("{number} ").repeat(99));
    }
    let noise = (0..400_000_u32)
        .map(|at| at.wrapping_mul(2_654_435_761).to_string())
        .collect::<String>();
    tree.file("d/large", noise);
    tree.link("sub/1", "d/link");
    tree.file("e/other", "another tree");
    tree
}

/// Uses a store as people do, from several processes at once.
fn is_a_store(
    tree: &Tree,
    url: &str,
    program: impl Fn(&str) -> Program + Copy,
) {
    let begin = |words: &str| {
        let words = words.replace("STORE", url);
        program(&words).within(tree.root()).start()
    };
    let run = |words: &str| -> Finished { begin(words).wait() };
    run("store ls STORE").exits(2);
    run("store init STORE").exits(0);
    run("store init STORE").exits(2);
    let both = [
        begin("store put -q --name d STORE d"),
        begin("store put -q --name e STORE e"),
    ];
    for one in both {
        one.wait().exits(0);
    }
    for milliseconds in [50, 150, 300] {
        tree.file("d/new", milliseconds.to_string().repeat(200_000));
        let cut = begin("store put -q --name cut STORE d");
        std::thread::sleep(Duration::from_millis(milliseconds));
        cut.signal(Signal::KILL);
        let _ = cut.wait();
        run("store check STORE").exits(0);
    }
    run("store put -q --name last STORE d").exits(0);
    let listed = run("store ls --format ndjson STORE").exits(0);
    assert!(records::ndjson(&listed.stdout).len() >= 3);
    let differ = run("store diff STORE d last").exits(1);
    assert!(differ.text().contains("new"), "{}", differ.text());
    run("store rm STORE d").exits(0);
    run("store gc --grace 0s --waste 0 STORE").exits(0);
    run("store check --read-data STORE").exits(0);
    run("store get STORE last copy").exits(0);
    run("store get STORE e part other").exits(0);
    let read = |name: &str| fs::read(tree.path(name)).unwrap();
    assert_eq!(read("part/other"), read("e/other"));
    for name in ["large", "new", "sub/0", "sub/39"] {
        let (copy, own) = (format!("copy/{name}"), format!("d/{name}"));
        assert_eq!(read(&copy), read(&own), "{name}");
    }
    let link = fs::read_link(tree.path("copy/link")).unwrap();
    assert_eq!(link.to_str(), Some("sub/1"));
    let cat = run("store cat STORE last sub/7").exits(0);
    assert_eq!(cat.stdout, read("d/sub/7"));
}

#[test]
fn a_store_in_s3_serves_several_processes_and_outlives_killed_ones() {
    let Some(moto) = Moto::start() else { return };
    let url = moto.url();
    is_a_store(&tree(), "s3://bucket/some/store", |words| on_s3(&url, words));
}

#[test]
fn a_store_in_s3_is_one_where_signatures_and_checksums_are_looked_at() {
    let Some(server) = S3s::start() else { return };
    let url = server.url();
    is_a_store(&tree(), "s3://bucket/some/store", |words| on_s3(&url, words));
}

#[test]
fn a_store_in_google_cloud_storage_outlives_killed_processes() {
    let server = Gcs::start();
    is_a_store(&tree(), "gs://bucket", |words| on_gcs(&server, words));
}
