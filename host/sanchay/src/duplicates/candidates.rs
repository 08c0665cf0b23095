//! Which files need to be read at all: those that share their size with
//! another. Names of one file are one file.

use std::cmp::Ordering;

use super::collection::{Collection, FileNumber};
use crate::pool::Pool;

/// What is left of a collection.
pub(super) struct Candidates {
    /// The files to read, in the order of the walk.
    pub(super) files: Vec<FileNumber>,
    /// The other names of files that have several: the file that stands for
    /// them and the name, sorted.
    pub(super) aliases: Vec<(FileNumber, FileNumber)>,
}

/// Picks the files to read. With `hardlinks`, a file with several names is
/// read even if no other has its size.
pub(super) fn pick(
    pool: &Pool,
    collection: &Collection,
    hardlinks: bool,
) -> Candidates {
    let aliases = aliases(pool, collection);
    let mut is_alias = Bits::new(collection.end());
    for (_, alias) in &aliases {
        is_alias.set(alias.index());
    }
    let mut sizes: Vec<u64> = collection
        .files()
        .filter(|(number, _)| !is_alias.has(number.index()))
        .map(|(_, file)| file.size)
        .collect();
    pool.sort(&mut sizes, u64::cmp);
    let mut repeated: Vec<u64> = Vec::new();
    for pair in sizes.windows(2) {
        if let [a, b] = pair
            && a == b
            && repeated.last() != Some(a)
        {
            repeated.push(*a);
        }
    }
    drop(sizes);
    let files = collection
        .files()
        .filter(|(number, file)| {
            !is_alias.has(number.index())
                && (repeated.binary_search(&file.size).is_ok()
                    || hardlinks
                        && file.linked
                        && is_representative(&aliases, *number))
        })
        .map(|(number, _)| number)
        .collect();
    Candidates { files, aliases }
}

/// Whether a file stands for others.
pub(super) fn is_representative(
    aliases: &[(FileNumber, FileNumber)],
    number: FileNumber,
) -> bool {
    let first = aliases.partition_point(|(standing, _)| *standing < number);
    aliases.get(first).is_some_and(|(standing, _)| *standing == number)
}

/// The names of files with several of them, but for the least of each.
fn aliases(
    pool: &Pool,
    collection: &Collection,
) -> Vec<(FileNumber, FileNumber)> {
    let mut linked: Vec<FileNumber> = collection
        .files()
        .filter(|(_, file)| file.linked)
        .map(|(number, _)| number)
        .collect();
    let by_id = |a: &FileNumber, b: &FileNumber| -> Ordering {
        collection
            .id(*a)
            .cmp(&collection.id(*b))
            .then_with(|| collection.by_path(*a, *b))
    };
    pool.sort(&mut linked, by_id);
    let mut aliases = Vec::new();
    let same = |a: &FileNumber, b: &FileNumber| {
        collection.id(*a) == collection.id(*b)
    };
    for names in linked.chunk_by(same) {
        if let [first, others @ ..] = names {
            aliases.extend(others.iter().map(|other| (*first, *other)));
        }
    }
    aliases.sort_unstable();
    aliases
}

/// A set of small numbers.
struct Bits(Vec<u64>);

impl Bits {
    fn new(end: usize) -> Self {
        Self(vec![0; end.div_ceil(64)])
    }

    fn set(&mut self, index: usize) {
        if let Some(word) = self.0.get_mut(index / 64) {
            *word |= 1 << (index % 64);
        }
    }

    fn has(&self, index: usize) -> bool {
        let word = self.0.get(index / 64).copied().unwrap_or(0);
        word >> (index % 64) & 1 == 1
    }
}
