//! The engine: what a user of the library holds. It does nothing itself; the
//! operations are in modules of their own and run on its pool.

use std::{io::Read, ops::ControlFlow, path::PathBuf, sync::Arc};

use sanchay_core::filter::Filter;
use sanchay_sandbox::{Algorithm, Digest};

use crate::{
    cache::DigestCache,
    check::{self, CheckEvent, CheckSummary},
    duplicates::{self, Duplicates, Group, GroupValues},
    error::{EntryError, Error},
    filter::FilterInstance,
    hash::{self, HashEvent, Source},
    monitor::{Monitor, Summary},
    options::{
        CheckOptions, DuplicateOptions, EngineOptions, HashOptions,
        WalkOptions,
    },
    plugins::Plugins,
    pool::Pool,
    scan::{self, ScanEvent},
};

/// Threads and a sandbox, set up once and used for any number of runs, from
/// several threads at once if need be. Clones share one engine.
#[derive(Clone)]
pub struct Engine {
    pool: Arc<Pool>,
    cache: Option<Arc<dyn DigestCache>>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("threads", &self.threads())
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Sets up an engine.
    ///
    /// # Errors
    /// [`Error::Option`] if the number of threads is 0 or beyond 1024, and
    /// [`Error::Sandbox`] if the sandbox cannot be set up: too little address
    /// space, or limits that it cannot honour.
    pub fn new(options: EngineOptions) -> Result<Self, Error> {
        let pool = Pool::new(options.threads, options.limits)?;
        Ok(Self { pool: Arc::new(pool), cache: None })
    }

