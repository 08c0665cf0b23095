//! Stores in S3 and Google Cloud Storage, on loopback: moto, a small server of
//! the tests, and a proxy that spoils what passes. Nothing hangs on a
//! conditional put: no call has a condition.
#![cfg(feature = "cloud")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what cannot be built or read fails the test"
)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use sanchay::Engine;
use sanchay_objects::{
    GcsOptions, GcsStorage, Patience, S3Credentials, S3Options, S3Storage,
    StorageBackend,
};
use sanchay_store::{
    CheckOptions, GcOptions, GetOptions, ObjectBackend, PutOptions, Snapshot,
    Store, StoreError,
};
use sanchay_test_servers::{Fault, Gcs, Moto, Proxy};
use tempfile::TempDir;

const NOW: GcOptions =
    GcOptions { grace: Duration::ZERO, waste: 0.0, dry_run: false, level: 1 };

/// Patience for servers on loopback, whose faults are made.
fn quick() -> Patience {
    Patience {
        retries: 4,
        total: Duration::from_secs(20),
        connect: Duration::from_secs(2),
        answer: Duration::from_secs(20),
        pause: Duration::from_millis(5),
        slowest: 50 << 20,
    }
}

fn s3(url: &str) -> Arc<dyn StorageBackend> {
    let options = S3Options {
        endpoint: Some(url.to_owned()),
        credentials: Some(S3Credentials {
            key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret_key: "topsecret/key".into(),
            session_token: None,
        }),
        patience: quick(),
        ..S3Options::default()
    };
    let prefix = Some("a/prefix");
    Arc::new(S3Storage::with_options("bucket", prefix, &options).unwrap())
}

fn gcs(url: &str) -> Arc<dyn StorageBackend> {
    let options = GcsOptions {
        endpoint: Some(url.to_owned()),
        patience: quick(),
        ..GcsOptions::default()
    };
    Arc::new(GcsStorage::with_options("bucket", None, &options).unwrap())
}

/// A tree of some files, one of them large.
fn tree(number: u64) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("sub")).unwrap();
    for file in 0..20 {
        let name = folder.path().join(format!("sub/{file}"));
        let content = format!("{} {file} ", number % 3);
        fs::write(name, content.repeat(200)).unwrap();
    }
    let own = format!("the tree {number}");
    fs::write(folder.path().join("own"), own).unwrap();
    let large: Vec<u8> = (0..3_000_000_u64)
        .map(|at| (at.wrapping_mul(at).wrapping_add(number) >> 7) as u8)
        .collect();
    fs::write(folder.path().join("large"), large).unwrap();
    folder
}

/// The files of a tree.
fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut left = vec![root.to_owned()];
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => left.push(path),
                false => {
                    let below = path.strip_prefix(root).unwrap().to_owned();
                    all.insert(below, fs::read(&path).unwrap());
                }
            }
        }
    }
    all
}

struct Place {
    open: Box<dyn Fn() -> Arc<dyn StorageBackend> + Sync>,
    engine: Engine,
}

impl Place {
    fn new(
        open: impl Fn() -> Arc<dyn StorageBackend> + Sync + 'static,
    ) -> Self {
        let engine = Engine::builder().threads(2).build().unwrap();
        let place = Self { open: Box::new(open), engine };
        Store::init(Arc::new(ObjectBackend::new((place.open)()))).unwrap();
        place
    }

    /// As a process of its own opens it.
    fn store(&self) -> Store {
        Store::open(Arc::new(ObjectBackend::new((self.open)()))).unwrap()
    }

    fn put(&self, tree: &Path) -> Result<Snapshot, StoreError> {
        let failed = |error| panic!("{error}");
        let options = PutOptions::default();
        let roots = [tree.to_owned()];
        let put = self.store().put(&self.engine, &roots, &options, failed)?;
        Ok(put.snapshot)
    }

    fn comes_back(&self, snapshot: &Snapshot, tree: &Path) {
        let out = tempfile::tempdir().unwrap();
        let target = out.path().join("out");
        let failed = |error| panic!("{error}");
        let options = GetOptions::default();
        self.store()
            .get(&self.engine, snapshot, &target, &options, failed)
            .unwrap();
        assert_eq!(files(&target), files(tree));
    }

