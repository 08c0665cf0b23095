//! A content-addressed store of trees.
//!
//! A [`Store`] keeps snapshots of trees: every file's contents once, whatever
//! its names and however often it is stored, compressed, in packs. Any number
//! of processes may put, read, remove and collect garbage at once, on any
//! [`Backend`] that puts whole files and lists them. `docs/STORE.md` describes
//! the bytes, and why nothing that is referenced is ever deleted.
//!
//! ```
//! use std::{path::Path, sync::Arc};
//! use sanchay::{Engine, LocalStorage, Monitor};
//! use sanchay_store::{FolderBackend, PutOptions, Store};
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path();
//! let backend = FolderBackend::create(&LocalStorage::new(), path)?;
//! let store = Store::init(Arc::new(backend))?;
//! let engine = Engine::builder().build()?;
//! let roots = [Path::new("src").to_owned()];
//! let put = store.put(&engine, &roots, &PutOptions::default(), |error| {
//!     eprintln!("{error}");
//! })?;
//! let tree = store.tree(&put.snapshot)?;
//! let mut files = engine.scan([""]).storage(Arc::new(tree)).start()?;
//! assert!((&mut files).any(|it| it.is_ok_and(|it| it.path() == Path::new("lib.rs"))));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod again;
mod backend;
mod check;
mod codec;
mod condemned;
mod diff;
mod error;
mod folder;
mod gc;
mod get;
mod live;
mod names;
#[cfg(feature = "objects")]
mod objects;
mod packer;
mod put;
mod retention;
mod rows;
mod snapshot;
mod state;
mod stats;
mod store;
mod tree;

pub use backend::{Backend, BackendError, FileInfo};
pub use check::{CheckOptions, CheckReport, Flaw};
pub use diff::StoredDifference;
pub use error::StoreError;
pub use folder::FolderBackend;
pub use gc::{GcOptions, GcReport};
pub use get::GetOptions;
#[cfg(feature = "objects")]
pub use objects::ObjectBackend;
pub use put::{Put, PutOptions};
pub use retention::beyond_newest;
pub use sanchay_core::store::{Address, Damage, SnapshotDocument};
pub use snapshot::Snapshot;
pub use stats::Stats;
pub use store::Store;
pub use tree::SnapshotTree;