    /// How many threads a run begins with: fewer than were asked for where
    /// the process may open too few files, or has too little address space.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.pool.threads()
    }

    /// How many threads a run may come to use: more than it begins with if
    /// their number was left to the engine and they turn out to wait for a
    /// disk, which answers many requests at once faster than one by one.
    #[must_use]
    pub fn workers(&self) -> usize {
        self.pool.workers()
    }

    /// The digest of bytes that the caller holds.
    ///
    /// ```
    /// use sanchay::{Algorithm, Engine, EngineOptions};
    ///
    /// let engine = Engine::new(EngineOptions::default())?;
    /// let digest = engine.digest(Algorithm::Xxh64, b"hello world")?;
    /// assert_eq!(digest.to_string(), "45ab6734b21e6968");
    /// # Ok::<(), sanchay::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Sandbox`] if the sandboxed code fails, for instance because
    /// the bytes do not fit its memory.
    pub fn digest(
        &self,
        algorithm: Algorithm,
        data: &[u8],
    ) -> Result<Digest, Error> {
        let mut inspector = self.pool.inspector();
        let digest =
            inspector.digest(algorithm, data).map_err(Error::Sandbox)?;
        self.pool.give_back(inspector);
        Ok(digest)
    }

    /// Walks roots and reports the regular files in them, in no particular
    /// order. An empty path stands for the current directory, and the paths
    /// of what lies in it begin with nothing. A root that is a file is
    /// reported whatever the options say.
    ///
    /// `visit` is called from the worker threads, from several at once, and
    /// ends the scan by returning `Break`.
    ///
    /// # Errors
    /// [`Error::Cancelled`] if the scan was ended before it was done;
    /// [`Error::Filter`], [`Error::Threads`] and [`Error::Sandbox`] if it
    /// could not begin. What is wrong with an entry is an event.
    pub fn scan(
        &self,
        roots: &[PathBuf],
        options: &WalkOptions,
        monitor: &Monitor,
        visit: &(dyn Fn(ScanEvent<'_>) -> ControlFlow<()> + Sync),
    ) -> Result<Summary, Error> {
        scan::scan(&self.pool, roots, options, monitor, visit)
    }

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
        let cache = self.cache.as_deref();
        hash::hash(&self.pool, cache, sources, options, monitor, visit)
    }

    /// Finds groups of files with equal content: by size first, then by
    /// reading the ends of the large ones that share their size, and all of
    /// those that may still be equal.
    ///
    /// Names of one file (hard links) count as one, unless the options say
    /// otherwise. Roots may overlap; no file is its own duplicate. The answer
    /// is the same on every run over the same files.
    ///
    /// `on_error` is called from the worker threads, from several at once,
    /// and ends the run by returning `Break`. Memory grows by some sixty
    /// bytes a file, names included.
    ///
    /// ```
    /// use sanchay::{DuplicateOptions, Engine, EngineOptions, Monitor};
    /// use std::ops::ControlFlow;
    ///
    /// let folder = tempfile::tempdir()?;
    /// for name in ["a", "b", "c"] {
    ///     let content = if name == "b" { "other" } else { "equal" };
    ///     std::fs::write(folder.path().join(name), content)?;
    /// }
    /// let engine = Engine::new(EngineOptions::default())?;
    /// let found = engine.duplicates(
    ///     &[folder.path().to_owned()],
    ///     &DuplicateOptions::default(),
    ///     &Monitor::default(),
    ///     &|error| {
    ///         eprintln!("{error}");
    ///         ControlFlow::Continue(())
    ///     },
    /// )?;
    /// assert_eq!(found.summary().reclaimable_bytes, 5);
    /// for group in found.groups() {
    ///     let names: Vec<_> = group.files().map(|it| it.name).collect();
    ///     assert_eq!(names, [b"a", b"c"]);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Cancelled`] if the run was ended before it was done;
    /// [`Error::Option`] for an algorithm that cannot tell files apart;
    /// [`Error::Filter`], [`Error::Threads`] and [`Error::Sandbox`] if it
    /// could not begin. What is wrong with a file is told to `on_error`.
    pub fn duplicates(
        &self,
        roots: &[PathBuf],
        options: &DuplicateOptions,
        monitor: &Monitor,
        on_error: &(dyn Fn(EntryError) -> ControlFlow<()> + Sync),
    ) -> Result<Duplicates, Error> {
        let cache = self.cache.as_deref();
        duplicates::find(&self.pool, cache, roots, options, monitor, on_error)
    }

    /// Goes through groups of equal files, in their order, with what the
    /// extractors among the plugins tell of each file. Returns how many files
    /// they failed on.
    ///
    /// A file that is not what it was when the group was found is not looked
    /// at. `on_error` is called from the worker threads, `visit` from the
    /// caller's; either ends the run by returning `Break`.
    ///
    /// # Errors
    /// [`Error::Cancelled`] if the run was ended before it was done;
    /// [`Error::Threads`] if it could not begin. What is wrong with a file is
    /// told to `on_error`.
    pub fn extract_groups(
        &self,
        duplicates: &Duplicates,
        plugins: &Plugins,
        monitor: &Monitor,
        on_error: &(dyn Fn(EntryError) -> ControlFlow<()> + Sync),
        visit: &mut dyn FnMut(Group<'_>, GroupValues<'_>) -> ControlFlow<()>,
    ) -> Result<u64, Error> {
        duplicates::extract_groups(
            &self.pool, duplicates, plugins, monitor, on_error, visit,
        )
    }

    /// Checks a list of digests, in any of the forms that `sha256sum` and its
    /// like, `b3sum`, `xxhsum`, `openssl` and Sanchay itself print. Paths are relative to the
    /// current directory; `-` is standard input.
    ///
    /// `visit` is called from one worker thread at a time, in the order of
    /// the list's lines, and ends the run by returning `Break`. Memory does
    /// not grow with the list.
    ///
    /// ```
    /// use sanchay::{CheckEvent, CheckOptions, Engine, EngineOptions, Monitor};
    /// use std::ops::ControlFlow;
    ///
    /// let engine = Engine::new(EngineOptions::default())?;
    /// // The SHA-256 of no bytes.
    /// let list = "e3b0c44298fc1c149afbf4c8996fb924\
    ///     27ae41e4649b934ca495991b7852b855  Cargo.toml\n";
    /// let summary = engine.check(
    ///     &mut list.as_bytes(),
    ///     &CheckOptions::default(),
    ///     &Monitor::default(),
    ///     &mut |event| {
    ///         if let CheckEvent::Verdict { path, verdict, .. } = event {
    ///             println!("{}: {verdict:?}", sanchay::escaped(path));
    ///         }
    ///         ControlFlow::Continue(())
    ///     },
    /// )?;
    /// assert_eq!((summary.matched, summary.mismatched), (0, 1));
    /// # Ok::<(), sanchay::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Checklist`] if the list cannot be read or has a line of more
    /// than a mebibyte; [`Error::Option`] for a chunk out of range;
    /// [`Error::Cancelled`] if checking was ended before it was done;
    /// [`Error::Threads`] and [`Error::Sandbox`] if it could not begin.
    pub fn check(
        &self,
        list: &mut (dyn Read + Send),
        options: &CheckOptions,
        monitor: &Monitor,
        visit: &mut (dyn FnMut(CheckEvent<'_>) -> ControlFlow<()> + Send),
    ) -> Result<CheckSummary, Error> {
        let storage = WalkOptions::default().storage();
        check::check(&self.pool, &storage, list, options, monitor, visit)
    }

    /// Makes a filter that judges names and sizes in the cage, as a walk
    /// does.
    ///
    /// ```
    /// use sanchay::{Engine, EngineOptions, FileFacts, Filter};
    ///
    /// let engine = Engine::new(EngineOptions::default())?;
    /// let filter = Filter::default().extension("png").min_size(100);
    /// let mut filter = engine.filter(&filter)?;
    /// let names = ["a.PNG", "b.txt", ".hidden.png", "c.png"];
    /// assert_eq!(filter.match_names(&names)?, [0, 3]);
    /// assert!(filter.needs_metadata());
    /// let files = [99, 100].map(|size| FileFacts { size, modified: None });
    /// assert_eq!(filter.match_metadata(&files)?, [1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Filter`] if the filter makes no sense, and [`Error::Sandbox`]
    /// if no instance can be made.
    pub fn filter(&self, filter: &Filter) -> Result<FilterInstance, Error> {
        FilterInstance::new(&self.pool, filter)
    }
}
