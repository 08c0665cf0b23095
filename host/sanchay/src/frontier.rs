//! The work that is still to be done, shared by the workers: a stack, so that
//! a walk goes deep before it goes wide and holds few directories at a time,
//! and so that work is begun nearly in the order in which its results are
//! wanted.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A stack of units of work.
pub(crate) struct Frontier<U> {
    state: Mutex<State<U>>,
    changed: Condvar,
}

struct State<U> {
    stack: Vec<U>,
    /// Units taken and not yet finished: they may push more.
    active: usize,
    waiting: usize,
    /// Whether units may only be taken while no other is being worked on.
    held_back: bool,
    closed: bool,
}

impl<U> Frontier<U> {
    /// A stack that gives out these units, first things first.
    pub(crate) fn new(units: Vec<U>) -> Self {
        let mut stack = units;
        stack.reverse();
        Self {
            state: Mutex::new(State {
                stack,
                active: 0,
                waiting: 0,
                held_back: false,
                closed: false,
            }),
            changed: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<U>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the next unit, waiting for one as long as others may still push
    /// some. `None`: all is done, or the frontier was closed.
    pub(crate) fn take(&self) -> Option<Taken<'_, U>> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            if (!state.held_back || state.active == 0)
                && let Some(unit) = state.stack.pop()
            {
                state.active += 1;
                return Some(Taken { frontier: self, unit: Some(unit) });
            }
            if state.active == 0 {
                return None;
            }
            state.waiting += 1;
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
        }
    }

    /// Adds units, to be taken before all others, the first one first.
    pub(crate) fn push<I>(&self, units: I)
    where
        I: IntoIterator<Item = U>,
        I::IntoIter: DoubleEndedIterator,
    {
        let mut state = self.lock();
        let before = state.stack.len();
        state.stack.extend(units.into_iter().rev());
        let added = state.stack.len() - before;
        self.wake(&state, added);
    }

    /// Whether there is work that another worker could take at once.
    pub(crate) fn has_more(&self) -> bool {
        let state = self.lock();
        !state.stack.is_empty() && !state.held_back
    }

    fn wake(&self, state: &State<U>, units: usize) {
        match units.min(state.waiting) {
            0 => {}
            1 => self.changed.notify_one(),
            _ => self.changed.notify_all(),
        }
    }

    /// Holds work back, or no longer: while held back, a unit is only given
    /// out when no other is being worked on.
    pub(crate) fn hold_back(&self, hold: bool) {
        let mut state = self.lock();
        state.held_back = hold;
        if !hold && state.waiting > 0 {
            self.changed.notify_all();
        }
    }

    /// Gives out nothing more.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.stack.clear();
        self.changed.notify_all();
    }

    fn finish(&self) {
        let mut state = self.lock();
        state.active -= 1;
        if state.active == 0 && state.waiting > 0 {
            self.changed.notify_all();
        }
    }
}

/// A unit that was taken; it counts as being worked on until this is dropped,
/// even by a panic.
pub(crate) struct Taken<'a, U> {
    frontier: &'a Frontier<U>,
    unit: Option<U>,
}

impl<U> Taken<'_, U> {
    /// The unit itself, once.
    pub(crate) fn unit(&mut self) -> Option<U> {
        self.unit.take()
    }
}

impl<U> Drop for Taken<'_, U> {
    fn drop(&mut self) {
        self.frontier.finish();
    }
}

#[cfg(test)]
mod tests {
    use super::Frontier;

    fn next(frontier: &Frontier<u32>) -> Option<u32> {
        frontier.take().and_then(|mut taken| taken.unit())
    }

    #[test]
    fn units_are_given_out_in_order_and_pushed_ones_before_the_rest() {
        let frontier = Frontier::new(vec![1, 2]);
        assert_eq!(next(&frontier), Some(1));
        frontier.push([10, 11]);
        assert_eq!(next(&frontier), Some(10));
        assert_eq!(next(&frontier), Some(11));
        assert_eq!(next(&frontier), Some(2));
        assert_eq!(next(&frontier), None);
    }

    #[test]
    fn a_worker_waits_while_another_may_still_push() {
        let frontier = Frontier::new(vec![1]);
        let mut first = frontier.take().unwrap();
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| next(&frontier));
            std::thread::sleep(std::time::Duration::from_millis(20));
            frontier.push([7]);
            assert_eq!(waiter.join().unwrap(), Some(7));
        });
        assert_eq!(first.unit(), Some(1));
        drop(first);
        assert_eq!(next(&frontier), None);
    }

    #[test]
    fn held_back_work_is_given_to_one_worker_at_a_time() {
        let frontier = Frontier::new(vec![1, 2]);
        frontier.hold_back(true);
        let first = frontier.take();
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| next(&frontier));
            std::thread::sleep(std::time::Duration::from_millis(20));
            assert!(!waiter.is_finished());
            drop(first);
            assert_eq!(waiter.join().unwrap(), Some(2));
        });
    }

    #[test]
    fn a_closed_frontier_gives_out_nothing() {
        let frontier = Frontier::new(vec![1, 2]);
        frontier.close();
        assert_eq!(next(&frontier), None);
    }
}
