//! The pairs of a group, each with how alike its texts are: as many as there
//! are, without more memory than a block of texts takes.

use std::{
    ops::ControlFlow,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use sanchay_core::{
    grouping::{FileNumber, FileTable as _},
    similarity::jaccard,
};
use sanchay_sync::{into_inner, lock};

use super::{
    groups::{Shown, Similar, SimilarFile, SimilarGroup},
    reader::TextReader,
};
use crate::{
    duplicates::compare::Comparison,
    error::{EntryError, Error},
    monitor::Monitor,
    pool::Pool,
    run::RunState,
};

/// A block of texts has so many shingles, or is a single text.
const SHINGLES: usize = 4 << 20;

/// And so many texts at most.
const TEXTS: usize = 4096;

/// The shingles of some texts of a group.
struct Block {
    /// Which of the group's texts they are, and their shingles.
    sets: Vec<(usize, Vec<u64>)>,
    /// The text after the last of them.
    end: usize,
}

/// Visits the pairs of each group that are alike, as the threshold says. Each
/// is told once, with the file first whose path comes first. Returns how many
/// files could not be read again.
pub(crate) fn visit_pairs(
    pool: &Pool,
    similar: &Similar,
    monitor: &Monitor,
    on_error: &(dyn Fn(EntryError) -> ControlFlow<()> + Sync),
    visit: &mut dyn FnMut(
        usize,
        &SimilarFile<'_>,
        &SimilarFile<'_>,
    ) -> ControlFlow<()>,
) -> Result<u64, Error> {
    let run = RunState::new(monitor);
    run.begin_comparing(0, 0);
    let reader = TextReader {
        comparison: Comparison {
            pool,
            cache: None,
            run: &run,
            collection: &similar.collection,
            on_error,
        },
        shingling: similar.options.shingling,
    };
    for (number, group) in similar.whole_groups().enumerate() {
        let mut told = |one: &SimilarFile<'_>, other: &SimilarFile<'_>| {
            visit(number, one, other)
        };
        let pairs = Pairs { similar, reader: &reader, group };
        pairs.visit(&mut told)?;
        if let Some(filter) = &similar.by_similarity {
            lock(filter).outcome()?;
        }
        if run.is_over() {
            break;
        }
    }
    run.outcome().map(|summary| summary.errors)
}

/// The pairs of one group.
struct Pairs<'a> {
    similar: &'a Similar,
    reader: &'a TextReader<'a>,
    group: SimilarGroup<'a>,
}

type Visit<'v> =
    dyn FnMut(&SimilarFile<'_>, &SimilarFile<'_>) -> ControlFlow<()> + 'v;

impl Pairs<'_> {
    fn visit(&self, visit: &mut Visit<'_>) -> Result<(), Error> {
        let run = self.reader.comparison.run;
        let count = self.group.members.len();
        for at in 0..count {
            let files = self.files(at);
            for (index, one) in files.iter().enumerate() {
                for other in files.iter().skip(index + 1) {
                    self.tell(*one, *other, 1.0, visit);
                    if run.is_over() {
                        return Ok(());
                    }
                }
            }
        }
        let mut start = 0;
        // A single text has been told.
        while count > 1 && start < count && !run.is_over() {
            let block = self.load(start)?;
            self.within(&block, visit);
            let mut next = block.end;
            while next < count && !run.is_over() {
                let other = self.load(next)?;
                self.between(&block, &other, visit);
                next = other.end;
            }
            start = block.end;
        }
        Ok(())
    }

    /// Pairs of one block.
    fn within(&self, block: &Block, visit: &mut Visit<'_>) {
        for (index, one) in block.sets.iter().enumerate() {
            for other in block.sets.iter().skip(index + 1) {
                self.pair(one, other, visit);
            }
        }
    }

    /// Pairs of a text of one block, and one of another.
    fn between(&self, block: &Block, other: &Block, visit: &mut Visit<'_>) {
        for one in &block.sets {
            for other in &other.sets {
                self.pair(one, other, visit);
            }
        }
    }

    fn pair(
        &self,
        one: &(usize, Vec<u64>),
        other: &(usize, Vec<u64>),
        visit: &mut Visit<'_>,
    ) {
        let run = self.reader.comparison.run;
        if run.is_over() {
            return;
        }
        let similarity = jaccard(&one.1, &other.1);
        if similarity < self.similar.options.threshold {
            return;
        }
        let others = self.files(other.0);
        for one in self.files(one.0) {
            for other in &others {
                if run.is_over() {
                    return;
                }
                self.tell(one, *other, similarity, visit);
            }
        }
    }

    fn tell(
        &self,
        one: FileNumber,
        other: FileNumber,
        similarity: f64,
        visit: &mut Visit<'_>,
    ) {
        let filter = self.similar.by_similarity.as_ref();
        if filter.is_some_and(|it| !lock(it).wants(similarity)) {
            return;
        }
        let collection = &self.similar.collection;
        let (one, other) = match collection.by_path(one, other).is_le() {
            true => (one, other),
            false => (other, one),
        };
        let [one, other] = [one, other].map(|file| {
            let (parent, name) = Shown::default().of(collection, file);
            let size = collection.size(file);
            SimilarFile { parent, name, size, similarity }
        });
        let run = self.reader.comparison.run;
        run.stop_if_break(visit(&one, &other));
    }

    /// The files with a text of the group.
    fn files(&self, at: usize) -> Vec<FileNumber> {
        let texts = &self.similar.texts;
        let Some((text, _)) = self.group.members.get(at) else {
            return Vec::new();
        };
        texts.file(*text).into_iter().chain(texts.others(*text)).collect()
    }

    /// Reads a block of texts, from one on.
    fn load(&self, start: usize) -> Result<Block, Error> {
        let Comparison { pool, run, .. } = self.reader.comparison;
        let members = self.group.members.get(start..).unwrap_or_default();
        let wanted = members.get(..TEXTS.min(members.len()));
        let wanted = wanted.unwrap_or_default();
        let (next, used) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let more = || {
            next.load(Relaxed) < wanted.len() && used.load(Relaxed) < SHINGLES
        };
        let sets = Mutex::new(Vec::new());
        pool.run(&more, |_, inspector| {
            while more() && !run.is_over() {
                let at = next.fetch_add(1, Relaxed);
                let Some((text, _)) = wanted.get(at) else { return };
                let file = self.similar.texts.file(*text);
                let set =
                    file.and_then(|file| self.reader.set(file, inspector));
                if let Some(set) = set {
                    used.fetch_add(set.len(), Relaxed);
                    lock(&sets).push((start + at, set));
                }
                run.tick();
            }
        })?;
        let mut sets = into_inner(sets);
        sets.sort_unstable_by_key(|(at, _)| *at);
        let end = start + next.into_inner().min(wanted.len());
        Ok(Block { sets, end })
    }
}
