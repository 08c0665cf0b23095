//! Reading files into a batch: small files whole, the two ends of large ones.

use std::io::{self, Read as _};

use sanchay_storage::{File, Metadata};

/// What was read of a file.
pub(super) struct FileRead {
    /// Where its byte strings end, relative to its beginning.
    pub(super) parts: [Option<usize>; 2],
    /// Their length together.
    pub(super) bytes: usize,
    /// How many bytes the file has.
    pub(super) size: u64,
    pub(super) grew: bool,
    /// Whether the file ended early.
    pub(super) shrank: bool,
}

/// Reads a whole small file. Ignores bytes appended after opening, so growing
/// logs finish.
pub(super) fn read_whole(
    file: &File,
    metadata: &Metadata,
    space: &mut [u8],
) -> io::Result<FileRead> {
    let expected = usize::try_from(metadata.size).unwrap_or(usize::MAX);
    let most = expected.saturating_add(1).min(space.len());
    let mut reader = file.reader();
    let mut got = 0;
    while got < expected {
        let rest = space.get_mut(got..most).unwrap_or_default();
        match reader.read(rest) {
            Ok(0) => break,
            Ok(more) => got += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let bytes = got.min(expected);
    Ok(FileRead {
        parts: [Some(bytes), None],
        bytes,
        size: bytes as u64,
        grew: got > expected,
        shrank: got < expected,
    })
}

/// Reads the two ends of a large file.
pub(super) fn read_two(
    file: &File,
    metadata: &Metadata,
    chunk: u32,
    space: &mut [u8],
) -> io::Result<FileRead> {
    let (first, size) = read_ends(file, metadata, chunk, space)?;
    let from = metadata.size.saturating_sub(u64::from(chunk));
    let last = usize::try_from(size.saturating_sub(from)).unwrap_or(0);
    Ok(FileRead {
        parts: [Some(first), Some(first + last)],
        bytes: first + last,
        size,
        grew: false,
        shrank: size < metadata.size,
    })
}

/// Reads the two ends of a file one after the other. Returns the length of the
/// first and the size of the file.
fn read_ends(
    file: &File,
    metadata: &Metadata,
    chunk: u32,
    space: &mut [u8],
) -> io::Result<(usize, u64)> {
    let chunk = chunk as usize;
    let first = space.get_mut(..chunk).unwrap_or_default();
    let first = read_at(file, 0, first)?;
    let from = metadata.size.saturating_sub(chunk as u64);
    let last = space.get_mut(first..first + chunk).unwrap_or_default();
    let last = read_at(file, from, last)?;
    Ok((first, from + last as u64))
}

/// Reads from an offset in a file until the space is full or the file ends.
pub(crate) fn read_at(
    file: &File,
    from: u64,
    space: &mut [u8],
) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = space.get_mut(filled..).filter(|r| !r.is_empty()) {
        match file.read_at(rest, from + filled as u64) {
            Ok(0) => break,
            Ok(got) => filled += got,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use sanchay_sandbox::Algorithm;
    use sanchay_storage::{File, MemoryStorage, Metadata};

    use crate::{
        Cause, Limits, Method, Monitor, Problem,
        hash::{Failure, Files, HashResult, Reader},
        pool::Pool,
        run::RunState,
        walk::RootEntry,
    };

    /// A file whose size changed after it was opened.
    struct Cut {
        storage: MemoryStorage,
        before: u64,
        result: Option<Result<HashResult, Failure>>,
    }

    impl Files for Cut {
        fn open(
            &mut self,
            _: usize,
        ) -> Option<Result<(File, Metadata), Cause>> {
            let size = self.before;
            let opened =
                RootEntry::open_file(&self.storage, Path::new("file"));
            Some(
                opened.map(|(file, metadata)| {
                    (file, Metadata { size, ..metadata })
                }),
            )
        }

        fn done(&mut self, _: usize, result: Result<HashResult, Failure>) {
            self.result = Some(result);
        }
    }

    /// The result for a file of `bytes` bytes that had `before` when it was
    /// opened.
    fn cut(
        bytes: usize,
        before: u64,
        method: Method,
    ) -> Result<HashResult, Cause> {
        let pool = Pool::new(Some(1), Limits::default(), None).unwrap();
        let storage = MemoryStorage::new();
        storage.write("file", &vec![7; bytes]);
        let monitor = Monitor::default();
        let run = RunState::new(&monitor);
        let mut inspector = pool.inspector();
        let mut files = Cut { storage, before, result: None };
        let mut reader = Reader::new(&run, &pool);
        reader.hash(&mut *inspector, method, 1, &mut files);
        files.result.unwrap().map_err(|(_, cause)| cause)
    }

    #[test]
    fn a_partial_digest_of_a_file_that_ends_early_is_an_error() {
        let method = Method::Partial { chunk: 100 };
        // It ends in the last chunk, before it, or in the first; the last file
        // is smaller than two chunks.
        for (bytes, before) in
            [(950, 1000), (500, 1000), (50, 1000), (99, 150)]
        {
            let cause = cut(bytes, before, method).unwrap_err();
            assert!(
                matches!(cause, Cause::Problem(Problem::Shrank)),
                "{bytes}: {cause}"
            );
            assert_eq!(
                cut(bytes, bytes as u64, method).unwrap().size,
                bytes as u64
            );
        }
        // The digest of the whole file is that of its present bytes.
        let whole = Method::Whole(Algorithm::Xxh64);
        assert_eq!(cut(500, 1000, whole).unwrap().size, 500);
    }
}
