//! The embedded components: their bytes and what they say of themselves.

use std::sync::atomic::AtomicU64;

use sanchay_sandbox_config::Layout;

#[cfg(feature = "images")]
pub(crate) use embedded::PICTURES;
pub(crate) use embedded::{INSPECTOR, MEDIA};

/// What the build script wrote.
mod embedded {
    use super::{AtomicU64, Bundle, Code, Layout, Pages, Variant};

    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

/// An embedded component.
pub(crate) struct Bundle {
    /// In its portable binary form.
    component: &'static [u8],
    /// Its world, as WIT text.
    wit: &'static str,
    /// The names of what it exports, and of what it imports.
    exports: &'static [&'static str],
    imports: &'static [&'static str],
    /// Its machine code, in the order in which that is tried.
    pub(crate) variants: &'static [Variant],
    /// Which of these run where they lie in the program, by bits.
    pub(crate) claimed: AtomicU64,
}

/// A component as machine code, for one kind of processor and one layout of
/// memory.
pub(crate) struct Variant {
    /// What it is called.
    pub(crate) name: &'static str,
    /// The layout of memory it needs.
    pub(crate) layout: Layout,
    /// The code, in wasmtime's own format.
    pub(crate) code: Code,
}

/// Machine code as it lies in the program.
pub(crate) enum Code {
    /// As it is, in pages of its own.
    InPlace(&'static Pages<[u8]>),
    /// Compressed by deflate, and its length without that, in bytes.
    Deflated(&'static [u8], usize),
}

/// Bytes that begin with a page of memory, so that machine code in them can be
/// run where it is.
#[repr(C, align(4096))]
pub(crate) struct Pages<T: ?Sized>(pub(crate) T);

/// The inspector in its portable binary form.
#[must_use]
pub fn bytes() -> &'static [u8] {
    INSPECTOR.component
}

/// The bundled extractor in its portable binary form.
#[must_use]
pub fn media() -> &'static [u8] {
    MEDIA.component
}

/// The extractor of thumbnails in its portable binary form.
#[cfg(feature = "images")]
#[must_use]
pub fn pictures() -> &'static [u8] {
    PICTURES.component
}

/// The inspector's world and everything it refers to, as WIT text.
#[must_use]
pub fn wit() -> &'static str {
    INSPECTOR.wit
}

/// The names of what the inspector exports, with their versions.
#[must_use]
pub fn exports() -> &'static [&'static str] {
    INSPECTOR.exports
}

/// The names of what the inspector imports: none.
#[must_use]
pub fn imports() -> &'static [&'static str] {
    INSPECTOR.imports
}
