//! How a tree's files are cut into pieces of work whose results can be put in
//! order.

use std::{
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    entry::Batch,
    error::EntryError,
    walk::{Node, Scout, Span, Visitor, by_name, by_path, slice},
};

/// How many files are hashed in one piece at most.
pub(super) const FILES_A_PART: usize = 64;

/// Names of one directory, in order.
#[derive(Default)]
pub(super) struct Names {
    pub(super) bytes: Vec<u8>,
    pub(super) spans: Vec<Span>,
}

impl Names {
    fn push(&mut self, name: &[u8]) {
        let start = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
        self.bytes.extend_from_slice(name);
        let end = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
        self.spans.push((start, end));
    }

    /// Some of the names.
    pub(super) fn part(&self, range: Range<usize>) -> Self {
        let mut part = Self::default();
        for span in self.spans.get(range).unwrap_or_default() {
            part.push(slice(&self.bytes, *span));
        }
        part
    }
}

/// What follows what in a directory.
pub(super) enum Segment {
    /// Files, by their range in the directory's [`Names`].
    Files(Range<usize>),
    /// A directory.
    Directory(Box<[u8]>),
}

impl Segment {
    /// Puts what a scout found in a directory in the order of the paths.
    pub(super) fn arrange(scout: &Scout<'_>) -> (Names, Vec<Self>) {
        let bytes = &scout.listing.names;
        let files = scout.files.iter().map(|span| (*span, false));
        let directories =
            scout.directories.iter().map(|(span, _)| (*span, true));
        let all = scout.files.len() + scout.directories.len();
        let mut entries = Vec::with_capacity(all);
        entries.extend(files.chain(directories));
        entries.sort_unstable_by(|a, b| {
            by_name((slice(bytes, a.0), a.1), (slice(bytes, b.0), b.1))
        });
        let mut names = Names {
            bytes: Vec::with_capacity(bytes.len()),
            spans: Vec::with_capacity(scout.files.len()),
        };
        let mut segments = Vec::with_capacity(2 * scout.directories.len() + 1);
        for (span, is_dir) in entries {
            let name = slice(bytes, span);
            if is_dir {
                segments.push(Self::Directory(name.into()));
                continue;
            }
            let index = names.spans.len();
            names.push(name);
            match segments.last_mut() {
                Some(Self::Files(run)) if run.len() < FILES_A_PART => {
                    run.end = index + 1;
                }
                _ => segments.push(Self::Files(index..index + 1)),
            }
        }
        (names, segments)
    }
}

/// A file's name and the directory it is in.
type InDirectory = (Arc<Node>, Box<[u8]>);

/// All files of a walk, for when order is only known at its end.
#[derive(Default)]
pub(super) struct Found {
    files: Mutex<Vec<InDirectory>>,
    errors: Mutex<Vec<EntryError>>,
}

impl Visitor for Found {
    fn files(&self, node: Option<&Arc<Node>>, batch: &Batch<'_>) {
        let Some(node) = node else { return };
        let mut files =
            self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.extend(
            batch.iter().map(|file| (Arc::clone(node), file.name.into())),
        );
    }

    fn error(&self, error: EntryError) {
        let mut errors =
            self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        errors.push(error);
    }
}

impl Found {
    /// The files in the order of their paths, in pieces of one directory
    /// each, and the errors in the order of theirs.
    pub(super) fn into_parts(
        self,
    ) -> (Vec<(Arc<Node>, Names)>, Vec<EntryError>) {
        let mut files =
            self.files.into_inner().unwrap_or_else(PoisonError::into_inner);
        files.sort_unstable_by(|a, b| {
            by_path((&a.0, &a.1, false), (&b.0, &b.1, false))
        });
        let mut parts: Vec<(Arc<Node>, Names)> = Vec::new();
        for (node, name) in files {
            match parts.last_mut() {
                Some((last, names))
                    if Arc::ptr_eq(last, &node)
                        && names.spans.len() < FILES_A_PART =>
                {
                    names.push(&name);
                }
                _ => {
                    let mut names = Names::default();
                    names.push(&name);
                    parts.push((node, names));
                }
            }
        }
        let mut errors =
            self.errors.into_inner().unwrap_or_else(PoisonError::into_inner);
        errors.sort_by(|a, b| a.path.cmp(&b.path));
        (parts, errors)
    }
}
