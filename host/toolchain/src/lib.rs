//! Finds a compiler that can compile Rust to WebAssembly, and runs cargo with
//! it for the guest and for plugins.
//!
//! Build scripts, the builder of the command, the tools of plugins and `dist`
//! all ask here, so that what can build one of them can build the others. It
//! depends on no other crate, because everything else waits for its answer.

mod compiler;
pub mod guest;
pub mod script;

pub use compiler::{Compiler, Library, OVERRIDE, TARGET, find};

/// Why something cannot be built, in lines for a person to read.
pub type Failure = String;
