//! Finding files whose texts are nearly the same.
//!
//! Each text is read once for its sketch: a MinHash signature of its shingles
//! and a digest of them, made in the sandbox. Texts of one digest are equal.
//! Of the others, those are read again that may be alike by their signatures,
//! and compared exactly.

mod alike;
mod by_similarity;
mod cache;
mod collect;
mod groups;
#[cfg(feature = "images")]
mod images;
mod links;
mod options;
mod pairs;
mod reader;
mod sketches;
mod texts;

use std::{
    fmt,
    ops::ControlFlow,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use sanchay_core::{
    grouping::FileTable as _, similarity::Shingling, size::total,
};

#[cfg(feature = "images")]
pub use self::images::{
    ImagePair, PicturePreview, SimilarImage, SimilarImageGroup, SimilarImages,
    SimilarImagesOptions, SimilarImagesRequest, SimilarImagesSummary,
};
pub(crate) use self::{
    alike::{Alike, AlikeFile, Compare, Task},
    pairs::visit_pairs,
};
use self::{
    by_similarity::BySimilarity,
    collect::{Sites, chosen, collect},
    links::Links,
    reader::TextReader,
};
pub use self::{
    groups::{Similar, SimilarFile, SimilarGroup, SimilarSummary},
    options::SimilarOptions,
    sketches::{SketchedText, Sketches},
};
use crate::{
    duplicates::compare::Comparison,
    error::{EntryError, Error},
    monitor::{Monitor, Summary},
    options::WalkOptions,
    pool::Pool,
    request::{monitor_methods, walk_methods},
    run::RunState,
};

/// A search for files whose texts are alike:
/// [`Engine::similar`](crate::Engine::similar) begins one.
#[derive(Clone)]
#[must_use = "a request does nothing until it is started"]
pub struct SimilarRequest {
    pool: Arc<Pool>,
    roots: Vec<PathBuf>,
    options: SimilarOptions,
    monitor: Monitor,
}

impl fmt::Debug for SimilarRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimilarRequest")
            .field("roots", &self.roots)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl SimilarRequest {
    pub(crate) fn new(pool: Arc<Pool>, roots: Vec<PathBuf>) -> Self {
        let (options, monitor) =
            (SimilarOptions::default(), Monitor::default());
        Self { pool, roots, options, monitor }
    }

    fn walk(&mut self) -> &mut WalkOptions {
        &mut self.options.walk
    }

    /// Takes all of these options, in place of those before.
    pub fn options(mut self, options: SimilarOptions) -> Self {
        self.options = options;
        self
    }

    walk_methods!();

    monitor_methods!();

    /// How alike two texts are at least: the Jaccard index of their sets of
    /// shingles, from 0.05 to 1; by default 0.8.
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.options.threshold = threshold;
        self
    }

    /// What texts are cut into; by default three words.
    pub fn shingling(mut self, shingling: Shingling) -> Self {
        self.options.shingling = shingling;
        self
    }

    /// Larger files, in bytes, are left out; by default 16 MiB.
    pub fn max_file_size(mut self, bytes: u64) -> Self {
        self.options.max_file_size = bytes;
        self
    }

    /// Searches. The answer is the same on every run over the same files. A
    /// text takes some six hundred bytes of memory during the run.
    ///
    /// `on_error` is called from the worker threads, from several at once,
    /// and ends the run by returning `Break`.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use sanchay::Engine;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let text: String = (0..99).map(|it| format!("line {it}\n")).collect();
    /// std::fs::write(folder.path().join("a"), &text)?;
    /// std::fs::write(folder.path().join("b"), text + "and another")?;
    /// std::fs::write(folder.path().join("c"), "something else")?;
    /// let engine = Engine::builder().build()?;
    /// let found = engine.similar([folder.path()]).find(|error| {
    ///     eprintln!("{error}");
    ///     ControlFlow::Continue(())
    /// })?;
    /// let groups: Vec<_> = found.groups().collect();
    /// let names: Vec<_> = groups[0].files().map(|it| it.name).collect();
    /// assert_eq!(names, [b"a", b"b"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Cancelled`] if the run was ended before it was done;
    /// [`Error::Option`] for a threshold that is none;
    /// [`Error::Filter`], [`Error::Threads`] and [`Error::Sandbox`] if it
    /// could not begin. What is wrong with a file goes to `on_error`.
    pub fn find(
        self,
        on_error: impl Fn(EntryError) -> ControlFlow<()> + Sync,
    ) -> Result<Similar, Error> {
        let Self { pool, roots, options, monitor } = self;
        let sites = Sites::of(&roots);
        find(&pool, sites, options, &monitor, &on_error)
    }

    /// Reads the texts, and answers with what each may be like, so that others
    /// can compare: see [`Sketches`]. Nothing is compared.
    ///
    /// # Errors
    /// As of [`find`](Self::find).
    pub fn sketch(
        self,
        on_error: impl Fn(EntryError) -> ControlFlow<()> + Sync,
    ) -> Result<Sketches, Error> {
        let Self { pool, roots, options, monitor } = self;
        sketches::sketch(&pool, &roots, options, &monitor, &on_error)
    }

    /// The same for a plan: the files of `references` stay, and the answer
    /// knows of each file when it was modified and changed.
    pub(crate) fn find_keeping(
        self,
        references: &[PathBuf],
        on_error: &(dyn Fn(EntryError) -> ControlFlow<()> + Sync),
    ) -> Result<Similar, Error> {
        let Self { pool, roots, options, monitor } = self;
        let sites = Sites { roots: &roots, references, times: true };
        find(&pool, sites, options, &monitor, on_error)
    }
}

fn find(
    pool: &Pool,
    sites: Sites<'_>,
    mut options: SimilarOptions,
    monitor: &Monitor,
    on_error: &(dyn Fn(EntryError) -> ControlFlow<()> + Sync),
) -> Result<Similar, Error> {
    options.check()?;
    options.walk.plugins = options.walk.plugins.with_similarity();
    options.walk.plugins.begin();
    let mut by_similarity = BySimilarity::new(pool, &options.walk)?;
    let run = RunState::new(monitor);
    let collection = collect(pool, sites, &options.walk, &run, on_error)?;
    let walked = run.outcome()?;
    let (files, too_large) = chosen(pool, &collection, options.max_file_size);
    let bytes = total(files.iter().map(|file| collection.size(*file)));
    run.begin_comparing(files.len() as u64, bytes);
    let comparison = Comparison {
        pool,
        cache: None,
        run: &run,
        collection: &collection,
        on_error,
    };
    let reader = TextReader { comparison, shingling: options.shingling };
    let mut texts = reader.sketch_all(&files)?;
    run.outcome()?;
    drop(files);
    let mut links = Links::new(&reader, &texts, options.threshold);
    links.find()?;
    let groups = links.groups()?;
    let comparisons = links.comparisons();
    let compared = run.outcome()?;
    texts.forget_signatures();
    let shown = match &mut by_similarity {
        Some(filter) => Some(groups.filtered(filter, &texts)?),
        None => None,
    };
    let scanned = Summary {
        errors: compared.errors,
        named_errors: compared.named_errors,
        ..walked
    };
    Ok(Similar {
        collection,
        options,
        texts,
        all: groups,
        shown,
        by_similarity: by_similarity.map(Mutex::new),
        scanned,
        too_large,
        comparisons,
    })
}
