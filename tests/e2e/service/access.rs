//! Who may ask, and for what: keys, hosts, sites, and paths that lead astray.

use sanchay_testkit::Tree;
use serde_json::{Value, json};

use super::server::Service;

#[test]
fn a_token_is_good_once_and_a_key_until_it_is_ended() {
    let tree = Tree::new();
    let service = Service::start(tree.root(), &[]);
    let again = json!({"token": service.token});
    let answer = service.send(
        "POST",
        "/api/v1/session",
        &[("authorization", "")],
        again.to_string().as_bytes(),
    );
    assert_eq!((answer.status, &*answer.problem()), (401, "not-signed-in"));
    let session = service.get("/api/v1/session").json();
    assert_eq!(session["user"], "page");
    assert_eq!(session["rights"], json!(["read", "run"]));
    for header in ["", "Bearer x", "Basic x", "Bearer"] {
        let headers = [("authorization", header)];
        let answer = service.send("GET", "/api/v1/jobs", &headers, b"");
        assert_eq!(answer.status, 401, "{header}");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        assert_eq!(answer.problem(), "not-signed-in");
    }
    assert_eq!(
        service.send("DELETE", "/api/v1/session", &[], b"").status,
        204
    );
    assert_eq!(service.get("/api/v1/session").status, 401);
}

#[test]
fn signing_in_may_not_be_tried_for_ever() {
    let tree = Tree::new();
    let service = Service::start(tree.root(), &[]);
    let wrong = json!({"token": "guess"});
    let tried: Vec<u16> = (0..12)
        .map(|_| service.post("/api/v1/session", &wrong).status)
        .collect();
    assert!(tried.starts_with(&[401]), "{tried:?}");
    assert!(tried.ends_with(&[429, 429]), "{tried:?}");
    // Whoever has a key is not kept out by that.
    assert_eq!(service.get("/api/v1/session").status, 200);
}

