//! This machine, and where a user's files are on it.

use std::ffi::OsString;

/// The variable that names the folder of the user's own.
pub const HOME: &str = "HOME";

/// The programs that open a file with what the user opens such files with.
pub const OPENERS: &[&str] = if cfg!(target_os = "macos") {
    &["open"]
} else {
    &["xdg-open", "wslview"]
};

/// The name of this machine; empty where it has none.
#[must_use]
pub fn name() -> OsString {
    nix::unistd::gethostname().unwrap_or_default()
}
