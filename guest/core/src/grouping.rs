//! Which files are equal: by size first, then by the ends of the large ones
//! that share their size, then by digests of all that may still be equal.
//!
//! The steps, in the order of a search:
//! 1. [`Candidates::pick`] picks the files that share their size;
//! 2. [`Candidates::split`] tells those to read whole at once from those whose
//!    ends are read first;
//! 3. [`SortedDigests::sort`] brings equal digests together, and
//!    [`SortedDigests::undecided`] keeps the files whose ends agree;
//! 4. [`Groups::gather`] makes groups of whole digests, in an order that does
//!    not depend on how the files were found.
//!
//! Reading is the caller's, and so is how files are held: [`FileTable`].

mod candidates;
mod components;
mod digests;
mod groups;
mod options;
mod order;

use core::cmp::Ordering;

pub use self::{
    candidates::Candidates,
    components::Components,
    digests::{DigestColumn, DigestRow, SortedDigests},
    groups::{Group, GroupTotals, Groups},
    options::{GroupOptions, Origin, Role},
    order::{GroupKey, GroupOrder, GroupOrderError},
};

/// Files of up to this many bytes are read whole at once: opening a file costs
/// as much as reading this much.
pub const SMALL: u64 = 64 * 1024;

/// How much is read of each end of a large file, in bytes.
pub const END: u32 = 16 * 1024;

/// A file, by its place in a [`FileTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileNumber(u32);

impl FileNumber {
    /// The file at an index; `None` beyond 2³² - 1.
    #[must_use]
    pub fn new(index: usize) -> Option<Self> {
        u32::try_from(index).ok().map(Self)
    }

    /// The index.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Files to compare, as their owner holds them.
pub trait FileTable: Sync {
    /// What the names of one file share: its device and inode.
    type Identity: Ord;

    /// One more than the greatest index of a file.
    fn end(&self) -> usize;

    /// All files, ascending.
    fn files(&self) -> impl Iterator<Item = FileNumber>;

    /// The size of a file in bytes.
    fn size(&self, file: FileNumber) -> u64;

    /// Whether a file has other names.
    fn is_linked(&self, file: FileNumber) -> bool;

    /// The file's identity, if known. Required up front for hard links, after
    /// reading for others.
    fn identity(&self, file: FileNumber) -> Option<Self::Identity>;

    /// Compares two files by the bytes of their paths.
    fn by_path(&self, a: FileNumber, b: FileNumber) -> Ordering;

    /// Where a file comes from.
    fn origin(&self, file: FileNumber) -> Origin {
        let _ = file;
        Origin::Root
    }

    /// The device that a file is on, where only files on one device are to be
    /// in one group.
    fn device(&self, file: FileNumber) -> u64 {
        let _ = file;
        0
    }
}

/// Sorts lists, with one thread or several.
pub trait Sorter {
    /// Sorts a list. Equal items may change places.
    fn sort<T: Send>(
        &self,
        items: &mut [T],
        order: impl Fn(&T, &T) -> Ordering + Sync,
    );
}

/// Sorts with the calling thread.
#[derive(Clone, Copy, Debug)]
pub struct Sequential;

impl Sorter for Sequential {
    fn sort<T: Send>(
        &self,
        items: &mut [T],
        order: impl Fn(&T, &T) -> Ordering + Sync,
    ) {
        items.sort_unstable_by(order);
    }
}

#[cfg(test)]
mod tests;
