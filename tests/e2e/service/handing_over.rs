//! Jobs that one instance begins and another ends, or that are cancelled in
//! between.

use std::{
    fs::{self, File},
    rc::Rc,
    thread::sleep,
    time::Duration,
};

use sanchay_testkit::Tree;
use serde_json::json;

use super::{
    plans::{act, apply, files, plan, ready},
    postgres::Postgres,
    server::Service,
};

/// Begins to hash a tree with a file that takes hours, ends the service in the
/// middle, and has another one go on without that file.
fn given_back(options: &[&str]) {
    let tree = Tree::new();
    for number in 0..200 {
        tree.file(format!("{number:03}"), b"x");
    }
    let huge = tree.path("zz");
    File::create(&huge).unwrap().set_len(300 << 30).unwrap();
    let state = Rc::new(Tree::new());
    let start = |more: &[&str]| {
        let options = [options, more].concat();
        Service::start_with(Rc::clone(&state), tree.root(), &options)
    };
    let service = start(&["--drain", "0"]);
    let job = service.begin("hash", json!({}));
    let path = format!("/api/v1/jobs/{job}");
    // Some of its records are in the database.
    for _ in 0..500 {
        if service.get(&path).json()["rows"].as_i64().unwrap() > 0 {
            break;
        }
        sleep(Duration::from_millis(20));
    }
    let _ = service.stop();
    fs::remove_file(huge).unwrap();
    let service = start(&[]);
    let done = service.wait(job);
    assert_eq!(
        (&done["state"], &done["rows"]),
        (&json!("done"), &json!(200)),
        "{done}"
    );
    assert_eq!(done["attempts"], 2);
    let page = service.get(&format!("/results?job={job}&limit=1000")).json();
    assert_eq!(page["rows"].as_array().unwrap().len(), 200);
}

#[test]
fn a_job_that_was_given_back_in_the_middle_is_done_by_the_next() {
    given_back(&[]);
}

#[test]
fn a_job_that_was_given_back_to_postgresql_is_done_by_the_next() {
    let Some(postgres) = Postgres::start() else { return };
    let url = postgres.url();
    given_back(&["--database", &url]);
}

#[test]
fn an_undo_that_was_cancelled_before_it_began_can_be_asked_for_again() {
    let tree = Tree::new();
    tree.file("a.txt", b"1");
    let before = files(&tree);
    let state = Rc::new(Tree::new());
    let start = |more: &[&str]| {
        let options = [&["--allow-write"][..], more].concat();
        Service::start_with(Rc::clone(&state), tree.root(), &options)
    };
    let service = start(&[]);
    let roots = json!([{"root": service.root()}]);
    let body = json!({"kind": "rename", "roots": roots,
        "template": "b-{name}"});
    let made = plan(&service, body)["id"].clone();
    assert_eq!(apply(&service, &made)["state"], "done");
    let undo = act(&service, &made, "undo", &json!({})).json();
    let undo = ready(&service, undo["id"].as_i64().unwrap())["id"].clone();
    let _ = service.stop();

    let service = start(&["--jobs", "0"]);
    let job = act(&service, &undo, "apply", &json!({})).json();
    let path = format!("/api/v1/plans/{made}");
    assert_eq!(service.get(&path).json()["state"], "undoing");
    assert_eq!(act(&service, &made, "undo", &json!({})).problem(), "no-undo");
    let cancelled = format!("/api/v1/jobs/{}", job["id"]);
    assert_eq!(service.send("DELETE", &cancelled, &[], b"").status, 202);
    assert_eq!(service.get(&path).json()["state"], "applied");
    let _ = service.stop();

    let service = start(&[]);
    assert_ne!(files(&tree), before);
    // The same plan, and another one, would do.
    let again = act(&service, &made, "undo", &json!({}));
    assert_eq!(again.status, 201, "{}", again.text());
    assert_eq!(apply(&service, &undo)["state"], "done");
    assert_eq!(files(&tree), before);
    assert_eq!(service.get(&path).json()["state"], "undone");
    // Once is enough.
    let other = ready(&service, again.json()["id"].as_i64().unwrap());
    let answer = act(&service, &other["id"], "apply", &json!({}));
    assert_eq!((answer.status, &*answer.problem()), (409, "no-undo"));
}

#[test]
fn a_plan_whose_application_was_cancelled_before_it_began_can_be_applied() {
    let tree = Tree::new();
    tree.file("a.txt", b"1");
    let state = Rc::new(Tree::new());
    let start = |more: &[&str]| {
        let options = [&["--allow-write"][..], more].concat();
        Service::start_with(Rc::clone(&state), tree.root(), &options)
    };
    let service = start(&[]);
    let roots = json!([{"root": service.root()}]);
    let body = json!({"kind": "rename", "roots": roots, "template": "b.txt"});
    let made = plan(&service, body)["id"].clone();
    let _ = service.stop();
    let service = start(&["--jobs", "0"]);
    let job = act(&service, &made, "apply", &json!({})).json();
    let cancelled = format!("/api/v1/jobs/{}", job["id"]);
    assert_eq!(service.send("DELETE", &cancelled, &[], b"").status, 202);
    let path = format!("/api/v1/plans/{made}");
    assert_eq!(service.get(&path).json()["state"], "ready");
    let _ = service.stop();
    let service = start(&[]);
    assert_eq!(apply(&service, &made)["state"], "done");
    assert!(tree.path("b.txt").exists());
    let again = act(&service, &made, "apply", &json!({}));
    assert_eq!(again.problem(), "plan-applied");
}

#[test]
fn a_worker_changes_files_only_where_it_is_allowed_to() {
    let Some(postgres) = Postgres::start() else { return };
    let tree = Tree::new();
    tree.file("a.txt", b"1");
    let (url, shared, own) = (postgres.url(), Tree::new(), Tree::new());
    let folder = shared.path("state");
    let folder = folder.to_str().unwrap();
    let common = ["--database", &url, "--state-dir", folder];
    let worker = |options: &[&str]| {
        crate::sanchay()
            .arg("worker")
            .args(common)
            .args(options)
            .arg(format!("--catalog={}", own.path("catalog.db").display()))
            .arg(tree.root())
            .limit(Duration::from_secs(600))
            .start()
    };
    let options = [&common[..], &["--allow-write", "--jobs", "0"]].concat();
    let service = Service::start(tree.root(), &options);
    let reading = worker(&[]);
    // An instance of the service that may not write takes no such job, either.
    let other = Service::start(tree.root(), &common);
    let roots = json!([{"root": service.root()}]);
    let body = json!({"kind": "rename", "roots": roots, "template": "b.txt"});
    let made = plan(&service, body)["id"].clone();
    let answer = act(&service, &made, "apply", &json!({}));
    let job = answer.json()["id"].as_i64().unwrap();
    assert_eq!(service.run("scan", json!({}))["state"], "done");
    sleep(Duration::from_secs(3));
    let path = format!("/api/v1/jobs/{job}");
    assert_eq!(other.get(&path).json()["state"], "queued");
    assert!(tree.path("a.txt").exists());
    let writing = worker(&["--allow-write"]);
    assert_eq!(service.wait(job)["state"], "done");
    assert!(tree.path("b.txt").exists());
    for running in [reading, writing] {
        running.signal(rustix::process::Signal::TERM);
        let _ = running.wait().exits(0);
    }
}
