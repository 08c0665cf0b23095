//! The calls. Where things are comes as tuples, which the Python sources make
//! of their classes.

use std::{path::PathBuf, sync::Arc};

use pyo3::{exceptions::PyValueError, prelude::*, types::PyDict};
use sanchay::DigestCache;
use sanchay_attachments::{
    Assets, Client, Conflict, FileSystemLocation, HashCache, ManifestLocation,
    ManifestVersion, OutputPath, OutputQuery, OutputRoots, S3Location,
    SeenCache, SnapshotOptions, Statistics, SubmitOptions, SyncOptions,
    Synced, UploadOptions, create_manifest, download_manifest,
    download_manifest_contents, download_outputs, expand_input_paths,
    hash_file, submit, sync_inputs, sync_outputs, text, upload_input_manifest,
    upload_manifest_contents,
};
use sanchay_catalog::{Catalog, CatalogOptions};
use sanchay_objects::{S3Credentials, S3Options};

use super::objects::{
    AttachmentCancel, AttachmentManifest, Properties, attachments, work,
};
use crate::engines;

/// Bucket, and three prefixes.
type Place = (String, String, String, String);
/// Bucket, prefix, farm, queue.
type Queue = (String, String, String, String);
/// Region, endpoint, profile, credentials.
type Access = (
    Option<String>,
    Option<String>,
    Option<String>,
    Option<(String, String, Option<String>)>,
);
/// Job, step, task, session action, time.
type Output = (String, String, Option<String>, String, f64);
/// Files and bytes: processed, transferred, skipped; and seconds.
type Numbers = (u64, u64, u64, u64, u64, u64, f64);
/// Where outputs go: a mapping of roots, roots that are known, where those of
/// another one go, and whether any other is trusted.
type Roots = (Vec<(Vec<u8>, PathBuf)>, Vec<Vec<u8>>, Option<PathBuf>, bool);
/// Source format, source, destination.
type RuleRow = (&'static str, Vec<u8>, Vec<u8>);

fn location(place: Place) -> S3Location {
    let (bucket, root_prefix, cas_prefix, manifest_prefix) = place;
    S3Location { bucket, root_prefix, cas_prefix, manifest_prefix }
}

fn queue(queue: Queue) -> ManifestLocation {
    let (bucket, root_prefix, farm_id, queue_id) = queue;
    ManifestLocation { bucket, root_prefix, farm_id, queue_id }
}

fn client(access: Access) -> Client {
    let (region, endpoint, profile, credentials) = access;
    let credentials =
        credentials.map(|(key_id, secret, token)| S3Credentials {
            key_id,
            secret_key: secret.into(),
            session_token: token.map(Into::into),
        });
    Client::s3(S3Options {
        endpoint,
        region,
        profile,
        credentials,
        machine_if_told: true,
        ..S3Options::default()
    })
}

fn numbers(it: &Statistics) -> Numbers {
    (
        it.processed_files,
        it.processed_bytes,
        it.files_transferred,
        it.bytes_transferred,
        it.files_skipped,
        it.bytes_skipped,
        it.total_time,
    )
}

/// What of options is there, by name.
struct Options<'a, 'py>(&'a Bound<'py, PyDict>);

impl<'py> Options<'_, 'py> {
    fn get<T: for<'x> FromPyObject<'x, 'py, Error = PyErr>>(
        &self,
        name: &str,
    ) -> PyResult<Option<T>> {
        match self.0.get_item(name)? {
            Some(value) if !value.is_none() => value.extract().map(Some),
            _ => Ok(None),
        }
    }

    fn flag(&self, name: &str) -> PyResult<bool> {
        Ok(self.get::<bool>(name)?.unwrap_or_default())
    }

    fn globs(&self, name: &str) -> PyResult<Vec<Vec<u8>>> {
        let globs: Vec<Vec<u8>> = self.get(name)?.unwrap_or_default();
        Ok(globs.iter().map(|it| sanchay_names::glob(it)).collect())
    }

    fn version(&self) -> PyResult<ManifestVersion> {
        match self.get::<String>("version")? {
            Some(version) => version.parse().map_err(PyValueError::new_err),
            None => Ok(ManifestVersion::default()),
        }
    }

    fn catalog(&self) -> PyResult<Option<Arc<dyn DigestCache>>> {
        let Some(path) = self.get::<PathBuf>("catalog")? else {
            return Ok(None);
        };
        let opened = Catalog::open(&path, CatalogOptions::default());
        let catalog = opened
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(Some(Arc::new(catalog)))
    }

    fn package_cache(&self) -> PyResult<Option<Arc<HashCache>>> {
        let Some(path) = self.get::<PathBuf>("hash_cache_dir")? else {
            return Ok(None);
        };
        let writes = self.flag("update_hash_cache")?;
        let opened = HashCache::open(&path, writes);
        let cache = opened.map_err(|error| super::objects::raise(&error))?;
        Ok(Some(Arc::new(cache)))
    }

    fn upload(&self) -> PyResult<UploadOptions> {
        let follow = self.flag("follow_symlinks")?;
        let Some(path) = self.get::<PathBuf>("s3_check_cache_dir")? else {
            return Ok(UploadOptions { seen: None, follow });
        };
        let opened = SeenCache::open(&path);
        let seen = opened.map_err(|error| super::objects::raise(&error))?;
        Ok(UploadOptions { seen: Some(Arc::new(seen)), follow })
    }

    fn sync(&self) -> PyResult<SyncOptions> {
        let conflict = match self.get::<String>("conflict")? {
            Some(text) => Some(conflict(&text)?),
            None => None,
        };
        type Dependency = (Queue, (String, Option<String>));
        let dependencies: Vec<Dependency> =
            self.get("dependencies")?.unwrap_or_default();
        let dependencies = dependencies.into_iter().map(|(place, job)| {
            let (job_id, step_id) = job;
            let query =
                OutputQuery { job_id, step_id, ..OutputQuery::default() };
            (queue(place), query)
        });
        Ok(SyncOptions {
            conflict,
            mapping: self.get("mapping")?.unwrap_or_default(),
            dependencies: dependencies.collect(),
            cache: self.catalog()?,
            upload: self.upload()?,
        })
    }
}

