//! The files that a reader is to hash, opened one after another and no
//! sooner than they are read.

use std::fs::File;

use super::{Failure, Sum};
use crate::{
    entry::Metadata,
    error::{Action, Cause},
};

/// Opens the file of an index; `None` if no more files are to be read.
pub(crate) type Open<'q> = &'q mut (
            dyn FnMut(usize) -> Option<Result<(File, Metadata), Cause>> + Send
        );

/// Is told what became of the file of an index.
pub(crate) type Done<'q> =
    &'q mut (dyn FnMut(usize, Result<Sum, Failure>) + Send);

/// A file that is open and about to be read.
pub(super) struct Opened {
    pub(super) index: usize,
    pub(super) file: File,
    pub(super) metadata: Metadata,
    /// Whether it has bytes though it says that it has none: the kernel makes
    /// them up while they are read.
    pub(super) made_up: bool,
}

/// Files to be opened and hashed.
pub(super) struct Queue<'q> {
    next: usize,
    count: usize,
    ready: Option<Opened>,
    open: Open<'q>,
    done: Done<'q>,
}

impl<'q> Queue<'q> {
    pub(super) fn new(count: usize, open: Open<'q>, done: Done<'q>) -> Self {
        Self { next: 0, count, ready: None, open, done }
    }

    /// The next file that can be opened.
    pub(super) fn pull(&mut self) -> Option<Opened> {
        if let Some(ready) = self.ready.take() {
            return Some(ready);
        }
        while self.next < self.count {
            let index = self.next;
            self.next += 1;
            match (self.open)(index) {
                Some(Ok((file, metadata))) => {
                    let made_up = false;
                    return Some(Opened { index, file, metadata, made_up });
                }
                Some(Err(cause)) => {
                    self.tell(index, Err((Action::Open, cause)));
                }
                None => self.next = self.count,
            }
        }
        None
    }

    /// Puts a file back, to be pulled next.
    pub(super) fn put_back(&mut self, opened: Opened) {
        self.ready = Some(opened);
    }

    /// Opens a file once more.
    pub(super) fn open_again(
        &mut self,
        index: usize,
    ) -> Option<Result<(File, Metadata), Cause>> {
        (self.open)(index)
    }

    /// Tells what became of a file.
    pub(super) fn tell(&mut self, index: usize, result: Result<Sum, Failure>) {
        (self.done)(index, result);
    }
}
