//! Tokens and keys: whom they make one, how they end, and where they must not
//! be seen.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    rc::Rc,
    thread::sleep,
    time::{Duration, Instant},
};

use rustix::process::Signal;
use sanchay_testkit::Tree;
use serde_json::{Value, json};

use super::{
    plans::plan,
    server::{Answer, Client, Service},
};
use crate::sanchay;

/// The same service, asked with another key.
fn with_key(service: &Service, key: &str) -> Client {
    let mut client = (**service).clone();
    key.clone_into(&mut client.key);
    client
}

/// A token, by a caller.
fn made(client: &Client, name: &str, rights: &Value) -> Value {
    let body = json!({"name": name, "rights": rights});
    let answer = client.post("/api/v1/tokens", &body);
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

fn signed_in(service: &Service, token: &str) -> Client {
    let body = json!({"token": token}).to_string();
    let headers = [("authorization", "")];
    let path = "/api/v1/session";
    let answer = service.send("POST", path, &headers, body.as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.text());
    with_key(service, answer.json()["key"].as_str().unwrap())
}

fn revoked(client: &Client, token: &Value) -> Answer {
    let path = format!("/api/v1/tokens/{}", token["id"].as_str().unwrap());
    client.send("DELETE", &path, &[], b"")
}

#[test]
fn what_a_token_was_changed_for_ends_with_it() {
    let tree = Tree::new();
    let service = Service::start(tree.root(), &["--allow-write"]);
    let token = made(&service, "boss", &json!(["read", "run", "write"]));
    let key = signed_in(&service, token["token"].as_str().unwrap());
    // It is the token's own: what it makes depends on that.
    let child = made(&key, "child", &json!(["read", "run"]));
    let child = with_key(&service, child["token"].as_str().unwrap());
    let grandchild = made(&child, "grandchild", &json!(["read"]));
    let grandchild = with_key(&service, grandchild["token"].as_str().unwrap());
    for client in [&key, &child, &grandchild] {
        assert_eq!(client.get("/api/v1/jobs").status, 200);
    }
    let mut events = key.listen("/api/v1/events", None);
    assert_eq!(revoked(&service, &token).status, 204);
    for client in [&key, &child, &grandchild] {
        assert_eq!(client.get("/api/v1/jobs").status, 401);
    }
    let listed = service.get("/api/v1/tokens").json();
    assert_eq!(listed["tokens"], json!([]));
    // Its stream ends soon after, whatever happens.
    let begun = Instant::now();
    while events.next().is_some() {}
    assert!(begun.elapsed() < Duration::from_secs(14), "it goes on");
}

#[test]
fn what_depends_on_a_token_of_the_file_ends_when_it_is_removed() {
    let tree = Tree::new();
    let state = Rc::new(Tree::new());
    let lines = "nightly read,run abcdefghijklmnopqrstuvwxyz\n\
                 other read 0123456789012345678901234567\n";
    let file = state.file("tokens", lines.as_bytes());
    let option = ["--token-file", file.to_str().unwrap()];
    let start =
        || Service::start_with(Rc::clone(&state), tree.root(), &option);
    let service = start();
    let key = signed_in(&service, "abcdefghijklmnopqrstuvwxyz").key;
    let client = with_key(&service, &key);
    let child = made(&client, "child", &json!(["read"]));
    let child = child["token"].as_str().unwrap().to_owned();
    let _ = service.stop();
    let service = start();
    for key in [&key, &child] {
        let client = with_key(&service, key);
        assert_eq!(client.get("/api/v1/jobs").status, 200);
    }
    let _ = service.stop();
    let (_, rest) = lines.split_once('\n').unwrap();
    fs::write(&file, rest).unwrap();
    let service = start();
    for key in [&key, &child] {
        let client = with_key(&service, key);
        assert_eq!(client.get("/api/v1/jobs").status, 401);
    }
}

#[test]
fn nobody_revokes_a_token_that_may_do_more() {
    let tree = Tree::new();
    let service = Service::start(tree.root(), &["--allow-write"]);
    let boss = made(&service, "boss", &json!(["read", "run", "write"]));
    let runner = made(&service, "runner", &json!(["read", "run"]));
    let peer = made(&service, "peer", &json!(["read"]));
    let client = with_key(&service, runner["token"].as_str().unwrap());
    let refused = revoked(&client, &boss);
    assert_eq!((refused.status, &*refused.problem()), (403, "not-allowed"));
    assert_eq!(revoked(&client, &peer).status, 204);
    assert_eq!(revoked(&client, &runner).status, 204);
    let boss_client = with_key(&service, boss["token"].as_str().unwrap());
    assert_eq!(boss_client.get("/api/v1/jobs").status, 200);
    assert_eq!(revoked(&service, &boss).status, 204);
}

#[test]
fn no_two_tokens_have_one_name() {
    let tree = Tree::new();
    let state = Tree::new();
    let line = b"boss read,run abcdefghijklmnopqrstuvwxyz\n";
    let file = state.file("tokens", line.as_slice());
    let options = ["--token-file", file.to_str().unwrap()];
    let service = Service::start(tree.root(), &options);
    made(&service, "nightly", &json!(["read"]));
    for name in ["boss", "nightly"] {
        let body = json!({"name": name, "rights": ["read"]});
        let answer = service.post("/api/v1/tokens", &body);
        assert_eq!((answer.status, &*answer.problem()), (409, "name-taken"));
    }
    let page = state.file("page", b"page read abcdefghijklmnopqrstuvwxyz\n");
    let refused = sanchay()
        .args(["serve", "--listen", "127.0.0.1:0", "--token-file"])
        .arg(page)
        .arg(tree.root())
        .run()
        .exits(2);
    assert!(refused.stderr.contains("page"), "{}", refused.stderr);
}

#[test]
fn a_token_and_an_undo_that_are_asked_for_twice_are_made_once() {
    let tree = Tree::new();
    tree.file("a", b"1");
    let service = Service::start(tree.root(), &["--allow-write"]);
    let headers = [("idempotency-key", "one")];
    let send = |path: &str, body: &Value| {
        service.send("POST", path, &headers, body.to_string().as_bytes())
    };
    let body = json!({"name": "nightly", "rights": ["read"]});
    assert_eq!(send("/api/v1/tokens", &body).status, 201);
    let again = send("/api/v1/tokens", &body);
    assert_eq!((again.status, &*again.problem()), (409, "token-made"));
    let roots = json!([{"root": service.root()}]);
    let body = json!({"kind": "rename", "roots": roots, "template": "b"});
    let made = plan(&service, body)["id"].clone();
    super::plans::apply(&service, &made);
    let headers = [("idempotency-key", "two")];
    let path = format!("/api/v1/plans/{made}/undo");
    let first = service.send("POST", &path, &headers, b"");
    let again = service.send("POST", &path, &headers, b"");
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.json()["id"], again.json()["id"]);
    assert_eq!(again.header("idempotency-replayed"), "true");
}

