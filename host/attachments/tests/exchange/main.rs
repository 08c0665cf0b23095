//! Submitting, syncing and giving back, among objects in memory.
#![allow(
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "these are tests"
)]

mod everyday;
mod farm;
mod hostile;
mod meddling;
mod resuming;
mod sessions;
mod windows;
