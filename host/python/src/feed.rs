//! The way from a run to whoever takes its records: chunks of rows in a queue
//! of bounded length, filled from the worker threads of the library and
//! emptied by a thread of Python's. A run that is faster than its consumer
//! waits, so that a million records never lie here at once.

mod taking;

use std::{
    collections::VecDeque,
    io,
    ops::ControlFlow,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use sanchay::{Cancel, EntryError, Progress, Summary};
use sanchay_core::record::Schema;

pub(crate) use self::taking::{TakeMode, Taken};
use crate::{
    columns::Chunk,
    failure::Failure,
    runner::{Ended, Totals},
    wake_pipe::{Descriptor, WakePipe},
};

/// How many rows a chunk has before another is begun.
const CHUNK_ROWS: usize = 8192;

/// How many bytes of names a chunk has before another is begun: Arrow counts
/// them in 31 bits.
const CHUNK_BYTES: usize = 16 << 20;

/// How many rows may lie in the queue.
const MOST_ROWS: usize = 4 * CHUNK_ROWS;

/// How many rows are worth waking a consumer for at once.
const WORTH_WAKING: usize = 512;

/// A queue of chunks.
pub(crate) struct Feed<C> {
    /// The columns of its chunks.
    schema: Arc<Schema>,
    state: Mutex<State<C>>,
    /// Something came.
    come: Condvar,
    /// Something was taken.
    gone: Condvar,
    pub(crate) cancel: Cancel,
    /// The process whose thread fills it; 0 before there is one.
    process: AtomicU32,
}

struct State<C> {
    chunks: VecDeque<C>,
    rows: usize,
    /// Nobody will take any more.
    closed: bool,
    ended: Option<Ended>,
    progress: Option<Progress>,
    /// Of a run in parts: what was done before the one that progress is told
    /// of.
    before: Option<Summary>,
    /// How many files and bytes the run will deal with, where that is known.
    expected: Option<(u64, u64)>,
    /// Entries that failed, where they have no row of their own.
    errors: Vec<Arc<Failure>>,
    /// The failure that ends the run.
    fatal: Option<EntryError>,
    wake_pipe: Option<WakePipe>,
}

impl<C: Chunk> Feed<C> {
    pub(crate) fn new(schema: Arc<Schema>) -> Self {
        Self {
            schema,
            state: Mutex::new(State {
                chunks: VecDeque::new(),
                rows: 0,
                closed: false,
                ended: None,
                progress: None,
                before: None,
                expected: None,
                errors: Vec::new(),
                fatal: None,
                wake_pipe: None,
            }),
            come: Condvar::new(),
            gone: Condvar::new(),
            cancel: Cancel::new(),
            process: AtomicU32::new(0),
        }
    }

    fn state(&self) -> MutexGuard<'_, State<C>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A thread of this process will fill it.
    pub(crate) fn belongs_here(&self) {
        self.process.store(std::process::id(), Relaxed);
    }

    /// Whether a thread fills it that a fork has left behind, and whose locks
    /// may have stayed behind with it.
    pub(crate) fn is_foreign(&self) -> bool {
        let process = self.process.load(Relaxed);
        process != 0 && process != std::process::id()
    }

    /// Adds rows, when there is room; `Break` if nobody wants them.
    pub(crate) fn push(&self, add: impl FnOnce(&mut C)) -> ControlFlow<()> {
        let mut state = self
            .gone
            .wait_while(self.state(), |state| {
                !state.closed && state.rows >= MOST_ROWS
            })
            .unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return ControlFlow::Break(());
        }
        let full = state.chunks.back().is_none_or(|chunk| {
            chunk.rows() >= CHUNK_ROWS || chunk.name_bytes() >= CHUNK_BYTES
        });
        if full {
            state.chunks.push_back(C::new(&self.schema));
        }
        let before = state.rows;
        let mut added = 0;
        if let Some(chunk) = state.chunks.back_mut() {
            let had = chunk.rows();
            add(chunk);
            added = chunk.rows() - had;
        }
        state.rows = before + added;
        if before == 0
            || before < WORTH_WAKING && state.rows >= WORTH_WAKING
            || full
        {
            self.wake(&mut state);
        }
        ControlFlow::Continue(())
    }

    /// Keeps an error that has no row of its own.
    pub(crate) fn keep(&self, error: Failure) -> ControlFlow<()> {
        let mut state = self.state();
        state.errors.push(Arc::new(error));
        if state.closed {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    /// Ends the run with the error of an entry, when the rows before it are
    /// taken.
    pub(crate) fn fail(&self, error: EntryError) -> ControlFlow<()> {
        self.state().fatal.get_or_insert(error);
        ControlFlow::Break(())
    }

    /// Keeps how far the run is, for the consumer to tell.
    pub(crate) fn report(&self, mut progress: Progress) {
        let mut state = self.state();
        if let Some(before) = state.before {
            progress.directories += before.directories;
            progress.files += before.files;
            progress.bytes = progress.bytes.saturating_add(before.bytes);
            progress.errors += before.errors;
            // What the library knows are those of a part.
            progress.total_files = state.expected.map(|(files, _)| files);
            progress.total_bytes = state.expected.map(|(_, bytes)| bytes);
        } else {
            state.expected = progress.total_files.zip(progress.total_bytes);
        }
        state.progress = Some(progress);
        self.wake(&mut state);
    }

    /// Keeps how many files and bytes the run will deal with, unless these are
    /// the numbers of a part.
    pub(crate) fn note_totals(&self, progress: &Progress) {
        let mut state = self.state();
        if state.before.is_none() {
            state.expected = progress.total_files.zip(progress.total_bytes);
        }
    }

    /// Another part of the run begins, after what was done before.
    pub(crate) fn begin_part(&self, before: Summary) {
        self.state().before = Some(before);
    }

    /// Keeps how many files and bytes the run will deal with.
    pub(crate) fn expect(&self, files: u64, bytes: u64) {
        self.state().expected = Some((files, bytes));
    }

    /// How many files and bytes the run deals with, where that is known.
    pub(crate) fn expected(&self) -> Option<(u64, u64)> {
        self.state().expected
    }

    /// There will be no more.
    pub(crate) fn end(&self, ended: Ended) {
        let mut state = self.state();
        state.ended = Some(ended);
        self.wake(&mut state);
    }

    /// Nobody takes any more: the run ends.
    pub(crate) fn close(&self) {
        if self.is_foreign() {
            return;
        }
        self.cancel.cancel();
        let mut state = self.state();
        state.closed = true;
        let left = std::mem::take(&mut state.chunks);
        state.rows = 0;
        self.wake(&mut state);
        drop(state);
        self.gone.notify_all();
        drop(left);
    }

    /// Whether nobody takes any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.state().closed
    }

    /// How far the run is, if it was not told yet.
    pub(crate) fn progress(&self) -> Option<Progress> {
        self.state().progress.take()
    }

    /// The failure that ended the run.
    pub(crate) fn fatal(&self) -> Option<EntryError> {
        self.state().fatal.take()
    }

    /// How the run ended, if it did.
    pub(crate) fn with_ended<T>(
        &self,
        look: impl FnOnce(&Ended) -> T,
    ) -> Option<T> {
        self.state().ended.as_ref().map(look)
    }

    /// What the run came to, once it has ended well.
    pub(crate) fn totals(&self) -> Option<Totals> {
        let totals = |ended: &Ended| match ended {
            Ended::Told(Ok(totals)) => Some(*totals),
            _ => None,
        };
        self.with_ended(totals).flatten()
    }

    /// The errors that were kept so far. Exceptions are not made of them here:
    /// that lets other threads of Python's go on, which may want the lock.
    pub(crate) fn errors(&self) -> Vec<Arc<Failure>> {
        self.state().errors.clone()
    }

    /// A file descriptor that can be read from when there is something to
    /// take, once [`Self::clear_wake_pipe`] was called.
    pub(crate) fn wake_pipe(&self) -> io::Result<Descriptor> {
        let mut state = self.state();
        if let Some(wake_pipe) = &state.wake_pipe {
            return Ok(wake_pipe.descriptor());
        }
        let wake_pipe = WakePipe::new()?;
        let descriptor = wake_pipe.descriptor();
        state.wake_pipe = Some(wake_pipe);
        if state.rows > 0 || state.ended.is_some() || state.closed {
            self.wake(&mut state);
        }
        Ok(descriptor)
    }

    /// Makes it unreadable until something comes.
    pub(crate) fn clear_wake_pipe(&self) {
        if let Some(wake_pipe) = &mut self.state().wake_pipe {
            wake_pipe.clear();
        }
    }

    fn wake(&self, state: &mut State<C>) {
        self.come.notify_all();
        if let Some(wake_pipe) = &mut state.wake_pipe {
            wake_pipe.notify();
        }
    }
}
