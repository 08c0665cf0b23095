//! Servers that answer more than they were asked, or list without end.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what cannot be built or read fails the test, and the panic is \
              the report"
)]
#![cfg(feature = "cloud")]

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};
use std::time::Duration;

use futures_util::TryStreamExt as _;
use http::{Method, Request, Response};
use sanchay_objects::{
    Bucket, CloudOptions, Patience, Provider, S3Credentials, S3Options,
    S3Storage, StorageBackend as _, StorageError, runtime,
};
use sanchay_test_servers::{Answer, Body, Server, endless, whole};

/// What may be on its way when a body is given up.
const ON_ITS_WAY: u64 = 24 << 20;

fn patience() -> Patience {
    Patience {
        retries: 1,
        total: Duration::from_secs(5),
        connect: Duration::from_secs(2),
        answer: Duration::from_secs(5),
        pause: Duration::from_millis(5),
        slowest: 50 << 20,
    }
}

fn storage(server: &Server) -> S3Storage {
    let options = S3Options {
        endpoint: Some(server.url()),
        credentials: Some(S3Credentials {
            key_id: "key".to_owned(),
            secret_key: "secret".into(),
            session_token: None,
        }),
        patience: patience(),
        ..S3Options::default()
    };
    S3Storage::with_options("bucket", None, &options).unwrap()
}

fn bucket(server: &Server) -> Bucket {
    let options = CloudOptions {
        endpoint: Some(server.url()),
        anonymous: true,
        patience: patience(),
        ..CloudOptions::default()
    };
    Bucket::open(Provider::S3, "bucket", &options).unwrap()
}

fn message<T>(done: Result<T, StorageError>) -> String {
    done.map(drop).unwrap_err().to_string()
}

/// The range that a request asks for, both ends included.
fn range(request: &Request<bytes::Bytes>) -> Option<(u64, u64)> {
    let range = request.headers().get("range")?.to_str().ok()?;
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    Some((first.parse().ok()?, last.parse().ok()?))
}

/// A server that answers every question about an object with a body that does
/// not end, and says of it what it should be.
fn talkative() -> (Server, Arc<AtomicU64>) {
    let served = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&served);
    let server = Server::start(move |request| {
        let answer = || -> Response<Body> {
            let body = match *request.method() == Method::HEAD {
                true => whole(""),
                false => endless(vec![b'x'; 64 << 10], &counter),
            };
            let answer = Response::builder()
                .header("etag", "\"d41d8cd98f00b204e9800998ecf8427e\"")
                .header("last-modified", "Fri, 02 Jan 2026 03:04:05 GMT");
            let answer = match range(&request) {
                Some((first, last)) => answer.status(206).header(
                    "content-range",
                    format!("bytes {first}-{last}/1099511627776"),
                ),
                None => answer.status(200),
            };
            answer.body(body).unwrap()
        };
        let answer = answer();
        async move { Ok(answer) }
    });
    (server, served)
}

#[test]
fn of_a_range_no_more_is_taken_than_was_asked_for() {
    let (server, served) = talkative();
    let storage = storage(&server);
    runtime().block_on(async {
        message(storage.get_range("k", 0..12).await);
        message(storage.get_range("k", 100..5000).await);
        message(storage.get_described("k", 1000).await);
    });
    let bucket = bucket(&server);
    bucket.range("k", 0..12, None).unwrap_err();
    bucket.whole("k", None, 1000).unwrap_err();
    let mut reader = bucket.reader("k", 12, None);
    reader.piece().unwrap_err();
    let taken = bucket.stream("k", 0..12, None, &mut |_, _| Ok(()));
    taken.unwrap_err();
    assert!(served.load(Relaxed) < 7 * ON_ITS_WAY);
}

/// A server whose listing is what a closure says: of the number of a page and
/// of what asks for it.
fn listing(
    page: impl Fn(u64, &str) -> String + Send + Sync + 'static,
) -> (Server, Arc<AtomicU64>) {
    let asked = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&asked);
    let server = Server::start(move |request| {
        let number = counter.fetch_add(1, Relaxed);
        let query = request.uri().query().unwrap_or_default();
        let inner = page(number, query);
        let text = format!(
            "<?xml version=\"1.0\"?><ListBucketResult><Name>bucket</Name>\
             <IsTruncated>true</IsTruncated>{inner}</ListBucketResult>"
        );
        async move { Ok(Response::new(whole(text))) }
    });
    (server, asked)
}

fn object(key: &str) -> String {
    format!(
        "<Contents><Key>{key}</Key><Size>1</Size>\
         <LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents>"
    )
}

fn next(token: impl std::fmt::Display) -> String {
    format!("<NextContinuationToken>{token}</NextContinuationToken>")
}

#[test]
fn a_listing_that_does_not_end_is_an_error() {
    type Listing = (Server, Arc<AtomicU64>);
    let listings: [(&str, Listing, u64); 4] = [
        (
            "one token",
            listing(|at, _| object(&format!("k{at}")) + &next(1)),
            9,
        ),
        (
            "two tokens",
            listing(|at, _| object(&format!("k{at}")) + &next(at % 2)),
            9,
        ),
        ("one object", listing(|at, _| object("k") + &next(at)), 9),
        ("no objects", listing(|at, _| next(at)), 1100),
    ];
    for (what, (server, asked), most) in listings {
        let storage = storage(&server);
        let ended = |error: String| {
            let again = error.contains("lists the same again and again");
            let on = error.contains("listing does not end");
            assert!(again || on, "{what}: {error}");
            let asked = asked.swap(0, Relaxed);
            assert!(asked <= most, "{what}: {asked}");
        };
        runtime().block_on(async {
            ended(message(storage.list("").await));
            let objects = storage.list_objects("").await.unwrap();
            ended(message(objects.try_collect::<Vec<_>>().await));
        });
        for first_level in [false, true] {
            let bucket = bucket(&server);
            let mut pages = bucket.pages("", first_level);
            let error = pages.find_map(Result::err).unwrap();
            ended(error.to_string());
            assert!(pages.next().is_none());
        }
    }
}

#[test]
fn a_page_without_an_end_is_given_up() {
    let served = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&served);
    let server = Server::start(move |_| {
        let body = endless(vec![b' '; 64 << 10], &counter);
        async move { Answer::Ok(Response::new(body)) }
    });
    let error = runtime().block_on(storage(&server).list("")).unwrap_err();
    assert!(!error.to_string().is_empty());
    bucket(&server).page("", false, None, None).unwrap_err();
    assert!(served.load(Relaxed) < 4 * ON_ITS_WAY + (64 << 20));
}

#[test]
fn what_a_server_lists_is_not_repeated_raw() {
    let (server, _) =
        listing(|at, _| object("a/&#27;[31m/../red&#155;") + &next(at));
    let error = message(runtime().block_on(storage(&server).list("")));
    assert!(!error.contains('\u{1b}') && !error.contains('\u{9b}'));
    let odd = "a\u{9b}b";
    let error = StorageError::NotFound(odd.to_owned()).to_string();
    assert_eq!(error, r"Object not found: a\u{9b}b");
}
