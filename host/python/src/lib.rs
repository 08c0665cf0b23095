//! Sanchay for Python: the module `sanchay._native`, which the Python sources
//! beside this crate wrap as `sanchay`, `sanchay.vpo` and `mithril`.
//!
//! A call starts a run of the library in a thread of its own, which never
//! touches Python: what it finds goes through a `feed` in columns. Whoever
//! takes from the feed does so in the thread that called, with the
//! interpreter released while there is nothing to take; that thread sees to
//! signals and to the progress callback, so that an exception or Ctrl-C
//! arises where Python expects it.

mod arguments;
mod arrow;
mod attachments;
mod batches;
mod catalogs;
mod checks;
mod columns;
mod consumer;
mod deduping;
mod differences;
mod engines;
mod failure;
mod feed;
mod files;
mod filters;
mod given;
mod groups;
mod hashes;
mod journals;
pub mod mithril;
mod names;
mod numbers;
mod options;
mod paths;
mod pictures;
mod plugins;
mod program;
mod records;
mod run;
mod runner;
mod shard;
mod sharding;
mod similars;
mod starting;
mod stores;
mod stream;
mod summaries;
mod tasks;
mod vpo;
mod wake_pipe;
mod working_directory;

use pyo3::prelude::*;

/// The engine behind `sanchay` and `sanchay.vpo`. Private: use those.
#[pymodule]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::attachments::{
        AttachmentCancel, AttachmentFailure, AttachmentGlobs,
        AttachmentManifest, attachments_create, attachments_document,
        attachments_download, attachments_expand, attachments_fetch_manifest,
        attachments_hash, attachments_outputs, attachments_parse,
        attachments_submit, attachments_sync_inputs, attachments_sync_outputs,
        attachments_upload, attachments_upload_manifest,
    };
    #[pymodule_export]
    use super::batches::{Batch, batch_of_bytes, load_batch, plan_batch};
    #[pymodule_export]
    use super::catalogs::{diff, history, snapshot, snapshots, verify, watch};
    #[pymodule_export]
    use super::deduping::{plan_dedupe, plan_dedupe_similar};
    #[pymodule_export]
    use super::failure::{Cancelled, ConflictError, EntryError};
    #[pymodule_export]
    use super::journals::{list_runs, resume_batch, undo_batch};
    #[pymodule_export]
    use super::mithril::{
        CasException, Completions, CompressionException, Compressor,
        ConnectionException, ContentNotFoundException, ContentStore,
        CorruptContentException, Download, HashFunction, Hasher,
        InvalidAddressException, InvalidDataException, InvalidKeyException,
        Listing, MinHasher, MithrilException, NotFoundException, Operation,
        PermissionDeniedException, Storage, StorageException, Upload, bands,
        config_of_environment, config_of_file, dtype_of_numpy, dtypes, settle,
        similarity, storage_of_url, tensor_size, train_dictionary,
    };
    #[pymodule_export]
    use super::names::escaped;
    #[pymodule_export]
    use super::numbers::human_bytes;
    #[pymodule_export]
    use super::options::{Walk, walk_options};
    #[pymodule_export]
    use super::pictures::picture_preview;
    #[pymodule_export]
    use super::program::run_program;
    #[pymodule_export]
    use super::run::Run;
    #[pymodule_export]
    use super::sharding::{
        check_found, check_place, merge_shards, merge_similar_shards,
        plan_shards, read_shards, run_shard, shard_parts, sum_shard,
        write_shard,
    };
    #[pymodule_export]
    use super::similars::{similar, sketch};
    #[cfg(debug_assertions)]
    #[pymodule_export]
    use super::starting::_panic;
    #[pymodule_export]
    use super::starting::{check, duplicates, hash_files, scan};
    #[pymodule_export]
    use super::stores::{Store, StoredFile};
    #[pymodule_export]
    use super::summaries::summary;
    #[pymodule_export]
    use super::version;
    #[pymodule_export]
    use super::vpo::{vpo_discover, vpo_hash};

    /// Not all that is cancelled changed files.
    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let cancelled = module.py().get_type::<Cancelled>();
        cancelled.setattr("run", module.py().None())
    }
}

/// The version of Sanchay.
#[pyfunction]
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
