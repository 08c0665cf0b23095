//! Content by its digest: what is referenced is never lost, whoever deletes at
//! the same time or is killed.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what cannot be built or read fails the test, and the panic is \
              the report"
)]

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use mithril_core::{
    Blake3Hash, CasError, CasStats, ContentAddressable, ContentAddressedStore,
    Garbage, HashFunction, LocalStorage, MemoryStorage, ObjectMeta,
    Sha256Hash, StorageBackend, StorageError, XxHash, XxHash3, runtime,
};

#[test]
fn content_is_kept_once_until_its_last_reference_goes() {
    let local = LocalStorage::temp().unwrap().durable(false);
    let storages: [Box<dyn StorageBackend>; 2] =
        [Box::new(MemoryStorage::new()), Box::new(local)];
    for storage in storages {
        let functions: [Box<dyn HashFunction>; 4] = [
            Box::new(XxHash::new()),
            Box::new(XxHash3::new()),
            Box::new(Blake3Hash),
            Box::new(Sha256Hash),
        ];
        for function in functions {
            let expected = function.hash_hex(b"content");
            let cas = ContentAddressedStore::new(&storage, function);
            runtime().block_on(lifetime(&cas, &expected));
            let left = runtime().block_on(storage.list("")).unwrap();
            assert_eq!(left, [""; 0]);
        }
    }
}

async fn lifetime(cas: &dyn ContentAddressable, expected: &str) {
    let data = Bytes::from("content");
    for _ in 0..3 {
        assert_eq!(cas.store(data.clone()).await.unwrap(), expected);
    }
    let other = cas.store(Bytes::from("other")).await.unwrap();
    let stats =
        CasStats { total_objects: 2, total_bytes: 12, deduplicated_bytes: 14 };
    assert_eq!(cas.stats().await.unwrap(), stats);
    cas.delete(&other).await.unwrap();
    for _ in 0..3 {
        assert!(cas.contains(expected).await.unwrap());
        assert_eq!(cas.retrieve(expected).await.unwrap(), data);
        cas.delete(expected).await.unwrap();
    }
    assert!(!cas.contains(expected).await.unwrap());
    for error in [
        cas.retrieve(expected).await.unwrap_err(),
        cas.delete(expected).await.unwrap_err(),
    ] {
        assert!(matches!(error, CasError::NotFound(_)), "{error}");
    }
    assert_eq!(cas.stats().await.unwrap(), CasStats::default());
}

#[test]
fn what_is_no_address_is_refused() {
    let cas = ContentAddressedStore::new(MemoryStorage::new(), XxHash::new());
    runtime().block_on(async {
        for address in
            ["", "../../secret", "45AB6734B21E6968", "45ab6734b21e696", "é"]
        {
            for error in [
                cas.retrieve(address).await.unwrap_err(),
                cas.contains(address).await.unwrap_err(),
                cas.delete(address).await.unwrap_err(),
            ] {
                let invalid = matches!(error, CasError::InvalidAddress(_));
                assert!(invalid, "{error}");
            }
        }
    });
}

#[test]
fn damaged_content_is_an_error_unless_there_is_a_good_copy() {
    let storage = MemoryStorage::new();
    let cas = ContentAddressedStore::new(storage.clone(), Blake3Hash);
    runtime().block_on(async {
        let address = cas.store(Bytes::from("content")).await.unwrap();
        let keys = storage.list("objects/").await.unwrap();
        storage.put(&keys[0], Bytes::from("contend")).await.unwrap();
        let error = cas.retrieve(&address).await.unwrap_err();
        assert!(matches!(error, CasError::Corrupt(_)), "{error}");
        let good = format!("{}ffff", keys[0]);
        storage.put(&good, Bytes::from("content")).await.unwrap();
        assert_eq!(cas.retrieve(&address).await.unwrap(), "content");
    });
}

/// A storage at one of whose calls its user stands still for so long that a
/// collection takes all that it has put for garbage.
#[derive(Clone)]
struct Slow {
    inner: MemoryStorage,
    left: Arc<AtomicU64>,
}

impl Slow {
    async fn step(&self) {
        if self.left.fetch_sub(1, Relaxed) == 0 {
            let storage = self.inner.clone();
            let others = ContentAddressedStore::new(storage, Blake3Hash);
            others.collect_garbage(Duration::ZERO).await.unwrap();
        }
    }
}

#[async_trait]
impl StorageBackend for Slow {
    async fn get(&self, key: &str) -> Result<Bytes, StorageError> {
        self.step().await;
        self.inner.get(key).await
    }

