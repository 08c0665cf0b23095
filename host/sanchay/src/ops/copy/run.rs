//! Copies many files: workers make the copies, and one thread makes hundreds
//! of them durable at a time and gives them their names.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
};

use sanchay_sync::lock;

use super::{
    Copied, Copier, CopyItem, Transfer,
    contents::Contents,
    failure,
    staged::{Committed, Staged},
    sync_names,
    waiting::Waiting,
};
use crate::{
    error::{Action, Cause, EntryError, Error},
    monitor::{Monitor, Summary},
    run::RunState,
};

/// How many files a worker takes at a time.
const TAKEN: usize = 16;

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
                self.bytes = self.bytes.saturating_add(copied.metadata.size);
            }
        }
        self.incomplete += u64::from(!copied.lost.is_nothing());
    }
}

/// What a worker passes on.
type Made<T> = (CopyItem<T>, Result<Step, EntryError>);

/// How far a copy is.
enum Step {
    /// It has to become durable before it gets its name.
    Staged(Staged),
    /// It has its name.
    Named(Committed),
}

/// Tells the end of what waits when it is dropped, even by a panic: nobody
/// waits any more then.
struct Ending<'w, T>(&'w Waiting<T>);

impl<T> Drop for Ending<'_, T> {
    fn drop(&mut self) {
        self.0.end();
    }
}

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
        let waiting = Waiting::new();
        let mut summary = CopySummary::default();
        thread::scope(|scope| {
            let (run, waiting) = (&run, &waiting);
            let (summary, each) = (&mut summary, &mut each);
            let give_names = move || {
                let _ending = Ending(waiting);
                self.give_names(waiting, run, &mut |item, result| {
                    summary.count(&result);
                    each(item, result);
                });
            };
            let namer = thread::Builder::new().name("sanchay-names".into());
            let namer = namer.spawn_scoped(scope, give_names);
            let namer = namer
                .map_err(|source| Error::Threads { threads: 1, source })?;
            let ending = Ending(waiting);
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
                    self.make(&items, run, &mut contents, waiting);
                });
            drop(ending);
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
        waiting: &Waiting<Made<T>>,
    ) {
        let mut taken = Vec::new();
        while !run.is_over() && items.take(&mut taken) {
            for item in taken.drain(..) {
                if run.is_over() {
                    return;
                }
                let staged = self.stage(&item, contents);
                let bytes = staged.as_ref().map_or(0, Staged::size);
                let step = staged.and_then(|staged| {
                    if self.options.durable {
                        return Ok(Step::Staged(staged));
                    }
                    self.name(&item, staged, false).map(Step::Named)
                });
                run.count_files(1, 0);
                run.tick();
                let target = std::sync::Arc::clone(&item.target);
                waiting.put((item, step), bytes, &target);
            }
        }
    }

    /// Gives a copy its name. `alone` as for
    /// [`remove_original`](Copier::remove_original).
    pub(super) fn name<T>(
        &self,
        item: &CopyItem<T>,
        staged: Staged,
        alone: bool,
    ) -> Result<Committed, EntryError> {
        let is_new = staged.is_new();
        let named = staged.commit();
        let named = named.map_err(|it| failure(item, Action::Copy, it))?;
        let removed = self.remove_original(item, &named, alone);
        if removed.is_err() && is_new {
            self.take_back(item, &named);
        }
        removed.map(|()| named)
    }

    /// Takes copies, makes them durable, and gives them their names.
    fn give_names<T>(
        &self,
        waiting: &Waiting<Made<T>>,
        run: &RunState<'_>,
        each: &mut dyn FnMut(T, Result<Copied, EntryError>),
    ) {
        let mut last = None;
        while let Some(batch) = waiting.take() {
            let staged = batch.iter().filter_map(|(_, step)| match step {
                Ok(Step::Staged(staged)) => Some(staged),
                _ => None,
            });
            let durable = self.make_durable(staged);
            for (item, step) in batch {
                let named = match (step, &durable) {
                    // It may be lost, so it does not get its name.
                    (Ok(Step::Staged(_)), Err(cause)) => {
                        Err(failure(&item, Action::Copy, again(cause)))
                    }
                    (Ok(Step::Staged(staged)), Ok(())) => {
                        last = Some(std::sync::Arc::clone(&item.target));
                        self.name(&item, staged, false)
                    }
                    (Ok(Step::Named(named)), _) => Ok(named),
                    (Err(error), _) => Err(error),
                };
                if let Err(error) = &named {
                    run.count_error(error);
                }
                each(item.tag, named.map(|named| named.copied));
            }
        }
        // The names of the last batch; those before became durable with it.
        if let Some(folder) = last
            && let Err(error) = sync_names(folder.directory())
        {
            tracing::warn!(%error, "the last names may not be durable");
        }
    }
}

/// A cause that several files have in common, for one of them.
fn again(cause: &Cause) -> Cause {
    match cause {
        Cause::Io(error) => std::io::Error::from(error.kind()).into(),
        other => std::io::Error::other(other.to_string()).into(),
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
