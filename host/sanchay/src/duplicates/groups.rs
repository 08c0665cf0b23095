//! The answer: groups of equal files, in an order that does not depend on how
//! they were found.

use std::{path::PathBuf, sync::Arc};

use sanchay_sandbox::{Algorithm, Digest};

use super::{
    collection::{Collection, FileNumber},
    digests::SortedDigests,
    distinct,
};
use crate::{
    entry::join, monitor::Summary, options::DuplicateOptions, walk::Node,
};

/// Groups of files with equal content.
pub struct Duplicates {
    pub(super) collection: Collection,
    algorithm: Algorithm,
    groups: Vec<Span>,
    files: Vec<FileNumber>,
    summary: DuplicateSummary,
}

struct Span {
    size: u64,
    digest: Digest,
    reclaimable: u64,
    start: usize,
    end: usize,
}

/// What a search for duplicates came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DuplicateSummary {
    /// How many groups there are.
    pub groups: u64,
    /// How many files could go: all but one of each group.
    pub redundant_files: u64,
    /// How many bytes that would free. Names of one file share its bytes.
    pub reclaimable_bytes: u64,
    /// What was looked at.
    pub scanned: Summary,
}

impl std::fmt::Debug for Duplicates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Duplicates")
            .field("algorithm", &self.algorithm)
            .field("summary", &self.summary)
            .finish_non_exhaustive()
    }
}

impl Duplicates {
    /// What the search came to.
    #[must_use]
    pub fn summary(&self) -> DuplicateSummary {
        self.summary
    }

    /// The groups: the ones that most can be reclaimed of first, and among
    /// equals by the path of their first file.
    pub fn groups(&self) -> Groups<'_> {
        Groups { all: self, next: 0 }
    }
}

/// Files with equal content.
#[derive(Clone, Copy)]
pub struct Group<'a> {
    all: &'a Duplicates,
    span: &'a Span,
}

impl std::fmt::Debug for Group<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Group")
            .field("size", &self.size())
            .field("digest", &self.digest())
            .field("files", &self.len())
            .finish()
    }
}

impl<'a> Group<'a> {
    /// The size of each of the files, in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.span.size
    }

    /// The digest that they share.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.span.digest
    }

    /// The digest's algorithm.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.all.algorithm
    }

    /// How many bytes would be free if one of the files were left.
    #[must_use]
    pub fn reclaimable(&self) -> u64 {
        self.span.reclaimable
    }

    /// How many files there are; at least two.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "a group is never empty")]
    pub fn len(&self) -> usize {
        self.span.end - self.span.start
    }

    /// The numbers of the files, by path.
    pub(super) fn numbers(&self) -> &'a [FileNumber] {
        let range = self.span.start..self.span.end;
        self.all.files.get(range).unwrap_or_default()
    }

    /// The files, by path.
    pub fn files(&self) -> impl Iterator<Item = GroupFile<'a>> + use<'a> {
        let all = self.all;
        // Those of one directory stand together, and share its path.
        let mut last: Option<(&Arc<Node>, Arc<[u8]>)> = None;
        self.numbers().iter().map(move |file| {
            let name = all.collection.name(*file);
            let Some(node) = all.collection.parent(*file) else {
                return GroupFile { parent: Arc::default(), name };
            };
            let known = last.as_ref().filter(|it| Arc::ptr_eq(it.0, node));
            let parent = match known {
                Some((_, path)) => Arc::clone(path),
                None => node.path().into(),
            };
            last = Some((node, Arc::clone(&parent)));
            GroupFile { parent, name }
        })
    }
}

impl<'a> IntoIterator for &'a Duplicates {
    type Item = Group<'a>;
    type IntoIter = Groups<'a>;

    fn into_iter(self) -> Groups<'a> {
        self.groups()
    }
}

/// The groups of a search, in order.
#[derive(Clone, Debug)]
pub struct Groups<'a> {
    all: &'a Duplicates,
    next: usize,
}

impl<'a> Iterator for Groups<'a> {
    type Item = Group<'a>;

