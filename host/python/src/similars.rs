//! Groups of files whose texts are nearly the same, and pairs of them, in
//! columns.

use std::{ops::ControlFlow, sync::Arc};

use pyo3::{
    exceptions::PyValueError,
    prelude::*,
    types::{PyTuple, PyType},
};
use sanchay::{
    Engine, Error, Monitor, Shingling, Similar, SimilarFile, SimilarGroup,
    SimilarOptions, Unit,
};
use sanchay_core::{
    record::{Column, FieldId, Group, RecordBatch, RecordKind, Row, Schema},
    similarity::MAX_SIZE,
};

use crate::{
    arguments,
    columns::{Chunk, Make, RowRef},
    engines, filters,
    given::Given,
    names, numbers,
    options::Walk,
    run::Run,
    runner::{self, Totals, Work},
};

/// Groups of files whose texts are nearly the same: a row for each file.
#[derive(Debug)]
pub(crate) struct Groups {
    batch: RecordBatch,
    /// At which row each of them begins.
    starts: Vec<usize>,
    /// Room for a path.
    path: Vec<u8>,
}

impl Groups {
    /// Adds a group, counted from 1.
    fn add(&mut self, number: u64, group: &SimilarGroup<'_>) {
        self.starts.push(self.batch.len());
        for file in group.files() {
            self.batch.push(&Row {
                parent: &file.parent,
                name: file.name,
                size: Some(file.size),
                group: Some(numbered(number)),
                similarity: Some(file.similarity),
                ..Row::default()
            });
        }
    }
}

impl Chunk for Groups {
    const PHASE: &'static str = "walking";

    fn new(schema: &Arc<Schema>) -> Self {
        let batch = RecordBatch::new(Arc::clone(schema));
        Self { batch, starts: Vec::new(), path: Vec::new() }
    }

    fn batch(&self) -> &RecordBatch {
        &self.batch
    }

    fn rows(&self) -> usize {
        self.starts.len()
    }

    fn record<'py>(
        &mut self,
        row: usize,
        make: &Make<'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = make.py;
        let rows = self.place(row)..self.place(row + 1);
        let mut files = Vec::with_capacity(rows.len());
        let mut similarities = Vec::with_capacity(rows.len());
        let mut sizes = Vec::with_capacity(rows.len());
        for row in rows {
            let file = RowRef { batch: &self.batch, row };
            files.push(names::decoded(py, file.path(&mut self.path))?);
            similarities.push(similarity(&self.batch, row));
            sizes.push(file.size().unwrap_or_default());
        }
        make.tuple((
            PyTuple::new(py, files)?,
            PyTuple::new(py, similarities)?,
            PyTuple::new(py, sizes)?,
        ))
    }

    fn place(&self, row: usize) -> usize {
        self.starts.get(row).copied().unwrap_or(self.batch.len())
    }
}

/// Pairs of files whose texts are nearly the same.
#[derive(Debug)]
pub(crate) struct Pairs {
    batch: RecordBatch,
    /// Room for a path.
    path: Vec<u8>,
}

impl Pairs {
    /// Adds a pair of a group, which is counted from 1.
    fn add(
        &mut self,
        number: u64,
        one: &SimilarFile<'_>,
        other: &SimilarFile<'_>,
    ) {
        let path = [&*other.parent, other.name].concat();
        self.batch.push(&Row {
            parent: &one.parent,
            name: one.name,
            other: Some(&path),
            group: Some(numbered(number)),
            similarity: Some(one.similarity),
            ..Row::default()
        });
    }
}

impl Chunk for Pairs {
    const PHASE: &'static str = "walking";

    fn new(schema: &Arc<Schema>) -> Self {
        Self { batch: RecordBatch::new(Arc::clone(schema)), path: Vec::new() }
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
        let path = names::decoded(py, file.path(&mut self.path))?;
        let other = match self.batch.column(FieldId::Other) {
            Some(Column::Name(names)) => names.get(row),
            _ => None,
        };
        let group = match self.batch.column(FieldId::Group) {
            Some(Column::Unsigned(numbers)) => {
                numbers.get(row).copied().flatten()
            }
            _ => None,
        };
        make.tuple((
            group,
            similarity(&self.batch, row),
            path,
            other.map(|other| names::decoded(py, other)).transpose()?,
        ))
    }
}

fn similarity(batch: &RecordBatch, row: usize) -> Option<f64> {
    match batch.column(FieldId::Similarity) {
        Some(Column::Float(numbers)) => numbers.get(row).copied().flatten(),
        _ => None,
    }
}

/// A group, of which only the number is told.
fn numbered(number: u64) -> Group {
    Group { number, reclaimable: 0 }
}

