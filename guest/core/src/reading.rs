//! What is in a file, told by a digest of what is read of it: one file at a
//! time, wherever it comes from. Of a file that grows, what it had when it was
//! opened is hashed.
//!
//! The WASI command reads files this way. The native engine has the same
//! limits and another way of reading: many files at once.

use alloc::vec::Vec;

use crate::content::Content;
use crate::digest::Digest;
use crate::hashing::{
    Algorithm, Hasher, MAX_CHUNK, PartialDigest, digest, partial,
};
use crate::problem::Problem;

/// Files of up to so many bytes are hashed in one piece.
const SMALL: u64 = 64 * 1024;

/// Something that is read from one end to the other.
pub trait Source {
    /// Why it cannot be read.
    type Error: From<Problem>;

    /// At most so many of the next bytes; none at the end.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    fn read(&mut self, most: u64) -> Result<Vec<u8>, Self::Error>;
}

/// A file that is open.
pub trait File {
    /// The file, read from an offset on.
    type Source<'f>: Source
    where
        Self: 'f;

    /// Reads from so many bytes after the beginning.
    fn from(&self, offset: u64) -> Self::Source<'_>;

    /// How many bytes it has by now, where that can be found out.
    fn size(&self) -> Option<u64>;
}

/// Why a file cannot be read.
type ErrorOf<'f, F> = <<F as File>::Source<'f> as Source>::Error;

/// How a file's content is identified. The default is a digest of all its
/// bytes by XXH3 with 128 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// By a digest of all its bytes.
    Whole(Algorithm),
    /// By XXH64 of its first and its last `chunk` bytes and its size; by XXH64
    /// of all its bytes, twice, and its size where it is smaller than two
    /// chunks.
    Partial {
        /// The chunk's size in bytes; at least 1, at most
        /// [`MAX_CHUNK`](crate::hashing::MAX_CHUNK).
        chunk: u32,
    },
}

impl Method {
    /// How many bytes of a file it reads.
    #[must_use]
    pub fn bytes_to_read(self, size: u64) -> u64 {
        match self {
            Self::Whole(_) => size,
            Self::Partial { chunk } => size.min(2 * u64::from(chunk)),
        }
    }
}

impl Default for Method {
    fn default() -> Self {
        Self::Whole(Algorithm::Xxh3_128)
    }
}

/// A file's digest and what goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileDigest {
    /// What is in it.
    pub content: Content,
    /// How many bytes were hashed; of a partial digest, how many there are.
    pub size: u64,
    /// Whether it had more bytes than when it was opened.
    pub grew: bool,
}

/// Hashes a file that had so many bytes when it was opened.
///
/// # Errors
///
/// It cannot be read, or shrank.
pub fn of_file<F: File>(
    file: &F,
    size: u64,
    method: Method,
) -> Result<FileDigest, ErrorOf<'_, F>> {
    match method {
        Method::Whole(algorithm) => whole(file, size, algorithm),
        Method::Partial { chunk } => ends(file, size, chunk),
    }
}

/// Hashes what can only be read from one end to the other.
///
/// # Errors
///
/// It cannot be read.
pub fn of_stream<S: Source>(
    source: &mut S,
    method: Method,
) -> Result<FileDigest, S::Error> {
    match method {
        Method::Whole(algorithm) => streamed(source, u64::MAX, algorithm),
        Method::Partial { chunk } => ends_of_stream(source, chunk),
    }
}

fn whole<F: File>(
    file: &F,
    size: u64,
    algorithm: Algorithm,
) -> Result<FileDigest, ErrorOf<'_, F>> {
    let mut source = file.from(0);
    if size > SMALL {
        let mut found = streamed(&mut source, size, algorithm)?;
        found.grew = !source.read(1)?.is_empty();
        return Ok(found);
    }
    let (bytes, grew) = small(&mut source, size)?;
    if size == 0 && grew {
        return pseudo_file(file, Method::Whole(algorithm));
    }
    let content = content(algorithm, &digest(algorithm, &bytes));
    Ok(FileDigest { content, size: length(&bytes), grew })
}

/// All of a small file, and whether there is more of it by now.
fn small<S: Source>(
    source: &mut S,
    size: u64,
) -> Result<(Vec<u8>, bool), S::Error> {
    let mut bytes = read_full(source, size.saturating_add(1))?;
    let grew = length(&bytes) > size;
    if grew {
        bytes.pop();
    }
    Ok((bytes, grew))
}

/// Hashes a file that has bytes though it said that it has none. One that was
/// empty when it was opened tells its size by now; one that the system makes
/// up while it is read never does, and has all that it gives.
fn pseudo_file<F: File>(
    file: &F,
    method: Method,
) -> Result<FileDigest, ErrorOf<'_, F>> {
    let size = file.size().unwrap_or(0);
    if size == 0 {
        return of_stream(&mut file.from(0), method);
    }
    let found = match method {
        Method::Whole(algorithm) => {
            streamed(&mut file.from(0), size, algorithm)
        }
        Method::Partial { chunk } => ends(file, size, chunk),
    }?;
    Ok(FileDigest { grew: true, ..found })
}

/// Hashes a source in pieces, to its end or to a limit.
fn streamed<S: Source>(
    source: &mut S,
    limit: u64,
    algorithm: Algorithm,
) -> Result<FileDigest, S::Error> {
    let mut hasher = Hasher::new(algorithm);
    let mut size: u64 = 0;
    while size < limit {
        let bytes = source.read(limit.saturating_sub(size))?;
        if bytes.is_empty() {
            break;
        }
        hasher.update(&bytes);
        size = size.saturating_add(length(&bytes));
    }
    let content = content(algorithm, &hasher.finish());
    Ok(FileDigest { content, size, grew: false })
}

