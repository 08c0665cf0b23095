//! What a job does: the engine's runs, whose records go to the sink.

mod alike;
mod shards;
mod stores;

use std::{ops::ControlFlow, sync::Arc};

use sanchay::{
    Engine, Error, Existing, HashEvent, Plugins, ScanEvent, Summary,
};
use sanchay_catalog::{
    Catalog, CatalogError, Snapshot, SnapshotOptions, VerifyEvent,
    VerifyOptions,
};
use sanchay_core::record::{Row, Verdict};
use sanchay_store::{GetOptions, PutOptions};
use serde_json::{Value, json};

use super::{
    kind::State,
    live::Live,
    scope,
    spec::{DISK, Spec, Task},
};
use crate::{
    problem::Problem,
    results::{
        listing,
        sink::{Closed, Rows, Sink},
    },
    stores::Stores,
    time::timestamp_text,
};

/// What a job came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// [`State::Done`] or [`State::No`].
    pub(crate) state: State,
    pub(crate) summary: Summary,
    pub(crate) result: Value,
}

/// Why a job did not end well.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It was cancelled, or is another's by now.
    Cancelled,
    /// It cannot be done.
    Problem(Box<Problem>),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Cancelled => Self::Cancelled,
            error => Problem::invalid(error.to_string()).into(),
        }
    }
}

impl From<CatalogError> for Failure {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::Run(error) => error.into(),
            error => Problem::conflict(error.to_string()).into(),
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

/// Who does it, and with what.
pub(crate) struct Worker<'a> {
    /// An engine that asks the catalog for digests.
    pub(crate) engine: &'a Engine,
    /// One that reads everything.
    pub(crate) reading: &'a Engine,
    pub(crate) catalog: &'a Arc<Catalog>,
    pub(crate) stores: &'a Stores,
    pub(crate) live: &'a Arc<Live>,
    /// Where records go; errors go there in any case.
    pub(crate) sink: &'a Sink,
    /// The roots that the job was kept with: whoever sees its results has
    /// these, and perhaps no other one of this service's.
    pub(crate) within: &'a [std::path::PathBuf],
}