/// Begins a search for texts that are nearly the same: for groups of them, or
/// for pairs.
#[pyfunction]
#[pyo3(signature = (
    roots, walk, pairs, threshold, shingle_size, characters, max_file_size,
    threads, progress, raises, path_bytes, record
))]
#[expect(clippy::too_many_arguments, reason = "the program has as many")]
pub(crate) fn similar(
    roots: &Bound<'_, PyAny>,
    walk: &Walk,
    pairs: bool,
    threshold: &Bound<'_, PyAny>,
    shingle_size: &Bound<'_, PyAny>,
    characters: &Bound<'_, PyAny>,
    max_file_size: Option<&Bound<'_, PyAny>>,
    threads: Option<&Bound<'_, PyAny>>,
    progress: Option<Py<PyAny>>,
    raises: bool,
    path_bytes: &Bound<'_, PyAny>,
    record: Py<PyType>,
) -> PyResult<Run> {
    let py = roots.py();
    let given = Given::roots(roots, raises)?;
    let path_bytes = arguments::flag("path_bytes", path_bytes)?;
    let threshold = threshold
        .extract::<f64>()
        .map_err(|error| arguments::named(py, "threshold", error))?;
    let size = numbers::count("shingle_size", Some(shingle_size))?;
    let size = size.and_then(|size| u32::try_from(size).ok());
    let Some(size) = size.filter(|it| (1..=MAX_SIZE).contains(it)) else {
        return Err(PyValueError::new_err(format!(
            "shingle_size: it is not from 1 to {MAX_SIZE}"
        )));
    };
    let unit = match arguments::flag("characters", characters)? {
        true => Unit::Characters,
        false => Unit::Words,
    };
    let mut options = SimilarOptions {
        threshold,
        shingling: Shingling::clamped(unit, size),
        ..SimilarOptions::default()
    };
    options.check().map_err(|error| crate::failure::of_run(&error))?;
    if let Some(size) = numbers::size("max_file_size", max_file_size)? {
        options.max_file_size = size;
    }
    filters::check(&walk.filter().for_duplicates())?;
    let engine = engines::engine(py, numbers::threads("threads", threads)?)?;
    options.walk = walk.plain_options()?;
    Ok(match pairs {
        true => {
            let work = pairs_work(engine, given, options, raises);
            Run::new(work, record, progress, path_bytes)
        }
        false => {
            let work = groups_work(engine, given, options, raises);
            Run::new(work, record, progress, path_bytes)
        }
    })
}

/// Searches. What is wrong with entries goes where errors go.
fn find<C: Chunk>(
    engine: &Engine,
    given: &Given,
    mut options: SimilarOptions,
    (feed, monitor): (&crate::feed::Feed<C>, &Monitor),
    raises: bool,
) -> Result<Similar, Error> {
    options.walk.storage = Some(given.storage());
    let request = engine.similar(given.all()).options(options);
    request
        .monitor(monitor)
        .find(|error| runner::route_error(feed, given, error, raises))
}

fn groups_work(
    engine: Engine,
    given: Given,
    options: SimilarOptions,
    raises: bool,
) -> Work<Groups> {
    let schema = Schema::new(RecordKind::Similar, []);
    Work::new(schema, move |feed, monitor| {
        let found = find(&engine, &given, options, (feed, monitor), raises)?;
        for (number, group) in (1..).zip(found.groups()) {
            let push = |groups: &mut Groups| groups.add(number, &group);
            if feed.push(push).is_break() {
                return Err(Error::Cancelled);
            }
        }
        Ok(Totals::Similar(found.summary()))
    })
}

fn pairs_work(
    engine: Engine,
    given: Given,
    options: SimilarOptions,
    raises: bool,
) -> Work<Pairs> {
    let schema = Schema::new(RecordKind::SimilarPair, []);
    Work::new(schema, move |feed, monitor| {
        let found = find(&engine, &given, options, (feed, monitor), raises)?;
        // What was told of the run's progress stays what it was.
        let quiet = Monitor { progress: None, ..monitor.clone() };
        let mut wanted = ControlFlow::Continue(());
        let errors = engine.similar_pairs(
            &found,
            &quiet,
            |error| runner::route_error(feed, &given, error, raises),
            |group, one, other| {
                let number = group as u64 + 1;
                wanted = feed
                    .push(|pairs: &mut Pairs| pairs.add(number, one, other));
                wanted
            },
        );
        if wanted.is_break() {
            return Err(Error::Cancelled);
        }
        let mut summary = found.summary();
        summary.scanned.errors += errors?;
        Ok(Totals::Similar(summary))
    })
}
