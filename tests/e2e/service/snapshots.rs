//! The files of snapshots, and what differs between two: paged, filtered,
//! sorted and downloaded as the records of jobs are, and by folder.

use std::{fs, rc::Rc};

use sanchay_testkit::Tree;
use serde_json::{Value, json};

use super::server::{Answer, Service};

/// A service with two snapshots of a tree that changed in between.
struct Twice {
    tree: Tree,
    service: Service,
    first: String,
    second: String,
}

fn taken(service: &Service) -> String {
    let job = service.run("snapshot", json!({"hash": true}));
    assert_eq!(job["state"], "done", "{job}");
    job["result"]["snapshot"].to_string()
}

fn twice() -> Twice {
    let tree = Tree::new();
    for folder in ["logs/old", "pictures/2026", "still"] {
        tree.dir(folder);
    }
    for number in 0..30_usize {
        let name = format!("logs/old/{number:02}.log");
        tree.file(&*name, vec![b'x'; 100 + number]);
    }
    tree.file("pictures/2026/a.jpg", vec![b'a'; 5000]);
    tree.file("pictures/b.JPG", vec![b'b'; 700]);
    tree.file("still/note.md", b"note");
    let service = Service::start(tree.root(), &["--allow-write"]);
    let first = taken(&service);
    tree.file("logs/old/more.log", vec![b'y'; 90_000]);
    fs::remove_file(tree.path("pictures/2026/a.jpg")).unwrap();
    fs::write(tree.path("still/note.md"), "a longer note").unwrap();
    let moved = tree.path("pictures/2026/b.JPG");
    fs::rename(tree.path("pictures/b.JPG"), moved).unwrap();
    let second = taken(&service);
    Twice { tree, service, first, second }
}

/// What of a page is told, by these fields.
fn told(answer: &Answer, fields: &[&str]) -> Vec<Vec<Value>> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let page = answer.json();
    let rows = page["rows"].as_array().unwrap().iter();
    rows.map(|row| fields.iter().map(|it| row[it].clone()).collect()).collect()
}

#[test]
fn the_files_of_a_snapshot_stay_and_are_paged_as_those_of_a_job() {
    let it = twice();
    let root = fs::canonicalize(it.tree.root()).unwrap();
    let root = root.to_str().unwrap();
    let path = |rest: &str| {
        let first = &it.first;
        it.service.get(&format!("/api/v1/snapshots/{first}/results{rest}"))
    };
    // The file that is gone by now is among them, with its digest.
    let answer = path("?where=ext%20%3D%20jpg&sort=-size");
    let rows = told(&answer, &["path", "size"]);
    assert_eq!(
        rows,
        [
            vec![json!(format!("{root}/pictures/2026/a.jpg")), json!(5000)],
            vec![json!(format!("{root}/pictures/b.JPG")), json!(700)],
        ]
    );
    assert!(answer.json()["rows"][0]["hash"].is_string());
    assert_eq!(answer.json()["complete"], true);
    let mut cursor = String::new();
    let mut seen = Vec::new();
    loop {
        let page = path(&format!("?limit=7&fields=path{cursor}"));
        seen.extend(told(&page, &["path"]));
        let Some(next) = page.json()["next"].as_str().map(str::to_owned)
        else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen.len(), 33);
    seen.sort_by_key(|row| row[0].to_string());
    seen.dedup();
    assert_eq!(seen.len(), 33);
    let csv = it.service.send(
        "GET",
        &format!(
            "/api/v1/snapshots/{}/results?sort=path&fields=path,size",
            it.first
        ),
        &[("accept", "text/csv")],
        b"",
    );
    assert_eq!(csv.header("content-type"), "text/csv");
    assert_eq!(csv.text().lines().count(), 34);
    // As a view, it has the same rows; a plan can be made of them.
    let body = json!({
        "source": {"snapshot": it.second}, "filter": "ext = md",
        "sort": "path",
    });
    let answer = it.service.post("/api/v1/views", &body);
    assert_eq!(answer.status, 201, "{}", answer.text());
    let view = answer.json()["id"].as_str().unwrap().to_owned();
    let rows = it.service.get(&format!("/api/v1/views/{view}/rows")).json();
    assert_eq!(rows["total"], 1);
    let plan = it.service.post(
        "/api/v1/plans",
        &json!({"kind": "rename", "view": view, "template": "x.{ext}"}),
    );
    assert_eq!(plan.status, 201, "{}", plan.text());
    let plan = plan.json()["id"].clone();
    let steps = loop {
        let plan = it.service.get(&format!("/api/v1/plans/{plan}")).json();
        if plan["state"] != "making" {
            break plan["steps"].clone();
        }
    };
    assert_eq!(steps, 1);
}

