//! Groups of files whose texts are nearly the same, or of pictures that look
//! the same, and pairs of them, in columns.

use std::{
    ops::{ControlFlow, Range},
    sync::{Arc, Mutex},
};

use pyo3::{
    exceptions::PyValueError,
    prelude::*,
    types::{PyBytes, PyDict, PyTuple, PyType},
};
use sanchay::{
    Engine, Error, Monitor, Shingling, Similar, SimilarFile, SimilarImage,
    SimilarImages, SimilarImagesOptions, SimilarImagesSummary, SimilarOptions,
    SimilarSummary, Sketches, Summary, Unit, WalkOptions,
};
use sanchay_core::{
    record::{Column, FieldId, Group, RecordBatch, RecordKind, Row, Schema},
    similarity::MAX_SIZE,
};
use sanchay_names::OsStrExt as _;
use sanchay_shards::{FoundSimilar, Likeness, SimilarMember};
use sanchay_sync::lock;

use crate::{
    arguments,
    catalogs::Failures,
    columns::{Chunk, Make, RowRef},
    engines, failure,
    feed::Feed,
    filters,
    given::Given,
    names, numbers,
    options::Walk,
    run::Run,
    runner::{self, Totals, Work},
    tasks,
};

/// What a search came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Alike {
    /// What was looked at.
    pub(crate) scanned: Summary,
    /// How many groups there are.
    pub(crate) groups: u64,
    /// How many files are in them.
    pub(crate) files: u64,
    /// How many files were compared.
    pub(crate) compared: u64,
    /// How many were left out for their size.
    pub(crate) too_large: u64,
}

impl From<SimilarSummary> for Alike {
    fn from(of: SimilarSummary) -> Self {
        let SimilarSummary { scanned, groups, files, too_large, .. } = of;
        Self { scanned, groups, files, compared: of.texts, too_large }
    }
}

impl From<SimilarImagesSummary> for Alike {
    fn from(of: SimilarImagesSummary) -> Self {
        let SimilarImagesSummary { scanned, groups, files, .. } = of;
        let (compared, too_large) = (of.images, of.too_large);
        Self { scanned, groups, files, compared, too_large }
    }
}

impl From<&FoundSimilar> for Alike {
    fn from(of: &FoundSimilar) -> Self {
        let files: usize = of.groups.iter().map(Vec::len).sum();
        let mut scanned = Summary::default();
        scanned.files = of.compared;
        Self {
            scanned,
            groups: of.groups.len() as u64,
            files: files as u64,
            compared: of.compared,
            too_large: 0,
        }
    }
}

/// A file as a row has it.
struct FileRow<'a> {
    parent: Arc<[u8]>,
    name: &'a [u8],
    size: u64,
    /// The width and height of a picture.
    extent: Option<(u32, u32)>,
    similarity: f64,
}

impl<'a> From<SimilarFile<'a>> for FileRow<'a> {
    fn from(file: SimilarFile<'a>) -> Self {
        let SimilarFile { parent, name, size, similarity, .. } = file;
        Self { parent, name, size, extent: None, similarity }
    }
}

impl<'a> From<SimilarImage<'a>> for FileRow<'a> {
    fn from(file: SimilarImage<'a>) -> Self {
        let extent = Some((file.width, file.height));
        let SimilarImage { parent, name, size, similarity, .. } = file;
        Self { parent, name, size, extent, similarity }
    }
}

impl<'a> From<&'a SimilarMember> for FileRow<'a> {
    fn from(file: &'a SimilarMember) -> Self {
        let SimilarMember { path, size, similarity } = file;
        let (parent, extent) = (Arc::default(), None);
        Self {
            parent,
            name: path,
            size: *size,
            extent,
            similarity: *similarity,
        }
    }
}

/// Groups of files that are nearly the same: a row for each file.
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
    fn add<'a>(
        &mut self,
        number: u64,
        files: impl Iterator<Item = FileRow<'a>>,
    ) {
        self.starts.push(self.batch.len());
        for file in files {
            self.batch.push(&Row {
                parent: &file.parent,
                name: file.name,
                size: Some(file.size),
                group: Some(numbered(number)),
                similarity: Some(file.similarity),
                extent: file.extent,
                ..Row::default()
            });
        }
    }

    /// What a column of numbers has in some rows; nothing if it is missing.
    fn numbers(&self, id: FieldId, rows: Range<usize>) -> Vec<u64> {
        let column = match self.batch.column(id) {
            Some(Column::Unsigned(numbers)) => numbers.as_slice(),
            _ => &[],
        };
        let found = column.get(rows).unwrap_or_default();
        found.iter().map(|it| it.unwrap_or_default()).collect()
    }
}

