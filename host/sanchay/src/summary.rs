//! Summing up: what trees consist of. Each worker adds up what it finds, and
//! no file passes from one thread to another.

mod classifier;

use std::{
    ops::ControlFlow,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::SystemTime,
};

use sanchay_core::{
    filter::Facts,
    summary::{FileRow, ListedFolder, Place, Report, Tally, TallyOptions},
};
use sanchay_sandbox::ContentKind;
use sanchay_storage::Storage;
use sanchay_sync::{into_inner, lock};

use self::classifier::Classifier;
use crate::{
    entry::{Batch, EntryRef},
    error::{EntryError, Error},
    monitor::{Monitor, Summary},
    options::{SummaryOptions, WalkOptions},
    pool::Pool,
    request::{monitor_methods, walk_methods},
    run::RunState,
    walk::{Ignoring, Node, Reported, Visitor, Walk, WorkerVisitor},
};

/// A summary to be made: [`Engine::summary`](crate::Engine::summary) begins
/// one.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is started"]
pub struct SummaryRequest {
    pool: Arc<Pool>,
    roots: Vec<PathBuf>,
    options: SummaryOptions,
    monitor: Monitor,
}

/// A summary, and what was done for it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TreeSummary {
    /// The sums and lists.
    pub report: Report,
    /// What was done.
    pub summary: Summary,
}

impl SummaryRequest {
    pub(crate) fn new(pool: Arc<Pool>, roots: Vec<PathBuf>) -> Self {
        let (options, monitor) =
            (SummaryOptions::default(), Monitor::default());
        Self { pool, roots, options, monitor }
    }

    fn walk(&mut self) -> &mut WalkOptions {
        &mut self.options.walk
    }

    /// Takes all of these options, in place of those before.
    pub fn options(mut self, options: SummaryOptions) -> Self {
        self.options = options;
        self
    }

    walk_methods!();

    monitor_methods!();

    /// How deep the sums by folder go: 0 for the roots alone; by default 2.
    pub fn depth(mut self, depth: u32) -> Self {
        self.options.depth = depth;
        self
    }

    /// How many entries each list has at most; by default 10.
    pub fn top(mut self, top: usize) -> Self {
        self.options.top = top;
        self
    }

    /// Whether to tell kinds of content, for which every file is opened and
    /// its first bytes are read.
    pub fn content(mut self, content: bool) -> Self {
        self.options.content = content;
        self
    }

    /// Walks, adds up, and returns the sums when all is done. Errors go to
    /// `on_error` as they occur, which ends the run by returning `Break`; it
    /// is called from the worker threads.
    ///
    /// # Errors
    /// [`Error::Cancelled`] if the run was ended before it was done;
    /// [`Error::Filter`], [`Error::Threads`] and [`Error::Sandbox`] if it
    /// could not begin. What is wrong with an entry goes to `on_error`.
    pub fn report(
        self,
        on_error: impl Fn(EntryError) -> ControlFlow<()> + Sync,
    ) -> Result<TreeSummary, Error> {
        let Self { pool, roots, options, monitor } = self;
        options.walk.plugins.begin();
        let run = RunState::new(&monitor);
        let storage = options.walk.storage();
        let summing = Summing {
            pool: &pool,
            run: &run,
            storage: &storage,
            options: TallyOptions {
                depth: options.depth,
                top: options.top,
                content: options.content,
                now: options.now.unwrap_or_else(|| SystemTime::now().into()),
            },
            kept: Mutex::default(),
            on_error: &on_error,
        };
        summing.walk(&roots, &options.walk)?;
        let summary = run.outcome()?;
        Ok(TreeSummary { report: summing.finish(&summary), summary })
    }
}

/// A summary in the making.
struct Summing<'a> {
    pool: &'a Pool,
    run: &'a RunState<'a>,
    storage: &'a Arc<dyn Storage>,
    options: TallyOptions,
    /// What workers have added up that are done.
    kept: Mutex<Vec<Tally>>,
    on_error: &'a (dyn Fn(EntryError) -> ControlFlow<()> + Sync),
}

impl Summing<'_> {
    /// Walks the roots. What lies in several counts once.
    fn walk(
        &self,
        roots: &[PathBuf],
        options: &WalkOptions,
    ) -> Result<(), Error> {
        let ignoring = Ignoring::read(options, &**self.storage, self.pool)?;
        let walk = Walk {
            pool: self.pool,
            run: self.run,
            storage: self.storage,
            options,
            visitor: self,
            counts: true,
            extracts: false,
            ignoring: &ignoring,
            reported: Some(Reported::default()),
        };
        walk.run_distinct(&[roots], &|_| {})
    }

    fn finish(self, summary: &Summary) -> Report {
        let mut all = Tally::new(self.options);
        for tally in into_inner(self.kept) {
            all.merge(tally);
        }
        all.finish(summary.directories, summary.errors)
    }

    fn report_error(&self, error: EntryError) {
        let flow = (self.on_error)(error);
        self.run.stop_if_break(flow);
    }
}

impl<'a> Visitor for &'a Summing<'a> {
    type Worker = Worker<'a>;

    fn worker(&self, _: usize) -> Worker<'a> {
        let tally = lock(&self.kept).pop();
        let content = self.options.content;
        Worker {
            summing: self,
            tally: tally.unwrap_or_else(|| Tally::new(self.options)),
            classifier: content.then(|| Classifier::new(self.pool)),
            contents: Vec::new(),
        }
    }
}

/// A worker's part of it.
struct Worker<'a> {
    summing: &'a Summing<'a>,
    tally: Tally,
    classifier: Option<Classifier<'a>>,
    /// The kinds of content of a batch.
    contents: Vec<Option<ContentKind>>,
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        let fresh = Tally::new(self.summing.options);
        let tally = std::mem::replace(&mut self.tally, fresh);
        lock(&self.summing.kept).push(tally);
    }
}

impl WorkerVisitor for Worker<'_> {
    fn files(&mut self, node: Option<&Arc<Node>>, batch: &Batch<'_>) {
        let summing = self.summing;
        if let Some(classifier) = &mut self.classifier {
            let contents = &mut self.contents;
            let mut error = |error: EntryError| {
                summing.run.count_error(&error);
                summing.report_error(error);
            };
            let (run, storage) = (summing.run, &**summing.storage);
            classifier
                .classify(run, storage, node, batch, contents, &mut error);
        }
        let contents = &self.contents;
        let rows = batch.iter().enumerate().map(|(index, file)| {
            row(&file, contents.get(index).copied().flatten())
        });
        let place = match node {
            Some(node) => {
                Place::Folder { path: batch.parent, below: node.root_prefix() }
            }
            None => Place::Named,
        };
        self.tally.add_files(place, rows);
    }

    fn directory(&mut self, node: &Arc<Node>, listed: ListedFolder) {
        self.tally.add_folder(listed, |path| node.write_path(path));
    }

    fn error(&mut self, error: EntryError) {
        self.summing.report_error(error);
    }
}

/// What is to be known of a file.
fn row<'a>(file: &EntryRef<'a>, content: Option<ContentKind>) -> FileRow<'a> {
    let found = file.metadata;
    FileRow {
        name: file.name,
        kind: found.kind,
        size: found.size,
        allocated: found.allocated,
        modified: found.modified,
        uid: Facts::from(found).uid,
        links: found.links,
        device: found.id.device,
        inode: found.id.inode,
        content,
    }
}
