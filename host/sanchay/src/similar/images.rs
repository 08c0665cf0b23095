//! Finding pictures that look the same.
//!
//! Each picture is decoded once, in the sandbox, for its thumbnail. Thumbnails
//! whose digests differ in few bits are compared.

mod groups;
mod pairs;
mod preview;
mod reader;

use std::{fmt, ops::ControlFlow, path::PathBuf, sync::Arc};

use sanchay_core::{grouping::FileTable as _, size::total};
use sanchay_sandbox::plugin::{Interest, Plugin};

pub use self::groups::{
    ImagePair, SimilarImage, SimilarImageGroup, SimilarImages,
    SimilarImagesSummary,
};
pub use self::preview::PicturePreview;
use self::{pairs::Pairs, reader::Reader};
use super::{
    collect::{Sites, chosen, collect},
    options::check_threshold,
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

/// The least threshold: what is less alike is not looked for.
const LEAST: f64 = 0.7;

/// Which pictures to compare, and how alike they are to be.
#[derive(Clone, Debug)]
pub struct SimilarImagesOptions {
    /// Which files. Unless a least size is given, empty files are left out.
    pub walk: WalkOptions,
    /// How alike two pictures are at least: from 0.7 to 1, by default 0.9.
    pub threshold: f64,
    /// Whether pictures are also alike that are turned by 90, 180 or 270
    /// degrees.
    pub rotations: bool,
    /// Larger files, in bytes, are left out; by default 128 MiB, and no more.
    pub max_file_size: u64,
}

impl Default for SimilarImagesOptions {
    fn default() -> Self {
        Self {
            walk: WalkOptions::default(),
            threshold: 0.9,
            rotations: false,
            max_file_size: 128 << 20,
        }
    }
}

impl SimilarImagesOptions {
    /// Whether there can be such a search.
    ///
    /// # Errors
    /// [`Error::Option`] for a threshold that is none.
    pub fn check(&self) -> Result<(), Error> {
        check_threshold(self.threshold, LEAST)
    }
}

/// A search for pictures that look the same:
/// [`Engine::similar_images`](crate::Engine::similar_images) begins one.
#[derive(Clone)]
#[must_use = "a request does nothing until it is started"]
pub struct SimilarImagesRequest {
    pool: Arc<Pool>,
    roots: Vec<PathBuf>,
    options: SimilarImagesOptions,
    monitor: Monitor,
}

impl fmt::Debug for SimilarImagesRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimilarImagesRequest")
            .field("roots", &self.roots)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl SimilarImagesRequest {
    pub(crate) fn new(pool: Arc<Pool>, roots: Vec<PathBuf>) -> Self {
        let (options, monitor) =
            (SimilarImagesOptions::default(), Monitor::default());
        Self { pool, roots, options, monitor }
    }

    fn walk(&mut self) -> &mut WalkOptions {
        &mut self.options.walk
    }

    /// Takes all of these options, in place of those before.
    pub fn options(mut self, options: SimilarImagesOptions) -> Self {
        self.options = options;
        self
    }

    walk_methods!();

    monitor_methods!();

    /// How alike two pictures are at least, from 0.7 to 1; by default 0.9.
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.options.threshold = threshold;
        self
    }

    /// Whether turned pictures are alike, too.
    pub fn rotations(mut self, rotations: bool) -> Self {
        self.options.rotations = rotations;
        self
    }

    /// Searches. The answer is the same on every run over the same files. A
    /// picture takes about 700 bytes of memory during the run, and each thread
    /// what a decoder needs: up to 768 MiB for pictures of 100 million pixels.
    ///
    /// `on_error` is called from the worker threads, from several at once,
    /// and ends the run by returning `Break`.
    ///
    /// # Errors
    /// [`Error::Cancelled`] if the run was ended before it was done;
    /// [`Error::Option`] for a threshold that is none;
    /// [`Error::Filter`], [`Error::Threads`] and [`Error::Sandbox`] if it
    /// could not begin. What is wrong with a file goes to `on_error`.
    pub fn find(
        self,
        on_error: impl Fn(EntryError) -> ControlFlow<()> + Sync,
    ) -> Result<SimilarImages, Error> {
        let Self { pool, roots, options, monitor } = self;
        let sites = Sites::of(&roots);
        find(&pool, sites, options, &monitor, &on_error)
    }

    /// The same for a plan: the files of `references` stay, and the answer
    /// knows of each file when it was modified and changed.
    pub(crate) fn find_keeping(
        self,
        references: &[PathBuf],
        on_error: &(dyn Fn(EntryError) -> ControlFlow<()> + Sync),
    ) -> Result<SimilarImages, Error> {
        let Self { pool, roots, options, monitor } = self;
        let sites = Sites { roots: &roots, references, times: true };
        find(&pool, sites, options, &monitor, on_error)
    }
}

fn find(
    pool: &Pool,
    sites: Sites<'_>,
    options: SimilarImagesOptions,
    monitor: &Monitor,
    on_error: &(dyn Fn(EntryError) -> ControlFlow<()> + Sync),
) -> Result<SimilarImages, Error> {
    options.check()?;
    options.walk.plugins.begin();
    let plugin = Plugin::pictures().map_err(Error::Sandbox)?;
    let extractor = plugin.extractor().ok_or_else(|| Error::Option {
        option: "images",
        why: "the bundled extractor is none".to_owned(),
    })?;
    let run = RunState::new(monitor);
    let collection = collect(pool, sites, &options.walk, &run, on_error)?;
    let walked = run.outcome()?;
    let (mut files, _) = chosen(pool, &collection, u64::MAX);
    files.retain(|file| {
        let (name, size) = (collection.name(*file), collection.size(*file));
        extractor.interest(name, size) == Interest::Bytes
    });
    let all = files.len();
    files.retain(|file| collection.size(*file) <= options.max_file_size);
    let too_large = all.saturating_sub(files.len()) as u64;
    let bytes = total(files.iter().map(|file| collection.size(*file)));
    run.begin_comparing(files.len() as u64, bytes);
    let comparison = Comparison {
        pool,
        cache: None,
        run: &run,
        collection: &collection,
        on_error,
    };
    let reader = Reader { comparison, plugin: &plugin };
    let images = reader.read_all(&files)?;
    run.outcome()?;
    let pairs = Pairs::new(&images, options.threshold, options.rotations);
    let groups = pairs.groups(pool, &run)?;
    let compared = run.outcome()?;
    let scanned = Summary {
        errors: compared.errors,
        named_errors: compared.named_errors,
        ..walked
    };
    Ok(SimilarImages {
        collection,
        threshold: options.threshold,
        rotations: options.rotations,
        images,
        groups,
        scanned,
        too_large,
    })
}