impl Groups {
    /// Adds a group of merged shards, counted from 1.
    pub(crate) fn add_merged(&mut self, number: u64, files: &[SimilarMember]) {
        self.add(number, files.iter().map(FileRow::from));
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
        let widths = self.numbers(FieldId::Width, rows.clone());
        let heights = self.numbers(FieldId::Height, rows.clone());
        let (widths, heights) =
            (PyTuple::new(py, widths)?, PyTuple::new(py, heights)?);
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
            widths,
            heights,
        ))
    }

    fn place(&self, row: usize) -> usize {
        self.starts.get(row).copied().unwrap_or(self.batch.len())
    }
}

/// Pairs of files that are nearly the same.
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
        (parent, name): (&[u8], &[u8]),
        (other_parent, other_name): (&[u8], &[u8]),
        similarity: f64,
    ) {
        let path = [other_parent, other_name].concat();
        self.batch.push(&Row {
            parent,
            name,
            other: Some(&path),
            group: Some(numbered(number)),
            similarity: Some(similarity),
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

/// What is looked for.
pub(crate) enum Wanted {
    Texts(SimilarOptions),
    Images(SimilarImagesOptions),
}

impl Wanted {
    /// What options by these names say: `images`, `rotations`, `threshold`,
    /// `shingle_size`, `characters` and `max_file_size`, all of them.
    ///
    /// # Errors
    /// `TypeError` and `ValueError`, with the name of the option.
    pub(crate) fn of(options: &Bound<'_, PyDict>) -> PyResult<Self> {
        let py = options.py();
        let given = |name: &str| options.get_item(name);
        let some = |name: &str| {
            given(name).map(|it| it.filter(|given| !given.is_none()))
        };
        let flag = |name: &str| match given(name)? {
            Some(given) => arguments::flag(name, &given),
            None => Ok(false),
        };
        let threshold = some("threshold")?.map(|given| {
            let number = given.extract::<f64>();
            number.map_err(|error| arguments::named(py, "threshold", error))
        });
        let threshold = threshold.transpose()?;
        let shingling =
            shingling(given("shingle_size")?.as_ref(), flag("characters")?)?;
        let size = some("max_file_size")?;
        let size = numbers::size("max_file_size", size.as_ref())?;
        let rotations = flag("rotations")?;
        let wanted = match flag("images")? {
            true if shingling != Shingling::default() => {
                return Err(PyValueError::new_err(
                    "shingle_size, characters: pictures have no shingles",
                ));
            }
            true => {
                let of = SimilarImagesOptions::default();
                Self::Images(SimilarImagesOptions {
                    threshold: threshold.unwrap_or(of.threshold),
                    rotations,
                    max_file_size: size.unwrap_or(of.max_file_size),
                    ..of
                })
            }
            false if rotations => {
                let why = "rotations: needs images=True";
                return Err(PyValueError::new_err(why));
            }
            false => {
                let of = SimilarOptions::default();
                Self::Texts(SimilarOptions {
                    threshold: threshold.unwrap_or(of.threshold),
                    shingling,
                    max_file_size: size.unwrap_or(of.max_file_size),
                    ..of
                })
            }
        };
        match &wanted {
            Self::Texts(options) => options.check(),
            Self::Images(options) => options.check(),
        }
        .map_err(|error| failure::of_run(&error))?;
        Ok(wanted)
    }

    /// The texts that are looked for.
    ///
    /// # Errors
    /// `ValueError` if it is pictures.
    fn texts(self) -> PyResult<SimilarOptions> {
        match self {
            Self::Texts(options) => Ok(options),
            Self::Images(_) => Err(PyValueError::new_err(
                "images: pictures have no sketches that others could compare",
            )),
        }
    }

    /// The records of the groups that are found.
    const fn records(&self) -> RecordKind {
        match self {
            Self::Texts(_) => RecordKind::Similar,
            Self::Images(_) => RecordKind::SimilarImage,
        }
    }
}

/// Begins a search for texts that are nearly the same, or for pictures: for
/// groups of them, or for pairs.
#[pyfunction]
#[pyo3(signature = (
    roots, walk, pairs, likeness, threads, progress, raises, path_bytes, record
))]
#[expect(clippy::too_many_arguments, reason = "the program has as many")]
pub(crate) fn similar(
    roots: &Bound<'_, PyAny>,
    walk: &Walk,
    pairs: bool,
    likeness: &Bound<'_, PyDict>,
    threads: Option<&Bound<'_, PyAny>>,
    progress: Option<Py<PyAny>>,
    raises: bool,
    path_bytes: &Bound<'_, PyAny>,
    record: Py<PyType>,
) -> PyResult<Run> {
    let py = roots.py();
    let given = Given::roots(roots, raises)?;
    let path_bytes = arguments::flag("path_bytes", path_bytes)?;
    let wanted = Wanted::of(likeness)?;
    filters::check(&walk.filter().for_duplicates())?;
    let engine = engines::engine(py, numbers::threads("threads", threads)?)?;
    let walk = walk.plain_options()?;
    let search = Search { engine, given, walk, wanted, raises };
    Ok(match pairs {
        true => Run::new(search.pairs(), record, progress, path_bytes),
        false => Run::new(search.groups(), record, progress, path_bytes),
    })
}

