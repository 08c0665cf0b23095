//! Trees in shards: each is a job of its own, which any instance takes.

use std::{
    rc::Rc,
    thread::sleep,
    time::{Duration, Instant},
};

use rustix::process::Signal;
use sanchay_testkit::Tree;
use serde_json::{Value, json};

use super::{
    postgres::Postgres,
    server::{Client, Service},
};

/// A tree with so many files, of which each three are the same.
fn tree(count: usize) -> Tree {
    let tree = Tree::new();
    for number in 0..count {
        let path = format!("{:03}/{number:05}", number % 40);
        tree.file(path, format!("content {}", number / 3).as_bytes());
    }
    tree
}

/// The parts of a job, when there is one that merges and it is over.
fn parts(client: &Client, whole: i64) -> Vec<Value> {
    let begun = Instant::now();
    loop {
        let path = format!("/api/v1/jobs?whole={whole}&limit=200");
        let all = client.get(&path).json()["jobs"].clone();
        let all = all.as_array().unwrap().clone();
        let is_over =
            |it: &Value| it["state"] != "queued" && it["state"] != "running";
        if all.iter().any(|it| it["part"] == -1 && is_over(it)) {
            return all;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{all:?}");
        sleep(Duration::from_millis(20));
    }
}

/// The groups that a job found, as the program prints them.
fn groups(client: &Client, job: &Value) -> String {
    let headers = [("accept", "application/x-ndjson")];
    let path = format!("/results?job={}", job["id"]);
    client.send("GET", &path, &headers, b"").text()
}

#[test]
fn shards_find_what_a_search_of_one_job_finds() {
    let tree = tree(600);
    let service = Service::start(tree.root(), &[]);
    let whole = service.run("shards", json!({"target_files": 50}));
    assert_eq!(whole["state"], "done", "{whole}");
    let id = whole["id"].as_i64().unwrap();
    let shards = whole["result"]["shards"].as_u64().unwrap();
    assert!(shards >= 6, "{whole}");
    let parts = parts(&service, id);
    assert_eq!(parts.len() as u64, shards + 1);
    assert!(parts.iter().all(|it| it["state"] == "done"), "{parts:?}");
    let files = |it: &&Value| it["part"] != -1;
    let files = parts.iter().filter(files).map(|it| &it["files"]);
    assert_eq!(files.map(|it| it.as_u64().unwrap()).sum::<u64>(), 600);
    let merged = parts.iter().find(|it| it["part"] == -1).unwrap();
    let alone = service.run("dupes", json!({}));
    for name in ["groups", "redundant_files", "reclaimable"] {
        assert_eq!(merged["result"][name], alone["result"][name], "{name}");
    }
    let found = groups(&service, merged);
    assert_eq!(found.lines().count(), 200);
    assert_eq!(found, groups(&service, &alone));
}

#[test]
fn a_client_begins_no_part_and_says_how_large_shards_are() {
    let tree = tree(3);
    let service = Service::start(tree.root(), &[]);
    let roots = json!([{"root": service.root()}]);
    for (request, named) in [
        (json!({"kind": "shard", "whole": 1, "shard": "{}"}), "kind"),
        (json!({"kind": "merge", "whole": 1, "shards": "00"}), "kind"),
        (json!({"kind": "shards", "roots": roots}), "target_files"),
        (
            json!({"kind": "shards", "roots": roots, "target_files": 1,
                "target_bytes": "1MiB"}),
            "target_files",
        ),
        (
            json!({"kind": "shards", "roots": roots, "target_files": 1,
                "follow": true}),
            "follow",
        ),
    ] {
        let answer = service.post("/api/v1/jobs", &request);
        assert_eq!(answer.status, 422, "{request}: {}", answer.text());
        assert_eq!(answer.json()["option"], named, "{request}");
    }
}

#[test]
fn shards_that_are_cancelled_are_not_merged() {
    let tree = tree(3000);
    let service = Service::start(tree.root(), &["--jobs", "1"]);
    let whole = service.run("shards", json!({"target_files": 20}));
    let path = format!("/api/v1/jobs/{}", whole["id"]);
    let cancelled = service.send("DELETE", &path, &[], b"");
    assert_eq!(cancelled.status, 202, "{}", cancelled.text());
    // Longer than it takes until it is looked what is to be merged.
    sleep(Duration::from_secs(6));
    let path = format!("/api/v1/jobs?whole={}&limit=200", whole["id"]);
    let parts = service.get(&path).json()["jobs"].clone();
    let parts = parts.as_array().unwrap();
    let with =
        |state: &str| parts.iter().filter(|it| it["state"] == state).count();
    assert!(with("cancelled") > 0, "{parts:?}");
    assert_eq!(with("cancelled") + with("done"), parts.len(), "{parts:?}");
    assert!(parts.iter().all(|it| it["part"] != -1), "{parts:?}");
}

#[test]
fn shards_of_an_instance_that_dies_are_run_by_others() {
    let Some(postgres) = Postgres::start() else { return };
    let tree = tree(3000);
    let url = postgres.url();
    let state = Tree::new();
    let folder = state.path("shared");
    let folder = folder.to_str().unwrap();
    let options = ["--database", &url, "--state-dir", folder, "--jobs", "1"];
    let mut all: Vec<Service> = (0..3)
        .map(|_| {
            let own = Rc::new(Tree::new());
            Service::start_with(own, tree.root(), &options)
        })
        .collect();
    let last = all.pop().unwrap();
    let id = last.begin("shards", json!({"target_files": 40}));
    assert_eq!(last.wait(id)["state"], "done");
    // The others are at their shards, and do not come to an end of them.
    for service in all {
        service.signal(Signal::KILL);
    }
    let parts = parts(&last, id);
    assert!(parts.len() > 30, "{}", parts.len());
    assert!(parts.iter().all(|it| it["state"] == "done"), "{parts:?}");
    let merged = parts.iter().find(|it| it["part"] == -1).unwrap();
    let alone = last.run("dupes", json!({}));
    assert_eq!(groups(&last, merged), groups(&last, &alone));
    assert_eq!(merged["result"]["groups"], 1000);
}
