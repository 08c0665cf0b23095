//! The core module of `guest/inspector`, which the build script of this crate
//! compiles for WebAssembly.
//!
//! The build script of `host/sandbox` makes the component of it. It is another
//! one because that waits for a compiler of machine code, which takes minutes
//! to compile: this one runs at once and meanwhile, and where nothing can
//! compile the guest, the build ends at once, too.

/// The core module.
pub const MODULE: &[u8] =
    include_bytes!(concat!(env!("OUT_DIR"), "/inspector.wasm"));

/// What compiled it, for a person to read.
pub const COMPILER: &str = env!("SANCHAY_GUEST_COMPILER");