fn conflict(text: &str) -> PyResult<Conflict> {
    text.parse().map_err(PyValueError::new_err)
}

/// What submitting came to: the attachments' JSON, numbers of hashing and
/// upload, inputs that are missing, and what was left out.
type Submitted = (String, Numbers, Numbers, Vec<PathBuf>, Vec<PathBuf>);

/// Submits.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "keywords in Python")]
pub(crate) fn attachments_submit(
    py: Python<'_>,
    access: Access,
    place: Place,
    manifests: Queue,
    inputs: Vec<PathBuf>,
    outputs: Vec<PathBuf>,
    references: Vec<PathBuf>,
    locations: Vec<(String, PathBuf, bool)>,
    options: &Bound<'_, PyDict>,
    cancel: &AttachmentCancel,
    progress: Option<Py<PyAny>>,
) -> PyResult<Submitted> {
    let engine = engines::engine(py, None)?;
    let given = Options(options);
    let locations = locations.into_iter();
    let options = SubmitOptions {
        require_paths_exist: given.flag("require_paths_exist")?,
        file_system_mode: given
            .get("file_system_mode")?
            .unwrap_or_else(|| "COPIED".to_owned()),
        version: given.version()?,
        include: given.globs("include")?,
        exclude: given.globs("exclude")?,
        locations: locations
            .map(|(name, path, shared)| FileSystemLocation {
                name,
                path,
                shared,
            })
            .collect(),
        cache: given.catalog()?,
        package_cache: given.package_cache()?,
        upload: given.upload()?,
    };
    let assets = Assets { inputs, outputs, references };
    let (client, location) = (client(access), location(place));
    let manifests = queue(manifests);
    let submitted = work(py, cancel, progress.as_ref(), |watch| {
        submit(
            &engine, &client, &location, &manifests, &assets, &options, watch,
        )
    })?;
    Ok((
        submitted.attachments.to_json(),
        numbers(&submitted.hashing),
        numbers(&submitted.upload),
        submitted.missing,
        submitted.left_out.into_iter().map(|it| it.path).collect(),
    ))
}

type SyncedRow = (Numbers, Vec<RuleRow>, Vec<PathBuf>, Vec<String>);

