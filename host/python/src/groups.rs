//! Groups of equal files, in columns: a row for each file.

use std::sync::Arc;

use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    prelude::*,
    types::{PyDict, PyString, PyTuple},
};
use sanchay::{
    Content, DuplicateOptions, Engine, EntryKind, Error, FolderGroup, Group,
    GroupOrderError, GroupValues, Monitor,
};
use sanchay_core::record::{self, RecordBatch, RecordKind, Row, Schema};
use sanchay_names::OsStrExt as _;

use crate::{
    arguments,
    columns::{Chunk, Make, RowRef},
    given::Given,
    names, numbers,
    runner::{self, Totals, Work},
};

/// Groups of equal files.
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
    fn add(
        &mut self,
        number: u64,
        group: &Group<'_>,
        values: &GroupValues<'_>,
    ) {
        self.starts.push(self.batch.len());
        let content = Content::Whole(group.algorithm(), group.digest());
        let reclaimable = group.reclaimable();
        for (index, member) in group.files().enumerate() {
            self.batch.push(&Row {
                parent: &member.parent,
                name: member.name,
                kind: Some(EntryKind::File),
                size: Some(group.size()),
                content: Some(content),
                group: Some(record::Group { number, reclaimable }),
                role: Some(member.role),
                values: values.of(index),
                ..Row::default()
            });
        }
    }

    /// Adds a group of identical folders, counted from 1.
    fn add_folders(&mut self, number: u64, group: &FolderGroup) {
        self.starts.push(self.batch.len());
        let content = Content::Whole(group.algorithm, group.digest);
        let reclaimable = group.reclaimable;
        for (path, role) in group.paths.iter().zip(&group.roles) {
            self.batch.push(&Row {
                name: path.as_os_str().as_bytes(),
                kind: Some(EntryKind::Directory),
                size: Some(group.size),
                file_count: Some(group.files),
                content: Some(content),
                group: Some(record::Group { number, reclaimable }),
                role: Some(*role),
                ..Row::default()
            });
        }
    }

    /// Adds a group of merged shards.
    pub(crate) fn add_merged(
        &mut self,
        number: u64,
        group: &sanchay_shards::MergedGroup<'_>,
    ) {
        self.starts.push(self.batch.len());
        let content = Content::Whole(group.algorithm(), group.digest());
        let reclaimable = group.reclaimable();
        for (parent, name) in group.files() {
            self.batch.push(&Row {
                parent,
                name,
                size: Some(group.size()),
                content: Some(content),
                group: Some(record::Group { number, reclaimable }),
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
        let first = RowRef { batch: &self.batch, row: rows.start };
        let (Some(size), Some(content), Some(reclaimable)) =
            (first.size(), first.content(), first.reclaimable())
        else {
            debug_assert!(false, "group {row} has no first file");
            return Ok(py.None().into_bound(py));
        };
        let mut files = Vec::with_capacity(rows.len());
        let mut roles = Vec::with_capacity(rows.len());
        for row in rows.clone() {
            let file = RowRef { batch: &self.batch, row };
            files.push(names::decoded(py, file.path(&mut self.path))?);
            roles.push(PyString::intern(py, file.role()));
        }
        let record = make.tuple((
            size,
            PyString::intern(py, content.algorithm().name()),
            content.to_string(),
            PyTuple::new(py, files)?,
            reclaimable,
            PyTuple::new(py, roles)?,
            PyString::intern(py, first.kind()),
            first.file_count(),
        ))?;
        make.add_values(&record, || {
            let values =
                rows.map(|row| RowRef { batch: &self.batch, row }.values(py));
            PyTuple::new(py, values.collect::<PyResult<Vec<_>>>()?)
        })?;
        Ok(record)
    }

    fn place(&self, row: usize) -> usize {
        self.starts.get(row).copied().unwrap_or(self.batch.len())
    }
}

/// Which groups are wanted: the options of a search that no other run has.
///
/// # Errors
/// `TypeError` and `ValueError`, with the name of the option.
pub(crate) fn wanted(
    groups: &Bound<'_, PyDict>,
    given: &mut Given,
) -> PyResult<DuplicateOptions> {
    let mut options = DuplicateOptions::default();
    for (name, value) in groups {
        let name = name.extract::<String>()?;
        match name.as_str() {
            "against" => options.against = given.more(&name, &value)?,
            "reference" => options.references = given.more(&name, &value)?,
            "folders" => options.folders = arguments::flag(&name, &value)?,
            "same_device" => {
                options.same_device = arguments::flag(&name, &value)?;
            }
            "min_group" => {
                let least = numbers::count(&name, Some(&value))?;
                let least = least.map(usize::try_from).transpose();
                options.min_group = least.ok().flatten().unwrap_or(usize::MAX);
            }
            "verify" => options.verify = arguments::flag(&name, &value)?,
            "sort" => {
                let order = value.extract::<String>();
                let order = order.map_err(|error| {
                    arguments::named(value.py(), &name, error)
                })?;
                options.order =
                    order.parse().map_err(|why: GroupOrderError| {
                        PyValueError::new_err(format!("{name}: {why}"))
                    })?;
            }
            _ => {
                return Err(PyTypeError::new_err(format!(
                    "duplicates() got an unexpected keyword argument '{name}'"
                )));
            }
        }
    }
    Ok(options)
}

/// The work of a search for duplicates.
pub(crate) fn work(
    engine: Engine,
    given: Given,
    mut options: DuplicateOptions,
    raises: bool,
) -> Work<Groups> {
    options.walk.storage = Some(given.storage());
    let plugins = options.walk.plugins.clone();
    let schema = plugins.schema(RecordKind::Duplicate);
    let schema = match options.folders {
        true => schema.with_folders(),
        false => schema,
    };
    let references = &options.references;
    let schema = match options.against.is_empty() && references.is_empty() {
        true => schema,
        false => schema.with_role(),
    };
    Work::new(schema, move |feed, monitor| {
        let roots = given.all();
        let found =
            engine.duplicates(&roots).options(options).monitor(monitor).find(
                |error| runner::route_error(feed, &given, error, raises),
            )?;
        // What was told of the run's progress stays what it was.
        let quiet = Monitor { progress: None, ..monitor.clone() };
        let (mut number, mut wanted) = (0, true);
        for folders in found.folder_groups() {
            number += 1;
            let pushed = feed.push(|groups: &mut Groups| {
                groups.add_folders(number, folders);
            });
            if pushed.is_break() {
                return Err(Error::Cancelled);
            }
        }
        let errors = engine.extract_groups(
            &found,
            &plugins,
            &quiet,
            |error| runner::route_error(feed, &given, error, raises),
            |group, values| {
                number += 1;
                let pushed = feed.push(|groups: &mut Groups| {
                    groups.add(number, &group, &values);
                });
                wanted = pushed.is_continue();
                pushed
            },
        );
        if !wanted {
            return Err(Error::Cancelled);
        }
        let mut summary = found.summary();
        summary.scanned.errors += errors?;
        Ok(Totals::Duplicates(summary))
    })
}
