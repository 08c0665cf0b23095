//! Adds up what a walk finds.

use alloc::vec::Vec;
use core::cmp::Reverse;

use hashbrown::HashMap;

use super::empty::BareFolders;
use super::extension::ExtensionTable;
use super::folder::{FolderKey, FolderSums, FolderTable, shown};
use super::link::LinkTable;
use super::report::{
    ContentTotals, FullFolder, ListedFile, OwnerTotals, Report,
};
use super::top::Top;
use super::{AgeClass, SizeClass, Totals};
use crate::content_kind::ContentKind;
use crate::kind::EntryKind;
use crate::time::Timestamp;

/// What a summary holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TallyOptions {
    /// How deep the sums by folder go: 0 for the roots alone.
    pub depth: u32,
    /// How many entries each list has at most.
    pub top: usize,
    /// Whether kinds of content are summed up.
    pub content: bool,
    /// What ages are reckoned from.
    pub now: Timestamp,
}

/// Where files lie.
#[derive(Clone, Copy, Debug)]
pub enum Place<'a> {
    /// In a folder of a root.
    Folder {
        /// The folder's path: empty, or ending in a slash.
        path: &'a [u8],
        /// Where in it the path below the root begins.
        below: usize,
    },
    /// Nowhere: files that were named themselves.
    Named,
}

impl<'a> Place<'a> {
    /// What precedes the names of the files in their paths.
    pub(super) const fn path(self) -> &'a [u8] {
        match self {
            Self::Folder { path, .. } => path,
            Self::Named => b"",
        }
    }
}

/// What is to be known of a file.
#[derive(Clone, Copy, Debug)]
pub struct FileRow<'a> {
    /// Its name; its path, if it was named itself.
    pub name: &'a [u8],
    /// What it is.
    pub kind: EntryKind,
    /// Its size in bytes.
    pub size: u64,
    /// What it takes on disk, in bytes.
    pub allocated: u64,
    /// When it was last modified.
    pub modified: Timestamp,
    /// Its owner's number, where files have such owners.
    pub uid: Option<u32>,
    /// How many names it has.
    pub links: u32,
    /// The device that it is on.
    pub device: u64,
    /// Its inode on that device.
    pub inode: u64,
    /// What its first bytes are, if that is known.
    pub content: Option<ContentKind>,
}

/// A folder that was listed.
#[derive(Clone, Copy, Debug)]
pub struct ListedFolder {
    /// Its depth below the root.
    pub depth: usize,
    /// How many entries it has.
    pub entries: usize,
    /// Whether all of them are folders, as far as could be told.
    pub only_folders: bool,
    /// Whether it was listed before, under another root: then only its place
    /// among the folders is new.
    pub again: bool,
}

/// Sums of files.
#[derive(Clone, Debug)]
pub struct Tally {
    options: TallyOptions,
    totals: Totals,
    extensions: ExtensionTable,
    folders: FolderTable,
    sizes: [Totals; SizeClass::ALL.len()],
    ages: [Totals; AgeClass::ALL.len()],
    owners: HashMap<u32, Totals>,
    contents: ContentTotals,
    largest: Top<u64, File>,
    oldest: Top<Reverse<Timestamp>, File>,
    newest: Top<Timestamp, File>,
    fullest: Top<u64, ()>,
    bare: BareFolders,
    links: LinkTable,
    /// Room for a path.
    path: Vec<u8>,
}

/// What a list tells of a file.
#[derive(Clone, Copy, Debug)]
struct File {
    size: u64,
    allocated: u64,
    modified: Timestamp,
}

impl Tally {
    /// Of no files yet.
    #[must_use]
    pub fn new(options: TallyOptions) -> Self {
        let TallyOptions { top, .. } = options;
        Self {
            options,
            totals: Totals::default(),
            extensions: ExtensionTable::default(),
            folders: FolderTable::default(),
            sizes: Default::default(),
            ages: Default::default(),
            owners: HashMap::default(),
            contents: ContentTotals::default(),
            largest: Top::new(top),
            oldest: Top::new(top),
            newest: Top::new(top),
            fullest: Top::new(top),
            bare: BareFolders::default(),
            links: LinkTable::default(),
            path: Vec::new(),
        }
    }

    /// Adds a folder. Its path is written by `path` where it is needed: with
    /// a slash at its end, unless it is empty.
    pub fn add_folder(
        &mut self,
        folder: ListedFolder,
        path: impl FnOnce(&mut Vec<u8>),
    ) {
        let ListedFolder { depth, entries, only_folders, again } = folder;
        let entries = u64::try_from(entries).unwrap_or(u64::MAX);
        let depth = u32::try_from(depth).unwrap_or(u32::MAX);
        let is_summed = depth <= self.options.depth;
        let only_folders = only_folders && !again;
        let is_full = !again && entries > 0 && self.fullest.may_want(&entries);
        if !is_summed && !is_full && !only_folders {
            return;
        }
        self.path.clear();
        path(&mut self.path);
        if is_summed {
            let key = FolderKey { path: &self.path, depth };
            self.folders.add(key, &FolderSums::default());
        }
        if is_full {
            self.fullest.offer(entries, shown(&self.path), b"", ());
        }
        if only_folders {
            self.bare.add(&self.path, entries);
        }
    }

