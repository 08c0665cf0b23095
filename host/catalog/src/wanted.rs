//! Which files of a snapshot or of a list a filter lets through: a walk of a
//! tree on disk leaves out the others by itself.

use std::path::{Path, PathBuf};

use sanchay::{Engine, FilterInstance, ListedEntry, WalkOptions};
use sanchay_core::filter::Columns;

use crate::{
    diff::Placed,
    error::CatalogError,
    side::Side,
    snapshot::selection,
    version::{FileVersion, bytes_of},
};

/// How many files the filter is asked about at once.
const MANY: usize = 16_384;

/// The filter of a comparison, for the sides that are not walked.
pub(crate) struct Wanted {
    /// `None` where everything is wanted.
    filter: Option<FilterInstance>,
    max_depth: Option<usize>,
    /// Which files a walk reports, if one side is walked: a snapshot of these
    /// has no others.
    walked: Option<String>,
}

impl Wanted {
    /// The filter of a comparison of these sides. Where one is walked, it is
    /// that of the walk, which has no hidden files unless asked for. Where
    /// none is, it is what was asked for and nothing else.
    pub(crate) fn new(
        engine: &Engine,
        sides: [&Side; 2],
        walk: &WalkOptions,
    ) -> Result<Self, CatalogError> {
        let on_disk = sides.map(|it| matches!(it, Side::Disk(_)));
        let max_depth = walk.max_depth;
        let (filter, walked) = match on_disk {
            [true, true] => return Ok(Self::everything()),
            [false, false]
                if walk.filter.is_empty() && max_depth.is_none() =>
            {
                return Ok(Self::everything());
            }
            [false, false] => {
                (walk.filter.clone().every_kind().hidden(true), None)
            }
            _ => (walk.filter.clone(), Some(selection(walk))),
        };
        let filter = Some(engine.filter(&filter)?);
        Ok(Self { filter, max_depth, walked })
    }

    fn everything() -> Self {
        Self { filter: None, max_depth: None, walked: None }
    }

    /// Drops those files of a side that are not wanted. Their paths are those
    /// below its root, if it has a single one.
    pub(crate) fn keep(
        &mut self,
        side: &Side,
        files: &mut Vec<Placed>,
    ) -> Result<(), CatalogError> {
        let Some(filter) = &mut self.filter else { return Ok(()) };
        match side {
            Side::Disk(_) => return Ok(()),
            Side::Snapshot(it)
                if Some(&it.selection) == self.walked.as_ref() =>
            {
                return Ok(());
            }
            Side::Manifest(list)
                if filter.needs_more_than(Columns::default()) =>
            {
                let path = list.path.clone();
                return Err(CatalogError::FiltersList { path });
            }
            Side::Snapshot(_)
                if filter.needs_more_than(FileVersion::COLUMNS) =>
            {
                return Err(CatalogError::FiltersSnapshot);
            }
            Side::Snapshot(_) | Side::Manifest(_) => {}
        }
        let roots = side.roots();
        let mut wanted = Vec::with_capacity(files.len());
        for part in files.chunks(MANY) {
            let entries: Vec<ListedEntry<'_>> =
                part.iter().map(|file| entry(file, &roots)).collect();
            let found = filter.select(self.max_depth, &entries);
            wanted.extend(found.map_err(sanchay::Error::Sandbox)?);
        }
        let mut wanted = wanted.into_iter();
        files.retain(|_| wanted.next().unwrap_or(false));
        Ok(())
    }
}

/// A file as filters see it.
fn entry<'f>(file: &'f Placed, roots: &[PathBuf]) -> ListedEntry<'f> {
    let facts = match file.version.is_content_only() {
        true => Default::default(),
        false => file.version.facts(),
    };
    let path = below_root(&file.path, roots);
    ListedEntry { path, kind: file.version.kind, facts }
}

/// What follows the root in a path. Of a root that is a file itself, its name
/// is left, and of a path of another place all but the slash at its beginning.
fn below_root<'p>(path: &'p [u8], roots: &[PathBuf]) -> &'p [u8] {
    let rest = roots.iter().find_map(|root: &PathBuf| {
        let root: &Path = root;
        let rest = path.strip_prefix(bytes_of(root))?;
        match rest {
            [] => path.rsplit(|byte| *byte == b'/').next(),
            [b'/', rest @ ..] => Some(rest),
            _ if bytes_of(root).ends_with(b"/") => Some(rest),
            _ => None,
        }
    });
    rest.unwrap_or_else(|| path.strip_prefix(b"/").unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_see_paths_below_the_root() {
        let roots = ["/r", "/rest/x"].map(PathBuf::from);
        let below = |path: &'static str| below_root(path.as_bytes(), &roots);
        assert_eq!(below("/r/a/b"), b"a/b");
        assert_eq!(below("/rest/x/y"), b"y");
        assert_eq!(below("/rest/x"), b"x");
        assert_eq!(below("/elsewhere/y"), b"elsewhere/y");
        assert_eq!(below("a/b"), b"a/b");
        assert_eq!(below_root(b"/a", &[PathBuf::from("/")]), b"a");
    }
}
