//! `sanchay shards` of buckets, and with its output in them.

use sanchay_test_servers::{Gcs, Moto};
use sanchay_testkit::{Program, Tree};

use super::{on_gcs, on_s3};

/// Plans a bucket, runs its shards with the output in another place of it, and
/// compares what all of them have with what one search finds.
fn is_sharded(
    tree: &Tree,
    scheme: &str,
    program: impl Fn(&str) -> Program + Copy,
) {
    let run = |words: &str| {
        let words = words.replace("BUCKET", &format!("{scheme}://bucket"));
        program(&words).within(tree.root()).run()
    };
    run("shards plan BUCKET/in -H --target-files 7 -o plan").exits(0);
    let plan = std::fs::read_to_string(tree.path("plan")).unwrap();
    assert!((5..=15).contains(&plan.lines().count()), "{plan}");
    run("shards run plan --out BUCKET/out").exits(0);
    let own = run("dupes -H BUCKET/in").exits(0);
    assert!(own.text().starts_with("# "), "{}", own.text());
    let merged = run("shards merge --all --from BUCKET/out").exits(0);
    assert_eq!(merged.text(), own.text());
    let again = run("shards run plan --out BUCKET/out").exits(0);
    let kept = again.stderr.lines().filter(|it| it.contains("was complete"));
    assert_eq!(kept.count(), plan.lines().count());
    let refused = run("shards run plan --out BUCKET/in/out").exits(2);
    assert!(refused.stderr.contains("another place"), "{}", refused.stderr);
}

const FOLDERS: [&str; 5] = ["", "a/", "a//", "a-b/", "z/"];

#[test]
fn a_bucket_of_s3_is_cut_by_keys_and_its_shards_have_every_object_once() {
    let Some(moto) = Moto::start() else { return };
    for number in 0..60 {
        let folder = FOLDERS[number % FOLDERS.len()];
        let body = format!("content {}", number % 9);
        let key = format!("in/{folder}ü{number}");
        assert_eq!(moto.put(&key, &[], body.as_bytes()), 200, "{key}");
    }
    let url = moto.url();
    is_sharded(&Tree::new(), "s3", |words| on_s3(&url, words));
}

#[test]
fn a_bucket_of_google_is_cut_by_keys_page_by_page() {
    let gcs = Gcs::start();
    for number in 0..60 {
        let folder = FOLDERS[number % FOLDERS.len()];
        let body = format!("content {}", number % 9);
        gcs.put(&format!("in/{folder}{number:03}"), body);
    }
    is_sharded(&Tree::new(), "gs", |words| on_gcs(&gcs, words));
}
