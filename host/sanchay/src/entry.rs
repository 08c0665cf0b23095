//! What a walk finds: files in batches, one batch a directory (or a part of a
//! large one), each batch in columns so that no file costs an allocation.

use std::{ffi::OsString, os::unix::ffi::OsStringExt as _, path::PathBuf};

use sanchay_sandbox::plugin::Value;
use sanchay_storage::{Metadata, Span};

/// A file that a walk found.
#[derive(Clone, Copy, Debug)]
pub struct EntryRef<'a> {
    /// What precedes the name in the path: empty, or ending in a slash.
    pub parent: &'a [u8],
    /// The file's name.
    pub name: &'a [u8],
    /// Its metadata.
    pub metadata: &'a Metadata,
    /// What the extractors tell of it, one value for each of their columns;
    /// empty where they have nothing to tell.
    pub values: &'a [Option<Value>],
}

impl EntryRef<'_> {
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
    /// How much of `parent` is the root, with its slash; of a file that is a
    /// root, the length of its path.
    pub(crate) root: usize,
    pub(crate) names: &'a [u8],
    /// Where each name begins and ends in `names`.
    pub(crate) spans: &'a [Span],
    pub(crate) metadata: &'a [Metadata],
    /// The values of all files, one file's behind the other's.
    pub(crate) values: &'a [Option<Value>],
    pub(crate) worker: usize,
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

    /// Which worker found the batch: from 0 to
    /// [`Engine::workers`](crate::Engine::workers), exclusive. No two batches with the same worker are visited at
    /// the same time, so a visitor can keep a buffer for each.
    #[must_use]
    pub fn worker(&self) -> usize {
        self.worker
    }

    /// The files.
    pub fn iter(&self) -> impl Iterator<Item = EntryRef<'a>> + use<'a> {
        let (parent, names, values) = (self.parent, self.names, self.values);
        let columns = values.len().checked_div(self.len()).unwrap_or(0);
        let files = self.spans.iter().zip(self.metadata).enumerate();
        files.map(move |(index, (span, metadata))| {
            let name =
                names.get(span.0 as usize..span.1 as usize).unwrap_or(&[]);
            let first = index * columns;
            let values = values.get(first..first + columns).unwrap_or(&[]);
            EntryRef { parent, name, metadata, values }
        })
    }
}
