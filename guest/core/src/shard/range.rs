//! Some of the paths below a root: those between two places in the order of
//! their bytes.

use alloc::vec::Vec;
use core::cmp::Ordering;

/// The paths from one place on, up to another that is no longer among them, in
/// the order of their bytes. A folder is where the paths are of what lies in
/// it: it may be in several ranges.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathRange {
    /// The first path that may be among them; empty for the first of all.
    pub from: Vec<u8>,
    /// The first that is no longer; `None`: all that follow are among them.
    pub to: Option<Vec<u8>>,
}

impl PathRange {
    /// Whether all paths are among them.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.from.is_empty() && self.to.is_none()
    }

    /// Whether any path can be among them.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.to.as_ref().is_some_and(|to| *to <= self.from)
    }

    /// Whether the path of a file is among them. `folder` is empty or ends in
    /// a slash.
    #[must_use]
    pub fn has(&self, folder: &[u8], name: &[u8]) -> bool {
        let path = Joined { folder, name, slash: false };
        let after = |to: &Vec<u8>| path.compare(to) != Ordering::Less;
        path.compare(&self.from) != Ordering::Less
            && !self.to.as_ref().is_some_and(after)
    }

    /// Whether paths of what lies in a folder of a folder can be among them.
    #[must_use]
    pub fn enters(&self, folder: &[u8], name: &[u8]) -> bool {
        let path = Joined { folder, name, slash: true };
        let ended = |to: &Vec<u8>| path.compare(to) != Ordering::Less;
        // It begins before the folder, or in it.
        (path.compare(&self.from) != Ordering::Less || path.is_of(&self.from))
            && !self.to.as_ref().is_some_and(ended)
    }

    /// Whether all paths of what lies in a folder, which is empty or ends in a
    /// slash, are among them.
    #[must_use]
    pub fn covers(&self, folder: &[u8]) -> bool {
        let goes_on =
            |to: &Vec<u8>| to.as_slice() > folder && !to.starts_with(folder);
        self.from.as_slice() <= folder && self.to.as_ref().is_none_or(goes_on)
    }

    /// What a folder's own entries lie between, by name: the first that may be
    /// among them, and the first that no longer can be; empty and `None` where
    /// all can. A folder's name has a slash at its end.
    #[must_use]
    pub fn names(&self, folder: &[u8]) -> (&[u8], Option<&[u8]>) {
        let from = self.from.strip_prefix(folder).unwrap_or_default();
        let end = from.iter().position(|byte| *byte == b'/');
        let from = from.get(..end.unwrap_or(from.len())).unwrap_or_default();
        let to = self.to.as_ref().and_then(|to| to.strip_prefix(folder));
        (from, to)
    }
}

/// A path in parts.
#[derive(Clone, Copy)]
struct Joined<'p> {
    folder: &'p [u8],
    name: &'p [u8],
    /// Whether a slash follows the name.
    slash: bool,
}

impl Joined<'_> {
    fn bytes(&self) -> impl Iterator<Item = u8> {
        let slash = self.slash.then_some(b'/');
        self.folder.iter().chain(self.name).copied().chain(slash)
    }

    fn compare(&self, place: &[u8]) -> Ordering {
        self.bytes().cmp(place.iter().copied())
    }

    /// Whether a place begins with it.
    fn is_of(&self, place: &[u8]) -> bool {
        let mut place = place.iter().copied();
        self.bytes().all(|byte| place.next() == Some(byte))
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::PathRange;

    fn range(from: &str, to: Option<&str>) -> PathRange {
        PathRange {
            from: from.as_bytes().to_vec(),
            to: to.map(|it| it.as_bytes().to_vec()),
        }
    }

    #[test]
    fn a_folder_is_entered_where_a_range_begins_or_ends_in_it() {
        let some = range("a/m", Some("c/d/"));
        assert!(some.has(b"a/", b"m") && some.has(b"a/", b"n"));
        assert!(!some.has(b"a/", b"l") && !some.has(b"", b"a"));
        assert!(some.enters(b"", b"a") && some.enters(b"", b"b"));
        assert!(some.enters(b"", b"c") && !some.enters(b"c/", b"d"));
        assert!(some.enters(b"c/", b"c") && !some.enters(b"", b"d"));
        assert!(some.covers(b"b/") && some.covers(b"c/a/"));
        assert!(!some.covers(b"a/") && !some.covers(b"c/"));
        assert!(!some.covers(b""));
        assert!(PathRange::default().covers(b""));
        assert!(PathRange::default().has(b"", b""));
        assert!(!range("a", None).has(b"", b""));
    }

    #[test]
    fn the_names_of_a_folder_are_bounded_where_the_range_is() {
        let some = range("a/mm/x", Some("a/z"));
        assert_eq!(some.names(b"a/"), (&b"mm"[..], Some(&b"z"[..])));
        assert_eq!(some.names(b"a/mm/"), (&b"x"[..], None));
        assert_eq!(some.names(b"a/n/"), (&b""[..], None));
        assert_eq!(some.names(b""), (&b"a"[..], Some(&b"a/z"[..])));
    }

    fn path() -> impl Strategy<Value = Vec<u8>> {
        "[ab.-]{0,2}(/[ab.-]{0,2}){0,3}".prop_map(String::into_bytes)
    }

    proptest! {
        /// What is said of a file and of the folders above it is what the
        /// comparison of whole paths says.
        #[test]
        fn files_are_where_their_paths_are_and_their_folders_are_entered(
            from in path(), to in proptest::option::of(path()),
            file in path(),
        ) {
            let range = PathRange { from, to };
            let slash = file.iter().rposition(|byte| *byte == b'/');
            let (folder, name) = file.split_at(slash.map_or(0, |at| at + 1));
            let expected = range.from <= file
                && range.to.as_ref().is_none_or(|to| file < *to);
            prop_assert_eq!(range.has(folder, name), expected);
            for (at, _) in file.iter().enumerate().filter(|it| *it.1 == b'/') {
                let whole = &file[..at];
                let above = whole.iter().rposition(|byte| *byte == b'/');
                let (above, name) =
                    whole.split_at(above.map_or(0, |at| at + 1));
                if expected {
                    prop_assert!(range.enters(above, name));
                }
                if range.covers(&file[..=at]) {
                    prop_assert!(expected && range.enters(above, name));
                }
            }
            if expected {
                let (first, end) = range.names(folder);
                prop_assert!(first <= name);
                prop_assert!(end.is_none_or(|end| name < end));
            }
            prop_assert!(!range.is_empty() || !expected);
        }
    }
}