#[test]
fn what_differs_between_snapshots_is_told_in_sums_files_and_folders() {
    let it = twice();
    let pair = format!("{}...{}", it.first, it.second);
    let get = |rest: &str| {
        let answer = it.service.get(&format!("/api/v1/diffs/{pair}{rest}"));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer
    };
    let sums = get("").json();
    assert_eq!(sums["a"]["id"], json!(it.first));
    let grown = 90_000 - 5000 + 9;
    assert_eq!(
        (&sums["total"], &sums["files"], &sums["bytes"]),
        (&json!(4), &json!(0), &json!(grown))
    );
    let change = |name: &str| {
        let all = sums["changes"].as_array().unwrap();
        let one = all.iter().find(|it| it["change"] == name).unwrap();
        (one["files"].as_i64().unwrap(), one["bytes"].as_i64().unwrap())
    };
    assert_eq!(change("new"), (1, 90_000));
    assert_eq!(change("deleted"), (1, -5000));
    assert_eq!(change("changed"), (1, 9));
    assert_eq!(change("moved"), (1, 0));
    let fields = ["change", "path"];
    let rows = told(&get("/results?where=size%20%3E%3D%200"), &fields);
    assert_eq!(rows.len(), 4);
    assert_eq!(
        rows[0],
        [json!("new"), json!("logs/old/more.log")],
        "{rows:?}"
    );
    // The same as the job tells.
    let job = it.service.run("diff", json!({"a": it.first, "b": it.second}));
    let job = format!("/api/v1/jobs/{}/results", job["id"]);
    assert_eq!(told(&it.service.get(&job), &fields), rows);
    let folders = get("/tree").json()["folders"].clone();
    let grown: Vec<_> = folders.as_array().unwrap().iter().collect();
    assert_eq!(grown[0]["path"], "logs");
    assert_eq!(grown[0]["bytes"], 90_000);
    assert_eq!(grown[0]["has_folders"], true);
    assert_eq!(grown[1]["path"], "pictures");
    assert_eq!(
        (&grown[1]["files"], &grown[1]["bytes"]),
        (&json!(-1), &json!(-5000))
    );
    let within = get("/tree?path=pictures").json()["folders"].clone();
    // One came, one went.
    assert_eq!(within[0]["path"], "pictures/2026");
    assert_eq!(
        (&within[0]["files"], &within[0]["bytes"], &within[0]["moved"]),
        (&json!(0), &json!(-4300), &json!(1))
    );
    let steep = get("/steepest?n=2").json()["folders"].clone();
    assert_eq!(steep[0]["path"], "logs/old");
    assert_eq!(steep.as_array().unwrap().len(), 2);
    let view = it.service.post(
        "/api/v1/views",
        &json!({"source": {"diff": [it.first, it.second]},
            "sort": "-size"}),
    );
    assert_eq!(view.status, 201, "{}", view.text());
    let view = view.json()["id"].as_str().unwrap().to_owned();
    let rows = it.service.get(&format!("/api/v1/views/{view}/rows")).json();
    assert_eq!(rows["total"], 4);
    let plan = json!({"kind": "delete", "view": view});
    let refused = it.service.post("/api/v1/plans", &plan);
    assert_eq!((refused.status, &*refused.problem()), (422, "invalid"));
}