impl Worker<'_> {
    /// Does a job.
    ///
    /// # Errors
    /// Why it could not be done, or not to its end.
    pub(crate) fn run(&self, spec: &Spec) -> Result<Outcome, Failure> {
        self.keep(self.task(spec))
    }

    /// Keeps what was found, whatever became of the rest.
    pub(crate) fn keep(
        &self,
        outcome: Result<Outcome, Failure>,
    ) -> Result<Outcome, Failure> {
        let kept = self.sink.finish();
        let outcome = outcome?;
        kept.map_err(|Closed| Failure::Cancelled)?;
        Ok(outcome)
    }

    fn task(&self, spec: &Spec) -> Result<Outcome, Failure> {
        let roots = &spec.roots[..];
        match &spec.task {
            Task::Scan(walk) => {
                let request = self.engine.scan(roots);
                let request = request.options(self.without_own(walk));
                let summary = request
                    .monitor(&self.live.monitor())
                    .for_each_batch(|_| {
                        let mut rows = self.sink.rows();
                        move |event: ScanEvent<'_>| match event {
                            ScanEvent::Files(batch) => {
                                for file in batch.iter() {
                                    flow(push_entry(&mut rows, &file))?;
                                }
                                ControlFlow::Continue(())
                            }
                            ScanEvent::Error(error) => self.error(&error),
                            _ => ControlFlow::Continue(()),
                        }
                    })?;
                Ok(done(summary, sums(&summary)))
            }
            Task::Hash(options) => {
                let mut rows = self.sink.rows();
                let mut options = (**options).clone();
                options.walk = self.without_own(&options.walk);
                let request = self.engine.hash(roots.iter().cloned());
                let request =
                    request.options(options).monitor(&self.live.monitor());
                let summary = request.for_each(|event| match event {
                    HashEvent::File(file) => {
                        let facts =
                            file.metadata.map(sanchay::FileFacts::from);
                        flow(rows.push(&Row {
                            name: file.path,
                            size: Some(file.size),
                            modified: file.modified(),
                            content: Some(file.content),
                            kind: file.metadata.map(|it| it.kind),
                            root: Some(file.root),
                            target: file.target,
                            facts: facts.as_ref(),
                            ..Row::default()
                        }))
                    }
                    HashEvent::Error(error) => self.error(&error),
                    _ => ControlFlow::Continue(()),
                })?;
                drop(rows);
                Ok(done(summary, sums(&summary)))
            }
            Task::Dupes(options) => self.dupes(roots, options),
            Task::Similar { options, pairs } => {
                self.similar(roots, options, *pairs)
            }
            Task::SimilarImages { options, pairs } => {
                self.similar_images(roots, options, *pairs)
            }
            Task::Summary(options) => {
                let mut options = (**options).clone();
                options.walk = self.without_own(&options.walk);
                let request = self.engine.summary(roots).options(options);
                let request = request.monitor(&self.live.monitor());
                let mut made = request.report(|error| self.error(&error))?;
                made.report.name_owners(sanchay::user_name);
                let paths: Vec<&[u8]> = roots
                    .iter()
                    .map(|it| it.as_os_str().as_encoded_bytes())
                    .collect();
                let mut text = Vec::new();
                sanchay_output::push_summary(&made.report, &paths, &mut text);
                let document = serde_json::from_slice(&text);
                Ok(done(made.summary, document.unwrap_or_default()))
            }
            Task::Snapshot { name, hash, walk } => {
                let options = SnapshotOptions {
                    name: name.clone(),
                    hash: *hash,
                    walk: self.without_own(walk),
                    monitor: self.live.monitor(),
                };
                let taken = self.catalog.snapshot(
                    self.engine,
                    roots,
                    &options,
                    |error| self.error(&error),
                )?;
                let it = &taken.snapshot;
                let result = json!({
                    "snapshot": it.number,
                    "name": it.name,
                    "at": timestamp_text(it.taken),
                    "files": it.files,
                    "bytes": it.bytes,
                    "errors": it.errors,
                });
                Ok(done(taken.summary, result))
            }
            Task::Diff { a, b, hash, walk } => {
                let options = SnapshotOptions {
                    name: None,
                    hash: *hash,
                    walk: self.without_own(walk),
                    monitor: self.live.monitor(),
                };
                self.diff(roots, [a, b], &options)
            }
            Task::Verify { sample, walk } => {
                let options = VerifyOptions {
                    walk: self.without_own(walk),
                    sample: *sample,
                    monitor: self.live.monitor(),
                };
                self.verify(roots, &options)
            }
            Task::StorePut { store, name, read_all, level, walk } => {
                let options = PutOptions {
                    name: name.clone(),
                    walk: self.without_own(walk),
                    read_all: *read_all,
                    level: *level,
                    monitor: self.live.monitor(),
                    ..PutOptions::default()
                };
                self.put(store, roots, options)
            }
            Task::StoreGet { store, snapshot, into, paths, verify, walk } => {
                let options = GetOptions {
                    paths: paths.clone(),
                    walk: (**walk).clone(),
                    existing: Existing::Complete,
                    verify: *verify,
                    monitor: self.live.monitor(),
                };
                self.get(store, snapshot, into, &options)
            }
            Task::Plan(_)
            | Task::Apply { .. }
            | Task::Undo { .. }
            | Task::Shards(_)
            | Task::Shard { .. }
            | Task::Merge { .. } => {
                Err(Problem::internal("It is done elsewhere.").into())
            }
        }
    }

    fn diff(
        &self,
        roots: &[std::path::PathBuf],
        sides: [&String; 2],
        options: &SnapshotOptions,
    ) -> Result<Outcome, Failure> {
        let name = |side: &String| match (side.as_str(), roots.first()) {
            (DISK, Some(root)) => root.clone(),
            // Said so, for what a client names is never a path.
            _ => format!("snapshot:{side}").into(),
        };
        let [a, b] = sides.map(name);
        // Snapshots of elsewhere are not there.
        let side = |one, other| {
            let among = |it: &Snapshot| scope::is_within(it, self.within);
            self.catalog.side_among(one, Some(other), &options.walk, among)
        };
        let (a, b) = (side(&a, &b)?, side(&b, &a)?);
        let found =
            self.catalog.diff(self.engine, &a, &b, options, |error| {
                self.error(&error)
            })?;
        let mut rows = self.sink.rows();
        let mut counts = serde_json::Map::new();
        for it in &found.all {
            let facts = it.version.facts();
            let count = counts.entry(it.change.name()).or_insert(json!(0));
            *count = json!(count.as_u64().unwrap_or(0).saturating_add(1));
            rows.push(&listing::row(it, &facts))?;
        }
        drop(rows);
        let summary = found.summary.unwrap_or_default();
        let state = match found.all.is_empty() {
            true => State::Done,
            false => State::No,
        };
        let result = json!({
            "changes": counts,
            "other_selection": found.other_selection,
            "scanned": sums(&summary),
        });
        Ok(Outcome { state, summary, result })
    }

    fn verify(
        &self,
        roots: &[std::path::PathBuf],
        options: &VerifyOptions,
    ) -> Result<Outcome, Failure> {
        let mut rows = self.sink.rows();
        // Without the catalog: what it knows is in question.
        let found =
            self.catalog.verify(self.reading, roots, options, |event| {
                match event {
                    VerifyEvent::Read { path, verdict } => {
                        flow(rows.push(&Row {
                            name: path.as_os_str().as_encoded_bytes(),
                            verdict: Some(verdict),
                            ..Row::default()
                        }))
                    }
                    VerifyEvent::Error(error) => {
                        let why = error.cause.to_string();
                        let path = error.path.as_os_str().as_encoded_bytes();
                        flow(rows.push(&Row {
                            name: path,
                            verdict: Some(Verdict::Unreadable),
                            error: Some(&why),
                            ..Row::default()
                        }))?;
                        self.error(&error)
                    }
                    _ => ControlFlow::Continue(()),
                }
            })?;
        drop(rows);
        let state = match found.rotten {
            0 => State::Done,
            _ => State::No,
        };
        let result = json!({
            "files": found.files,
            "known": found.known,
            "verified": found.verified,
            "failed": found.rotten,
            "changed": found.changed,
            "unreadable": found.unreadable,
            "scanned": sums(&found.walked),
        });
        Ok(Outcome { state, summary: found.walked, result })
    }

    /// The walk, without the catalog's own files.
    fn without_own(
        &self,
        walk: &sanchay::WalkOptions,
    ) -> sanchay::WalkOptions {
        without_own(self.catalog, walk)
    }

    /// Notes an entry that failed, in a run that is ended by its signal.
    fn note(&self, error: &sanchay::EntryError) {
        if self.error(error).is_break() {
            self.live.cancel.cancel();
        }
    }

    /// Notes an entry that failed.
    fn error(&self, error: &sanchay::EntryError) -> ControlFlow<()> {
        let number = self.live.count_error();
        flow(self.sink.error(number, error))
    }
}

