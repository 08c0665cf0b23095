//! Pseudo file systems that a walk skips. The kernel makes up what is in
//! `/proc` and `/sys`: it is nobody's file, and reads fail or never end. A
//! walk does not enter one from another file system; a caller who wants to
//! look into one names it as a root.

use std::path::PathBuf;

use sanchay_core::escape::escaped;

/// A directory that a walk skipped, though nothing is wrong with it: a pseudo
/// file system.
///
/// Its `Display` is a sentence that names it, escaped, and says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SkippedDirectory {
    /// The directory that was not entered.
    pub path: PathBuf,
    /// What kind of file system it is: `proc`, `sysfs`, `cgroup2`.
    pub file_system: &'static str,
}

impl SkippedDirectory {
    pub(crate) fn new(path: PathBuf, file_system: &'static str) -> Self {
        Self { path, file_system }
    }
}

impl std::fmt::Display for SkippedDirectory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = escaped(self.path.as_os_str().as_encoded_bytes());
        write!(
            f,
            "{path}: not entered: it is a pseudo file system ({}), made up \
             by the kernel; name it to look into it",
            self.file_system
        )
    }
}
