//! Files with several names: the first copy of one is given the other names.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use sanchay_storage::{FileId, Metadata};
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

/// The files with several names that were copied. One whose last name was come
/// upon is forgotten.
#[derive(Debug, Default)]
pub(super) struct LinkedFiles(Mutex<HashMap<FileId, (Slot, u32)>>);

impl LinkedFiles {
    /// The place for the first copy of a file. `None` for a file with one
    /// name.
    pub(super) fn slot(&self, metadata: &Metadata) -> Option<Slot> {
        if metadata.links < 2 {
            return None;
        }
        let mut files = lock(&self.0);
        let (slot, left) = files
            .entry(metadata.id)
            .or_insert_with(|| (Slot::default(), metadata.links));
        let slot = Arc::clone(slot);
        *left = left.saturating_sub(1);
        if *left == 0 {
            files.remove(&metadata.id);
        }
        Some(slot)
    }
}
