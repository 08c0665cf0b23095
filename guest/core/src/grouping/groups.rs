//! Groups of equal files, in an order that does not depend on how they were
//! found.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;

use super::{
    Candidates, FileNumber, FileTable, GroupKey, GroupOptions, Role,
    SortedDigests,
};
use crate::digest::Digest;
use crate::size::HumanBytes;

/// Files with equal content.
#[derive(Clone, Copy, Debug)]
pub struct Group<'a> {
    /// The size of each of them in bytes.
    pub size: u64,
    /// The digest they share.
    pub digest: Digest,
    /// How many bytes would be free if the references, or else one file, were
    /// kept. Names of one file share its bytes.
    pub reclaimable: u64,
    /// The files, in the order of the bytes of their paths; at least two.
    pub files: &'a [FileNumber],
}

/// The totals of a search for equal files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupTotals {
    /// How many groups there are.
    pub groups: u64,
    /// How many files could go: of each group all but the references, or else
    /// one.
    pub redundant_files: u64,
    /// How many bytes that would free.
    pub reclaimable_bytes: u64,
}

impl fmt::Display for GroupTotals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { groups, redundant_files, reclaimable_bytes } = *self;
        write!(
            f,
            "groups: {groups}, redundant files: {redundant_files}, \
             reclaimable: {} ({reclaimable_bytes} bytes)",
            HumanBytes(reclaimable_bytes),
        )
    }
}

/// All groups, in the order that is wanted.
#[derive(Debug)]
pub struct Groups {
    spans: Vec<Span>,
    files: Vec<FileNumber>,
    totals: GroupTotals,
    options: GroupOptions,
}

/// A group, whose files stand at `start..end`.
#[derive(Debug)]
struct Span {
    size: u64,
    digest: Digest,
    reclaimable: u64,
    start: usize,
    end: usize,
}

impl Groups {
    /// Makes groups of digests of whole files.
    ///
    /// `entry` returns a file's directory entry: the directory's identity and
    /// the name in it; `None` if unknown or a link. It is called only when
    /// hard links are reported: `a/f` and `./a/f` must not look like two of
    /// them, or whoever removes one as a duplicate loses the file.
    #[must_use]
    pub fn gather<T: FileTable, E: Ord>(
        table: &T,
        digests: &SortedDigests,
        candidates: &Candidates,
        entry: impl Fn(FileNumber) -> Option<E>,
    ) -> Self {
        let options = candidates.options().clone();
        let mut groups = Self::none(options);
        let mut own: Vec<FileNumber> = Vec::new();
        for run in digests.runs(table) {
            let Some(first) = run.first() else { continue };
            // Most files are like no other.
            if run.len() < 2 && !groups.options.hardlinks {
                continue;
            }
            let Some(digest) = digests.digest(first) else { continue };
            own.clear();
            own.extend(run.iter().map(|row| row.file));
            remove_other_ways(table, &mut own);
            let by_device = groups.options.same_device;
            if by_device {
                own.sort_by_key(|file| table.device(*file));
            }
            let on_one = |a: &_, b: &_| {
                !by_device || table.device(*a) == table.device(*b)
            };
            for part in own.chunk_by(on_one) {
                let mut part = part.to_vec();
                if groups.options.hardlinks {
                    add_other_names(table, candidates, &entry, &mut part);
                }
                groups.add(table, digest, part, |_| None);
            }
        }
        groups.sort(table);
        groups
    }

    /// The groups without the files that are not to be kept. Of `copy`, files
    /// that share their bytes on disk have the same number.
    #[must_use]
    pub fn revise<T: FileTable>(
        &self,
        table: &T,
        keep: impl Fn(FileNumber) -> bool,
        copy: impl Fn(FileNumber) -> Option<u64>,
    ) -> Self {
        let mut groups = Self::none(self.options.clone());
        for group in self.iter() {
            let files = group.files.iter().copied();
            let files = files.filter(|file| keep(*file)).collect();
            groups.add(table, group.digest, files, &copy);
        }
        groups.sort(table);
        groups
    }

    fn none(options: GroupOptions) -> Self {
        let (spans, files) = (Vec::new(), Vec::new());
        Self { spans, files, totals: GroupTotals::default(), options }
    }

