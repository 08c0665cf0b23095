//! Objects on servers, all on loopback: moto for S3, a fake of ours for Google
//! Cloud Storage, and a proxy between that spoils what passes.
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

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use sanchay_objects::{
    GcsOptions, GcsStorage, Patience, S3Credentials, S3Options, S3Storage,
    StorageBackend, StorageError, runtime, settle,
};
use sanchay_test_servers::{
    Fault, Gcs, Moto, Proxy, Server, client, status, whole,
};

/// Patience for servers on loopback, whose faults are made.
fn quick() -> Patience {
    Patience {
        retries: 4,
        total: Duration::from_secs(20),
        connect: Duration::from_secs(2),
        answer: Duration::from_millis(700),
        pause: Duration::from_millis(5),
        slowest: 50 << 20,
    }
}

fn s3_options(url: &str) -> S3Options {
    S3Options {
        endpoint: Some(url.to_owned()),
        credentials: Some(S3Credentials {
            key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret_key: "topsecret/key".into(),
            session_token: Some("topsecret-session-token".into()),
        }),
        patience: Patience { answer: Duration::from_secs(20), ..quick() },
        ..S3Options::default()
    }
}

fn s3(url: &str, prefix: Option<&str>) -> S3Storage {
    S3Storage::with_options("bucket", prefix, &s3_options(url)).unwrap()
}

fn gcs(url: &str, prefix: Option<&str>, patience: Patience) -> GcsStorage {
    let options = GcsOptions {
        endpoint: Some(url.to_owned()),
        patience,
        ..GcsOptions::default()
    };
    GcsStorage::with_options("bucket", prefix, &options).unwrap()
}

#[test]
fn s3_does_all_that_is_asked_of_a_storage() {
    let Some(moto) = Moto::start() else { return };
    for prefix in [None, Some("some/prefix/")] {
        let storage = s3(&moto.url(), prefix);
        runtime().block_on(common::everything_holds(&storage));
    }
    assert_eq!(moto.open_uploads(), 0);
}

#[test]
fn google_cloud_storage_does_all_that_is_asked_of_a_storage() {
    let server = Gcs::start();
    for prefix in [None, Some("some/prefix")] {
        let storage = gcs(&server.url(), prefix, Patience::default());
        runtime().block_on(common::everything_holds(&storage));
    }
    assert_eq!(server.open_uploads(), 0);
}

#[test]
fn a_prefix_keeps_storages_apart() {
    let server = Gcs::start();
    let of = |prefix| gcs(&server.url(), prefix, quick());
    let (all, one, other) = (of(None), of(Some("one")), of(Some("on")));
    runtime().block_on(async {
        one.put("a", Bytes::from("1")).await.unwrap();
        other.put("a", Bytes::from("2")).await.unwrap();
        assert_eq!(all.list("").await.unwrap(), ["on/a", "one/a"]);
        assert_eq!(other.list("").await.unwrap(), ["a"]);
        assert_eq!(one.get("a").await.unwrap(), "1");
        let error = one.get("../on/a").await.unwrap_err();
        assert!(matches!(error, StorageError::InvalidKey(_)), "{error}");
    });
}

/// Faults after which the client must come again, each once.
const PASSING: [Fault; 7] = [
    Fault::CutBefore,
    Fault::CutAfter,
    Fault::Status(500),
    Fault::StatusAfter(500),
    Fault::Status(503),
    Fault::RetryAfter(0),
    Fault::Silence,
];

