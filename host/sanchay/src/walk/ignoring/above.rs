//! The directories above a root, up to the top of the repository that it lies
//! in. They are opened by `..`, one after the other, so that links on the way
//! to the root play no part.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use sanchay_names::OsStrExt as _;
use sanchay_storage::{Directory, Opened};

use super::begins_repository;
use crate::walk::root::Root;

/// A directory above a root.
pub(super) struct Level {
    pub(super) directory: Box<dyn Directory>,
    /// How it was reached.
    pub(super) path: PathBuf,
    /// The path of the root below it, with a slash at its end.
    pub(super) way: Vec<u8>,
}

/// The directories above a root, the last of which is the top of a
/// repository; none where the root lies in no repository.
pub(super) fn levels(root: &Root) -> Vec<Level> {
    let storage = root.storage();
    let mut below = Path::new(OsStr::from_bytes(root.path())).to_owned();
    let (mut id, mut way) = (root.id(), Vec::new());
    let mut levels = Vec::new();
    // At the very top there is no name.
    while let Ok((above, name)) = storage.locate(&below) {
        let path = below.join("..");
        let directory = match storage.open(&path) {
            Ok(Opened::Directory(directory, opened))
                if opened == above && opened != id =>
            {
                directory
            }
            _ => break,
        };
        id = above;
        way = [&name[..], b"/", &way].concat();
        let is_top = begins_repository(&*directory);
        levels.push(Level { directory, path: path.clone(), way: way.clone() });
        if is_top {
            return levels;
        }
        below = path;
    }
    Vec::new()
}
