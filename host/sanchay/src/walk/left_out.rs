//! Where another file system begins. Those that the kernel makes up (`/proc`,
//! `/sys`) hold nobody's files, answer reads with errors or without an end,
//! and are not entered on the way from another: whoever wants to look into
//! one names it.

use std::path::PathBuf;

/// Something that a walk left out, though nothing is wrong with it: a pseudo
/// file system that it came upon.
///
/// Its `Display` is a sentence that names it, escaped, and says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// The directory that was not entered.
    pub path: PathBuf,
    /// What kind of file system it is: `proc`, `sysfs`, `cgroup2`.
    pub file_system: &'static str,
}

impl LeftOut {
    pub(crate) fn new(path: PathBuf, file_system: &'static str) -> Self {
        Self { path, file_system }
    }
}

impl std::fmt::Display for LeftOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = crate::escaped(self.path.as_os_str().as_encoded_bytes());
        write!(
            f,
            "{path}: not entered: it is a pseudo file system ({}), made up \
             by the kernel; name it to look into it",
            self.file_system
        )
    }
}
