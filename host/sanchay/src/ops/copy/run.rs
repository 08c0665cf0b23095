//! Copies many files: workers make the copies, and one thread makes hundreds
//! of them durable at a time and gives them their names.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use sanchay_sync::lock;

use super::{
    Copied, Copier, CopyItem, Folder, Transfer, contents::Contents, failure,
    staged::Staged, sync_names,
};
use crate::{
    error::{Action, EntryError, Error},
    monitor::{Monitor, Summary},
    run::RunState,
};

/// How many copies, and how many bytes of them, become durable at a time.
const BATCH_FILES: usize = 4096;
const BATCH_BYTES: u64 = 256 << 20;

/// How many directories the copies of a batch may be in: they are open.
const BATCH_FOLDERS: usize = 64;

/// How many copies may wait to be put into a batch.
const WAITING: usize = 64;

/// How many files a worker takes at a time.
const TAKEN: usize = 16;

/// A batch that nothing was added to for so long is not waited with.
const PATIENCE: Duration = Duration::from_millis(500);

/// What a run copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CopySummary {
    /// Files and links that were copied.
    pub copied: u64,
    /// Those among them that are names of an earlier copy.
    pub linked: u64,
    /// Those that were there already and stayed.
    pub kept: u64,
    /// The bytes of what was copied, other than by another name.
    pub bytes: u64,
    /// Copies that lack something of their originals.
    pub incomplete: u64,
    /// What failed.
    pub errors: u64,
}

impl CopySummary {
    fn count(&mut self, result: &Result<Copied, EntryError>) {
        let Ok(copied) = result else {
            self.errors += 1;
            return;
        };
        match copied.transfer {
            Transfer::Kept => self.kept += 1,
            Transfer::Linked => {
                self.copied += 1;
                self.linked += 1;
            }
            Transfer::Written | Transfer::Shared => {
                self.copied += 1;
                self.bytes += copied.metadata.size;
            }
        }
        self.incomplete += u64::from(!copied.lost.is_nothing());
    }
}

/// What a worker passes on.
type Made<T> = (CopyItem<T>, Result<Staged, EntryError>);

impl Copier {
    /// Copies files and links with all workers, and calls back with what
    /// became of each, from one thread, in no particular order. What a copy
    /// is called back with has its name.
    ///
    /// # Errors
    /// [`Error::Cancelled`] if the run was ended before it was done, and
    /// [`Error::Threads`] if it could not begin. What is wrong with one file
    /// is called back with.
    pub fn copy_all<T: Send>(
        &self,
        items: impl Iterator<Item = CopyItem<T>> + Send,
        monitor: &Monitor,
        mut each: impl FnMut(T, Result<Copied, EntryError>) + Send,
    ) -> Result<CopySummary, Error> {
        let run = RunState::new(monitor);
        let items = Source::new(items);
        let (sender, made) = sync_channel(WAITING);
        let mut summary = CopySummary::default();
        thread::scope(|scope| {
            let namer = thread::Builder::new().name("sanchay-names".into());
            let (run, summary, each) = (&run, &mut summary, &mut each);
            let commit = move || {
                self.give_names(&made, run, &mut |item, result| {
                    summary.count(&result);
                    each(item, result);
                });
            };
            // Its own end of the channel ends with it.
            let namer = namer.spawn_scoped(scope, commit);
            let namer = namer
                .map_err(|source| Error::Threads { threads: 1, source })?;
            let worked =
                self.pool.run(&|| items.has_more(), |_, inspector| {
                    let mut buffer = Vec::new();
                    let mut contents = Contents {
                        copier: self,
                        inspector,
                        buffer: &mut buffer,
                        goes_on: &|bytes| {
                            run.count_files(0, bytes);
                            run.tick();
                            !run.is_over()
                        },
                    };
                    self.make(&items, run, &mut contents, &sender);
                });
            drop(sender);
            if let Err(panic) = namer.join() {
                std::panic::resume_unwind(panic);
            }
            worked
        })?;
        let _: Summary = run.outcome()?;
        Ok(summary)
    }

    /// Makes copies until there are no more to make.
    fn make<T: Send, I: Iterator<Item = CopyItem<T>>>(
        &self,
        items: &Source<I>,
        run: &RunState<'_>,
        contents: &mut Contents<'_>,
        sender: &SyncSender<Made<T>>,
    ) {
        let mut taken = Vec::new();
        while !run.is_over() && items.take(&mut taken) {
            for item in taken.drain(..) {
                if run.is_over() {
                    return;
                }
                let staged = self.stage(&item, contents);
                if let Err(error) = &staged {
                    run.count_error(error);
                }
                run.count_files(1, 0);
                run.tick();
                if sender.send((item, staged)).is_err() {
                    return;
                }
            }
        }
    }

