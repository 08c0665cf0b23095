//! Files that were hashed, in columns. A file that could not be has a row
//! too, with what was wrong with it, so that the rows are in the order of
//! what was asked for.

use std::{fmt::Write as _, ops::ControlFlow, sync::Arc};

use arrow_array::{
    RecordBatch, StringArray, UInt64Array, builder::StringBuilder,
};
use arrow_schema::{ArrowError, DataType, Schema};
use pyo3::{prelude::*, types::PyString};
use sanchay::{
    Content, Engine, EntryError, HashEvent, HashOptions, Hashed, Source,
    Timestamp,
};

use crate::{
    arrow,
    columns::{Chunk, Make, Paths, nanoseconds},
    failure, names,
    runner::{Totals, Work},
};

/// What is in a file, or what was wrong with it.
pub(crate) type Outcome = Result<Content, Box<EntryError>>;

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
    fn add(&mut self, file: &Hashed<'_>) {
        self.paths.push([file.path, &[]]);
        self.sizes.push(Some(file.size));
        self.modified.push(file.modified);
        self.outcomes.push(Ok(file.content));
    }

    fn fail(&mut self, error: EntryError) {
        self.paths.push([error.path.as_os_str().as_encoded_bytes(), &[]]);
        self.sizes.push(None);
        self.modified.push(None);
        self.outcomes.push(Err(Box::new(error)));
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
        let path = names::decoded(py, self.paths.get(row))?;
        let size = self.sizes.get(row).copied().flatten();
        let modified = self.modified.get(row).copied().flatten();
        let (content, error) = match self.outcomes.get(row) {
            Some(Ok(content)) => (Some(*content), None),
            Some(Err(error)) => (None, Some(failure::of_entry(py, error))),
            None => (None, None),
        };
        make.tuple((
            path,
            size,
            modified.map(nanoseconds),
            content.map(|it| PyString::intern(py, algorithm(it))),
            content.map(|content| content.to_string()),
            error.map(|error| error.into_value(py)),
        ))
    }

    fn schema() -> Arc<Schema> {
        let [path, path_bytes] = arrow::path_fields();
        Arc::new(Schema::new(vec![
            path,
            path_bytes,
            arrow::field("size", DataType::UInt64),
            arrow::field("modified", arrow::time()),
            arrow::field("algorithm", DataType::Utf8),
            arrow::field("hash", DataType::Utf8),
            arrow::field("error", DataType::Utf8),
        ]))
    }

    fn batch(self) -> Result<RecordBatch, ArrowError> {
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
            .map(|outcome| outcome.as_ref().err().map(ToString::to_string))
            .collect();
        let [path, path_bytes] = arrow::paths(self.paths)?;
        RecordBatch::try_new(
            Self::schema(),
            vec![
                path,
                path_bytes,
                Arc::new(sizes),
                modified,
                Arc::new(algorithms),
                Arc::new(hashes.finish()),
                Arc::new(errors),
            ],
        )
    }
}

/// The work of hashing.
pub(crate) fn work(
    engine: Engine,
    sources: Vec<Source>,
    options: HashOptions,
    raises: bool,
) -> Work<Hashes> {
    Box::new(move |feed, monitor| {
        engine
            .hash(&sources, &options, monitor, &mut |event| match event {
                HashEvent::File(file) => {
                    feed.push(|hashes: &mut Hashes| hashes.add(&file))
                }
                HashEvent::Error(error) if raises && error.named => {
                    feed.fail(error)
                }
                HashEvent::Error(error) => {
                    feed.push(|hashes: &mut Hashes| hashes.fail(error))
                }
                _ => ControlFlow::Continue(()),
            })
            .map(Totals::Run)
    })
}
