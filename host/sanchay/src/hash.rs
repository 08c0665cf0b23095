//! Hashing: the digests of files, in order.

mod batch;
mod blake3;
mod by_digest;
mod context;
mod ends;
mod files;
mod known;
mod pipe;
mod reader;
mod result;
mod results;
mod segments;
mod stream;
mod tree;

use std::{
    ffi::OsStr,
    fmt,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Arc,
};

use sanchay_core::{content::Content, time::Timestamp};
use sanchay_names::OsStrExt as _;

pub use sanchay_core::content::HashSource;
use sanchay_sandbox::{Algorithm, MAX_CHUNK, plugin::Value};
use sanchay_storage::Metadata;

pub(crate) use self::{
    ends::read_at,
    files::{Files, Seen},
    pipe::stdin_turn,
    reader::Reader,
    result::{Failure, HashResult},
    segments::Divided,
};
use crate::{
    cache::DigestCache,
    error::{EntryError, Error},
    monitor::{Monitor, Summary},
    options::{HashOptions, Method, WalkOptions},
    pool::Pool,
    request::{monitor_methods, walk_methods},
    results::Results,
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

impl From<PathBuf> for Source {
    fn from(path: PathBuf) -> Self {
        Self::Path(path)
    }
}

impl From<&Path> for Source {
    fn from(path: &Path) -> Self {
        Self::Path(path.to_owned())
    }
}

impl From<&PathBuf> for Source {
    fn from(path: &PathBuf) -> Self {
        Self::Path(path.clone())
    }
}

impl From<&str> for Source {
    fn from(path: &str) -> Self {
        Self::Path(path.into())
    }
}

impl From<String> for Source {
    fn from(path: String) -> Self {
        Self::Path(path.into())
    }
}

impl From<&Self> for Source {
    fn from(source: &Self) -> Self {
        source.clone()
    }
}

/// A file that was hashed, as it is passed to a visitor.
#[derive(Clone, Copy, Debug)]
pub struct HashedFileRef<'a> {
    /// Its path.
    pub path: &'a [u8],
    /// The source that it was found under, as it was given; its own path, if
    /// the file is a source itself.
    pub root: &'a [u8],
    /// Its size in bytes: for a whole digest, as many as were hashed. Of a
    /// file that grows meanwhile, what it had when it was opened is hashed.
    pub size: u64,
    /// What it was when it was opened; `None` for what is not a file.
    pub metadata: Option<&'a Metadata>,
    /// What is in it.
    pub content: Content,
    /// Where the digest comes from.
    pub source: HashSource,
    /// What the symbolic link says that leads to it, if the path is one and
    /// [`WalkOptions::read_links`] asks for that.
    pub target: Option<&'a [u8]>,
    /// The values that extractors found in it, one for each of their columns;
    /// empty where they found nothing.
    pub values: &'a [Option<Value>],
}

impl<'a> HashedFileRef<'a> {
    /// Its path.
    #[must_use]
    pub fn path(&self) -> &'a Path {
        Path::new(OsStr::from_bytes(self.path))
    }

    /// When it was last modified; `None` for what is not a file.
    #[must_use]
    pub fn modified(&self) -> Option<Timestamp> {
        self.metadata.map(|it| it.modified)
    }
}

/// A file that was hashed.
#[derive(Clone, Debug, PartialEq)]
pub struct HashedFile {
    path: PathBuf,
    /// Its size in bytes: for a whole digest, as many as were hashed. Of a
    /// file that grows meanwhile, what it had when it was opened is hashed.
    pub size: u64,
    /// When it was last modified; `None` for what is not a file.
    pub modified: Option<Timestamp>,
    /// What is in it.
    pub content: Content,
    /// The values that extractors found in it, one for each of their columns;
    /// empty where they found nothing.
    pub values: Vec<Option<Value>>,
}

impl HashedFile {
    /// Its path: the source as it was given, and the way down from it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The last component of its path.
    #[must_use]
    pub fn file_name(&self) -> &OsStr {
        self.path.file_name().unwrap_or_default()
    }

    /// Its path alone.
    #[must_use]
    pub fn into_path(self) -> PathBuf {
        self.path
    }
}

impl From<HashedFileRef<'_>> for HashedFile {
    fn from(file: HashedFileRef<'_>) -> Self {
        Self {
            path: file.path().to_owned(),
            size: file.size,
            modified: file.modified(),
            content: file.content,
            values: file.values.to_vec(),
        }
    }
}