#[test]
fn nothing_is_lost_where_requests_fail_and_are_sent_again() {
    let server = Gcs::start();
    let proxy = Proxy::to(&server.url());
    let storage = gcs(&proxy.url(), None, quick());
    let data = common::bytes(100_000);
    let large = common::bytes(9 << 20);
    runtime().block_on(async {
        for fault in PASSING {
            for faults in [vec![fault], vec![Fault::None, fault, fault]] {
                proxy.spoil(faults.clone());
                storage.put("a", data.clone()).await.unwrap();
                proxy.spoil(faults.clone());
                assert!(storage.get("a").await.unwrap() == data, "{fault:?}");
                proxy.spoil(faults.clone());
                assert_eq!(storage.head("a").await.unwrap().size, 100_000);
                proxy.spoil(faults.clone());
                assert_eq!(storage.list("").await.unwrap(), ["a"]);
            }
            // Also in the middle of what has many requests.
            let spoilt = [Fault::None, Fault::None, fault];
            proxy.spoil(spoilt);
            let pieces = stream::iter([large.clone()]).boxed();
            storage.put_stream("large", pieces).await.unwrap();
            proxy.spoil(spoilt);
            assert!(storage.get("large").await.unwrap() == large, "{fault:?}");
            proxy.spoil([]);
            storage.delete_many(&["large".to_owned()]).await.unwrap();
        }
    });
    assert_eq!(server.open_uploads(), 0);
}

#[test]
fn an_answer_that_breaks_off_is_completed_by_asking_for_the_rest() {
    let server = Gcs::start();
    let proxy = Proxy::to(&server.url());
    let storage = gcs(&proxy.url(), None, quick());
    let data = common::bytes(10 << 20);
    runtime().block_on(async {
        storage.put("a", data.clone()).await.unwrap();
        proxy.spoil([Fault::Truncated, Fault::Truncated, Fault::Truncated]);
        assert!(storage.get("a").await.unwrap() == data);
        proxy.spoil([Fault::Truncated; 2]);
        let stream = storage.get_stream("a").await.unwrap();
        let parts: Vec<Bytes> = stream.try_collect().await.unwrap();
        assert!(parts.concat() == data);
        proxy.spoil([Fault::Truncated]);
        let part = storage.get_range("a", 1000..2_000_000).await.unwrap();
        assert!(part == data[1000..2_000_000]);
        // And if it always does, that is said.
        proxy.spoil_all(Fault::Truncated, 0);
        let error = storage.get("a").await.unwrap_err();
        assert!(matches!(error, StorageError::Connection(_)), "{error}");
    });
}

#[test]
fn a_server_that_stays_away_is_asked_a_bounded_number_of_times() {
    let server = Gcs::start();
    let proxy = Proxy::to(&server.url());
    let storage = gcs(&proxy.url(), None, quick());
    runtime().block_on(async {
        for fault in [
            Fault::CutBefore,
            Fault::Status(500),
            Fault::RetryAfter(0),
            Fault::Silence,
        ] {
            proxy.spoil_all(fault, 0);
            let error = storage.put("a", Bytes::from("x")).await.unwrap_err();
            assert!(
                matches!(error, StorageError::Connection(_)),
                "{fault:?}: {error}"
            );
            assert!(!error.to_string().contains("secret"), "{error}");
            assert_eq!(proxy.requests(), 5, "{fault:?}");
            proxy.spoil_all(fault, 0);
            let error = storage.get("a").await.unwrap_err();
            assert!(matches!(error, StorageError::Connection(_)), "{error}");
            assert_eq!(proxy.requests(), 5, "{fault:?}");
        }
    });
    drop(proxy);
    let nobody = gcs("http://127.0.0.1:1", None, quick());
    let error = runtime().block_on(nobody.exists("a")).unwrap_err();
    assert!(matches!(error, StorageError::Connection(_)), "{error}");
    assert!(error.to_string().contains("gs://bucket/a"), "{error}");
}

#[test]
fn a_server_that_asks_for_time_gets_it_but_not_without_end() {
    let server = Gcs::start();
    let proxy = Proxy::to(&server.url());
    let patience = Patience { pause: Duration::from_millis(10), ..quick() };
    let storage = gcs(&proxy.url(), None, patience);
    runtime().block_on(async {
        let start = Instant::now();
        proxy.spoil([Fault::RetryAfter(1)]);
        storage.put("a", Bytes::from("x")).await.unwrap();
        assert!(start.elapsed() >= Duration::from_secs(1));
        // An hour is cut to a hundred pauses.
        proxy.spoil([Fault::RetryAfter(3600)]);
        storage.put("a", Bytes::from("x")).await.unwrap();
    });
}