    /// Collects copies, makes them durable, and gives them their names.
    fn give_names<T>(
        &self,
        made: &Receiver<Made<T>>,
        run: &RunState<'_>,
        each: &mut dyn FnMut(T, Result<Copied, EntryError>),
    ) {
        let mut batch = Batch::new();
        let mut names_in: Vec<std::sync::Arc<Folder>> = Vec::new();
        loop {
            let next = made.recv_timeout(PATIENCE);
            let ended = matches!(next, Err(RecvTimeoutError::Disconnected));
            let waits = matches!(next, Err(RecvTimeoutError::Timeout));
            match next {
                Ok((item, Ok(staged))) => batch.push(item, staged),
                Ok((item, Err(error))) => each(item.tag, Err(error)),
                Err(_) => {}
            }
            if batch.is_full() || ended || waits || !self.options.durable {
                let last = batch.items.last();
                if let Some(folder) = last.map(|item| &item.target) {
                    names_in = vec![std::sync::Arc::clone(folder)];
                }
                self.commit(&mut batch, run, each);
            }
            if ended {
                break;
            }
        }
        // The names of the last batch; those before became durable with it.
        for folder in names_in.iter().filter(|_| self.options.durable) {
            if let Err(error) = sync_names(folder.directory()) {
                tracing::warn!(%error, "the last names may not be durable");
            }
        }
    }

    fn commit<T>(
        &self,
        batch: &mut Batch<T>,
        run: &RunState<'_>,
        each: &mut dyn FnMut(T, Result<Copied, EntryError>),
    ) {
        let Batch { items, staged, .. } =
            std::mem::replace(batch, Batch::new());
        if let Err(cause) = self.make_durable(&staged) {
            // All of them may be lost; none gets its name.
            let why = cause.to_string();
            for item in items {
                let cause = std::io::Error::other(why.clone()).into();
                let error = failure(&item, Action::Copy, cause);
                run.count_error(&error);
                each(item.tag, Err(error));
            }
            return;
        }
        for (item, staged) in items.into_iter().zip(staged) {
            let result = match staged.commit() {
                Ok(committed) => self
                    .remove_original(&item, &committed)
                    .map(|()| committed.copied),
                Err(cause) => Err(failure(&item, Action::Copy, cause)),
            };
            if let Err(error) = &result {
                run.count_error(error);
            }
            each(item.tag, result);
        }
    }
}

/// Copies that become durable together.
struct Batch<T> {
    items: Vec<CopyItem<T>>,
    staged: Vec<Staged>,
    bytes: u64,
    folders: usize,
}

impl<T> Batch<T> {
    fn new() -> Self {
        let (items, staged) = (Vec::new(), Vec::new());
        Self { items, staged, bytes: 0, folders: 0 }
    }

    fn push(&mut self, item: CopyItem<T>, staged: Staged) {
        let same = |other: &CopyItem<T>| {
            std::sync::Arc::ptr_eq(&other.target, &item.target)
        };
        self.folders += usize::from(!self.items.last().is_some_and(same));
        self.bytes = self.bytes.saturating_add(staged.size());
        self.items.push(item);
        self.staged.push(staged);
    }

    fn is_full(&self) -> bool {
        self.items.len() >= BATCH_FILES
            || self.bytes >= BATCH_BYTES
            || self.folders >= BATCH_FOLDERS
    }
}

/// What is to be copied, for several workers.
struct Source<I> {
    items: Mutex<I>,
    ended: AtomicBool,
}

impl<I: Iterator> Source<I> {
    fn new(items: I) -> Self {
        Self { items: Mutex::new(items), ended: AtomicBool::new(false) }
    }

    fn has_more(&self) -> bool {
        !self.ended.load(Relaxed)
    }

    /// Takes some; false if there are no more.
    fn take(&self, taken: &mut Vec<I::Item>) -> bool {
        let mut items = lock(&self.items);
        if self.ended.load(Relaxed) {
            return false;
        }
        taken.extend(items.by_ref().take(TAKEN));
        if taken.len() < TAKEN {
            self.ended.store(true, Relaxed);
        }
        !taken.is_empty()
    }
}
