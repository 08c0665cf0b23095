//! Sketches of texts, for those who compare them elsewhere: on several
//! machines, each of which sees some of the files.

use std::{fmt, ops::ControlFlow, path::PathBuf};

use sanchay_core::{
    grouping::FileTable as _,
    similarity::{Banding, PERMUTATIONS, Signature},
};

use super::{
    collect::{Sites, chosen, collect},
    options::SimilarOptions,
    reader::TextReader,
    texts::Texts,
};
use crate::{
    duplicates::{collection::Collection, compare::Comparison},
    error::{EntryError, Error},
    monitor::{Monitor, Summary},
    pool::Pool,
    run::RunState,
};

/// What texts may be like.
///
/// A text has a number for each of some bands. A search compares two texts
/// only if they have one of these numbers in the same place. So files that
/// such numbers join, directly or by others, can be searched by themselves:
/// the groups that are found in each of these sets are those of all files.
pub struct Sketches {
    collection: Collection,
    texts: Texts,
    banding: Banding,
    scanned: Summary,
    too_large: u64,
}

impl fmt::Debug for Sketches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sketches")
            .field("banding", &self.banding)
            .field("scanned", &self.scanned)
            .finish_non_exhaustive()
    }
}

/// A text, and what it may be like.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SketchedText {
    /// The file's path.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// A number for each band.
    pub bands: Vec<u64>,
}

impl Sketches {
    /// The texts; files with equal texts follow each other. Of names of one
    /// file there is the first.
    pub fn texts(&self) -> impl Iterator<Item = SketchedText> + '_ {
        let Self { collection, texts, banding, .. } = self;
        let count = u32::try_from(texts.len()).unwrap_or(u32::MAX);
        (0..count).flat_map(move |text| {
            let rows = texts.signature(text).chunks_exact(banding.rows.max(1));
            let bands = rows.take(banding.bands).map(Signature::band);
            let bands: Vec<u64> = bands.collect();
            let files = texts.file(text).into_iter().chain(texts.others(text));
            files.map(move |file| SketchedText {
                path: collection.path(file),
                size: collection.size(file),
                bands: bands.clone(),
            })
        })
    }

    /// How many bands a text has.
    #[must_use]
    pub fn bands(&self) -> usize {
        self.banding.bands
    }

    /// What was looked at.
    #[must_use]
    pub fn scanned(&self) -> Summary {
        self.scanned
    }

    /// How many files were left out for their size.
    #[must_use]
    pub fn too_large(&self) -> u64 {
        self.too_large
    }
}

/// Reads the texts of roots.
pub(super) fn sketch(
    pool: &Pool,
    roots: &[PathBuf],
    options: SimilarOptions,
    monitor: &Monitor,
    on_error: &(dyn Fn(EntryError) -> ControlFlow<()> + Sync),
) -> Result<Sketches, Error> {
    options.check()?;
    options.walk.plugins.begin();
    let run = RunState::new(monitor);
    let sites = Sites::of(roots);
    let collection = collect(pool, sites, &options.walk, &run, on_error)?;
    let walked = run.outcome()?;
    let (files, too_large) = chosen(pool, &collection, options.max_file_size);
    let sizes = files.iter().map(|file| collection.size(*file));
    run.begin_comparing(files.len() as u64, sanchay_core::size::total(sizes));
    let comparison = Comparison {
        pool,
        cache: None,
        run: &run,
        collection: &collection,
        on_error,
    };
    let reader = TextReader { comparison, shingling: options.shingling };
    let texts = reader.sketch_all(&files)?;
    let read = run.outcome()?;
    let scanned = Summary {
        errors: read.errors,
        named_errors: read.named_errors,
        ..walked
    };
    let banding = Banding::for_threshold(options.threshold, PERMUTATIONS);
    Ok(Sketches { collection, texts, banding, scanned, too_large })
}

#[cfg(test)]
mod tests {
    use std::{
        collections::{BTreeMap, BTreeSet},
        fs,
        ops::ControlFlow,
        path::PathBuf,
    };

    use crate::Engine;

    fn never(error: crate::EntryError) -> ControlFlow<()> {
        panic!("{error}")
    }

    /// Sets of paths that the numbers of bands join.
    fn joined(texts: &[super::SketchedText]) -> Vec<BTreeSet<PathBuf>> {
        let mut sets: Vec<BTreeSet<PathBuf>> = Vec::new();
        let mut of: BTreeMap<(usize, u64), PathBuf> = BTreeMap::new();
        for text in texts {
            let mut own = BTreeSet::from([text.path.clone()]);
            for band in text.bands.iter().copied().enumerate() {
                let other = of.entry(band).or_insert(text.path.clone());
                let place = sets.iter().position(|it| it.contains(other));
                if let Some(place) = place {
                    own.append(&mut sets.swap_remove(place));
                }
            }
            sets.push(own);
        }
        sets
    }

    #[test]
    fn files_that_bands_join_have_the_groups_of_all_files() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..60 {
            let group = number / 12;
            let words = (0..80).map(|at| match at % (number % 7 + 2) {
                0 => format!("{group}-other "),
                _ => format!("{group}-{at} "),
            });
            let text = words.collect::<String>();
            fs::write(folder.path().join(number.to_string()), text).unwrap();
        }
        fs::write(folder.path().join("none"), [0; 300]).unwrap();
        let engine = Engine::builder().threads(2).build().unwrap();
        let request =
            |roots: Vec<PathBuf>| engine.similar(roots).threshold(0.5);
        let groups = |roots: Vec<PathBuf>| {
            let found = request(roots).find(never).unwrap();
            let groups = found.groups().map(|group| {
                group.files().map(|it| it.path()).collect::<Vec<_>>()
            });
            groups.collect::<Vec<_>>()
        };
        let all = groups(vec![folder.path().to_owned()]);
        assert!(all.len() > 3, "{all:?}");
        let sketches =
            request(vec![folder.path().to_owned()]).sketch(never).unwrap();
        let texts: Vec<_> = sketches.texts().collect();
        assert_eq!((texts.len(), sketches.bands()), (60, 64));
        assert!(texts.iter().all(|it| it.bands.len() == 64 && it.size > 0));
        let sets = joined(&texts);
        assert!(sets.len() > 1, "{}", sets.len());
        let parts = sets.into_iter().map(|it| it.into_iter().collect());
        let mut parts: Vec<_> = parts.flat_map(groups).collect();
        parts.sort();
        assert_eq!(parts, all);
    }
}
