//! Plugins made of the templates, as `sanchay plugin new` makes them.

use std::path::Path;

use sanchay_plugin_templates::Template;

use crate::{Failure, file};

/// Writes a plugin of this name to a folder. A file that is there and as it
/// should be is left alone.
///
/// # Errors
///
/// A file cannot be read or written.
pub fn write(
    template: Template,
    name: &str,
    folder: &Path,
) -> Result<(), Failure> {
    for (path, text) in template.files(name) {
        file::write_if_new(&folder.join(path), text.as_bytes())?;
    }
    Ok(())
}
