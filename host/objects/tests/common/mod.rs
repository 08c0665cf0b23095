//! What is asked of every storage, whatever keeps the objects.

use std::io;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use sanchay_objects::{StorageBackend, StorageError};

/// Asks everything of a storage that has no objects.
pub(crate) async fn everything_holds(storage: &dyn StorageBackend) {
    what_is_put_is_there(storage).await;
    what_is_missing_is_not_found(storage).await;
    bad_keys_are_refused_by_every_call(storage).await;
    prefixes_are_text(storage).await;
    streams_carry_any_size(storage).await;
    a_failed_stream_stores_nothing(storage).await;
    ranges_end_with_the_object(storage).await;
    only_the_first_is_new(storage).await;
    many_are_deleted_at_once(storage).await;
    writers_at_once_leave_one_of_their_objects(storage).await;
    assert_eq!(storage.list("").await.unwrap(), [""; 0]);
}

async fn what_is_put_is_there(storage: &dyn StorageBackend) {
    for key in ["key", "a/b/c", "a b/%2e%2e/ä日本", "+?#&=;*'\"\\"] {
        storage.put(key, Bytes::from("one")).await.unwrap();
        assert_eq!(storage.get(key).await.unwrap(), "one", "{key}");
        storage.put(key, Bytes::from("second")).await.unwrap();
        assert_eq!(storage.get(key).await.unwrap(), "second", "{key}");
        let found = storage.get_opt(key).await.unwrap();
        assert_eq!(found.unwrap(), "second");
        assert!(storage.exists(key).await.unwrap());
        let meta = storage.head(key).await.unwrap();
        assert_eq!((meta.key.as_str(), meta.size), (key, 6));
        let age = chrono::Utc::now() - meta.last_modified;
        assert!(age.num_hours().abs() < 1, "{age}");
        assert!(meta.etag.is_some_and(|tag| !tag.is_empty()));
        assert_eq!(storage.list("").await.unwrap(), [key]);
        storage.delete(key).await.unwrap();
        assert!(!storage.exists(key).await.unwrap());
    }
    storage.put("empty", Bytes::new()).await.unwrap();
    assert_eq!(storage.get("empty").await.unwrap(), "");
    assert_eq!(storage.head("empty").await.unwrap().size, 0);
    storage.delete("empty").await.unwrap();
}

async fn what_is_missing_is_not_found(storage: &dyn StorageBackend) {
    storage.put("there/is", Bytes::from("x")).await.unwrap();
    for key in ["missing", "there", "there/is/not", "there/i"] {
        let is = |error: StorageError| {
            assert!(error.is_not_found(), "{key}: {error}");
            assert_eq!(error.to_string(), format!("Object not found: {key}"));
        };
        is(storage.get(key).await.unwrap_err());
        is(storage.head(key).await.unwrap_err());
        is(storage.delete(key).await.unwrap_err());
        is(storage.get_range(key, 0..1).await.unwrap_err());
        is(storage.get_stream(key).await.err().unwrap());
        assert_eq!(storage.get_opt(key).await.unwrap(), None);
        assert!(!storage.exists(key).await.unwrap());
    }
    assert_eq!(storage.get("there/is").await.unwrap(), "x");
    storage.delete("there/is").await.unwrap();
}

async fn bad_keys_are_refused_by_every_call(storage: &dyn StorageBackend) {
    let long = "x".repeat(256);
    for key in
        ["", "/", "/etc/x", "a/", "a//b", "../x", "a/../x", ".", "a\0", &long]
    {
        let is = |error: StorageError| {
            assert!(
                matches!(error, StorageError::InvalidKey(_)),
                "{key:?}: {error}"
            );
        };
        let data = || Bytes::from("x");
        is(storage.get(key).await.unwrap_err());
        is(storage.get_opt(key).await.unwrap_err());
        is(storage.put(key, data()).await.unwrap_err());
        is(storage.delete(key).await.unwrap_err());
        is(storage.exists(key).await.unwrap_err());
        is(storage.head(key).await.unwrap_err());
        is(storage.get_stream(key).await.err().unwrap());
        is(storage.get_range(key, 0..1).await.unwrap_err());
        is(storage.put_new(key, data()).await.unwrap_err());
        let pieces = stream::iter([data()]).boxed();
        is(storage.put_stream(key, pieces).await.unwrap_err());
        let pieces = stream::iter([Ok(data())]).boxed();
        is(storage.put_try_stream(key, pieces).await.unwrap_err());
        is(storage.delete_many(&[key.to_owned()]).await.unwrap_err());
    }
    for prefix in ["..", "/", "a/../", "a\0"] {
        let error = storage.list(prefix).await.unwrap_err();
        assert!(matches!(error, StorageError::InvalidKey(_)), "{error}");
        let error = storage.list_objects(prefix).await.err().unwrap();
        assert!(matches!(error, StorageError::InvalidKey(_)), "{error}");
    }
}

