//! Telling the names of a file apart from ways to one name. Where hard links
//! are reported, `a/f` and `./a/f` must not look like two of them: whoever
//! removes one as a duplicate would lose the file.

use std::{
    collections::HashSet,
    ffi::OsString,
    fs,
    os::{fd::AsFd as _, unix::ffi::OsStringExt as _},
    path::Path,
};

use super::collection::{Collection, FileNumber};
use crate::{
    entry::FileId, walk::identity, working_directory::WorkingDirectory,
};

/// Keeps of the files in a group, some of which may be the same one, those
/// that differ as files or as directory entries; of several ways to one
/// entry, the least path.
pub(super) fn keep_distinct(
    collection: &Collection,
    files: &mut Vec<FileNumber>,
) {
    let id = |file: &FileNumber| collection.id(*file);
    files.sort_unstable_by(|a, b| {
        id(a).cmp(&id(b)).then_with(|| collection.by_path(*a, *b))
    });
    let mut kept = Vec::with_capacity(files.len());
    for same in files.chunk_by(|a, b| id(a) == id(b)) {
        let mut seen = HashSet::new();
        let distinct = same.iter().filter(|file| {
            same.len() == 1 || seen.insert(place(collection, **file))
        });
        kept.extend(distinct.copied());
    }
    *files = kept;
}

/// What makes a directory entry: the directory, as the system knows it, and
/// the name in it. Where it cannot be told any more, the path.
fn place(
    collection: &Collection,
    file: FileNumber,
) -> (Option<FileId>, Vec<u8>) {
    let (path, name) = (collection.path(file), collection.name(file));
    let told = match collection.parent(file) {
        Some(node) => node
            .opened()
            .ok()
            .and_then(|node| identity(node.as_fd()))
            .map(|id| (id, name.to_vec())),
        None => resolved(&WorkingDirectory::absolute(
            collection.working_directory.as_ref(),
            &path,
        )),
    };
    match told {
        Some((id, name)) => (Some(id), name),
        None => (None, path.into_os_string().into_vec()),
    }
}

/// The directory and name of a file that the caller named, perhaps by a link.
fn resolved(path: &Path) -> Option<(FileId, Vec<u8>)> {
    let path = fs::canonicalize(path).ok()?;
    let directory = fs::File::open(path.parent()?).ok()?;
    let name: OsString = path.file_name()?.to_owned();
    Some((identity(directory.as_fd())?, name.into_vec()))
}
