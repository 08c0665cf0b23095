//! What is still to be walked, shared by a floor's threads.
//!
//! Last in, first out: the walk goes deep first, so that few directories are
//! open at a time.

use std::ffi::CString;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use rustix::fd::OwnedFd;
use sanchay_sync::{lock, wait};

/// A piece of the walk that any thread can do.
#[derive(Debug)]
pub(crate) enum Piece {
    /// A directory to be read: by its name in an open one, or by its path.
    Directory(Option<Arc<OwnedFd>>, CString),
    /// Files of an open directory: their names, each ended by a zero byte.
    Files(Arc<OwnedFd>, Vec<u8>),
}

/// The pieces that wait, and how many threads may still add to them.
#[derive(Debug)]
pub(crate) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<Piece>,
    working: usize,
    sleeping: usize,
    stopped: bool,
}

impl Queue {
    /// A queue that holds one piece.
    pub(crate) fn new(first: Piece) -> Self {
        let state = State { waiting: vec![first], ..State::default() };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Adds pieces.
    pub(crate) fn push(&self, pieces: impl IntoIterator<Item = Piece>) {
        let mut state = self.lock();
        state.waiting.extend(pieces);
        self.wake(&state);
    }

    /// Takes a piece, and waits for one while another thread may still add
    /// some. `None` once the walk is over. Each piece taken must be
    /// [`finish`](Self::finish)ed.
    pub(crate) fn take(&self) -> Option<Piece> {
        let mut state = self.lock();
        loop {
            if state.stopped {
                return None;
            }
            if let Some(piece) = state.waiting.pop() {
                state.working += 1;
                return Some(piece);
            }
            if state.working == 0 {
                return None;
            }
            state.sleeping += 1;
            state = wait(&self.changed, state);
            state.sleeping -= 1;
        }
    }

    /// Says that a piece is done and will add nothing more.
    pub(crate) fn finish(&self) {
        let mut state = self.lock();
        state.working = state.working.saturating_sub(1);
        if state.working == 0 {
            self.wake(&state);
        }
    }

    /// Ends the walk early.
    pub(crate) fn stop(&self) {
        let mut state = self.lock();
        state.stopped = true;
        self.wake(&state);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// A wake-up is a system call even where no one sleeps.
    fn wake(&self, state: &State) {
        if state.sleeping > 0 {
            self.changed.notify_all();
        }
    }
}
