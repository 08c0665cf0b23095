//! The embedded component: its bytes and what it says of itself.

use sanchay_sandbox_config::Layout;

pub(crate) use embedded::VARIANTS;

/// What the build script wrote.
mod embedded {
    use super::{Code, Layout, Pages, Variant};

    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

/// The component as machine code, for one kind of processor and one layout of
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

/// The component in its portable binary form.
#[must_use]
pub const fn bytes() -> &'static [u8] {
    embedded::COMPONENT
}

/// The component's world and everything it refers to, as WIT text.
#[must_use]
pub const fn wit() -> &'static str {
    embedded::WIT
}

/// The names of what the component exports, with their versions.
#[must_use]
pub const fn exports() -> &'static [&'static str] {
    embedded::EXPORTS
}

/// The names of what the component imports: none.
#[must_use]
pub const fn imports() -> &'static [&'static str] {
    embedded::IMPORTS
}
