//! Files that were hashed, in columns. A file that could not be has a row
//! too, with what was wrong with it, so that the rows are in the order of
//! what was asked for.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    ops::ControlFlow,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
};

use pyo3::{prelude::*, types::PyString};
use sanchay::{
    Content, Engine, EntryKind, Error, HashEvent, HashOptions, HashedFileRef,
    Method, Monitor, Source, Storage, Summary, Timestamp,
};
use sanchay_core::{
    filter::Matcher,
    record::{RecordBatch, RecordKind, Row, Schema},
};
use sanchay_names::OsStrExt as _;

use crate::{
    columns::{Chunk, Make, RowRef},
    failure::Failure,
    feed::Feed,
    given::Given,
    names,
    runner::{Totals, Work},
    shard::{LeftOut, Shard, ShardStorage},
};

/// Files that were hashed, or could not be.
#[derive(Debug)]
pub(crate) struct Hashes {
    batch: RecordBatch,
    /// What was wrong with the files of some rows.
    failures: BTreeMap<usize, Failure>,
    /// Room for a path.
    path: Vec<u8>,
}

impl Hashes {
    /// Adds a file; `chunk` is that of a partial digest.
    fn add(&mut self, file: &HashedFileRef<'_>, chunk: Option<u32>) {
        self.batch.push(&Row {
            name: file.path,
            size: Some(file.size),
            modified: file.modified(),
            content: Some(file.content),
            chunk,
            values: file.values,
            ..Row::default()
        });
    }

    /// Adds a row that somebody else made.
    pub(crate) fn add_row(&mut self, row: &Row<'_>) {
        self.batch.push(row);
    }

    pub(crate) fn fail(&mut self, failure: Failure) {
        let words = failure.error.to_string();
        let row = self.batch.len();
        self.batch.push(&Row {
            name: failure.error.path.as_os_str().as_encoded_bytes(),
            error: Some(&words),
            ..Row::default()
        });
        self.failures.insert(row, failure);
    }

    /// The path of a row, and what is in the file or was wrong with it.
    pub(crate) fn outcome(
        &mut self,
        row: usize,
    ) -> Option<(&[u8], Result<Content, &Failure>)> {
        let file = RowRef { batch: &self.batch, row };
        let outcome = match self.failures.get(&row) {
            Some(failure) => Err(failure),
            None => Ok(file.content()?),
        };
        Some((file.path(&mut self.path), outcome))
    }
}

impl Chunk for Hashes {
    const PHASE: &'static str = "hashing";

    fn new(schema: &Arc<Schema>) -> Self {
        let batch = RecordBatch::new(Arc::clone(schema));
        Self { batch, failures: BTreeMap::new(), path: Vec::new() }
    }

    fn batch(&self) -> &RecordBatch {
        &self.batch
    }

    fn record<'py>(
        &mut self,
        row: usize,
        make: &Make<'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = make.py;
        let file = RowRef { batch: &self.batch, row };
        let failure = self.failures.get(&row);
        let path = match failure.and_then(|failure| failure.text.as_ref()) {
            Some(text) => text.bind(py).clone(),
            None => names::decoded(py, file.path(&mut self.path))?,
        };
        let content = file.content();
        let algorithm = content.map(|it| it.algorithm().name());
        let error = failure.map(|failure| failure.exception(py));
        let record = make.tuple((
            path,
            file.size(),
            file.modified().map(Timestamp::as_nanoseconds),
            algorithm.map(|name| PyString::intern(py, name)),
            content.map(|content| content.to_string()),
            error.map(|error| error.into_value(py)),
        ))?;
        make.add_values(&record, || file.values(py))?;
        Ok(record)
    }
}

/// The chunk of partial digests.
fn chunk(method: Method) -> Option<u32> {
    match method {
        Method::Partial { chunk } => Some(chunk),
        _ => None,
    }
}

/// How many paths are hashed in one part of a run: many more than are worked
/// on at once, and so few that what each of them needs while it waits for its
/// turn is little.
pub(crate) const PART: usize = 16_384;

