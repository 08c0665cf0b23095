//! `sanchay attachments`: manifests on disk, and the way of a job through a
//! server of S3.

use std::{fs, os::unix::fs::symlink};

use sanchay_test_servers::Moto;
use sanchay_testkit::{Finished, Program, Tree};
use serde_json::Value;

use crate::sanchay;

fn program(tree: &Tree, words: &str) -> Program {
    let home = tree.root().to_str().unwrap().to_owned();
    sanchay()
        .within(tree.root())
        .env("HOME", &home)
        .env("XDG_DATA_HOME", &format!("{home}/data"))
        .words("attachments")
        .words(words)
}

fn json(finished: &Finished) -> Value {
    serde_json::from_slice(&finished.stdout).unwrap()
}

fn snapshot(tree: &Tree, words: &str) -> String {
    let words = format!("manifest snapshot --json --destination out {words}");
    let found = json(&program(tree, &words).run().succeeds());
    found["manifest"].as_str().unwrap().to_owned()
}

#[test]
fn a_snapshot_is_the_manifest_that_the_package_would_write() {
    let tree = Tree::new();
    tree.file("d/a.txt", "hello world");
    tree.file("d/sub/é.txt", "caf");
    tree.file("d/.hidden/x", "x");
    tree.file("other/y", "y");
    symlink("../a.txt", tree.path("d/sub/link.txt")).unwrap();
    symlink(tree.path("other"), tree.path("d/away")).unwrap();
    symlink("nowhere", tree.path("d/dangling")).unwrap();
    let path = snapshot(&tree, "--root d --name golden");
    // The package hashes the root as it was given.
    let name = path.strip_prefix("out/golden-").unwrap();
    assert!(name.starts_with("56a841f9102d5ff745f80274c9c7a7ca-"), "{name}");
    assert!(name.ends_with(".manifest"), "{name}");
    let text = fs::read(tree.path(path.as_str())).unwrap();
    assert!(text.is_ascii());
    let manifest: Value = serde_json::from_slice(&text).unwrap();
    let paths: Vec<&str> = manifest["paths"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["path"].as_str().unwrap())
        .collect();
    assert_eq!(paths, ["a.txt", "away/y", "sub/link.txt", "sub/é.txt"]);
    assert_eq!(manifest["totalSize"], 26);
    assert_eq!(
        manifest["paths"][0]["hash"],
        "df8d09e93f874900a99b8775cc15b6c7"
    );
    let hidden = snapshot(&tree, "--root d -H --no-links -e *.txt");
    let text = fs::read_to_string(tree.path(hidden.as_str())).unwrap();
    assert!(text.contains(".hidden/x") && !text.contains(".txt"), "{text}");
}

#[test]
fn a_diff_tells_what_differs_and_its_status_whether_anything_does() {
    let tree = Tree::new();
    tree.file("d/kept", "kept");
    tree.file("d/edited", "before");
    tree.file("d/gone", "gone");
    let manifest = snapshot(&tree, "--root d");
    let diff = |words: &str| {
        let words =
            format!("manifest diff --root d --manifest {manifest} {words}");
        program(&tree, &words).run()
    };
    diff("").exits(0);
    fs::write(tree.path("d/edited"), "behind it").unwrap();
    fs::remove_file(tree.path("d/gone")).unwrap();
    tree.file("d/new", "new");
    for words in ["--json", "--json --force-rehash"] {
        let found = json(&diff(words).exits(1));
        assert_eq!(found["new"], serde_json::json!(["new"]));
        assert_eq!(found["modified"], serde_json::json!(["edited"]));
        assert_eq!(found["deleted"], serde_json::json!(["gone"]));
    }
    let words = format!("--root d --diff {manifest} --name changes");
    let changes = snapshot(&tree, &words);
    let text = fs::read_to_string(tree.path(changes.as_str())).unwrap();
    assert!(text.contains("\"new\"") && text.contains("\"edited\""));
    assert!(!text.contains("\"kept\""), "{text}");
    fs::write(tree.path("bad"), "{}").unwrap();
    let refused = program(&tree, "manifest diff --root d --manifest bad");
    let refused = refused.run().exits(2);
    assert_eq!(
        refused.complaints(),
        ["Manifest is missing the required \"manifestVersion\" field"]
    );
}

