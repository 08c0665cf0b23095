//! Every file of a walk, and the way back to each.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cmp::Ordering;

use sanchay_core::grouping::{FileNumber, FileTable};
use wasi::filesystem::types::{Descriptor, PathFlags};

use crate::failure::{EntryError, Failure};
use crate::folders::{Folders, Named};
use crate::messages;
use crate::stat::Stat;
use crate::tally::Tally;
use crate::walk::{Found, Visitor};

/// What identifies a file or directory whatever its name, as far as the host
/// tells: hard links share it.
pub(super) type Identity = (u64, u64);

/// What is known of a file.
struct File {
    size: u64,
    /// Whether it has more names than this one.
    is_linked: bool,
    /// What identifies it: known from the walk where it has several names,
    /// else once it was read.
    identity: Option<Identity>,
    folder: usize,
    name: String,
}

/// A directory that files are in.
pub(super) struct Folder {
    /// The root, open; `None` for files that the user named.
    pub(super) root: Option<Arc<Descriptor>>,
    /// Its path, with a slash at its end unless empty.
    path: String,
    /// The length of the root's path in that.
    below: usize,
}

impl Folder {
    /// The names on the way down from the root.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let below = self.path.get(self.below..).unwrap_or_default();
        below.split('/').filter(|name| !name.is_empty())
    }
}

/// Files and the directories they are in.
#[derive(Default)]
pub(super) struct Collection {
    /// The files, in the order of the walk.
    files: Vec<File>,
    folders: Vec<Folder>,
}

impl Collection {
    fn find(&self, number: FileNumber) -> Option<&File> {
        self.files.get(number.index())
    }

    /// Remembers what identifies a file.
    pub(super) fn identify(
        &mut self,
        number: FileNumber,
        identity: Option<Identity>,
    ) {
        if let Some(file) = self.files.get_mut(number.index()) {
            file.identity = identity;
        }
    }

    /// The directory a file is in, and its number.
    pub(super) fn folder(
        &self,
        number: FileNumber,
    ) -> Option<(usize, &Folder)> {
        let folder = self.find(number)?.folder;
        Some((folder, self.folders.get(folder)?))
    }

    /// A file's path in two parts.
    pub(super) fn path(&self, number: FileNumber) -> (&str, &str) {
        let name = self.find(number).map_or("", |file| &file.name);
        (self.folder(number).map_or("", |(_, folder)| &folder.path), name)
    }
}

impl FileTable for Collection {
    type Identity = Identity;

    fn end(&self) -> usize {
        self.files.len()
    }

    fn files(&self) -> impl Iterator<Item = FileNumber> {
        (0..self.files.len()).map_while(FileNumber::new)
    }

    fn size(&self, file: FileNumber) -> u64 {
        self.find(file).map_or(0, |file| file.size)
    }

    fn is_linked(&self, file: FileNumber) -> bool {
        self.find(file).is_some_and(|file| file.is_linked)
    }

    fn identity(&self, file: FileNumber) -> Option<Identity> {
        self.find(file)?.identity
    }

    fn by_path(&self, a: FileNumber, b: FileNumber) -> Ordering {
        let (a, b) = (self.path(a), self.path(b));
        a.0.bytes().chain(a.1.bytes()).cmp(b.0.bytes().chain(b.1.bytes()))
    }
}

/// Collects what walks find.
pub(super) struct Collector<'f> {
    folders: &'f Folders,
    pub(super) collection: Collection,
    pub(super) tally: Tally,
    root: Option<Arc<Descriptor>>,
    /// The directories that were visited, where none may be visited twice.
    visited: Option<BTreeSet<Identity>>,
}

impl<'f> Collector<'f> {
    /// Collects the files of one root, or of several.
    pub(super) fn new(folders: &'f Folders, several: bool) -> Self {
        Self {
            folders,
            collection: Collection::default(),
            tally: Tally::default(),
            root: None,
            visited: several.then(BTreeSet::new),
        }
    }
}

impl Visitor for Collector<'_> {
    fn enters(&mut self, folder: &Descriptor) -> bool {
        match (&mut self.visited, identity(folder)) {
            (Some(visited), Some(identity)) => visited.insert(identity),
            _ => true,
        }
    }

    fn root(&mut self, path: &str) {
        // Opened once more, for when its files are read.
        self.root = match self.folders.open(path) {
            Ok(Named::Directory(folder)) => Some(Arc::new(folder)),
            _ => None,
        };
    }

    fn named(
        &mut self,
        path: &str,
        file: &Descriptor,
        stat: &Stat,
    ) -> Result<(), Failure> {
        let is_linked = stat.links > 1;
        let identity = is_linked.then(|| identity(file)).flatten();
        let folder = self.collection.folders.len();
        let place = Folder { root: None, path: String::new(), below: 0 };
        self.collection.folders.push(place);
        let (size, name) = (stat.size, path.into());
        let file = File { size, is_linked, identity, folder, name };
        self.collection.files.push(file);
        Ok(())
    }

    fn file(&mut self, file: &Found<'_>) -> Result<(), Failure> {
        let Some(stat) = file.stat else { return Ok(()) };
        let folders = &mut self.collection.folders;
        let same = |last: &Folder| {
            let both = (&last.root, &self.root);
            matches!(both, (Some(a), Some(b)) if Arc::ptr_eq(a, b))
                && last.path == file.parent
        };
        if !folders.last().is_some_and(same) {
            folders.push(Folder {
                root: self.root.clone(),
                path: file.parent.into(),
                below: file.root,
            });
        }
        let is_linked = stat.links > 1;
        let identity = if is_linked {
            let here = PathFlags::empty();
            let hash = file.folder.metadata_hash_at(here, file.name).ok();
            hash.map(|hash| (hash.lower, hash.upper))
        } else {
            None
        };
        let folder = folders.len().saturating_sub(1);
        let (size, name) = (stat.size, file.name.into());
        let file = File { size, is_linked, identity, folder, name };
        self.collection.files.push(file);
        Ok(())
    }

    fn error(&mut self, error: &EntryError) -> Result<(), Failure> {
        messages::entry(error, &mut self.tally);
        Ok(())
    }
}

/// Who an open file or directory is.
pub(super) fn identity(open: &Descriptor) -> Option<Identity> {
    let hash = open.metadata_hash().ok()?;
    Some((hash.lower, hash.upper))
}