/// A walk without the catalog's own files.
pub(crate) fn without_own(
    catalog: &Catalog,
    walk: &sanchay::WalkOptions,
) -> sanchay::WalkOptions {
    let mut walk = walk.clone();
    let within = catalog.directory_id();
    walk.leave_out_within = within.into_iter().collect();
    walk.leave_out.extend(catalog.ids());
    walk.plugins = Plugins::default();
    walk
}

fn push_entry(
    rows: &mut Rows<'_>,
    file: &sanchay::EntryRef<'_>,
) -> Result<(), Closed> {
    let facts = sanchay::FileFacts::from(file.metadata);
    rows.push(&Row {
        parent: file.parent,
        name: file.name,
        size: Some(file.metadata.size),
        modified: Some(file.metadata.modified),
        kind: Some(file.metadata.kind),
        root: Some(file.root),
        target: file.target,
        facts: Some(&facts),
        ..Row::default()
    })
}

/// A run goes on as long as somebody takes its records.
fn flow(pushed: Result<(), Closed>) -> ControlFlow<()> {
    match pushed {
        Ok(()) => ControlFlow::Continue(()),
        Err(Closed) => ControlFlow::Break(()),
    }
}

impl From<Closed> for Failure {
    fn from(_: Closed) -> Self {
        Self::Cancelled
    }
}

fn done(summary: Summary, result: Value) -> Outcome {
    Outcome { state: State::Done, summary, result }
}

fn sums(summary: &Summary) -> Value {
    json!({
        "files": summary.files,
        "directories": summary.directories,
        "bytes": summary.bytes,
        "errors": summary.errors,
    })
}
