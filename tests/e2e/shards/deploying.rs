//! The manifest of Kubernetes: what its containers run, run by a shell.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use sanchay_testkit::Tree;

use super::{plan, run, tree};

/// The scripts of the manifest's containers.
fn scripts() -> Vec<String> {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/shards-job.yaml");
    let text = fs::read_to_string(path).unwrap();
    let mut scripts = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(indent) = line.find("- |") else { continue };
        let inside =
            |line: &&str| line.len() - line.trim_start().len() > indent;
        let mut script = String::new();
        while let Some(line) = lines.next_if(inside) {
            script += &line[indent + 2..];
            script.push('\n');
        }
        scripts.push(script);
    }
    scripts
}

/// Runs a script as a pod of an indexed job does.
fn pod(tree: &Tree, script: &str, index: usize) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_sanchay"));
    let folder = program.parent().unwrap().to_str().unwrap();
    Command::new("sh")
        .args(["-c", script])
        .current_dir(tree.root())
        .env("PATH", format!("{folder}:/usr/bin:/bin"))
        .env("SANCHAY_NO_CONFIG", "1")
        .env("JOB_COMPLETION_INDEX", index.to_string())
        .env("PLAN", "plan")
        .env("PLACE", "out")
        .env("GROUPS_OUT", "groups")
        .output()
        .unwrap()
}

#[test]
fn the_jobs_of_the_manifest_run_shards_and_merge_partitions() {
    let [run_shard, merge] = &scripts()[..] else { panic!("two scripts") };
    let tree = tree(23);
    run(&tree, "shards plan d e --target-files 40 -o plan").exits(0);
    let shards = plan(&tree, "plan").len();
    for index in (0..shards).chain([0]) {
        let done = pod(&tree, run_shard, index);
        assert!(done.status.success(), "{done:?}");
        let told = String::from_utf8(done.stderr).unwrap();
        let expected = format!("shard {index} of {shards}: ");
        assert!(told.starts_with(&expected), "{told}");
    }
    for index in [0, 10, 255] {
        let done = pod(&tree, merge, index);
        assert!(done.status.success(), "{done:?}");
        let table = format!("groups/{index:02x}.parquet");
        let table = fs::read(tree.path(&*table)).unwrap();
        assert!(table.starts_with(b"PAR1"));
    }
    // What fails is a failure of the pod; entries that fail are none.
    assert_eq!(pod(&tree, run_shard, shards).status.code(), Some(2));
    let partly = run_shard.replace("sanchay shards run", "(exit 3) #");
    assert!(pod(&tree, &partly, 0).status.success());
}
