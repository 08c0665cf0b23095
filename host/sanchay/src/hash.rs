//! Hashing: what is in files, told by digests, in order.

mod batch;
mod blake3;
mod ends;
mod files;
mod pipe;
mod reader;
mod results;
mod segments;
mod stream;
mod tree;

use std::{ops::ControlFlow, path::PathBuf};

use sanchay_core::{content::Content, time::Timestamp};
use sanchay_sandbox::{MAX_CHUNK, plugin::Value};

pub(crate) use self::{
    files::Files,
    pipe::stdin_turn,
    reader::{Failure, Reader},
};
use crate::{
    cache::DigestCache,
    error::{EntryError, Error},
    monitor::{Monitor, Summary},
    options::{HashOptions, Method},
    pool::Pool,
};

/// Something to hash.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// A file, or a directory, all of whose files are hashed. An empty path
    /// stands for the current directory.
    Path(PathBuf),
    /// Standard input, to its end; its path is `-`.
    Stdin,
}

/// A file that was hashed.
#[derive(Clone, Copy, Debug)]
pub struct Hashed<'a> {
    /// Its path.
    pub path: &'a [u8],
    /// Its size in bytes: for a whole digest, as many as were hashed. Of a
    /// file that grows meanwhile, what it had when it was opened is hashed.
    pub size: u64,
    /// When it was last modified; `None` for what is not a file.
    pub modified: Option<Timestamp>,
    /// What is in it.
    pub content: Content,
    /// What the extractors tell of it, one value for each of their columns;
    /// empty where they have nothing to tell.
    pub values: &'a [Option<Value>],
}

/// What hashing comes upon.
#[derive(Debug)]
#[non_exhaustive]
pub enum HashEvent<'a> {
    /// A file was hashed.
    File(Hashed<'a>),
    /// An entry could not be dealt with; hashing goes on.
    Error(EntryError),
}

/// A file's digest and what goes with it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HashResult {
    pub(crate) content: Content,
    pub(crate) size: u64,
    pub(crate) modified: Option<Timestamp>,
    /// Whether the file had more bytes than when it was opened. They were
    /// left out.
    pub(crate) grew: bool,
}

/// Hashes sources, in order.
pub(crate) fn hash(
    pool: &Pool,
    cache: Option<&dyn DigestCache>,
    sources: &[Source],
    options: &HashOptions,
    monitor: &Monitor,
    visit: &mut (dyn FnMut(HashEvent<'_>) -> ControlFlow<()> + Send),
) -> Result<Summary, Error> {
    check_method(options.method)?;
    options.walk.plugins.begin();
    tree::hash(pool, cache, sources, options, monitor, visit)
}

/// Refuses a chunk that makes no sense.
pub(crate) fn check_method(method: Method) -> Result<(), Error> {
    match method {
        Method::Partial { chunk } if chunk == 0 || chunk > MAX_CHUNK => {
            Err(Error::Option {
                option: "chunk",
                why: format!("{chunk} bytes is not between 1 and {MAX_CHUNK}"),
            })
        }
        _ => Ok(()),
    }
}
