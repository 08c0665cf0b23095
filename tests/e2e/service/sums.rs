//! What files come to, and their folders as a map.

use sanchay_testkit::Tree;
use serde_json::{Value, json};

use super::server::Service;

fn tree() -> Tree {
    let tree = Tree::new();
    for folder in ["photos/2025", "photos/2026", "src"] {
        tree.dir(folder);
    }
    for number in 0..5_usize {
        let name = format!("photos/2025/{number}.jpg");
        tree.file(&*name, vec![b'a'; 1000 + number]);
        let name = format!("photos/2026/{number}.mp4");
        tree.file(&*name, vec![b'b'; 3000 + number]);
    }
    tree.file("src/main.rs", b"fn main() {}");
    tree.file([&b"src/\xff"[..]].concat(), b"odd");
    tree.file("README", b"read me");
    tree.hard_link("photos/2025/4.jpg", "src/again.jpg");
    tree
}

/// The children of a node of a map: name, size, files, kind, folder or not.
fn within(map: &Value, parent: i64) -> Vec<(Value, u64, u64, String, bool)> {
    let parents = map["parent"].as_array().unwrap();
    let mut all: Vec<_> = (0..parents.len())
        .filter(|at| parents[*at] == parent)
        .map(|at| {
            (
                map["name"][at].clone(),
                map["size"][at].as_u64().unwrap(),
                map["files"][at].as_u64().unwrap(),
                map["kind"][at].as_str().unwrap().to_owned(),
                map["dir"][at] == 1,
            )
        })
        .collect();
    all.sort_by_key(|it| std::cmp::Reverse(it.1));
    all
}

fn place(map: &Value, name: &str) -> i64 {
    let names = map["name"].as_array().unwrap();
    let at = names.iter().position(|it| it == name).unwrap();
    i64::try_from(at).unwrap()
}

#[test]
fn what_a_job_found_and_a_snapshot_come_to_the_same_as_a_summary() {
    let tree = tree();
    let service = Service::start(tree.root(), &[]);
    let none = service.get("/api/v1/summary");
    assert_eq!((none.status, &*none.problem()), (404, "nothing-known"));
    let summary = service.run("summary", json!({}))["result"].clone();
    let scan = service.run("scan", json!({}))["id"].clone();
    let taken = service.run("snapshot", json!({}))["result"].clone();
    service.run("dupes", json!({}));
    let of = |query: &str| {
        let answer = service.get(&format!("/api/v1/summary{query}"));
        assert_eq!(answer.status, 200, "{query}: {}", answer.text());
        answer.json()
    };
    let of_job = of(&format!("?job={scan}"));
    assert_eq!(of_job["source"], json!({"job": scan}));
    for name in ["files", "bytes", "allocated", "extensions", "ages"] {
        let plain = |list: &Value| match list.as_array() {
            None => vec![list.clone()],
            Some(all) => all
                .iter()
                .map(|it| json!([it["files"], it["bytes"]]))
                .collect(),
        };
        assert_eq!(plain(&of_job[name]), plain(&summary[name]), "{name}");
    }
    let kinds: Vec<_> = of_job["kinds"].as_array().unwrap().iter().collect();
    assert_eq!(kinds[0]["id"], "video");
    assert_eq!(kinds[0]["bytes"], 5 * 3000 + 10);
    // The bytes of a file with two names count once.
    assert_eq!(
        (&kinds[1]["id"], &kinds[1]["files"], &kinds[1]["bytes"]),
        (&json!("image"), &json!(6), &json!(5 * 1000 + 10))
    );
    let newest = of("");
    let number = taken["snapshot"].to_string();
    assert_eq!(newest["source"], json!({"snapshot": number}));
    assert_eq!(newest["files"], of_job["files"]);
    assert_eq!(newest["since"], Value::Null);
    assert_eq!(newest["history"][0]["snapshot"], number);
    assert_eq!(newest["reclaimable"]["groups"], 0);
    tree.file("photos/2026/new.mp4", vec![b'c'; 50_000]);
    service.run("snapshot", json!({}));
    let later = of(&format!("?root={}", service.root()));
    assert_eq!(later["since"]["snapshot"], number);
    assert_eq!(
        (&later["since"]["files"], &later["since"]["bytes"]),
        (&json!(1), &json!(50_000))
    );
    assert_eq!(later["history"].as_array().unwrap().len(), 2);
    // A part of it, by a filter.
    let body = json!({"source": {"job": scan}, "filter": "ext = mp4"});
    let view = service.post("/api/v1/views", &body).json();
    let part = of(&format!("?view={}", view["id"].as_str().unwrap()));
    assert_eq!(part["files"], 5);
    for (query, status) in [
        ("?job=1&snapshot=1", 400),
        ("?job=9999", 404),
        ("?root=r0", 404),
        ("?view=v1", 404),
        ("?job=1", 409),
    ] {
        let answer = service.get(&format!("/api/v1/summary{query}"));
        assert_eq!(answer.status, status, "{query}");
        answer.problem();
    }
}

