//! Pictures in all formats, changed as people change them, and damaged.
#![allow(
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

mod hostile;
mod likeness;
mod painted;
