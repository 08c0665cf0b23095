//! Which files of a tree belong to a manifest, by globs.

use alloc::vec::Vec;

use crate::pattern::{Compiled, PatternError, Syntax};

/// Globs of files to include and to exclude. One with a slash looks at the
/// path below the root, one without at the name, at any depth.
///
/// ```
/// use sanchay_core::attachments::GlobFilter;
///
/// let none: [&str; 0] = [];
/// let filter = GlobFilter::new(&none, &["**/*.tmp", "**/cache/**"]).unwrap();
/// assert!(filter.matches(b"a/b.exr"));
/// assert!(!filter.matches(b"b.tmp") && !filter.matches(b"a/cache/b/c.exr"));
/// ```
#[derive(Debug)]
pub struct GlobFilter {
    include: Option<Globs>,
    exclude: Globs,
}

#[derive(Debug)]
struct Globs {
    of_paths: Compiled,
    of_names: Compiled,
}

impl Globs {
    fn new<P: AsRef<[u8]>>(globs: &[P]) -> Result<Self, PatternError> {
        let (paths, names): (Vec<_>, Vec<_>) = globs
            .iter()
            .map(AsRef::as_ref)
            .partition(|glob: &&[u8]| glob.contains(&b'/'));
        Ok(Self {
            of_paths: Compiled::new(Syntax::Glob, &paths)?,
            of_names: Compiled::new(Syntax::Glob, &names)?,
        })
    }

    fn matches(&self, path: &[u8]) -> bool {
        let name = path.rsplit(|byte| *byte == b'/').next();
        self.of_paths.matches(path)
            || self.of_names.matches(name.unwrap_or_default())
    }
}

impl GlobFilter {
    /// Takes globs. Without any to include, all files are.
    ///
    /// # Errors
    /// One is not well formed.
    pub fn new<P: AsRef<[u8]>>(
        include: &[P],
        exclude: &[P],
    ) -> Result<Self, PatternError> {
        let include = match include {
            [] => None,
            include => Some(Globs::new(include)?),
        };
        Ok(Self { include, exclude: Globs::new(exclude)? })
    }

    /// Whether a file belongs, by its path below the root.
    #[must_use]
    pub fn matches(&self, path: &[u8]) -> bool {
        self.include.as_ref().is_none_or(|globs| globs.matches(path))
            && !self.exclude.matches(path)
    }
}
