//! Hashing: what is in files, told by digests, in order.

mod batch;
mod content;
mod directory;
mod named;
mod parts;
mod pipe;
mod queue;
mod reader;
mod rows;
mod stream;
mod subtrees;
mod tree;

use std::{ops::ControlFlow, path::PathBuf};

use sanchay_core::{content::Content, time::Timestamp};
use sanchay_sandbox::{MAX_CHUNK, plugin::Value};

pub(crate) use self::{
    pipe::stdin_turn,
    reader::{Failure, Reader},
};
use crate::{
    engine::Engine,
    error::{EntryError, Error},
    monitor::{Monitor, Summary},
    options::{HashOptions, Method},
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
pub(crate) struct Sum {
    pub(crate) content: Content,
    pub(crate) size: u64,
    pub(crate) modified: Option<Timestamp>,
    /// Whether the file had more bytes than when it was opened. They were
    /// left out.
    pub(crate) grew: bool,
}

impl Engine {
    /// Hashes sources, in order: as they are given, and the files of a
    /// directory in the byte order of their paths, whatever the number of
    /// threads. Errors stand where the file's record would.
    ///
    /// `visit` is called from one worker thread at a time and ends the run by
    /// returning `Break`. Memory does not grow with the number of files,
    /// unless links are followed.
    ///
    /// ```
    /// use sanchay::{
    ///     Engine, EngineOptions, HashEvent, HashOptions, Monitor, Source,
    /// };
    /// use std::ops::ControlFlow;
    ///
    /// let engine = Engine::new(EngineOptions::default())?;
    /// let mut lines = Vec::new();
    /// let summary = engine.hash(
    ///     &[Source::Path("Cargo.toml".into()), Source::Path("gone".into())],
    ///     &HashOptions::default(),
    ///     &Monitor::default(),
    ///     &mut |event| {
    ///         lines.push(match event {
    ///             HashEvent::File(file) => format!(
    ///                 "{}  {}",
    ///                 file.content,
    ///                 sanchay::escaped(file.path),
    ///             ),
    ///             HashEvent::Error(error) => error.to_string(),
    ///             _ => return ControlFlow::Continue(()),
    ///         });
    ///         ControlFlow::Continue(())
    ///     },
    /// )?;
    /// assert_eq!((summary.files, summary.errors), (1, 1));
    /// assert!(lines[0].ends_with("  Cargo.toml"));
    /// assert_eq!(lines[1], "gone: cannot open: No such file or directory");
    /// # Ok::<(), sanchay::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Cancelled`] if hashing was ended before it was done;
    /// [`Error::Option`] if the chunk of a partial digest is 0 or greater than
    /// [`MAX_CHUNK`]; [`Error::Filter`], [`Error::Threads`] and
    /// [`Error::Sandbox`] if it could not begin. What is wrong with a file is
    /// an event.
    pub fn hash(
        &self,
        sources: &[Source],
        options: &HashOptions,
        monitor: &Monitor,
        visit: &mut (dyn FnMut(HashEvent<'_>) -> ControlFlow<()> + Send),
    ) -> Result<Summary, Error> {
        check_method(options.method)?;
        options.walk.plugins.begin();
        tree::hash(self, sources, options, monitor, visit)
    }
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
