//! Jobs from beginning to end, and what becomes of them when the service is
//! killed.

use std::{collections::HashSet, fs, rc::Rc};

use rustix::process::Signal;
use sanchay_testkit::Tree;
use serde_json::{Value, json};

use super::server::Service;
use crate::sanchay;

/// A tree with duplicates, odd names and a folder that cannot be read.
fn tree() -> Tree {
    let tree = Tree::new();
    for number in 0..300 {
        let size = number % 7 + 1;
        let name = format!("dir{}/file{number}.txt", number % 5);
        tree.dir(format!("dir{}", number % 5));
        tree.file(name, "x".repeat(size).as_bytes());
    }
    tree.file("a,\"b\n.txt", b"odd");
    tree.file(b"latin\xe9.txt".as_slice(), b"odd");
    tree
}

/// What the program itself prints.
fn printed(tree: &Tree, words: &str) -> Vec<u8> {
    let root = fs::canonicalize(tree.root()).unwrap();
    let finished = sanchay().words(words).arg(root).run();
    finished.stdout
}

fn sorted(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut lines: Vec<Vec<u8>> =
        bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    lines.sort();
    lines
}

#[test]
fn results_are_what_the_program_prints_in_every_format() {
    let tree = tree();
    let service = Service::start(tree.root(), &[]);
    let job = service.run("scan", json!({}));
    assert_eq!((&job["state"], &job["files"]), (&json!("done"), &json!(302)));
    let results = format!("/api/v1/jobs/{}/results", job["id"]);
    let get = |accept: &str, more: &str| {
        let headers = [("accept", accept)];
        let path = format!("{results}{more}");
        let answer = service.send("GET", &path, &headers, b"");
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("content-type"), accept);
        answer.body
    };
    let ndjson = get("application/x-ndjson", "");
    let own = printed(&tree, "scan --format ndjson");
    assert_eq!(sorted(&ndjson), sorted(&own));
    let fields = "path,name,kind,size,mode,user,depth,hidden,ext";
    let csv = get("text/csv", &format!("?fields={fields}"));
    let own = printed(&tree, &format!("scan --format csv --fields {fields}"));
    assert_eq!(sorted(&csv), sorted(&own));
    assert!(get("application/vnd.apache.parquet", "").starts_with(b"PAR1"));
    assert!(
        get("application/vnd.apache.arrow.file", "").starts_with(b"ARROW1")
    );
    // Hashing and duplicates have an order of their own.
    let job = service.run("hash", json!({"algorithm": "sha256"}));
    let path = format!("/api/v1/jobs/{}/results", job["id"]);
    let headers = [("accept", "application/x-ndjson")];
    let answer = service.send("GET", &path, &headers, b"");
    assert_eq!(answer.body, printed(&tree, "hash -a sha256 --format ndjson"));
    let job = service.run("dupes", json!({}));
    assert_eq!(job["result"]["groups"], 8);
    let path = format!("/api/v1/jobs/{}/results", job["id"]);
    let answer = service.send("GET", &path, &headers, b"");
    assert_eq!(answer.body, printed(&tree, "dupes --format ndjson"));
    let answer = service.send("GET", &path, &[("accept", "text/html")], b"");
    assert_eq!((answer.status, &*answer.problem()), (406, "not-acceptable"));
}

#[test]
fn pages_of_results_hold_each_record_once() {
    let tree = tree();
    let service = Service::start(tree.root(), &[]);
    let job = service.run("scan", json!({}));
    let mut seen = HashSet::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/results?job={}&limit=37{cursor}", job["id"]);
        let page = service.get(&path).json();
        assert_eq!(page["total"], 302);
        for row in page["rows"].as_array().unwrap() {
            let path = row.get("path").or(row.get("path_base64"));
            assert!(seen.insert(path.unwrap().to_string()));
            assert!(row["size"].as_u64().unwrap() > 0);
        }
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 302);
    let wrong = format!("/results?job={}&fields=siez", job["id"]);
    assert_eq!(service.get(&wrong).problem(), "bad-request");
}

