//! The core modules of `guest/inspector` and of the extractors that are
//! embedded beside it, which the build script of this crate compiles for WebAssembly.
//!
//! The build script of `host/sandbox` makes components of them. It is another
//! one because that waits for a compiler of machine code, which takes minutes
//! to compile: this one runs at once and meanwhile, and where nothing can
//! compile the guest, the build ends at once, too.

/// The core module of the inspector.
pub const INSPECTOR: &[u8] =
    include_bytes!(concat!(env!("OUT_DIR"), "/inspector.wasm"));

/// The core module of the extractor that is bundled.
pub const MEDIA: &[u8] =
    include_bytes!(concat!(env!("OUT_DIR"), "/media.wasm"));

/// The core module of the extractor of thumbnails.
#[cfg(feature = "images")]
pub const PICTURES: &[u8] =
    include_bytes!(concat!(env!("OUT_DIR"), "/pictures.wasm"));

/// What compiled them, for a person to read.
pub const COMPILER: &str = env!("SANCHAY_GUEST_COMPILER");