fn synced(synced: Synced) -> SyncedRow {
    let rules = synced.rules.into_iter().map(|rule| {
        let destination = text::of_name(&rule.destination);
        (rule.format.name(), rule.source, destination)
    });
    (
        numbers(&synced.statistics),
        rules.collect(),
        synced.files,
        synced.manifests,
    )
}

/// Downloads what a job reads.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "keywords in Python")]
pub(crate) fn attachments_sync_inputs(
    py: Python<'_>,
    access: Access,
    place: Place,
    file_system: String,
    properties: Vec<Properties>,
    session: PathBuf,
    options: &Bound<'_, PyDict>,
    cancel: &AttachmentCancel,
    progress: Option<Py<PyAny>>,
) -> PyResult<SyncedRow> {
    let options = Options(options).sync()?;
    let attachments = attachments(file_system, properties)?;
    let (client, location) = (client(access), location(place));
    let session = absolute(session)?;
    let done = work(py, cancel, progress.as_ref(), |watch| {
        sync_inputs(
            &client,
            &location,
            &attachments,
            &session,
            &options,
            watch,
        )
    })?;
    Ok(synced(done))
}

/// Uploads what a task made.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "keywords in Python")]
pub(crate) fn attachments_sync_outputs(
    py: Python<'_>,
    access: Access,
    place: Place,
    manifests: Queue,
    output: Output,
    file_system: String,
    properties: Vec<Properties>,
    session: PathBuf,
    options: &Bound<'_, PyDict>,
    cancel: &AttachmentCancel,
    progress: Option<Py<PyAny>>,
) -> PyResult<SyncedRow> {
    let engine = engines::engine(py, None)?;
    let options = Options(options).sync()?;
    let attachments = attachments(file_system, properties)?;
    let (job_id, step_id, task_id, session_action_id, timestamp) = output;
    let output =
        OutputPath { job_id, step_id, task_id, session_action_id, timestamp };
    let (client, location) = (client(access), location(place));
    let manifests = queue(manifests);
    let session = absolute(session)?;
    let done = work(py, cancel, progress.as_ref(), |watch| {
        sync_outputs(
            &engine,
            &client,
            &location,
            &manifests,
            &output,
            &attachments,
            &session,
            &options,
            watch,
        )
    })?;
    Ok(synced(done))
}

fn absolute(path: PathBuf) -> PyResult<PathBuf> {
    sanchay::storage::absolute(&path)
        .map_err(|error| PyValueError::new_err(error.to_string()))
}

/// Downloads what the tasks of a job made: numbers, and the files.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "keywords in Python")]
pub(crate) fn attachments_outputs(
    py: Python<'_>,
    access: Access,
    place: Place,
    manifests: Queue,
    query: (String, Option<String>, Option<String>, Option<String>),
    roots: Roots,
    resolution: &str,
    cancel: &AttachmentCancel,
    progress: Option<Py<PyAny>>,
) -> PyResult<(Numbers, Vec<PathBuf>)> {
    let (job_id, step_id, task_id, session_action_id) = query;
    let query = OutputQuery { job_id, step_id, task_id, session_action_id };
    let (mapping, known, into, trusted) = roots;
    let into = into.map(absolute).transpose()?;
    let roots = OutputRoots { mapping, known, into, trusted };
    let conflict = conflict(resolution)?;
    let (client, location) = (client(access), location(place));
    let manifests = queue(manifests);
    let done = work(py, cancel, progress.as_ref(), |watch| {
        download_outputs(
            &client, &location, &manifests, &query, &roots, conflict, watch,
        )
    })?;
    Ok((numbers(&done.statistics), done.files))
}

/// Makes a manifest of a directory.
#[pyfunction]
pub(crate) fn attachments_create(
    py: Python<'_>,
    root: PathBuf,
    options: &Bound<'_, PyDict>,
    cancel: &AttachmentCancel,
    progress: Option<Py<PyAny>>,
) -> PyResult<(AttachmentManifest, Numbers)> {
    let engine = engines::engine(py, None)?;
    let given = Options(options);
    let options = SnapshotOptions {
        version: given.version()?,
        include: given.globs("include")?,
        exclude: given.globs("exclude")?,
        follow: given.flag("follow_symlinks")?,
        hidden: given.get("hidden")?.unwrap_or(true),
        cache: given.catalog()?,
        package_cache: given.package_cache()?,
    };
    let (manifest, statistics) =
        work(py, cancel, progress.as_ref(), |watch| {
            create_manifest(&engine, &root, &options, watch)
        })?;
    let manifest = AttachmentManifest(Arc::new(manifest));
    Ok((manifest, numbers(&statistics)))
}