#[test]
fn slow_is_not_silent() {
    let server = Gcs::start();
    let proxy = Proxy::to(&server.url());
    let storage = gcs(&proxy.url(), None, quick());
    runtime().block_on(async {
        let slow = Fault::Slow(Duration::from_millis(300));
        proxy.spoil([slow; 4]);
        storage.put("a", Bytes::from("x")).await.unwrap();
        assert_eq!(storage.get("a").await.unwrap(), "x");
        assert_eq!(proxy.requests(), 2);
    });
}

/// Uploads of several parts that cannot end well.
async fn broken_uploads(storage: &dyn StorageBackend, proxy: &Proxy) {
    let piece = common::bytes(9 << 20);
    // The server takes no large request any more.
    proxy.spoil_all(Fault::Status(500), 1 << 20);
    let pieces = stream::iter(vec![piece.clone(); 4]).boxed();
    let error = storage.put_stream("big", pieces).await.unwrap_err();
    assert!(matches!(error, StorageError::Connection(_)), "{error}");
    assert!(storage.put("big", common::bytes(40 << 20)).await.is_err());
    // The source breaks off.
    proxy.spoil([]);
    let pieces = [Ok(piece.clone()), Ok(piece.clone())];
    let pieces =
        pieces.into_iter().chain([Err(std::io::Error::other("gone"))]);
    let pieces = stream::iter(pieces).boxed();
    let error = storage.put_try_stream("big", pieces).await.unwrap_err();
    assert!(error.to_string().contains("gone"), "{error}");
    // Nobody waits for it any more.
    let pieces = stream::iter(vec![piece; 3]).chain(stream::pending()).boxed();
    let put = storage.put_stream("big", pieces);
    assert!(tokio::time::timeout(Duration::from_secs(2), put).await.is_err());
    assert!(!storage.exists("big").await.unwrap());
    assert_eq!(storage.list("").await.unwrap(), [""; 0]);
}

#[test]
fn what_was_not_uploaded_to_its_end_is_invisible_and_aborted() {
    let server = Gcs::start();
    let proxy = Proxy::to(&server.url());
    let storage = gcs(&proxy.url(), None, quick());
    runtime().block_on(broken_uploads(&storage, &proxy));
    assert!(settle(Duration::from_secs(20)));
    assert_eq!(server.open_uploads(), 0);
}

#[test]
fn s3_loses_nothing_through_a_bad_network_either() {
    let Some(moto) = Moto::start() else { return };
    let proxy = Proxy::to(&moto.url());
    let storage = s3(&proxy.url(), None);
    let data = common::bytes(18 << 20);
    runtime().block_on(async {
        for fault in [
            Fault::CutBefore,
            Fault::CutAfter,
            Fault::Status(503),
            Fault::StatusAfter(500),
        ] {
            let spoilt = [Fault::None, fault, Fault::None, fault];
            proxy.spoil(spoilt);
            storage.put("a", data.clone()).await.unwrap();
            proxy.spoil(spoilt);
            assert!(storage.get("a").await.unwrap() == data, "{fault:?}");
        }
        proxy.spoil([Fault::Truncated, Fault::None, Fault::Truncated]);
        assert!(storage.get("a").await.unwrap() == data);
        storage.delete("a").await.unwrap();
        broken_uploads(&storage, &proxy).await;
    });
    assert!(settle(Duration::from_secs(20)));
    assert_eq!(moto.open_uploads(), 0);
}

/// What a server of S3 says to a wrong signature: it repeats what was signed.
fn indiscreet(status_code: u16) -> Server {
    Server::start(move |request| {
        let mut echo = String::new();
        for (name, value) in request.headers() {
            echo += &format!("{name}: {}\n", value.to_str().unwrap());
        }
        let body = format!(
            "<Error><Code>SignatureDoesNotMatch</Code><Message>Not so: \
             {echo}</Message><CanonicalRequest>{echo}</CanonicalRequest>\
             </Error>"
        );
        let answer = http::Response::builder()
            .status(status_code)
            .body(whole(body))
            .unwrap();
        async move { Ok(answer) }
    })
}