#[test]
fn failures_of_others_keep_nobody_out_who_has_a_token() {
    let tree = Tree::new();
    let service = Service::start_without_key(tree.root(), &[]);
    let try_it = |token: &str| {
        service.post("/api/v1/session", &json!({"token": token})).status
    };
    let tried: Vec<u16> = (0..12).map(|_| try_it("guess")).collect();
    assert!(tried.ends_with(&[429, 429]), "{tried:?}");
    assert_eq!(try_it(&service.token), 200);
}

#[test]
fn the_password_of_the_database_is_told_to_nobody() {
    let tree = Tree::new();
    for url in ["mysql://u:s3cr3t@127.0.0.1/x", "s3cr3t"] {
        for command in ["serve", "ui", "worker"] {
            let refused = sanchay()
                .args([command, "--database", url])
                .arg(tree.root())
                .run()
                .exits(2);
            let said = refused.stderr;
            assert!(!said.contains("s3cr3t"), "{said}");
            assert!(said.contains("--database"), "{said}");
        }
    }
    // Nobody listens there.
    let running = sanchay()
        .args(["serve", "-vvv", "--listen", "127.0.0.1:0"])
        .args(["--database", "postgres://u:s3cr3t@127.0.0.1:1/x"])
        .arg(tree.root())
        .start();
    sleep(Duration::from_secs(2));
    running.signal(Signal::KILL);
    let said = running.wait().stderr;
    assert!(said.contains("begun"), "{said}");
    assert!(!said.contains("s3cr3t"), "{said}");
}

#[test]
fn what_a_service_keeps_is_for_its_user_alone() {
    let tree = Tree::new();
    tree.file("a.txt", b"1");
    let state = Rc::new(Tree::new());
    let service = Service::start_with(
        Rc::clone(&state),
        tree.root(),
        &["--allow-write"],
    );
    let roots = json!([{"root": service.root()}]);
    let body = json!({"kind": "rename", "roots": roots, "template": "b.txt"});
    let made = plan(&service, body)["id"].clone();
    super::plans::apply(&service, &made);
    let mode = |path: &std::path::Path| {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(mode(&state.path("catalog.db")), 0o600);
    assert_eq!(mode(&state.path("catalog.db-wal")), 0o600);
    assert_eq!(mode(&state.path("state")), 0o700);
    for folder in ["state/plans", "state/runs"] {
        assert_eq!(mode(&state.path(folder)), 0o700, "{folder}");
    }
    for entry in fs::read_dir(state.path("state/plans")).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
}

#[test]
fn the_browser_is_given_a_file_and_no_token() {
    let (tree, own) = (Tree::new(), Tree::new());
    let programs = own.dir("bin");
    let opener = own.file(
        "bin/xdg-open",
        b"#!/bin/sh\nprintf '%s\\n' \"$@\" > \"$0.words\"\n\
          cp -p \"$1\" \"$0.file\"\nmv \"$0.file\" \"$0.done\"\n",
    );
    fs::set_permissions(&opener, fs::Permissions::from_mode(0o755)).unwrap();
    let runtime = own.dir("run");
    let path = format!("{}:/usr/bin:/bin", programs.display());
    let mut running = sanchay()
        .args(["ui", "--port", "0"])
        .arg(format!("--catalog={}", own.path("catalog.db").display()))
        .arg(tree.root())
        .env("PATH", &path)
        .env("XDG_RUNTIME_DIR", runtime.to_str().unwrap())
        .limit(Duration::from_secs(60))
        .start();
    let _stdout = running.stdout();
    let done = own.path("bin/xdg-open.done");
    let begun = Instant::now();
    while !done.exists() {
        assert!(begun.elapsed() < Duration::from_secs(30), "none is opened");
        sleep(Duration::from_millis(20));
    }
    let words = fs::read_to_string(own.path("bin/xdg-open.words")).unwrap();
    assert!(!words.contains("token"), "{words}");
    assert!(words.starts_with(runtime.to_str().unwrap()), "{words}");
    let page = fs::read_to_string(&done).unwrap();
    assert!(page.contains("#token="), "{page}");
    let mode = fs::metadata(&done).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    running.signal(Signal::TERM);
    let _ = running.wait().exits(0);
    assert_eq!(fs::read_dir(runtime).unwrap().count(), 0);
}
