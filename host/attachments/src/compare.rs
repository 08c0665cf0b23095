//! What differs between a manifest and the files on disk.

use std::{collections::HashMap, path::Path};

use sanchay::{Engine, EntryKind as Kind};
use sanchay_core::attachments::{EntryKind, GlobFilter, Manifest, text};

use crate::{
    AttachmentError, SnapshotOptions, Watch, create_manifest,
    hashing::microseconds,
    listing::{absolute, follow, walk},
    reader::Reader,
    snapshot::check_root,
    writer::same_time,
};
use sanchay_names::OsStrExt as _;

/// Paths that differ, below the root, each list in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalDifferences {
    /// On disk only.
    pub new: Vec<Vec<u8>>,
    /// On disk as something else.
    pub modified: Vec<Vec<u8>>,
    /// In the manifest only.
    pub deleted: Vec<Vec<u8>>,
}

/// Compares a manifest with the files beneath a directory: by size and time,
/// or, if `rehash`, by content alone. Paths are texts.
///
/// # Errors
/// As of [`create_manifest`].
pub fn compare_with_files(
    engine: &Engine,
    root: &Path,
    manifest: &Manifest,
    options: &SnapshotOptions,
    rehash: bool,
    watch: &Watch,
) -> Result<LocalDifferences, AttachmentError> {
    let root = absolute(root)?;
    check_root(&root)?;
    let mut known: HashMap<&[u8], &EntryKind> =
        manifest.files().map(|entry| (&*entry.path, &entry.kind)).collect();
    let mut differences = LocalDifferences::default();
    let mut see =
        |path: Vec<u8>, same: &dyn Fn(&EntryKind) -> bool| match known
            .remove(&*path)
        {
            None => differences.new.push(path),
            Some(kind) if !same(kind) => differences.modified.push(path),
            Some(_) => {}
        };
    if rehash {
        let (now, _) = create_manifest(engine, &root, options, watch)?;
        for entry in now.files() {
            let content = |kind: &EntryKind| match kind {
                EntryKind::File { content, .. } => Some(content.clone()),
                _ => None,
            };
            see(entry.path.to_vec(), &|was| {
                content(was) == content(&entry.kind)
            });
        }
    } else {
        for (path, size, mtime) in facts(engine, &root, options, watch)? {
            see(path, &|was| match was {
                EntryKind::File { size: was, mtime: then, .. } => {
                    u64::try_from(*was) == Ok(size) && same_time(*then, mtime)
                }
                _ => false,
            });
        }
    }
    differences.deleted = known.into_keys().map(<[u8]>::to_vec).collect();
    let LocalDifferences { new, modified, deleted } = &mut differences;
    for list in [new, modified, deleted] {
        list.sort();
    }
    Ok(differences)
}

/// Path, size and time of the files.
fn facts(
    engine: &Engine,
    root: &Path,
    options: &SnapshotOptions,
    watch: &Watch,
) -> Result<Vec<(Vec<u8>, u64, i64)>, AttachmentError> {
    let filter = GlobFilter::new(&options.include, &options.exclude)
        .map_err(|error| AttachmentError::Invalid(error.to_string()))?;
    let mut facts = Vec::new();
    let prefix = root.as_os_str().as_bytes();
    let mut all = Vec::new();
    for found in walk(engine, root, options.hidden, &[], watch)? {
        match found.kind {
            Kind::Symlink if options.follow => {
                let (path, hidden) = (found.path(), options.hidden);
                let reader = Reader::default();
                all.extend(follow(engine, path, hidden, &reader, watch)?);
            }
            Kind::Symlink => {}
            _ => all.push(found),
        }
    }
    for found in all {
        let rest = found.path.strip_prefix(prefix).unwrap_or(&found.path);
        let name = rest.strip_prefix(b"/").unwrap_or(rest);
        if !filter.matches(name) {
            continue;
        }
        let metadata = sanchay_storage::stat(found.path())
            .map_err(AttachmentError::file(found.path(), "cannot look at"))?;
        let mtime = microseconds(metadata.modified);
        facts.push((text::of_name(name), metadata.size, mtime));
    }
    Ok(facts)
}