#[test]
fn a_wrong_credential_is_denied_and_never_shown() {
    for code in [403, 401, 400] {
        let server = indiscreet(code);
        let storage = s3(&server.url(), None);
        assert_eq!(format!("{storage:?}"), "S3Storage(s3://bucket/)");
        runtime().block_on(async {
            let mut errors = vec![
                storage.get("a").await.unwrap_err(),
                storage.put("a", Bytes::from("x")).await.unwrap_err(),
                storage.list("").await.unwrap_err(),
                storage.put("a", common::bytes(20 << 20)).await.unwrap_err(),
            ];
            // An answer to HEAD has no body that would tell why it is 400.
            if code != 400 {
                errors.push(storage.delete("a").await.unwrap_err());
            }
            for error in errors {
                let denied =
                    matches!(error, StorageError::PermissionDenied(_));
                for text in [error.to_string(), format!("{error:?}")] {
                    assert!(denied, "{code}: {text}");
                    for secret in ["topsecret", "AKIAIOSFODNN7EXAMPLE"] {
                        assert!(!text.contains(secret), "{text}");
                    }
                }
            }
        });
    }
    let shown = format!("{:?}", s3_options("http://127.0.0.1:1"));
    assert!(!shown.contains("topsecret"), "{shown}");
}

#[test]
fn google_wants_the_right_token() {
    let server = Gcs::asking_for(Some("right"));
    let with = |token: &str| {
        let options = GcsOptions {
            endpoint: Some(server.url()),
            token: Some(token.into()),
            patience: quick(),
            ..GcsOptions::default()
        };
        GcsStorage::with_options("bucket", None, &options)
    };
    runtime().block_on(async {
        let right = with("right").unwrap();
        right.put("a", Bytes::from("x")).await.unwrap();
        assert_eq!(right.get("a").await.unwrap(), "x");
        let wrong = with("wrong-topsecret").unwrap();
        let error = wrong.get("a").await.unwrap_err();
        assert!(matches!(error, StorageError::PermissionDenied(_)), "{error}");
        assert!(!error.to_string().contains("topsecret"), "{error}");
    });
    for bad in ["", "a\nb"] {
        let error = with(bad).unwrap_err();
        assert!(matches!(error, StorageError::PermissionDenied(_)), "{error}");
    }
}

#[test]
fn a_bucket_that_is_not_there_is_not_an_object_that_is_not_there() {
    let server = Gcs::start();
    let options =
        GcsOptions { endpoint: Some(server.url()), ..GcsOptions::default() };
    let storage = GcsStorage::with_options("other", None, &options).unwrap();
    runtime().block_on(async {
        for error in [
            storage.get("a").await.unwrap_err(),
            storage.list("").await.unwrap_err(),
            storage.put("a", Bytes::new()).await.unwrap_err(),
        ] {
            let text = error.to_string();
            assert!(text.contains("no bucket \"other\""), "{text}");
        }
    });
}

#[test]
fn an_object_that_is_replaced_while_it_is_read_is_an_error() {
    let server = Gcs::start();
    let storage = gcs(&server.url(), None, quick());
    runtime().block_on(async {
        let large = common::bytes(60 << 20);
        storage.put("a", large.clone()).await.unwrap();
        let reading = storage.get_stream("a").await.unwrap();
        storage.put("a", large.slice(1..)).await.unwrap();
        let parts: Result<Vec<Bytes>, _> = reading.try_collect().await;
        let error = parts.unwrap_err().to_string();
        assert!(error.contains("changed while it was read"), "{error}");
    });
}

#[test]
fn what_others_put_into_a_bucket_under_strange_names_is_passed_over() {
    let server = Gcs::start();
    let storage = gcs(&server.url(), None, quick());
    let client = client();
    runtime().block_on(async {
        for name in ["plain", ".mithril/mine", "x%2F..."] {
            let url = format!("{}/bucket/{name}", server.url());
            let put = client.put(url).body("x").send().await.unwrap();
            assert!(put.status().is_success());
        }
        assert_eq!(storage.list("").await.unwrap(), ["plain", "x/..."]);
    });
}

