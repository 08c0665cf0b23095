//! Scanning: which files are there.

use std::{ops::ControlFlow, path::PathBuf, sync::Arc};

use crate::{
    entry::Batch,
    error::{EntryError, Error},
    monitor::{Monitor, Summary},
    options::WalkOptions,
    pool::Pool,
    run::RunState,
    walk::{Node, Visitor, Walk, WorkerVisitor},
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

/// Walks roots and reports the regular files in them.
pub(crate) fn scan(
    pool: &Pool,
    roots: &[PathBuf],
    options: &WalkOptions,
    monitor: &Monitor,
    visit: &(dyn Fn(ScanEvent<'_>) -> ControlFlow<()> + Sync),
) -> Result<Summary, Error> {
    options.plugins.begin();
    let run = RunState::new(monitor);
    let visitor = Scan { run: &run, visit };
    let walk = Walk {
        pool,
        run: &run,
        storage: &options.storage(),
        options,
        visitor: &visitor,
        counts: true,
        extracts: true,
        visited: None,
    };
    walk.go(roots)?;
    run.outcome()
}

struct Scan<'a> {
    run: &'a RunState<'a>,
    visit: &'a (dyn Fn(ScanEvent<'_>) -> ControlFlow<()> + Sync),
}

impl Visitor for Scan<'_> {
    fn worker(&self, _: usize) -> Box<dyn WorkerVisitor + '_> {
        Box::new(self)
    }
}

impl WorkerVisitor for &Scan<'_> {
    fn files(&mut self, _: Option<&Arc<Node>>, batch: &Batch<'_>) {
        self.run.stop_if_break((self.visit)(ScanEvent::Files(*batch)));
    }

    fn error(&mut self, error: EntryError) {
        self.run.stop_if_break((self.visit)(ScanEvent::Error(error)));
    }
}
