//! Sanchay's components under hosts that no one here wrote: the command
//! `sanchay.wasm` under `wasmtime run`, `jco run` and Python's `wasmtime`, the
//! inspector under that, Node and Chromium; and with them the programs in
//! `examples/`. Whatever the host, the answers are those of the native
//! program, byte for byte.
//!
//! A host that is not installed is left out, and the test says so.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what cannot be built or read fails the test, and the panic is \
              the report"
)]

mod command;
mod embedding;
mod given;
mod host;
mod limits;
mod page;
mod python;
mod questions;
mod refusals;
mod same;
mod serve;
mod summary;

use sanchay_testkit::Program;

/// The native program.
fn native() -> Program {
    Program::new(env!("CARGO_BIN_EXE_sanchay"))
}