#[test]
fn nobody_asks_a_machine_for_credentials_where_there_is_an_endpoint() {
    // In a process of its own, whose environment names no credentials, and as
    // the address of the machine a server that counts.
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = std::sync::Arc::clone(&asked);
    let metadata = Server::start(move |_| {
        count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        async { status(404) }
    });
    let server = Gcs::start();
    let folder = tempfile::tempdir().unwrap();
    let run = |name: &str, more: &[(&str, &str)]| {
        let exe = std::env::current_exe().unwrap();
        let output = std::process::Command::new(exe)
            .args(["--exact", "--ignored", "--nocapture", name])
            .env_clear()
            .env("HOME", folder.path())
            .env("AWS_METADATA_ENDPOINT", metadata.url())
            .env("GCE_METADATA_HOST", metadata.url().replace("http://", ""))
            .env("TEST_ENDPOINT", server.url())
            .envs(more.iter().copied())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{text}");
    };
    run("child_without_credentials", &[]);
    run(
        "child_with_a_bucket_in_its_environment",
        &[
            ("AWS_BUCKET", "bucket"),
            ("AWS_PREFIX", "p"),
            ("AWS_ACCESS_KEY_ID", "AKIA"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_ENDPOINT_URL", &server.url()),
        ],
    );
    assert_eq!(asked.load(std::sync::atomic::Ordering::Relaxed), 0);
}

fn endpoint() -> String {
    std::env::var("TEST_ENDPOINT").unwrap()
}

#[test]
#[ignore = "run by another test, in an environment of its own"]
fn child_without_credentials() {
    let options = |anonymous| S3Options {
        endpoint: Some(endpoint()),
        anonymous,
        patience: quick(),
        ..S3Options::default()
    };
    let error = S3Storage::with_options("bucket", None, &options(false));
    let error = error.unwrap_err();
    assert!(matches!(error, StorageError::PermissionDenied(_)), "{error}");
    let storage =
        S3Storage::with_options("bucket", None, &options(true)).unwrap();
    let public = GcsOptions {
        anonymous: true,
        endpoint: Some(endpoint()),
        patience: quick(),
        ..GcsOptions::default()
    };
    let public = GcsStorage::with_options("bucket", None, &public).unwrap();
    runtime().block_on(async {
        public.put("public", Bytes::from("x")).await.unwrap();
        // The two speak alike, as far as reading goes.
        assert_eq!(storage.get("public").await.unwrap(), "x");
        assert!(!storage.exists("missing").await.unwrap());
    });
}

#[test]
#[ignore = "run by another test, in an environment of its own"]
fn child_with_a_bucket_in_its_environment() {
    runtime().block_on(async {
        let storage = S3Storage::from_env().await.unwrap();
        assert_eq!(format!("{storage:?}"), "S3Storage(s3://bucket/p/)");
        assert!(!storage.exists("missing").await.unwrap());
    });
}

#[test]
fn what_cannot_be_a_bucket_or_an_endpoint_is_refused_before_it_is_asked() {
    let options = s3_options("http://127.0.0.1:1");
    for bucket in ["", "a/b", "a b", "..", "ä", "a?b", "a@b"] {
        let refused = S3Storage::with_options(bucket, None, &options);
        assert!(matches!(refused, Err(StorageError::Other(_))), "{bucket}");
    }
    for prefix in ["../x", "/x", "a//b"] {
        let refused = S3Storage::with_options("b", Some(prefix), &options);
        let refused = refused.unwrap_err();
        assert!(matches!(refused, StorageError::InvalidKey(_)), "{prefix}");
    }
    let bad = s3_options("http://user:topsecret@127.0.0.1");
    let error = S3Storage::with_options("b", None, &bad).unwrap_err();
    assert!(!error.to_string().contains("topsecret"), "{error}");
}
