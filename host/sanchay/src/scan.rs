//! Scanning: which files are there.

use std::{ops::ControlFlow, path::PathBuf, sync::Arc};

use crate::{
    entry::{Batch, Entry},
    error::{EntryError, Error},
    listing,
    monitor::{Monitor, Summary},
    options::WalkOptions,
    pool::Pool,
    request::{monitor_methods, walk_methods},
    results::Results,
    run::RunState,
    walk::{Ignoring, Node, Visitor, Walk, WorkerVisitor},
};

/// What a scan comes upon.
#[derive(Debug)]
#[non_exhaustive]
pub enum ScanEvent<'a> {
    /// Files of one directory.
    Files(Batch<'a>),
    /// An entry that could not be dealt with; the scan goes on.
    Error(EntryError),
}

/// A scan to be made: [`Engine::scan`](crate::Engine::scan) begins one.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is started"]
pub struct ScanRequest {
    pool: Arc<Pool>,
    roots: Vec<PathBuf>,
    options: WalkOptions,
    monitor: Monitor,
}

impl ScanRequest {
    pub(crate) fn new(pool: Arc<Pool>, roots: Vec<PathBuf>) -> Self {
        let (options, monitor) = (WalkOptions::default(), Monitor::default());
        Self { pool, roots, options, monitor }
    }

    fn walk(&mut self) -> &mut WalkOptions {
        &mut self.options
    }

    /// Takes all of these options, in place of those before.
    pub fn options(mut self, options: WalkOptions) -> Self {
        self.options = options;
        self
    }

    walk_methods!();

    monitor_methods!();

