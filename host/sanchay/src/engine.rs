//! The engine: the library's entry point. The operations are in modules of
//! their own and run on its pool.

use std::{fmt, io::Read, ops::ControlFlow, path::PathBuf, sync::Arc};

use sanchay_core::filter::Filter;
use sanchay_sandbox::{Algorithm, Digest, Limits};

use crate::{
    cache::DigestCache,
    check::{CheckRequest, DigestList},
    duplicates::{self, Duplicates, DuplicatesRequest, Group, GroupValues},
    error::{EntryError, Error},
    filter::FilterInstance,
    folder_digest::FolderDigestRequest,
    hash::{HashRequest, Source},
    inspect::Inspect,
    monitor::Monitor,
    ops::copy::{Copier, CopyOptions},
    plugins::Plugins,
    pool::{Inspectors, Pool},
    scan::ScanRequest,
    similar::{self, Similar, SimilarFile, SimilarRequest},
    summary::SummaryRequest,
};

/// Threads and a sandbox, set up once and used for any number of runs, from
/// several threads at once if need be. Clones share one engine.
///
/// ```
/// use std::time::Duration;
/// use sanchay::{Engine, Limits};
///
/// let limits = Limits::default().call_budget(Duration::from_secs(1));
/// let engine = Engine::builder().threads(2).limits(limits).build()?;
/// assert_eq!(engine.threads(), 2);
/// # Ok::<(), sanchay::Error>(())
/// ```
#[derive(Clone)]
pub struct Engine {
    pool: Arc<Pool>,
    cache: Option<Arc<dyn DigestCache>>,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("threads", &self.threads())
            .finish_non_exhaustive()
    }
}

/// Builds an [`Engine`]; [`Engine::builder`] makes one.
#[derive(Clone, Default)]
#[must_use = "a builder does nothing until `build`"]
pub struct EngineBuilder {
    threads: Option<usize>,
    limits: Limits,
    cache: Option<Arc<dyn DigestCache>>,
    inspectors: Option<Inspectors>,
}

impl fmt::Debug for EngineBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineBuilder")
            .field("threads", &self.threads)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl EngineBuilder {
    /// How many worker threads a run uses. Without this, one for each CPU
    /// that the process may run on, and more while these are blocked on I/O.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// What a sandboxed instance may use.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Digests of earlier runs, whose files need not be read again.
    pub fn cache(mut self, cache: Arc<dyn DigestCache>) -> Self {
        self.cache = Some(cache);
        self
    }

    /// Replaces the sandbox's instances, only to measure what the sandbox
    /// costs. Untrusted data is then parsed with all the authority of the
    /// process.
    #[doc(hidden)]
    pub fn inspectors(
        mut self,
        make: impl Fn() -> Box<dyn Inspect> + Send + Sync + 'static,
    ) -> Self {
        self.inspectors = Some(Arc::new(make));
        self
    }

    /// Sets up the engine.
    ///
    /// # Errors
    /// [`Error::Option`] if the number of threads is 0 or beyond 1024, and
    /// [`Error::Sandbox`] if the sandbox cannot be set up: too little address
    /// space, or limits that it cannot honour.
    pub fn build(self) -> Result<Engine, Error> {
        let Self { threads, limits, cache, inspectors } = self;
        let pool = Pool::new(threads, limits, inspectors)?;
        Ok(Engine { pool: Arc::new(pool), cache })
    }
}

impl Engine {
    /// Begins to set up an engine.
    pub fn builder() -> EngineBuilder {
        EngineBuilder::default()
    }

    /// The same engine, whose runs ask another cache for digests of earlier
    /// ones. It has the same threads and the same sandbox.
    #[must_use]
    pub fn with_cache(&self, cache: Arc<dyn DigestCache>) -> Self {
        Self { pool: Arc::clone(&self.pool), cache: Some(cache) }
    }

    /// What is asked for digests of earlier runs.
    pub(crate) fn digest_cache(&self) -> Option<Arc<dyn DigestCache>> {
        self.cache.clone()
    }

