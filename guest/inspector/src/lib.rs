//! The component that Sanchay ships: core, in a sandbox.
//!
//! Each module exports one interface of the WIT package and does no more than
//! hand its arguments to `sanchay-core` and the answer back. What is said
//! about an interface is said in `wit/`.
//!
//! Compiled for WebAssembly this crate has no standard library and imports
//! nothing. It also compiles for the machine it is built on, only to be
//! checked there.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod attaching;
mod checklists;
mod classifying;
mod filtering;
mod hashing;
mod interfaces;
mod keeping;
mod naming;
mod planning;
mod resembling;
mod trees;

use sanchay_runtime as _;

/// What implements the world.
struct Inspector;