    /// Adds files of one place.
    pub fn add_files<'r>(
        &mut self,
        place: Place<'_>,
        files: impl Iterator<Item = FileRow<'r>>,
    ) {
        let mut sums = FolderSums::default();
        for row in files {
            // The bytes of a file with several names come at the end.
            if row.links > 1 && row.kind != EntryKind::Directory {
                self.links.add(place, &row);
                let name = Totals { files: 1, ..Totals::default() };
                self.add_sums(&row, name, &mut sums);
                continue;
            }
            self.add_sums(&row, totals_of(&row), &mut sums);
            self.add_to_lists(place, &row);
        }
        self.add_to_folder(place, &sums);
    }

    /// Adds a file to all sums but its folder's.
    #[inline]
    fn add_sums(
        &mut self,
        row: &FileRow<'_>,
        totals: Totals,
        folder: &mut FolderSums,
    ) {
        let age = AgeClass::of(row.modified, self.options.now);
        self.totals += totals;
        folder.add(totals, age, row.modified);
        if let Some(uid) = row.uid {
            *self.owners.entry(uid).or_default() += totals;
        }
        if row.kind == EntryKind::Directory {
            return;
        }
        self.extensions.add(row.name, totals);
        if let Some(sum) = self.sizes.get_mut(SizeClass::index_of(row.size)) {
            *sum += totals;
        }
        if let Some(sum) = self.ages.get_mut(age.index()) {
            *sum += totals;
        }
        if self.options.content {
            let ContentTotals { kinds, unknown } = &mut self.contents;
            let kind = row.content.and_then(|it| kinds.get_mut(it.index()));
            *kind.unwrap_or(unknown) += totals;
        }
    }

    #[inline]
    fn add_to_lists(&mut self, place: Place<'_>, row: &FileRow<'_>) {
        if row.kind == EntryKind::Directory {
            return;
        }
        let FileRow { name, size, allocated, modified, .. } = *row;
        let (parent, file) =
            (place.path(), File { size, allocated, modified });
        self.largest.offer(size, parent, name, file);
        self.oldest.offer(Reverse(modified), parent, name, file);
        self.newest.offer(modified, parent, name, file);
    }

    fn add_to_folder(&mut self, place: Place<'_>, sums: &FolderSums) {
        if let Place::Folder { path, below } = place {
            let key = FolderKey::at_most(path, below, self.options.depth);
            self.folders.add(key, sums);
        }
    }

    /// Adds what another has added up. Both must have the same options.
    pub fn merge(&mut self, other: Self) {
        debug_assert_eq!(self.options, other.options, "of different runs");
        self.totals += other.totals;
        self.extensions.merge(other.extensions);
        self.folders.merge(other.folders);
        add_all(&mut self.sizes, &other.sizes);
        add_all(&mut self.ages, &other.ages);
        for (uid, totals) in other.owners {
            *self.owners.entry(uid).or_default() += totals;
        }
        add_all(&mut self.contents.kinds, &other.contents.kinds);
        self.contents.unknown += other.contents.unknown;
        self.largest.merge(other.largest);
        self.oldest.merge(other.oldest);
        self.newest.merge(other.newest);
        self.fullest.merge(other.fullest);
        self.bare.merge(&other.bare);
        self.links.merge(other.links);
    }

    /// What it comes to, of so many directories and errors.
    #[must_use]
    pub fn finish(mut self, directories: u64, errors: u64) -> Report {
        let links = core::mem::take(&mut self.links);
        for linked in links.into_files() {
            let (place, row) = linked.parts();
            let totals = Totals { files: 0, ..totals_of(&row) };
            let mut sums = FolderSums::default();
            self.add_sums(&row, totals, &mut sums);
            self.add_to_lists(place, &row);
            self.add_to_folder(place, &sums);
        }
        let TallyOptions { depth, top, content, now } = self.options;
        Report {
            now,
            depth,
            totals: self.totals,
            directories,
            errors,
            extensions: self.extensions.into_sorted(),
            folders: self.folders.into_sorted(),
            sizes: self.sizes,
            ages: self.ages,
            owners: owners(self.owners),
            contents: content.then_some(self.contents),
            largest: files(self.largest),
            oldest: files(self.oldest),
            newest: files(self.newest),
            empty: self.bare.finish(top),
            fullest: folders(self.fullest),
        }
    }
}

/// What a file counts. A directory takes bytes and is no file.
#[inline]
fn totals_of(row: &FileRow<'_>) -> Totals {
    Totals {
        files: u64::from(row.kind != EntryKind::Directory),
        bytes: row.size,
        allocated: row.allocated,
    }
}

fn add_all<const N: usize>(sums: &mut [Totals; N], more: &[Totals; N]) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum += *more;
    }
}

fn owners(owners: HashMap<u32, Totals>) -> Vec<OwnerTotals> {
    let owner = |(uid, totals)| OwnerTotals { uid, user: None, totals };
    let mut all: Vec<_> = owners.into_iter().map(owner).collect();
    all.sort_unstable_by_key(|it| {
        (Reverse((it.totals.bytes, it.totals.files)), it.uid)
    });
    all
}

fn files<R: Ord>(top: Top<R, File>) -> Vec<ListedFile> {
    let listed = top.into_sorted().into_iter();
    let listed = listed.map(|(_, path, file)| {
        let File { size, allocated, modified } = file;
        ListedFile { path, size, allocated, modified }
    });
    listed.collect()
}

fn folders(top: Top<u64, ()>) -> Vec<FullFolder> {
    let listed = top.into_sorted().into_iter();
    let listed =
        listed.map(|(entries, path, ())| FullFolder { path, entries });
    listed.collect()
}
