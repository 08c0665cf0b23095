//! Where to walk: the roots that are named on the command line.
//!
//! (An empty one, such as an unset variable of a script becomes, is refused by
//! the parser: it is not the current directory.)

use std::path::PathBuf;

/// The roots that were named, or the current directory, for which the library
/// takes an empty path: what lies in it is then reported without `./`.
pub(crate) fn or_current(roots: &[PathBuf]) -> Vec<PathBuf> {
    if roots.is_empty() { vec![PathBuf::new()] } else { roots.to_vec() }
}
