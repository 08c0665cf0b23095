//! What is in a file, told by digests, with the same limits as in the native
//! program: of a file that grows, what it had when it was opened.

use alloc::vec::Vec;

use sanchay_core::content::Content;
use sanchay_core::digest::Digest;
use sanchay_core::hashing::{Algorithm, Hasher, MAX_CHUNK, digest, partial};
use sanchay_core::time::Timestamp;
use wasi::filesystem::types::Descriptor;

use crate::failure::{Cause, Problem};
use crate::source::{FileFrom, Source, length, read_full};
use crate::stat::Stat;

/// Files of up to so many bytes are hashed in one piece.
const SMALL: u64 = 64 * 1024;

/// How a file's content is told.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Method {
    /// By a digest of all its bytes.
    Whole(Algorithm),
    /// By XXH64 of its first and its last bytes, so many, and its size; by
    /// XXH64 of all its bytes, twice, where it is smaller than two chunks.
    Partial(u32),
}

/// A digest of all of a file's bytes. Every algorithm's has from 1 to 64.
fn whole_content(
    algorithm: Algorithm,
    digest: &[u8],
) -> Result<Content, Cause> {
    let digest = Digest::from_bytes(digest);
    digest.map(|digest| Content::Whole(algorithm, digest)).ok_or_else(|| {
        Cause::Said("its digest has an impossible length".into())
    })
}

/// A file's digest and what goes with it.
#[derive(Clone, Debug)]
pub(crate) struct Sum {
    /// What is in it.
    pub(crate) content: Content,
    /// How many bytes were hashed; of a partial digest, how many there are.
    pub(crate) size: u64,
    /// When it was last modified; `None` for what is not a file.
    pub(crate) modified: Option<Timestamp>,
    /// Whether it had more bytes than when it was opened.
    pub(crate) grew: bool,
}

/// Hashes an open file.
pub(crate) fn of_file(
    file: &Descriptor,
    stat: &Stat,
    method: Method,
) -> Result<Sum, Cause> {
    let sum = match method {
        Method::Whole(algorithm) => whole(file, stat.size, algorithm),
        Method::Partial(chunk) => ends(file, stat.size, chunk),
    }?;
    Ok(Sum { modified: stat.modified, ..sum })
}

/// Hashes what can only be read from one end to the other.
pub(crate) fn of_stream(
    source: &mut impl Source,
    method: Method,
) -> Result<Sum, Cause> {
    match method {
        Method::Whole(algorithm) => streamed(source, u64::MAX, algorithm),
        Method::Partial(chunk) => ends_of_stream(source, chunk),
    }
}

fn whole(
    file: &Descriptor,
    size: u64,
    algorithm: Algorithm,
) -> Result<Sum, Cause> {
    let mut source = FileFrom::new(file, 0);
    if size > SMALL {
        let mut sum = streamed(&mut source, size, algorithm)?;
        sum.grew = !source.read(1)?.is_empty();
        return Ok(sum);
    }
    let (bytes, grew) = small(&mut source, size)?;
    if size == 0 && grew {
        return made_up(file, Method::Whole(algorithm));
    }
    let content = whole_content(algorithm, &digest(algorithm, &bytes))?;
    Ok(Sum { content, size: length(&bytes), modified: None, grew })
}

/// All of a small file, and whether there is more of it by now.
fn small(
    source: &mut impl Source,
    size: u64,
) -> Result<(Vec<u8>, bool), Cause> {
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
fn made_up(file: &Descriptor, method: Method) -> Result<Sum, Cause> {
    let told = Stat::of(file).map_or(0, |stat| stat.size);
    if told > 0 {
        let sum = of_file_as_told(file, told, method)?;
        return Ok(Sum { grew: true, ..sum });
    }
    of_stream(&mut FileFrom::new(file, 0), method)
}

fn of_file_as_told(
    file: &Descriptor,
    size: u64,
    method: Method,
) -> Result<Sum, Cause> {
    match method {
        Method::Whole(algorithm) => {
            streamed(&mut FileFrom::new(file, 0), size, algorithm)
        }
        Method::Partial(chunk) => ends(file, size, chunk),
    }
}

/// Hashes a source in pieces, to its end or to a limit.
fn streamed(
    source: &mut impl Source,
    limit: u64,
    algorithm: Algorithm,
) -> Result<Sum, Cause> {
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
    let content = whole_content(algorithm, &hasher.finish())?;
    Ok(Sum { content, size, modified: None, grew: false })
}

fn ends(file: &Descriptor, size: u64, chunk: u32) -> Result<Sum, Cause> {
    let chunk = u64::from(chunk);
    if size < chunk.saturating_mul(2) {
        let (bytes, grew) = small(&mut FileFrom::new(file, 0), size)?;
        if size == 0 && grew {
            let chunk = u32::try_from(chunk).unwrap_or(MAX_CHUNK);
            return made_up(file, Method::Partial(chunk));
        }
        if length(&bytes) < size {
            return Err(Problem::Shrank.into());
        }
        let content = Content::Partial(partial(&bytes, &bytes, size));
        return Ok(Sum { content, size, modified: None, grew });
    }
    let first = read_full(&mut FileFrom::new(file, 0), chunk)?;
    let from = size.saturating_sub(chunk);
    let last = read_full(&mut FileFrom::new(file, from), chunk)?;
    // Of a file that is being cut, it cannot be told what its ends are.
    if length(&first) < chunk || length(&last) < chunk {
        return Err(Problem::Shrank.into());
    }
    let content = Content::Partial(partial(&first, &last, size));
    Ok(Sum { content, size, modified: None, grew: false })
}

/// The partial digest of a stream: its last chunk is kept as it goes by.
fn ends_of_stream(source: &mut impl Source, chunk: u32) -> Result<Sum, Cause> {
    let chunk = u64::from(chunk);
    let first = read_full(source, chunk)?;
    let mut end = read_full(source, chunk)?;
    let mut size = length(&first).saturating_add(length(&end));
    let content = if length(&end) < chunk {
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
    let content = Content::Partial(content);
    Ok(Sum { content, size, modified: None, grew: false })
}