    async fn get_opt(&self, key: &str) -> Result<Option<Bytes>, StorageError> {
        self.step().await;
        self.inner.get_opt(key).await
    }

    async fn put(&self, key: &str, data: Bytes) -> Result<(), StorageError> {
        self.step().await;
        self.inner.put(key, data).await
    }

    async fn delete(&self, key: &str) -> Result<(), StorageError> {
        self.step().await;
        self.inner.delete(key).await
    }

    async fn exists(&self, key: &str) -> Result<bool, StorageError> {
        self.step().await;
        self.inner.exists(key).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StorageError> {
        self.step().await;
        self.inner.list(prefix).await
    }

    async fn head(&self, key: &str) -> Result<ObjectMeta, StorageError> {
        self.step().await;
        self.inner.head(key).await
    }

    async fn get_stream(
        &self,
        key: &str,
    ) -> Result<BoxStream<'_, Result<Bytes, StorageError>>, StorageError> {
        self.step().await;
        self.inner.get_stream(key).await
    }

    async fn put_stream(
        &self,
        key: &str,
        stream: BoxStream<'_, Bytes>,
    ) -> Result<(), StorageError> {
        self.step().await;
        self.inner.put_stream(key, stream).await
    }
}

#[test]
fn what_is_stored_outlives_a_collection_at_any_call_whatever_the_clocks() {
    for before in [false, true] {
        for calls in 0..12 {
            let inner = MemoryStorage::new();
            let whole = ContentAddressedStore::new(inner.clone(), Blake3Hash);
            let left = Arc::new(AtomicU64::new(calls));
            let slow = Slow { inner, left };
            let slow = ContentAddressedStore::new(slow, Blake3Hash);
            runtime().block_on(async {
                if before {
                    whole.store(Bytes::from("x")).await.unwrap();
                }
                let address = slow.store(Bytes::from("x")).await.unwrap();
                if before {
                    whole.delete(&address).await.unwrap();
                }
                for _ in 0..2 {
                    whole.collect_garbage(Duration::ZERO).await.unwrap();
                    let found = whole.retrieve(&address).await;
                    assert_eq!(found.unwrap(), "x", "call {calls}");
                }
                whole.delete(&address).await.unwrap();
                whole.collect_garbage(Duration::ZERO).await.unwrap();
                let stats = whole.stats().await.unwrap();
                assert_eq!(stats, CasStats::default(), "call {calls}");
            });
        }
    }
}

/// A storage whose calls fail after a number of them, as those of a process
/// that was killed, and let others go first.
#[derive(Clone)]
struct Killed {
    inner: MemoryStorage,
    left: Arc<AtomicU64>,
}

impl Killed {
    fn after(inner: &MemoryStorage, calls: u64) -> Self {
        let left = Arc::new(AtomicU64::new(calls));
        Self { inner: inner.clone(), left }
    }

    async fn step(&self) -> Result<(), StorageError> {
        // The order of what many do is decided anew at each call.
        let name = Blake3Hash.hash_u64(&self.left.load(Relaxed).to_le_bytes());
        for _ in 0..name % 3 {
            tokio::task::yield_now().await;
        }
        let lower = |left: u64| left.checked_sub(1);
        match self.left.fetch_update(Relaxed, Relaxed, lower) {
            Ok(_) => Ok(()),
            Err(_) => Err(StorageError::Connection("killed".to_owned())),
        }
    }
}

#[async_trait]
impl StorageBackend for Killed {
    async fn get(&self, key: &str) -> Result<Bytes, StorageError> {
        self.step().await?;
        self.inner.get(key).await
    }

    async fn get_opt(&self, key: &str) -> Result<Option<Bytes>, StorageError> {
        self.step().await?;
        self.inner.get_opt(key).await
    }

    async fn put(&self, key: &str, data: Bytes) -> Result<(), StorageError> {
        self.step().await?;
        self.inner.put(key, data).await
    }

    async fn delete(&self, key: &str) -> Result<(), StorageError> {
        self.step().await?;
        self.inner.delete(key).await
    }

    async fn exists(&self, key: &str) -> Result<bool, StorageError> {
        self.step().await?;
        self.inner.exists(key).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StorageError> {
        self.step().await?;
        self.inner.list(prefix).await
    }

    async fn head(&self, key: &str) -> Result<ObjectMeta, StorageError> {
        self.step().await?;
        self.inner.head(key).await
    }

    async fn get_stream(
        &self,
        key: &str,
    ) -> Result<BoxStream<'_, Result<Bytes, StorageError>>, StorageError> {
        self.step().await?;
        self.inner.get_stream(key).await
    }

