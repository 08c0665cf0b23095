//! What a walk finds: files in batches, one batch a directory (or a part of a
//! large one), each batch in columns so that no file costs an allocation.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use sanchay_names::{OsStrExt as _, OsStringExt as _};
use sanchay_sandbox::plugin::Value;
use sanchay_storage::{Metadata, Span};

use crate::span::slice;

/// A file that a walk found, as it is passed to a visitor.
#[derive(Clone, Copy, Debug)]
pub struct EntryRef<'a> {
    /// The root that it was found under, as it was given; its own path, if
    /// the file is a root itself.
    pub root: &'a [u8],
    /// What precedes the name in the path: empty, or ending in a slash.
    pub parent: &'a [u8],
    /// The file's name; its whole path, if the file is a root itself.
    pub name: &'a [u8],
    /// Its metadata.
    pub metadata: &'a Metadata,
    /// What it says, if it is a symbolic link and
    /// [`WalkOptions::read_links`](crate::WalkOptions::read_links) is set.
    pub target: Option<&'a [u8]>,
    /// The values that extractors found in it, one for each of their columns;
    /// empty where they found nothing.
    pub values: &'a [Option<Value>],
}

impl<'a> EntryRef<'a> {
    /// Appends the file's path to a buffer.
    pub fn write_path(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.parent);
        out.extend_from_slice(self.name);
    }

    /// The file's path: the root as it was given, and the way down from it.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        join(self.parent, self.name)
    }

    /// The last component of its path.
    #[must_use]
    pub fn file_name(&self) -> &'a OsStr {
        let name = Path::new(OsStr::from_bytes(self.name));
        name.file_name().unwrap_or_default()
    }

    /// The root that it was found under, as it was given.
    #[must_use]
    pub fn root(&self) -> &'a Path {
        Path::new(OsStr::from_bytes(self.root))
    }
}

/// A file that a walk found.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    path: PathBuf,
    /// How much of the path is the root.
    root: usize,
    metadata: Metadata,
    values: Vec<Option<Value>>,
}

impl Entry {
    /// The file's path: the root as it was given, and the way down from it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its path alone.
    #[must_use]
    pub fn into_path(self) -> PathBuf {
        self.path
    }

    /// The last component of its path.
    #[must_use]
    pub fn file_name(&self) -> &OsStr {
        self.path.file_name().unwrap_or_default()
    }

    /// The root that it was found under, as it was given; its own path, if
    /// the file is a root itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        let path = self.path.as_os_str().as_bytes();
        let root = path.get(..self.root);
        debug_assert!(root.is_some(), "the root is part of the path");
        Path::new(OsStr::from_bytes(root.unwrap_or(path)))
    }

    /// Its metadata.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Its size in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.metadata.size
    }

    /// The values that extractors found in it, one for each of their columns;
    /// empty where they found nothing.
    #[must_use]
    pub fn values(&self) -> &[Option<Value>] {
        &self.values
    }
}

impl From<EntryRef<'_>> for Entry {
    fn from(file: EntryRef<'_>) -> Self {
        Self {
            path: file.path(),
            root: file.root.len(),
            metadata: *file.metadata,
            values: file.values.to_vec(),
        }
    }
}

/// Joins a prefix that ends in a slash (or is empty) and a name.
pub(crate) fn join(parent: &[u8], name: &[u8]) -> PathBuf {
    let mut bytes = Vec::with_capacity(parent.len() + name.len());
    bytes.extend_from_slice(parent);
    bytes.extend_from_slice(name);
    // The path of a directory itself.
    if name.is_empty() && bytes.len() > 1 && bytes.ends_with(b"/") {
        bytes.pop();
    }
    PathBuf::from(OsString::from_vec(bytes))
}

/// Files of one directory, as a walk reports them.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    pub(crate) parent: &'a [u8],
    /// The root as it was given.
    pub(crate) root: &'a [u8],
    pub(crate) names: &'a [u8],
    /// Where each name begins and ends in `names`.
    pub(crate) spans: &'a [Span],
    pub(crate) metadata: &'a [Metadata],
    /// What those say that are links; empty where none is.
    pub(crate) targets: &'a [Option<Box<[u8]>>],
    /// The values of all files, one file's behind the other's.
    pub(crate) values: &'a [Option<Value>],
}

impl<'a> Batch<'a> {
    /// How many files the batch holds; never 0.
    #[must_use]
    pub fn len(&self) -> usize {
        self.metadata.len()
    }

    /// Whether the batch holds no file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.metadata.is_empty()
    }

    /// The files.
    pub fn iter(&self) -> impl Iterator<Item = EntryRef<'a>> + use<'a> {
        let Self { parent, root, names, targets, values, .. } = *self;
        let columns = values.len().checked_div(self.len()).unwrap_or(0);
        let files = self.spans.iter().zip(self.metadata).enumerate();
        files.map(move |(index, (span, metadata))| {
            let name = slice(names, *span);
            let first = index * columns;
            let values = values.get(first..first + columns).unwrap_or(&[]);
            let target = targets.get(index).and_then(Option::as_deref);
            EntryRef { root, parent, name, metadata, target, values }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use sanchay_storage::{MemoryStorage, Storage as _};

    use super::{Batch, Entry};

    #[test]
    fn an_entry_knows_its_root_its_path_and_its_name() {
        let storage = MemoryStorage::new();
        storage.write("r/d/file", b"text");
        let (_, metadata) = storage.stat(Path::new("r/d/file")).unwrap();
        for (root, parent, name) in [
            ("r", "r/d/", "file"),
            ("r/", "r/d/", "file"),
            ("", "d/", "file"),
            ("/", "/d/", "file"),
            ("r/d/file", "", "r/d/file"),
        ] {
            let batch = Batch {
                parent: parent.as_bytes(),
                root: root.as_bytes(),
                names: name.as_bytes(),
                spans: &[(0, u32::try_from(name.len()).unwrap())],
                metadata: &[metadata],
                targets: &[],
                values: &[],
            };
            let file = batch.iter().next().unwrap();
            assert_eq!(file.root(), Path::new(root));
            assert_eq!(file.file_name(), "file");
            let entry = Entry::from(file);
            assert_eq!(entry.path(), Path::new(&format!("{parent}{name}")));
            assert_eq!(entry.root().as_os_str(), root);
            assert_eq!(
                (entry.file_name(), entry.size()),
                ("file".as_ref(), 4)
            );
        }
    }
}
