//! What wit-bindgen makes of the WIT package: the types, the trait to
//! implement, and the exported functions that lift and lower them.
//!
//! The only module with unsafe code, none of it written by hand: it reads
//! arguments out of memory that the host filled in by the canonical ABI.
#![expect(
    unsafe_code,
    reason = "generated: the canonical ABI passes addresses and lengths"
)]
#![allow(
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes_without_reason,
    clippy::cast_possible_truncation,
    clippy::undocumented_unsafe_blocks,
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    reason = "generated"
)]

wit_bindgen::generate!({
    path: "../../wit",
    world: "extractor-plugin",
});

export!(PictureExtractor);

use crate::PictureExtractor;
