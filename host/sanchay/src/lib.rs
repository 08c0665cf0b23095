//! A file inventory with a sandbox: scan trees, hash files, find duplicates.
//!
//! The library acts: it walks directories in parallel, opens and reads files.
//! It does not decide: names are filtered and bytes are hashed by a
//! WebAssembly component that imports nothing, so nothing that looks at an
//! untrusted byte or name has any authority.
//!
//! An [`Engine`] is set up once and used for any number of runs. A run is
//! requested by [`Engine::scan`], [`Engine::hash`], [`Engine::duplicates`],
//! [`Engine::summary`] or [`Engine::check`], refined by methods, and started:
//!
//! ```
//! use sanchay::Engine;
//!
//! let engine = Engine::builder().build()?;
//! let mut files = engine.scan(["src"]).extension("rs").start()?;
//! let mut largest = 0;
//! for file in &mut files {
//!     match file {
//!         Ok(file) => largest = largest.max(file.size()),
//!         Err(error) => eprintln!("{error}"),
//!     }
//! }
//! let summary = files.finish()?;
//! assert!(summary.files > 10 && largest > 0);
//! # Ok::<(), sanchay::Error>(())
//! ```
//!
//! What is wrong with one entry is an [`EntryError`] among the results and
//! never ends a run. Dropping the results does, as do a [`Cancel`] token and
//! a progress callback that returns `Break`.
//!
//! # The fast way
//!
//! [`Results`] are owned values that come through a channel, a convenience
//! that costs an allocation or two a file. Where that counts, a run can call
//! back instead: [`ScanRequest::for_each_batch`] gives each worker thread a
//! visitor of its own and passes it borrowed batches, one a directory;
//! [`HashRequest::for_each`] and [`CheckRequest::for_each`] pass on what they
//! come upon in its documented order; [`DuplicatesRequest::find`] returns all
//! groups in a compact form; [`SummaryRequest::report`] adds up within the
//! workers. Names are bytes throughout.
//!
//! # Beyond files on this machine
//!
//! The engine reaches files through [`Storage`], a trait of the crate
//! `sanchay-storage` with implementations for local files and for a tree in
//! memory. A [`DigestCache`] keeps it from reading what it has read before.
//! [`Engine::digest`] and [`Engine::filter`] take what the caller has from
//! elsewhere.
//!
//! # What stays as it is
//!
//! Options are plain structs: name the fields that matter and take the rest
//! from `..Default::default()`, since fields may be added. Enums and results
//! that may grow are `#[non_exhaustive]`. Another [`Algorithm`], or another
//! field of what is reported of a file ([`Metadata`], [`EntryRef`],
//! [`HashedFileRef`]), is a change that a program should notice, and comes
//! with a new minor version before 1.0 and a new major one after. No type of
//! the WebAssembly engine is part of the interface, so another version of it
//! changes nothing here.

mod accounts;
mod cache;
mod check;
mod duplicates;
mod engine;
mod entry;
mod error;
mod extract;
mod filter;
mod filter_values;
mod folder_digest;
mod hash;
mod inspect;
mod limits;
mod listing;
mod media;
mod monitor;
mod named_filter;
pub mod ops;
mod options;
mod ordered;
#[cfg(feature = "plugins")]
mod plugin_spec;
mod plugins;
mod pool;
mod queue;
mod request;
mod results;
mod run;
mod scan;
mod similar;
mod span;
mod summary;
mod walk;
mod work;

pub use accounts::{accounts, group_name, user_name};
pub use cache::{DigestCache, FileKey, FileState};
pub use check::{
    CheckEvent, CheckRequest, CheckStatus, CheckSummary, CheckedLine,
    DigestList,
};
pub use duplicates::{
    DuplicateGroup, DuplicateSummary, Duplicates, DuplicatesRequest,
    FolderGroup, Group, GroupFile, GroupValues, Groups, copies_by_extents,
};
pub use engine::{Engine, EngineBuilder};
pub use entry::{Batch, Entry, EntryRef};
pub use error::{
    Action, Cause, EntryError, Error, Problem, describe_io_error, escaped_path,
};
pub use filter::{FileFacts, FilterInstance, KnownEntry, ListedEntry};
pub use folder_digest::{FolderDigest, FolderDigestRequest};
pub use hash::{
    HashEvent, HashRequest, HashSource, HashedFile, HashedFileRef, Source,
};
#[doc(hidden)]
pub use inspect::Inspect;
pub use monitor::{
    Cancel, FinishedCallback, Monitor, Phase, Progress, ProgressCallback,
    ReadingCallback, SkippedCallback, SkippedDirectory, Summary,
};
pub use ops::copy::{
    Copied, Copier, CopyItem, CopyOptions, CopySummary, CopyTree, Existing,
    Expected, Folder, Lost, Sharing, Transfer,
};
pub use ops::replace::{Known, Replaced, Replacement, Replacer};
pub use ops::trash::{Trash, TrashKind, TrashOptions, Trashed};
pub use options::{
    CheckOptions, DuplicateOptions, HashOptions, Method, PathRange,
    SummaryOptions, WalkOptions, Walker,
};
#[cfg(feature = "plugins")]
pub use plugin_spec::{PluginSpec, plugin_cache, read_component};
pub use plugins::{
    ByteRange, Column, ExtractError, Extractor, Facts, FileSample, Interest,
    NameBatch, Pattern, Plugin, PluginError, PluginFilter, Plugins, Selection,
    Setting, SettingType, SettingValue, Value, ValueType,
};
#[cfg(feature = "plugins")]
pub use plugins::{Compiler, CompilerProgram, PluginOptions, compile_for};
pub use results::Results;
pub use sanchay_core::problem::MAX_PATH;
pub use sanchay_core::{
    content::Content,
    escape::{Escaped, escaped, is_terminal_control},
    filter::{
        Accounts, Clock, Expr, ExtensionError, Field, Filter, FilterError,
        FilterOption, FilterSetting, Operand, Operator, Repeat, Test,
        ValueColumns, parse_extensions,
    },
    grouping::{GroupOrder, GroupOrderError, Role},
    kind::{EntryKind, KindSet},
    similarity::{Shingling, ShinglingError, Unit},
    summary::{
        AgeClass, ContentTotals, EmptyFolder, EmptyFolders, ExtensionTotals,
        FolderTotals, FullFolder, ListedFile, OwnerTotals, Report, SizeClass,
        Totals,
    },
};
#[cfg(feature = "images")]
pub use sanchay_sandbox::plugin::PreviewSize;
pub use sanchay_sandbox::{
    Algorithm, BatchError, ContentKind, DEFAULT_CHUNK, Digest, Fault, Flaw,
    Limits, MAX_CHUNK, PartialDigest, component,
};
pub use sanchay_storage as storage;
pub use sanchay_storage::{
    FileId, FileSystemId, LocalStorage, MemoryStorage, Metadata, Storage,
    StorageError, Timestamp, WorkingDirectory,
};
pub use scan::{ScanEvent, ScanRequest};
#[cfg(feature = "images")]
pub use similar::{
    ImagePair, PicturePreview, SimilarImage, SimilarImageGroup, SimilarImages,
    SimilarImagesOptions, SimilarImagesRequest, SimilarImagesSummary,
};
pub use similar::{
    Similar, SimilarFile, SimilarGroup, SimilarOptions, SimilarRequest,
    SimilarSummary, SketchedText, Sketches,
};
pub use summary::{SummaryRequest, TreeSummary};
pub use work::WorkContext;
