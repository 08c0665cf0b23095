//! Results on their way to the visitor, compactly: many wait for an earlier
//! one when a large file is before them.

use std::ops::ControlFlow;

use sanchay_sandbox::plugin::Value;

use sanchay_storage::Span;

use super::{HashEvent, HashResult, HashedFileRef};
use crate::{
    error::EntryError,
    plugins,
    run::RunState,
    span::{offset, slice},
};

/// What a result takes up, in bytes, or thereabouts.
const ROW: usize = 256;

/// Results of one piece of work, in order.
#[derive(Default)]
pub(super) struct ResultBatch {
    /// What precedes every name in the paths.
    parent: Box<[u8]>,
    /// How many bytes of the paths are those of the root.
    root: usize,
    names: Vec<u8>,
    rows: Vec<(Span, HashResult)>,
    /// What each row says that is a link, if any is.
    targets: Vec<Option<Box<[u8]>>>,
    /// The values of each row, if any has some; and how much they take up.
    values: Vec<Box<[Option<Value>]>>,
    value_bytes: usize,
    /// How much the paths of the errors, and of what links say, take up.
    path_bytes: usize,
    /// Errors, each with the number of rows that come before it.
    errors: Vec<(usize, EntryError)>,
}

impl ResultBatch {
    /// No results yet, for files of a directory whose path begins with that
    /// of a root, which has `root` bytes; with room for `files` of them, and
    /// for `names` bytes of names.
    pub(super) fn new(
        parent: Vec<u8>,
        root: usize,
        files: usize,
        names: usize,
    ) -> Self {
        Self {
            parent: parent.into_boxed_slice(),
            root,
            names: Vec::with_capacity(names),
            rows: Vec::with_capacity(files),
            ..Self::default()
        }
    }

    /// No results yet, for what the caller named.
    pub(super) fn named(path: &[u8]) -> Self {
        Self { root: path.len(), ..Self::default() }
    }

    pub(super) fn push(&mut self, name: &[u8], result: HashResult) {
        let start = offset(self.names.len());
        self.names.extend_from_slice(name);
        self.rows.push(((start, offset(self.names.len())), result));
    }

    /// Adds what the row says that was pushed last, if it is a link.
    pub(super) fn push_target(&mut self, target: Option<Vec<u8>>) {
        let Some(target) = target else { return };
        self.path_bytes += target.len();
        self.targets.resize_with(self.rows.len(), Option::default);
        if let Some(last) = self.targets.last_mut() {
            *last = Some(target.into_boxed_slice());
        }
    }

    /// Adds values to the row that was pushed last.
    pub(super) fn push_values(&mut self, values: Box<[Option<Value>]>) {
        if values.is_empty() {
            return;
        }
        self.value_bytes += plugins::weight(&values);
        self.values.resize_with(self.rows.len(), Box::default);
        if let Some(last) = self.values.last_mut() {
            *last = values;
        }
    }

    pub(super) fn push_error(&mut self, error: EntryError) {
        self.path_bytes += error.path.as_os_str().len();
        self.errors.push((self.rows.len(), error));
    }

    /// How many files were hashed.
    pub(super) fn files(&self) -> u64 {
        self.rows.len() as u64
    }

    /// How many results there are, or as many as take up that much memory.
    pub(super) fn weight(&self) -> usize {
        let bytes = self.parent.len() + self.value_bytes + self.path_bytes;
        self.rows.len() + self.errors.len() + bytes / ROW
    }

    /// Hands the results to the visitor.
    pub(super) fn report(
        self,
        run: &RunState<'_>,
        path: &mut Vec<u8>,
        visit: &mut (dyn FnMut(HashEvent<'_>) -> ControlFlow<()> + Send),
    ) {
        let mut errors = self.errors.into_iter().peekable();
        for (index, (span, result)) in self.rows.iter().enumerate() {
            while let Some((_, error)) = errors.next_if(|(at, _)| *at <= index)
            {
                if run.is_over() {
                    return;
                }
                run.stop_if_break(visit(HashEvent::Error(error)));
            }
            if run.is_over() {
                return;
            }
            path.clear();
            path.extend_from_slice(&self.parent);
            path.extend_from_slice(slice(&self.names, *span));
            run.stop_if_break(visit(HashEvent::File(HashedFileRef {
                path,
                root: path.get(..self.root).unwrap_or_default(),
                size: result.size,
                metadata: result.metadata.as_ref(),
                content: result.content,
                source: result.source,
                target: self.targets.get(index).and_then(Option::as_deref),
                values: self.values.get(index).map_or(&[], |it| it),
            })));
        }
        for (_, error) in errors {
            if run.is_over() {
                return;
            }
            run.stop_if_break(visit(HashEvent::Error(error)));
        }
    }
}
