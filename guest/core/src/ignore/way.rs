//! The way from the directory of an ignore file to that of a listing. What is
//! common to all ignore files that apply is looked at once for each listing;
//! a tree as deep as it has ignore files would otherwise cost the product.

use alloc::vec::Vec;
use core::cell::OnceCell;
use core::cmp::Ordering;
use core::iter;

use super::budget::Budget;

/// How many bytes are compared or searched in one step: many at once.
const BYTES_PER_STEP: usize = 256;

/// The directory of a listing.
#[derive(Debug)]
pub(super) struct Directory<'d> {
    /// Its path below the root: empty, or with a slash at its end.
    path: &'d [u8],
    names: OnceCell<Vec<&'d [u8]>>,
}

impl<'d> Directory<'d> {
    pub(super) fn new(path: &'d [u8]) -> Self {
        Self { path, names: OnceCell::new() }
    }

    /// Whether it is this directory or lies beneath it.
    pub(super) fn is_in(&self, path: &[u8], budget: &mut Budget) -> bool {
        budget.spend(path.len() / BYTES_PER_STEP);
        let begins = self.path.get(..path.len());
        begins.is_some_and(|begins| same(begins, path))
    }

    /// The names on the way to it, split when they are needed first.
    fn names(&self, budget: &mut Budget) -> &[&'d [u8]] {
        self.names.get_or_init(|| split(self.path, budget))
    }
}

/// Whether bytes of one length are the same. Paths are long and mostly are:
/// the guest's own comparison looks at one byte after the other.
fn same(a: &[u8], b: &[u8]) -> bool {
    const WORD: usize = size_of::<u64>();
    let (a, b) = (a.chunks_exact(WORD), b.chunks_exact(WORD));
    let word = |bytes: &[u8]| bytes.try_into().map(u64::from_le_bytes).ok();
    a.remainder() == b.remainder() && a.zip(b).all(|(a, b)| word(a) == word(b))
}

/// The names of a path that is empty or ends in a slash.
pub(super) fn split<'p>(path: &'p [u8], budget: &mut Budget) -> Vec<&'p [u8]> {
    let Some(bare) = path.strip_suffix(b"/") else { return Vec::new() };
    let mut names = Vec::new();
    let mut start = 0;
    for slash in memchr::memchr_iter(b'/', bare) {
        names.extend(bare.get(start..slash));
        start = slash + 1;
    }
    names.extend(bare.get(start..));
    budget.spend(path.len() / BYTES_PER_STEP + names.len() / 4);
    names
}

/// The way to a listing's directory from that of an ignore file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way<'w, 'd> {
    /// From the file's directory to the root, if it lies above that.
    above: &'w [u8],
    directory: &'w Directory<'d>,
    /// How much of the listing's path leads to the file's directory: bytes,
    /// and names.
    skipped: (usize, usize),
}

impl<'w, 'd> Way<'w, 'd> {
    /// From a directory above the root, by the way from there to the root.
    pub(super) fn from_above(
        above: &'w [u8],
        directory: &'w Directory<'d>,
    ) -> Self {
        Self { above, directory, skipped: (0, 0) }
    }

    /// From a directory on the way, whose path has so many bytes and names.
    pub(super) fn from_below(
        skipped: (usize, usize),
        directory: &'w Directory<'d>,
    ) -> Self {
        Self { above: b"", directory, skipped }
    }

    /// Compares a path with that of the way.
    pub(super) fn compare(&self, path: &[u8]) -> Ordering {
        let below = self.directory.path.get(self.skipped.0..);
        let below = below.unwrap_or_default();
        let head = self.above.len().min(path.len());
        let (head, tail) = path.split_at(head);
        head.cmp(self.above).then_with(|| tail.cmp(below))
    }

    /// What it costs to compare a path with it, in steps.
    pub(super) const fn steps(&self) -> usize {
        self.above.len().saturating_add(self.directory.path.len())
            / BYTES_PER_STEP
            + 1
    }

    /// What the names on the way are found in, beside the directory.
    pub(super) fn split_above(&self, budget: &mut Budget) -> Vec<&'w [u8]> {
        split(self.above, budget)
    }

    /// The names on the way; those above the root were split already.
    pub(super) fn names<'n>(
        &self,
        above: &'n [&'n [u8]],
        budget: &mut Budget,
    ) -> WayNames<'n>
    where
        'w: 'n,
        'd: 'n,
    {
        let below = self.directory.names(budget);
        let below = below.get(self.skipped.1..).unwrap_or_default();
        WayNames { above, below }
    }
}

/// Names on a way: some above the root, and some below it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct WayNames<'n> {
    above: &'n [&'n [u8]],
    below: &'n [&'n [u8]],
}