/// Files with texts: their paths, the numbers of their bands, those of one
/// after those of the other, what went wrong, and how many files were looked at.
type Sketched<'py> =
    (Vec<Bound<'py, PyBytes>>, Vec<u64>, Bound<'py, PyTuple>, u64);

/// Reads texts, and compares none: what each may be like.
#[pyfunction]
#[pyo3(signature = (roots, walk, likeness, threads, progress))]
pub(crate) fn sketch<'py>(
    roots: &Bound<'py, PyAny>,
    walk: &Walk,
    likeness: &Bound<'py, PyDict>,
    threads: Option<&Bound<'py, PyAny>>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Sketched<'py>> {
    let py = roots.py();
    let given = Given::roots(roots, true)?;
    let options = Wanted::of(likeness)?.texts()?;
    filters::check(&walk.filter().for_duplicates())?;
    let engine = engines::engine(py, numbers::threads("threads", threads)?)?;
    let mut walk = walk.plain_options()?;
    walk.storage = Some(given.storage());
    let options = SimilarOptions { walk, ..options };
    let failures = Arc::new(Mutex::new(Failures::default()));
    let theirs = Arc::clone(&failures);
    let sketched =
        tasks::look(py, "comparing", progress.as_ref(), move |monitor| {
            let request = engine.similar(given.all()).options(options);
            let request = request.monitor(monitor);
            let sketched =
                request.sketch(|error| lock(&theirs).add(error, true));
            let summary = sketched.as_ref().ok().map(Sketches::scanned);
            (sketched, summary)
        })?;
    let failures = lock(&failures);
    if let Some(error) = &failures.fatal {
        return Err(failure::of_entry(py, error));
    }
    let sketched = sketched.map_err(|error| failure::of_run(&error))?;
    let (mut paths, mut bands) = (Vec::new(), Vec::new());
    for text in sketched.texts() {
        paths.push(PyBytes::new(py, text.path.as_os_str().as_bytes()));
        bands.extend(text.bands);
    }
    let files = sketched.scanned().files;
    Ok((paths, bands, failures.exceptions(py)?, files))
}

/// How alike the texts of shards are to be, by the options of
/// [`Wanted::of`].
///
/// # Errors
/// As of it, and `ValueError` for what a plan cannot say.
pub(crate) fn likeness(options: &Bound<'_, PyDict>) -> PyResult<Likeness> {
    let wanted = Wanted::of(options)?.texts()?;
    let SimilarOptions { threshold, shingling, max_file_size, .. } = wanted;
    let likeness = Likeness::new(threshold, shingling, max_file_size);
    if (likeness.threshold() - threshold).abs() > 1e-12 {
        let why = "threshold: it has at most six decimals in plans";
        return Err(PyValueError::new_err(why));
    }
    Ok(likeness)
}

/// What texts are cut into.
fn shingling(
    size: Option<&Bound<'_, PyAny>>,
    characters: bool,
) -> PyResult<Shingling> {
    let size = match numbers::count("shingle_size", size)? {
        Some(size) => u32::try_from(size).ok(),
        None => Some(Shingling::default().size()),
    };
    let Some(size) = size.filter(|it| (1..=MAX_SIZE).contains(it)) else {
        return Err(PyValueError::new_err(format!(
            "shingle_size: it is not from 1 to {MAX_SIZE}"
        )));
    };
    let unit = match characters {
        true => Unit::Characters,
        false => Unit::Words,
    };
    Ok(Shingling::clamped(unit, size))
}

/// A search that is to be made.
struct Search {
    engine: Engine,
    given: Given,
    walk: WalkOptions,
    wanted: Wanted,
    raises: bool,
}