#[test]
fn a_view_of_differences_has_only_the_kinds_that_are_asked_for() {
    let it = twice();
    let view = |body: &Value| it.service.post("/api/v1/views", body);
    let source = json!({"diff": [it.first, it.second]});
    let rows = |changes: &[&str]| {
        let made = view(&json!({"source": source, "changes": changes}));
        assert_eq!(made.status, 201, "{}", made.text());
        let made = made.json();
        let id = made["id"].as_str().unwrap();
        let path = format!("/api/v1/views/{id}/rows?fields=change");
        let rows = it.service.get(&path).json()["rows"].clone();
        let rows = rows.as_array().unwrap().iter();
        let rows = rows.map(|row| row[0].as_str().unwrap().to_owned());
        (id.to_owned(), rows.collect::<Vec<_>>())
    };
    assert_eq!(rows(&[]).1.len(), 4);
    assert_eq!(rows(&["deleted"]).1, ["deleted"]);
    let (one, mut found) = rows(&["new", "moved"]);
    found.sort();
    assert_eq!(found, ["moved", "new"]);
    assert_eq!(rows(&["moved", "new", "new"]).0, one);
    assert!(rows(&["touched"]).1.is_empty());
    let refused = |source: &Value, changes: &[&str], says: &str| {
        let body = json!({"source": source, "changes": changes});
        let answer = view(&body);
        assert_eq!((answer.status, &*answer.problem()), (422, "invalid"));
        assert!(answer.text().contains(says), "{}", answer.text());
    };
    refused(&source, &["newer"], "none of new, changed, moved");
    let snapshot = json!({"snapshot": it.first});
    refused(&snapshot, &["new"], "only differences");
}

#[test]
fn snapshots_of_other_places_are_not_there() {
    let state = Rc::new(Tree::new());
    let other = Tree::new();
    other.file("secret", b"x");
    let catalog = state.path("catalog.db");
    crate::sanchay()
        .words("snapshot --name theirs")
        .arg(format!("--catalog={}", catalog.display()))
        .arg(other.root())
        .run()
        .succeeds();
    let tree = Tree::new();
    tree.file("mine", b"y");
    let service = Service::start_with(Rc::clone(&state), tree.root(), &[]);
    let mine = taken(&service);
    let all = service.get("/api/v1/snapshots").json();
    assert_eq!(all["snapshots"].as_array().unwrap().len(), 1);
    for path in [
        "snapshots/theirs/results",
        "snapshots/1/results",
        "snapshots/1/tree",
        &format!("diffs/1...{mine}"),
        &format!("diffs/{mine}...theirs/results"),
        &format!("diffs/{mine}...1/tree"),
        &format!("diffs/{mine}...1/steepest"),
        &format!("diffs/{mine}"),
        "snapshots/none/results",
        "snapshots/%2e%2e/tree",
        "summary?snapshot=1",
    ] {
        let answer = service.get(&format!("/api/v1/{path}"));
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
        assert!(!answer.text().contains("secret"));
    }
    for source in [
        json!({"snapshot": "1"}),
        json!({"diff": ["1", mine]}),
        json!({"snapshot": "theirs"}),
    ] {
        let view = service.post("/api/v1/views", &json!({"source": source}));
        assert_eq!(view.status, 404, "{}", view.text());
    }
    for source in [
        json!({}),
        json!({"job": 1, "snapshot": mine}),
        json!({"diff": [mine]}),
        json!({"diff": [mine, mine, mine]}),
    ] {
        let view = service.post("/api/v1/views", &json!({"source": source}));
        assert_eq!(view.status, 422, "{}", view.text());
    }
}
