//! Putting trees into stores, and getting them from there.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use sanchay::{DigestCache, Folder, Summary};
use sanchay_store::{GetOptions, PutOptions, StoreError};
use serde_json::json;

use super::{Failure, Outcome, Worker, done};
use crate::{jobs::kind::State, problem::Problem, time::timestamp_text};

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Run(error) => error.into(),
            error => Problem::conflict(error.to_string()).into(),
        }
    }
}

impl Worker<'_> {
    pub(super) fn put(
        &self,
        name: &str,
        roots: &[PathBuf],
        options: PutOptions,
    ) -> Result<Outcome, Failure> {
        let store = self.stores.find(name)?;
        let cache: Arc<dyn DigestCache> = Arc::clone(self.catalog) as _;
        let options = PutOptions { cache: Some(cache), ..options };
        let put = store.put(self.reading, roots, &options, |error| {
            self.note(&error);
        })?;
        let document = &put.snapshot.document;
        let mut summary = Summary::default();
        (summary.files, summary.bytes) = (document.files, document.bytes);
        summary.errors = document.errors;
        let result = json!({
            "store": name,
            "snapshot": put.snapshot.id(),
            "name": document.name,
            "at": timestamp_text(document.time),
            "files": document.files,
            "bytes": document.bytes,
            "errors": document.errors,
            "read": put.read,
            "read_bytes": put.read_bytes,
            "new_bytes": put.object_bytes,
            "stored": put.stored,
        });
        Ok(done(summary, result))
    }

    pub(super) fn get(
        &self,
        name: &str,
        snapshot: &str,
        into: &Path,
        options: &GetOptions,
    ) -> Result<Outcome, Failure> {
        let store = self.stores.find(name)?;
        let snapshot = store.find(snapshot)?;
        // Opened from its root: a link in its way is not followed.
        let Some(storage) = &options.walk.storage else {
            return Err(Problem::internal("The roots are not there.").into());
        };
        let folder = Folder::open(&**storage, into).map_err(|error| {
            Problem::conflict(format!("The folder cannot be opened: {error}."))
        })?;
        let engine = self.reading;
        let got =
            store.get_into(engine, &snapshot, folder, options, |error| {
                self.note(&error);
            })?;
        let mut summary = Summary::default();
        (summary.files, summary.bytes) = (got.copied, got.bytes);
        summary.errors = got.errors;
        let result = json!({
            "store": name,
            "snapshot": snapshot.id(),
            "restored": got.copied,
            "kept": got.kept,
            "bytes": got.bytes,
            "failed": got.errors,
        });
        let state = match got.errors {
            0 => State::Done,
            _ => State::No,
        };
        Ok(Outcome { state, summary, result })
    }
}
