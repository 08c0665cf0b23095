//! What the fuzzers do with their inputs.
//!
//! Each module is a target: a function `run` that takes any bytes, does with
//! them what untrusted bytes can do, and panics if what comes of it is not
//! what a plain second way, its oracle, says must come of it. The programs in
//! `fuzz/bins` give it libFuzzer's inputs; the test of this package replays
//! the inputs that were kept, in `fuzz/corpus`, and mutants of them.
//!
//! A new target is a module here, a line in [`TARGETS`], a program of three
//! lines in `fuzz/bins` with its entry in `fuzz/Cargo.toml`, and a folder of
//! first inputs in `fuzz/corpus`; the test misses whatever is forgotten.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a target reports what it found"
)]

pub mod checklist;
pub mod expression;
pub mod filter;
pub mod hasher;
pub mod ignore;
mod input;
pub mod manifests;
pub mod media;
pub mod names;
pub mod options;
pub mod pictures;
pub mod plugins;
pub mod sandbox;
pub mod shards;
pub mod similarity;
pub mod store;
pub mod template;

/// A target: its name, and what it does with an input.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("checklist", checklist::run),
    ("expression", expression::run),
    ("filter", filter::run),
    ("hasher", hasher::run),
    ("ignore", ignore::run),
    ("manifests", manifests::run),
    ("media", media::run),
    ("names", names::run),
    ("options", options::run),
    ("pictures", pictures::run),
    ("plugins", plugins::run),
    ("sandbox", sandbox::run),
    ("shards", shards::run),
    ("similarity", similarity::run),
    ("store", store::run),
    ("template", template::run),
];
