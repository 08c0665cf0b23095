//! Files with several names: the first copy of one is given the other names.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex},
};

use sanchay_storage::{FileId, Metadata, Timestamp};
use sanchay_sync::lock;

use super::folder::Place;

/// Where the first copy of a file is.
#[derive(Debug)]
pub(super) struct Home {
    pub(super) place: Place,
    pub(super) name: Vec<u8>,
}

/// The first copy of a file, once there is one. Who copies it holds the lock;
/// who would give it another name waits.
pub(super) type Slot = Arc<Mutex<Option<Home>>>;

/// A file that was copied by one of its names.
#[derive(Debug)]
struct Linked {
    slot: Slot,
    /// How many names were not come upon yet.
    left: u32,
    /// A file that gets the number of one that is gone is another.
    size: u64,
    modified: Timestamp,
}

/// The files with several names that were copied. One whose last name was come
/// upon is forgotten.
#[derive(Debug, Default)]
pub(super) struct LinkedFiles(Mutex<HashMap<FileId, Linked>>);

impl LinkedFiles {
    /// The place for the first copy of a file. `None` for a file that has and
    /// had one name. With `names_go`, the names that were copied are removed,
    /// so that the last one of them is the only one.
    pub(super) fn slot(
        &self,
        metadata: &Metadata,
        names_go: bool,
    ) -> Option<Slot> {
        if metadata.links < 2 && !names_go {
            return None;
        }
        let mut files = lock(&self.0);
        let Metadata { size, modified, links, .. } = *metadata;
        let mut known = match files.entry(metadata.id) {
            Entry::Occupied(known)
                if (known.get().size, known.get().modified)
                    == (size, modified) =>
            {
                known
            }
            _ if links < 2 => return None,
            other => {
                let slot = Slot::default();
                other.insert_entry(Linked {
                    slot,
                    left: links,
                    size,
                    modified,
                })
            }
        };
        let slot = Arc::clone(&known.get().slot);
        known.get_mut().left = known.get().left.saturating_sub(1);
        if known.get().left == 0 {
            known.remove();
        }
        Some(slot)
    }

    /// Says where the copy of a file is that was made before.
    pub(super) fn remember(
        &self,
        id: FileId,
        (size, modified): (u64, Timestamp),
        home: Home,
    ) {
        let slot = Arc::new(Mutex::new(Some(home)));
        let left = u32::MAX;
        lock(&self.0).insert(id, Linked { slot, left, size, modified });
    }
}
