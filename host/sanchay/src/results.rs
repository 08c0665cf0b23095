//! The results of a run that goes on in the background, one by one.

use std::{
    iter::FusedIterator,
    ops::ControlFlow,
    panic::resume_unwind,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread::{Builder, JoinHandle},
    vec,
};

use crate::{
    error::{EntryError, Error},
    monitor::Cancel,
};

/// How many results pass from the run to its caller at a time at most.
const BATCH: usize = 256;

/// How many such batches may wait before the run does.
const BATCHES: usize = 64;

type Batch<T> = Vec<Result<T, EntryError>>;

/// A run in the background, and its results one by one.
///
/// The run waits while its results are not taken, and ends when this is
/// dropped. Once all are taken, [`finish`](Self::finish) says how it ended.
#[derive(Debug)]
#[must_use = "a run that is dropped is cancelled"]
pub struct Results<T, S> {
    batches: Option<Receiver<Batch<T>>>,
    batch: vec::IntoIter<Result<T, EntryError>>,
    thread: Option<JoinHandle<Result<S, Error>>>,
    cancel: Cancel,
}

impl<T: Send + 'static, S: Send + 'static> Results<T, S> {
    /// Starts a run. `cancel` ends it.
    pub(crate) fn start(
        cancel: Cancel,
        run: impl FnOnce(&Sender<T>) -> Result<S, Error> + Send + 'static,
    ) -> Result<Self, Error> {
        let (sender, batches) = sync_channel(BATCHES);
        let thread = Builder::new()
            .name("sanchay-run".to_owned())
            .spawn(move || run(&Sender(sender)))
            .map_err(|source| Error::Threads { threads: 1, source })?;
        Ok(Self {
            batches: Some(batches),
            batch: Vec::new().into_iter(),
            thread: Some(thread),
            cancel,
        })
    }
}

impl<T, S> Results<T, S> {
    /// Waits for the end of the run. Results that were not taken are dropped.
    ///
    /// # Errors
    /// [`Error::Cancelled`] if the run was ended before it was done, and what
    /// else ended it.
    pub fn finish(mut self) -> Result<S, Error> {
        self.by_ref().for_each(drop);
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(outcome)) => outcome,
            Some(Err(panic)) => resume_unwind(panic),
            None => Err(Error::Cancelled),
        }
    }
}

impl<T, S> Iterator for Results<T, S> {
    type Item = Result<T, EntryError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(next) = self.batch.next() {
                return Some(next);
            }
            // An error means that the run is over and nothing is left.
            let Ok(batch) = self.batches.as_ref()?.recv() else {
                self.batches = None;
                return None;
            };
            self.batch = batch.into_iter();
        }
    }
}

impl<T, S> FusedIterator for Results<T, S> {}

impl<T, S> Drop for Results<T, S> {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

/// The run's end of the channel.
#[derive(Debug)]
pub(crate) struct Sender<T>(SyncSender<Batch<T>>);

impl<T> Sender<T> {
    /// Passes a result on. `Break` if nobody takes any more.
    pub(crate) fn send(
        &self,
        result: Result<T, EntryError>,
    ) -> ControlFlow<()> {
        match self.0.send(vec![result]) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }

    /// Passes results on that are all at hand.
    pub(crate) fn send_all(
        &self,
        results: impl Iterator<Item = T>,
    ) -> ControlFlow<()> {
        let mut results = results.map(Ok).peekable();
        while results.peek().is_some() {
            let batch = results.by_ref().take(BATCH).collect();
            if self.0.send(batch).is_err() {
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }
}
