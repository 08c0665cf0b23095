//! The sandbox: runs the component that parses untrusted bytes and names.
//!
//! This crate compiles `guest/inspector` into a WebAssembly component when it
//! is built, embeds it as machine code, and calls it. It is the only crate
//! that knows of wasmtime; nothing of wasmtime shows in its interface.
//!
//! A [`Sandbox`] is made once and shared; each worker thread has its own
//! [`Inspector`] and calls it with batches:
//!
//! ```
//! use sanchay_sandbox::{Algorithm, Sandbox, SandboxOptions};
//!
//! let sandbox = Sandbox::new(SandboxOptions::default())?;
//! let mut inspector = sandbox.inspector();
//! let digest = inspector.digest(Algorithm::Xxh64, b"hello world")?;
//! assert_eq!(digest.to_string(), "45ab6734b21e6968");
//! # Ok::<(), sanchay_sandbox::Fault>(())
//! ```
//!
//! [`Limits`] bound what the component may use. An error is a [`Fault`]: the
//! instance is discarded, the next call gets a fresh one, and the run goes on.

mod caller;
mod checklist;
mod clock;
pub mod component;
mod engine;
#[macro_use]
mod exports;
mod fault;
mod fill_in_place;
mod filter;
mod ignore;
mod indices;
mod inspector;
mod last_words;
mod limits;
mod names;
pub mod plugin;
#[cfg(feature = "compile")]
mod portable;
mod sandbox;
mod shared;
mod store;
mod text_task;
mod wire;

pub use checklist::{Checklist, ChecksumEntry, Expectation};
pub use fault::{Fault, FilterError};
pub use filter::Listing;
pub use ignore::{IgnoreError, IgnoreFile};
pub use inspector::Inspector;
pub use limits::Limits;
pub use names::Names;
pub use sanchay_core::batch::BatchError;
pub use sanchay_core::checklist::{Flaw, Malformed, Separator};
pub use sanchay_core::content_kind::{ContentKind, HEAD};
pub use sanchay_core::digest::{ChainingValue, Digest};
pub use sanchay_core::filter::{Columns, Matches, Program, ProgramError};
pub use sanchay_core::hashing::{
    Algorithm, DEFAULT_CHUNK, MAX_CHUNK, PartialDigest, UnknownAlgorithm,
};
pub use sanchay_core::ignore::{Place, RuleSetError};
pub use sanchay_core::kind::{EntryKind, KindSet};
pub use sanchay_core::naming::{Naming, NamingError, Refusal};
pub use sanchay_core::plan::{Line, PlanError};
pub use sanchay_core::similarity::{Shingling, Signature, Sketch, Unit};
pub use sanchay_core::time::Offsets;
pub use sanchay_core::tree::TreeError;
pub use sandbox::{Sandbox, SandboxOptions};
pub use text_task::TextTask;
