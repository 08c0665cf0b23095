//! Where the entries of a plan are, in bytes that people and records see.

use super::{
    folders::{Folders, join},
    rows::{Rows, Spot},
};

/// What names a place: roots, folders and names.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    /// The roots, absolute.
    pub(super) roots: Vec<Vec<u8>>,
    /// The same as the user named them.
    pub(super) shown: Vec<Vec<u8>>,
    pub(super) folders: Folders,
    pub(super) rows: Rows,
}

impl Places {
    /// A place below its root.
    pub(super) fn below(&self, spot: Spot) -> Vec<u8> {
        let (_, folder) = self.folders.get(spot.folder);
        join(folder, self.rows.name(spot))
    }

    /// A place as it is reached from the root as the user named that.
    pub(super) fn shown(&self, spot: Spot) -> Vec<u8> {
        let (root, _) = self.folders.get(spot.folder);
        let root = self.shown.get(root as usize);
        join(root.map_or(&[], Vec::as_slice), &self.below(spot))
    }
}
