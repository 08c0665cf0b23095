//! Names of copies, where a name is taken.

use alloc::format;
use alloc::vec::Vec;

/// The name of the copy of this number: ` (N)` before the last suffix.
///
/// ```
/// use sanchay_core::attachments::copy_name;
///
/// assert_eq!(copy_name(b"a.tar.gz", 1), b"a.tar (1).gz");
/// assert_eq!(copy_name(b".hid", 2), b".hid (2)");
/// ```
#[must_use]
pub fn copy_name(name: &[u8], number: u64) -> Vec<u8> {
    let dot = name.iter().rposition(|byte| *byte == b'.');
    let dot = dot.filter(|at| *at > 0 && at.saturating_add(1) < name.len());
    let (stem, suffix) = name.split_at(dot.unwrap_or(name.len()));
    [stem, format!(" ({number})").as_bytes(), suffix].concat()
}