    /// Starts the scan in the background and returns its files one by one, in
    /// no particular order.
    ///
    /// ```
    /// use sanchay::Engine;
    ///
    /// let engine = Engine::builder().build()?;
    /// let mut files = engine.scan(["src"]).extension("rs").start()?;
    /// for file in &mut files {
    ///     match file {
    ///         Ok(file) => assert_eq!(file.path().extension().unwrap(), "rs"),
    ///         Err(error) => eprintln!("{error}"),
    ///     }
    /// }
    /// assert!(files.finish()?.files > 10);
    /// # Ok::<(), sanchay::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Threads`] if there is no thread for it. What else may keep it
    /// from beginning, [`Results::finish`] returns.
    pub fn start(mut self) -> Result<Results<Entry, Summary>, Error> {
        let cancel = self.monitor.cancel.child();
        self.monitor.cancel = cancel.clone();
        Results::start(cancel, move |sender| {
            self.for_each_batch(|_| {
                |event: ScanEvent<'_>| match event {
                    ScanEvent::Files(batch) => {
                        sender.send_all(batch.iter().map(Entry::from))
                    }
                    ScanEvent::Error(error) => sender.send(Err(error)),
                }
            })
        })
    }

    /// Scans, and passes the files on as they are found, a directory at a
    /// time: the fast way. Each worker has a visitor of its own, which
    /// `visitors` makes of the worker's number, on its thread, and which is
    /// dropped there when the worker is done. No two visitors have the same
    /// number at the same time; one number may be used by one after another.
    ///
    /// A visitor ends the scan by returning `Break`.
    ///
    /// ```
    /// use std::{ops::ControlFlow, sync::atomic::{AtomicU64, Ordering}};
    /// use sanchay::{Engine, ScanEvent};
    ///
    /// let largest = AtomicU64::new(0);
    /// let engine = Engine::builder().build()?;
    /// let summary = engine.scan(["src"]).for_each_batch(|_worker| {
    ///     |event: ScanEvent<'_>| {
    ///         if let ScanEvent::Files(batch) = event {
    ///             for file in batch.iter() {
    ///                 let size = file.metadata.size;
    ///                 largest.fetch_max(size, Ordering::Relaxed);
    ///             }
    ///         }
    ///         ControlFlow::Continue(())
    ///     }
    /// })?;
    /// assert!(summary.files > 10 && largest.into_inner() > 0);
    /// # Ok::<(), sanchay::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Cancelled`] if the scan was ended before it was done;
    /// [`Error::Filter`], [`Error::Threads`] and [`Error::Sandbox`] if it
    /// could not begin. What is wrong with an entry is an event.
    pub fn for_each_batch<V>(
        self,
        visitors: impl Fn(usize) -> V + Sync,
    ) -> Result<Summary, Error>
    where
        V: FnMut(ScanEvent<'_>) -> ControlFlow<()>,
    {
        let Self { pool, roots, options, monitor } = self;
        options.plugins.begin();
        let run = RunState::new(&monitor);
        let storage = options.storage();
        let ignoring = Ignoring::read(&options, &*storage, &pool)?;
        let walk = Walk {
            pool: &pool,
            run: &run,
            storage: &storage,
            options: &options,
            visitor: Visitors { run: &run, visitors },
            counts: true,
            extracts: true,
            ignoring: &ignoring,
            reported: None,
        };
        walk.run(&roots)?;
        run.outcome()
    }

    /// Scans, and passes the files on in order: as the roots were given, and
    /// the files of a directory in the byte order of their paths, whatever the
    /// number of threads. Memory does not grow with the number of files. They
    /// come without the values of extractors, and without what links say.
    ///
    /// `visit` is called from one worker thread at a time and ends the scan by
    /// returning `Break`.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use sanchay::{Engine, ScanEvent};
    ///
    /// let mut paths = Vec::new();
    /// let engine = Engine::builder().build()?;
    /// engine.scan(["src"]).for_each_in_order(|event| {
    ///     if let ScanEvent::Files(batch) = event {
    ///         paths.extend(batch.iter().map(|file| file.path()));
    ///     }
    ///     ControlFlow::Continue(())
    /// })?;
    /// let bytes = |path: &std::path::PathBuf| {
    ///     path.as_os_str().as_encoded_bytes().to_vec()
    /// };
    /// assert!(paths.is_sorted_by_key(bytes));
    /// # Ok::<(), sanchay::Error>(())
    /// ```
    ///
    /// # Errors
    /// As of [`for_each_batch`](Self::for_each_batch); and [`Error::Option`]
    /// where links are followed.
    pub fn for_each_in_order(
        self,
        mut visit: impl FnMut(ScanEvent<'_>) -> ControlFlow<()> + Send,
    ) -> Result<Summary, Error> {
        let Self { pool, roots, options, monitor } = self;
        options.plugins.begin();
        listing::list(&pool, &roots, &options, &monitor, &mut visit)
    }
}

/// The caller's visitors.
struct Visitors<'a, F> {
    run: &'a RunState<'a>,
    visitors: F,
}

impl<'a, V, F> Visitor for Visitors<'a, F>
where
    F: Fn(usize) -> V + Sync,
    V: FnMut(ScanEvent<'_>) -> ControlFlow<()>,
{
    type Worker = OneVisitor<'a, V>;

    fn worker(&self, number: usize) -> OneVisitor<'a, V> {
        OneVisitor { run: self.run, visit: (self.visitors)(number) }
    }
}

/// The visitor of one worker.
struct OneVisitor<'a, V> {
    run: &'a RunState<'a>,
    visit: V,
}

impl<V> WorkerVisitor for OneVisitor<'_, V>
where
    V: FnMut(ScanEvent<'_>) -> ControlFlow<()>,
{
    fn files(&mut self, _: Option<&Arc<Node>>, batch: &Batch<'_>) {
        let flow = (self.visit)(ScanEvent::Files(*batch));
        self.run.stop_if_break(flow);
    }

    fn error(&mut self, error: EntryError) {
        let flow = (self.visit)(ScanEvent::Error(error));
        self.run.stop_if_break(flow);
    }
}
