//! Groups of equal files: rules that are tried out, marks of single files,
//! folders that are protected, and decisions for pairs of folders.

use std::{fs, thread::sleep, time::Duration};

use sanchay_testkit::Tree;
use serde_json::{Value, json};

use super::server::{Answer, Service};

fn tree() -> Tree {
    let tree = Tree::new();
    for folder in ["originals", "copies/more", "other"] {
        tree.dir(folder);
    }
    for name in ["originals/one", "copies/one"] {
        tree.file(name, vec![b'1'; 7000]);
    }
    for name in ["originals/two", "copies/two", "copies/more/two"] {
        tree.file(name, vec![b'2'; 4000]);
    }
    for name in ["other/three", "originals/three"] {
        tree.file(name, vec![b'3'; 100]);
    }
    tree.file("copies/single", b"of its kind");
    tree
}

struct Found {
    tree: Tree,
    service: Service,
    job: i64,
}

fn found(options: Value) -> Found {
    let tree = tree();
    let service = Service::start(tree.root(), &["--allow-write"]);
    let job = service.run("dupes", options);
    let job = job["id"].as_i64().unwrap();
    Found { tree, service, job }
}

impl Found {
    fn path(&self, rest: &str) -> String {
        format!("/api/v1/jobs/{}/{rest}", self.job)
    }

    fn send(&self, method: &str, rest: &str, body: &Value) -> Answer {
        let body = body.to_string();
        let path = self.path(rest);
        self.service.send(method, &path, &[], body.as_bytes())
    }

