//! Equal files that share their bytes on disk already, as far as this machine
//! sees them: removing one of them frees nothing.

use std::{collections::HashMap, ffi::OsStr, path::Path};

use sanchay::{
    FileId, Storage, copies_by_extents,
    storage::{Extents, Opened},
};

use sanchay_core::grouping::{FileNumber, FileTable as _, Groups};
use sanchay_names::OsStrExt as _;

use crate::table::Table;

/// The files that share their bytes with others of their groups: each with
/// the number of the copy that it is.
pub(crate) fn copies(
    storage: &dyn Storage,
    table: &Table,
    groups: &Groups,
) -> HashMap<FileId, u64> {
    let mut asks = HashMap::new();
    let mut all = HashMap::new();
    for group in groups.iter() {
        let files = group.files.iter().filter_map(|file| {
            let id = table.identity(*file)?;
            // One answer holds for all of a file system.
            let may_share = asks
                .entry(id.device)
                .or_insert_with(|| may_share(storage, table, *file));
            if !*may_share {
                return None;
            }
            let path = whole(table, *file);
            let path = Path::new(OsStr::from_bytes(&path));
            let Ok(Opened::File(opened, found)) = storage.open(path) else {
                return None;
            };
            // It must still be the one that was hashed.
            let same =
                found.id.inode == id.inode && found.size == table.size(*file);
            match opened.extents() {
                Ok(Extents::Shared(extents)) if same => Some((id, extents)),
                _ => None,
            }
        });
        let files: HashMap<_, _> = files.collect();
        all.extend(copies_by_extents(files));
    }
    all
}

/// Whether files of the file system that a file is on may share bytes.
fn may_share(storage: &dyn Storage, table: &Table, file: FileNumber) -> bool {
    let (folder, _) = table.path(file);
    let folder = match folder {
        b"" => b".",
        folder => folder,
    };
    let opened = storage.open(Path::new(OsStr::from_bytes(folder)));
    matches!(opened, Ok(Opened::Directory(it, _)) if it.may_share_bytes())
}

fn whole(table: &Table, file: FileNumber) -> Vec<u8> {
    let (folder, name) = table.path(file);
    [folder, name].concat()
}