    /// The threads and the instances that runs share.
    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    /// How many threads a run begins with: fewer than requested if the process
    /// may open too few files or has too little address space.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.pool.threads()
    }

    /// Upper bound on threads: the engine adds some if workers block on I/O,
    /// unless their number was set.
    #[must_use]
    pub fn workers(&self) -> usize {
        self.pool.workers()
    }

    /// Reads a list of digests, in any form that [`check`](Self::check)
    /// understands, and opens none of the files. `algorithm` is the likely one
    /// of digests that could be of several.
    ///
    /// # Errors
    /// [`Error::Checklist`] if the list cannot be read or has a line of more
    /// than a mebibyte, and [`Error::Sandbox`].
    pub fn read_digests(
        &self,
        list: impl Read + Send,
        algorithm: Algorithm,
    ) -> Result<DigestList, Error> {
        let mut list = sanchay_names::lines_of(list);
        DigestList::read(&self.pool, &mut list, algorithm)
    }

    /// Walks roots for the regular files in them, in no particular order. An
    /// empty path stands for the current directory, and the paths of what
    /// lies in it begin with nothing. A root that is a file is reported
    /// whatever the options say.
    ///
    /// ```
    /// use sanchay::Engine;
    ///
    /// let engine = Engine::builder().build()?;
    /// let mut files =
    ///     engine.scan(["src"]).extension("rs").min_size(1).start()?;
    /// for file in &mut files {
    ///     match file {
    ///         Ok(file) => println!("{}", file.path().display()),
    ///         Err(error) => eprintln!("{error}"),
    ///     }
    /// }
    /// println!("{} bytes", files.finish()?.bytes);
    /// # Ok::<(), sanchay::Error>(())
    /// ```
    pub fn scan<P: Into<PathBuf>>(
        &self,
        roots: impl IntoIterator<Item = P>,
    ) -> ScanRequest {
        let roots = roots.into_iter().map(Into::into).collect();
        ScanRequest::new(Arc::clone(&self.pool), roots)
    }

    /// Hashes sources, in order: as they are given, and the files of a
    /// directory in the byte order of their paths, whatever the number of
    /// threads. Memory does not grow with the number of files, unless links
    /// are followed.
    ///
    /// ```
    /// use sanchay::Engine;
    ///
    /// let engine = Engine::builder().build()?;
    /// for file in engine.hash(["Cargo.toml"]).start()? {
    ///     println!("{}", file?.content);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn hash<S: Into<Source>>(
        &self,
        sources: impl IntoIterator<Item = S>,
    ) -> HashRequest {
        let sources = sources.into_iter().map(Into::into).collect();
        HashRequest::new(Arc::clone(&self.pool), self.cache.clone(), sources)
    }

    /// Finds groups of files with equal content: by size first, then by
    /// reading the ends of the large ones that share their size, and all of
    /// those that may still be equal.
    ///
    /// Names of one file (hard links) count as one, unless the options say
    /// otherwise. Roots may overlap; no file is its own duplicate. The answer
    /// is the same on every run over the same files.
    ///
    /// ```
    /// use sanchay::Engine;
    ///
    /// let engine = Engine::builder().build()?;
    /// for group in engine.duplicates(["src"]).min_size(4096).start()? {
    ///     println!("{:?}", group?.paths);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn duplicates<P: Into<PathBuf>>(
        &self,
        roots: impl IntoIterator<Item = P>,
    ) -> DuplicatesRequest {
        let roots = roots.into_iter().map(Into::into).collect();
        let (pool, cache) = (Arc::clone(&self.pool), self.cache.clone());
        DuplicatesRequest::new(pool, cache, roots)
    }

    /// Makes one digest for each folder, of the names, kinds and contents of
    /// all that is in it, at any depth: it changes with any of these, and with
    /// nothing else. `docs/TREE-DIGEST.md` has its bytes.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use sanchay::Engine;
    ///
    /// let folder = tempfile::tempdir()?;
    /// for name in ["one", "two"] {
    ///     std::fs::create_dir(folder.path().join(name))?;
    ///     std::fs::write(folder.path().join(name).join("a"), "same")?;
    /// }
    /// let engine = Engine::builder().build()?;
    /// let mut digests = Vec::new();
    /// let roots = ["one", "two"].map(|name| folder.path().join(name));
    /// engine.folder_digests(roots).for_each(|folder| {
    ///     digests.extend(folder.map(|it| it.digest));
    ///     ControlFlow::Continue(())
    /// })?;
    /// assert_eq!(digests[0], digests[1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn folder_digests<P: Into<PathBuf>>(
        &self,
        roots: impl IntoIterator<Item = P>,
    ) -> FolderDigestRequest {
        let roots = roots.into_iter().map(Into::into).collect();
        let (pool, cache) = (Arc::clone(&self.pool), self.cache.clone());
        FolderDigestRequest::new(pool, cache, roots)
    }

    /// Adds up what lies in roots: files, bytes, and bytes on disk, by folder,
    /// extension, size, age and owner, with the largest, oldest and newest
    /// files and the folders without any.
    ///
    /// The bytes of a file with several names count once. Roots may overlap;
    /// what is in two of them counts for the first. The answer is the same on
    /// every run over the same files.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use sanchay::Engine;
    ///
    /// let engine = Engine::builder().build()?;
    /// let summary = engine
    ///     .summary(["src"])
    ///     .extension("rs")
    ///     .report(|_error| ControlFlow::Continue(()))?;
    /// assert!(summary.report.totals.files > 10);
    /// assert_eq!(summary.report.folders[0].all, summary.report.totals);
    /// # Ok::<(), sanchay::Error>(())
    /// ```
    pub fn summary<P: Into<PathBuf>>(
        &self,
        roots: impl IntoIterator<Item = P>,
    ) -> SummaryRequest {
        let roots = roots.into_iter().map(Into::into).collect();
        SummaryRequest::new(Arc::clone(&self.pool), roots)
    }

    /// Finds groups of files whose texts are nearly the same: by MinHash
    /// signatures of their shingles, which the sandbox makes, and then by
    /// comparing exactly what these show to be alike.
    ///
    /// Names of one file (hard links) count as one, and what is no text is
    /// left out. The answer is the same on every run over the same files.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use sanchay::Engine;
    ///
    /// let engine = Engine::builder().build()?;
    /// let found = engine
    ///     .similar(["src"])
    ///     .threshold(0.9)
    ///     .find(|_error| ControlFlow::Continue(()))?;
    /// for group in found.groups() {
    ///     for file in group.files() {
    ///         println!("{:.3} {}", file.similarity, file.path().display());
    ///     }
    /// }
    /// # Ok::<(), sanchay::Error>(())
    /// ```
    pub fn similar<P: Into<PathBuf>>(
        &self,
        roots: impl IntoIterator<Item = P>,
    ) -> SimilarRequest {
        let roots = roots.into_iter().map(Into::into).collect();
        SimilarRequest::new(Arc::clone(&self.pool), roots)
    }

    /// Searches roots for pictures that look the same, whatever their format,
    /// size and compression: JPEG, PNG, WebP, GIF, BMP and TIFF, which are
    /// decoded in the sandbox.
    ///
    /// ```no_run
    /// use std::ops::ControlFlow;
    /// use sanchay::Engine;
    ///
    /// let engine = Engine::builder().build()?;
    /// let found = engine
    ///     .similar_images(["Pictures"])
    ///     .rotations(true)
    ///     .find(|_error| ControlFlow::Continue(()))?;
    /// for group in found.groups() {
    ///     for file in group.files() {
    ///         println!("{} x {} {}", file.width, file.height, file.path().display());
    ///     }
    /// }
    /// # Ok::<(), sanchay::Error>(())
    /// ```
    #[cfg(feature = "images")]
    pub fn similar_images<P: Into<PathBuf>>(
        &self,
        roots: impl IntoIterator<Item = P>,
    ) -> crate::SimilarImagesRequest {
        let roots = roots.into_iter().map(Into::into).collect();
        crate::SimilarImagesRequest::new(Arc::clone(&self.pool), roots)
    }

    /// Goes through the pairs of each group that are alike as the threshold
    /// says, or more: `visit` gets the index of the group and both files, whose
    /// `similarity` is then that of the pair. Files are read once more.
    /// Returns how many could not be.
    ///
    /// `on_error` is called from the worker threads, `visit` from the
    /// caller's; either ends the run by returning `Break`. There are as many
    /// pairs as half the square of a group's files.
    ///
    /// # Errors
    /// [`Error::Cancelled`] if the run was ended before it was done;
    /// [`Error::Threads`] if it could not begin. What is wrong with a file
    /// goes to `on_error`.
    pub fn similar_pairs(
        &self,
        similar: &Similar,
        monitor: &Monitor,
        on_error: impl Fn(EntryError) -> ControlFlow<()> + Sync,
        mut visit: impl FnMut(
            usize,
            &SimilarFile<'_>,
            &SimilarFile<'_>,
        ) -> ControlFlow<()>,
    ) -> Result<u64, Error> {
        similar::visit_pairs(
            &self.pool, similar, monitor, &on_error, &mut visit,
        )
    }

    /// Goes through groups of equal files, in their order, with the values
    /// that the extractors among the plugins find in each file. Returns how
    /// many files they failed on.
    ///
    /// A file that is not what it was when the group was found is not looked
    /// at. `on_error` is called from the worker threads, `visit` from the
    /// caller's; either ends the run by returning `Break`.
    ///
    /// # Errors
    /// [`Error::Cancelled`] if the run was ended before it was done;
    /// [`Error::Threads`] if it could not begin. What is wrong with a file
    /// goes to `on_error`.
    pub fn extract_groups(
        &self,
        duplicates: &Duplicates,
        plugins: &Plugins,
        monitor: &Monitor,
        on_error: impl Fn(EntryError) -> ControlFlow<()> + Sync,
        mut visit: impl FnMut(Group<'_>, GroupValues<'_>) -> ControlFlow<()>,
    ) -> Result<u64, Error> {
        duplicates::extract_groups(
            &self.pool, duplicates, plugins, monitor, &on_error, &mut visit,
        )
    }

    /// Begins to copy: what is made copies files and links, and whole trees.
    ///
    /// ```
    /// use std::path::Path;
    /// use sanchay::{CopyOptions, Engine, LocalStorage, Monitor};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let target = folder.path().join("copy");
    /// let engine = Engine::builder().build()?;
    /// let copier = engine.copier(CopyOptions::default());
    /// let summary = copier.copy_tree(
    ///     &LocalStorage::new(),
    ///     Path::new("src"),
    ///     &target,
    ///     &Monitor::default(),
    ///     |error| eprintln!("{error}"),
    /// )?;
    /// assert!(summary.copied > 10 && summary.errors == 0);
    /// assert!(target.join("engine.rs").exists());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn copier(&self, options: CopyOptions) -> Copier {
        Copier::new(Arc::clone(&self.pool), options)
    }

    /// Checks a list of digests, in any of the forms that `sha256sum` and its
    /// like, `b3sum`, `xxhsum`, `openssl` and Sanchay itself print. Paths are
    /// relative to the current directory; `-` is standard input.
    ///
    /// ```
    /// use std::{fs::File, ops::ControlFlow};
    /// use sanchay::Engine;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let sums = folder.path().join("SHA256SUMS");
    /// # std::fs::write(&sums, "")?;
    /// let engine = Engine::builder().build()?;
    /// let list = File::open(sums)?;
    /// let summary =
    ///     engine.check(list).for_each(|_| ControlFlow::Continue(()))?;
    /// assert_eq!(summary.mismatched + summary.missing, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn check<'l>(&self, list: impl Read + Send + 'l) -> CheckRequest<'l> {
        CheckRequest::new(Arc::clone(&self.pool), Box::new(list))
    }

    /// The digest of bytes that the caller holds.
    ///
    /// ```
    /// use sanchay::{Algorithm, Engine};
    ///
    /// let engine = Engine::builder().build()?;
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

    /// Makes a filter that matches names and sizes in the sandbox, as a walk
    /// does.
    ///
    /// ```
    /// use sanchay::{Engine, FileFacts, Filter};
    ///
    /// let engine = Engine::builder().build()?;
    /// let filter = Filter::default().extension("png").min_size(100);
    /// let mut filter = engine.filter(&filter)?;
    /// let names = ["a.PNG", "b.txt", ".hidden.png", "c.png"];
    /// assert_eq!(filter.match_names(&names)?, [0, 3]);
    /// assert!(filter.needs_metadata());
    /// let files = [99, 100].map(|size| FileFacts { size, ..FileFacts::default() });
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
