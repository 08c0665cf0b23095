//! What belongs to other roots, or to another service: its jobs, plans,
//! journals and snapshots are not there, and are never acted upon.

use std::{collections::BTreeSet, fs, rc::Rc, thread::sleep, time::Duration};

use sanchay_testkit::Tree;
use serde_json::{Value, json};

use super::{
    plans::{act, apply, files, plan, ready},
    server::Service,
};
use crate::sanchay;

/// A plan that deletes all files of the root for good.
fn deletion(service: &Service) -> Value {
    let roots = json!([{"root": service.root()}]);
    plan(service, json!({"kind": "delete", "how": "delete", "roots": roots}))
}

fn all_names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|it| (*it).to_owned()).collect()
}

#[test]
fn services_that_share_a_folder_of_state_keep_their_plans_apart() {
    let (ours, theirs, shared) = (Tree::new(), Tree::new(), Tree::new());
    ours.file("x", b"1");
    theirs.file("y", b"2");
    let folder = shared.path("state");
    let folder = folder.to_str().unwrap();
    let options = ["--allow-write", "--state-dir", folder];
    let a = Service::start(ours.root(), &options);
    let made = deletion(&a);
    let b = Service::start(theirs.root(), &["--state-dir", folder]);
    let other = deletion(&b);
    assert_eq!(made["id"], other["id"]);
    let steps = format!("/api/v1/plans/{}/steps", made["id"]);
    let shown = a.get(&steps).json();
    assert!(shown["rows"][0]["path"].as_str().unwrap().ends_with("/x"));
    let done = act(&a, &made["id"], "apply", &json!({"confirm": 1}));
    let done = a.wait(done.json()["id"].as_i64().unwrap());
    assert_eq!(
        (&done["state"], &done["result"]["done"]),
        (&json!("done"), &json!(1))
    );
    assert_eq!(files(&ours), all_names(&[]));
    assert_eq!(files(&theirs), all_names(&["y"]));
}

#[test]
fn a_plan_that_is_not_what_was_made_is_neither_shown_nor_applied() {
    let (tree, other) = (Tree::new(), Tree::new());
    tree.file("mine", b"1");
    other.file("theirs", b"2");
    let state = Rc::new(Tree::new());
    let start = |root: &Tree, state: &Rc<Tree>| {
        Service::start_with(Rc::clone(state), root.root(), &["--allow-write"])
    };
    let service = start(&tree, &state);
    let made = deletion(&service);
    let elsewhere = Rc::new(Tree::new());
    deletion(&start(&other, &elsewhere));
    let only = |state: &Tree| {
        let mut all = fs::read_dir(state.path("state/plans")).unwrap();
        all.next().unwrap().unwrap().path()
    };
    // A plan that is whole, and another one.
    fs::copy(only(&elsewhere), only(&state)).unwrap();
    let answer = act(&service, &made["id"], "apply", &json!({"confirm": 1}));
    assert_eq!((answer.status, &*answer.problem()), (409, "plan-changed"));
    let steps = format!("/api/v1/plans/{}/steps", made["id"]);
    assert_eq!(service.get(&steps).problem(), "plan-changed");
    // It was not used up by that.
    fs::remove_file(only(&state)).unwrap();
    let answer = act(&service, &made["id"], "apply", &json!({"confirm": 1}));
    assert_eq!((answer.status, &*answer.problem()), (409, "plan-changed"));
    assert_eq!(files(&tree), all_names(&["mine"]));
    assert_eq!(files(&other), all_names(&["theirs"]));
}

