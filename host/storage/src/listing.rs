//! The entries of a directory, in columns: no name costs an allocation.

use crate::{EntryKind, KindSet};

/// Where a name begins and ends in a list of names.
pub type Span = (u32, u32);

/// The buffer that a directory is listed into, used again for the next one.
#[derive(Debug)]
pub struct Listing {
    names: Vec<u8>,
    ends: Vec<u32>,
    kinds: Vec<EntryKind>,
    /// The entries whose kind is not known before `stat`, ascending.
    unresolved: Vec<u32>,
    /// How many files, or what may be one, and how many directories were
    /// listed, wanted or not.
    counts: (usize, usize),
    /// What entries can be that are of interest.
    kinds_wanted: KindSet,
    /// Whether it matters what links lead to.
    follow: bool,
    /// Whether to list in the way that every system knows.
    portable: bool,
    /// Whether what the system marks as hidden is of no interest.
    skip_marked: bool,
    /// Between which names entries are of interest.
    bounds: (Vec<u8>, Option<Vec<u8>>),
    /// Room for what a system call returns; `readdir` has its own.
    #[cfg_attr(
        not(any(target_os = "linux", windows)),
        expect(dead_code, reason = "no system call there returns a list")
    )]
    pub(crate) scratch: Vec<u8>,
}

impl Default for Listing {
    /// A buffer for files, directories and links, which are followed.
    fn default() -> Self {
        let kinds = KindSet::FILES.with(EntryKind::Directory);
        Self::new(kinds, true, false)
    }
}

impl Listing {
    /// A buffer for entries of these kinds, and links if they are followed.
    /// `portable` lists by `readdir` where the storage knows a faster way.
    #[must_use]
    pub fn new(kinds: KindSet, follow: bool, portable: bool) -> Self {
        let kinds_wanted = match follow {
            true => kinds.with(EntryKind::Symlink),
            false => kinds,
        };
        Self {
            names: Vec::new(),
            ends: Vec::new(),
            kinds: Vec::new(),
            unresolved: Vec::new(),
            counts: (0, 0),
            kinds_wanted,
            follow,
            portable,
            skip_marked: false,
            bounds: (Vec::new(), None),
            scratch: Vec::new(),
        }
    }

    /// Says that entries whose names come before `from`, or not before `to`,
    /// are of no interest: who lists may leave them out, where that spares
    /// something. The name of a directory has a slash at its end there.
    pub fn bound(&mut self, from: &[u8], to: Option<&[u8]>) {
        self.bounds.0.clear();
        self.bounds.0.extend_from_slice(from);
        self.bounds.1 = to.map(<[u8]>::to_vec);
    }

    /// Between which names entries are of interest.
    #[must_use]
    pub fn bounds(&self) -> (&[u8], Option<&[u8]>) {
        (&self.bounds.0, self.bounds.1.as_deref())
    }

    /// Whether to list by `readdir`.
    #[must_use]
    pub fn is_portable(&self) -> bool {
        self.portable
    }

    /// Says that entries are of no interest which the system marks as hidden,
    /// as Windows does by an attribute. Names that begin with a dot are not
    /// meant: who lists knows them.
    pub fn skip_marked(&mut self, skip: bool) {
        self.skip_marked = skip;
    }

    /// Whether entries are of no interest which the system marks as hidden.
    #[must_use]
    pub fn skips_marked(&self) -> bool {
        self.skip_marked
    }

    /// Empties it.
    pub fn clear(&mut self) {
        self.names.clear();
        self.ends.clear();
        self.kinds.clear();
        self.unresolved.clear();
        self.counts = (0, 0);
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// Adds an entry, unless it is of a kind that is of no interest. `false`
    /// where the names would exceed 4 GiB.
    #[must_use]
    pub fn push(&mut self, name: &[u8], kind: EntryKind) -> bool {
        match kind {
            EntryKind::File | EntryKind::Unknown => self.counts.0 += 1,
            EntryKind::Directory => self.counts.1 += 1,
            _ => {}
        }
        if !self.kinds_wanted.has(kind) {
            return true;
        }
        let Ok(end) = u32::try_from(self.names.len() + name.len()) else {
            return false;
        };
        let Ok(index) = u32::try_from(self.ends.len()) else { return false };
        self.names.extend_from_slice(name);
        self.ends.push(end);
        self.kinds.push(kind);
        if kind == EntryKind::Unknown
            || self.follow && kind == EntryKind::Symlink
        {
            self.unresolved.push(index);
        }
        true
    }

    /// The names, end to end.
    #[must_use]
    pub fn names(&self) -> &[u8] {
        &self.names
    }

    /// Where each name ends in [`Self::names`].
    #[must_use]
    pub fn ends(&self) -> &[u32] {
        &self.ends
    }

    /// What each entry is.
    #[must_use]
    pub fn kinds(&self) -> &[EntryKind] {
        &self.kinds
    }

    /// How many regular files there are, and how many directories, whatever
    /// kinds are of interest. What is not known to be either counts as a file.
    #[must_use]
    pub const fn counts(&self) -> (usize, usize) {
        self.counts
    }

    /// Where a name begins and ends.
    ///
    /// # Panics
    /// In debug builds, if there is no such entry.
    #[must_use]
    pub fn span(&self, index: usize) -> Span {
        debug_assert!(index < self.len(), "entry {index} of {}", self.len());
        let start = match index.checked_sub(1) {
            Some(before) => self.ends.get(before).copied().unwrap_or(0),
            None => 0,
        };
        (start, self.ends.get(index).copied().unwrap_or(start))
    }

    /// A name.
    #[must_use]
    pub fn name(&self, index: usize) -> &[u8] {
        let (start, end) = self.span(index);
        self.names.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Whether what some entries are is not known before `stat`.
    #[must_use]
    pub fn has_unresolved(&self) -> bool {
        !self.unresolved.is_empty()
    }

    /// Whether it is not known before `stat` what an entry is.
    #[must_use]
    pub fn is_unresolved(&self, index: u32) -> bool {
        !self.unresolved.is_empty()
            && self.unresolved.binary_search(&index).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Listing;
    use crate::{EntryKind, KindSet};

    #[test]
    fn what_no_inventory_holds_is_left_out() {
        let kinds = KindSet::FILES.with(EntryKind::Directory);
        let mut listing = Listing::new(kinds, false, false);
        for (name, kind) in [
            (&b"a"[..], EntryKind::File),
            (b"fifo", EntryKind::Fifo),
            (b"link", EntryKind::Symlink),
            (b"b", EntryKind::Unknown),
            (b"c", EntryKind::Directory),
        ] {
            assert!(listing.push(name, kind));
        }
        let names: Vec<_> =
            (0..listing.len()).map(|at| listing.name(at)).collect();
        assert_eq!(names, [b"a", b"b", b"c"]);
        assert_eq!(listing.counts(), (2, 1));
        let kinds = KindSet::default().with(EntryKind::Directory);
        let mut others = Listing::new(kinds, false, false);
        assert!(others.push(b"a", EntryKind::File) && others.is_empty());
        assert_eq!(others.counts(), (1, 0));
        assert!(listing.is_unresolved(1) && !listing.is_unresolved(2));
        listing.clear();
        assert!(listing.is_empty() && !listing.has_unresolved());
        assert_eq!(listing.counts(), (0, 0));
    }
}
