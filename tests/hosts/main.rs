//! Sanchay's components under hosts that no one here wrote: the command
//! `sanchay.wasm` under `wasmtime run` and `jco run`, the inspector under
//! Python's `wasmtime`. Whatever the host, the answers are those of the native
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
mod given;
mod host;
mod limits;
mod python;
mod questions;
mod refusals;
mod same;

use sanchay_testkit::Program;

/// The native program.
fn native() -> Program {
    Program::new(env!("CARGO_BIN_EXE_sanchay"))
}