async fn prefixes_are_text(storage: &dyn StorageBackend) {
    let keys = ["a/b/c", "a/bc", "a/d", "aa", "b", "é/1", "ab/x/y/z"];
    for key in keys {
        storage.put(key, Bytes::from(key)).await.unwrap();
    }
    for (prefix, expected) in [
        ("", &["a/b/c", "a/bc", "a/d", "aa", "ab/x/y/z", "b", "é/1"][..]),
        ("a", &["a/b/c", "a/bc", "a/d", "aa", "ab/x/y/z"]),
        ("a/", &["a/b/c", "a/bc", "a/d"]),
        ("a/b", &["a/b/c", "a/bc"]),
        ("a/b/", &["a/b/c"]),
        ("a/b/c", &["a/b/c"]),
        ("a/b/c/", &[]),
        ("é", &["é/1"]),
        ("z", &[]),
        ("ab/x/y", &["ab/x/y/z"]),
    ] {
        assert_eq!(storage.list(prefix).await.unwrap(), expected, "{prefix}");
        let listed = storage.list_objects(prefix).await.unwrap();
        let mut listed: Vec<_> = listed.try_collect().await.unwrap();
        listed.sort_by(|one, other| one.key.cmp(&other.key));
        let found: Vec<_> =
            listed.iter().map(|it| (it.key.as_str(), it.size)).collect();
        let expected: Vec<_> =
            expected.iter().map(|key| (*key, key.len() as u64)).collect();
        assert_eq!(found, expected, "{prefix}");
    }
    storage.delete_many(&keys.map(str::to_owned)).await.unwrap();
}

/// Bytes that are different at every offset that matters.
pub(crate) fn bytes(size: usize) -> Bytes {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let made = (0..size).map(|_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    });
    made.collect()
}

async fn streams_carry_any_size(storage: &dyn StorageBackend) {
    let mib = 1 << 20;
    for (size, piece) in [
        (0, 1),
        (1, 1),
        (10_000, 7),
        (mib, mib),
        (3 * mib + 1, 64 << 10),
        (21 * mib + 17, 3 * mib),
    ] {
        let data = bytes(size);
        let pieces: Vec<_> =
            data.chunks(piece).map(Bytes::copy_from_slice).collect();
        let pieces = stream::iter(pieces).boxed();
        storage.put_stream("streamed/object", pieces).await.unwrap();
        let whole = storage.get("streamed/object").await.unwrap();
        assert!(whole == data, "{size} bytes by {piece}");
        let stream = storage.get_stream("streamed/object").await.unwrap();
        let parts: Vec<Bytes> = stream.try_collect().await.unwrap();
        assert!(parts.iter().all(|part| part.len() <= 8 * mib));
        assert!(parts.concat() == data, "{size} bytes by {piece}");
        storage.delete("streamed/object").await.unwrap();
    }
}

async fn a_failed_stream_stores_nothing(storage: &dyn StorageBackend) {
    let piece = bytes(6 << 20);
    for before in [None, Some(Bytes::from("before"))] {
        if let Some(before) = before.clone() {
            storage.put("cut", before).await.unwrap();
        }
        // Some of them are sent before it fails.
        for pieces in [0, 1, 4] {
            let failing = stream::iter(0..=pieces).map(|at| match at {
                at if at == pieces => Err(io::Error::other("no more of it")),
                _ => Ok(piece.clone()),
            });
            let error = storage.put_try_stream("cut", failing.boxed()).await;
            let error = error.unwrap_err().to_string();
            assert!(error.contains("no more of it"), "{error}");
            assert_eq!(storage.get_opt("cut").await.unwrap(), before);
        }
    }
    storage.delete("cut").await.unwrap();
}

async fn ranges_end_with_the_object(storage: &dyn StorageBackend) {
    storage.put("range", Bytes::from("0123456789")).await.unwrap();
    for (range, expected) in [
        (0..3, "012"),
        (3..3, ""),
        (4..10, "456789"),
        (8..100, "89"),
        (10..12, ""),
        (9..u64::MAX, "9"),
    ] {
        let part = storage.get_range("range", range.clone()).await.unwrap();
        assert_eq!(part, expected, "{range:?}");
    }
    for range in [11..12, 500..501] {
        let error = storage.get_range("range", range).await.unwrap_err();
        assert!(matches!(error, StorageError::Other(_)), "{error}");
    }
    storage.delete("range").await.unwrap();
}

async fn only_the_first_is_new(storage: &dyn StorageBackend) {
    assert!(storage.put_new("new", Bytes::from("1")).await.unwrap());
    assert!(!storage.put_new("new", Bytes::from("2")).await.unwrap());
    assert_eq!(storage.get("new").await.unwrap(), "1");
    storage.delete("new").await.unwrap();
}

async fn many_are_deleted_at_once(storage: &dyn StorageBackend) {
    let keys: Vec<_> = (0..25).map(|at| format!("many/{at:02}")).collect();
    for key in &keys {
        storage.put(key, Bytes::from("x")).await.unwrap();
    }
    assert_eq!(storage.list("many/").await.unwrap(), keys);
    let mut doomed = keys.clone();
    doomed.push("many/never-was".to_owned());
    storage.delete_many(&doomed).await.unwrap();
    storage.delete_many(&[]).await.unwrap();
}

async fn writers_at_once_leave_one_of_their_objects(
    storage: &dyn StorageBackend,
) {
    let objects: Vec<_> =
        (0..8_u8).map(|at| Bytes::from(vec![at; 100_000])).collect();
    let puts = objects.iter().map(|data| storage.put("raced", data.clone()));
    for result in futures_util::future::join_all(puts).await {
        result.unwrap();
    }
    let left = storage.get("raced").await.unwrap();
    assert!(objects.contains(&left));
    storage.delete("raced").await.unwrap();
}
