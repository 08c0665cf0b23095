//! What the tests share.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use bytes::Bytes;
use sanchay::Engine;
use sanchay_attachments::{
    Assets, AttachmentError, Attachments, Client, Conflict, Downloaded,
    ManifestLocation, OutputPath, S3Location, SubmitOptions, Submitted,
    SyncOptions, Synced, Watch, download_manifest_contents, load_manifest,
    submit, sync_inputs, sync_outputs,
};
use sanchay_objects::{MemoryStorage, StorageBackend as _, runtime};
use tempfile::TempDir;

/// A bucket in memory, and a folder.
pub(crate) struct Farm {
    pub(crate) folder: TempDir,
    pub(crate) storage: MemoryStorage,
    pub(crate) client: Client,
    pub(crate) engine: Engine,
    pub(crate) location: S3Location,
    pub(crate) place: ManifestLocation,
}

impl Farm {
    pub(crate) fn new() -> Self {
        let storage = MemoryStorage::new();
        let location = S3Location::new("bucket", "Root");
        let place = ManifestLocation::new(&location, "farm-1", "queue-1");
        Self {
            folder: tempfile::tempdir().unwrap(),
            client: Client::of(Arc::new(storage.clone())),
            storage,
            engine: Engine::builder().threads(2).build().unwrap(),
            location,
            place,
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        let time =
            UNIX_EPOCH + Duration::from_nanos(1_704_164_645_123_456_789);
        fs::File::open(&path).unwrap().set_modified(time).unwrap();
        path
    }

    pub(crate) fn keys(&self, prefix: &str) -> Vec<String> {
        runtime().block_on(self.storage.list(prefix)).unwrap()
    }

    pub(crate) fn put(&self, key: &str, data: &[u8]) {
        let data = Bytes::copy_from_slice(data);
        runtime().block_on(self.storage.put(key, data)).unwrap();
    }

    pub(crate) fn submit(
        &self,
        inputs: &[PathBuf],
        options: &SubmitOptions,
    ) -> Result<Submitted, AttachmentError> {
        let assets = Assets {
            inputs: inputs.to_vec(),
            outputs: vec![self.path("project/renders")],
            references: Vec::new(),
        };
        submit(
            &self.engine,
            &self.client,
            &self.location,
            &self.place,
            &assets,
            options,
            &Watch::default(),
        )
    }

    pub(crate) fn sync(&self, attachments: &Attachments) -> Synced {
        self.sync_with(attachments, &SyncOptions::default()).unwrap()
    }

    pub(crate) fn sync_with(
        &self,
        attachments: &Attachments,
        options: &SyncOptions,
    ) -> Result<Synced, AttachmentError> {
        sync_inputs(
            &self.client,
            &self.location,
            attachments,
            &self.path("session"),
            options,
            &Watch::default(),
        )
    }

    pub(crate) fn give_back(
        &self,
        attachments: &Attachments,
        action: &str,
        time: f64,
    ) -> Synced {
        self.try_give_back(attachments, action, time).unwrap()
    }

    pub(crate) fn try_give_back(
        &self,
        attachments: &Attachments,
        action: &str,
        time: f64,
    ) -> Result<Synced, AttachmentError> {
        let timestamp = time;
        let session_action_id = action.to_owned();
        let output = OutputPath { session_action_id, timestamp, ..output() };
        let options = SyncOptions::default();
        let session = self.path("session");
        self.give_back_from(&session, attachments, &output, &options)
    }

    pub(crate) fn give_back_from(
        &self,
        session: &Path,
        attachments: &Attachments,
        output: &OutputPath,
        options: &SyncOptions,
    ) -> Result<Synced, AttachmentError> {
        sync_outputs(
            &self.engine,
            &self.client,
            &self.location,
            &self.place,
            output,
            attachments,
            session,
            options,
            &Watch::default(),
        )
    }

    pub(crate) fn load(
        &self,
        text: &[u8],
        root: &str,
        conflict: Conflict,
    ) -> Result<Downloaded, AttachmentError> {
        let manifest = load_manifest(text)?;
        download_manifest_contents(
            &self.client,
            &self.location,
            &manifest,
            &self.path(root),
            conflict,
            &Watch::default(),
        )
    }
}

/// What a task made.
pub(crate) fn output() -> OutputPath {
    OutputPath {
        job_id: "job-1".to_owned(),
        step_id: "step-1".to_owned(),
        task_id: Some("task-1".to_owned()),
        session_action_id: "action-1".to_owned(),
        timestamp: 1.0,
    }
}

/// A manifest of one file with the content `hello world`.
pub(crate) fn hello(path: &str, size: u64) -> Vec<u8> {
    format!(
        "{{\"hashAlg\":\"xxh128\",\"manifestVersion\":\"2023-03-03\",\
         \"paths\":[{{\"hash\":\"df8d09e93f874900a99b8775cc15b6c7\",\
         \"mtime\":1704164645123456,\"path\":{path},\"size\":{size}}}],\
         \"totalSize\":{size}}}"
    )
    .into_bytes()
}

pub(crate) const HELLO: &str =
    "Root/Data/df8d09e93f874900a99b8775cc15b6c7.xxh128";