/// What a search found.
enum Found {
    Texts(Box<Similar>),
    Images(Box<SimilarImages>),
}

impl Found {
    fn summary(&self) -> Alike {
        match self {
            Self::Texts(found) => found.summary().into(),
            Self::Images(found) => found.summary().into(),
        }
    }
}

impl Search {
    /// Searches. What is wrong with entries goes where errors go.
    fn find<C: Chunk>(
        &self,
        feed: &Feed<C>,
        monitor: &Monitor,
    ) -> Result<Found, Error> {
        let roots = self.given.all();
        let mut walk = self.walk.clone();
        walk.storage = Some(self.given.storage());
        let on_error =
            |error| runner::route_error(feed, &self.given, error, self.raises);
        Ok(match &self.wanted {
            Wanted::Texts(options) => {
                let options = SimilarOptions { walk, ..options.clone() };
                let request = self.engine.similar(roots).options(options);
                Found::Texts(Box::new(
                    request.monitor(monitor).find(on_error)?,
                ))
            }
            Wanted::Images(options) => {
                let options = SimilarImagesOptions { walk, ..options.clone() };
                let request = self.engine.similar_images(roots);
                let request = request.options(options).monitor(monitor);
                Found::Images(Box::new(request.find(on_error)?))
            }
        })
    }

    fn groups(self) -> Work<Groups> {
        let schema = Schema::new(self.wanted.records(), []);
        Work::new(schema, move |feed, monitor| {
            let found = self.find(feed, monitor)?;
            let flow = match &found {
                Found::Texts(found) => (1..).zip(found.groups()).try_for_each(
                    |(number, group)| {
                        let files = group.files().map(FileRow::from);
                        feed.push(|groups: &mut Groups| {
                            groups.add(number, files);
                        })
                    },
                ),
                Found::Images(found) => (1..)
                    .zip(found.groups())
                    .try_for_each(|(number, group)| {
                        let files = group.files().map(FileRow::from);
                        feed.push(|groups: &mut Groups| {
                            groups.add(number, files);
                        })
                    }),
            };
            match flow {
                ControlFlow::Break(()) => Err(Error::Cancelled),
                ControlFlow::Continue(()) => {
                    Ok(Totals::Similar(found.summary()))
                }
            }
        })
    }

    fn pairs(self) -> Work<Pairs> {
        let schema = Schema::new(RecordKind::SimilarPair, []);
        Work::new(schema, move |feed, monitor| {
            let found = self.find(feed, monitor)?;
            let mut summary = found.summary();
            let flow = match &found {
                Found::Texts(found) => {
                    let (flow, errors) =
                        self.text_pairs(found, feed, monitor)?;
                    summary.scanned.errors += errors;
                    flow
                }
                Found::Images(found) => image_pairs(found, feed),
            };
            match flow {
                ControlFlow::Break(()) => Err(Error::Cancelled),
                ControlFlow::Continue(()) => Ok(Totals::Similar(summary)),
            }
        })
    }

    /// Hands on pairs of texts; how many files could not be read again.
    fn text_pairs(
        &self,
        found: &Similar,
        feed: &Feed<Pairs>,
        monitor: &Monitor,
    ) -> Result<(ControlFlow<()>, u64), Error> {
        // What was told of the run's progress stays what it was.
        let quiet = Monitor { progress: None, ..monitor.clone() };
        let mut flow = ControlFlow::Continue(());
        let errors = self.engine.similar_pairs(
            found,
            &quiet,
            |error| runner::route_error(feed, &self.given, error, self.raises),
            |group, one, other| {
                flow = feed.push(|pairs: &mut Pairs| {
                    pairs.add(
                        group as u64 + 1,
                        (&one.parent, one.name),
                        (&other.parent, other.name),
                        one.similarity,
                    );
                });
                flow
            },
        );
        match flow {
            ControlFlow::Break(()) => Ok((flow, 0)),
            ControlFlow::Continue(()) => Ok((flow, errors?)),
        }
    }
}

/// Hands on pairs of pictures.
fn image_pairs(found: &SimilarImages, feed: &Feed<Pairs>) -> ControlFlow<()> {
    for (number, group) in (1..).zip(found.groups()) {
        for pair in group.pairs() {
            feed.push(|pairs: &mut Pairs| {
                pairs.add(
                    number,
                    (&pair.one.parent, pair.one.name),
                    (&pair.other.parent, pair.other.name),
                    pair.similarity,
                );
            })?;
        }
    }
    ControlFlow::Continue(())
}
