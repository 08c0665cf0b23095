//! The interfaces of Mithril: storage, compression, hashing, near-duplicates,
//! and what goes with them.
//!
//! # Storage
//!
//! ```no_run
//! # use bytes::Bytes;
//! # mithril_core::runtime().block_on(async {
//! use mithril_core::{StorageBackend, LocalStorage, S3Storage};
//!
//! // Local storage
//! let storage = LocalStorage::new("/tmp/mithril")?;
//! storage.put("key", Bytes::from("value")).await?;
//! let data = storage.get("key").await?;
//!
//! // S3 storage (same interface)
//! let storage = S3Storage::new("my-bucket", Some("prefix/")).await?;
//! storage.put("key", Bytes::from("value")).await?;
//! # let _ = data;
//! # Ok::<(), mithril_core::MithrilError>(())
//! # })?;
//! # Ok::<(), mithril_core::MithrilError>(())
//! ```
//!
//! # Compression
//!
//! ```
//! # let data = b"data".repeat(100);
//! use mithril_core::{Compressor, ZstdCompressor, CompressionLevel};
//!
//! let compressor = ZstdCompressor::new(CompressionLevel::Default);
//! let compressed = compressor.compress(&data)?;
//! let decompressed = compressor.decompress(&compressed)?;
//! assert_eq!(data, decompressed);
//! # Ok::<(), mithril_core::MithrilError>(())
//! ```
//!
//! What differs from the interfaces as they were written down, since they do
//! not compile or contradict each other, is in `docs/MITHRIL.md`.
#![forbid(unsafe_code)]

mod cas;
mod config;
mod error;
mod minhash;
mod progress;
mod tasks;
mod tensor;

pub use cas::{
    CasError, CasStats, ContentAddressable, ContentAddressedStore, Garbage,
};
pub use config::CoreConfig;
pub use error::{MithrilError, Result};
pub use minhash::{MinHashSignature, MinHasher};
pub use progress::{
    CallbackProgress, ConsoleProgress, NoopProgress, ProgressReporter,
};
pub use sanchay_compression::{
    AdaptiveCompressor, CompressionError, CompressionLevel, Compressor,
    Lz4Compressor, StoredCompressor, ZstdCompressor,
};
pub use sanchay_hashing::{
    Blake3Hash, HashFunction, Hasher, Sha256Hash, XxHash, XxHash3,
};
#[cfg(feature = "cloud")]
pub use sanchay_objects::{
    GcsOptions, GcsStorage, Patience, S3Credentials, S3Options, S3Storage,
    Secret, settle,
};
pub use sanchay_objects::{
    LocalStorage, MemoryStorage, ObjectMeta, StorageBackend, StorageConfig,
    StorageError, create_storage, key, runtime, spawn,
};
pub use tasks::{par_compute, spawn_blocking};
pub use tensor::{DType, TensorMeta};
