//! Files that were read, sorted by what was read, so that equal ones are
//! neighbours. Columns, since there may be millions.

use alloc::vec::Vec;

use super::{Candidates, FileNumber, FileTable, Sorter};
use crate::{content::Content, digest::Digest};

/// What one worker read: files and their digests.
#[derive(Clone, Debug, Default)]
pub struct DigestColumn {
    files: Vec<FileNumber>,
    /// The digests, end to end, all of one length.
    digests: Vec<u8>,
}

impl DigestColumn {
    /// Adds a file. All of a search's contents are of one kind.
    pub fn push(&mut self, file: FileNumber, content: &Content) {
        let digest = content.digest();
        debug_assert!(
            self.digests.len() == self.files.len() * digest.as_bytes().len(),
            "digests of one column have one length"
        );
        self.files.push(file);
        self.digests.extend_from_slice(digest.as_bytes());
    }

    fn digest_len(&self) -> Option<usize> {
        self.digests.len().checked_div(self.files.len())
    }
}

/// A file that was read: what its digest begins with, and where the whole
/// digest is.
#[derive(Clone, Copy, Debug)]
pub struct DigestRow {
    prefix: u64,
    /// The file.
    pub file: FileNumber,
    digest: u32,
}

/// Files that were read, sorted so that equal ones are neighbours: by digest,
/// then size, then path.
#[derive(Debug)]
pub struct SortedDigests {
    rows: Vec<DigestRow>,
    /// The digests, end to end.
    digests: Vec<u8>,
    digest_len: usize,
}

impl SortedDigests {
    /// Puts together what workers read, and sorts it.
    #[must_use]
    pub fn sort(
        sorter: &impl Sorter,
        table: &impl FileTable,
        columns: Vec<DigestColumn>,
    ) -> Self {
        let lens = || columns.iter().filter_map(DigestColumn::digest_len);
        let digest_len = lens().next().unwrap_or(1);
        debug_assert!(lens().all(|len| len == digest_len), "of one kind");
        let total = columns.iter().map(|column| column.files.len()).sum();
        let mut rows: Vec<DigestRow> = Vec::with_capacity(total);
        let mut digests = Vec::with_capacity(total * digest_len);
        for column in columns {
            let chunks = column.digests.chunks_exact(digest_len);
            for (file, bytes) in column.files.iter().zip(chunks) {
                let prefix = bytes
                    .first_chunk::<8>()
                    .map_or(0, |bytes| u64::from_be_bytes(*bytes));
                // There are no more rows than files, whose numbers have
                // 32 bits.
                let digest = u32::try_from(rows.len()).unwrap_or(u32::MAX);
                rows.push(DigestRow { prefix, file: *file, digest });
            }
            digests.extend_from_slice(&column.digests);
        }
        sorter.sort(&mut rows, |a, b| a.prefix.cmp(&b.prefix));
        let mut sorted = Self { rows: Vec::new(), digests, digest_len };
        for run in rows.chunk_by_mut(|a, b| a.prefix == b.prefix) {
            if run.len() > 1 {
                run.sort_unstable_by(|a, b| {
                    let size = |row: &DigestRow| table.size(row.file);
                    sorted
                        .bytes(a)
                        .cmp(sorted.bytes(b))
                        .then_with(|| size(a).cmp(&size(b)))
                        .then_with(|| table.by_path(a.file, b.file))
                });
            }
        }
        sorted.rows = rows;
        sorted
    }

    /// A file's whole digest.
    #[must_use]
    pub fn digest(&self, row: &DigestRow) -> Option<Digest> {
        Digest::from_bytes(self.bytes(row))
    }

    fn bytes(&self, row: &DigestRow) -> &[u8] {
        let start = row.digest as usize * self.digest_len;
        let end = start + self.digest_len;
        self.digests.get(start..end).unwrap_or_default()
    }

    /// The runs of files with equal sizes and digests: of at least one file.
    pub fn runs<'a>(
        &'a self,
        table: &'a impl FileTable,
    ) -> impl Iterator<Item = &'a [DigestRow]> {
        self.rows.chunk_by(move |a, b| {
            a.prefix == b.prefix
                && table.size(a.file) == table.size(b.file)
                && self.bytes(a) == self.bytes(b)
        })
    }

    /// The files that these digests, of their ends, do not tell apart: all
    /// of their bytes have to be read.
    pub fn undecided<'a>(
        &'a self,
        table: &'a impl FileTable,
        candidates: &'a Candidates,
    ) -> impl Iterator<Item = FileNumber> + 'a {
        let is_open = |run: &&[DigestRow]| match run {
            [] => false,
            [row] => candidates.is_group(row.file),
            _ => true,
        };
        self.runs(table).filter(is_open).flatten().map(|row| row.file)
    }
}
