//! Job attachments: the files of render jobs in S3, by content, with manifests
//! that say which of them a job has. What this writes the Python package
//! `deadline` reads, and the other way round.
//!
//! - [`submit`] uploads what a job reads, and tells what the service is to be
//!   told.
//! - [`sync_inputs`] fetches that for a worker, [`sync_outputs`] gives back
//!   what the worker made, and [`download_outputs`] fetches that again.
//! - [`create_manifest`], [`load_manifest`] and the functions beside them are
//!   what these consist of.
//!
//! Every call blocks until it is done, and must not be made from a thread of
//! [`sanchay_objects::runtime`]. [`Watch`] tells how far it is, and ends it.
//!
//! ```
//! use std::sync::Arc;
//! use sanchay::Engine;
//! use sanchay_attachments::{
//!     Assets, Client, ManifestLocation, S3Location, SubmitOptions, SyncOptions,
//!     Watch, submit, sync_inputs,
//! };
//! use sanchay_objects::MemoryStorage;
//!
//! # let folder = tempfile::tempdir()?;
//! # let (project, session) = (folder.path().join("p"), folder.path().join("s"));
//! # std::fs::create_dir(&project)?;
//! # std::fs::create_dir(&session)?;
//! # std::fs::write(project.join("scene.blend"), "scene")?;
//! let client = Client::of(Arc::new(MemoryStorage::new()));
//! let engine = Engine::builder().build()?;
//! let location = S3Location::new("bucket", "DeadlineCloud");
//! let manifests = ManifestLocation::new(&location, "farm-1", "queue-1");
//! let assets = Assets {
//!     inputs: vec![project.join("scene.blend")],
//!     outputs: vec![project.join("renders")],
//!     ..Assets::default()
//! };
//! let submitted = submit(
//!     &engine, &client, &location, &manifests, &assets,
//!     &SubmitOptions::default(), &Watch::default(),
//! )?;
//! let synced = sync_inputs(
//!     &client, &location, &submitted.attachments, &session,
//!     &SyncOptions::default(), &Watch::default(),
//! )?;
//! assert_eq!(synced.statistics.files_transferred, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod chunks;
mod client;
mod compare;
mod download;
mod draft;
mod error;
mod hash_cache;
mod hashing;
mod listing;
mod local;
mod location;
mod locks;
mod manifests;
mod output_roots;
mod outputs;
mod plan;
mod present;
mod progress;
mod reader;
mod seen;
mod session;
mod snapshot;
mod statistics;
mod submit;
mod sync;
mod target;
mod upload;
mod ways;
mod writer;

pub use client::Client;
pub use compare::{LocalDifferences, compare_with_files};
pub use download::{Conflict, Downloaded, download_manifest_contents};
pub use error::{AttachmentError, S3Failure};
pub use hash_cache::HashCache;
pub use hashing::hash_file;
pub use listing::{Expanded, LeftOut, expand_input_paths};
pub use local::write_manifest;
pub use location::{
    ManifestLocation, OutputPath, S3Location, session_directory,
};
pub use manifests::{
    InputManifest, download_manifest, load_manifest, load_manifest_file,
    upload_input_manifest, upload_manifest_file, upload_output_manifest,
};
pub use output_roots::OutputRoots;
pub use outputs::{OutputQuery, download_outputs, output_manifests};
pub use progress::{Progress, ScanProgress, TransferProgress, Watch};
pub use sanchay_core::attachments::{
    Attachments, Content, Differences, Entry, EntryKind, GlobFilter, Hash,
    Manifest, ManifestProperties, ManifestVersion, PathFormat, PathMapping,
    Rule, Scope, diff, encode, merge, text,
};
pub use seen::SeenCache;
pub use snapshot::{SnapshotOptions, create_manifest};
pub use statistics::Statistics;
pub use submit::{
    Assets, FileSystemLocation, SubmitOptions, Submitted, submit,
};
pub use sync::{SyncOptions, Synced, sync_inputs, sync_outputs};
pub use upload::{UploadOptions, upload_manifest_contents};
