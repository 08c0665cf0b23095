//! Files that were read, sorted by what was read, so that equal ones are
//! neighbours. Columns, since there may be millions.

use super::collection::{Collection, FileNumber};
use sanchay_core::content::Content;

use crate::{pool::Pool, walk::offset};

/// A file that was read: what its content begins with when sorted, and where
/// the whole digest is.
#[derive(Clone, Copy)]
pub(super) struct DigestRow {
    prefix: u64,
    pub(super) file: FileNumber,
    digest: u32,
}

/// Files that were read, sorted so that equal ones are neighbours.
pub(super) struct SortedDigests {
    rows: Vec<DigestRow>,
    /// The digests, end to end.
    digests: Vec<u8>,
    digest_len: usize,
}

impl SortedDigests {
    /// A file's whole digest.
    pub(super) fn digest(&self, row: &DigestRow) -> &[u8] {
        let start = row.digest as usize * self.digest_len;
        let end = start + self.digest_len;
        self.digests.get(start..end).unwrap_or_default()
    }

    /// The groups of at least one file with equal sizes and digests.
    pub(super) fn groups<'a>(
        &'a self,
        collection: &'a Collection,
    ) -> impl Iterator<Item = &'a [DigestRow]> {
        self.rows.chunk_by(move |a, b| {
            a.prefix == b.prefix
                && collection.size(a.file) == collection.size(b.file)
                && self.digest(a) == self.digest(b)
        })
    }
}

/// What one worker read.
#[derive(Default)]
pub(super) struct WorkerResults {
    files: Vec<FileNumber>,
    digests: Vec<u8>,
}

impl WorkerResults {
    pub(super) fn add(&mut self, file: FileNumber, content: Content) {
        self.files.push(file);
        match content {
            Content::Whole(_, digest) => {
                self.digests.extend_from_slice(digest.as_bytes());
            }
            Content::Partial(ends) => {
                self.digests.extend_from_slice(&ends.first.to_be_bytes());
                self.digests.extend_from_slice(&ends.last.to_be_bytes());
            }
        }
    }
}

impl SortedDigests {
    /// Puts the workers' results together and sorts them: by digest, then
    /// size, then path.
    pub(super) fn sort(
        pool: &Pool,
        collection: &Collection,
        workers: Vec<WorkerResults>,
        digest_len: usize,
    ) -> Self {
        let total = workers.iter().map(|results| results.files.len()).sum();
        let mut rows: Vec<DigestRow> = Vec::with_capacity(total);
        let mut digests = Vec::with_capacity(total * digest_len);
        for results in workers {
            let chunks = results.digests.chunks_exact(digest_len.max(1));
            for (file, digest) in results.files.iter().zip(chunks) {
                let prefix = digest
                    .first_chunk::<8>()
                    .map_or(0, |bytes| u64::from_be_bytes(*bytes));
                let index = offset(rows.len());
                rows.push(DigestRow { prefix, file: *file, digest: index });
            }
            digests.extend_from_slice(&results.digests);
        }
        pool.sort(&mut rows, |a, b| a.prefix.cmp(&b.prefix));
        let mut sorted = Self { rows, digests, digest_len };
        let mut rows = std::mem::take(&mut sorted.rows);
        for run in rows.chunk_by_mut(|a, b| a.prefix == b.prefix) {
            if run.len() > 1 {
                run.sort_unstable_by(|a, b| {
                    sorted
                        .digest(a)
                        .cmp(sorted.digest(b))
                        .then_with(|| {
                            let size =
                                |row: &DigestRow| collection.size(row.file);
                            size(a).cmp(&size(b))
                        })
                        .then_with(|| collection.by_path(a.file, b.file))
                });
            }
        }
        sorted.rows = rows;
        sorted
    }
}
