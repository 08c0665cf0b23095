//! What the system lets this process use.

/// How many files it may have open at once: memory alone sets a limit.
#[must_use]
pub fn open_files() -> Option<u64> {
    None
}

/// How much address space it may use: all that there is.
#[must_use]
pub fn address_space() -> Option<u64> {
    None
}
