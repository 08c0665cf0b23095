//! Buckets in place of folders: the real program and real servers on loopback.
//! moto is S3, and so is s3s-fs, which looks at signatures and checksums; a
//! small server of the tests is Google Cloud Storage.

mod copying;
mod looking;
mod sharding;
mod storing;

use sanchay_test_servers::{Gcs, Moto, S3s};
use sanchay_testkit::Program;

use crate::sanchay;

/// The program, which reaches S3 at a server.
fn on_s3(url: &str, words: &str) -> Program {
    without_clouds(sanchay())
        .words(words)
        .args(["--endpoint", url])
        .env("AWS_ACCESS_KEY_ID", S3s::KEY_ID)
        .env("AWS_SECRET_ACCESS_KEY", S3s::SECRET)
        .env("AWS_REGION", "us-east-1")
}

/// The program, which reaches Google Cloud Storage at a server.
fn on_gcs(server: &Gcs, words: &str) -> Program {
    let url = server.url();
    without_clouds(sanchay()).words(words).args(["--endpoint", &url])
}

/// A program that knows nothing of what the developer has set up.
fn without_clouds(program: Program) -> Program {
    let names = [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_S3",
        "AWS_ENDPOINT_URL_STS",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "STORAGE_EMULATOR_HOST",
    ];
    names
        .into_iter()
        .fold(program, |program, name| program.env(name, ""))
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
}

/// A server of S3 with objects, if there is one.
fn s3_with(objects: &[(&str, &[u8])]) -> Option<Moto> {
    let moto = Moto::start()?;
    for (key, body) in objects {
        assert_eq!(moto.put(key, &[], body), 200, "{key}");
    }
    Some(moto)
}
