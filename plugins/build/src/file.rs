//! Writing files that others may be reading, and that are mostly there.

use std::fs;
use std::path::Path;
use std::process;

use crate::Failure;

/// Writes a file and its folder, unless it has these bytes already: what is
/// built of it is then still new.
///
/// Whoever reads it at the same time sees the old bytes or the new ones.
pub(crate) fn write_if_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    let write = || {
        let new = path.with_extension(format!("new-{}", process::id()));
        fs::create_dir_all(path.parent().unwrap_or(path))?;
        fs::write(&new, bytes)?;
        fs::rename(&new, path)
    };
    write().map_err(|error: std::io::Error| {
        format!("cannot write {}: {error}", path.display())
    })
}
