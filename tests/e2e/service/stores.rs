//! Stores as jobs: what is put and got, into which of them, and where to.

use std::{fs, os::unix::fs::symlink};

use sanchay_testkit::Tree;
use serde_json::{Value, json};

use super::server::Service;

struct Stored {
    tree: Tree,
    aside: Tree,
    service: Service,
}

/// A service with a store, and a tree to put into it.
fn stored(options: &[&str]) -> Stored {
    let (tree, aside) = (Tree::new(), Tree::new());
    for folder in ["d/sub", "empty", "into"] {
        tree.dir(folder);
    }
    tree.file("d/one", vec![b'1'; 50_000]);
    tree.file("d/sub/two", b"two");
    tree.file([&b"d/odd\xff"[..]].concat(), b"odd");
    let place = aside.path("store");
    crate::sanchay().words("store init").arg(&place).run().succeeds();
    let store = format!("backup={}", place.display());
    let mut all = vec!["--store", &*store];
    all.extend(options);
    let service = Service::start(tree.root(), &all);
    Stored { tree, aside, service }
}

impl Stored {
    fn put(&self, path: &str) -> Value {
        let roots = json!([{"root": self.service.root(), "path": path}]);
        let request = json!({"roots": roots, "store": "backup"});
        self.service.run("store-put", request)
    }

    fn begin(&self, request: &Value) -> (u16, Value) {
        let answer = self.service.post("/api/v1/jobs", request);
        (answer.status, answer.json())
    }

    fn get(&self, more: Value) -> Value {
        let mut request = json!({"kind": "store-get", "store": "backup",
            "into": {"root": self.service.root(), "path": "into"}});
        for (name, value) in more.as_object().unwrap() {
            request[name] = value.clone();
        }
        let (status, job) = self.begin(&request);
        assert_eq!(status, 202, "{job}");
        self.service.wait(job["id"].as_i64().unwrap())
    }
}

#[test]
fn a_tree_is_put_into_a_store_and_got_back() {
    let it = stored(&["--allow-write"]);
    let put = it.put("d");
    assert_eq!(put["state"], "done", "{put}");
    assert_eq!(put["result"]["files"], 3);
    assert_eq!(put["result"]["store"], "backup");
    // What was written a moment ago may be read again; it is there already.
    let again = it.put("d");
    assert_eq!(again["result"]["new_bytes"], 0, "{again}");
    let session = it.service.get("/api/v1/session").json();
    assert_eq!(session["stores"], json!(["backup"]));
    let stores = it.service.get("/api/v1/stores").json();
    assert_eq!(stores, json!({"stores": [{"name": "backup"}]}));
    let path = "/api/v1/stores/backup/snapshots";
    let listed = it.service.get(path).json();
    let snapshots = listed["snapshots"].as_array().unwrap();
    assert_eq!(snapshots.len(), 2);
    assert_eq!(snapshots[0]["id"], again["result"]["snapshot"]);
    assert_eq!(snapshots[1]["id"], put["result"]["snapshot"]);
    let root = fs::canonicalize(it.tree.root()).unwrap();
    let root = root.join("d");
    assert_eq!(snapshots[0]["roots"], json!([root.to_str().unwrap()]));
    let got = it.get(json!({"snapshot": snapshots[1]["id"]}));
    assert_eq!(got["state"], "done", "{got}");
    for name in [&b"one"[..], b"sub/two", b"odd\xff"] {
        let own = fs::read(it.tree.path([&b"d/"[..], name].concat()));
        let back = fs::read(it.tree.path([&b"into/"[..], name].concat()));
        assert_eq!(own.unwrap(), back.unwrap());
    }
    // What is there and differs stays, and is an error.
    fs::write(it.tree.path("into/sub/two"), "mine").unwrap();
    let kept = it.get(json!({"paths": ["sub/two"], "verify": true}));
    assert_eq!((&kept["state"], &kept["errors"]), (&json!("no"), &json!(1)));
    let mine = fs::read(it.tree.path("into/sub/two")).unwrap();
    assert_eq!(mine, b"mine");
}

#[test]
fn nothing_is_put_elsewhere_or_got_to_elsewhere() {
    let it = stored(&["--allow-write"]);
    it.put("d");
    let outside = it.aside.dir("outside");
    symlink(&outside, it.tree.path("away")).unwrap();
    let root = it.service.root();
    let into = |path: &str| json!({"root": root, "path": path});
    for (request, status) in [
        (json!({"store": "other", "into": into("into")}), 404),
        (json!({"store": "../store", "into": into("into")}), 404),
        (json!({"into": into("into")}), 422),
        (json!({"store": "backup"}), 422),
        (json!({"store": "backup", "into": into("away")}), 404),
        (json!({"store": "backup", "into": into("away/x")}), 404),
        (json!({"store": "backup", "into": into("../x")}), 404),
        (json!({"store": "backup", "into": into("none")}), 404),
        (json!({"store": "backup", "into": into("d/one")}), 404),
        (json!({"store": "backup", "into": into("into"), "level": 3}), 422),
        (
            json!({"store": "backup", "into": into("into"),
            "roots": [into("d")]}),
            422,
        ),
    ] {
        let mut request = request;
        request["kind"] = "store-get".into();
        let (answered, body) = it.begin(&request);
        assert_eq!(answered, status, "{request}: {body}");
    }
    for (request, status) in [
        (json!({"store": "other", "roots": [into("d")]}), 404),
        (json!({"store": "backup"}), 422),
        (json!({"store": "backup", "roots": [into("../x")]}), 404),
        (json!({"store": "backup", "roots": [into("d")], "level": 20}), 422),
        (
            json!({"store": "backup", "roots": [into("d")],
            "follow": true}),
            422,
        ),
    ] {
        let mut request = request;
        request["kind"] = "store-put".into();
        let (answered, body) = it.begin(&request);
        assert_eq!(answered, status, "{request}: {body}");
    }
    let none = it.get(json!({"snapshot": "nothing"}));
    assert_eq!(none["state"], "failed", "{none}");
    let none = it.service.get("/api/v1/stores/other/snapshots");
    assert_eq!(none.status, 404);
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
}

#[test]
fn without_the_right_to_write_nothing_is_got() {
    let it = stored(&[]);
    assert_eq!(it.put("d")["state"], "done");
    let root = it.service.root();
    let request = json!({"kind": "store-get", "store": "backup",
        "into": {"root": root, "path": "into"}});
    let (status, body) = it.begin(&request);
    assert_eq!(status, 403, "{body}");
}
