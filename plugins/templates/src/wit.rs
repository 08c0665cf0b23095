//! The WIT package that plugins are compiled against.

use wit_parser::{PackageId, Resolve, SourceMap};

/// Its files: their names and texts, by name.
pub const FILES: &[(&str, &str)] =
    include!(concat!(env!("OUT_DIR"), "/wit.rs"));

/// Its version.
pub const VERSION: &str = env!("SANCHAY_WIT_VERSION");

/// Parses it.
///
/// # Errors
///
/// What is wrong with it.
pub(crate) fn resolve() -> Result<(Resolve, PackageId), String> {
    let mut sources = SourceMap::default();
    for (file, text) in FILES {
        sources.push_str(file, *text);
    }
    let mut resolve = Resolve::default();
    let group = sources.parse().map_err(|(_, error)| error.to_string())?;
    let package =
        resolve.push_group(group).map_err(|error| error.to_string())?;
    Ok((resolve, package))
}
