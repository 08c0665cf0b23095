//! A file inventory with a cage: scan trees, hash files, find duplicates.
//!
//! The library acts: it walks directories in parallel, opens and reads files.
//! It does not judge: names are filtered and bytes are hashed by a WebAssembly
//! component that imports nothing, so nothing that looks at an untrusted byte
//! or name has any authority.
//!
//! An [`Engine`] is made once and used for any number of runs. What is found
//! is passed to a visitor as it is found, from worker threads; names are bytes
//! throughout; what is wrong with one entry is an event of its own and never
//! ends a run.
//!
//! ```
//! use std::{ops::ControlFlow, sync::atomic::{AtomicU64, Ordering}};
//! use sanchay::{
//!     Engine, EngineOptions, Filter, Monitor, ScanEvent, WalkOptions,
//! };
//!
//! let engine = Engine::new(EngineOptions::default())?;
//! let options = WalkOptions {
//!     filter: Filter::default().extension("rs"),
//!     ..WalkOptions::default()
//! };
//! let largest = AtomicU64::new(0);
//! let summary = engine.scan(
//!     &["src".into()],
//!     &options,
//!     &Monitor::default(),
//!     &|event| {
//!         match event {
//!             ScanEvent::Files(batch) => {
//!                 for file in batch.iter() {
//!                     largest.fetch_max(
//!                         file.metadata.size,
//!                         Ordering::Relaxed,
//!                     );
//!                 }
//!             }
//!             ScanEvent::Error(error) => eprintln!("{error}"),
//!             _ => {}
//!         }
//!         ControlFlow::Continue(())
//!     },
//! )?;
//! assert!(summary.files > 10 && largest.into_inner() > 0);
//! # Ok::<(), sanchay::Error>(())
//! ```
//!
//! [`Engine::hash`] gives digests in a documented order whatever the number
//! of threads, [`Engine::check`] compares files with a list of digests, and
//! [`Engine::duplicates`] finds groups of equal files. A [`Monitor`] watches
//! and cancels any of them. [`Engine::digest`] and [`Engine::filter`] judge
//! what the caller has from elsewhere.
//!
//! # What stays as it is
//!
//! Options are plain structs: name the fields that matter and take the rest
//! from `..Default::default()`, since fields may be added. Enums and results
//! that may grow are `#[non_exhaustive]`. Another [`Algorithm`], or a field
//! more of what is told of a file ([`Metadata`], [`Entry`], [`Hashed`]), is a
//! change that a program should notice, and comes with a new minor version
//! before 1.0 and a new major one after. No type of the WebAssembly engine is
//! part of the interface, so another version of it changes nothing here.

mod cache;
mod check;
mod duplicates;
mod engine;
mod entry;
mod error;
mod extract;
mod filter;
mod hash;
mod limits;
mod monitor;
mod options;
mod ordered;
mod plugins;
mod pool;
mod queue;
mod run;
mod scan;
mod sync;
mod walk;

pub use cache::{DigestCache, FileKey};
pub use check::{CheckEvent, CheckSummary, Verdict};
pub use duplicates::{
    DuplicateSummary, Duplicates, Group, GroupFile, GroupValues,
};
pub use engine::Engine;
pub use entry::{Batch, EntryRef};
pub use error::{Action, Cause, EntryError, Error};
pub use filter::{FileFacts, FilterInstance};
pub use hash::{HashEvent, Hashed, Source};
pub use monitor::{
    Cancel, LeftOutCallback, Monitor, Phase, Progress, ProgressCallback,
    Summary,
};
pub use options::{
    CheckOptions, DuplicateOptions, EngineOptions, HashOptions, Method,
    WalkOptions, Walker,
};
pub use plugins::{
    Column, ExtractError, Extractor, Facts, Interest, Judge, NameBatch,
    Pattern, Plugin, PluginError, Plugins, Portion, Sample, Selection,
    Setting, SettingType, SettingValue, Value, ValueType,
};
#[cfg(feature = "plugins")]
pub use plugins::{Compiler, PluginOptions, compile_for};
pub use sanchay_core::{
    content::Content,
    escape::{Escaped, escaped, is_obeyed},
    filter::{
        Clock, Expr, ExtensionError, Field, Filter, FilterError, FilterOption,
        Operand, Operator, parse_extensions,
    },
    kind::{EntryKind, KindSet},
};
pub use sanchay_sandbox::{
    Algorithm, BatchError, DEFAULT_CHUNK, Digest, Fault, Flaw, Limits,
    MAX_CHUNK, PartialDigest, component,
};
pub use sanchay_storage::{
    FileId, LocalStorage, Metadata, Storage, Timestamp, WorkingDirectory,
};
pub use scan::ScanEvent;
pub use walk::{LeftOut, MAX_PATH};