#[test]
fn every_kind_of_job_ends_with_its_result() {
    let tree = tree();
    let service = Service::start(tree.root(), &[]);
    let summary = service.run("summary", json!({"depth": 1}));
    assert_eq!(summary["result"]["files"], 302);
    let first =
        service.run("snapshot", json!({"name": "first", "hash": true}));
    assert_eq!(first["result"]["files"], 302);
    tree.file("new.txt", b"new");
    let second = service.run("snapshot", json!({"hash": true}));
    assert_eq!(second["result"]["files"], 303);
    let request = json!({"a": "first", "b": "latest", "roots": []});
    let diff = service.run("diff", request);
    assert_eq!(diff["state"], "no");
    assert_eq!(diff["result"]["changes"], json!({"new": 1}));
    let rows = service.get(&format!("/api/v1/jobs/{}/results", diff["id"]));
    assert_eq!(rows.json()["rows"][0]["path"], "new.txt");
    let roots = json!([{"root": service.root()}]);
    let disk = json!({"a": "latest", "b": "disk", "roots": roots});
    assert_eq!(service.run("diff", disk)["state"], "done");
    let verify = service.run("verify", json!({}));
    assert_eq!(verify["state"], "done", "{verify}");
    let similar = service.run("similar", json!({"threshold": 1}));
    assert_eq!(similar["state"], "done", "{similar}");
    let listed = service.get("/api/v1/snapshots").json();
    assert_eq!(listed["snapshots"][0]["label"], "first");
    // Where copies of a file are, by its size and its digest.
    let hashed =
        sanchay().words("hash --format ndjson").arg(tree.path("new.txt"));
    let hashed: Value = serde_json::from_slice(&hashed.run().stdout).unwrap();
    let digest = hashed["hash"].as_str().unwrap();
    let body = json!({"files": [
        {"size": 3, "digests": {"xxh3-128": digest}}, {"size": 12345},
    ]});
    let answers = service.post("/api/v1/lookup", &body).json();
    let found = &answers["answers"][0];
    // Besides it, there are two odd ones and files of three letters.
    assert_eq!(found["unhashed"], 0);
    assert!(found["of_size"].as_u64().unwrap() > 3, "{found}");
    let path = found["paths"][0]["path"].as_str().unwrap();
    assert!(path.ends_with("/new.txt"), "{answers}");
    assert_eq!(answers["answers"][1]["of_size"], 0);
    let places = service.get(&format!("/api/v1/lookup?hash={digest}"));
    assert_eq!(places.json()["paths"], found["paths"]);
    assert_eq!(service.get("/api/v1/lookup?hash=12").problem(), "invalid");
    let none = json!({"a": "first", "b": "none", "roots": []});
    let failed = service.run("diff", none);
    assert_eq!(failed["state"], "failed");
    let detail = failed["problem"]["detail"].as_str().unwrap();
    assert!(detail.contains("none"), "{detail}");
    let listed = service.get("/api/v1/jobs?state=failed").json();
    assert_eq!(listed["jobs"].as_array().unwrap().len(), 1);
}

#[test]
fn requests_with_one_key_begin_one_job() {
    let tree = tree();
    let service = Service::start(tree.root(), &[]);
    let root = json!([{"root": service.root()}]);
    let client = (*service).clone();
    let begin = |key: &str, kind: &str| {
        let body = json!({"kind": kind, "roots": root}).to_string();
        let headers = [("idempotency-key", key)];
        client.send("POST", "/api/v1/jobs", &headers, body.as_bytes())
    };
    let first = begin("one", "scan");
    assert_eq!(first.status, 202);
    assert_eq!(first.header("idempotency-replayed"), "");
    let again = begin("one", "scan");
    assert_eq!(first.json()["id"], again.json()["id"]);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_ne!(begin("two", "scan").json()["id"], first.json()["id"]);
    assert_eq!(begin("one", "hash").problem(), "idempotency-key-used");
    // At once, too.
    let ids: HashSet<String> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| begin("three", "scan").json()))
            .collect();
        let ids = all.into_iter().map(|it| it.join().unwrap());
        ids.map(|job| job["id"].to_string()).collect()
    });
    assert_eq!(ids.len(), 1);
}

#[test]
fn a_job_that_waits_is_cancelled_and_one_that_is_over_is_not() {
    let tree = tree();
    let service = Service::start(tree.root(), &["--jobs", "0"]);
    let id = service.begin("scan", json!({}));
    let path = format!("/api/v1/jobs/{id}");
    let answer = service.send("DELETE", &path, &[], b"");
    assert_eq!(answer.status, 202);
    assert_eq!(service.wait(id)["state"], "cancelled");
    let again = service.send("DELETE", &path, &[], b"");
    assert_eq!((again.status, &*again.problem()), (409, "job-over"));
}

