//! What a summary tells, in its order.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::{AgeClass, EmptyFolders, SizeClass, Totals};
use crate::content_kind::ContentKind;
use crate::time::Timestamp;

/// What a tally comes to. It is the same whatever the order in which files
/// were added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What ages are reckoned from.
    pub now: Timestamp,
    /// How deep `folders` goes.
    pub depth: u32,
    /// All files.
    pub totals: Totals,
    /// How many directories were listed.
    pub directories: u64,
    /// How many entries failed.
    pub errors: u64,
    /// By extension: the most bytes first, then the most files.
    pub extensions: Vec<ExtensionTotals>,
    /// By folder, in the order of their paths: the roots (depth 0) and what
    /// is in them, down to `depth`.
    pub folders: Vec<FolderTotals>,
    /// By size, in the order of [`SizeClass::ALL`].
    pub sizes: [Totals; SizeClass::ALL.len()],
    /// By age, in the order of [`AgeClass::ALL`].
    pub ages: [Totals; AgeClass::ALL.len()],
    /// By owner: the most bytes first.
    pub owners: Vec<OwnerTotals>,
    /// By kind of content, if that was asked for.
    pub contents: Option<ContentTotals>,
    /// The largest files.
    pub largest: Vec<ListedFile>,
    /// The files that were not modified for the longest time.
    pub oldest: Vec<ListedFile>,
    /// The files that were modified last.
    pub newest: Vec<ListedFile>,
    /// The folders without files.
    pub empty: EmptyFolders,
    /// The folders with the most entries.
    pub fullest: Vec<FullFolder>,
}

impl Report {
    /// Names the owners that `name` knows.
    pub fn name_owners(
        &mut self,
        mut name: impl FnMut(u32) -> Option<String>,
    ) {
        for owner in &mut self.owners {
            owner.user = name(owner.uid);
        }
    }
}

/// The files of an extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtensionTotals {
    /// The extension without its dot, folded in case; `None` of files without
    /// one.
    pub extension: Option<Box<[u8]>>,
    /// Its files.
    pub totals: Totals,
}

/// What lies in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderTotals {
    /// Its path, without a slash at its end.
    pub path: Box<[u8]>,
    /// Its depth below the root, which has depth 0.
    pub depth: u32,
    /// What lies directly in it; in a folder at the greatest depth, all.
    pub own: Totals,
    /// What lies in it at any depth.
    pub all: Totals,
    /// The bytes of that by age, in the order of [`AgeClass::ALL`].
    pub ages: [u64; AgeClass::ALL.len()],
    /// When the newest file in it was modified, at any depth.
    pub newest: Option<Timestamp>,
}

/// The files of an owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerTotals {
    /// The owner's number.
    pub uid: u32,
    /// The owner's name, where it is known.
    pub user: Option<String>,
    /// Its files.
    pub totals: Totals,
}

/// Files by kind of content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContentTotals {
    /// In the order of [`ContentKind::ALL`].
    pub kinds: [Totals; ContentKind::ALL.len()],
    /// Of files that could not be read, and of what has no content.
    pub unknown: Totals,
}

/// A file of one of the lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedFile {
    /// Its path.
    pub path: Box<[u8]>,
    /// Its size in bytes.
    pub size: u64,
    /// What it takes on disk in bytes.
    pub allocated: u64,
    /// When it was last modified.
    pub modified: Timestamp,
}

/// A folder with many entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullFolder {
    /// Its path.
    pub path: Box<[u8]>,
    /// How many files and folders are directly in it, wanted or not.
    pub entries: u64,
}
