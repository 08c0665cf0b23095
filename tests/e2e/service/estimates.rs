//! What a job would take, and what folders hold.

use sanchay_testkit::Tree;
use serde_json::json;

use super::server::Service;

#[test]
fn an_estimate_goes_by_the_newest_snapshot_and_the_jobs_before() {
    let tree = Tree::new();
    for folder in ["a/sub", "b"] {
        tree.dir(folder);
    }
    for number in 0..10 {
        tree.file(format!("a/sub/{number}"), vec![b'x'; 1000 + number]);
    }
    tree.file("b/one", vec![b'y'; 500]);
    let service = Service::start(tree.root(), &[]);
    let root = service.root();
    let ask = |kind: &str, path: &str| {
        let body = json!({"kind": kind,
            "roots": [{"root": root, "path": path}]});
        let answer = service.post("/api/v1/estimates", &body);
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    };
    let none = ask("hash", "");
    assert_eq!(
        none,
        json!({"files": null, "bytes": null, "bytes_to_read": null,
            "seconds": null, "from_jobs": 0})
    );
    service.run("snapshot", json!({}));
    let whole = ask("hash", "");
    let bytes = 10 * 1000 + 45 + 500;
    assert_eq!(whole["files"], 11);
    assert_eq!(whole["bytes_to_read"], bytes);
    let part = ask("hash", "a/sub");
    assert_eq!((&part["files"], &part["bytes"]), (&json!(10), &json!(10_045)));
    assert_eq!(ask("scan", "")["bytes_to_read"], 0);
    service.run("hash", json!({}));
    let known = ask("hash", "a");
    assert_eq!(known["from_jobs"], 1);
    assert!(known["seconds"].as_f64().unwrap() > 0.0, "{known}");
    let entries = format!("/api/v1/roots/{root}/entries");
    let folders = service.get(&entries).json()["folders"].clone();
    assert_eq!(folders[0]["name"], "a");
    assert_eq!(
        (&folders[0]["files"], &folders[0]["bytes"]),
        (&json!(10), &json!(10_045))
    );
    assert_eq!(folders[1]["bytes"], 500);
    for (body, status) in [
        (json!({"kind": "hash", "roots": [{"root": "r0"}]}), 404),
        (
            json!({"kind": "hash", "roots": [{"root": root,
            "path": "../.."}]}),
            404,
        ),
        (json!({"kind": "hash", "roots": []}), 422),
        (
            json!({"kind": "hash", "roots": [{"root": root}],
            "nonsense": 1}),
            422,
        ),
        (json!({"kind": "apply", "plan": 1}), 422),
    ] {
        let answer = service.post("/api/v1/estimates", &body);
        assert_eq!(answer.status, status, "{body}: {}", answer.text());
    }
}