/// Uploads the contents of a manifest.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "keywords in Python")]
pub(crate) fn attachments_upload(
    py: Python<'_>,
    access: Access,
    place: Place,
    manifest: &AttachmentManifest,
    root: PathBuf,
    options: &Bound<'_, PyDict>,
    cancel: &AttachmentCancel,
    progress: Option<Py<PyAny>>,
) -> PyResult<Numbers> {
    let options = Options(options).upload()?;
    let (client, location) = (client(access), location(place));
    let manifest = Arc::clone(&manifest.0);
    let root = absolute(root)?;
    let done = work(py, cancel, progress.as_ref(), |watch| {
        upload_manifest_contents(
            &client, &location, &manifest, &root, &options, watch,
        )
    })?;
    Ok(numbers(&done))
}

/// Downloads the contents of a manifest.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "keywords in Python")]
pub(crate) fn attachments_download(
    py: Python<'_>,
    access: Access,
    place: Place,
    manifest: &AttachmentManifest,
    root: PathBuf,
    resolution: &str,
    cancel: &AttachmentCancel,
    progress: Option<Py<PyAny>>,
) -> PyResult<(Numbers, Vec<PathBuf>)> {
    let conflict = conflict(resolution)?;
    let (client, location) = (client(access), location(place));
    let manifest = Arc::clone(&manifest.0);
    let root = absolute(root)?;
    let done = work(py, cancel, progress.as_ref(), |watch| {
        download_manifest_contents(
            &client, &location, &manifest, &root, conflict, watch,
        )
    })?;
    Ok((numbers(&done.statistics), done.files))
}

/// Uploads a manifest of inputs: its path, and its hash.
#[pyfunction]
pub(crate) fn attachments_upload_manifest(
    py: Python<'_>,
    access: Access,
    place: Place,
    manifests: Queue,
    manifest: &AttachmentManifest,
    root: Vec<u8>,
    cancel: &AttachmentCancel,
) -> PyResult<(String, String)> {
    let (client, location) = (client(access), location(place));
    let manifests = queue(manifests);
    let manifest = Arc::clone(&manifest.0);
    let done = work(py, cancel, None, |watch| {
        upload_input_manifest(
            &client, &location, &manifests, &manifest, &root, watch,
        )
    })?;
    Ok((done.path, done.hash))
}

/// Downloads a manifest.
#[pyfunction]
pub(crate) fn attachments_fetch_manifest(
    py: Python<'_>,
    access: Access,
    place: Place,
    path: &str,
    hash: Option<&str>,
    cancel: &AttachmentCancel,
) -> PyResult<AttachmentManifest> {
    let (client, location) = (client(access), location(place));
    let done = work(py, cancel, None, |watch| {
        download_manifest(&client, &location, path, hash, watch)
    })?;
    Ok(AttachmentManifest(Arc::new(done)))
}

/// Files, missing paths, and empty directories.
#[pyfunction]
pub(crate) fn attachments_expand(
    py: Python<'_>,
    paths: Vec<PathBuf>,
    cancel: &AttachmentCancel,
) -> PyResult<(Vec<PathBuf>, Vec<PathBuf>, Vec<PathBuf>)> {
    let engine = engines::engine(py, None)?;
    let found = work(py, cancel, None, |watch| {
        expand_input_paths(&engine, &paths, watch)
    })?;
    Ok((found.files, found.missing, found.empty))
}

/// The hash of a file.
#[pyfunction]
pub(crate) fn attachments_hash(
    py: Python<'_>,
    path: PathBuf,
    cancel: &AttachmentCancel,
) -> PyResult<String> {
    let engine = engines::engine(py, None)?;
    work(py, cancel, None, |_| {
        hash_file(&engine, &path).map(|hash| hash.to_string())
    })
}