    fn is_sound(&self) {
        let options = CheckOptions { read_data: true, ..Default::default() };
        let report = self.store().check(&self.engine, &options).unwrap();
        assert_eq!(report.flaws, []);
    }
}

/// Puts from two processes at once, beside collections; then one snapshot
/// goes, and all that only it had.
fn is_a_store(place: &Place) {
    let trees = [tree(1), tree(2), tree(3)];
    let kept = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for tree in &trees[..2] {
            let kept = &kept;
            scope.spawn(move || {
                for _ in 0..2 {
                    let snapshot = place.put(tree.path()).unwrap();
                    kept.lock().unwrap().push((snapshot, tree.path()));
                }
            });
        }
        scope.spawn(|| {
            for _ in 0..3 {
                place.store().gc(&NOW).unwrap();
            }
        });
    });
    let mut kept = kept.into_inner().unwrap();
    kept.push((place.put(trees[2].path()).unwrap(), trees[2].path()));
    place.is_sound();
    for (snapshot, tree) in &kept {
        place.comes_back(snapshot, tree);
    }
    let (last, _) = kept.pop().unwrap();
    place.store().remove(&last).unwrap();
    for _ in 0..2 {
        place.store().gc(&NOW).unwrap();
    }
    place.is_sound();
    let stats = place.store().stats().unwrap();
    assert_eq!(stats.objects, stats.referenced, "{stats:?}");
    for (snapshot, tree) in &kept {
        place.comes_back(snapshot, tree);
    }
}

#[test]
fn a_store_in_s3_is_put_into_and_collected_by_several_at_once() {
    let Some(moto) = Moto::start() else { return };
    let url = moto.url();
    is_a_store(&Place::new(move || s3(&url)));
    assert_eq!(moto.open_uploads(), 0);
}

#[test]
fn a_store_in_google_cloud_storage_is_put_into_by_several_at_once() {
    let server = Gcs::start();
    let url = server.url();
    is_a_store(&Place::new(move || gcs(&url)));
}

/// Puts while some requests are spoiled, and then while all are.
fn withstands_faults(place: &Place, proxy: &Proxy) {
    let trees: Vec<TempDir> = (10..17).map(tree).collect();
    let faults = [
        Fault::CutBefore,
        Fault::CutAfter,
        Fault::Status(500),
        Fault::StatusAfter(503),
        Fault::RetryAfter(0),
        Fault::Truncated,
    ];
    let mut kept = Vec::new();
    for (fault, tree) in faults.into_iter().zip(&trees) {
        // One of three requests.
        let spoiled = [Fault::None, fault, Fault::None];
        proxy.spoil(spoiled.into_iter().cycle().take(60));
        let snapshot = place.put(tree.path());
        proxy.spoil([]);
        let snapshot = snapshot.unwrap_or_else(|it| panic!("{fault:?}: {it}"));
        kept.push((snapshot, tree.path()));
    }
    // Nothing works for a while: the put fails, and leaves no harm.
    let last = trees.last().unwrap();
    for after in [3, 6, 9, 12, 20] {
        let fine = std::iter::repeat_n(Fault::None, after);
        let bad = std::iter::repeat_n(Fault::Status(500), 400);
        proxy.spoil(fine.chain(bad));
        assert!(place.put(last.path()).is_err(), "after {after} requests");
        proxy.spoil([]);
        place.is_sound();
        place.store().gc(&NOW).unwrap();
    }
    kept.push((place.put(last.path()).unwrap(), last.path()));
    place.store().gc(&NOW).unwrap();
    place.is_sound();
    for (snapshot, tree) in &kept {
        place.comes_back(snapshot, tree);
    }
}

#[test]
fn a_store_in_s3_withstands_what_goes_wrong_on_the_way() {
    let Some(moto) = Moto::start() else { return };
    let proxy = Proxy::to(&moto.url());
    let url = proxy.url();
    withstands_faults(&Place::new(move || s3(&url)), &proxy);
}

#[test]
fn a_store_in_google_cloud_storage_withstands_what_goes_wrong_on_the_way() {
    let server = Gcs::start();
    let proxy = Proxy::to(&server.url());
    let url = proxy.url();
    withstands_faults(&Place::new(move || gcs(&url)), &proxy);
}
