//! Telling the names of a file apart from ways to one name. Where hard links
//! are reported, `a/f` and `./a/f` must not look like two of them: whoever
//! removes one as a duplicate would lose the file.

use std::{collections::HashSet, os::unix::ffi::OsStringExt as _};

use sanchay_storage::FileId;

use super::collection::{Collection, FileNumber};

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
            same.len() == 1 || seen.insert(locate(collection, **file))
        });
        kept.extend(distinct.copied());
    }
    *files = kept;
}

/// What makes a directory entry: the directory, as the system knows it, and
/// the name in it. Where that is gone, the path.
fn locate(
    collection: &Collection,
    file: FileNumber,
) -> (Option<FileId>, Vec<u8>) {
    let (path, name) = (collection.path(file), collection.name(file));
    let located = match collection.parent(file) {
        Some(node) => node
            .reopen()
            .and_then(|open| open.id())
            .ok()
            .map(|id| (id, name.to_vec())),
        None => collection.storage.locate(&path).ok(),
    };
    match located {
        Some((id, name)) => (Some(id), name),
        None => (None, path.into_os_string().into_vec()),
    }
}
