//! Sums by folder, down to a depth.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use hashbrown::HashMap;

use super::{AgeClass, FolderTotals, Totals};
use crate::time::Timestamp;

/// What is added up in a folder.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FolderSums {
    pub(super) totals: Totals,
    /// Its bytes by age.
    pub(super) ages: [u64; AgeClass::ALL.len()],
    /// When the newest file was modified.
    pub(super) newest: Option<Timestamp>,
}

impl FolderSums {
    /// Adds a file.
    #[inline]
    pub(super) fn add(
        &mut self,
        totals: Totals,
        age: AgeClass,
        modified: Timestamp,
    ) {
        self.totals += totals;
        if let Some(bytes) = self.ages.get_mut(age.index()) {
            *bytes = bytes.saturating_add(totals.bytes);
        }
        self.newest = self.newest.max(Some(modified));
    }

    fn merge(&mut self, other: &Self) {
        self.totals += other.totals;
        for (sum, more) in self.ages.iter_mut().zip(other.ages) {
            *sum = sum.saturating_add(more);
        }
        self.newest = self.newest.max(other.newest);
    }
}

/// A folder that sums are kept of: its path, with a slash at its end unless it
/// is empty, and its depth below its root.
#[derive(Clone, Copy, Debug)]
pub(super) struct FolderKey<'a> {
    pub(super) path: &'a [u8],
    pub(super) depth: u32,
}

impl<'a> FolderKey<'a> {
    /// The folder itself or, if it lies deeper, the one above it at `depth`.
    /// The path below the root begins at `below`.
    pub(super) fn at_most(path: &'a [u8], below: usize, depth: u32) -> Self {
        let mut key =
            Self { path: path.get(..below).unwrap_or(path), depth: 0 };
        while key.depth < depth {
            let rest = path.get(key.path.len()..).unwrap_or_default();
            let Some(slash) = memchr::memchr(b'/', rest) else { break };
            let end = key.path.len() + slash + 1;
            key.path = path.get(..end).unwrap_or(path);
            key.depth += 1;
        }
        key
    }
}

/// Sums by folder.
#[derive(Clone, Debug, Default)]
pub(super) struct FolderTable {
    /// By path; with the folder's depth, which of a root that lies in another
    /// is that in the outer one.
    folders: HashMap<Box<[u8]>, (u32, FolderSums)>,
}

impl FolderTable {
    /// Adds to a folder.
    pub(super) fn add(&mut self, key: FolderKey<'_>, sums: &FolderSums) {
        if let Some((depth, held)) = self.folders.get_mut(key.path) {
            *depth = key.depth.max(*depth);
            held.merge(sums);
        } else {
            self.folders.insert(key.path.into(), (key.depth, *sums));
        }
    }

    /// Adds those of another.
    pub(super) fn merge(&mut self, other: Self) {
        for (path, (depth, sums)) in other.folders {
            self.add(FolderKey { path: &path, depth }, &sums);
        }
    }

    /// All folders in the order of their paths, each with what lies beneath
    /// it.
    pub(super) fn into_sorted(self) -> Vec<FolderTotals> {
        let held = |(path, (depth, own)): (Box<[u8]>, (u32, FolderSums))| {
            (path, Held { depth, own, all: own })
        };
        let mut left: BTreeMap<_, _> =
            self.folders.into_iter().map(held).collect();
        let mut sorted = Vec::with_capacity(left.len());
        // What lies in a folder comes behind it, so from the end.
        while let Some((path, held)) = left.pop_last() {
            let (depth, sums) = (held.depth, held.all);
            sorted.push(held.totals(&path));
            let Some(depth) = depth.checked_sub(1) else { continue };
            let own = FolderSums::default();
            left.entry(above(&path).unwrap_or_default().into())
                .or_insert(Held { depth, own, all: own })
                .all
                .merge(&sums);
        }
        sorted.reverse();
        sorted
    }
}

/// A folder and what lies beneath it.
struct Held {
    depth: u32,
    own: FolderSums,
    all: FolderSums,
}

impl Held {
    fn totals(self, path: &[u8]) -> FolderTotals {
        let Self { depth, own, all } = self;
        FolderTotals {
            path: shown(path).into(),
            depth,
            own: own.totals,
            all: all.totals,
            ages: all.ages,
            newest: all.newest,
        }
    }
}

/// The path of the folder that a folder lies in; `None` for one that lies in
/// none. Both end in a slash, or are empty.
pub(super) fn above(path: &[u8]) -> Option<&[u8]> {
    let name = path.strip_suffix(b"/").filter(|it| !it.is_empty())?;
    let end = memchr::memrchr(b'/', name).map_or(0, |slash| slash + 1);
    name.get(..end)
}

/// The path of a folder as it is shown: without the slash at its end, and a
/// dot for the current one.
pub(super) fn shown(path: &[u8]) -> &[u8] {
    match path {
        b"" => b".",
        b"/" => path,
        path => path.strip_suffix(b"/").unwrap_or(path),
    }
}

#[cfg(test)]
mod tests {
    use super::{FolderKey, above};

    #[test]
    fn a_folder_below_the_depth_counts_for_the_one_above_it() {
        let at_most = |path: &'static str, below, depth| {
            let key = FolderKey::at_most(path.as_bytes(), below, depth);
            (str::from_utf8(key.path).unwrap(), key.depth)
        };
        assert_eq!(at_most("r/a/b/c/", 2, 0), ("r/", 0));
        assert_eq!(at_most("r/a/b/c/", 2, 1), ("r/a/", 1));
        assert_eq!(at_most("r/a/b/c/", 2, 2), ("r/a/b/", 2));
        assert_eq!(at_most("r/a/", 2, 9), ("r/a/", 1));
        assert_eq!(at_most("a/b/", 0, 1), ("a/", 1));
        assert_eq!(at_most("", 0, 3), ("", 0));
        assert_eq!(at_most("/usr/lib/", 1, 1), ("/usr/", 1));
    }

    #[test]
    fn a_folder_lies_in_the_one_that_its_path_begins_with() {
        for (path, folder) in [
            ("a/b/", Some("a/")),
            ("a/", Some("")),
            ("/a/", Some("/")),
            ("/", None),
            ("", None),
        ] {
            let found = above(path.as_bytes());
            assert_eq!(found, folder.map(str::as_bytes), "{path}");
        }
    }
}
