//! Tells the kinds of content of files: reads their first bytes, many files
//! for one call into the sandbox.

use std::{ffi::OsStr, path::Path, sync::Arc};

use sanchay_sandbox::{ContentKind, Fault, HEAD};
use sanchay_storage::{EntryKind, File, Storage};

use crate::{
    entry::{Batch, EntryRef},
    error::{Action, Cause, EntryError},
    hash::read_at,
    inspect::Inspect,
    pool::Pool,
    run::RunState,
    span::offset,
    walk::{Node, Open, RootEntry},
};
use sanchay_names::OsStrExt as _;

/// How many files are read for one call.
const FILES: usize = 64;

/// A worker's own instance, and its buffers.
pub(super) struct Classifier<'p> {
    pool: &'p Pool,
    /// Always there but in `drop`.
    inspector: Option<Box<dyn Inspect>>,
    kinds: Vec<ContentKind>,
    /// The files to read, by their place in the batch.
    unread: Vec<usize>,
    /// Those whose first bytes are in the sandbox.
    pending: Vec<usize>,
}

impl Drop for Classifier<'_> {
    fn drop(&mut self) {
        if let Some(inspector) = self.inspector.take() {
            self.pool.give_back(inspector);
        }
    }
}

/// Where the files of a batch are.
struct Site<'a> {
    storage: &'a dyn Storage,
    /// Their directory; `None` for files that were named.
    node: Option<&'a Arc<Node>>,
    open: Option<Result<Open, Cause>>,
}

impl<'p> Classifier<'p> {
    pub(super) fn new(pool: &'p Pool) -> Self {
        Self {
            pool,
            inspector: Some(pool.inspector()),
            kinds: Vec::new(),
            unread: Vec::new(),
            pending: Vec::new(),
        }
    }

    /// Tells the kinds of the files of a batch. Afterwards `out` has an entry
    /// for each: `None` for what is no regular file, and for those that could
    /// not be read, of which `error` is told.
    pub(super) fn classify(
        &mut self,
        run: &RunState<'_>,
        storage: &dyn Storage,
        node: Option<&Arc<Node>>,
        batch: &Batch<'_>,
        out: &mut Vec<Option<ContentKind>>,
        error: &mut dyn FnMut(EntryError),
    ) {
        out.clear();
        let files: Vec<_> = batch.iter().collect();
        out.extend(files.iter().map(|file| {
            let is_empty = file.metadata.size == 0;
            let is_file = file.metadata.kind == EntryKind::File;
            (is_file && is_empty).then_some(ContentKind::Empty)
        }));
        self.unread.clear();
        let is_file =
            |at: &usize| files.get(*at).is_some_and(|it| is_read(it));
        self.unread.extend((0..files.len()).filter(is_file));
        // The last ones are taken first.
        self.unread.reverse();
        let mut site = Site { storage, node, open: None };
        let mut failures = Vec::new();
        while !self.unread.is_empty() && !run.is_over() {
            let told = self.tell(&files, &mut site, &mut failures);
            match told {
                Ok(()) => {
                    for (at, kind) in self.pending.iter().zip(&self.kinds) {
                        if let Some(out) = out.get_mut(*at) {
                            *out = Some(*kind);
                        }
                    }
                }
                Err(fault) => {
                    self.tell_singly(
                        &fault,
                        &files,
                        &mut site,
                        out,
                        &mut failures,
                    );
                }
            }
            for (at, action, cause) in failures.drain(..) {
                if let Some(file) = files.get(at) {
                    error(EntryError::new(file.path(), action, cause));
                }
            }
            run.tick();
        }
    }

    /// Reads files until the room for one call is full, and tells their
    /// kinds.
    fn tell(
        &mut self,
        files: &[EntryRef<'_>],
        site: &mut Site<'_>,
        failures: &mut Vec<(usize, Action, Cause)>,
    ) -> Result<(), Fault> {
        let Self { inspector, kinds, unread, pending, .. } = self;
        pending.clear();
        let Some(inspector) = inspector else { return Ok(()) };
        inspector.classify_with(
            FILES * HEAD,
            &mut |space, ends| {
                let mut used = 0;
                while let Some(rest) = space.get_mut(used..used + HEAD)
                    && let Some(at) = unread.pop()
                {
                    let Some(file) = files.get(at) else { continue };
                    match site.read_head(file, rest) {
                        Ok(bytes) => {
                            used += bytes;
                            ends.push(offset(used));
                            pending.push(at);
                        }
                        Err((action, cause)) => {
                            failures.push((at, action, cause));
                        }
                    }
                }
                used
            },
            kinds,
        )
    }

    /// After a call that failed: one bad file must not cost the others their
    /// kinds.
    fn tell_singly(
        &mut self,
        fault: &Fault,
        files: &[EntryRef<'_>],
        site: &mut Site<'_>,
        out: &mut [Option<ContentKind>],
        failures: &mut Vec<(usize, Action, Cause)>,
    ) {
        if self.pending.is_empty() {
            // The call failed before it read a file.
            if let Some(at) = self.unread.pop() {
                let cause = Cause::Sandbox(fault.clone());
                failures.push((at, Action::Classify, cause));
            }
            return;
        }
        let Some(inspector) = &mut self.inspector else { return };
        for at in std::mem::take(&mut self.pending) {
            let Some(file) = files.get(at) else { continue };
            let mut failed = None;
            let answer = inspector.classify_with(
                HEAD,
                &mut |space, ends| match site.read_head(file, space) {
                    Ok(bytes) => {
                        ends.push(offset(bytes));
                        bytes
                    }
                    Err(failure) => {
                        failed = Some(failure);
                        0
                    }
                },
                &mut self.kinds,
            );
            match (failed, answer, self.kinds.first()) {
                (Some((action, cause)), ..) => {
                    failures.push((at, action, cause));
                }
                (None, Ok(()), Some(kind)) => {
                    if let Some(out) = out.get_mut(at) {
                        *out = Some(*kind);
                    }
                }
                (None, Err(fault), _) => {
                    let cause = Cause::Sandbox(fault);
                    failures.push((at, Action::Classify, cause));
                }
                (None, Ok(()), None) => {}
            }
        }
    }
}

/// Whether the kind of a file shows in its first bytes only.
fn is_read(file: &EntryRef<'_>) -> bool {
    file.metadata.kind == EntryKind::File && file.metadata.size > 0
}

impl Site<'_> {
    /// Reads the first bytes of a file. Returns how many.
    fn read_head(
        &mut self,
        file: &EntryRef<'_>,
        space: &mut [u8],
    ) -> Result<usize, (Action, Cause)> {
        let opened =
            self.open(file.name).map_err(|cause| (Action::Open, cause))?;
        read_at(&opened, 0, space)
            .map_err(|error| (Action::Read, error.into()))
    }

    fn open(&mut self, name: &[u8]) -> Result<File, Cause> {
        let Some(node) = self.node else {
            let path = Path::new(OsStr::from_bytes(name));
            let (file, _) = RootEntry::open_file(self.storage, path)?;
            return Ok(file);
        };
        match self.open.get_or_insert_with(|| node.reopen()) {
            Ok(open) => Ok(open.open_file(name)?.0),
            // What was wrong is told of the first file; others fail in the
            // same way.
            Err(_) => Ok(node.reopen()?.open_file(name)?.0),
        }
    }
}
