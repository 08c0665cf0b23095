//! How a tree's files are cut into pieces of work whose results can be put in
//! order.

use std::{
    ops::Range,
    sync::{Arc, Mutex},
};

use sanchay_sync::{into_inner, lock};

use crate::{
    entry::Batch,
    error::EntryError,
    ordered::{OrderedEmitter, Ticket},
    span::slice,
    walk::{
        Directory, Names, Node, Open, Operation, Parent, Task, Visitor,
        Worker, WorkerVisitor, by_name, by_path,
    },
};

/// How many files are hashed in one piece at most.
pub(super) const FILES_PER_TASK: usize = 64;

/// What follows what in a directory.
enum Segment {
    /// Files, by their range in the directory's [`Names`].
    Files(Range<usize>),
    /// A directory.
    Directory(Box<[u8]>),
}

/// A directory that a worker has read: what is left to it after it passed
/// the rest on.
pub(crate) struct Divided {
    /// Where what is wrong with the directory itself is reported.
    pub(crate) errors: Option<Ticket>,
    /// Leads to the directory.
    pub(crate) parent: Parent,
    /// The names of its files.
    pub(crate) names: Names,
    /// The files that this worker goes on with, by their ranges in the names.
    pub(crate) mine: Vec<(Ticket, Range<usize>)>,
}

impl Divided {
    /// Gives each segment of a directory a ticket, and makes its directories
    /// tasks; its files, too, if there are more than `most`.
    pub(crate) fn new<O, R>(
        open: &Open,
        ticket: Ticket,
        most: usize,
        emitter: &OrderedEmitter<'_, R>,
        worker: &Worker<'_, O>,
    ) -> Self
    where
        O: Operation<Ticket = Ticket> + ?Sized,
    {
        let found = worker.reader.directory();
        let parent = match found.directories.is_empty() {
            true => open.clone().into_parent(),
            false => open.parent(),
        };
        let (names, segments) = Segment::arrange(found);
        // The first ticket is for what is wrong with the directory itself.
        let mut tickets =
            emitter.split(ticket, segments.len() + 1).into_iter();
        let errors = tickets.next();
        let shared = names.len() > most;
        let (mut tasks, mut mine) = (Vec::new(), Vec::new());
        for (ticket, segment) in tickets.zip(segments) {
            match segment {
                Segment::Directory(name) => {
                    tasks.push(Task::Child(parent.clone(), name, ticket));
                }
                Segment::Files(range) if shared => tasks.push(Task::Files(
                    parent.clone(),
                    names.part(range),
                    ticket,
                )),
                Segment::Files(range) => mine.push((ticket, range)),
            }
        }
        worker.tasks().push(tasks);
        Self { errors, parent, names, mine }
    }
}

impl Segment {
    /// Puts the entries of a directory in the order of their paths.
    fn arrange(found: Directory<'_>) -> (Names, Vec<Self>) {
        let Directory { names: bytes, files, directories, .. } = found;
        let mut entries = Vec::with_capacity(files.len() + directories.len());
        entries.extend(files.iter().map(|span| (*span, false)));
        entries.extend(directories.iter().map(|(span, _)| (*span, true)));
        entries.sort_unstable_by(|a, b| {
            by_name((slice(bytes, a.0), a.1), (slice(bytes, b.0), b.1))
        });
        let mut names = Names::with_capacity(files.len(), bytes.len());
        let mut segments = Vec::with_capacity(2 * directories.len() + 1);
        for (span, is_dir) in entries {
            let name = slice(bytes, span);
            if is_dir {
                segments.push(Self::Directory(name.into()));
                continue;
            }
            let index = names.len();
            names.push(name);
            match segments.last_mut() {
                Some(Self::Files(run)) if run.len() < FILES_PER_TASK => {
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

impl<'a> Visitor for &'a Found {
    type Worker = &'a Found;

    fn worker(&self, _: usize) -> &'a Found {
        self
    }
}

impl WorkerVisitor for &Found {
    fn files(&mut self, node: Option<&Arc<Node>>, batch: &Batch<'_>) {
        let Some(node) = node else { return };
        lock(&self.files).extend(
            batch.iter().map(|file| (Arc::clone(node), file.name.into())),
        );
    }

    fn error(&mut self, error: EntryError) {
        lock(&self.errors).push(error);
    }
}

impl Found {
    /// The files in the order of their paths, in pieces of one directory
    /// each, and the errors in the order of theirs.
    pub(super) fn into_parts(
        self,
    ) -> (Vec<(Arc<Node>, Names)>, Vec<EntryError>) {
        let mut files = into_inner(self.files);
        files.sort_unstable_by(|a, b| {
            by_path((&a.0, &a.1, false), (&b.0, &b.1, false))
        });
        let mut parts: Vec<(Arc<Node>, Names)> = Vec::new();
        for (node, name) in files {
            match parts.last_mut() {
                Some((last, names))
                    if Arc::ptr_eq(last, &node)
                        && names.len() < FILES_PER_TASK =>
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
        let mut errors = into_inner(self.errors);
        errors.sort_by(|a, b| a.path.cmp(&b.path));
        (parts, errors)
    }
}
