//! Work of a caller's own on the engine's threads, watched and ended as every
//! run is: for crates that read what a walk found.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::{
    engine::Engine,
    error::{EntryError, Error},
    monitor::{Monitor, Summary},
    run::RunState,
};

/// How many items a worker takes at a time.
const TAKEN: usize = 8;

/// What a worker tells of its work.
#[derive(Clone, Copy)]
pub struct WorkContext<'a> {
    run: &'a RunState<'a>,
}

impl std::fmt::Debug for WorkContext<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WorkContext").finish_non_exhaustive()
    }
}

impl WorkContext<'_> {
    /// Counts bytes that were read, and reports progress where that is due.
    /// False if the run ought to end.
    #[must_use]
    pub fn count_bytes(&self, bytes: usize) -> bool {
        self.run.count_bytes(bytes);
        self.run.tick();
        !self.run.is_over()
    }

    /// Counts a file that is done.
    pub fn count_file(&self) {
        self.run.count_files(1, 0);
        self.run.tick();
    }

    /// Counts an entry that failed.
    pub fn count_error(&self, error: &EntryError) {
        self.run.count_error(error);
    }

    /// Says what is being read, and how large it is.
    pub fn reading(&self, size: u64, path: impl FnOnce() -> Vec<u8>) {
        self.run.reading(size, path);
    }

    /// Ends the run: what is left is not begun.
    pub fn stop(&self) {
        self.run.stop();
    }
}

impl Engine {
    /// Does something with each item, on the engine's threads and about in
    /// their order. Each worker has a state of its own, which `prepare` makes
    /// and `done` takes, also where the run is ended early. `files` and
    /// `bytes` are what will be read, for progress.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    /// use sanchay::{Engine, Monitor};
    ///
    /// let engine = Engine::builder().build()?;
    /// let total = AtomicUsize::new(0);
    /// engine.work(
    ///     &[1, 2, 3],
    ///     (3, 6),
    ///     &Monitor::default(),
    ///     || 0,
    ///     |sum, item, context| {
    ///         *sum += item;
    ///         let _ = context.count_bytes(*item);
    ///     },
    ///     |sum| drop(total.fetch_add(sum, Relaxed)),
    /// )?;
    /// assert_eq!(total.into_inner(), 6);
    /// # Ok::<(), sanchay::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Cancelled`] if the run was ended before it was done, and
    /// [`Error::Threads`] if it could not begin.
    pub fn work<T: Sync, W>(
        &self,
        items: &[T],
        (files, bytes): (u64, u64),
        monitor: &Monitor,
        prepare: impl Fn() -> W + Sync,
        each: impl Fn(&mut W, &T, WorkContext<'_>) + Sync,
        done: impl Fn(W) + Sync,
    ) -> Result<Summary, Error> {
        let run = RunState::new(monitor);
        run.begin_hashing(files, bytes);
        let next = AtomicUsize::new(0);
        let more = || next.load(Relaxed) < items.len();
        self.pool().run(&more, |_, _| {
            let mut state = prepare();
            let context = WorkContext { run: &run };
            'all: while more() {
                let first = next.fetch_add(TAKEN, Relaxed);
                for item in items.iter().skip(first).take(TAKEN) {
                    if run.is_over() {
                        break 'all;
                    }
                    let _at_work = run.at_work();
                    each(&mut state, item, context);
                }
            }
            done(state);
        })?;
        run.outcome()
    }
}
