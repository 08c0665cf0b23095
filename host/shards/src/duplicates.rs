//! Merging: which files of a partition are equal. The groups are made as a
//! search on one machine makes them, by the same code.

use std::{cmp::Ordering, ffi::OsStr, fmt, path::Path, sync::Arc};

use sanchay::{
    Algorithm, Cancel, Digest, DuplicateSummary, Error, FileId, GroupOrder,
    Storage,
};

use sanchay_core::{
    grouping::{
        Candidates, FileTable as _, GroupKey, GroupOptions, Groups,
        Sequential, SortedDigests,
    },
    shard::Dataset,
};
use sanchay_names::OsStrExt as _;

use crate::{
    error::ShardError,
    outputs::Outputs,
    plan::storage,
    read, sharing,
    table::{self, Added, Table},
};

/// Which groups are wanted.
#[derive(Clone, Default)]
pub struct DuplicatesOptions {
    /// Whether hard links of one file count as duplicates of each other. For
    /// that, the files must be where the merge is.
    pub hardlinks: bool,
    /// Whether only files on one device are in one group.
    pub same_device: bool,
    /// How many files a group has at least; less than two means two.
    pub min_group: usize,
    /// The order of the groups.
    pub order: GroupOrder,
    /// Where the files are, if the merge sees them: it is asked which of them
    /// share their bytes on disk. `None`: on this machine.
    pub storage: Option<Arc<dyn Storage>>,
    /// What ends it early.
    pub cancel: Cancel,
}

impl fmt::Debug for DuplicatesOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DuplicatesOptions")
            .field("hardlinks", &self.hardlinks)
            .field("same_device", &self.same_device)
            .field("min_group", &self.min_group)
            .field("order", &self.order)
            .finish_non_exhaustive()
    }
}

/// Groups of equal files.
#[derive(Debug)]
pub struct Merged {
    algorithm: Algorithm,
    groups: Vec<Span>,
    files: Vec<Place>,
    paths: Vec<u8>,
    summary: DuplicateSummary,
}

/// A group, whose files stand at `start..end`.
#[derive(Clone, Copy, Debug)]
struct Span {
    size: u64,
    digest: Digest,
    reclaimable: u64,
    start: usize,
    end: usize,
}

/// Where the path of a file stands, and how much of it precedes the name.
#[derive(Clone, Copy, Debug)]
struct Place {
    start: usize,
    folder: usize,
    end: usize,
}

/// A group of equal files.
#[derive(Clone, Copy, Debug)]
pub struct MergedGroup<'m> {
    all: &'m Merged,
    span: Span,
}

impl<'m> MergedGroup<'m> {
    /// The size of each of the files, in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.span.size
    }

    /// The digest's algorithm.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.all.algorithm
    }

    /// The digest that they share.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.span.digest
    }

    /// How many bytes would be free if one of the files were left.
    #[must_use]
    pub fn reclaimable(&self) -> u64 {
        self.span.reclaimable
    }

    /// The files, in the order of the bytes of their paths: what precedes the
    /// name in the path, which is empty or ends in a slash, and the name.
    pub fn files(&self) -> impl Iterator<Item = (&'m [u8], &'m [u8])> {
        let all = self.all;
        let places = all.files.get(self.span.start..self.span.end);
        places.unwrap_or_default().iter().map(|place| all.path(*place))
    }
}

impl Merged {
    fn new(algorithm: Algorithm) -> Self {
        Self {
            algorithm,
            groups: Vec::new(),
            files: Vec::new(),
            paths: Vec::new(),
            summary: DuplicateSummary::default(),
        }
    }

