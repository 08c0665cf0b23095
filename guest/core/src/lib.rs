//! What Sanchay decides: pure functions of bytes, names and numbers.
//!
//! This crate does no I/O and knows nothing of WebAssembly. It is compiled
//! twice from the same text: into the component that judges untrusted data,
//! and natively, where it is tested and where the two are compared.
//!
//! One module serves one interface of the WIT package in `wit/`.
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod batch;
pub mod checklist;
pub mod escape;
pub mod filter;
pub mod hashing;
pub mod tree;
