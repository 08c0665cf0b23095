//! Plans: made, looked at, applied once, taken back; and what becomes of them
//! when the service is killed in the middle.

use std::{collections::BTreeSet, fs, rc::Rc, thread::sleep, time::Duration};

use rustix::process::Signal;
use sanchay_testkit::Tree;
use serde_json::{Value, json};

use super::server::{Answer, Service};

/// All files below a folder.
pub(super) fn files(tree: &Tree) -> BTreeSet<String> {
    fn walk(folder: &std::path::Path, root: &str, all: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, root, all);
            } else {
                let path = path.to_str().unwrap().to_owned();
                all.insert(path[root.len() + 1..].to_owned());
            }
        }
    }
    let mut all = BTreeSet::new();
    let root = tree.root().to_str().unwrap();
    walk(tree.root(), root, &mut all);
    all
}

pub(super) fn plan(service: &Service, body: Value) -> Value {
    let answer = service.post("/api/v1/plans", &body);
    assert_eq!(answer.status, 201, "{}", answer.text());
    ready(service, answer.json()["id"].as_i64().unwrap())
}

/// A plan as soon as it is not being made any more.
pub(super) fn ready(service: &Service, id: i64) -> Value {
    for _ in 0..600 {
        let plan = service.get(&format!("/api/v1/plans/{id}")).json();
        if plan["state"] != "making" {
            return plan;
        }
        sleep(Duration::from_millis(20));
    }
    panic!("the plan is not made");
}

pub(super) fn act(
    service: &Service,
    id: &Value,
    what: &str,
    body: &Value,
) -> Answer {
    service.post(&format!("/api/v1/plans/{id}/{what}"), body)
}

/// Applies a plan, and waits for that.
pub(super) fn apply(service: &Service, id: &Value) -> Value {
    let answer = act(service, id, "apply", &json!({}));
    assert_eq!(answer.status, 202, "{}", answer.text());
    service.wait(answer.json()["id"].as_i64().unwrap())
}

#[test]
fn files_are_renamed_once_and_get_their_names_back() {
    let tree = Tree::new();
    for name in ["A b.TXT", "C.TXT", "d.txt", "e.md"] {
        tree.file(name, name.as_bytes());
    }
    let before = files(&tree);
    let service = Service::start(tree.root(), &["--allow-write"]);
    let roots = json!([{"root": service.root()}]);
    let made = plan(
        &service,
        json!({
            "kind": "rename", "roots": roots, "extension": ["txt"],
            "template": "{stem:slug}.{ext:lower}",
        }),
    );
    assert_eq!((&made["state"], &made["steps"]), (&json!("ready"), &json!(2)));
    assert_eq!(files(&tree), before);
    let steps = format!("/api/v1/plans/{}/steps", made["id"]);
    let rows = service.get(&steps).json();
    assert_eq!(rows["total"], 2);
    assert!(rows["rows"][0]["path"].as_str().unwrap().ends_with("A b.TXT"));
    assert!(rows["rows"][0]["to"].as_str().unwrap().ends_with("/a-b.txt"));
    assert_eq!(rows["rows"][0]["state"], "planned");
    // Another plan than the one that was looked at is refused.
    let apply_path = format!("/api/v1/plans/{}/apply", made["id"]);
    let headers = [("if-match", "\"other\"")];
    let answer = service.send("POST", &apply_path, &headers, b"{}");
    assert_eq!((answer.status, &*answer.problem()), (412, "stale"));
    let etag = service
        .get(&format!("/api/v1/plans/{}", made["id"]))
        .header("etag")
        .to_owned();
    let headers = [("if-match", &*etag)];
    let answer = service.send("POST", &apply_path, &headers, b"{}");
    assert_eq!(answer.status, 202, "{}", answer.text());
    let job = service.wait(answer.json()["id"].as_i64().unwrap());
    assert_eq!(
        (&job["state"], &job["result"]["done"]),
        (&json!("done"), &json!(2))
    );
    let expected = ["a-b.txt", "c.txt", "d.txt", "e.md"].map(str::to_owned);
    assert_eq!(files(&tree), BTreeSet::from(expected));
    let again = act(&service, &made["id"], "apply", &json!({}));
    assert_eq!((again.status, &*again.problem()), (409, "plan-applied"));
    // Taking back is a plan as well.
    let undo = act(&service, &made["id"], "undo", &json!({}));
    assert_eq!(undo.status, 201, "{}", undo.text());
    let undo = ready(&service, undo.json()["id"].as_i64().unwrap());
    assert_eq!((&undo["of"], &undo["steps"]), (&made["id"], &json!(2)));
    assert_ne!(files(&tree), before);
    assert_eq!(apply(&service, &undo["id"])["state"], "done");
    assert_eq!(files(&tree), before);
    let made = ready(&service, made["id"].as_i64().unwrap());
    assert_eq!(made["state"], "undone");
    let again = act(&service, &made["id"], "undo", &json!({}));
    assert_eq!(again.problem(), "no-undo");
}