    /// The groups, in order.
    pub fn groups(&self) -> impl Iterator<Item = MergedGroup<'_>> {
        self.groups.iter().map(|span| MergedGroup { all: self, span: *span })
    }

    /// What they come to. Of what was looked at, it has the errors of all
    /// shards.
    #[must_use]
    pub fn summary(&self) -> DuplicateSummary {
        self.summary
    }

    fn path(&self, place: Place) -> (&[u8], &[u8]) {
        let part = |from, to| self.paths.get(from..to).unwrap_or_default();
        (part(place.start, place.folder), part(place.folder, place.end))
    }

    /// Adds the groups of a partition.
    fn add(&mut self, table: &Table, groups: &Groups) {
        for group in groups.iter() {
            let start = self.files.len();
            for file in group.files {
                let (folder, name) = table.path(*file);
                let from = self.paths.len();
                self.paths.extend_from_slice(folder);
                self.paths.extend_from_slice(name);
                self.files.push(Place {
                    start: from,
                    folder: from + folder.len(),
                    end: self.paths.len(),
                });
            }
            self.groups.push(Span {
                size: group.size,
                digest: group.digest,
                reclaimable: group.reclaimable,
                start,
                end: self.files.len(),
            });
        }
        self.summary.add_groups(&groups.totals().into());
    }

    fn sort(&mut self, order: &GroupOrder) {
        let mut groups = std::mem::take(&mut self.groups);
        let first = |span: &Span| {
            self.files.get(span.start).map(|place| self.path(*place))
        };
        groups.sort_unstable_by(|a, b| {
            order.compare(|key| match key {
                GroupKey::Reclaimable => a.reclaimable.cmp(&b.reclaimable),
                GroupKey::Size => a.size.cmp(&b.size),
                GroupKey::Copies => (a.end - a.start).cmp(&(b.end - b.start)),
                GroupKey::Path => match (first(a), first(b)) {
                    (Some(a), Some(b)) => table::by_path(a, b),
                    _ => Ordering::Equal,
                },
            })
        });
        self.groups = groups;
    }
}

/// What is read of a file.
const COLUMNS: [&str; 7] =
    ["path", "path_bytes", "size", "hash", "device", "inode", "links"];

/// Merges partitions.
pub(crate) fn merge(
    outputs: &Outputs,
    partitions: &mut dyn Iterator<Item = u8>,
    options: &DuplicatesOptions,
) -> Result<Merged, ShardError> {
    let storage = storage(options.storage.as_ref());
    let wanted = GroupOptions {
        hardlinks: options.hardlinks,
        same_device: options.same_device,
        against: false,
        least: options.min_group,
        order: options.order.clone(),
    };
    let mut merged = Merged::new(outputs.algorithm());
    for partition in partitions {
        if options.cancel.is_cancelled() {
            return Err(Error::Cancelled.into());
        }
        let mut table = files(outputs, partition)?;
        let candidates = Candidates::pick(&Sequential, &table, &wanted);
        let digests = table.take_digests(&candidates.files);
        let digests = SortedDigests::sort(&Sequential, &table, vec![digests]);
        let mut groups =
            Groups::gather(&table, &digests, &candidates, |file| {
                let (folder, name) = table.path(file);
                let path = [folder, name].concat();
                storage.locate(Path::new(OsStr::from_bytes(&path))).ok()
            });
        drop((digests, candidates));
        let copies = sharing::copies(&*storage, &table, &groups);
        if !copies.is_empty() {
            let copy = |file| copies.get(&table.identity(file)?).copied();
            groups = groups.revise(&table, |_| true, copy);
        }
        merged.add(&table, &groups);
    }
    merged.sort(&options.order);
    merged.summary.scanned.errors = outputs.errors();
    Ok(merged)
}

/// The files of a partition that can be duplicates.
fn files(outputs: &Outputs, partition: u8) -> Result<Table, ShardError> {
    let mut table = Table::new(outputs.algorithm());
    let dataset = Dataset::Files;
    outputs.read(dataset, partition, &COLUMNS, &mut |output, batch| {
        let paths = read::Paths::of(batch)?;
        let sizes = read::numbers(batch, "size")?;
        let digests = read::texts(batch, "hash")?;
        let devices = read::numbers(batch, "device")?;
        let inodes = read::numbers(batch, "inode")?;
        let links = read::numbers(batch, "links")?;
        for row in 0..batch.num_rows() {
            let size = read::number(sizes, row).unwrap_or_default();
            if size == 0 && !output.empty {
                continue;
            }
            let id = (read::number(devices, row), read::number(inodes, row));
            let id = match id {
                (Some(device), Some(inode)) => Some(FileId { device, inode }),
                _ => None,
            };
            table.push(Added {
                path: paths.get(row).ok_or("a path is missing")?,
                size,
                id,
                links: read::number(links, row).unwrap_or(1),
                digest: digests.value(row),
            })?;
        }
        Ok(())
    })?;
    Ok(table)
}
