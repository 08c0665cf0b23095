//! Records that are filtered, sorted, read from any place and downloaded.

use std::time::Duration;

use sanchay_testkit::Tree;
use serde_json::{Value, json};

use super::server::Service;

/// A service that scanned a tree whose files have sizes of their own.
fn scanned(count: usize) -> (Tree, Service, i64) {
    let tree = Tree::new();
    for number in 0..count {
        let folder = format!("dir{}", number % 3);
        tree.dir(&*folder);
        let extension = ["txt", "log"][number % 2];
        let name = format!("{folder}/{number:05}.{extension}");
        tree.file(&*name, vec![b'x'; number]);
    }
    let service = Service::start(tree.root(), &[]);
    let job = service.run("scan", json!({}));
    let id = job["id"].as_i64().unwrap();
    (tree, service, id)
}

fn make(service: &Service, body: &Value) -> String {
    let answer = service.post("/api/v1/views", body);
    assert_eq!(answer.status, 201, "{}", answer.text());
    let mut view = answer.json();
    let id = view["id"].as_str().unwrap().to_owned();
    for _ in 0..1000 {
        if view["state"] != "building" {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
        view = service.get(&format!("/api/v1/views/{id}")).json();
    }
    assert_eq!(view["state"], "ready", "{view}");
    id
}

/// The sizes of the records of a view.
fn sizes(service: &Service, view: &str, from: u64, count: u64) -> Vec<u64> {
    let path = format!(
        "/api/v1/views/{view}/rows?from={from}&count={count}&fields=path,size"
    );
    let rows = service.get(&path).json();
    assert_eq!(rows["columns"], json!(["path", "path_base64", "size"]));
    let rows = rows["rows"].as_array().unwrap().iter();
    rows.map(|row| row[2].as_u64().unwrap()).collect()
}

#[test]
fn a_view_is_filtered_and_sorted_as_the_program_does() {
    let (_tree, service, job) = scanned(400);
    let view = make(
        &service,
        &json!({"source": {"job": job}, "sort": "-size",
            "filter": "size >= 100 and ext = log or path glob \"dir0/00003.*\""}),
    );
    let expected: Vec<u64> =
        (100..400).rev().filter(|it| it % 2 == 1).chain([3]).collect();
    assert_eq!(sizes(&service, &view, 0, 1000), expected);
    assert_eq!(sizes(&service, &view, 10, 3), expected[10..13]);
    assert_eq!(sizes(&service, &view, 9999, 3), Vec::<u64>::new());
    let again = json!({"source": {"job": job}, "sort": "size:desc",
        "filter": "size >= 100 and ext = log or path glob \"dir0/00003.*\""});
    assert_eq!(make(&service, &again), view);
    let all = make(&service, &json!({"source": {"job": job}, "sort": "path"}));
    let path = format!("/api/v1/views/{all}/rows?from=0&count=1000");
    let rows = service.get(&path).json();
    let paths: Vec<&str> = rows["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row[0].as_str().unwrap())
        .collect();
    assert!(paths.is_sorted());
    assert_eq!(paths.len(), 400);
    let located = service
        .get(&format!("/api/v1/views/{all}/locate?path={}", paths[123]));
    assert_eq!(located.json(), json!({"row": 123}));
    let none = format!("/api/v1/views/{all}/locate?path=/none");
    assert_eq!(service.get(&none).problem(), "not-found");
}

#[test]
fn results_take_the_same_filter_and_order() {
    let (_tree, service, job) = scanned(100);
    let path = format!(
        "/api/v1/jobs/{job}/results?where=size%20%3C%205&sort=-size&fields=size"
    );
    let rows = service.get(&path).json();
    assert_eq!(rows["total"], 5);
    assert_eq!(
        rows["rows"],
        json!([
            {"size": 4}, {"size": 3}, {"size": 2}, {"size": 1}, {"size": 0},
        ])
    );
    let headers = [("accept", "text/csv")];
    let csv = service.send("GET", &path, &headers, b"");
    let lines: Vec<String> = csv.text().lines().map(str::to_owned).collect();
    assert_eq!(lines, ["size", "4", "3", "2", "1", "0"]);
}

#[test]
fn what_cannot_be_filtered_or_sorted_is_said_with_its_place() {
    let (_tree, service, job) = scanned(3);
    let ask = |filter: &str, sort: &str| {
        let body = json!({"source": {"job": job}, "filter": filter,
            "sort": sort});
        let answer = service.post("/api/v1/views", &body);
        assert_eq!(answer.status, 422, "{}", answer.text());
        (answer.problem(), answer.json())
    };
    let (kind, problem) = ask("size >", "size");
    assert_eq!(kind, "expression");
    assert_eq!(problem["at"], 6, "{problem}");
    assert_eq!(ask("colour = 1", "size").0, "expression");
    assert_eq!(ask("size > 1", "colour").0, "invalid");
    assert_eq!(ask("size > 1", "size,size").0, "invalid");
    let unknown = format!("/api/v1/views/v{:032x}/rows", 7);
    assert_eq!(service.get(&unknown).problem(), "not-found");
    let other = json!({"source": {"job": job + 1}});
    let answer = service.post("/api/v1/views", &other);
    assert_eq!(answer.problem(), "not-found");
}

#[test]
fn a_page_that_is_known_is_not_sent_again() {
    let (_tree, service, job) = scanned(20);
    let view = make(&service, &json!({"source": {"job": job}}));
    let path = format!("/api/v1/views/{view}/rows?from=5&count=7");
    let first = service.get(&path);
    assert_eq!(first.header("cache-control"), "private, max-age=3600");
    let etag = first.header("etag").to_owned();
    let headers = [("if-none-match", &*etag)];
    let again = service.send("GET", &path, &headers, b"");
    assert_eq!((again.status, again.body.len()), (304, 0));
    let path = format!("/api/v1/views/{view}/rows?count=1001");
    assert_eq!(service.get(&path).problem(), "bad-request");
}

#[test]
fn a_download_needs_no_key_and_is_good_once() {
    let (tree, service, job) = scanned(50);
    let view =
        make(&service, &json!({"source": {"job": job}, "sort": "path"}));
    let body = json!({"view": view, "format": "csv",
        "columns": ["path", "size"]});
    let answer = service.post("/api/v1/exports", &body);
    assert_eq!(answer.status, 201, "{}", answer.text());
    let url = answer.json()["url"].as_str().unwrap().to_owned();
    let headers = [("authorization", "")];
    let file = service.send("GET", &url, &headers, b"");
    assert_eq!(file.status, 200);
    assert!(file.header("content-disposition").starts_with("attachment"));
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    let root = std::fs::canonicalize(tree.root()).unwrap();
    let own = crate::sanchay()
        .words("scan --format csv --fields path,size --sort path")
        .arg(root)
        .run();
    assert_eq!(file.body, own.stdout);
    let again = service.send("GET", &url, &headers, b"");
    assert_eq!((again.status, &*again.problem()), (404, "not-found"));
    let wrong = json!({"view": view, "format": "csv", "columns": ["x"]});
    let answer = service.post("/api/v1/exports", &wrong);
    assert_eq!(answer.problem(), "bad-request");
}
