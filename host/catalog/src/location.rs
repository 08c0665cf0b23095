//! Where a user's own catalog is, when nobody names a file.

use std::{env, fs, path::PathBuf};

use sanchay_system::host::HOME;

use crate::error::CatalogError;

/// What the file is called.
const FILE: &str = "catalog.db";

/// The file of the user's own catalog: `$XDG_DATA_HOME/sanchay/catalog.db`,
/// which is below `~/.local/share` where that is not set. Its folder is made
/// if need be.
///
/// # Errors
/// [`CatalogError::NoFolder`] where the environment names none, and why it
/// cannot be made.
pub fn user_catalog() -> Result<PathBuf, CatalogError> {
    let path = folder()?;
    match fs::create_dir_all(&path) {
        Ok(()) => Ok(path.join(FILE)),
        Err(source) => {
            let action = "make the folder of the catalog";
            Err(CatalogError::Io { path, action, source })
        }
    }
}

/// The file of the user's own catalog, if there is one. Nothing is made.
#[must_use]
pub fn find_user_catalog() -> Option<PathBuf> {
    let path = folder().ok()?.join(FILE);
    path.exists().then_some(path)
}

fn folder() -> Result<PathBuf, CatalogError> {
    let absolute = |name: &str| {
        let path = PathBuf::from(env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    let data = absolute("XDG_DATA_HOME")
        .or_else(|| Some(absolute(HOME)?.join(".local/share")))
        .ok_or(CatalogError::NoFolder)?;
    Ok(data.join("sanchay"))
}