    /// Adds a group, if it is one that is wanted.
    fn add<T: FileTable>(
        &mut self,
        table: &T,
        digest: Digest,
        mut own: Vec<FileNumber>,
        copy: impl Fn(FileNumber) -> Option<u64>,
    ) {
        let origins = own.iter().map(|file| table.origin(*file));
        if !self.options.are_enough(origins) {
            return;
        }
        own.sort_unstable_by(|a, b| table.by_path(*a, *b));
        let Some(size) = own.first().map(|file| table.size(*file)) else {
            return;
        };
        let is_reference = |file: &&FileNumber| {
            table.origin(**file).role() == Role::Reference
        };
        let stay = own.iter().filter(is_reference).count().max(1);
        let copies = removable_copies(table, &own, copy);
        let reclaimable = size.saturating_mul(copies);
        let totals = &mut self.totals;
        totals.groups += 1;
        totals.redundant_files += count(own.len().saturating_sub(stay));
        totals.reclaimable_bytes =
            totals.reclaimable_bytes.saturating_add(reclaimable);
        let start = self.files.len();
        self.files.append(&mut own);
        let end = self.files.len();
        self.spans.push(Span { size, digest, reclaimable, start, end });
    }

    fn sort<T: FileTable>(&mut self, table: &T) {
        let Self { spans, files, options, .. } = self;
        let first = |span: &Span| files.get(span.start).copied();
        spans.sort_unstable_by(|a, b| {
            options.order.compare(|key| match key {
                GroupKey::Reclaimable => a.reclaimable.cmp(&b.reclaimable),
                GroupKey::Size => a.size.cmp(&b.size),
                GroupKey::Copies => (a.end - a.start).cmp(&(b.end - b.start)),
                GroupKey::Path => match (first(a), first(b)) {
                    (Some(a), Some(b)) => table.by_path(a, b),
                    (a, b) => a.cmp(&b),
                },
            })
        });
    }

    /// How many groups there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// A group by its place in their order, from 0 on.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Group<'_>> {
        let span = self.spans.get(index)?;
        Some(Group {
            size: span.size,
            digest: span.digest,
            reclaimable: span.reclaimable,
            files: self.files.get(span.start..span.end)?,
        })
    }

    /// The groups, in order.
    pub fn iter(&self) -> impl Iterator<Item = Group<'_>> {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// Their totals.
    #[must_use]
    pub const fn totals(&self) -> GroupTotals {
        self.totals
    }
}

/// How many copies of the content can go: all but those of references, or but
/// one. Names of one file are one copy, and so are files that share their
/// bytes on disk.
fn removable_copies<T: FileTable>(
    table: &T,
    files: &[FileNumber],
    copy: impl Fn(FileNumber) -> Option<u64>,
) -> u64 {
    // Each copy by what tells it from the others, and whether a reference is
    // among its names.
    let mut copies = BTreeMap::new();
    for file in files {
        let key = match (copy(*file), table.identity(*file)) {
            (Some(number), _) => (Some(number), None, None),
            (None, Some(identity)) => (None, Some(identity), None),
            // It counts as a file of its own.
            (None, None) => (None, None, Some(*file)),
        };
        let is_reference = table.origin(*file).role() == Role::Reference;
        *copies.entry(key).or_insert(false) |= is_reference;
    }
    let stay = copies.values().filter(|is_reference| **is_reference).count();
    count(copies.len().saturating_sub(stay.max(1)))
}

fn count(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

/// Orders names of one file: a reference first, and then by path.
fn by_origin<T: FileTable>(
    table: &T,
    a: FileNumber,
    b: FileNumber,
) -> Ordering {
    let by_origin = table.origin(a).cmp(&table.origin(b));
    by_origin.then_with(|| table.by_path(a, b))
}

/// Keeps each file once, by its least path. Overlapping roots or a second
/// mount lead to one file by several paths.
fn remove_other_ways<T: FileTable>(table: &T, files: &mut Vec<FileNumber>) {
    files.sort_unstable_by(|a, b| {
        let (identity_a, identity_b) =
            (table.identity(*a), table.identity(*b));
        identity_a.cmp(&identity_b).then_with(|| by_origin(table, *a, *b))
    });
    // A file without an identity counts as a file of its own.
    files.dedup_by(|b, a| {
        let identity = table.identity(*a);
        identity.is_some() && identity == table.identity(*b)
    });
}

/// Adds the other names of files: the least path of each directory entry.
fn add_other_names<T: FileTable, E: Ord>(
    table: &T,
    candidates: &Candidates,
    entry: &impl Fn(FileNumber) -> Option<E>,
    files: &mut Vec<FileNumber>,
) {
    let mut names = Vec::new();
    for index in 0..files.len() {
        let Some(file) = files.get(index).copied() else { break };
        names.clear();
        names.extend(candidates.other_names(file));
        if names.is_empty() {
            continue;
        }
        names.push(file);
        names.sort_unstable_by(|a, b| by_origin(table, *a, *b));
        let mut seen = BTreeSet::new();
        // An unknown entry may be any of the others.
        names.retain(|name| entry(*name).is_some_and(|it| seen.insert(it)));
        // The least kept name takes the file's place, and the others follow.
        // If no entry is known, the file stays.
        if let Some((first, others)) = names.split_first() {
            if let Some(place) = files.get_mut(index) {
                *place = *first;
            }
            files.extend_from_slice(others);
        }
    }
}
