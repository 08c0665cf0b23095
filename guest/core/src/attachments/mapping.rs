//! Rules that map paths of the machine that submits to those of a worker.

use alloc::vec::Vec;
use core::fmt;

use super::path::PathFormat;

/// What lies beneath `source` lies beneath `destination` here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Whose rules hold for `source`.
    pub format: PathFormat,
    /// A path there.
    pub source: Vec<u8>,
    /// A path here.
    pub destination: Vec<u8>,
}

/// Rules that do not go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MappingError;

impl fmt::Display for MappingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "The path mapping rules included multiple source path formats \
             posix, windows, only one is permitted.",
        )
    }
}

impl core::error::Error for MappingError {}

/// The parts of a path.
type Parts = Vec<Vec<u8>>;

/// Rules, of which the one with the longest source counts, part by part.
///
/// ```
/// use sanchay_core::attachments::{PathFormat, PathMapping, Rule};
///
/// let rule = |source: &str, destination: &str| Rule {
///     format: PathFormat::Windows,
///     source: source.into(),
///     destination: destination.into(),
/// };
/// let rules = [rule(r"C:\Shots", "/mnt/shots")];
/// let mapping = PathMapping::new(PathFormat::Posix, rules).unwrap();
/// let mapped = mapping.transform(br"c:\shots\01\a.exr");
/// assert_eq!(mapped.unwrap(), b"/mnt/shots/01/a.exr");
/// ```
#[derive(Clone, Debug, Default)]
pub struct PathMapping {
    source: PathFormat,
    destination: PathFormat,
    /// Folded parts of the sources, and the parts of the destinations.
    rules: Vec<(Parts, Parts)>,
}

impl PathMapping {
    /// Takes rules. Of two with the same source the later one counts.
    ///
    /// # Errors
    /// Their sources are of different formats.
    pub fn new(
        destination: PathFormat,
        rules: impl IntoIterator<Item = Rule>,
    ) -> Result<Self, MappingError> {
        let mut mapping = Self { destination, ..Self::default() };
        let mut format = None;
        for rule in rules {
            if *format.get_or_insert(rule.format) != rule.format {
                return Err(MappingError);
            }
            let from = mapping.folded(rule.format, &rule.source);
            let to = destination.parts(&rule.destination);
            mapping.rules.push((from, to));
        }
        mapping.source = format.unwrap_or_default();
        Ok(mapping)
    }

    fn folded(&self, format: PathFormat, path: &[u8]) -> Vec<Vec<u8>> {
        let parts = format.parts(path);
        parts.iter().map(|part| format.folded(part)).collect()
    }

    /// Where a path is here; `None` if no rule is about it.
    #[must_use]
    pub fn transform(&self, path: &[u8]) -> Option<Vec<u8>> {
        let parts = self.source.parts(path);
        let folded = self.folded(self.source, path);
        let fits =
            self.rules.iter().filter(|(from, _)| folded.starts_with(from));
        let (from, to) = fits.max_by_key(|(from, _)| from.len())?;
        let rest = parts.get(from.len()..).unwrap_or_default();
        let whole: Vec<_> = to.iter().chain(rest).collect();
        Some(self.destination.join(&whole))
    }
}
