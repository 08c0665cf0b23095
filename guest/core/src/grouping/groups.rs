//! Groups of equal files, in an order that does not depend on how they were
//! found.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::fmt;

use super::{Candidates, FileNumber, FileTable, SortedDigests};
use crate::digest::Digest;
use crate::size::HumanBytes;

/// Files with equal content.
#[derive(Clone, Copy, Debug)]
pub struct Group<'a> {
    /// The size of each of them in bytes.
    pub size: u64,
    /// The digest they share.
    pub digest: Digest,
    /// How many bytes would be free if one file were kept. Names of one file
    /// share its bytes.
    pub reclaimable: u64,
    /// The files, in the order of the bytes of their paths; at least two.
    pub files: &'a [FileNumber],
}

/// The totals of a search for equal files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupTotals {
    /// How many groups there are.
    pub groups: u64,
    /// How many files could go: all but one of each group.
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

/// All groups: those that would free most first, then by their first paths.
#[derive(Debug)]
pub struct Groups {
    spans: Vec<Span>,
    files: Vec<FileNumber>,
    totals: GroupTotals,
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
        let mut spans = Vec::new();
        let mut files: Vec<FileNumber> = Vec::new();
        let mut totals = GroupTotals::default();
        let mut own: Vec<FileNumber> = Vec::new();
        for run in digests.runs(table) {
            own.clear();
            own.extend(run.iter().map(|row| row.file));
            remove_other_ways(table, &mut own);
            let distinct = own.len();
            if candidates.hardlinks() {
                add_other_names(table, candidates, &entry, &mut own);
            }
            own.sort_unstable_by(|a, b| table.by_path(*a, *b));
            let Some(first) = run.first().filter(|_| own.len() > 1) else {
                continue;
            };
            let Some(digest) = digests.digest(first) else { continue };
            let size = table.size(first.file);
            let reclaimable = size.saturating_mul(count(distinct) - 1);
            totals.groups += 1;
            totals.redundant_files += count(own.len()) - 1;
            totals.reclaimable_bytes =
                totals.reclaimable_bytes.saturating_add(reclaimable);
            let start = files.len();
            files.extend_from_slice(&own);
            let end = files.len();
            spans.push(Span { size, digest, reclaimable, start, end });
        }
        spans.sort_unstable_by(|a, b| {
            let first = |span: &Span| files.get(span.start).copied();
            b.reclaimable.cmp(&a.reclaimable).then_with(|| {
                match (first(a), first(b)) {
                    (Some(a), Some(b)) => table.by_path(a, b),
                    (a, b) => a.cmp(&b),
                }
            })
        });
        Self { spans, files, totals }
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

fn count(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

/// Keeps each file once, by its least path. Overlapping roots or a second
/// mount lead to one file by several paths.
fn remove_other_ways<T: FileTable>(table: &T, files: &mut Vec<FileNumber>) {
    files.sort_unstable_by(|a, b| {
        let (identity_a, identity_b) =
            (table.identity(*a), table.identity(*b));
        identity_a.cmp(&identity_b).then_with(|| table.by_path(*a, *b))
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
        names.sort_unstable_by(|a, b| table.by_path(*a, *b));
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
