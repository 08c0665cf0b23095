//! What is added up of files.

use core::ops::AddAssign;

/// Files, and what they take. Sums that no 64 bits hold stay at the greatest
/// number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many files, each name of a file counted.
    pub files: u64,
    /// Their sizes in bytes, each file counted once.
    pub bytes: u64,
    /// What they take on disk in bytes, each file counted once.
    pub allocated: u64,
}

impl AddAssign for Totals {
    fn add_assign(&mut self, more: Self) {
        self.files = self.files.saturating_add(more.files);
        self.bytes = self.bytes.saturating_add(more.bytes);
        self.allocated = self.allocated.saturating_add(more.allocated);
    }
}