#[test]
fn folders_are_a_map_of_which_a_part_is_asked_for() {
    let tree = tree();
    let service = Service::start(tree.root(), &[]);
    let scan = service.run("scan", json!({}))["id"].clone();
    let taken = service.run("snapshot", json!({}))["result"].clone();
    let path = format!("/api/v1/snapshots/{}/tree", taken["snapshot"]);
    let answer = service.get(&path);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let map = answer.json();
    let columns: Vec<usize> = map
        .as_object()
        .unwrap()
        .values()
        .map(|it| it.as_array().unwrap().len())
        .collect();
    assert!(columns.iter().all(|it| *it == columns[0]), "{columns:?}");
    let parents = map["parent"].as_array().unwrap().iter().enumerate();
    for (at, parent) in parents.skip(1) {
        let parent = usize::try_from(parent.as_i64().unwrap()).unwrap();
        assert!(parent < at, "parents come first");
    }
    // The root, what is in it, and what is directly in that.
    let root = std::fs::canonicalize(tree.root()).unwrap();
    let root = root.to_str().unwrap();
    let top = within(&map, 0);
    assert_eq!(top.len(), 1);
    assert_eq!(top[0].0, root);
    let in_root = within(&map, place(&map, root));
    let names: Vec<_> = in_root.iter().map(|it| it.0.clone()).collect();
    assert_eq!(names, [json!("photos"), json!("src"), json!(null)]);
    assert_eq!(in_root[2].3, "other");
    assert!(!in_root[2].4);
    let photos = within(&map, place(&map, "photos"));
    assert_eq!((&photos[0].0, photos[0].2), (&json!("2026"), 5));
    assert_eq!(photos[0].3, "video");
    let clips = within(&map, place(&map, "2026"));
    assert_eq!(
        clips,
        [(json!(null), 5 * 3000 + 10, 5, "video".to_owned(), false)]
    );
    // The same of a job; known parts are not sent again.
    let of_job = service.get(&format!("/api/v1/jobs/{scan}/tree"));
    assert_eq!(of_job.json()["name"], map["name"]);
    let etag = answer.header("etag").to_owned();
    let headers = [("if-none-match", &*etag)];
    let again = service.send("GET", &path, &headers, b"");
    assert_eq!((again.status, again.body.len()), (304, 0));
    let deep = service.get(&format!("{path}?path={root}/photos&depth=1"));
    let deep = deep.json();
    assert_eq!(deep["name"][0], format!("{root}/photos"));
    assert_eq!(deep["name"].as_array().unwrap().len(), 3);
    let few = service.get(&format!("{path}?limit=2&by=files")).json();
    assert!(few["name"].as_array().unwrap().len() < 6, "{few}");
    assert_eq!(few["files"][0], map["files"][0]);
    for (query, status) in [
        ("?depth=0", 400),
        ("?depth=17", 400),
        ("?limit=0", 400),
        ("?limit=20001", 400),
        ("?path=/none", 404),
        ("?path=..", 404),
        ("?by=colour", 400),
    ] {
        let answer = service.get(&format!("{path}{query}"));
        assert_eq!(answer.status, status, "{query}");
        answer.problem();
    }
}