    fn next(&mut self) -> Option<Group<'a>> {
        let span = self.all.groups.get(self.next)?;
        self.next += 1;
        Some(Group { all: self.all, span })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.all.groups.len().saturating_sub(self.next);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Groups<'_> {}

/// Files with equal content, by themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DuplicateGroup {
    /// The size of each of the files, in bytes.
    pub size: u64,
    /// The digest's algorithm.
    pub algorithm: Algorithm,
    /// The digest that they share.
    pub digest: Digest,
    /// How many bytes would be free if one of the files were left.
    pub reclaimable: u64,
    /// The paths of the files, in the order of their bytes; at least two.
    pub paths: Vec<PathBuf>,
}

impl From<Group<'_>> for DuplicateGroup {
    fn from(group: Group<'_>) -> Self {
        Self {
            size: group.size(),
            algorithm: group.algorithm(),
            digest: group.digest(),
            reclaimable: group.reclaimable(),
            paths: group.files().map(|file| file.path()).collect(),
        }
    }
}

/// One of several equal files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupFile<'a> {
    /// What precedes the name in the path: empty, or ending in a slash.
    pub parent: Arc<[u8]>,
    /// The file's name.
    pub name: &'a [u8],
}

impl GroupFile<'_> {
    /// Appends the file's path to a buffer.
    pub fn write_path(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.parent);
        out.extend_from_slice(self.name);
    }

    /// The file's path.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        join(&self.parent, self.name)
    }
}

/// Makes groups of what was read.
pub(super) fn gather(
    collection: Collection,
    digests: &SortedDigests,
    aliases: &[(FileNumber, FileNumber)],
    options: &DuplicateOptions,
    scanned: Summary,
) -> Duplicates {
    let mut groups = Vec::new();
    let mut files: Vec<FileNumber> = Vec::new();
    let mut summary = DuplicateSummary { scanned, ..Default::default() };
    let mut own = Vec::new();
    for group in digests.groups(&collection) {
        own.clear();
        own.extend(group.iter().map(|row| row.file));
        // One file may have been reached by two paths without being linked:
        // through a second mount of its file system, or overlapping roots.
        own.sort_unstable_by(|a, b| {
            let id = |file: &FileNumber| collection.id(*file);
            id(a).cmp(&id(b)).then_with(|| collection.by_path(*a, *b))
        });
        own.dedup_by_key(|file| collection.id(*file));
        let count = own.len() as u64;
        if options.hardlinks {
            for at in 0..own.len() {
                let Some(file) = own.get(at).copied() else { break };
                own.extend(other_names(aliases, file));
            }
            distinct::keep_distinct(&collection, &mut own);
        }
        own.sort_unstable_by(|a, b| collection.by_path(*a, *b));
        let Some(first) = group.first().filter(|_| own.len() > 1) else {
            continue;
        };
        let Some(digest) = Digest::from_bytes(digests.digest(first)) else {
            continue;
        };
        let size = collection.size(first.file);
        let reclaimable = size.saturating_mul(count - 1);
        summary.groups += 1;
        summary.redundant_files += own.len() as u64 - 1;
        summary.reclaimable_bytes += reclaimable;
        let start = files.len();
        files.extend_from_slice(&own);
        let end = files.len();
        groups.push(Span { size, digest, reclaimable, start, end });
    }
    groups.sort_unstable_by(|a, b| {
        let first = |span: &Span| files.get(span.start).copied();
        b.reclaimable.cmp(&a.reclaimable).then_with(|| {
            match (first(a), first(b)) {
                (Some(a), Some(b)) => collection.by_path(a, b),
                (a, b) => a.cmp(&b),
            }
        })
    });
    let algorithm = options.algorithm;
    Duplicates { collection, algorithm, groups, files, summary }
}

/// The other names of a file.
fn other_names(
    aliases: &[(FileNumber, FileNumber)],
    file: FileNumber,
) -> impl Iterator<Item = FileNumber> + '_ {
    let first = aliases.partition_point(|(standing, _)| *standing < file);
    aliases
        .get(first..)
        .unwrap_or_default()
        .iter()
        .take_while(move |(standing, _)| *standing == file)
        .map(|(_, alias)| *alias)
}
