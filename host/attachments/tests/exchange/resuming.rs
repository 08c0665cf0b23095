//! Downloads that are ended and begun again.

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use sanchay_attachments::{
    AttachmentError, Attachments, Client, Conflict, Downloaded, Manifest,
    ManifestProperties, ManifestVersion, Progress, SnapshotOptions,
    UploadOptions, Watch, create_manifest, download_manifest_contents,
    load_manifest, session_directory, upload_manifest_contents,
};
use sanchay_objects::{
    MemoryStorage, ObjectMeta, StorageBackend, StorageError,
};

use crate::farm::{Farm, hello};

/// A bucket that counts what it serves, and may refuse to from an offset on.
#[derive(Clone)]
pub(crate) struct Measured {
    inner: MemoryStorage,
    served: Arc<AtomicU64>,
    refused_from: Arc<AtomicU64>,
}

impl Measured {
    pub(crate) fn new(farm: &Farm) -> Self {
        Self {
            inner: farm.storage.clone(),
            served: Arc::default(),
            refused_from: Arc::new(AtomicU64::new(u64::MAX)),
        }
    }

    pub(crate) fn client(&self) -> Client {
        Client::of(Arc::new(self.clone()))
    }

    /// How many bytes it has served, since it was last asked.
    pub(crate) fn served(&self) -> u64 {
        self.served.swap(0, Relaxed)
    }

    fn refuse_from(&self, offset: u64) {
        self.refused_from.store(offset, Relaxed);
    }
}

#[async_trait]
impl StorageBackend for Measured {
    async fn get(&self, key: &str) -> Result<Bytes, StorageError> {
        let data = self.inner.get(key).await?;
        self.served.fetch_add(data.len() as u64, Relaxed);
        Ok(data)
    }

    async fn get_opt(&self, key: &str) -> Result<Option<Bytes>, StorageError> {
        match self.get(key).await {
            Err(error) if error.is_not_found() => Ok(None),
            got => got.map(Some),
        }
    }

    async fn get_range(
        &self,
        key: &str,
        range: std::ops::Range<u64>,
    ) -> Result<Bytes, StorageError> {
        if range.start >= self.refused_from.load(Relaxed) {
            return Err(StorageError::Connection("cut".to_owned()));
        }
        let data = self.inner.get_range(key, range).await?;
        self.served.fetch_add(data.len() as u64, Relaxed);
        Ok(data)
    }

    async fn put(&self, key: &str, data: Bytes) -> Result<(), StorageError> {
        self.inner.put(key, data).await
    }

    async fn delete(&self, key: &str) -> Result<(), StorageError> {
        self.inner.delete(key).await
    }

    async fn exists(&self, key: &str) -> Result<bool, StorageError> {
        self.inner.exists(key).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StorageError> {
        self.inner.list(prefix).await
    }

    async fn head(&self, key: &str) -> Result<ObjectMeta, StorageError> {
        self.inner.head(key).await
    }

    async fn get_stream(
        &self,
        key: &str,
    ) -> Result<BoxStream<'_, Result<Bytes, StorageError>>, StorageError> {
        self.inner.get_stream(key).await
    }

    async fn put_stream(
        &self,
        key: &str,
        stream: BoxStream<'_, Bytes>,
    ) -> Result<(), StorageError> {
        self.inner.put_stream(key, stream).await
    }
}

const MIB: u64 = 1 << 20;

/// A file of 36 MiB in the bucket: its manifest, and its bytes.
fn large(farm: &Farm) -> (Manifest, Vec<u8>) {
    let words = (0..u32::try_from(9 * MIB).unwrap())
        .flat_map(|word| word.wrapping_mul(2_654_435_761).to_le_bytes());
    let data: Vec<u8> = words.collect();
    farm.write("p/large", &data);
    (uploaded(farm, &SnapshotOptions::default()), data)
}

/// What is in the folder `p`, after it was uploaded.
fn uploaded(farm: &Farm, options: &SnapshotOptions) -> Manifest {
    let (root, watch) = (farm.path("p"), Watch::default());
    let (manifest, _) =
        create_manifest(&farm.engine, &root, options, &watch).unwrap();
    upload_manifest_contents(
        &farm.client,
        &farm.location,
        &manifest,
        &root,
        &UploadOptions::default(),
        &watch,
    )
    .unwrap();
    manifest
}

