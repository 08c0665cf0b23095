//! The command line of the WASI command: the options of the native program,
//! but for those that have no meaning or no means there, which are refused by
//! name.
//!
//! Nothing here depends on WASI. So this crate belongs to the native
//! workspace, where it is tested.
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod command;
mod given;
mod help;
mod options;
#[cfg(test)]
mod tests;
mod usage;

pub use self::command::{
    Command, Dupes, Hash, OutputOptions, Scan, WalkOptions,
};
pub use self::help::HELP;
pub use self::usage::UsageError;
