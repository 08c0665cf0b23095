//! The real program on real trees: each module asks for one thing, with
//! arguments, streams and exit codes as a user has them, and compares the
//! answer with an oracle that shares no code with the program.
#![allow(
    clippy::string_slice,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what cannot be built or read fails the test, and the panic is \
              the report"
)]

mod acting;
mod attachments;
mod attachments_hostile;
mod attachments_sessions;
#[cfg(target_os = "linux")]
mod catalog;
mod check;
mod check_lists;
mod checkers;
mod closed;
mod cloud;
mod component;
mod configuration;
mod confinement;
mod digests;
mod dupes;
mod dupes_folders;
mod dupes_groups;
mod dupes_oracle;
mod example_plugins;
mod executing;
mod extremes;
mod fields;
mod filters;
mod following;
mod gitignore;
mod hash;
mod interrupt;
mod links;
mod lists;
mod long_lines;
#[cfg(target_os = "linux")]
mod manifest;
mod media;
#[cfg(target_os = "linux")]
mod mounts;
mod names;
mod order;
mod other_lists;
mod output_file;
mod partial;
mod pipes;
mod plugin_command;
mod plugin_filters;
mod plugin_interrupt;
mod plugin_languages;
mod plugin_refusals;
mod plugins;
mod program;
mod progress;
mod python_plugins;
#[cfg(target_os = "linux")]
mod racing;
mod rows;
mod scan;
mod scan_output;
#[cfg(target_os = "linux")]
mod service;
mod shards;
mod similar;
mod similar_images;
#[cfg(target_os = "linux")]
mod snapshots;
mod sorting;
mod special;
mod stdin;
mod store;
mod styles;
mod summary;
mod templates;
mod terminal;
mod tree_digest;
mod unsteady;

use std::sync::LazyLock;

use sanchay_testkit::Program;

/// The file of the program under test: the one of this build, or another, such
/// as one for another processor with what runs it.
fn program() -> &'static str {
    static PROGRAM: LazyLock<String> = LazyLock::new(|| {
        let named = std::env::var("SANCHAY_TEST_PROGRAM");
        named.unwrap_or_else(|_| env!("CARGO_BIN_EXE_sanchay").to_owned())
    });
    &PROGRAM
}

/// The program under test.
fn sanchay() -> Program {
    Program::new(program())
}
