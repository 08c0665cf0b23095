//! Sanchay as a command of WASI 0.2: `scan`, `hash` and `dupes` for any host
//! that runs `wasi:cli/run`, over the folders that the host gives it.
//!
//! What is decided is decided by `sanchay-core`, as in the component that the
//! native program carries; what is printed is what the native program prints,
//! byte for byte. What is different is who reads the files: not a program with
//! the rights of its user, but the host, which hands out nothing but what lies
//! beneath the folders it was told of (`wasmtime run --dir`).
//!
//! Compiled for WebAssembly this crate has no standard library. It also
//! compiles for the machine it is built on, only to be checked there.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod commands;
mod entry;
mod failure;
mod folders;
mod ignoring;
mod listing;
mod messages;
mod opening;
mod output;
mod source;
mod stat;
mod tally;
mod walk;

use sanchay_runtime as _;

/// What implements the world.
struct Program;