fn load(
    farm: &Farm,
    measured: &Measured,
    manifest: &Manifest,
    watch: &Watch,
) -> Result<Downloaded, AttachmentError> {
    download_manifest_contents(
        &measured.client(),
        &farm.location,
        manifest,
        &farm.path("r"),
        Conflict::Overwrite,
        watch,
    )
}

/// What is not complete yet.
fn parts(farm: &Farm) -> Vec<PathBuf> {
    let entries = fs::read_dir(farm.path("r")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|it| it == "part"))
        .collect()
}

#[test]
fn what_was_fetched_of_a_large_file_is_not_fetched_again() {
    let farm = Farm::new();
    let (manifest, data) = large(&farm);
    let measured = Measured::new(&farm);
    measured.refuse_from(24 * MIB);
    let error =
        load(&farm, &measured, &manifest, &Watch::default()).unwrap_err();
    assert!(error.to_string().contains("Connection error: cut"), "{error}");
    assert!(!farm.path("r/large").exists());
    let [part] = &*parts(&farm) else { panic!("one part") };
    assert_eq!(fs::metadata(part).unwrap().len(), 24 * MIB);
    assert_eq!(measured.served(), 24 * MIB);

    measured.refuse_from(u64::MAX);
    let last = Arc::new(AtomicU64::new(0));
    let seen = Arc::clone(&last);
    let watch = Watch {
        progress: Some(Arc::new(move |progress: &Progress| {
            if let Progress::Transfer(it) = progress {
                assert!(it.overall_completed <= it.overall_total);
                seen.store(it.overall_completed, Relaxed);
            }
            std::ops::ControlFlow::Continue(())
        })),
        ..Watch::default()
    };
    let done = load(&farm, &measured, &manifest, &watch).unwrap();
    assert_eq!(done.files, [farm.path("r/large")]);
    assert_eq!(measured.served(), 12 * MIB);
    assert_eq!(last.load(Relaxed), 36 * MIB);
    assert!(fs::read(farm.path("r/large")).unwrap() == data);
    assert_eq!(
        fs::metadata(farm.path("r/large")).unwrap().mtime(),
        1_704_164_645
    );
    assert!(parts(&farm).is_empty());
    // And nothing at all once it is there.
    load(&farm, &measured, &manifest, &Watch::default()).unwrap();
    assert_eq!(measured.served(), 0);
}

#[test]
fn what_is_left_is_gone_on_with_only_if_it_is_of_the_same_content() {
    let farm = Farm::new();
    let (manifest, data) = large(&farm);
    let measured = Measured::new(&farm);
    let cut = || {
        measured.refuse_from(24 * MIB);
        load(&farm, &measured, &manifest, &Watch::default()).unwrap_err();
        measured.refuse_from(u64::MAX);
        measured.served();
        parts(&farm).pop().unwrap()
    };
    // Another content at the same place.
    cut();
    let other: Vec<u8> = data.iter().map(|byte| !byte).collect();
    farm.write("p/large", &other);
    let changed = uploaded(&farm, &SnapshotOptions::default());
    load(&farm, &measured, &changed, &Watch::default()).unwrap();
    assert_eq!(measured.served(), 36 * MIB);
    assert!(fs::read(farm.path("r/large")).unwrap() == other);
    fs::remove_file(farm.path("r/large")).unwrap();
    // What was left of the first is still of use, unless it is damaged.
    let part = cut();
    let mut left = fs::read(&part).unwrap();
    left[5] ^= 1;
    fs::write(&part, left).unwrap();
    load(&farm, &measured, &manifest, &Watch::default()).unwrap();
    assert_eq!(measured.served(), (36 - 24 + 36) * MIB);
    assert!(fs::read(farm.path("r/large")).unwrap() == data);
    assert!(parts(&farm).is_empty());
}

#[test]
fn two_runs_at_once_do_not_write_into_each_others_files() {
    let farm = Farm::new();
    let (manifest, data) = large(&farm);
    let measured = Measured::new(&farm);
    measured.refuse_from(24 * MIB);
    load(&farm, &measured, &manifest, &Watch::default()).unwrap_err();
    measured.refuse_from(u64::MAX);
    let part = parts(&farm).pop().unwrap();
    let other = fs::File::open(&part).unwrap();
    other.lock().unwrap();
    load(&farm, &measured, &manifest, &Watch::default()).unwrap();
    assert!(fs::read(farm.path("r/large")).unwrap() == data);
    assert_eq!(fs::metadata(&part).unwrap().len(), 24 * MIB);
    assert_eq!(parts(&farm), [part]);
}