#[test]
fn a_job_goes_to_a_server_and_back() {
    let Some(moto) = Moto::start() else { return };
    let tree = Tree::new();
    tree.file("p/scene", "scene");
    tree.file("p/sub/large", vec![7; 20 << 20]);
    let url = moto.url();
    let run = |words: &str| {
        let place = format!(
            "{words} --s3-root-uri s3://bucket/Root --endpoint {url} --json"
        );
        program(&tree, &place)
            .env("AWS_ACCESS_KEY_ID", "key")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_REGION", "us-east-1")
            .run()
    };
    let queue = "--farm-id farm-1 --queue-id queue-1";
    let submitted =
        run(&format!("submit {queue} --output-dir p/renders p")).succeeds();
    fs::write(tree.path("job.json"), &submitted.stdout).unwrap();
    let found = json(&submitted);
    let partial = found["manifests"][0]["inputManifestPath"].as_str().unwrap();
    assert!(moto.get(&format!("Root/Manifests/{partial}")).is_some());

    let rules = json(&run("inputs --attachments job.json session").succeeds());
    let root = rules[0]["destination_path"].as_str().unwrap().to_owned();
    let root = std::path::Path::new(&root);
    assert_eq!(fs::read(root.join("sub/large")).unwrap(), [7; 20 << 20]);
    fs::create_dir(root.join("renders")).unwrap();
    fs::write(root.join("renders/f.exr"), "pixels").unwrap();
    let ids = "--job-id job-1 --step-id step-1 --task-id task-1 \
               --session-action-id action-1 --attachments job.json";
    let words = format!("outputs {queue} {ids} session");
    let keys = json(&run(&words).succeeds());
    assert_eq!(keys["manifests"].as_array().unwrap().len(), 1);
    let none = json(&run(&words).succeeds());
    assert_eq!(none["manifests"], serde_json::json!([]));

    let words = format!("fetch {queue} --job-id job-1 --attachments job.json");
    run(&words).succeeds();
    let fetched = fs::read(tree.path("p/renders/f.exr")).unwrap();
    assert_eq!(fetched, b"pixels");
    let words = format!(
        "manifest download {queue} --job-id job-1 --attachments job.json got"
    );
    let found = json(&run(&words).succeeds());
    let path = found["downloaded"][0]["local_manifest_path"].as_str().unwrap();
    let merged = fs::read_to_string(tree.path(path)).unwrap();
    assert!(merged.contains("renders/f.exr") && merged.contains("scene"));
    // A root of Windows names the file as that machine would.
    let (root, name) = (r"C:\Users\temp", "1be958279f6c815646a055292ea6ad0d");
    let mut windows = json(&submitted);
    windows["manifests"][0]["rootPath"] = root.into();
    windows["manifests"][0]["rootPathFormat"] = "windows".into();
    fs::write(tree.path("windows.json"), windows.to_string()).unwrap();
    let words = words.replace("job.json", "windows.json");
    let found = json(&run(&words).succeeds());
    let rows = found["downloaded"].as_array().unwrap();
    let row = rows.iter().find(|row| row["manifest_root"] == root).unwrap();
    let file = row["local_manifest_path"].as_str().unwrap();
    let start = format!("got/C__Users_temp-{name}-");
    assert!(file.starts_with(&start), "{file}");

    let found = json(&run(&format!("manifest upload {path}")).succeeds());
    let key = found["key"].as_str().unwrap();
    assert_eq!(moto.get(key).unwrap(), merged.into_bytes());
}

#[test]
fn a_transfer_shows_how_far_it_is_as_other_commands_do() {
    let Some(moto) = Moto::start() else { return };
    let tree = Tree::new();
    tree.file("p/scene", "scene");
    tree.file("p/other", "other");
    let url = moto.url();
    let run = |words: &str| {
        let words = format!(
            "{words} --s3-root-uri s3://bucket/Root --endpoint {url} \
             --progress json"
        );
        let finished = program(&tree, &words)
            .env("AWS_ACCESS_KEY_ID", "key")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .run()
            .exits(0);
        let lines = finished.stderr.lines().filter(|it| it.starts_with('{'));
        let events: Vec<Value> =
            lines.map(|line| serde_json::from_str(line).unwrap()).collect();
        let event = events.iter().find(|it| it["phase"] == "transferring");
        let event = event.unwrap_or_else(|| panic!("{}", finished.stderr));
        assert_eq!(event["total_files"], 2);
        assert_eq!(event["total_bytes"], 10);
        assert!(event["path"].is_string(), "{event}");
        finished
    };
    let queue = "--farm-id farm-1 --queue-id queue-1";
    let submitted = run(&format!("submit {queue} p"));
    fs::write(tree.path("job.json"), &submitted.stdout).unwrap();
    run("inputs --attachments job.json session");
}

#[test]
fn the_machine_is_asked_for_credentials_only_if_that_is_told() {
    let tree = Tree::new();
    tree.file("d/a", "a");
    let manifest = snapshot(&tree, "--root d");
    let words =
        format!("manifest upload {manifest} --s3-root-uri s3://bucket/Root");
    let began = std::time::Instant::now();
    let refused = program(&tree, &words)
        .env("AWS_CONFIG_FILE", "/nonexistent")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
        .run()
        .exits(2);
    let said = refused.complaints().join("\n");
    assert!(said.contains("there are no credentials"), "{said}");
    assert!(said.contains("AWS_EC2_METADATA_DISABLED=false"), "{said}");
    // Nobody was waited for.
    assert!(began.elapsed().as_secs() < 20);
}
