//! Where the entries of a plan are, in bytes that people and records see.

use sanchay_storage::FileId;

use super::{
    folders::{Folders, join},
    rows::{Rows, Spot},
};

/// A directory that places are beneath.
#[derive(Clone, Debug, Default)]
pub(super) struct Root {
    /// Its path, absolute.
    pub(super) path: Vec<u8>,
    /// The same as the user named it.
    pub(super) named: Vec<u8>,
    /// What it was when the plan was made. Where that is known, another
    /// directory that has its path by now is not used.
    pub(super) id: Option<FileId>,
}

/// What names a place: roots, folders and names.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    pub(super) roots: Vec<Root>,
    pub(super) folders: Folders,
    pub(super) rows: Rows,
    /// Whether copies are read again and compared.
    pub(super) verify: bool,
}

impl Places {
    /// A root as the user named it.
    pub(super) fn root_as_named(&self, root: u32) -> &[u8] {
        let root = self.roots.get(root as usize);
        root.map_or(&[], |root| &root.named)
    }

    /// A place below its root.
    pub(super) fn below(&self, spot: Spot) -> Vec<u8> {
        let (_, folder) = self.folders.get(spot.folder);
        join(folder, self.rows.name(spot))
    }

    /// A place as it is reached from the root as the user named that.
    pub(super) fn as_named(&self, spot: Spot) -> Vec<u8> {
        let (root, _) = self.folders.get(spot.folder);
        join(self.root_as_named(root), &self.below(spot))
    }

    /// A place from the top.
    pub(super) fn absolute(&self, spot: Spot) -> Vec<u8> {
        let (root, _) = self.folders.get(spot.folder);
        let root = self.roots.get(root as usize);
        let root = root.map_or(&b"/"[..], |root| &root.path);
        join(root, &self.below(spot))
    }
}
