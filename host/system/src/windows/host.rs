//! This machine, and where a user's files are on it.

use std::{env, ffi::OsString};

/// The variable that names the folder of the user's own.
pub const HOME: &str = "USERPROFILE";

/// The programs that open a file with what the user opens such files with.
pub const OPENERS: &[&str] = &["explorer"];

/// The name of this machine; empty where it has none.
#[must_use]
pub fn name() -> OsString {
    env::var_os("COMPUTERNAME").unwrap_or_default()
}
