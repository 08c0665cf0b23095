//! The texts of a run and their signatures: half a kilobyte each, of which
//! none is moved when there are more.

use sanchay_core::{
    grouping::FileNumber,
    similarity::{PERMUTATIONS, Sketch},
};

/// The numbers of a signature.
pub(super) type Values = [u32; PERMUTATIONS];

/// How many signatures are kept in one piece.
const BLOCK: usize = 1024;

/// What one worker found.
#[derive(Default)]
pub(super) struct WorkerTexts {
    texts: Vec<Found>,
    signatures: Vec<Vec<Values>>,
}

/// A text that a worker found.
struct Found {
    /// Its place in the order of paths.
    place: u32,
    digest: u128,
}

impl WorkerTexts {
    /// Adds the text at a place in the order of paths, unless it has nothing
    /// that others could be like.
    pub(super) fn push(&mut self, place: u32, sketch: &Sketch) {
        let values = Values::try_from(sketch.signature.values());
        let (true, Ok(values)) = (sketch.shingles > 0, values) else { return };
        let full = |block: &Vec<Values>| block.len() >= BLOCK;
        if self.signatures.last().is_none_or(full) {
            self.signatures.push(Vec::with_capacity(BLOCK));
        }
        if let Some(block) = self.signatures.last_mut() {
            block.push(values);
            let digest = u128::from_be_bytes(sketch.digest);
            self.texts.push(Found { place, digest });
        }
    }
}

/// A text, of those that no other before it equals.
#[derive(Clone, Copy, Debug)]
struct Text {
    file: FileNumber,
    /// Where its signature is.
    worker: u32,
    at: u32,
}

/// All texts, in the order of their paths. Texts that equal one before them
/// are kept apart, and stand for nothing.
#[derive(Default)]
pub(super) struct Texts {
    distinct: Vec<Text>,
    signatures: Vec<Vec<Vec<Values>>>,
    /// The files that equal others: the number of the distinct text, and
    /// the file; by number, then by path.
    equal: Vec<(u32, FileNumber)>,
}

impl Texts {
    /// Puts together what workers found of these files, which are in the order
    /// of their paths.
    pub(super) fn gather(
        files: &[FileNumber],
        workers: Vec<WorkerTexts>,
    ) -> Self {
        let mut all = Vec::new();
        let mut signatures = Vec::new();
        for (worker, own) in (0..).zip(workers) {
            let texts = (0..).zip(own.texts);
            all.extend(
                texts.map(|(at, it)| (it.digest, it.place, worker, at)),
            );
            signatures.push(own.signatures);
        }
        all.sort_unstable();
        // Of equal texts, the first is the one that comes first by path.
        let mut rows = Vec::with_capacity(all.len());
        for same in all.chunk_by(|a, b| a.0 == b.0) {
            let first = same.first().map_or(0, |it| it.1);
            let row = |it: &(u128, u32, u32, u32)| (it.1, first, it.2, it.3);
            rows.extend(same.iter().map(row));
        }
        drop(all);
        rows.sort_unstable();
        let mut found = Self { signatures, ..Self::default() };
        let mut places = Vec::new();
        for (place, first, worker, at) in rows {
            let Some(file) = files.get(place as usize).copied() else {
                continue;
            };
            if place == first {
                places.push(place);
                found.distinct.push(Text { file, worker, at });
            } else if let Ok(number) = places.binary_search(&first) {
                let number = u32::try_from(number).unwrap_or(u32::MAX);
                found.equal.push((number, file));
            }
        }
        found.equal.sort_by_key(|(number, _)| *number);
        found
    }

    /// How many distinct texts there are.
    pub(super) fn len(&self) -> usize {
        self.distinct.len()
    }

    /// How many texts there are.
    pub(super) fn total(&self) -> usize {
        self.distinct.len() + self.equal.len()
    }

    /// The first file with a distinct text.
    pub(super) fn file(&self, text: u32) -> Option<FileNumber> {
        self.distinct.get(text as usize).map(|it| it.file)
    }

    /// The other files with that text, by path.
    pub(super) fn others(
        &self,
        text: u32,
    ) -> impl Iterator<Item = FileNumber> + '_ {
        let start = self.equal.partition_point(|it| it.0 < text);
        let rest = self.equal.get(start..).unwrap_or_default();
        rest.iter().take_while(move |it| it.0 == text).map(|it| it.1)
    }

    /// The signature of a distinct text; empty where there is none.
    pub(super) fn signature(&self, text: u32) -> &[u32] {
        let find = || {
            let text = self.distinct.get(text as usize)?;
            let blocks = self.signatures.get(text.worker as usize)?;
            let block = blocks.get(text.at as usize / BLOCK)?;
            block.get(text.at as usize % BLOCK)
        };
        find().map_or(&[], |it| it.as_slice())
    }

    /// Gives back the memory of the signatures.
    pub(super) fn forget_signatures(&mut self) {
        self.signatures = Vec::new();
    }
}
