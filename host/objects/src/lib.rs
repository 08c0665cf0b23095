//! Objects by key, wherever they are: in a folder, in memory, in S3 or in
//! Google Cloud Storage.
//!
//! Everything is behind one trait, [`StorageBackend`]. Keys are checked the
//! same for all backends, and whatever refuses says so in the same words, so
//! that what works with one works with the others.
//!
//! The calls are asynchronous and may be awaited in any executor: what needs a
//! runtime of tokio runs in [`runtime`], which belongs to this crate.
//!
//! ```
//! use bytes::Bytes;
//! use sanchay_objects::{LocalStorage, StorageBackend as _, runtime};
//!
//! let storage = LocalStorage::temp()?;
//! runtime().block_on(async {
//!     storage.put("music/song", Bytes::from("notes")).await?;
//!     assert_eq!(storage.get("music/song").await?, "notes");
//!     assert_eq!(storage.list("music/").await?, ["music/song"]);
//!     storage.delete("music/song").await
//! })?;
//! # Ok::<(), sanchay_objects::StorageError>(())
//! ```
#![forbid(unsafe_code)]

mod backend;
#[cfg(feature = "cloud")]
mod cloud;
mod config;
mod error;
pub mod key;
mod local;
mod memory;
mod meta;
mod name;
mod runtime;
mod shared;
#[cfg(feature = "cloud")]
mod tree;

pub use backend::StorageBackend;
#[cfg(feature = "cloud")]
pub use cloud::{
    Bucket, Checker, Checksums, CloudError, CloudErrorKind, CloudOptions,
    GcsOptions, GcsStorage, ObjectHead, ObjectListed, ObjectReader, Page,
    Pages, Part, Patience, Provider, PutBody, S3Credentials, S3Options,
    S3Storage, Secret, Stored, Upload, settle,
};
pub use config::{StorageConfig, create_storage};
pub use error::StorageError;
pub use local::LocalStorage;
pub use memory::MemoryStorage;
pub use meta::{Described, ObjectMeta};
pub use name::unlikely_name;
pub use runtime::{runtime, spawn};
#[cfg(feature = "cloud")]
pub use tree::{CloudStorage, CloudUrl};
