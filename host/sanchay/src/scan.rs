//! Scanning: which files are there.

use std::{ops::ControlFlow, path::PathBuf, sync::Arc};

use crate::{
    engine::Engine,
    entry::Batch,
    error::{EntryError, Error},
    monitor::{Monitor, Summary},
    options::WalkOptions,
    run::Run,
    walk::{Node, Visitor, Walk},
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

impl Engine {
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
        options.plugins.begin();
        let run = Run::new(monitor);
        let visitor = Scan { run: &run, visit };
        let walk = Walk {
            engine: self,
            run: &run,
            options,
            visitor: &visitor,
            counts: true,
            extracts: true,
            visited: None,
        };
        walk.go(roots)?;
        run.outcome()
    }
}

struct Scan<'a> {
    run: &'a Run<'a>,
    visit: &'a (dyn Fn(ScanEvent<'_>) -> ControlFlow<()> + Sync),
}

impl Visitor for Scan<'_> {
    fn files(&self, _: Option<&Arc<Node>>, batch: &Batch<'_>) {
        self.run.heed((self.visit)(ScanEvent::Files(*batch)));
    }

    fn error(&self, error: EntryError) {
        self.run.heed((self.visit)(ScanEvent::Error(error)));
    }
}
