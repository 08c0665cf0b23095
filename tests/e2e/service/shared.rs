//! Several instances with one database: any takes any request, and each job is
//! done once, whoever dies.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    rc::Rc,
    thread::sleep,
    time::Duration,
};

use rustix::process::Signal;
use sanchay_testkit::Tree;
use serde_json::json;

use super::{postgres::Postgres, server::Service};

/// A tree of so many files.
fn tree(count: usize) -> Tree {
    let tree = Tree::new();
    tree.dir("from");
    for number in 0..count {
        tree.file(format!("from/{number:05}"), number.to_string().as_bytes());
    }
    tree
}

#[test]
fn any_instance_answers_for_the_jobs_of_all() {
    let Some(postgres) = Postgres::start() else { return };
    let tree = tree(200);
    let url = postgres.url();
    // One takes requests, the other does the work.
    let front =
        Service::start(tree.root(), &["--database", &url, "--jobs", "0"]);
    let worker = Service::start(tree.root(), &["--database", &url]);
    let job = front.run("hash", json!({}));
    assert_eq!((&job["state"], &job["rows"]), (&json!("done"), &json!(200)));
    let path = format!("/results?job={}&sort=-size&limit=3", job["id"]);
    let [one, other] = [&front, &worker].map(|it| it.get(&path).json());
    assert_eq!(one["rows"].as_array().unwrap().len(), 3);
    assert_eq!(one, other);
    // A key of one is good for the other.
    let bearer = format!("Bearer {}", front.key);
    let headers = [("authorization", &*bearer)];
    let session = worker.send("GET", "/api/v1/session", &headers, b"");
    assert_eq!(session.status, 200);
    // A view that one made, the other knows.
    let view = json!({"source": {"job": job["id"]}, "filter": "size = 3"});
    let view = front.post("/api/v1/views", &view).json();
    let rows = format!("/api/v1/views/{}/rows", view["id"].as_str().unwrap());
    let [one, other] = [&front, &worker].map(|it| it.get(&rows).json());
    assert_eq!(one["total"], 100);
    assert_eq!(one, other);
    // Results of PostgreSQL and of SQLite are the same.
    let alone = Service::start(tree.root(), &[]);
    let job_alone = alone.run("hash", json!({}));
    let csv = |service: &Service, id: &serde_json::Value| {
        let headers = [("accept", "text/csv")];
        let path = format!("/results?job={id}");
        service.send("GET", &path, &headers, b"").body
    };
    assert_eq!(csv(&front, &job["id"]), csv(&alone, &job_alone["id"]));
}

#[test]
fn each_of_many_jobs_is_done_once_by_some_instance() {
    let Some(postgres) = Postgres::start() else { return };
    let tree = tree(5);
    let url = postgres.url();
    let all: Vec<Service> = (0..3)
        .map(|_| {
            Service::start(tree.root(), &["--database", &url, "--jobs", "4"])
        })
        .collect();
    let ids: Vec<i64> = std::thread::scope(|scope| {
        let begun: Vec<_> = all
            .iter()
            .map(|service| {
                let client = (**service).clone();
                scope.spawn(move || {
                    let begin = |_| client.begin("scan", json!({}));
                    (0..40).map(begin).collect::<Vec<_>>()
                })
            })
            .collect();
        begun.into_iter().flat_map(|it| it.join().unwrap()).collect()
    });
    assert_eq!(BTreeSet::from_iter(&ids).len(), 120);
    for id in ids {
        let job = all[0].wait(id);
        assert_eq!(job["state"], "done");
        assert_eq!((&job["attempts"], &job["rows"]), (&json!(1), &json!(5)));
    }
}

#[test]
fn a_batch_that_loses_its_instance_is_finished_by_another_and_done_once() {
    let Some(postgres) = Postgres::start() else { return };
    let count = 3000;
    let tree = tree(count);
    let url = postgres.url();
    let state = Tree::new();
    let folder = state.path("shared");
    let folder = folder.to_str().unwrap();
    let options = ["--allow-write", "--database", &url, "--state-dir", folder];
    let mut all: BTreeMap<usize, Service> = (0..4)
        .map(|number| {
            let own = Rc::new(Tree::new());
            let service = Service::start_with(own, tree.root(), &options);
            (number, service)
        })
        .collect();
    let root = all[&0].root();
    let body = json!({
        "kind": "move", "flat": true,
        "roots": [{"root": root, "path": "from"}],
        "into": {"root": root, "path": "to"},
    });
    let plan = all[&0].post("/api/v1/plans", &body).json();
    let id = plan["id"].as_i64().unwrap();
    while all[&1].get(&format!("/api/v1/plans/{id}")).json()["state"]
        == "making"
    {
        sleep(Duration::from_millis(20));
    }
    let path = format!("/api/v1/plans/{id}/apply");
    let job = all[&2].post(&path, &json!({}));
    assert_eq!(job.status, 202, "{}", job.text());
    let job = job.json()["id"].as_i64().unwrap();
    // Whoever has it, loses it.
    sleep(Duration::from_millis(30));
    for number in [0, 1, 2] {
        all[&number].signal(Signal::KILL);
        all.remove(&number);
    }
    let done = all[&3].wait(job);
    assert_eq!(done["state"], "done", "{done}");
    let names: BTreeSet<String> = fs::read_dir(tree.path("to"))
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    let expected: BTreeSet<String> =
        (0..count).map(|number| format!("{number:05}")).collect();
    assert_eq!(names, expected);
    assert_eq!(fs::read_dir(tree.path("from")).unwrap().count(), 0);
    for name in names {
        let content = fs::read_to_string(tree.path(format!("to/{name}")));
        let number: usize = name.parse().unwrap();
        assert_eq!(content.unwrap(), number.to_string());
    }
}

#[test]
fn a_worker_runs_the_jobs_of_a_service_that_runs_none() {
    let Some(postgres) = Postgres::start() else { return };
    let tree = tree(20);
    let (url, own) = (postgres.url(), Tree::new());
    let service =
        Service::start(tree.root(), &["--database", &url, "--jobs", "0"]);
    let worker = crate::sanchay()
        .args(["worker", "--database", &url])
        .arg(format!("--catalog={}", own.path("catalog.db").display()))
        .arg(tree.root())
        .limit(Duration::from_secs(600))
        .start();
    assert_eq!(service.run("scan", json!({}))["files"], 20);
    worker.signal(Signal::TERM);
    let _ = worker.wait().exits(0);
    let alone = crate::sanchay().arg("worker").arg(tree.root()).run().exits(2);
    assert!(alone.stderr.contains("--database"), "{}", alone.stderr);
}
