//! Sanchay for Python: the module `sanchay._native`, which the Python sources
//! beside this crate wrap as `sanchay` and `sanchay.vpo`.
//!
//! A call starts a run of the library in a thread of its own, which never
//! touches Python: what it finds goes through a `feed` in columns. Whoever
//! takes from the feed does so in the thread that called, with the
//! interpreter released while there is nothing to take; that thread sees to
//! signals and to the progress callback, so that an exception or Ctrl-C
//! arises where Python expects it.

mod arguments;
mod arrow;
mod catalogs;
mod checks;
mod columns;
mod consumer;
mod engines;
mod failure;
mod feed;
mod files;
mod filters;
mod given;
mod groups;
mod hashes;
mod names;
mod numbers;
mod options;
mod paths;
mod plugins;
mod program;
mod records;
mod run;
mod runner;
mod shard;
mod starting;
mod stream;
mod summaries;
mod vpo;
mod wake_pipe;
mod working_directory;

use pyo3::prelude::*;

/// The engine behind `sanchay` and `sanchay.vpo`. Private: use those.
#[pymodule]
mod _native {
    #[pymodule_export]
    use super::failure::{Cancelled, EntryError};
    #[pymodule_export]
    use super::names::escaped;
    #[pymodule_export]
    use super::numbers::human_bytes;
    #[pymodule_export]
    use super::options::{Walk, walk_options};
    #[pymodule_export]
    use super::program::run_program;
    #[pymodule_export]
    use super::run::Run;
    #[cfg(debug_assertions)]
    #[pymodule_export]
    use super::starting::_panic;
    #[pymodule_export]
    use super::starting::{check, duplicates, hash_files, scan};
    #[pymodule_export]
    use super::summaries::summary;
    #[pymodule_export]
    use super::version;
    #[pymodule_export]
    use super::vpo::{vpo_discover, vpo_hash};
}

/// The version of Sanchay.
#[pyfunction]
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