#[test]
fn duplicates_make_way_as_a_job_found_them() {
    let tree = Tree::new();
    tree.dir("keep");
    for name in ["keep/one", "two", "three"] {
        tree.file(name, b"the same");
    }
    tree.file("other", b"another");
    let service = Service::start(tree.root(), &["--allow-write"]);
    let job = service.run("dupes", json!({}));
    let made = plan(
        &service,
        json!({
            "kind": "dedupe", "job": job["id"], "how": "hardlink",
            "keep": ["regex:keep/"],
        }),
    );
    assert_eq!((&made["steps"], &made["bytes"]), (&json!(2), &json!(16)));
    let rows = service.get(&format!("/api/v1/plans/{}/steps", made["id"]));
    let rows = rows.json();
    let because = rows["rows"][0]["because"].as_str().unwrap();
    assert!(because.ends_with("keep/one"), "{because}");
    assert_eq!(apply(&service, &made["id"])["state"], "done");
    use std::os::unix::fs::MetadataExt as _;
    let inode = |name: &str| fs::metadata(tree.path(name)).unwrap().ino();
    assert_eq!(inode("two"), inode("keep/one"));
    assert_eq!(inode("three"), inode("keep/one"));
    assert_ne!(inode("other"), inode("two"));
}

#[test]
fn what_cannot_be_undone_is_confirmed_by_its_number() {
    let tree = Tree::new();
    for name in ["a.log", "b.log", "c.txt"] {
        tree.file(name, b"x");
    }
    let service = Service::start(tree.root(), &["--allow-write"]);
    let roots = json!([{"root": service.root()}]);
    let made = plan(
        &service,
        json!({
            "kind": "delete", "roots": roots, "how": "delete",
            "where": "ext = log",
        }),
    );
    assert_eq!((&made["undo"], &made["confirm"]), (&json!("none"), &json!(2)));
    for body in [json!({}), json!({"confirm": 3})] {
        let answer = act(&service, &made["id"], "apply", &body);
        assert_eq!((answer.status, &*answer.problem()), (422, "confirm"));
    }
    let answer = act(&service, &made["id"], "apply", &json!({"confirm": 2}));
    let job = service.wait(answer.json()["id"].as_i64().unwrap());
    assert_eq!(job["result"]["done"], 2);
    assert_eq!(files(&tree), BTreeSet::from(["c.txt".to_owned()]));
    let undo = act(&service, &made["id"], "undo", &json!({}));
    assert_eq!(undo.problem(), "no-undo");
}