    async fn put_stream(
        &self,
        key: &str,
        stream: BoxStream<'_, Bytes>,
    ) -> Result<(), StorageError> {
        self.step().await?;
        self.inner.put_stream(key, stream).await
    }
}

#[test]
fn killed_at_any_call_a_store_loses_nothing_and_garbage_goes() {
    for calls in 0..30 {
        let storage = MemoryStorage::new();
        let whole = ContentAddressedStore::new(storage.clone(), Blake3Hash);
        runtime().block_on(async {
            let kept = whole.store(Bytes::from("kept")).await.unwrap();
            let killed = Killed::after(&storage, calls);
            let killed = ContentAddressedStore::new(killed, Blake3Hash);
            let work = async {
                killed.store(Bytes::from("kept")).await?;
                let other = killed.store(Bytes::from("other")).await?;
                killed.delete(&other).await?;
                killed.delete(&kept).await?;
                killed.collect_garbage(Duration::ZERO).await
            };
            work.await.ok();
            assert_eq!(whole.retrieve(&kept).await.unwrap(), "kept");
            whole.collect_garbage(Duration::ZERO).await.unwrap();
            assert_eq!(whole.retrieve(&kept).await.unwrap(), "kept");
            let clean = whole.collect_garbage(Duration::ZERO).await.unwrap();
            assert_eq!(clean, Garbage::default(), "{calls}");
            // Whatever references there are have their copies.
            for reference in storage.list("refs/").await.unwrap() {
                let copy = reference.strip_prefix("refs/").unwrap();
                let copy = copy.rsplit_once('.').unwrap().0;
                let copy = format!("objects/{copy}");
                assert!(storage.exists(&copy).await.unwrap());
            }
            assert_eq!(storage.list("marks/").await.unwrap(), [""; 0]);
        });
    }
}

#[test]
fn many_who_store_delete_and_collect_at_once_lose_nothing() {
    for round in 0..20_u64 {
        let storage = MemoryStorage::new();
        // How many references each content must have at least.
        let held = Arc::new(Mutex::new(HashMap::<String, u64>::new()));
        let workers: Vec<_> = (0..8_u64)
            .map(|worker| {
                let killed = Killed::after(&storage, u64::MAX - worker * 77);
                let cas = ContentAddressedStore::new(killed, XxHash3);
                let held = Arc::clone(&held);
                mithril_core::spawn(async move {
                    let mut mine = Vec::new();
                    for step in 0..60_u64 {
                        let choice = XxHash.hash_u64(
                            &[round, worker, step].map(|it| it as u8),
                        );
                        match choice % 5 {
                            0..=1 => {
                                let data = vec![(choice >> 32) as u8 % 3; 9];
                                let stored = cas.store(data.into()).await;
                                mine.push(stored.unwrap());
                            }
                            2..=3 => {
                                if let Some(address) = mine.pop() {
                                    cas.delete(&address).await.unwrap();
                                }
                            }
                            _ => {
                                for address in &mine {
                                    cas.retrieve(address).await.unwrap();
                                }
                            }
                        }
                    }
                    let mut held = held.lock().unwrap();
                    for address in mine {
                        *held.entry(address).or_default() += 1;
                    }
                })
            })
            .collect();
        for worker in workers {
            runtime().block_on(worker).unwrap();
        }
        let cas = ContentAddressedStore::new(storage, XxHash3);
        runtime().block_on(async {
            let held = held.lock().unwrap().clone();
            for (address, references) in held {
                for _ in 0..references {
                    cas.retrieve(&address).await.unwrap();
                    cas.delete(&address).await.unwrap();
                }
            }
            // Two who have deleted at once may each have left the copy to the
            // other.
            cas.collect_garbage(Duration::ZERO).await.unwrap();
            let stats = cas.stats().await.unwrap();
            assert_eq!(stats, CasStats::default());
        });
    }
}

#[test]
fn an_error_of_the_storage_is_passed_on() {
    let killed = Killed::after(&MemoryStorage::new(), 0);
    let cas = ContentAddressedStore::new(killed, XxHash3);
    let stored = runtime().block_on(cas.store(Bytes::from("x")));
    let error = mithril_core::MithrilError::from(stored.unwrap_err());
    assert_eq!(
        error.to_string(),
        "CAS error: Storage error: Connection error: killed"
    );
}