impl<'n> WayNames<'n> {
    pub(super) const fn len(&self) -> usize {
        self.above.len() + self.below.len()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.above.is_empty() && self.below.is_empty()
    }

    /// The first names, and the rest; `None` where there are not so many.
    pub(super) fn split_at(self, at: usize) -> Option<(Self, Self)> {
        let Self { above, below } = self;
        if let Some((first, rest)) = above.split_at_checked(at) {
            let first = Self { above: first, below: &[] };
            return Some((first, Self { above: rest, below }));
        }
        let (first, rest) = below.split_at_checked(at - above.len())?;
        let first = Self { above, below: first };
        Some((first, Self { above: &[], below: rest }))
    }

    /// The names behind the first ones.
    pub(super) fn skip(self, count: usize) -> Option<Self> {
        self.split_at(count).map(|(_, rest)| rest)
    }
}

impl<'n> IntoIterator for WayNames<'n> {
    type Item = &'n [u8];
    type IntoIter = iter::Copied<
        iter::Chain<
            core::slice::Iter<'n, &'n [u8]>,
            core::slice::Iter<'n, &'n [u8]>,
        >,
    >;

    fn into_iter(self) -> Self::IntoIter {
        self.above.iter().chain(self.below).copied()
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;
    use core::cmp::Ordering;

    use super::super::budget::Budget;
    use super::{Directory, Way};

    #[test]
    fn a_way_begins_in_the_directory_of_the_ignore_file() {
        let mut budget = Budget::of_listing(1);
        let directory = Directory::new(b"a/bc/d/");
        let mut names = |way: Way<'_, '_>| -> Vec<Vec<u8>> {
            let above = way.split_above(&mut budget);
            let names = way.names(&above, &mut budget);
            names.into_iter().map(<[u8]>::to_vec).collect()
        };
        let whole = Way::from_below((0, 0), &directory);
        assert_eq!(names(whole), [&b"a"[..], b"bc", b"d"]);
        let part = Way::from_below((5, 2), &directory);
        assert_eq!(names(part), [b"d"]);
        let above = Way::from_above(b"x/y/", &directory);
        assert_eq!(names(above), [&b"x"[..], b"y", b"a", b"bc", b"d"]);
        for (way, path) in
            [(whole, "a/bc/d/"), (part, "d/"), (above, "x/y/a/bc/d/")]
        {
            assert_eq!(way.compare(path.as_bytes()), Ordering::Equal);
            for other in ["", "a", "a/bc/d/e/", "x/", "x/y/a/", "x/z/", "w"] {
                let expected = other.as_bytes().cmp(path.as_bytes());
                assert_eq!(way.compare(other.as_bytes()), expected);
            }
        }
    }

    #[test]
    fn names_are_split_as_those_of_one_list() {
        let mut budget = Budget::of_listing(1);
        let directory = Directory::new(b"c/d/");
        let way = Way::from_above(b"a/b/", &directory);
        let above = way.split_above(&mut budget);
        let names = way.names(&above, &mut budget);
        let all = [b"a", b"b", b"c", b"d"].map(|it| &it[..]);
        for at in 0..=4 {
            let (first, rest) = names.split_at(at).unwrap();
            assert_eq!(first.into_iter().collect::<Vec<_>>(), all[..at]);
            assert_eq!(rest.into_iter().collect::<Vec<_>>(), all[at..]);
            assert_eq!((first.len(), rest.len()), (at, 4 - at));
            assert_eq!(rest.is_empty(), at == 4);
        }
        assert!(names.split_at(5).is_none() && names.skip(5).is_none());
    }

    #[test]
    fn a_directory_is_in_itself_and_in_those_above_it() {
        let mut budget = Budget::of_listing(1);
        let directory = Directory::new(b"0123456789/abcdefg/");
        for (path, expected) in [
            ("", true),
            ("0123456789/", true),
            ("0123456789/abcdefg/", true),
            ("0123456780/", false),
            ("0123456789/abcdefh/", false),
            ("0123456789/abcdefg/h/", false),
        ] {
            let found = directory.is_in(path.as_bytes(), &mut budget);
            assert_eq!(found, expected, "{path}");
        }
    }

    #[test]
    fn a_long_way_is_split_once_and_counts() {
        let path = b"name/".repeat(2000);
        let directory = Directory::new(&path);
        let mut budget = Budget::of_listing(1);
        let mut steps = |skipped| {
            let before = budget.left();
            let way = Way::from_below(skipped, &directory);
            assert_eq!(way.names(&[], &mut budget).len(), 2000 - skipped.1);
            before - budget.left()
        };
        assert!(steps((0, 0)) >= 500);
        for level in 0..500 {
            assert_eq!(steps((level * 5, level)), 0);
        }
    }
}
