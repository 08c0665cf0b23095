//! TLS, as another client sees it.

use std::process::Command;

use sanchay_testkit::Tree;

use super::server::Service;
use crate::sanchay;

#[test]
fn with_a_certificate_the_service_speaks_tls_and_nothing_else() {
    let state = Tree::new();
    let [certificate, key] =
        ["cert.pem", "key.pem"].map(|name| state.path(name));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-nodes", "-days", "1"])
        .args(["-pkeyopt", "ec_paramgen_curve:prime256v1"])
        .args(["-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output();
    let curl = Command::new("curl").arg("--version").output();
    let (Ok(made), Ok(_)) = (made, curl) else {
        eprintln!("SKIPPED: openssl or curl is missing: nothing was tested");
        return;
    };
    assert!(made.status.success());
    let tree = Tree::new();
    let [cert, key] =
        [&certificate, &key].map(|it| it.to_str().unwrap().to_owned());
    let options = ["--tls-cert", &cert, "--tls-key", &key];
    let service = Service::start_without_key(tree.root(), &options);
    assert!(service.base.starts_with("https://127.0.0.1:"));
    let get = |address: &str| {
        Command::new("curl")
            .args(["--silent", "--max-time", "20", "--cacert", &cert])
            .arg(format!("{address}/health"))
            .output()
            .unwrap()
    };
    let answer = get(&service.base);
    assert_eq!(answer.stdout, br#"{"status":"ok"}"#);
    let plain = service.base.replace("https:", "http:");
    assert!(!get(&plain).status.success());
    // A key that is none ends the start, and says so.
    let wrong = sanchay()
        .args(["serve", "--listen", "127.0.0.1:0", "--tls-cert", &cert])
        .args(["--tls-key", &cert])
        .arg(tree.root())
        .run()
        .exits(2);
    assert!(wrong.stderr.contains("no private key"), "{}", wrong.stderr);
}
