//! Groups of equal files, in columns.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray, UInt64Array};
use arrow_schema::{ArrowError, DataType, Schema};
use pyo3::{
    prelude::*,
    types::{PyString, PyTuple},
};
use sanchay::{Digest, DuplicateOptions, Engine, Error, Group};

use crate::{
    arrow,
    columns::{Chunk, Make, Paths},
    given::Given,
    names,
    runner::{self, Totals, Work},
};

/// Groups of equal files.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    groups: Vec<Row>,
    /// The paths of all of them, one group's after the other's.
    paths: Paths,
}

#[derive(Debug)]
struct Row {
    /// Counted from 1, as the program's CSV counts them.
    number: u64,
    size: u64,
    algorithm: &'static str,
    digest: Digest,
    reclaimable: u64,
    /// Where its paths begin and end.
    paths: std::ops::Range<usize>,
}

impl Groups {
    fn add(&mut self, number: u64, group: &Group<'_>) {
        let start = self.paths.len();
        for member in group.files() {
            self.paths.push([&*member.parent, member.name]);
        }
        self.groups.push(Row {
            number,
            size: group.size(),
            algorithm: group.algorithm().name(),
            digest: group.digest(),
            reclaimable: group.reclaimable(),
            paths: start..self.paths.len(),
        });
    }

    /// What could be reclaimed of each group, with its first file only: so
    /// the column can be summed.
    fn reclaimable(&self) -> Arc<UInt64Array> {
        let rows = self.groups.iter().flat_map(|row| {
            let others = row.paths.len().saturating_sub(1);
            std::iter::once(Some(row.reclaimable))
                .chain(std::iter::repeat_n(None, others))
        });
        Arc::new(rows.collect())
    }

    /// A number of each group, once for each of its files.
    fn each(&self, number: impl Fn(&Row) -> u64) -> Arc<UInt64Array> {
        let rows = self
            .groups
            .iter()
            .flat_map(|row| std::iter::repeat_n(number(row), row.paths.len()));
        Arc::new(UInt64Array::from_iter_values(rows))
    }

    /// A text of each group, once for each of its files.
    fn texts(&self, text: impl Fn(&Row) -> String) -> Arc<StringArray> {
        let rows = self
            .groups
            .iter()
            .flat_map(|row| std::iter::repeat_n(text(row), row.paths.len()));
        Arc::new(StringArray::from_iter_values(rows))
    }
}

impl Chunk for Groups {
    const PHASE: &'static str = "walking";

    fn rows(&self) -> usize {
        self.groups.len()
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
        let Some(row) = self.groups.get(row) else {
            return Ok(py.None().into_bound(py));
        };
        let files = row
            .paths
            .clone()
            .map(|path| names::decoded(py, self.paths.get(path)))
            .collect::<PyResult<Vec<_>>>()?;
        make.tuple((
            row.size,
            PyString::intern(py, row.algorithm),
            row.digest.to_string(),
            PyTuple::new(py, files)?,
            row.reclaimable,
        ))
    }

    fn schema(path_bytes: bool) -> Arc<Schema> {
        let mut fields = vec![
            arrow::field("group", DataType::UInt64),
            arrow::field("size", DataType::UInt64),
            arrow::field("algorithm", DataType::Utf8),
            arrow::field("hash", DataType::Utf8),
        ];
        fields.extend(arrow::path_fields(path_bytes));
        fields.push(arrow::field("reclaimable", DataType::UInt64));
        Arc::new(Schema::new(fields))
    }

    fn batch(self, path_bytes: bool) -> Result<RecordBatch, ArrowError> {
        let numbers = self.each(|row| row.number);
        let sizes = self.each(|row| row.size);
        let algorithms = self.texts(|row| row.algorithm.to_owned());
        let hashes = self.texts(|row| row.digest.to_string());
        let reclaimable = self.reclaimable();
        let mut columns: Vec<ArrayRef> =
            vec![numbers, sizes, algorithms, hashes];
        columns.extend(arrow::paths(self.paths, path_bytes)?);
        columns.push(reclaimable);
        RecordBatch::try_new(Self::schema(path_bytes), columns)
    }

    fn place(&self, row: usize) -> usize {
        let end = self.paths.len();
        self.groups.get(row).map_or(end, |row| row.paths.start)
    }
}

/// The work of a search for duplicates.
pub(crate) fn work(
    engine: Engine,
    given: Given,
    mut options: DuplicateOptions,
    raises: bool,
) -> Work<Groups> {
    options.walk.storage = Some(given.storage());
    Box::new(move |feed, monitor| {
        let roots = given.all();
        let found = engine
            .duplicates(&roots)
            .options(options.clone())
            .monitor(monitor)
            .find(|error| runner::settle(feed, &given, error, raises))?;
        for (number, group) in (1..).zip(found.groups()) {
            let add = |groups: &mut Groups| groups.add(number, &group);
            if feed.push(add).is_break() {
                return Err(Error::Cancelled);
            }
        }
        Ok(Totals::Duplicates(found.summary()))
    })
}
