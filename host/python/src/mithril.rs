//! Mithril's interfaces for Python: what the module `mithril` wraps.
//!
//! Each call is an `Operation`: a thread of Python's waits for it with the
//! interpreter released, or an event loop is told when it is done. What goes
//! on in other threads never touches Python.

mod buffers;
mod cloud;
mod completions;
mod compression;
mod content;
mod errors;
mod files;
mod hashing;
mod minhash;
mod operation;
mod settings;
mod storage;
mod streams;

pub(crate) use self::completions::Completions;
pub(crate) use self::compression::{Compressor, train_dictionary};
pub(crate) use self::content::ContentStore;
pub use self::errors::{
    CasException, CompressionException, ConnectionException,
    ContentNotFoundException, CorruptContentException,
    InvalidAddressException, InvalidDataException, InvalidKeyException,
    MithrilException, NotFoundException, PermissionDeniedException,
    StorageException, to_py_err,
};
pub(crate) use self::hashing::{HashFunction, Hasher};
pub(crate) use self::minhash::{MinHasher, bands, similarity};
pub(crate) use self::operation::Operation;
pub use self::operation::run_async;
pub(crate) use self::settings::{
    config_of_environment, config_of_file, dtype_of_numpy, dtypes,
    storage_of_url, tensor_size,
};
pub(crate) use self::storage::{Storage, settle};
pub(crate) use self::streams::{Download, Listing, Upload};
