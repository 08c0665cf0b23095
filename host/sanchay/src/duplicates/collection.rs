//! Every file of a walk, held compactly: some sixty bytes a file, names
//! included, so that a million files take less than what a browser tab does.

use std::{
    cmp::Ordering,
    os::unix::ffi::OsStrExt as _,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    entry::{Batch, Entry, FileId, join},
    walk::{Node, by_path},
    working_directory::WorkingDirectory,
};

/// How many files a shelf holds. Shelves are filled one after the other, so
/// that none of them is moved when it grows.
const SHELF: usize = 1 << 16;

/// A file in a [`Collection`]: the number of its shelf and its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FileNumber(u32);

impl FileNumber {
    fn new(shelf: usize, place: usize) -> Option<Self> {
        u32::try_from(shelf * SHELF + place).ok().map(Self)
    }

    /// The number itself: ascending in the order of the walk.
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// What is known of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct File {
    /// Its size in bytes.
    pub(super) size: u64,
    inode: u64,
    name: u32,
    parent: u32,
    name_len: u16,
    device: u16,
    /// Whether it has more names than this one.
    pub(super) linked: bool,
}

#[derive(Default)]
struct Shelf {
    /// The directories the files are in; none for files that the caller
    /// named.
    parents: Vec<Option<Arc<Node>>>,
    devices: Vec<u64>,
    names: Vec<u8>,
    files: Vec<File>,
}

/// The shelves that workers fill, each its own.
pub(super) struct Collector {
    workers: Vec<Mutex<Vec<Shelf>>>,
}

impl Collector {
    pub(super) fn new(workers: usize) -> Self {
        let workers = (0..workers).map(|_| Mutex::default()).collect();
        Self { workers }
    }

    /// Adds a batch of files. Returns how many there was no room for: names
    /// beyond 64 KiB, or more than 65,536 file systems.
    pub(super) fn add(
        &self,
        node: Option<&Arc<Node>>,
        batch: &Batch<'_>,
    ) -> usize {
        let Some(shelves) = self.workers.get(batch.worker()) else {
            return batch.len();
        };
        let mut shelves =
            shelves.lock().unwrap_or_else(PoisonError::into_inner);
        let mut files = batch.iter().peekable();
        let mut left_out = 0;
        while files.peek().is_some() {
            if shelves.last().is_none_or(|s| s.files.len() >= SHELF) {
                shelves.push(Shelf::default());
            }
            let Some(shelf) = shelves.last_mut() else { break };
            shelf.parents.push(node.cloned());
            while shelf.files.len() < SHELF
                && let Some(file) = files.next()
            {
                left_out += usize::from(shelf.add(&file).is_none());
            }
        }
        left_out
    }

    pub(super) fn finish(
        self,
        working_directory: Option<WorkingDirectory>,
    ) -> Collection {
        let shelves = self.workers.into_iter().flat_map(|shelves| {
            shelves.into_inner().unwrap_or_else(PoisonError::into_inner)
        });
        Collection { shelves: shelves.collect(), working_directory }
    }
}

impl Shelf {
    fn add(&mut self, entry: &Entry<'_>) -> Option<()> {
        let FileId { device, inode } = entry.metadata.id;
        let known = self.devices.iter().rposition(|known| *known == device);
        let device = known.unwrap_or_else(|| {
            self.devices.push(device);
            self.devices.len() - 1
        });
        let file = File {
            size: entry.metadata.size,
            inode,
            name: u32::try_from(self.names.len()).ok()?,
            parent: u32::try_from(self.parents.len() - 1).ok()?,
            name_len: u16::try_from(entry.name.len()).ok()?,
            device: u16::try_from(device).ok()?,
            linked: entry.metadata.links > 1,
        };
        self.names.extend_from_slice(entry.name);
        self.files.push(file);
        Some(())
    }
}

/// All files of a walk.
pub(super) struct Collection {
    shelves: Vec<Shelf>,
    /// Where the relative paths that the caller named are taken from.
    pub(super) working_directory: Option<WorkingDirectory>,
}

impl Collection {
    /// All files, in the order in which the workers came upon them:
    /// directory by directory.
    pub(super) fn files(
        &self,
    ) -> impl Iterator<Item = (FileNumber, &File)> + '_ {
        self.shelves.iter().enumerate().flat_map(|(index, shelf)| {
            shelf.files.iter().enumerate().filter_map(move |(place, file)| {
                Some((FileNumber::new(index, place)?, file))
            })
        })
    }

    /// One more than the greatest file number.
    pub(super) fn end(&self) -> usize {
        self.shelves.len() * SHELF
    }

    fn find(&self, number: FileNumber) -> Option<(&Shelf, &File)> {
        let shelf = self.shelves.get(number.index() / SHELF)?;
        Some((shelf, shelf.files.get(number.index() % SHELF)?))
    }

    pub(super) fn size(&self, number: FileNumber) -> u64 {
        self.find(number).map_or(0, |(_, file)| file.size)
    }

    /// What identifies a file.
    pub(super) fn id(&self, number: FileNumber) -> Option<FileId> {
        let (shelf, file) = self.find(number)?;
        let device = *shelf.devices.get(usize::from(file.device))?;
        Some(FileId { device, inode: file.inode })
    }

    /// The directory a file is in; none for one that the caller named.
    pub(super) fn parent(&self, number: FileNumber) -> Option<&Arc<Node>> {
        let (shelf, file) = self.find(number)?;
        shelf.parents.get(file.parent as usize)?.as_ref()
    }

    /// A file's name; the whole path of one that the caller named.
    pub(super) fn name(&self, number: FileNumber) -> &[u8] {
        let Some((shelf, file)) = self.find(number) else { return &[] };
        let start = file.name as usize;
        let end = start + usize::from(file.name_len);
        shelf.names.get(start..end).unwrap_or_default()
    }

    /// A file's path.
    pub(super) fn path(&self, number: FileNumber) -> PathBuf {
        let name = self.name(number);
        match self.parent(number) {
            Some(node) => node.entry(name),
            None => join(b"", name),
        }
    }

    /// Compares two files by the bytes of their paths.
    pub(super) fn by_path(&self, a: FileNumber, b: FileNumber) -> Ordering {
        match (self.parent(a), self.parent(b)) {
            (Some(a_node), Some(b_node)) => by_path(
                (a_node, self.name(a), false),
                (b_node, self.name(b), false),
            ),
            (None, None) => self.name(a).cmp(self.name(b)),
            _ => {
                let bytes = |file| self.path(file).into_os_string();
                bytes(a).as_bytes().cmp(bytes(b).as_bytes())
            }
        }
    }
}