#[test]
fn a_file_that_changed_since_the_plan_was_made_is_left_alone() {
    let tree = Tree::new();
    tree.file("a.txt", b"x");
    tree.file("b.txt", b"x");
    let service = Service::start(tree.root(), &["--allow-write"]);
    let roots = json!([{"root": service.root()}]);
    let into = json!({"root": service.root(), "path": "moved/here"});
    let made = plan(
        &service,
        json!({
            "kind": "move", "roots": roots, "extension": "txt", "into": into,
        }),
    );
    assert_eq!(made["steps"], 2, "{made}");
    tree.file("a.txt", b"another");
    let job = apply(&service, &made["id"]);
    assert_eq!(
        (&job["state"], &job["result"]["failed"]),
        (&json!("no"), &json!(1))
    );
    let expected = ["a.txt", "moved/here/b.txt"].map(str::to_owned);
    assert_eq!(files(&tree), BTreeSet::from(expected));
    let steps = format!("/api/v1/plans/{}/steps", made["id"]);
    let failed = service.get(&format!("{steps}?only=failed")).json();
    assert_eq!(failed["total"], 1);
    assert!(!failed["rows"][0]["why"].as_str().unwrap().is_empty());
    let states: BTreeSet<String> = service.get(&steps).json()["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["state"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(states, BTreeSet::from(["done", "failed"].map(str::to_owned)));
}

#[test]
fn nothing_is_changed_by_whoever_may_not() {
    let tree = Tree::new();
    tree.file("a.txt", b"x");
    let service = Service::start(tree.root(), &[]);
    let roots = json!([{"root": service.root()}]);
    let made = plan(
        &service,
        json!({
            "kind": "rename", "roots": roots, "template": "b.txt",
        }),
    );
    let answer = act(&service, &made["id"], "apply", &json!({}));
    assert_eq!((answer.status, &*answer.problem()), (403, "not-allowed"));
    let forged = json!({"kind": "apply", "plan": made["id"]});
    let answer = service.post("/api/v1/jobs", &forged);
    assert_eq!((answer.status, &*answer.problem()), (422, "invalid"));
    assert_eq!(files(&tree), BTreeSet::from(["a.txt".to_owned()]));
    for (what, body) in [
        (
            "out of the root",
            json!({"kind": "move", "roots": roots,
            "into": {"root": service.root(), "path": "../out"}}),
        ),
        ("to nowhere", json!({"kind": "move", "roots": roots})),
        (
            "another root",
            json!({"kind": "copy", "roots": roots,
            "into": {"root": "r0"}}),
        ),
        (
            "a name with a slash",
            json!({"kind": "rename", "roots": roots,
            "template": "../{name}"}),
        ),
        ("no names", json!({"kind": "rename", "roots": roots})),
        (
            "a folder elsewhere",
            json!({"kind": "dedupe", "roots": roots,
            "keep": ["under:/etc"]}),
        ),
    ] {
        let answer = service.post("/api/v1/plans", &body);
        match answer.status {
            404 | 422 => {
                answer.problem();
            }
            201 => {
                let made =
                    ready(&service, answer.json()["id"].as_i64().unwrap());
                let steps = &made["steps"];
                let is_nothing = made["state"] == "failed" || *steps == 0;
                assert!(is_nothing, "{what}: {made}");
            }
            other => panic!("{what}: {other}: {}", answer.text()),
        }
    }
}

#[test]
fn a_move_that_is_killed_in_the_middle_is_gone_on_with_and_done_once() {
    let tree = Tree::new();
    tree.dir("from");
    let count = 4000;
    for number in 0..count {
        tree.file(format!("from/{number:05}"), number.to_string().as_bytes());
    }
    let state = Rc::new(Tree::new());
    let options = ["--allow-write"];
    let mut service =
        Service::start_with(Rc::clone(&state), tree.root(), &options);
    let roots = json!([{"root": service.root(), "path": "from"}]);
    let into = json!({"root": service.root(), "path": "to"});
    let made = plan(
        &service,
        json!({
            "kind": "move", "roots": roots, "into": into, "flat": true,
        }),
    );
    assert_eq!(made["steps"], count);
    let answer = act(&service, &made["id"], "apply", &json!({}));
    assert_eq!(answer.status, 202, "{}", answer.text());
    let job = answer.json()["id"].as_i64().unwrap();
    // Killed again and again, each time a little later.
    for pause in [1, 5, 20, 60] {
        sleep(Duration::from_millis(pause));
        service.signal(Signal::KILL);
        drop(service);
        service =
            Service::start_with(Rc::clone(&state), tree.root(), &options);
    }
    let done = service.wait(job);
    assert_eq!(done["state"], "done", "{done}");
    let moved: BTreeSet<String> =
        (0..count).map(|number| format!("to/{number:05}")).collect();
    // Nothing is lost, and nothing is there twice.
    assert_eq!(files(&tree), moved);
    for name in files(&tree) {
        let content = fs::read_to_string(tree.path(&*name)).unwrap();
        let (_, number) = name.split_once('/').unwrap();
        assert_eq!(content, number.parse::<u32>().unwrap().to_string());
    }
}
