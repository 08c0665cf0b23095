//! What one caller may cost the others.

use std::{
    io::Write as _,
    net::TcpStream,
    time::{Duration, Instant},
};

use sanchay_testkit::Tree;
use serde_json::{Value, json};

use super::{plans::plan, postgres::Postgres, server::Service};

/// So many files of one size.
fn tree(count: usize) -> Tree {
    let tree = Tree::new();
    for number in 0..count {
        tree.file(format!("a-rather-long-name-{number:05}"), b"x");
    }
    tree
}

#[test]
fn a_list_of_jobs_leaves_out_what_is_long() {
    let tree = tree(400);
    let service = Service::start(tree.root(), &[]);
    let roots = json!([{"root": service.root()}]);
    let body = json!({"kind": "rename", "roots": roots, "template": "same"});
    let made = plan(&service, body);
    assert!(made["left_alone"].as_u64().unwrap() > 300, "{made}");
    let long = "x".repeat(20 << 10);
    let body = json!({"kind": "scan", "roots": roots, "glob": [long]});
    let job = service.post("/api/v1/jobs", &body);
    assert_eq!(job.status, 202, "{}", job.text());
    let job = job.json()["id"].clone();
    let listed = service.get("/api/v1/jobs");
    assert!(listed.body.len() < 16 << 10, "{}", listed.body.len());
    for job in listed.json()["jobs"].as_array().unwrap() {
        assert!(!job["title"].as_str().unwrap().is_empty());
    }
    // Each by itself is whole.
    let whole = service.get(&format!("/api/v1/jobs/{}", made["id"])).json();
    assert!(whole["result"]["conflicts"].as_array().unwrap().len() > 300);
    let whole = service.get(&format!("/api/v1/jobs/{job}")).json();
    assert_eq!(whole["request"]["glob"][0], long);
}

#[test]
fn what_a_job_is_asked_for_is_not_longer_than_what_is_kept() {
    let tree = Tree::new();
    let service = Service::start(tree.root(), &[]);
    let roots = json!([{"root": service.root()}]);
    let long = "x".repeat(65 << 10);
    let body = json!({"kind": "scan", "roots": roots, "glob": [long]});
    for path in ["/api/v1/jobs", "/api/v1/plans", "/scan"] {
        let mut body = body.clone();
        if path.ends_with("plans") {
            body["kind"] = "delete".into();
        }
        let answer = service.post(path, &body);
        assert_eq!((answer.status, &*answer.problem()), (413, "too-large"));
    }
}

#[test]
fn whoever_asks_for_many_views_keeps_nobody_else_waiting() {
    let tree = tree(3000);
    let service = Service::start(tree.root(), &[]);
    let job = service.run("scan", json!({}))["id"].clone();
    let body = json!({"name": "other", "rights": ["read"]});
    let token = service.post("/api/v1/tokens", &body).json();
    let mut other = (*service).clone();
    token["token"].as_str().unwrap().clone_into(&mut other.key);
    let view = |number: usize| {
        json!({"source": {"job": job}, "filter":
            format!("name ~ \"(a|b|c)+-.*-{number}\" or size > {number}")})
    };
    let answers: Vec<u16> = std::thread::scope(|scope| {
        let all: Vec<_> = (1..80)
            .map(|number| {
                let (client, body) = ((*service).clone(), view(number));
                scope.spawn(move || client.post("/api/v1/views", &body).status)
            })
            .collect();
        // While they are made, somebody else asks.
        let path = format!("/results?job={job}&where=size%20%3E%205");
        let begun = Instant::now();
        assert_eq!(other.get(&path).status, 200);
        assert!(begun.elapsed() < Duration::from_secs(10));
        all.into_iter().map(|it| it.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|it| matches!(it, 201 | 429)), "{answers:?}");
    assert!(answers.contains(&201) && answers.contains(&429), "{answers:?}");
}

#[test]
fn names_that_nobody_waits_for_are_not_looked_for() {
    let tree = tree(4000);
    let service = Service::start(tree.root(), &[]);
    let job = service.run("scan", json!({}))["id"].clone();
    let view = json!({"source": {"job": job}});
    let view = service.post("/api/v1/views", &view).json()["id"].clone();
    let body = json!({"view": view, "template": "x-{name}"});
    let took = || {
        let begun = Instant::now();
        let answer = service.post("/api/v1/renames/preview", &body);
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.json()["counts"]["new"], 4000);
        begun.elapsed()
    };
    took();
    let alone = took();
    let (address, text) =
        (service.base.strip_prefix("http://").unwrap(), body.to_string());
    // These leave without an answer.
    for _ in 0..200 {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "POST /api/v1/renames/preview HTTP/1.1\r\nHost: {address}\r\n\
             Authorization: Bearer {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{text}",
            service.key,
            text.len()
        )
        .unwrap();
    }
    let after = took();
    let most = alone * 10 + Duration::from_secs(1);
    assert!(after < most, "{after:?}, and {alone:?} alone");
}

#[test]
fn a_look_at_a_download_does_not_use_it_up() {
    let tree = tree(3);
    let service = Service::start(tree.root(), &[]);
    let job = service.run("scan", json!({}))["id"].clone();
    let view = json!({"source": {"job": job}});
    let view = service.post("/api/v1/views", &view).json()["id"].clone();
    let body = json!({"view": view, "format": "csv"});
    let link = service.post("/api/v1/exports", &body).json();
    let link = link["url"].as_str().unwrap();
    let look = service.send("HEAD", link, &[("authorization", "")], b"");
    assert_eq!(look.status, 405);
    let file = service.send("GET", link, &[("authorization", "")], b"");
    assert_eq!(file.status, 200);
}

#[test]
fn connections_that_say_nothing_keep_others_out_for_a_moment_only() {
    let tree = Tree::new();
    let options = ["--max-connections", "8"];
    let service = Service::start_without_key(tree.root(), &options);
    let address = service.base.strip_prefix("http://").unwrap();
    let half: Vec<TcpStream> = (0..8)
        .map(|_| {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(b"GET /health HTTP/1.1\r\nHost: loc").unwrap();
            stream
        })
        .collect();
    std::thread::sleep(Duration::from_millis(200));
    let begun = Instant::now();
    assert_eq!(service.get("/health").status, 200);
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    drop(half);
}

#[test]
fn a_zero_byte_fails_no_database() {
    let ask = |options: &[&str]| {
        let tree = tree(1);
        let service = Service::start(tree.root(), options);
        let job = service.run("scan", json!({}))["id"].clone();
        for (method, path, status) in [
            ("GET", "/api/v1/jobs?kind=%00".to_owned(), 400),
            ("GET", format!("/api/v1/jobs/{job}/errors?reason=%00"), 400),
            ("GET", "/api/v1/views/%00".to_owned(), 404),
            ("DELETE", "/api/v1/tokens/%00".to_owned(), 404),
        ] {
            let answer = service.send(method, &path, &[], b"");
            assert_eq!(answer.status, status, "{path}");
            answer.problem();
        }
        for body in [
            json!({"kind": "scan\0", "roots": []}),
            json!({"kind": "snapshot", "name": "a\0b",
                "roots": [{"root": service.root()}]}),
        ] {
            let status = service.post("/api/v1/jobs", &body).status;
            assert!(status < 500, "{status}: {body}");
        }
        let view = json!({"source": {"job": job}, "filter": "name = \"a\0\""});
        assert!(service.post("/api/v1/views", &view).status < 500);
        let _: Value = job;
    };
    ask(&[]);
    if let Some(postgres) = Postgres::start() {
        ask(&["--database", &postgres.url()]);
    }
}