#[test]
fn listeners_hear_each_event_and_go_on_where_they_were() {
    let tree = tree();
    let service = Service::start(tree.root(), &[]);
    let events = service.listen("/api/v1/events", Some("0"));
    let mut events = events.take_while(|it| it.kind != "ping");
    let reset = events.next().unwrap();
    assert_eq!(reset.kind, "reset");
    let id = service.run("scan", json!({}))["id"].as_i64().unwrap();
    let of_job = |event: &super::server::Event| event.data["id"] == id;
    let mut seen = Vec::new();
    for event in events.by_ref() {
        if event.kind == "job" && of_job(&event) {
            let state = event.data["state"].as_str().unwrap().to_owned();
            seen.push((event.id.parse::<u64>().unwrap(), state.clone()));
            if state == "done" {
                break;
            }
        }
    }
    let states: Vec<&str> = seen.iter().map(|it| &*it.1).collect();
    assert_eq!(states, ["queued", "running", "done"]);
    assert!(seen.is_sorted());
    let path = format!("/api/v1/jobs/{id}/events");
    let after = seen[0].0.to_string();
    let again: Vec<String> = service
        .listen(&path, Some(&after))
        .filter(|it| it.kind == "job")
        .take(2)
        .map(|it| it.data["state"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(again, ["running", "done"]);
}

#[test]
fn a_service_that_is_killed_comes_back_with_its_jobs() {
    let tree = tree();
    let state = Rc::new(Tree::new());
    let service =
        Service::start_with(Rc::clone(&state), tree.root(), &["--jobs", "1"]);
    let key = service.key.clone();
    let done = service.run("scan", json!({}));
    // These are killed while they wait or run.
    let more: Vec<i64> =
        (0..20).map(|_| service.begin("hash", json!({}))).collect();
    service.signal(Signal::KILL);
    drop(service);
    let service = Service::start_with(state, tree.root(), &[]);
    let path = format!("/api/v1/jobs/{}", done["id"]);
    assert_eq!(service.get(&path).json()["files"], 302);
    for id in more {
        let job = service.wait(id);
        assert_eq!(
            (&job["state"], &job["rows"]),
            (&json!("done"), &json!(302))
        );
        let page = service.get(&format!("/results?job={id}&limit=1000"));
        assert_eq!(page.json()["rows"].as_array().unwrap().len(), 302);
    }
    // Whoever was signed in still is.
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", &*bearer)];
    let answer = service.send("GET", "/api/v1/session", &headers, b"");
    assert_eq!(answer.status, 200);
}

#[test]
fn a_service_that_is_told_to_end_does_so_and_gives_its_jobs_back() {
    let tree = tree();
    let state = Rc::new(Tree::new());
    let options = ["--jobs", "1", "--drain", "1"];
    let service =
        Service::start_with(Rc::clone(&state), tree.root(), &options);
    let ids: Vec<i64> =
        (0..10).map(|_| service.begin("hash", json!({}))).collect();
    let finished = service.stop();
    let _ = finished.exits(0);
    let service = Service::start_with(state, tree.root(), &[]);
    for id in ids {
        assert_eq!(service.wait(id)["state"], "done");
    }
}

#[test]
fn what_could_not_be_read_is_told_with_its_reason() {
    let tree = Tree::new();
    tree.file("fine", b"x");
    let outside = Tree::new();
    tree.link(outside.root(), "away");
    let service = Service::start(tree.root(), &[]);
    let job = service.run("scan", json!({"follow": true}));
    let errors = service.get(&format!("/api/v1/jobs/{}/errors", job["id"]));
    let errors = errors.json();
    assert_eq!(errors["reasons"][0]["count"], 1, "{errors}");
    let path = errors["errors"][0]["path"].as_str().unwrap();
    assert!(path.ends_with("away"), "{path}");
    assert_eq!(job["errors"], 1);
}

#[test]
fn the_service_says_how_it_is() {
    let tree = tree();
    let service = Service::start(tree.root(), &[]);
    service.run("scan", json!({}));
    assert_eq!(service.get("/ready").json(), json!({"status": "ok"}));
    let metrics = service.get("/metrics").text();
    for line in [
        "sanchay_jobs_total{kind=\"scan\",state=\"done\"} 1",
        "sanchay_files_total 302",
        "sanchay_jobs_queued 0",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    let description = service.get("/openapi.json").json();
    let paths = description["paths"].as_object().unwrap();
    assert!(paths.contains_key("/api/v1/jobs/{id}/results"));
    let component = service.get("/inspector.wasm");
    assert!(component.body.starts_with(b"\0asm"));
    let etag = component.header("etag").to_owned();
    let headers = [("if-none-match", &*etag)];
    let again = service.send("GET", "/inspector.wasm", &headers, b"");
    assert_eq!((again.status, again.body.len()), (304, 0));
    let _: Value = description;
}
