//! Whether the service does what its description says: a program that makes
//! requests of it by the thousand looks for answers that it does not have.

use std::{env, path::PathBuf, process::Command};

use sanchay_testkit::Tree;
use serde_json::json;

use super::server::Service;

/// The program, from the environment or where `./x` puts it.
fn schemathesis() -> Option<PathBuf> {
    if let Some(path) = env::var_os("SANCHAY_SCHEMATHESIS") {
        return Some(path.into());
    }
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = root.join(".tools/python-venv/bin/schemathesis");
    path.is_file().then_some(path)
}

#[test]
fn no_request_fails_the_service_or_gets_an_answer_that_is_not_described() {
    let Some(program) = schemathesis() else {
        eprintln!("SKIPPED: there is no schemathesis: nothing was tested");
        return;
    };
    let tree = Tree::new();
    tree.dir("sub");
    for name in ["a", "b", "sub/c"] {
        tree.file(name, b"the same");
    }
    let service = Service::start(tree.root(), &["--allow-write"]);
    // Something to ask about.
    service.run("scan", json!({}));
    service.run("dupes", json!({}));
    let examples = env::var("SANCHAY_EXAMPLES");
    let examples = examples.unwrap_or_else(|_| "20".to_owned());
    let findings = Tree::new();
    let done = Command::new(program)
        .arg("run")
        .arg(format!("{}/openapi.json", service.base))
        .args(["--header", &format!("Authorization: Bearer {}", service.key)])
        .args(["--max-examples", &examples])
        .args([
            "--checks",
            "not_a_server_error,status_code_conformance,\
             content_type_conformance,response_schema_conformance",
        ])
        // These do not end, end the key that is used, or say that the
        // service is about to end.
        .args(["--exclude-path-regex", "events|session"])
        .args(["--request-timeout", "60", "--generation-deterministic"])
        // It keeps what it finds in the folder that it runs in.
        .current_dir(findings.root())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{said}");
    assert_eq!(service.get("/ready").status, 200);
}
