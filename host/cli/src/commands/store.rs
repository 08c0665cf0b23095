//! `sanchay store`: snapshots of trees in a content-addressed store.

mod cat;
mod check;
mod diff;
mod gc;
mod get;
mod init;
mod list;
mod put;
mod remove;
mod stats;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::{Args, Subcommand, ValueHint};
use sanchay::{LocalStorage, Storage};
use sanchay_core::record::{Row, SnapshotFacts};
use sanchay_store::{
    Backend, BackendError, FolderBackend, Snapshot, Store, StoreError,
};

use crate::{
    commands::command::RunCommand, context::Context, exit::Exit,
    failure::Failure, options::cloud::CloudArgs, output::RecordWriter,
};

const ABOUT: &str = "\
A store is a folder, or a place in a bucket, with snapshots of trees. What files
contain is in it once, in compressed chunks, however many names, trees and
snapshots have it. Any number of processes may use a store at once;
docs/STORE.md has its format.

SNAPSHOT is latest, latest~1 (the one before), the name that one was given, or
the first digits of what ls calls it.

Examples:
  sanchay store init /backup/store
  sanchay store put /backup/store ~
  sanchay store ls /backup/store
  sanchay store get /backup/store latest --where 'ext = pdf' recovered
  sanchay store rm /backup/store --keep 10
  sanchay store gc /backup/store
  sanchay store put s3://bucket/backups ~";

/// Keep snapshots of trees in a store, and get them back.
#[derive(Args, Debug)]
#[command(after_long_help = ABOUT, after_help = "See --help for examples.")]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct StoreCommand {
    #[command(subcommand)]
    command: CommandArgs,
}

#[derive(Debug, Subcommand)]
enum CommandArgs {
    /// Make an empty store
    Init(init::InitArgs),
    /// Put trees into a store, as a snapshot
    Put(Box<put::PutArgs>),
    /// Get a snapshot, or some of it, back
    Get(Box<get::GetArgs>),
    /// List the snapshots, or what is in one
    Ls(Box<list::LsArgs>),
    /// Write what is in a file to standard output
    Cat(cat::CatArgs),
    /// Tell what became of entries between two snapshots
    Diff(diff::DiffArgs),
    /// Remove snapshots
    Rm(remove::RemoveArgs),
    /// Delete what no snapshot needs
    Gc(gc::GcArgs),
    /// Look for what is missing, damaged or foreign
    Check(check::CheckArgs),
    /// Tell what a store takes up
    Stats(stats::StatsArgs),
}

impl CommandArgs {
    fn command(&self) -> &dyn RunCommand {
        match self {
            Self::Init(it) => it,
            Self::Put(it) => &**it,
            Self::Get(it) => &**it,
            Self::Ls(it) => &**it,
            Self::Cat(it) => it,
            Self::Diff(it) => it,
            Self::Rm(it) => it,
            Self::Gc(it) => it,
            Self::Check(it) => it,
            Self::Stats(it) => it,
        }
    }
}

impl RunCommand for StoreCommand {
    fn check(&self) -> Result<(), String> {
        self.command.command().check()
    }

    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        self.command.command().run(context)
    }
}

/// Which store.
#[derive(Args, Clone, Debug)]
pub(super) struct StoreArgs {
    /// The store: a folder, s3://BUCKET/PREFIX, or gs://BUCKET/PREFIX
    #[arg(value_name = "STORE", value_hint = ValueHint::DirPath)]
    store: PathBuf,

    #[command(flatten)]
    cloud: CloudArgs,
}

impl StoreArgs {
    /// Opens the store.
    fn open(&self) -> Result<Store, Failure> {
        let opened = self.backend(FolderBackend::open).and_then(Store::open);
        opened.map_err(self.failed())
    }

    /// Makes the store.
    fn init(&self) -> Result<Store, Failure> {
        let made = self.backend(FolderBackend::create).and_then(Store::init);
        made.map_err(self.failed())
    }

    /// Where its files are.
    fn backend(
        &self,
        folder: fn(&dyn Storage, &Path) -> Result<FolderBackend, BackendError>,
    ) -> Result<Arc<dyn Backend>, StoreError> {
        let url = self.store.to_str().filter(|text| is_url(text));
        match url {
            Some(url) => among_objects(url, &self.cloud),
            None => Ok(Arc::new(folder(&LocalStorage::new(), &self.store)?)),
        }
    }

    /// What went wrong, with the store's name.
    fn failed(&self) -> impl Fn(StoreError) -> Failure + use<> {
        let path = self.store.clone();
        move |error| match error {
            StoreError::Run(error) => {
                settle();
                Failure::Run(error)
            }
            error => {
                settle();
                let (path, source) = (path.clone(), Box::new(error));
                Failure::Store { path, source }
            }
        }
    }
}

/// Waits until the server was told of uploads that were given up.
fn settle() {
    #[cfg(feature = "cloud")]
    if !sanchay_objects::settle(std::time::Duration::from_millis(500)) {
        tracing::debug!("uploads are still being aborted");
    }
}

/// Whether a store is named by a URL, and not by a path.
fn is_url(text: &str) -> bool {
    ["s3://", "gs://"].iter().any(|scheme| text.starts_with(scheme))
}

/// The store that a URL leads to.
#[cfg(feature = "cloud")]
fn among_objects(
    url: &str,
    cloud: &CloudArgs,
) -> Result<Arc<dyn Backend>, StoreError> {
    let failed = |error: sanchay_objects::StorageError| StoreError::Place {
        why: error.to_string(),
    };
    let objects = cloud.objects(url).map_err(failed)?;
    let backend = sanchay_store::ObjectBackend::new(objects);
    Ok(Arc::new(backend.interrupted_by(crate::signals::is_caught)))
}

/// The store that a URL leads to, for a program that knows none.
#[cfg(not(feature = "cloud"))]
fn among_objects(
    _: &str,
    _: &CloudArgs,
) -> Result<Arc<dyn Backend>, StoreError> {
    let why = "this program was built without stores in S3 and Google Cloud \
               Storage: build it with --features cloud, or name a folder";
    Err(StoreError::Place { why: why.to_owned() })
}

/// Appends a record for each root of a snapshot.
fn push_snapshot(writer: &mut RecordWriter<'_>, snapshot: &Snapshot) {
    let document = &snapshot.document;
    let name = Some(document.name.as_str()).filter(|name| !name.is_empty());
    for root in &document.roots {
        writer.push(&Row {
            snapshot_id: Some(snapshot.id()),
            snapshot: Some(SnapshotFacts {
                number: 0,
                name,
                taken: document.time,
                files: document.files,
                bytes: document.bytes,
                errors: document.errors,
            }),
            name: root,
            ..Row::default()
        });
    }
}