    fn rules(&self, body: &Value) -> Value {
        let answer = self.send("PUT", "rules", body);
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// All groups: of each file its path below the root, its mark, and why.
    fn groups(&self) -> Vec<Vec<(String, String, Value)>> {
        let page = self.service.get(&self.path("groups")).json();
        let root = fs::canonicalize(self.tree.root()).unwrap();
        let root = format!("{}/", root.display());
        let all = page["groups"].as_array().unwrap().iter();
        all.map(|group| {
            let files = group["files"].as_array().unwrap().iter();
            files
                .map(|file| {
                    let path = file["path"].as_str().unwrap();
                    let path = path.strip_prefix(&root).unwrap().to_owned();
                    let mark = file["mark"].as_str().unwrap().to_owned();
                    (path, mark, file["by"].clone())
                })
                .collect()
        })
        .collect()
    }

    /// The files that would go.
    fn going(&self) -> Vec<String> {
        let mut all: Vec<String> = self
            .groups()
            .into_iter()
            .flatten()
            .filter(|(_, mark, _)| mark == "remove")
            .map(|(path, ..)| path)
            .collect();
        all.sort();
        all
    }

    /// The number of a file.
    fn id(&self, name: &str) -> u64 {
        let page = self.service.get(&self.path("groups")).json();
        let groups = page["groups"].as_array().unwrap().iter();
        let mut files =
            groups.flat_map(|group| group["files"].as_array().unwrap());
        let file =
            files.find(|file| file["path"].as_str().unwrap().ends_with(name));
        file.unwrap()["id"].as_u64().unwrap()
    }

    fn mark(&self, revision: &Value, name: &str, keep: Value) -> Answer {
        let set = json!([{"file": self.id(name), "keep": keep}]);
        let body = json!({"revision": revision, "set": set});
        self.send("PATCH", "marks", &body)
    }

    /// The files that a plan of all that would remove.
    fn planned(&self) -> Vec<String> {
        let body = json!({"kind": "dedupe", "job": self.job, "how": "trash"});
        let answer = self.service.post("/api/v1/plans", &body);
        assert_eq!(answer.status, 201, "{}", answer.text());
        let id = answer.json()["id"].clone();
        loop {
            let plan = format!("/api/v1/plans/{id}");
            let plan = self.service.get(&plan).json();
            if plan["state"] != "making" {
                assert_eq!(plan["state"], "ready", "{plan}");
                break;
            }
            sleep(Duration::from_millis(20));
        }
        let steps = format!("/api/v1/plans/{id}/steps");
        let steps = self.service.get(&steps).json();
        let root = fs::canonicalize(self.tree.root()).unwrap();
        let root = format!("{}/", root.display());
        let rows = steps["rows"].as_array().unwrap().iter();
        let mut all: Vec<String> = rows
            .map(|row| row["path"].as_str().unwrap())
            .map(|path| path.strip_prefix(&root).unwrap().to_owned())
            .collect();
        all.sort();
        all
    }
}

#[test]
fn rules_are_tried_out_and_a_plan_does_what_they_decided() {
    let it = found(json!({}));
    let page = it.service.get(&it.path("groups")).json();
    assert_eq!((&page["lines"], &page["total"]), (&json!(10), &json!(3)));
    assert_eq!(page["groups"][0]["first_line"], 0);
    assert_eq!(page["groups"][1]["first_line"], 4);
    let first = it.groups();
    // By the most bytes; without rules the first path stays.
    assert_eq!(first[0][0].0, "copies/more/two");
    assert_eq!(first[0][0].2, "first");
    let root = fs::canonicalize(it.tree.root()).unwrap();
    let under = format!("under:{}/originals", root.display());
    let decided = it.rules(&json!({"order": [under, "oldest"]}));
    assert_eq!(decided["files"], 4);
    assert_eq!(decided["bytes"], 2 * 4000 + 7000 + 100);
    assert_eq!(decided["groups"], 3);
    let going = ["copies/more/two", "copies/one", "copies/two", "other/three"];
    assert_eq!(it.going(), going);
    assert_eq!(it.groups()[0][2].2, "rule 1");
    assert_eq!(it.planned(), going);
    // A reload has them, and asks no more than it must.
    let kept = it.service.get(&it.path("rules")).json();
    assert_eq!(kept, decided);
    let page = it.service.get(&it.path("groups?line=1&count=3"));
    assert_eq!(page.json()["groups"].as_array().unwrap().len(), 1);
    let etag = page.header("etag").to_owned();
    let headers = [("if-none-match", &*etag)];
    let path = it.path("groups?line=1&count=3");
    let again = it.service.send("GET", &path, &headers, b"");
    assert_eq!(again.status, 304);
    it.rules(&json!({"order": ["newest"]}));
    let again = it.service.send("GET", &path, &headers, b"");
    assert_eq!(again.status, 200);
    for wrong in [
        json!({"order": ["eldest"]}),
        json!({"order": ["under:/etc"]}),
        json!({"order": vec!["oldest"; 33]}),
        json!({"rules": []}),
    ] {
        let answer = it.send("PUT", "rules", &wrong);
        assert_eq!(answer.status, 422, "{wrong}: {}", answer.text());
    }
    let outside = json!({"protect": [{"root": it.service.root(),
        "path": "../.."}]});
    assert_eq!(it.send("PUT", "rules", &outside).status, 404);
}

#[test]
fn marks_are_above_rules_and_protected_folders_above_both() {
    let it = found(json!({}));
    let root = fs::canonicalize(it.tree.root()).unwrap();
    let under = format!("under:{}/originals", root.display());
    let decided = it.rules(&json!({"order": [under]}));
    let answer = it.mark(&decided["revision"], "copies/one", json!(true));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let kept = answer.json();
    assert_eq!((&kept["files"], &kept["groups"]), (&json!(3), &json!(2)));
    assert_eq!(it.going(), ["copies/more/two", "copies/two", "other/three"]);
    assert_eq!(it.planned(), it.going());
    // Who looked at another state changes nothing.
    let late = it.mark(&decided["revision"], "copies/two", json!(true));
    assert_eq!((late.status, &*late.problem()), (412, "stale"));
    // The other way round: the one that the rule keeps goes.
    let answer = it.mark(&kept["revision"], "originals/one", json!(false));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let turned = answer.json();
    assert!(it.going().contains(&"originals/one".to_owned()));
    assert!(!it.going().contains(&"copies/one".to_owned()));
    assert_eq!(it.planned(), it.going());
    // The last copy cannot be marked.
    let last = it.mark(&turned["revision"], "copies/one", json!(false));
    assert_eq!((last.status, &*last.problem()), (409, "last-copy"));
    let taken = it.mark(&turned["revision"], "copies/one", json!(null));
    assert_eq!((taken.status, &*taken.problem()), (409, "last-copy"));
    // What is protected stays, whatever is marked.
    let protect = json!([{"root": it.service.root(), "path": "copies"}]);
    let body = json!({"order": [under], "protect": protect});
    let protected = it.rules(&body);
    let groups = it.groups();
    let copies: Vec<_> = groups
        .iter()
        .flatten()
        .filter(|(path, ..)| path.starts_with("copies/"))
        .collect();
    assert_eq!(copies.len(), 3);
    for (path, mark, by) in copies {
        assert_eq!((&**mark, by), ("keep", &json!("protected")), "{path}");
    }
    assert_eq!(it.going(), ["originals/one", "originals/two", "other/three"]);
    assert_eq!(it.planned(), it.going());
    let none = json!({"revision": protected["revision"],
        "set": [{"file": 999, "keep": true}]});
    assert_eq!(it.send("PATCH", "marks", &none).status, 422);
}

#[test]
fn a_decision_for_two_folders_marks_what_both_have() {
    let it = found(json!({}));
    let page = it.service.get(&it.path("folder-pairs")).json();
    let pairs = page["pairs"].as_array().unwrap();
    let told: Vec<_> = pairs
        .iter()
        .map(|pair| {
            let name = |side: &str| {
                let path = pair[side].as_str().unwrap();
                path.rsplit('/').next().unwrap().to_owned()
            };
            (name("a"), name("b"), pair["same"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(
        told[0],
        ("copies".to_owned(), "originals".to_owned(), 2),
        "{told:?}"
    );
    // Beside them: the single one; the third file, which is elsewhere, too.
    assert_eq!(pairs[0]["only_a"], 1);
    assert_eq!(pairs[0]["only_b"], 1);
    assert_eq!(pairs[0]["whole"], false);
    let first = format!("folder-pairs/{}", pairs[0]["id"]);
    let decided = it.send("POST", &first, &json!({"keep": "b"}));
    assert_eq!(decided.status, 200, "{}", decided.text());
    let groups = it.groups();
    let of = |name: &str| {
        let mut all = groups.iter().flatten();
        let file = all.find(|(path, ..)| path == name).unwrap();
        (file.1.clone(), file.2.clone())
    };
    let hand = json!("hand");
    for name in ["one", "two"] {
        let keep = ("keep".to_owned(), hand.clone());
        assert_eq!(of(&format!("originals/{name}")), keep);
        let go = ("remove".to_owned(), hand.clone());
        assert_eq!(of(&format!("copies/{name}")), go);
    }
    // Another folder's copy is as it was before: the first path stays.
    assert_eq!(of("copies/more/two").0, "keep");
    assert_eq!(it.planned(), it.going());
    let none = it.send("POST", "folder-pairs/999", &json!({"keep": "a"}));
    assert_eq!(none.status, 404);
    let wrong = it.send("POST", &first, &json!({"keep": "both"}));
    assert_eq!(wrong.status, 422);
}

#[test]
fn folders_that_are_the_same_as_a_whole_are_decided_on_as_one() {
    let tree = Tree::new();
    for folder in ["a/sub", "b/sub"] {
        tree.dir(folder);
    }
    for side in ["a", "b"] {
        tree.file(format!("{side}/sub/one"), vec![b'1'; 3000]);
        tree.file(format!("{side}/two"), vec![b'2'; 2000]);
    }
    let service = Service::start(tree.root(), &["--allow-write"]);
    let job = service.run("dupes", json!({"folders": true}));
    let job = job["id"].as_i64().unwrap();
    let it = Found { tree, service, job };
    let page = it.service.get(&it.path("groups")).json();
    let group = &page["groups"][0];
    assert_eq!(
        (&group["kind"], &group["file_count"]),
        (&json!("directory"), &json!(2))
    );
    let pairs = it.service.get(&it.path("folder-pairs")).json();
    assert_eq!(
        (&pairs["pairs"][0]["whole"], &pairs["pairs"][0]["same"]),
        (&json!(true), &json!(2))
    );
    assert_eq!(pairs["pairs"][0]["only_a"], 0);
    let answer = it.send("POST", "folder-pairs/0", &json!({"keep": "b"}));
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["files"], 2);
    assert_eq!(it.going(), ["a"]);
    // The plan goes file by file.
    assert_eq!(it.planned(), ["a/sub/one", "a/two"]);
}

#[test]
fn groups_are_those_of_a_search_for_duplicates() {
    let it = found(json!({}));
    let scan = it.service.run("scan", json!({}))["id"].clone();
    for rest in ["groups", "rules", "folder-pairs"] {
        let path = format!("/api/v1/jobs/{scan}/{rest}");
        let answer = it.service.get(&path);
        assert_eq!((answer.status, &*answer.problem()), (409, "no-groups"));
        let none = it.service.get(&format!("/api/v1/jobs/9999/{rest}"));
        assert_eq!(none.status, 404);
    }
    for rest in ["groups?count=0", "groups?count=1001", "groups?x=1"] {
        assert_eq!(it.service.get(&it.path(rest)).status, 400, "{rest}");
    }
    let beyond = it.service.get(&it.path("groups?line=5000")).json();
    assert_eq!(beyond["groups"], json!([]));
    // What was decided is there after a restart of the page, for each job.
    let other = it.service.run("dupes", json!({}))["id"].clone();
    it.rules(&json!({"order": ["newest"]}));
    let rules = it.service.get(&format!("/api/v1/jobs/{other}/rules"));
    assert_eq!(rules.json()["revision"], 0);
}