#[test]
fn every_answer_has_the_headers_that_hold_a_browser_and_no_cookie() {
    let tree = Tree::new();
    let service = Service::start(tree.root(), &[]);
    for path in [
        "/health",
        "/api/v1/jobs",
        "/api/v1/nothing",
        "/nothing",
        "/openapi.json",
        "/metrics",
        "/inspector.wasm",
    ] {
        let answer = service.get(path);
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{path}");
        assert!(policy.contains("trusted-types sanchay"), "{path}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cross-origin-embedder-policy", "require-corp"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        assert!(!answer.header("x-request-id").is_empty(), "{path}");
        assert!(!answer.header("cache-control").is_empty(), "{path}");
        assert_eq!(answer.header("set-cookie"), "", "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
}

#[test]
fn another_host_and_another_site_are_refused() {
    let tree = Tree::new();
    let options = ["--allow-host", "files.example"];
    let service = Service::start(tree.root(), &options);
    let host = |name: &str| {
        let headers = [("host", name)];
        service.send("GET", "/health", &headers, b"")
    };
    for name in ["localhost", "127.0.0.1:80", "[::1]", "files.example"] {
        assert_eq!(host(name).status, 200, "{name}");
    }
    for name in ["evil.example", "127.0.0.1.evil.example", "10.0.0.1"] {
        let answer = host(name);
        assert_eq!(answer.status, 421, "{name}");
        assert_eq!(answer.problem(), "unknown-host");
    }
    let from = |name: &str, value: &str| {
        let body = json!({"kind": "scan", "roots": []}).to_string();
        let headers = [(name, value)];
        service.send("POST", "/api/v1/jobs", &headers, body.as_bytes())
    };
    for site in ["cross-site", "same-site"] {
        let answer = from("sec-fetch-site", site);
        assert_eq!((answer.status, &*answer.problem()), (403, "cross-site"));
    }
    assert_eq!(from("origin", "http://evil.example").status, 403);
    // What is wrong with these is the body.
    assert_eq!(from("sec-fetch-site", "same-origin").status, 422);
    let own = service.base.clone();
    assert_eq!(from("origin", &own).status, 422);
}

/// Paths that lead out of a root, or might.
fn astray() -> Vec<(&'static str, &'static str)> {
    vec![
        ("..", "up"),
        ("%2e%2e", "encoded"),
        ("%2e%2e%2f", "encoded with its slash"),
        ("sub/../..", "down and up"),
        ("sub/%2e%2e/%2e%2e/etc", "encoded in the middle"),
        ("%252e%252e", "encoded twice"),
        ("..%2f..%2f..%2fetc%2fpasswd", "encoded slashes"),
        ("/etc", "absolute"),
        ("%2fetc", "absolute, encoded"),
        ("//server/share", "UNC"),
        ("%5c%5cserver%5cshare", "UNC with backslashes"),
        ("C:%5cWindows", "a drive"),
        ("sub%00", "a zero byte"),
        ("sub/%00/..", "a zero byte in the middle"),
        (".", "here"),
        ("sub/.", "here, below"),
        ("sub//sub", "an empty name"),
        ("away", "a link out"),
        ("away/secret", "behind a link out"),
        ("inner", "a link that stays"),
        ("file", "a file"),
        ("none", "nothing"),
        ("%c0%ae%c0%ae", "overlong"),
    ]
}

#[test]
fn no_path_leads_out_of_a_root() {
    let outside = Tree::new();
    outside.file("secret", b"x");
    let tree = Tree::new();
    tree.dir("sub");
    tree.file("file", b"x");
    tree.link(outside.root(), "away");
    tree.link("sub", "inner");
    let service = Service::start(tree.root(), &[]);
    let root = service.root();
    let names = |answer: &Value| -> Vec<String> {
        let folders = answer["folders"].as_array().unwrap().iter();
        folders.map(|it| it["name"].as_str().unwrap().to_owned()).collect()
    };
    let entries = format!("/api/v1/roots/{root}/entries");
    assert_eq!(names(&service.get(&entries).json()), ["sub"]);
    let browse = format!("/api/v1/browse?root={root}&path=sub");
    assert!(names(&service.get(&browse).json()).is_empty());
    for (path, what) in astray() {
        for address in [
            format!("{entries}?path={path}"),
            format!("/api/v1/browse?root={root}&path={path}"),
        ] {
            let answer = service.get(&address);
            let status = answer.status;
            // What is no UTF-8 is no request at all.
            assert!(matches!(status, 404 | 400), "{what}: {status}");
            answer.problem();
        }
    }
    // As JSON, and in Base64, nothing is decoded.
    for path in ["..", "/etc", "sub/../..", "away/secret", "a\0b", "//a/b"] {
        let place = json!([{"root": root, "path": path}]);
        let body = json!({"kind": "scan", "roots": place});
        let answer = service.post("/api/v1/jobs", &body);
        assert_eq!((answer.status, &*answer.problem()), (404, "not-found"));
    }
    for path in ["Li4=", "L2V0Yw==", "c3ViLy4uLy4u"] {
        let place = json!([{"root": root, "path_base64": path}]);
        let body = json!({"kind": "scan", "roots": place});
        assert_eq!(service.post("/api/v1/jobs", &body).status, 404, "{path}");
    }
    for other in ["r0", "..", "%2e%2e", "%2fetc"] {
        let path = format!("/api/v1/roots/{other}/entries");
        assert_eq!(service.get(&path).status, 404, "{other}");
    }
    for path in
        ["/../Cargo.toml", "/%2e%2e/Cargo.toml", "/js/../../src/lib.rs"]
    {
        let status = service.get(path).status;
        assert_eq!(status, 404, "{path}");
    }
}

#[test]
fn a_folder_that_becomes_a_link_while_a_job_waits_is_an_error_of_the_job() {
    let outside = Tree::new();
    outside.file("secret", b"x");
    let tree = Tree::new();
    tree.dir("sub");
    let service = Service::start(tree.root(), &["--jobs", "1"]);
    let root = service.root();
    service.run("scan", json!({}));
    // While it is taken, the folder is replaced again and again.
    let (sub, away) = (tree.path("sub"), tree.path("aside"));
    for _ in 0..20 {
        let place = json!([{"root": root, "path": "sub"}]);
        let id = service.begin("scan", json!({"roots": place}));
        std::fs::rename(&sub, &away).unwrap();
        std::os::unix::fs::symlink(outside.root(), &sub).unwrap();
        let job = service.wait(id);
        let results = service.get(&format!("/api/v1/jobs/{id}/results"));
        assert!(!results.text().contains("secret"), "{job}");
        std::fs::remove_file(&sub).unwrap();
        std::fs::rename(&away, &sub).unwrap();
    }
}

#[test]
fn tokens_have_rights_and_nobody_gives_away_more_than_they_have() {
    let tree = Tree::new();
    let service = Service::start(tree.root(), &[]);
    let make = |rights: Value| {
        let body = json!({"name": "nightly", "rights": rights, "days": 1});
        service.post("/api/v1/tokens", &body)
    };
    assert_eq!(make(json!(["read", "write"])).status, 403);
    let made = make(json!(["read"]));
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    let bearer = format!("Bearer {}", made["token"].as_str().unwrap());
    let headers = [("authorization", &*bearer)];
    let roots = service.send("GET", "/api/v1/roots", &headers, b"");
    assert_eq!(roots.status, 200);
    let job = json!({"kind": "scan", "roots": [{"root": service.root()}]});
    let job = job.to_string();
    let answer =
        service.send("POST", "/api/v1/jobs", &headers, job.as_bytes());
    assert_eq!((answer.status, &*answer.problem()), (403, "not-allowed"));
    let listed = service.get("/api/v1/tokens").json();
    assert_eq!(listed["tokens"][0]["name"], "nightly");
    assert!(listed["tokens"][0].get("token").is_none());
    let id = made["id"].as_str().unwrap();
    let path = format!("/api/v1/tokens/{id}");
    assert_eq!(service.send("DELETE", &path, &[], b"").status, 204);
    let roots = service.send("GET", "/api/v1/roots", &headers, b"");
    assert_eq!(roots.status, 401);
}

#[test]
fn a_file_of_tokens_lets_programs_in() {
    let tree = Tree::new();
    let state = Tree::new();
    let token = "correct-horse-battery-staple";
    let line = format!("nightly read,run,write {token}\n");
    let file = state.file("tokens", line.as_bytes());
    let option = file.to_str().unwrap();
    let service = Service::start(tree.root(), &["--token-file", option]);
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", &*bearer)];
    let answer = service.send("GET", "/api/v1/session", &headers, b"");
    let session = answer.json();
    assert_eq!(session["user"], "nightly");
    // Without --allow-write, nobody may write.
    assert_eq!(session["rights"], json!(["read", "run"]));
}

#[test]
fn requests_that_make_no_sense_are_problems_of_their_kind() {
    let tree = Tree::new();
    let service = Service::start(tree.root(), &["--max-body", "64KiB"]);
    let root = json!([{"root": service.root()}]);
    let send = |body: &[u8], headers: &[(&str, &str)]| {
        let answer = service.send("POST", "/api/v1/jobs", headers, body);
        (answer.status, answer.problem())
    };
    assert_eq!(send(b"{", &[]), (400, "bad-request".to_owned()));
    assert_eq!(send(b"{}", &[]), (422, "invalid".to_owned()));
    let plain = [("content-type", "text/plain")];
    assert_eq!(send(b"{}", &plain), (415, "media-type".to_owned()));
    let large = vec![b' '; 65 << 10];
    assert_eq!(send(&large, &[]), (413, "too-large".to_owned()));
    let unknown = json!({"kind": "scan", "roots": root, "colour": 1});
    let unknown = unknown.to_string();
    assert_eq!(send(unknown.as_bytes(), &[]).0, 422);
    let wrong = json!({"kind": "scan", "roots": root,
        "where": "modified > 30d"});
    let answer = service.post("/api/v1/jobs", &wrong);
    assert_eq!((answer.status, &*answer.problem()), (422, "expression"));
    assert_eq!(answer.json()["at"], 11);
    let answer = service.send("PUT", "/api/v1/jobs", &[], b"");
    assert_eq!(
        (answer.status, &*answer.problem()),
        (405, "method-not-allowed")
    );
    assert_eq!(service.get("/api/v1/jobs/9999").problem(), "not-found");
    assert_eq!(service.get("/api/v1/jobs/x").problem(), "not-found");
    assert_eq!(service.get("/api/v1/jobs?limit=0").problem(), "bad-request");
    assert_eq!(service.get("/api/v1/jobs?x=0").problem(), "bad-request");
}