fn ends<F: File>(
    file: &F,
    size: u64,
    chunk: u32,
) -> Result<FileDigest, ErrorOf<'_, F>> {
    let chunk = u64::from(chunk);
    if size < chunk.saturating_mul(2) {
        let (bytes, grew) = small(&mut file.from(0), size)?;
        if size == 0 && grew {
            let chunk = u32::try_from(chunk).unwrap_or(MAX_CHUNK);
            return pseudo_file(file, Method::Partial { chunk });
        }
        if length(&bytes) < size {
            return Err(Problem::Shrank.into());
        }
        let content = Content::Partial(partial(&bytes, &bytes, size));
        return Ok(FileDigest { content, size, grew });
    }
    let first = read_full(&mut file.from(0), chunk)?;
    let last = read_full(&mut file.from(size.saturating_sub(chunk)), chunk)?;
    // Of a file that is being cut, it is not known what its ends are.
    if length(&first) < chunk || length(&last) < chunk {
        return Err(Problem::Shrank.into());
    }
    let content = Content::Partial(partial(&first, &last, size));
    Ok(FileDigest { content, size, grew: false })
}

/// The partial digest of a stream: its last chunk is kept as it goes by.
fn ends_of_stream<S: Source>(
    source: &mut S,
    chunk: u32,
) -> Result<FileDigest, S::Error> {
    let chunk = u64::from(chunk);
    let first = read_full(source, chunk)?;
    let mut end = read_full(source, chunk)?;
    let mut size = length(&first).saturating_add(length(&end));
    let digest: PartialDigest = if length(&end) < chunk {
        let all = [first, end].concat();
        partial(&all, &all, size)
    } else {
        loop {
            let more = read_full(source, chunk)?;
            size = size.saturating_add(length(&more));
            end.drain(..more.len().min(end.len()));
            let short = length(&more) < chunk;
            end.extend_from_slice(&more);
            if short {
                break;
            }
        }
        partial(&first, &end, size)
    };
    Ok(FileDigest { content: Content::Partial(digest), size, grew: false })
}

/// Reads so many bytes, or fewer where the source ends.
fn read_full<S: Source>(
    source: &mut S,
    most: u64,
) -> Result<Vec<u8>, S::Error> {
    let mut bytes = source.read(most)?;
    let mut ended = bytes.is_empty();
    while !ended && length(&bytes) < most {
        let more = source.read(most.saturating_sub(length(&bytes)))?;
        ended = more.is_empty();
        bytes.extend_from_slice(&more);
    }
    Ok(bytes)
}

/// A digest of all of a file's bytes.
fn content(algorithm: Algorithm, digest: &[u8]) -> Content {
    Content::Whole(algorithm, Digest::of(digest))
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A file in memory that is read a few bytes at a time, and has other
    /// bytes by now than it said.
    struct Bytes {
        now: Vec<u8>,
        told: Option<u64>,
    }

    struct Part<'b>(&'b [u8]);

    impl Source for Part<'_> {
        type Error = Problem;

        fn read(&mut self, most: u64) -> Result<Vec<u8>, Problem> {
            let most = usize::try_from(most).unwrap().min(7);
            let (now, rest) = self.0.split_at(most.min(self.0.len()));
            self.0 = rest;
            Ok(now.to_vec())
        }
    }

    impl File for Bytes {
        type Source<'f> = Part<'f>;

        fn from(&self, offset: u64) -> Part<'_> {
            let offset = usize::try_from(offset).unwrap();
            Part(self.now.get(offset..).unwrap_or_default())
        }

        fn size(&self) -> Option<u64> {
            self.told
        }
    }

    fn file(now: &[u8]) -> Bytes {
        Bytes { now: now.to_vec(), told: Some(now.len() as u64) }
    }

    const SHA256: Method = Method::Whole(Algorithm::Sha256);

    fn sha256(bytes: &[u8]) -> Content {
        content(Algorithm::Sha256, &digest(Algorithm::Sha256, bytes))
    }

    #[test]
    fn what_a_file_gained_is_not_hashed_and_said() {
        for size in [1, 70_000] {
            let mut bytes = vec![b'x'; size];
            let expected = sha256(&bytes);
            bytes.push(b'y');
            let found = of_file(&file(&bytes), size as u64, SHA256).unwrap();
            assert_eq!((found.content, found.grew), (expected, true));
        }
    }

    #[test]
    fn a_file_that_the_system_makes_up_has_all_that_it_gives() {
        let made_up = Bytes { now: b"made up".to_vec(), told: Some(0) };
        let found = of_file(&made_up, 0, SHA256).unwrap();
        assert_eq!((found.content, found.size), (sha256(b"made up"), 7));
        let grown = file(b"grown");
        let found = of_file(&grown, 0, SHA256).unwrap();
        assert_eq!((found.content, found.grew), (sha256(b"grown"), true));
    }

    #[test]
    fn the_ends_of_a_file_that_is_cut_are_not_known() {
        for size in [9, 100] {
            let found = of_file(
                &file(b"12345678"),
                size,
                Method::Partial { chunk: 8 },
            );
            assert_eq!(found, Err(Problem::Shrank), "{size}");
        }
    }

    proptest! {
        #[test]
        fn a_stream_and_a_file_of_the_same_bytes_have_one_digest(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            chunk in 1_u32..70,
        ) {
            for method in [SHA256, Method::Partial { chunk }] {
                let size = bytes.len() as u64;
                let whole = of_file(&file(&bytes), size, method).unwrap();
                let streamed = of_stream(&mut Part(&bytes), method).unwrap();
                prop_assert_eq!(whole, streamed);
                prop_assert_eq!(whole.size, size);
            }
        }
    }
}
