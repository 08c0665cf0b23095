//! The manifest of Kubernetes: what its containers run.

use std::fs;

use sanchay_testkit::{Finished, Tree};

use super::{plan, run, tree};
use crate::sanchay;

/// The words of the manifest's containers.
fn words() -> Vec<Vec<String>> {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/shards-job.yaml");
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines().map(str::trim);
    let mut found = Vec::new();
    while lines.any(|line| line == "args:") {
        let words = lines.by_ref().map_while(|it| it.strip_prefix("- "));
        found.push(words.map(ToOwned::to_owned).collect());
    }
    found
}

/// Runs the program as a pod of an indexed job does.
fn pod(tree: &Tree, words: &[String], index: usize) -> Finished {
    let index = index.to_string();
    let words = words.iter().map(|word| {
        let word = word.replace("/inventory/", "inventory/");
        word.replace("$(JOB_COMPLETION_INDEX)", &index)
    });
    let program = sanchay().args(words).within(tree.root());
    program.env("JOB_COMPLETION_INDEX", &index).run()
}

#[test]
fn the_jobs_of_the_manifest_run_shards_and_merge_partitions() {
    let [run_shard, merge] = &words()[..] else { panic!("two containers") };
    let tree = tree(23);
    tree.dir("inventory");
    let planned = "shards plan d e --target-files 40 -o inventory/plan.ndjson";
    run(&tree, planned).exits(0);
    let shards = plan(&tree, "inventory/plan.ndjson").len();
    for index in (0..shards).chain([0]) {
        let done = pod(&tree, run_shard, index).exits(0);
        let expected = format!("shard {index} of {shards}: ");
        assert!(done.stderr.starts_with(&expected), "{}", done.stderr);
    }
    for index in [0, 10, 255] {
        pod(&tree, merge, index).exits(0);
        let table = format!("inventory/duplicates-{index}.parquet");
        let table = fs::read(tree.path(&*table)).unwrap();
        assert!(table.starts_with(b"PAR1"));
    }
    // What fails is a failure of the pod.
    pod(&tree, run_shard, shards).exits(2);
    let wrong = pod(&tree, merge, 256).exits(2);
    assert!(wrong.stderr.contains("from 0 to 255"), "{}", wrong.stderr);
}
