//! What a job does: the engine's runs, whose records go to the sink.

use std::{ops::ControlFlow, sync::Arc};

use sanchay::{
    DigestCache, DuplicateOptions, Engine, EntryKind, Error, Existing,
    FileFacts, Folder, HashEvent, Monitor, Plugins, ScanEvent,
    SimilarImagesOptions, SimilarOptions, Summary,
};
use sanchay_catalog::{
    Catalog, CatalogError, SnapshotOptions, VerifyEvent, VerifyOptions,
};
use sanchay_core::{
    content::Content,
    record::{Group, Row, Verdict},
};
use sanchay_store::{GetOptions, PutOptions, StoreError};
use serde_json::{Value, json};

use super::{
    kind::State,
    live::Live,
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

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Run(error) => error.into(),
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
}

impl Worker<'_> {
    /// Does a job.
    ///
    /// # Errors
    /// Why it could not be done, or not to its end.
    pub(crate) fn run(&self, spec: &Spec) -> Result<Outcome, Failure> {
        let outcome = self.task(spec);
        // What was found is kept, whatever became of the rest.
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
            Task::Plan(_) | Task::Apply { .. } | Task::Undo { .. } => {
                Err(Problem::internal("Plans have no records.").into())
            }
        }
    }

    fn dupes(
        &self,
        roots: &[std::path::PathBuf],
        options: &DuplicateOptions,
    ) -> Result<Outcome, Failure> {
        let mut options = options.clone();
        options.walk = self.without_own(&options.walk);
        let request = self.engine.duplicates(roots).options(options);
        let request = request.monitor(&self.live.monitor()).times(true);
        let found = request.find(|error| self.error(&error))?;
        let mut rows = self.sink.rows();
        let mut number = 0;
        for group in found.folder_groups() {
            number += 1;
            let reclaimable = group.reclaimable;
            let content = Content::Whole(group.algorithm, group.digest);
            for (path, role) in group.paths.iter().zip(&group.roles) {
                rows.push(&Row {
                    name: path.as_os_str().as_encoded_bytes(),
                    kind: Some(EntryKind::Directory),
                    size: Some(group.size),
                    file_count: Some(group.files),
                    content: Some(content),
                    group: Some(Group { number, reclaimable }),
                    role: Some(*role),
                    ..Row::default()
                })?;
            }
        }
        for group in found.groups() {
            number += 1;
            let reclaimable = group.reclaimable();
            let content = Content::Whole(group.algorithm(), group.digest());
            for member in group.files() {
                let state = member.state;
                let facts = FileFacts {
                    size: group.size(),
                    inode: state.map(|it| it.id.inode),
                    device: state.map(|it| it.id.device),
                    ..FileFacts::default()
                };
                rows.push(&Row {
                    parent: &member.parent,
                    name: member.name,
                    root: Some(member.root),
                    modified: state.map(|it| it.modified),
                    facts: Some(&facts),
                    size: Some(group.size()),
                    content: Some(content),
                    group: Some(Group { number, reclaimable }),
                    role: Some(member.role),
                    kind: Some(EntryKind::File),
                    ..Row::default()
                })?;
            }
        }
        drop(rows);
        let summary = found.summary();
        let result = json!({
            "groups": summary.groups,
            "folder_groups": summary.folder_groups,
            "redundant_files": summary.redundant_files,
            "redundant_folders": summary.redundant_folders,
            "reclaimable": summary.reclaimable_bytes,
            "scanned": sums(&summary.scanned),
        });
        Ok(done(summary.scanned, result))
    }

    fn similar(
        &self,
        roots: &[std::path::PathBuf],
        options: &SimilarOptions,
        pairs: bool,
    ) -> Result<Outcome, Failure> {
        let mut options = options.clone();
        options.walk = self.without_own(&options.walk);
        let request = self.engine.similar(roots).options(options);
        let request = request.monitor(&self.live.monitor());
        let found = request.find(|error| self.error(&error))?;
        let mut rows = self.sink.rows();
        let numbered = |number| Group { number, reclaimable: 0 };
        if pairs {
            let monitor = Monitor {
                cancel: self.live.cancel.clone(),
                ..Monitor::default()
            };
            self.engine.similar_pairs(
                &found,
                &monitor,
                |error| self.error(&error),
                |group, one, other| {
                    let path = [&*other.parent, other.name].concat();
                    flow(rows.push(&Row {
                        parent: &one.parent,
                        name: one.name,
                        other: Some(&path),
                        group: Some(numbered(group as u64 + 1)),
                        similarity: Some(one.similarity),
                        ..Row::default()
                    }))
                },
            )?;
        } else {
            for (number, group) in (1..).zip(found.groups()) {
                for file in group.files() {
                    rows.push(&Row {
                        parent: &file.parent,
                        name: file.name,
                        size: Some(file.size),
                        group: Some(numbered(number)),
                        similarity: Some(file.similarity),
                        ..Row::default()
                    })?;
                }
            }
        }
        drop(rows);
        let summary = found.summary();
        let result = json!({
            "groups": summary.groups,
            "similar_files": summary.files,
            "texts": summary.texts,
            "too_large": summary.too_large,
            "scanned": sums(&summary.scanned),
        });
        Ok(done(summary.scanned, result))
    }

    fn similar_images(
        &self,
        roots: &[std::path::PathBuf],
        options: &SimilarImagesOptions,
        pairs: bool,
    ) -> Result<Outcome, Failure> {
        let mut options = options.clone();
        options.walk = self.without_own(&options.walk);
        let request = self.engine.similar_images(roots).options(options);
        let request = request.monitor(&self.live.monitor());
        let found = request.find(|error| self.error(&error))?;
        let mut rows = self.sink.rows();
        for (number, group) in (1..).zip(found.groups()) {
            let group_of = Group { number, reclaimable: 0 };
            if pairs {
                for pair in group.pairs() {
                    let (one, other) = (&pair.one, &pair.other);
                    let path = [&*other.parent, other.name].concat();
                    rows.push(&Row {
                        parent: &one.parent,
                        name: one.name,
                        other: Some(&path),
                        group: Some(group_of),
                        similarity: Some(pair.similarity),
                        ..Row::default()
                    })?;
                }
                continue;
            }
            for image in group.files() {
                rows.push(&Row {
                    parent: &image.parent,
                    name: image.name,
                    size: Some(image.size),
                    group: Some(group_of),
                    similarity: Some(image.similarity),
                    ..Row::default()
                })?;
            }
        }
        drop(rows);
        let summary = found.summary();
        let result = json!({
            "groups": summary.groups,
            "similar_files": summary.files,
            "images": summary.images,
            "too_large": summary.too_large,
            "scanned": sums(&summary.scanned),
        });
        Ok(done(summary.scanned, result))
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
        let side =
            |one, other| self.catalog.side(one, Some(other), &options.walk);
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

    fn put(
        &self,
        name: &str,
        roots: &[std::path::PathBuf],
        options: PutOptions,
    ) -> Result<Outcome, Failure> {
        let store = self.stores.find(name)?;
        let cache: Arc<dyn DigestCache> = Arc::clone(self.catalog) as _;
        let options = PutOptions { cache: Some(cache), ..options };
        let put = store.put(self.reading, roots, &options, |error| {
            self.note(&error);
        })?;
        let document = &put.snapshot.document;
        let mut summary = Summary::default();
        (summary.files, summary.bytes) = (document.files, document.bytes);
        summary.errors = document.errors;
        let result = json!({
            "store": name,
            "snapshot": put.snapshot.id(),
            "name": document.name,
            "at": timestamp_text(document.time),
            "files": document.files,
            "bytes": document.bytes,
            "errors": document.errors,
            "read": put.read,
            "read_bytes": put.read_bytes,
            "new_bytes": put.object_bytes,
            "stored": put.stored,
        });
        Ok(done(summary, result))
    }

    fn get(
        &self,
        name: &str,
        snapshot: &str,
        into: &std::path::Path,
        options: &GetOptions,
    ) -> Result<Outcome, Failure> {
        let store = self.stores.find(name)?;
        let snapshot = store.find(snapshot)?;
        // Opened from its root: a link in its way is not followed.
        let Some(storage) = &options.walk.storage else {
            return Err(Problem::internal("The roots are not there.").into());
        };
        let folder = Folder::open(&**storage, into).map_err(|error| {
            Problem::conflict(format!("The folder cannot be opened: {error}."))
        })?;
        let engine = self.reading;
        let got =
            store.get_into(engine, &snapshot, folder, options, |error| {
                self.note(&error);
            })?;
        let mut summary = Summary::default();
        (summary.files, summary.bytes) = (got.copied, got.bytes);
        summary.errors = got.errors;
        let result = json!({
            "store": name,
            "snapshot": snapshot.id(),
            "restored": got.copied,
            "kept": got.kept,
            "bytes": got.bytes,
            "failed": got.errors,
        });
        let state = match got.errors {
            0 => State::Done,
            _ => State::No,
        };
        Ok(Outcome { state, summary, result })
    }

    /// Notes an entry that failed, in a run that is ended by its signal.
    fn note(&self, error: &sanchay::EntryError) {
        if self.error(error).is_break() {
            self.live.cancel.cancel();
        }
    }

    /// The walk, without the catalog's own files.
    fn without_own(
        &self,
        walk: &sanchay::WalkOptions,
    ) -> sanchay::WalkOptions {
        let mut walk = walk.clone();
        let within = self.catalog.directory_id();
        walk.leave_out_within = within.into_iter().collect();
        walk.leave_out.extend(self.catalog.ids());
        walk.plugins = Plugins::default();
        walk
    }

    /// Notes an entry that failed.
    fn error(&self, error: &sanchay::EntryError) -> ControlFlow<()> {
        let number = self.live.count_error();
        flow(self.sink.error(number, error))
    }
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
