//! Groups of files that are alike as a plan needs them: which file makes way
//! for which depends on how alike these two are, not on their group. That is
//! found out when it is asked for.

use std::ops::ControlFlow;

use sanchay_core::grouping::{FileNumber, FileTable as _};
use sanchay_sync::lock;

#[cfg(feature = "images")]
use super::images::SimilarImages;
use super::{groups::Similar, links::Links, reader::TextReader};
use crate::{
    duplicates::{collection::Collection, compare::Comparison},
    error::{EntryError, Error},
    pool::Pool,
    run::RunState,
};

/// A file of a group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AlikeFile {
    pub(crate) file: FileNumber,
    /// The text or the picture in it, by its number. Files with equal texts
    /// share theirs.
    pub(crate) look: u32,
    /// How many pixels it has; 0 of a text.
    pub(crate) pixels: u64,
}

/// A text or picture, and those that it is to be compared with.
pub(crate) type Task = (u32, Vec<u32>);

/// How alike two of them are. What cannot be read again has no answer.
pub(crate) type Compare<'c> =
    dyn Fn(&[Task]) -> Result<Vec<(u32, u32, f64)>, Error> + 'c;

/// What a search for files that are alike found.
pub(crate) trait Alike {
    /// All files that were looked at.
    fn collection(&self) -> &Collection;

    /// The files of each group, by path.
    fn groups(&self) -> Vec<Vec<AlikeFile>>;

    /// Whether two files are wanted that are as alike as this.
    fn wants(&self, similarity: f64) -> Result<bool, Error>;

    /// Lets `go` compare.
    fn comparing(
        &self,
        pool: &Pool,
        run: &RunState<'_>,
        on_error: &(dyn Fn(EntryError) -> ControlFlow<()> + Sync),
        go: &mut dyn FnMut(&Compare<'_>),
    );
}

impl Alike for Similar {
    fn collection(&self) -> &Collection {
        &self.collection
    }

    fn groups(&self) -> Vec<Vec<AlikeFile>> {
        let Self { collection, texts, .. } = self;
        let files = |look: u32| {
            let files = texts.file(look).into_iter().chain(texts.others(look));
            files.map(move |file| AlikeFile { file, look, pixels: 0 })
        };
        let group = |members: &[(u32, f64)]| {
            let looks = members.iter().map(|(look, _)| *look);
            let mut group: Vec<AlikeFile> = looks.flat_map(files).collect();
            group.sort_by(|a, b| collection.by_path(a.file, b.file));
            group
        };
        self.all.iter().map(group).collect()
    }

    fn wants(&self, similarity: f64) -> Result<bool, Error> {
        if similarity < self.options.threshold {
            return Ok(false);
        }
        let Some(filter) = &self.by_similarity else { return Ok(true) };
        let mut filter = lock(filter);
        let wanted = filter.wants(similarity);
        filter.outcome().map(|()| wanted)
    }

    fn comparing(
        &self,
        pool: &Pool,
        run: &RunState<'_>,
        on_error: &(dyn Fn(EntryError) -> ControlFlow<()> + Sync),
        go: &mut dyn FnMut(&Compare<'_>),
    ) {
        let collection = &self.collection;
        let comparison =
            Comparison { pool, cache: None, run, collection, on_error };
        let shingling = self.options.shingling;
        let reader = TextReader { comparison, shingling };
        let links = Links::new(&reader, &self.texts, self.options.threshold);
        go(&|tasks| links.compare(tasks));
    }
}

#[cfg(feature = "images")]
impl Alike for SimilarImages {
    fn collection(&self) -> &Collection {
        self.collected()
    }

    fn groups(&self) -> Vec<Vec<AlikeFile>> {
        self.alike()
    }

    fn wants(&self, similarity: f64) -> Result<bool, Error> {
        Ok(similarity >= self.threshold())
    }

    fn comparing(
        &self,
        _: &Pool,
        run: &RunState<'_>,
        _: &(dyn Fn(EntryError) -> ControlFlow<()> + Sync),
        go: &mut dyn FnMut(&Compare<'_>),
    ) {
        go(&|tasks| {
            let mut found = Vec::new();
            for (one, others) in tasks {
                if run.is_over() {
                    break;
                }
                found.extend(others.iter().map(|other| {
                    (*one, *other, self.similarity_of(*one, *other))
                }));
                run.tick();
            }
            Ok(found)
        });
    }
}
