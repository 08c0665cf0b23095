//! Copies that were made and wait for their names: workers put them in, and one
//! thread takes all of them at a time.

use std::{
    collections::HashMap,
    sync::{Arc, Condvar, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use sanchay_sync::{lock, wait, wait_timeout_while};

use super::Folder;

/// How much is worth the wait until it is durable: copies, bytes of them, and
/// directories that they are in, which are open.
const ENOUGH: Amount = Amount { copies: 2048, bytes: 64 << 20, folders: 32 };

/// How much may wait.
const MOST: Amount = Amount { copies: 8192, bytes: 512 << 20, folders: 96 };

/// What waits is not left waiting for more for longer than this.
const PATIENCE: Duration = Duration::from_millis(300);

/// How much there is of something.
#[derive(Clone, Copy, Debug)]
struct Amount {
    copies: usize,
    bytes: u64,
    folders: usize,
}

impl Amount {
    /// Whether it is as much as another in any respect.
    const fn reaches(self, other: Self) -> bool {
        self.copies >= other.copies
            || self.bytes >= other.bytes
            || self.folders >= other.folders
    }
}

/// A queue between workers and the thread that gives names.
#[derive(Debug)]
pub(super) struct Waiting<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

#[derive(Debug)]
struct State<T> {
    all: Vec<T>,
    bytes: u64,
    /// How many there are in each directory, by its address.
    folders: HashMap<usize, usize>,
    ended: bool,
}

impl<T> State<T> {
    fn new() -> Self {
        let (all, folders) = (Vec::new(), HashMap::new());
        Self { all, bytes: 0, folders, ended: false }
    }

    fn amount(&self) -> Amount {
        let (copies, folders) = (self.all.len(), self.folders.len());
        Amount { copies, bytes: self.bytes, folders }
    }
}

impl<T> Waiting<T> {
    pub(super) fn new() -> Self {
        let (state, changed) = (Mutex::new(State::new()), Condvar::new());
        Self { state, changed }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        lock(&self.state)
    }

    /// Puts one in that has so many bytes in a directory; waits while there
    /// are too many. It is dropped once the end was told.
    pub(super) fn put(&self, one: T, bytes: u64, folder: &Arc<Folder>) {
        let mut state = self.lock();
        while state.amount().reaches(MOST) && !state.ended {
            state = wait(&self.changed, state);
        }
        if state.ended {
            return;
        }
        state.all.push(one);
        state.bytes = state.bytes.saturating_add(bytes);
        let address = Arc::as_ptr(folder).addr();
        *state.folders.entry(address).or_default() += 1;
        if state.amount().reaches(ENOUGH) || state.all.len() == 1 {
            self.changed.notify_all();
        }
    }

    /// Says that no more will be put in.
    pub(super) fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_all();
    }

    /// Takes all, once that is worth it or has waited for long enough. `None`
    /// when there will be no more.
    pub(super) fn take(&self) -> Option<Vec<T>> {
        let mut state = self.lock();
        while state.all.is_empty() {
            if state.ended {
                return None;
            }
            state = wait(&self.changed, state);
        }
        let until = Instant::now() + PATIENCE;
        while !state.amount().reaches(ENOUGH) && !state.ended {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let more = |state: &mut State<T>| {
                !state.amount().reaches(ENOUGH) && !state.ended
            };
            state = wait_timeout_while(&self.changed, state, left, more);
        }
        let ended = state.ended;
        let State { all, .. } = std::mem::replace(&mut *state, State::new());
        state.ended = ended;
        drop(state);
        self.changed.notify_all();
        Some(all)
    }
}
