//! As Windows has it.

pub mod accounts;
pub mod files;
pub mod host;
pub mod limits;
pub mod process;
pub mod streams;
pub mod writers;
