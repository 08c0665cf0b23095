//! What the system lets this process use.

use rustix::process::{Resource, getrlimit};

/// How many files it may have open at once (`RLIMIT_NOFILE`); `None` for any
/// number.
#[must_use]
pub fn open_files() -> Option<u64> {
    getrlimit(Resource::Nofile).current
}

/// How much address space it may use, in bytes (`RLIMIT_AS`); `None` for all
/// that there is.
#[must_use]
pub fn address_space() -> Option<u64> {
    getrlimit(Resource::As).current
}
