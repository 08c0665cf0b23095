//! What is done with a shard, in the engine's terms.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use sanchay::{
    Filter, HashOptions, Method, Storage, StorageError, WalkOptions,
};
use sanchay_core::{
    filter::Program,
    record::{RecordKind, Schema},
    shard::{Part, Work},
};
use sanchay_names::OsStrExt as _;

use crate::error::ShardError;

/// The columns that every shard's files have: what it takes to merge them.
pub const FIELDS: [&str; 8] = [
    "path",
    "size",
    "modified",
    "algorithm",
    "hash",
    "device",
    "inode",
    "links",
];

/// What cannot be told of a file by whoever runs a shard: names of owners
/// differ from machine to machine, and links are not followed.
const REFUSED: [&str; 3] = ["user", "group", "target"];

/// The columns of files of shards with this work.
///
/// # Errors
/// It asks for columns that there are not.
pub fn schema(work: &Work) -> Result<Schema, ShardError> {
    let refused = |why| ShardError::Option { option: "fields", why };
    let all = Schema::new(RecordKind::Hash { partial: false }, []);
    let mut names: Vec<&str> = FIELDS.to_vec();
    for name in &work.fields {
        if REFUSED.contains(&name.as_str()) {
            return Err(refused(format!(
                "{name} is not the same on every machine; take uid and gid"
            )));
        }
        // What all have is not asked for twice.
        if !FIELDS.contains(&name.as_str()) {
            names.push(name);
        }
    }
    all.select(names).map_err(|why| refused(why.to_string()))
}

/// Which files a part of a shard has. The storage is the caller's to set.
///
/// # Errors
/// The filter is none.
pub fn walk_options(
    work: &Work,
    part: &Part,
) -> Result<WalkOptions, ShardError> {
    let filter = Program::decode(&work.filter).map_err(|error| {
        ShardError::Option { option: "filter", why: error.to_string() }
    })?;
    let depth = work.max_depth;
    Ok(WalkOptions {
        filter: Filter::of_program(filter),
        max_depth: depth.map(|it| usize::try_from(it).unwrap_or(usize::MAX)),
        one_file_system: work.one_file_system,
        gitignore: work.gitignore,
        ignore_files: work.ignore_files.iter().map(|it| path(it)).collect(),
        range: Some(part.range.clone()),
        ..WalkOptions::default()
    })
}

/// How a part of a shard is hashed. The storage and the monitor are the
/// caller's to set.
///
/// # Errors
/// The bundled extractor cannot be set up, or the filter is none.
pub fn hash_options(
    work: &Work,
    part: &Part,
) -> Result<HashOptions, ShardError> {
    let mut walk = walk_options(work, part)?;
    if schema(work)?.needs_media() {
        walk.plugins = walk.plugins.with_media()?;
    }
    Ok(HashOptions { walk, method: Method::Whole(work.algorithm) })
}

/// A path of a document.
pub(crate) fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(bytes))
}

/// The number of a root's file system on this machine; `None` for a bucket.
pub(crate) fn device_of(
    storage: &dyn Storage,
    root: &Path,
) -> Result<Option<u64>, StorageError> {
    let (_, metadata) = storage.stat(root)?;
    Ok(metadata.object.is_none().then_some(metadata.id.device))
}
