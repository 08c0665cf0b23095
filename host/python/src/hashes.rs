//! Files that were hashed, in columns. A file that could not be has a row
//! too, with what was wrong with it, so that the rows are in the order of
//! what was asked for.

use std::{
    fmt::Write as _,
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
};

use arrow_array::{
    ArrayRef, RecordBatch, StringArray, UInt64Array, builder::StringBuilder,
};
use arrow_schema::{ArrowError, DataType, Schema};
use pyo3::{prelude::*, types::PyString};
use sanchay::{
    Content, Engine, EntryKind, Error, HashEvent, HashOptions, HashedFileRef,
    Method, Monitor, Source, Summary, Timestamp,
};

use sanchay_core::filter::{Facts, Matcher};

use crate::{
    arrow,
    columns::{Chunk, Make, Paths, nanoseconds},
    failure::Failure,
    feed::Feed,
    given::Given,
    names,
    runner::{Totals, Work},
};

/// What is in a file, or what was wrong with it.
pub(crate) type Outcome = Result<Content, Box<Failure>>;

/// Files that were hashed, or could not be.
#[derive(Debug, Default)]
pub(crate) struct Hashes {
    paths: Paths,
    sizes: Vec<Option<u64>>,
    modified: Vec<Option<Timestamp>>,
    /// What is in each, or what was wrong with it.
    outcomes: Vec<Outcome>,
}

impl Hashes {
    fn add(&mut self, file: &HashedFileRef<'_>) {
        self.paths.push([file.path, &[]]);
        self.sizes.push(Some(file.size));
        self.modified.push(file.modified);
        self.outcomes.push(Ok(file.content));
    }

    fn fail(&mut self, failure: Failure) {
        let path = failure.error.path.as_os_str().as_encoded_bytes();
        self.paths.push([path, &[]]);
        self.sizes.push(None);
        self.modified.push(None);
        self.outcomes.push(Err(Box::new(failure)));
    }

    /// The path of a row, and what came of it.
    pub(crate) fn outcome(&self, row: usize) -> Option<(&[u8], &Outcome)> {
        Some((self.paths.get(row), self.outcomes.get(row)?))
    }

    fn contents(&self) -> impl Iterator<Item = Option<Content>> {
        self.outcomes.iter().map(|outcome| outcome.as_ref().ok().copied())
    }
}

fn algorithm(content: Content) -> &'static str {
    match content {
        Content::Whole(algorithm, _) => algorithm.name(),
        Content::Partial(_) => "xxh64",
    }
}

impl Chunk for Hashes {
    const PHASE: &'static str = "hashing";

    fn rows(&self) -> usize {
        self.sizes.len()
    }

    fn name_bytes(&self) -> usize {
        self.paths.bytes.len()
    }

    fn record<'py>(
        &self,
        row: usize,
        make: &Make<'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = make.py;
        let size = self.sizes.get(row).copied().flatten();
        let modified = self.modified.get(row).copied().flatten();
        let (content, failure) = match self.outcomes.get(row) {
            Some(Ok(content)) => (Some(*content), None),
            Some(Err(failure)) => (None, Some(failure)),
            None => (None, None),
        };
        let path = match failure.and_then(|failure| failure.text.as_ref()) {
            Some(text) => text.bind(py).clone(),
            None => names::decoded(py, self.paths.get(row))?,
        };
        let error = failure.map(|failure| failure.exception(py));
        make.tuple((
            path,
            size,
            modified.map(nanoseconds),
            content.map(|it| PyString::intern(py, algorithm(it))),
            content.map(|content| content.to_string()),
            error.map(|error| error.into_value(py)),
        ))
    }

    fn schema(path_bytes: bool) -> Arc<Schema> {
        let mut fields = arrow::path_fields(path_bytes);
        fields.extend([
            arrow::field("size", DataType::UInt64),
            arrow::field("modified", arrow::time()),
            arrow::field("algorithm", DataType::Utf8),
            arrow::field("hash", DataType::Utf8),
            arrow::field("error", DataType::Utf8),
        ]);
        Arc::new(Schema::new(fields))
    }

    fn batch(self, path_bytes: bool) -> Result<RecordBatch, ArrowError> {
        let sizes = self.sizes.iter().copied().collect::<UInt64Array>();
        let modified = arrow::times(self.modified.iter().copied());
        let algorithms: StringArray =
            self.contents().map(|it| it.map(algorithm)).collect();
        let mut hashes = StringBuilder::new();
        for content in self.contents() {
            match content {
                Some(content) => {
                    write!(hashes, "{content}").map_err(|_| {
                        ArrowError::MemoryError("no room for it".to_owned())
                    })?;
                    hashes.append_value("");
                }
                None => hashes.append_null(),
            }
        }
        let errors: StringArray = self
            .outcomes
            .iter()
            .map(|outcome| Some(outcome.as_ref().err()?.error.to_string()))
            .collect();
        let mut columns = arrow::paths(self.paths, path_bytes)?;
        columns.extend([
            Arc::new(sizes) as ArrayRef,
            modified,
            Arc::new(algorithms),
            Arc::new(hashes.finish()),
            Arc::new(errors),
        ]);
        RecordBatch::try_new(Self::schema(path_bytes), columns)
    }
}

/// How many paths are hashed in one part of a run: many more than are worked
/// on at once, and so few that what each of them needs while it waits for its
/// turn is little.
pub(crate) const PART: usize = 32_768;

/// The work of hashing.
pub(crate) fn work(
    engine: Engine,
    given: Given,
    mut options: HashOptions,
    raises: bool,
) -> Work<Hashes> {
    options.walk.storage = Some(given.storage());
    Box::new(move |feed, monitor| {
        // The library knows the totals of what is hashed in one part.
        if given.len() <= PART || monitor.progress.is_none() {
            return parts(&engine, &given, &options, raises, feed, monitor);
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
            let run = parts(&engine, &given, &options, raises, feed, monitor);
            over.store(true, Relaxed);
            run
        })
    })
}

/// Hashes part after part.
fn parts(
    engine: &Engine,
    given: &Given,
    options: &HashOptions,
    raises: bool,
    feed: &Feed<Hashes>,
    monitor: &Monitor,
) -> Result<Totals, Error> {
    let mut all = Summary::default();
    let mut from = 0;
    loop {
        let to = given.len().min(from + PART);
        let sources: Vec<_> = given.some(from..to).map(Source::Path).collect();
        if given.len() > PART {
            feed.begin_part(all);
        }
        let part = engine
            .hash(&sources)
            .options(options.clone())
            .monitor(monitor)
            .for_each(|event| match event {
                HashEvent::File(file) => {
                    feed.push(|hashes: &mut Hashes| hashes.add(&file))
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
        all.bytes += part.bytes;
        all.errors += part.errors;
        all.named_errors += part.named_errors;
        from = to;
        if from >= given.len() {
            return Ok(Totals::Run(all));
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
    let program = options.walk.filter.program().ok()?;
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
        let (size, modified) = (metadata.size, Some(metadata.modified));
        if !matcher.wants_named(Facts { size, modified }) {
            continue;
        }
        files += 1;
        bytes = bytes.saturating_add(match options.method {
            Method::Partial { chunk } => size.min(2 * u64::from(chunk)),
            _ => size,
        });
    }
    Some((files, bytes))
}
