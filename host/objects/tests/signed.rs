//! Objects on a server that looks at signatures and checksums: s3s-fs, which
//! is there with the feature `s3s` of the servers (`./x test-s3s`).
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what cannot be built or read fails the test, and the panic is \
              the report"
)]
#![cfg(feature = "cloud")]

mod common;

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};
use sanchay_objects::{
    Patience, S3Credentials, S3Options, S3Storage, StorageBackend,
    StorageError, runtime,
};
use sanchay_test_servers::{Fault, Proxy, S3s};

/// The bucket, as somebody reaches it who signs with this.
fn signing(url: &str, secret: &str, prefix: Option<&str>) -> S3Storage {
    let options = S3Options {
        endpoint: Some(url.to_owned()),
        credentials: Some(S3Credentials {
            key_id: S3s::KEY_ID.to_owned(),
            secret_key: secret.into(),
            session_token: None,
        }),
        patience: Patience {
            retries: 2,
            total: Duration::from_secs(30),
            pause: Duration::from_millis(5),
            ..Patience::default()
        },
        ..S3Options::default()
    };
    S3Storage::with_options("bucket", prefix, &options).unwrap()
}

#[test]
fn a_server_that_checks_signatures_and_checksums_takes_what_is_sent() {
    let Some(server) = S3s::start() else { return };
    for prefix in [None, Some("some/prefix/")] {
        let storage = signing(&server.url(), S3s::SECRET, prefix);
        runtime().block_on(common::everything_holds(&storage));
    }
    assert_eq!(server.open_uploads(), 0);
}

#[test]
fn who_signs_with_another_secret_is_refused() {
    let Some(server) = S3s::start() else { return };
    let storage = signing(&server.url(), "another-secret", None);
    runtime().block_on(async {
        for error in [
            storage.put("a", Bytes::from("x")).await.unwrap_err(),
            storage.get("a").await.unwrap_err(),
            storage.list("").await.unwrap_err(),
        ] {
            let refused = matches!(error, StorageError::PermissionDenied(_));
            assert!(refused, "{error}");
            let told = error.to_string();
            assert!(!told.contains("another-secret"), "{told}");
        }
    });
    assert_eq!(server.get("a"), None);
}

#[test]
fn what_is_damaged_on_the_way_is_not_stored() {
    let Some(server) = S3s::start() else { return };
    let proxy = Proxy::to(&server.url());
    let storage = signing(&proxy.url(), S3s::SECRET, None);
    let (small, large) = (common::bytes(10_000), common::bytes(21 << 20));
    let pieces = || {
        let pieces = large.chunks(3 << 20).map(Bytes::copy_from_slice);
        stream::iter(pieces.collect::<Vec<_>>()).boxed()
    };
    runtime().block_on(async {
        storage.put("small", small.clone()).await.unwrap();
        assert_eq!(server.get("small").unwrap(), small);
        proxy.spoil_all(Fault::DamagedRequest, 1000);
        storage.put("other", small.clone()).await.unwrap_err();
        storage.put_stream("large", pieces()).await.unwrap_err();
        proxy.spoil([]);
        assert_eq!(storage.list("").await.unwrap(), ["small"]);
        storage.put_stream("large", pieces()).await.unwrap();
        assert!(storage.get("large").await.unwrap() == large);
    });
    assert_eq!(server.open_uploads(), 0);
}
