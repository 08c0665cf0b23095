//! The vocabulary of Sanchay and every decision it takes: pure functions of
//! bytes, names and numbers.
//!
//! This crate does no I/O and knows nothing of WebAssembly. It is compiled
//! twice from the same text: into the component that looks at untrusted data,
//! and natively, where it is tested and where the two are compared. The
//! library, the program, the WASI command and the Python package take their
//! words and types from here.
#![cfg_attr(not(any(test, feature = "std")), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod append;
pub mod attachments;
pub mod batch;
pub mod checklist;
pub mod command_line;
pub mod content;
pub mod content_kind;
pub mod digest;
pub mod duration;
pub mod escape;
pub mod exit;
pub mod file_id;
pub mod filter;
pub mod folder_digest;
mod folding;
pub mod grouping;
pub mod hashing;
pub mod ignore;
pub mod json;
pub mod keep;
pub mod kind;
pub mod media;
pub mod naming;
pub mod nearest;
pub mod object;
pub mod order;
pub mod pattern;
pub mod plan;
pub mod problem;
pub mod reading;
pub mod record;
pub mod shard;
pub mod similarity;
pub mod size;
pub mod store;
pub mod summary;
mod syntax_error;
#[cfg(feature = "std")]
mod system_time;
pub mod template;
pub mod time;
pub mod trash_info;
pub mod tree;
pub mod value;
mod zone;