#[test]
fn a_large_object_of_another_size_is_refused_before_it_is_fetched() {
    let farm = Farm::new();
    let (manifest, data) = large(&farm);
    let key = farm.keys("Root/Data/").pop().unwrap();
    let measured = Measured::new(&farm);
    for (size, what) in [(35 * MIB, "36700160"), (9 * MIB, "9437184")] {
        farm.put(&key, &data[..usize::try_from(size).unwrap()]);
        let error = load(&farm, &measured, &manifest, &Watch::default());
        let error = error.unwrap_err().to_string();
        assert_eq!(
            error,
            format!(
                "File from S3 for large had incorrect size {what}. Required \
                 size: 37748736"
            )
        );
    }
    assert_eq!(measured.served(), 0);
    let mut wrong = data;
    wrong[0] ^= 1;
    farm.put(&key, &wrong);
    let error = load(&farm, &measured, &manifest, &Watch::default());
    let error = error.unwrap_err().to_string();
    assert!(error.contains("nothing was kept of it"), "{error}");
    assert!(parts(&farm).is_empty());
}

#[test]
fn what_is_there_needs_no_room() {
    let farm = Farm::new();
    fs::create_dir_all(farm.path("r")).unwrap();
    let there = fs::File::create(farm.path("r/vast")).unwrap();
    // More than any disk has room for, and none of it on this one.
    let size = 1_u64 << 43;
    there.set_len(size).unwrap();
    let manifest = load_manifest(&hello("\"vast\"", size)).unwrap();
    let to = |conflict| {
        download_manifest_contents(
            &farm.client,
            &farm.location,
            &manifest,
            &farm.path("r"),
            conflict,
            &Watch::default(),
        )
    };
    assert_eq!(to(Conflict::Skip).unwrap().statistics.files_skipped, 1);
    for conflict in [Conflict::CreateCopy, Conflict::Overwrite] {
        let error = to(conflict).unwrap_err().to_string();
        assert!(error.contains("larger than available disk space"), "{error}");
    }
}

#[test]
fn what_a_download_left_is_no_output() {
    let farm = Farm::new();
    farm.write("project/renders/old", b"old");
    let root = farm.path("project").to_str().unwrap().as_bytes().to_vec();
    let renders =
        session_directory(&farm.path("session"), &root).join("renders");
    fs::create_dir_all(&renders).unwrap();
    fs::write(renders.join(".sanchay-0123.part"), "half").unwrap();
    fs::write(renders.join("whole"), "whole").unwrap();
    let attachments = Attachments {
        manifests: vec![ManifestProperties {
            root_path: root,
            output_relative_directories: vec![b"renders".to_vec()],
            ..ManifestProperties::default()
        }],
        ..Attachments::default()
    };
    let given = farm.give_back(&attachments, "action-1", 1.0);
    assert_eq!(given.files, [renders.join("whole")]);
}

#[test]
fn parts_of_a_file_are_stored_and_resumed_one_by_one() {
    let farm = Farm::new();
    fs::create_dir_all(farm.path("p")).unwrap();
    let file = fs::File::create(farm.path("p/large")).unwrap();
    // Two parts, of which the first is a hole.
    file.set_len(256 * MIB + 5).unwrap();
    std::os::unix::fs::FileExt::write_at(&file, b"end", 256 * MIB).unwrap();
    drop(file);
    let options = SnapshotOptions {
        version: ManifestVersion::V2025_12_04Beta,
        ..SnapshotOptions::default()
    };
    let manifest = uploaded(&farm, &options);
    assert_eq!(farm.keys("Root/Data/").len(), 2);
    let measured = Measured::new(&farm);
    measured.refuse_from(248 * MIB);
    load(&farm, &measured, &manifest, &Watch::default()).unwrap_err();
    measured.served();
    measured.refuse_from(u64::MAX);
    load(&farm, &measured, &manifest, &Watch::default()).unwrap();
    assert_eq!(measured.served(), 8 * MIB + 5);
    let (ours, theirs) = (farm.path("p/large"), farm.path("r/large"));
    assert!(fs::read(ours).unwrap() == fs::read(theirs).unwrap());
}
