//! Connections that only read: a few, which all threads take turns with.
//! Opening one costs as much as thousands of questions.

use std::sync::{Condvar, Mutex};

use rusqlite::Connection;
use sanchay_sync::{lock, wait};

/// How many there are at most.
const MOST: usize = 4;

/// The connections that nobody has at the moment.
#[derive(Default)]
pub(crate) struct Readers {
    state: Mutex<State>,
    given: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<Connection>,
    /// How many somebody has.
    taken: usize,
}

impl Readers {
    /// One of them, or a new one; waits where there are enough.
    pub(crate) fn take(
        &self,
        open: impl FnOnce() -> rusqlite::Result<Connection>,
    ) -> rusqlite::Result<Connection> {
        let mut state = lock(&self.state);
        while state.idle.is_empty() && state.taken >= MOST {
            state = wait(&self.given, state);
        }
        state.taken += 1;
        if let Some(idle) = state.idle.pop() {
            return Ok(idle);
        }
        drop(state);
        let opened = open();
        if opened.is_err() {
            lock(&self.state).taken -= 1;
            self.given.notify_one();
        }
        opened
    }

    /// Gives one back, or the first.
    pub(crate) fn give(&self, connection: Connection) {
        let mut state = lock(&self.state);
        state.idle.push(connection);
        state.taken = state.taken.saturating_sub(1);
        self.given.notify_one();
    }

    /// Closes those that nobody has.
    pub(crate) fn close(&self) {
        lock(&self.state).idle.clear();
    }
}
