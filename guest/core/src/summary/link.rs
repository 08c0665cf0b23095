//! Files with several names, whose bytes count once: under the least path.

use alloc::boxed::Box;

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

use super::tally::{FileRow, Place};
use super::top::join;

/// A file with several names, under the least of them so far.
#[derive(Clone, Debug)]
pub(super) struct Linked {
    path: Box<[u8]>,
    /// How much of the path is the folder's; `None` for a file that was
    /// named.
    parent: Option<usize>,
    /// Where the path below the root begins.
    below: usize,
    row: FileRow<'static>,
}

impl Linked {
    fn new(place: Place<'_>, row: &FileRow<'_>) -> Self {
        let (parent, below) = match place {
            Place::Named => (None, 0),
            Place::Folder { path, below } => (Some(path.len()), below),
        };
        let path = join(place.path(), row.name);
        Self { path, parent, below, row: FileRow { name: b"", ..*row } }
    }

    /// Its place, and the file.
    pub(super) fn parts(&self) -> (Place<'_>, FileRow<'_>) {
        let split = self.parent.unwrap_or_default().min(self.path.len());
        let (path, name) = self.path.split_at(split);
        let place = match self.parent {
            None => Place::Named,
            Some(_) => Place::Folder { path, below: self.below },
        };
        (place, FileRow { name, ..self.row })
    }
}

/// Files with several names.
#[derive(Clone, Debug, Default)]
pub(super) struct LinkTable {
    files: HashMap<(u64, u64), Linked>,
}

impl LinkTable {
    /// Adds a name of a file.
    pub(super) fn add(&mut self, place: Place<'_>, row: &FileRow<'_>) {
        self.put(Linked::new(place, row));
    }

    fn put(&mut self, linked: Linked) {
        match self.files.entry((linked.row.device, linked.row.inode)) {
            Entry::Vacant(free) => {
                free.insert(linked);
            }
            Entry::Occupied(mut held) => {
                if linked.path < held.get().path {
                    held.insert(linked);
                }
            }
        }
    }

    /// Adds those of another.
    pub(super) fn merge(&mut self, other: Self) {
        for linked in other.files.into_values() {
            self.put(linked);
        }
    }

    /// Each file once.
    pub(super) fn into_files(self) -> impl Iterator<Item = Linked> {
        self.files.into_values()
    }
}
