//! Files that were read, sorted by what was read, so that equal ones are
//! neighbours. Columns, since there may be millions.

use super::collection::{Collection, FileNumber};
use sanchay_core::content::Content;

use crate::engine::Engine;

/// A file that was read: what its content begins with when sorted, and where
/// the whole digest is.
#[derive(Clone, Copy)]
pub(super) struct Hit {
    prefix: u64,
    pub(super) file: FileNumber,
    digest: u32,
}

/// Files that were read, sorted so that equal ones are neighbours.
pub(super) struct Hits {
    pub(super) hits: Vec<Hit>,
    /// The digests, end to end.
    digests: Vec<u8>,
    digest_len: usize,
}

impl Hits {
    /// A file's whole digest.
    pub(super) fn digest(&self, hit: &Hit) -> &[u8] {
        let start = hit.digest as usize * self.digest_len;
        let end = start + self.digest_len;
        self.digests.get(start..end).unwrap_or_default()
    }

    /// The groups of at least one file with equal sizes and digests.
    pub(super) fn groups<'a>(
        &'a self,
        collection: &'a Collection,
    ) -> impl Iterator<Item = &'a [Hit]> {
        self.hits.chunk_by(move |a, b| {
            a.prefix == b.prefix
                && collection.size(a.file) == collection.size(b.file)
                && self.digest(a) == self.digest(b)
        })
    }
}

/// What one worker read.
#[derive(Default)]
pub(super) struct Pile {
    files: Vec<FileNumber>,
    digests: Vec<u8>,
}

impl Pile {
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

impl Hits {
    /// Puts the workers' piles together and sorts them: by digest, then size,
    /// then path.
    pub(super) fn sort(
        engine: &Engine,
        collection: &Collection,
        piles: Vec<Pile>,
        digest_len: usize,
    ) -> Self {
        let total = piles.iter().map(|pile| pile.files.len()).sum();
        let mut hits: Vec<Hit> = Vec::with_capacity(total);
        let mut digests = Vec::with_capacity(total * digest_len);
        for pile in piles {
            let rows = pile.digests.chunks_exact(digest_len.max(1));
            for (file, digest) in pile.files.iter().zip(rows) {
                let prefix = digest
                    .first_chunk::<8>()
                    .map_or(0, |bytes| u64::from_be_bytes(*bytes));
                let index = u32::try_from(hits.len()).unwrap_or(u32::MAX);
                hits.push(Hit { prefix, file: *file, digest: index });
            }
            digests.extend_from_slice(&pile.digests);
        }
        engine.sort(&mut hits, |a, b| a.prefix.cmp(&b.prefix));
        let mut sorted = Self { hits, digests, digest_len };
        let mut hits = std::mem::take(&mut sorted.hits);
        for run in hits.chunk_by_mut(|a, b| a.prefix == b.prefix) {
            if run.len() > 1 {
                run.sort_unstable_by(|a, b| {
                    sorted
                        .digest(a)
                        .cmp(sorted.digest(b))
                        .then_with(|| {
                            let size = |hit: &Hit| collection.size(hit.file);
                            size(a).cmp(&size(b))
                        })
                        .then_with(|| collection.by_path(a.file, b.file))
                });
            }
        }
        sorted.hits = hits;
        sorted
    }
}