/// What hashing comes upon.
#[derive(Debug)]
#[non_exhaustive]
pub enum HashEvent<'a> {
    /// A file was hashed.
    File(HashedFileRef<'a>),
    /// An entry could not be dealt with; hashing goes on.
    Error(EntryError),
}

/// Files to be hashed: [`Engine::hash`](crate::Engine::hash) begins with it.
#[derive(Clone)]
#[must_use = "a request does nothing until it is started"]
pub struct HashRequest {
    pool: Arc<Pool>,
    cache: Option<Arc<dyn DigestCache>>,
    sources: Vec<Source>,
    options: HashOptions,
    monitor: Monitor,
}

impl fmt::Debug for HashRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HashRequest")
            .field("sources", &self.sources)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl HashRequest {
    pub(crate) fn new(
        pool: Arc<Pool>,
        cache: Option<Arc<dyn DigestCache>>,
        sources: Vec<Source>,
    ) -> Self {
        let (options, monitor) = (HashOptions::default(), Monitor::default());
        Self { pool, cache, sources, options, monitor }
    }

    fn walk(&mut self) -> &mut WalkOptions {
        &mut self.options.walk
    }

    /// Takes all of these options, in place of those before.
    pub fn options(mut self, options: HashOptions) -> Self {
        self.options = options;
        self
    }

    walk_methods!();

    monitor_methods!();

    /// The hash function; by default XXH3 with 128 bits.
    pub fn algorithm(self, algorithm: Algorithm) -> Self {
        self.method(Method::Whole(algorithm))
    }

    /// How a file's content is identified.
    pub fn method(mut self, method: Method) -> Self {
        self.options.method = method;
        self
    }

    /// Starts hashing in the background and returns the files one by one, in
    /// their documented order. An error stands where the file would.
    ///
    /// ```
    /// use sanchay::{Algorithm, Engine};
    ///
    /// let engine = Engine::builder().build()?;
    /// let files = engine
    ///     .hash(["Cargo.toml", "gone"])
    ///     .algorithm(Algorithm::Blake3)
    ///     .start()?;
    /// let lines: Vec<String> = files
    ///     .map(|file| match file {
    ///         Ok(file) => {
    ///             format!("{}  {}", file.content, file.path().display())
    ///         }
    ///         Err(error) => error.to_string(),
    ///     })
    ///     .collect();
    /// assert!(lines[0].ends_with("  Cargo.toml"));
    /// assert_eq!(lines[1], "gone: cannot open: No such file or directory");
    /// # Ok::<(), sanchay::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Threads`] if there is no thread for it. What else may keep it
    /// from beginning, [`Results::finish`] returns.
    pub fn start(mut self) -> Result<Results<HashedFile, Summary>, Error> {
        let cancel = self.monitor.cancel.child();
        self.monitor.cancel = cancel.clone();
        Results::start(cancel, move |sender| {
            self.for_each(|event| match event {
                HashEvent::File(file) => sender.send(Ok(file.into())),
                HashEvent::Error(error) => sender.send(Err(error)),
            })
        })
    }

    /// Hashes, and passes the files on in their documented order. `visit` is
    /// called from one worker thread at a time and ends the run by returning
    /// `Break`.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use sanchay::{Engine, HashEvent};
    ///
    /// let engine = Engine::builder().build()?;
    /// let mut bytes = 0;
    /// let summary = engine.hash(["src"]).for_each(|event| {
    ///     if let HashEvent::File(file) = event {
    ///         bytes += file.size;
    ///     }
    ///     ControlFlow::Continue(())
    /// })?;
    /// assert_eq!(summary.bytes, bytes);
    /// # Ok::<(), sanchay::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Cancelled`] if hashing was ended before it was done;
    /// [`Error::Option`] if the chunk of a partial digest is 0 or greater than
    /// [`MAX_CHUNK`]; [`Error::Filter`], [`Error::Threads`] and
    /// [`Error::Sandbox`] if it could not begin. What is wrong with a file is
    /// an event.
    pub fn for_each(
        self,
        mut visit: impl FnMut(HashEvent<'_>) -> ControlFlow<()> + Send,
    ) -> Result<Summary, Error> {
        check_method(self.options.method)?;
        self.options.walk.plugins.begin();
        tree::hash(
            &self.pool,
            self.cache.as_deref(),
            &self.sources,
            &self.options,
            &self.monitor,
            &mut visit,
        )
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