#[test]
fn jobs_of_earlier_roots_are_neither_told_of_nor_run() {
    let (before, after) = (Tree::new(), Tree::new());
    before.file("secret", b"1");
    after.file("public", b"2");
    let state = Rc::new(Tree::new());
    let start = |root: &Tree, options: &[&str]| {
        Service::start_with(Rc::clone(&state), root.root(), options)
    };
    let service = start(&before, &[]);
    let made = deletion(&service);
    let scan = service.run("scan", json!({}))["id"].clone();
    let view = json!({"source": {"job": scan}, "sort": "path"});
    let view = service.post("/api/v1/views", &view).json();
    let view = view["id"].as_str().unwrap().to_owned();
    let _ = service.stop();
    let service = start(&before, &["--jobs", "0"]);
    let waiting = service.begin("scan", json!({}));
    let _ = service.stop();

    let service = start(&after, &["--allow-write"]);
    let id = &made["id"];
    let listed = service.get("/api/v1/jobs").json();
    assert_eq!(listed["jobs"], json!([]));
    for path in [
        format!("/api/v1/jobs/{scan}"),
        format!("/api/v1/jobs/{scan}/results"),
        format!("/api/v1/jobs/{scan}/results?sort=path"),
        format!("/api/v1/jobs/{scan}/errors"),
        format!("/api/v1/jobs/{scan}/events"),
        format!("/results?job={scan}"),
        format!("/api/v1/plans/{id}"),
        format!("/api/v1/plans/{id}/steps"),
        format!("/api/v1/views/{view}"),
        format!("/api/v1/views/{view}/rows"),
    ] {
        let answer = service.get(&path);
        assert_eq!(
            (answer.status, &*answer.problem()),
            (404, "not-found"),
            "{path}"
        );
    }
    for (what, body) in [("apply", json!({"confirm": 1})), ("undo", json!({}))]
    {
        let answer = act(&service, id, what, &body);
        assert_eq!((answer.status, &*answer.problem()), (404, "not-found"));
    }
    for body in [
        json!({"kind": "dedupe", "job": scan}),
        json!({"kind": "rename", "view": view, "template": "x"}),
    ] {
        assert_eq!(service.post("/api/v1/plans", &body).status, 404, "{body}");
    }
    let cancelled =
        service.send("DELETE", &format!("/api/v1/jobs/{waiting}"), &[], b"");
    assert_eq!(cancelled.status, 404);
    // Its own jobs are done, and those of the others are not.
    let own = service.run("scan", json!({}));
    assert_eq!((&own["state"], &own["rows"]), (&json!("done"), &json!(1)));
    let _ = service.stop();
    assert_eq!(files(&before), all_names(&["secret"]));

    let service = start(&before, &[]);
    assert_eq!(service.wait(waiting)["state"], "done");
    let listed = service.get("/api/v1/jobs").json();
    let ids: Vec<i64> = listed["jobs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["id"].as_i64().unwrap())
        .collect();
    let made = made["id"].as_i64().unwrap();
    assert_eq!(ids, [waiting, scan.as_i64().unwrap(), made]);
}

#[test]
fn services_of_one_catalog_run_jobs_of_their_own_roots() {
    let (one, two) = (Tree::new(), Tree::new());
    one.file("a", b"1");
    for name in ["b", "c"] {
        two.file(name, b"2");
    }
    let state = Rc::new(Tree::new());
    let start = |root: &Tree, options: &[&str]| {
        Service::start_with(Rc::clone(&state), root.root(), options)
    };
    let idle = start(&one, &["--jobs", "0"]);
    let waiting = idle.begin("scan", json!({}));
    let busy = start(&two, &[]);
    assert_eq!(busy.run("scan", json!({}))["rows"], 2);
    sleep(Duration::from_secs(3));
    let path = format!("/api/v1/jobs/{waiting}");
    assert_eq!(idle.get(&path).json()["state"], "queued");
    assert_eq!(busy.get(&path).status, 404);
    // One that has the roots of both does it.
    let both = two.root().to_str().unwrap().to_owned();
    let all = start(&one, &[&both]);
    let done = all.wait(waiting);
    assert_eq!((&done["state"], &done["rows"]), (&json!("done"), &json!(1)));
}

#[test]
fn nothing_is_changed_by_a_service_that_may_not_whoever_asked_for_it() {
    let tree = Tree::new();
    tree.file("a.txt", b"1");
    let state = Rc::new(Tree::new());
    let start = |options: &[&str]| {
        Service::start_with(Rc::clone(&state), tree.root(), options)
    };
    let service = start(&["--allow-write", "--jobs", "0"]);
    let making = start(&[]);
    let made = deletion(&making);
    let _ = making.stop();
    let answer = act(&service, &made["id"], "apply", &json!({"confirm": 1}));
    let job = answer.json()["id"].as_i64().unwrap();
    let _ = service.stop();
    let service = start(&[]);
    assert_eq!(service.run("scan", json!({}))["state"], "done");
    let path = format!("/api/v1/jobs/{job}");
    assert_eq!(service.get(&path).json()["state"], "queued");
    let _ = service.stop();
    assert_eq!(files(&tree), all_names(&["a.txt"]));
    let service = start(&["--allow-write"]);
    assert_eq!(service.wait(job)["state"], "done");
    assert_eq!(files(&tree), all_names(&[]));
}

#[test]
fn a_journal_of_another_catalog_is_none_of_this_one() {
    let tree = Tree::new();
    tree.file("a.txt", b"1");
    let state = Rc::new(Tree::new());
    let start = || {
        let state = Rc::clone(&state);
        Service::start_with(state, tree.root(), &["--allow-write"])
    };
    let rename = |service: &Service, template: &str| {
        let roots = json!([{"root": service.root()}]);
        let body = json!({"kind": "rename", "roots": roots,
            "template": template});
        plan(service, body)["id"].clone()
    };
    let service = start();
    let first = rename(&service, "first-{name}");
    assert_eq!(apply(&service, &first)["result"]["done"], 1);
    assert_eq!(files(&tree), all_names(&["first-a.txt"]));
    let _ = service.stop();
    for name in ["catalog.db", "catalog.db-wal", "catalog.db-shm"] {
        let _ = fs::remove_file(state.path(name));
    }
    let service = start();
    let second = rename(&service, "second-{name}");
    assert_eq!(second, first);
    assert_eq!(apply(&service, &second)["result"]["done"], 1);
    assert_eq!(files(&tree), all_names(&["second-first-a.txt"]));
    let undo = act(&service, &second, "undo", &json!({}));
    let undo = ready(&service, undo.json()["id"].as_i64().unwrap());
    assert_eq!(apply(&service, &undo["id"])["state"], "done");
    assert_eq!(files(&tree), all_names(&["first-a.txt"]));
}

#[test]
fn snapshots_of_other_roots_are_not_there() {
    let (private, public) = (Tree::new(), Tree::new());
    private.file("old", b"1");
    public.file("shown", b"2");
    let state = Rc::new(Tree::new());
    let take = |tree: &Tree| {
        let catalog =
            format!("--catalog={}", state.path("catalog.db").display());
        let root = fs::canonicalize(tree.root()).unwrap();
        let taken = sanchay().arg("snapshot").arg(catalog).arg(root).run();
        let _ = taken.exits(0);
    };
    take(&private);
    private.file("secret", b"3");
    take(&private);
    take(&public);
    public.file("new", b"4");
    take(&public);
    // The newest of all is of the others.
    take(&private);
    let service = Service::start_with(Rc::clone(&state), public.root(), &[]);
    let root = json!([{"root": service.root()}]);
    for (a, b) in [("1", "2"), ("2", "1"), ("1", "3"), ("latest", "5")] {
        let job = service.run("diff", json!({"a": a, "b": b, "roots": []}));
        assert_eq!(job["state"], "failed", "{a} {b}: {job}");
        assert!(!job.to_string().contains("secret"));
    }
    for (a, b) in [("2", "disk"), ("disk", "2")] {
        let job = service.run("diff", json!({"a": a, "b": b, "roots": root}));
        assert_eq!(job["state"], "failed", "{a} {b}: {job}");
    }
    // Its own are found by the same names.
    let own = service
        .run("diff", json!({"a": "latest~1", "b": "latest", "roots": []}));
    assert_eq!(own["result"]["changes"], json!({"new": 1}), "{own}");
    let own = service.run("diff", json!({"a": "3", "b": "4", "roots": []}));
    assert_eq!(own["result"]["changes"], json!({"new": 1}), "{own}");
    let own = service
        .run("diff", json!({"a": "latest", "b": "disk", "roots": root}));
    assert_eq!(own["state"], "done", "{own}");
}

#[test]
fn the_catalog_of_the_service_is_in_no_plan() {
    let tree = Tree::new();
    tree.file("a.txt", b"1");
    tree.file("b.txt", b"1");
    let catalog = tree.path("c.db");
    let catalog = catalog.to_str().unwrap();
    let service = Service::start(tree.root(), &["--catalog", catalog]);
    let roots = json!([{"root": service.root()}]);
    for body in [
        json!({"kind": "delete", "roots": roots, "hidden": true}),
        json!({"kind": "rename", "roots": roots, "hidden": true,
            "template": "x-{name}"}),
    ] {
        let made = plan(&service, body);
        assert_eq!(made["steps"], 2, "{made}");
    }
}