/// The work of hashing, or of a shard of it.
pub(crate) fn work(
    engine: Engine,
    mut given: Given,
    mut options: HashOptions,
    raises: bool,
    shard: Option<Shard>,
) -> Work<Hashes> {
    let storage = given.storage();
    options.walk.storage = Some(match &shard {
        Some(shard) => {
            let (storage, shard) = (Arc::clone(&storage), shard.clone());
            Arc::new(ShardStorage { storage, shard })
        }
        None => Arc::clone(&storage),
    });
    let partial = chunk(options.method).is_some();
    let kind = RecordKind::Hash { partial };
    let schema = options.walk.plugins.schema(kind).with_error();
    Work::new(schema, move |feed, monitor| {
        let left_out = LeftOut::default();
        let watched = shard.as_ref().map(|_| left_out.watch(monitor));
        let monitor = watched.as_ref().unwrap_or(monitor);
        if let Some(shard) = &shard {
            // A directory that was named has files of every shard. Once the
            // run is cancelled, nobody asks.
            given.retain(|path| {
                shard.has(path)
                    || monitor.cancel.is_cancelled()
                    || is_directory(&*storage, path)
            });
        }
        let part = shard.as_ref().map(|shard| (shard, &left_out));
        // The library knows the totals of what is hashed in one part.
        if given.len() <= PART || monitor.progress.is_none() {
            return parts(
                &engine, &given, &options, raises, part, feed, monitor,
            );
        }
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            // While the first files are hashed: to ask for the sizes of many
            // takes its time. Without it there are no totals.
            let _ = thread::Builder::new().spawn_scoped(scope, || {
                if let Some((files, bytes)) = totals(&given, &options, &over) {
                    feed.expect(files, bytes);
                }
            });
            let run =
                parts(&engine, &given, &options, raises, part, feed, monitor);
            over.store(true, Relaxed);
            run
        })
    })
}

fn is_directory(storage: &dyn Storage, path: &[u8]) -> bool {
    let found = storage.stat(Path::new(OsStr::from_bytes(path)));
    matches!(found, Ok((EntryKind::Directory, _)))
}

/// Hashes part after part. Of a shard, errors of other shards are left out.
fn parts(
    engine: &Engine,
    given: &Given,
    options: &HashOptions,
    raises: bool,
    shard: Option<(&Shard, &LeftOut)>,
    feed: &Feed<Hashes>,
    monitor: &Monitor,
) -> Result<Totals, Error> {
    let chunk = chunk(options.method);
    let mut all = Summary::default();
    let mut from = 0;
    loop {
        let to = given.len().min(from + PART);
        let sources: Vec<_> = given.some(from..to).map(Source::Path).collect();
        if given.len() > PART {
            feed.begin_part(all);
        }
        let part = engine
            .hash(sources)
            .options(options.clone())
            .monitor(monitor)
            .for_each(|event| match event {
                HashEvent::File(file) => {
                    feed.push(|hashes: &mut Hashes| hashes.add(&file, chunk))
                }
                HashEvent::Error(error)
                    if shard
                        .is_some_and(|(shard, _)| !shard.tells(&error)) =>
                {
                    if let Some((_, left_out)) = shard {
                        left_out.error(&error);
                    }
                    ControlFlow::Continue(())
                }
                HashEvent::Error(error) if raises && error.named => {
                    feed.fail(error)
                }
                HashEvent::Error(error) => {
                    let failure = given.failure(error);
                    feed.push(|hashes: &mut Hashes| hashes.fail(failure))
                }
                _ => ControlFlow::Continue(()),
            })?;
        all.files += part.files;
        all.directories += part.directories;
        all.bytes = all.bytes.saturating_add(part.bytes);
        all.errors += part.errors;
        all.named_errors += part.named_errors;
        from = to;
        if from >= given.len() {
            return Ok(Totals::Run(match shard {
                Some((_, left_out)) => left_out.without(all),
                None => all,
            }));
        }
    }
}

/// How many files there are to hash, and how many bytes to read at most;
/// `None` where that is not known: for directories, and when it is over.
fn totals(
    given: &Given,
    options: &HashOptions,
    over: &AtomicBool,
) -> Option<(u64, u64)> {
    let storage = given.storage();
    let program = options.program().ok()?;
    let matcher = Matcher::compile(&program).ok()?;
    let (mut files, mut bytes) = (0, 0_u64);
    for path in given.some(0..given.len()) {
        if over.load(Relaxed) {
            return None;
        }
        let metadata = match storage.stat(&path) {
            Ok((EntryKind::File, metadata)) => metadata,
            Ok(_) => return None,
            Err(_) => continue,
        };
        if !matcher.wants_named((&metadata).into()) {
            continue;
        }
        files += 1;
        bytes =
            bytes.saturating_add(options.method.bytes_to_read(metadata.size));
    }
    Some((files, bytes))
}
