//! Which files need to be read at all: those that share their size with
//! another. Names of one file are one file.

use alloc::{vec, vec::Vec};
use core::cmp::Ordering;

use super::{FileNumber, FileTable, SMALL, Sorter};

/// The files that may have an equal one.
#[derive(Debug)]
pub struct Candidates {
    /// The files to read, ascending.
    pub files: Vec<FileNumber>,
    /// Whether names of one file count as duplicates of each other.
    hardlinks: bool,
    aliases: Aliases,
}

impl Candidates {
    /// Picks the files to read. With `hardlinks`, a file with several names
    /// is read even if no other has its size.
    #[must_use]
    pub fn pick<T: FileTable>(
        sorter: &impl Sorter,
        table: &T,
        hardlinks: bool,
    ) -> Self {
        let aliases = Aliases::find(sorter, table);
        let mut is_alias = Bits::new(table.end());
        for (_, alias) in &aliases.0 {
            is_alias.set(alias.index());
        }
        let stands = |file: &FileNumber| !is_alias.has(file.index());
        let mut sizes: Vec<u64> =
            table.files().filter(stands).map(|it| table.size(it)).collect();
        sorter.sort(&mut sizes, u64::cmp);
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
        let is_wanted = |file: &FileNumber| {
            stands(file)
                && (repeated.binary_search(&table.size(*file)).is_ok()
                    || hardlinks
                        && table.is_linked(*file)
                        && aliases.has(*file))
        };
        let files = table.files().filter(is_wanted).collect();
        Self { files, hardlinks, aliases }
    }

    /// The files to read whole, and the large ones whose ends to read first.
    #[must_use]
    pub fn split(
        &self,
        table: &impl FileTable,
    ) -> (Vec<FileNumber>, Vec<FileNumber>) {
        self.files.iter().partition(|file| table.size(**file) <= SMALL)
    }

    /// Whether names of one file count as duplicates of each other.
    pub(super) const fn hardlinks(&self) -> bool {
        self.hardlinks
    }

    /// Whether a file makes a group with no other file: it has several names,
    /// and they count.
    pub(super) fn is_group(&self, file: FileNumber) -> bool {
        self.hardlinks && self.aliases.has(file)
    }

    /// The other names of a file.
    pub(super) fn other_names(
        &self,
        file: FileNumber,
    ) -> impl Iterator<Item = FileNumber> {
        let pairs = self.aliases.of(file);
        pairs
            .iter()
            .take_while(move |(stands, _)| *stands == file)
            .map(|(_, alias)| *alias)
    }
}

/// The other names of files that have several: the file that stands for them
/// all, and the name; sorted. The least path stands for the others.
#[derive(Debug)]
struct Aliases(Vec<(FileNumber, FileNumber)>);

impl Aliases {
    fn find<T: FileTable>(sorter: &impl Sorter, table: &T) -> Self {
        let is_known = |file: &FileNumber| {
            table.is_linked(*file) && table.identity(*file).is_some()
        };
        let mut linked: Vec<_> = table.files().filter(is_known).collect();
        sorter.sort(&mut linked, |a, b| -> Ordering {
            let (identity_a, identity_b) =
                (table.identity(*a), table.identity(*b));
            identity_a.cmp(&identity_b).then_with(|| table.by_path(*a, *b))
        });
        let is_same = |a: &FileNumber, b: &FileNumber| {
            table.identity(*a) == table.identity(*b)
        };
        let mut aliases = Vec::new();
        for names in linked.chunk_by(is_same) {
            if let [first, others @ ..] = names {
                aliases.extend(others.iter().map(|other| (*first, *other)));
            }
        }
        aliases.sort_unstable();
        Self(aliases)
    }

    /// The pairs from a file's own on.
    fn of(&self, file: FileNumber) -> &[(FileNumber, FileNumber)] {
        let first = self.0.partition_point(|(stands, _)| *stands < file);
        self.0.get(first..).unwrap_or_default()
    }

    /// Whether a file stands for others.
    fn has(&self, file: FileNumber) -> bool {
        self.of(file).first().is_some_and(|(stands, _)| *stands == file)
    }
}

/// A set of small numbers.
struct Bits(Vec<u64>);

impl Bits {
    fn new(end: usize) -> Self {
        Self(vec![0; end.div_ceil(64)])
    }

    fn set(&mut self, index: usize) {
        let word = self.0.get_mut(index / 64);
        debug_assert!(word.is_some(), "{index} is beyond the end");
        if let Some(word) = word {
            *word |= 1 << (index % 64);
        }
    }

    fn has(&self, index: usize) -> bool {
        let word = self.0.get(index / 64).copied().unwrap_or(0);
        word >> (index % 64) & 1 == 1
    }
}
