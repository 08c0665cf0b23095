//! Which files need to be read at all: those that share their size with
//! another. Names of one file are one file.

use alloc::{vec, vec::Vec};
use core::cmp::Ordering;

use super::{FileNumber, FileTable, GroupOptions, Origin, SMALL, Sorter};

/// The files that may have an equal one.
#[derive(Debug)]
pub struct Candidates {
    /// The files to read, ascending.
    pub files: Vec<FileNumber>,
    /// Which groups are wanted.
    options: GroupOptions,
    aliases: Aliases,
}

impl Candidates {
    /// Picks the files to read. Where hard links count, a file with several
    /// names is read even if no other has its size.
    #[must_use]
    pub fn pick<T: FileTable>(
        sorter: &impl Sorter,
        table: &T,
        options: &GroupOptions,
    ) -> Self {
        let hardlinks = options.hardlinks;
        let aliases = Aliases::find(sorter, table);
        let mut is_alias = Bits::new(table.end());
        for (_, alias) in &aliases.0 {
            is_alias.set(alias.index());
        }
        let stands = |file: &FileNumber| !is_alias.has(file.index());
        let standing = || table.files().filter(stands);
        let shared = Shared::find(sorter, table, options, &standing);
        let is_wanted = |file: &FileNumber| {
            shared.has(table, *file)
                || hardlinks && table.is_linked(*file) && aliases.has(*file)
        };
        let files = standing().filter(is_wanted).collect();
        Self { files, options: options.clone(), aliases }
    }

    /// The files to read whole, and the large ones whose ends to read first.
    #[must_use]
    pub fn split(
        &self,
        table: &impl FileTable,
    ) -> (Vec<FileNumber>, Vec<FileNumber>) {
        self.files.iter().partition(|file| table.size(**file) <= SMALL)
    }

    /// Which groups are wanted.
    pub(super) const fn options(&self) -> &GroupOptions {
        &self.options
    }

    /// Whether a file makes a group with no other file: it has several names,
    /// and they count.
    pub(super) fn is_group(&self, file: FileNumber) -> bool {
        self.options.hardlinks && self.aliases.has(file)
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

/// The sizes that files share which may make a group, with their devices
/// where these count; sorted.
struct Shared {
    sizes: Vec<(u64, u64)>,
    by_device: bool,
}

impl Shared {
    fn find<T: FileTable, I: Iterator<Item = FileNumber>>(
        sorter: &impl Sorter,
        table: &T,
        options: &GroupOptions,
        files: &impl Fn() -> I,
    ) -> Self {
        let by_device = options.same_device;
        // Where names count, one file may stand for several.
        let least = match options.hardlinks {
            true => 2,
            false => options.least.max(2),
        };
        let mut found = Self { sizes: Vec::new(), by_device };
        let has_references =
            || files().any(|file| table.origin(file) != Origin::Root);
        // Sizes alone take a third of the memory.
        if !by_device && !options.against && !has_references() {
            let mut sizes: Vec<u64> =
                files().map(|file| table.size(file)).collect();
            sorter.sort(&mut sizes, u64::cmp);
            let same = sizes.chunk_by(|a, b| a == b);
            let shared = same.filter(|it| it.len() >= least);
            found.sizes.extend(shared.flatten().map(|size| (*size, 0)));
            found.sizes.dedup();
            return found;
        }
        let mut keys: Vec<_> = files()
            .map(|file| (found.key(table, file), table.origin(file)))
            .collect();
        sorter.sort(&mut keys, Ord::cmp);
        let options = GroupOptions { least, ..options.clone() };
        for same in keys.chunk_by(|(a, _), (b, _)| a == b) {
            let origins = same.iter().map(|(_, origin)| *origin);
            if let Some((key, _)) = same.first()
                && options.are_enough(origins)
            {
                found.sizes.push(*key);
            }
        }
        found
    }

    fn key<T: FileTable>(&self, table: &T, file: FileNumber) -> (u64, u64) {
        let device = match self.by_device {
            true => table.device(file),
            false => 0,
        };
        (table.size(file), device)
    }

    fn has<T: FileTable>(&self, table: &T, file: FileNumber) -> bool {
        self.sizes.binary_search(&self.key(table, file)).is_ok()
    }
}

/// The other names of files that have several: the file that stands for them
/// all, and the name; sorted. The least path stands for the others, but a
/// reference for what is none.
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
            let (origin_a, origin_b) = (table.origin(*a), table.origin(*b));
            identity_a
                .cmp(&identity_b)
                .then_with(|| origin_a.cmp(&origin_b))
                .then_with(|| table.by_path(*a, *b))
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
