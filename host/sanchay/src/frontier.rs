//! The work that is still to be done, shared by the workers: a line, in which
//! the work that comes of a unit takes that unit's place. So a walk goes deep
//! before it goes wide and holds few directories at a time, and whichever
//! worker is free does what is wanted first: results that must be in order
//! need not wait long for each other.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A line of units of work.
pub(crate) struct Frontier<U> {
    state: Mutex<State<U>>,
    changed: Condvar,
}

/// The place in the line of a unit that was taken; by default, the end of
/// the line.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spot(usize);

struct State<U> {
    /// The line as a ring: the first node is neither before nor behind any
    /// unit, but between the last and the first.
    nodes: Vec<Node<U>>,
    free: Vec<usize>,
    /// How many units wait to be taken.
    ready: usize,
    /// Units taken and not yet finished: they may push more.
    active: usize,
    waiting: usize,
    /// Whether units may only be taken while no other is being worked on.
    held_back: bool,
    closed: bool,
}

struct Node<U> {
    before: usize,
    behind: usize,
    /// None of a unit that was taken, and of the first node.
    unit: Option<U>,
}

/// The node between the last and the first.
const ENDS: usize = 0;

impl<U> State<U> {
    /// Puts a unit into the line.
    fn insert_before(&mut self, node: usize, unit: U) {
        let before = self.nodes.get(node).map_or(ENDS, |node| node.before);
        let new = Node { before, behind: node, unit: Some(unit) };
        let index = match self.free.pop() {
            Some(index) => {
                if let Some(place) = self.nodes.get_mut(index) {
                    *place = new;
                }
                index
            }
            None => {
                self.nodes.push(new);
                self.nodes.len() - 1
            }
        };
        self.link(before, index);
        self.link(index, node);
        self.ready += 1;
    }

    fn link(&mut self, before: usize, behind: usize) {
        if let Some(node) = self.nodes.get_mut(before) {
            node.behind = behind;
        }
        if let Some(node) = self.nodes.get_mut(behind) {
            node.before = before;
        }
    }

    /// Takes the first unit that waits. Before it there are only units that
    /// are being worked on: no more than there are workers.
    fn take_first(&mut self) -> Option<(Spot, U)> {
        if self.ready == 0 {
            return None;
        }
        let mut index = self.nodes.get(ENDS)?.behind;
        while index != ENDS {
            let node = self.nodes.get_mut(index)?;
            if let Some(unit) = node.unit.take() {
                self.ready -= 1;
                return Some((Spot(index), unit));
            }
            index = node.behind;
        }
        None
    }

    fn remove(&mut self, spot: Spot) {
        if let Some(node) = self.nodes.get(spot.0) {
            let (before, behind) = (node.before, node.behind);
            self.link(before, behind);
            self.free.push(spot.0);
        }
    }
}

impl<U> Frontier<U> {
    /// A line that gives out these units, first things first.
    pub(crate) fn new(units: Vec<U>) -> Self {
        let ends = Node { before: ENDS, behind: ENDS, unit: None };
        let mut state = State {
            nodes: vec![ends],
            free: Vec::new(),
            ready: 0,
            active: 0,
            waiting: 0,
            held_back: false,
            closed: false,
        };
        for unit in units {
            state.insert_before(ENDS, unit);
        }
        Self { state: Mutex::new(state), changed: Condvar::new() }
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
                && let Some((spot, unit)) = state.take_first()
            {
                state.active += 1;
                return Some(Taken { frontier: self, spot, unit: Some(unit) });
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

    /// Adds units that come of the one that was taken from a place in the
    /// line, which they take, behind those that came of it before.
    pub(crate) fn push(&self, spot: Spot, units: impl IntoIterator<Item = U>) {
        let mut state = self.lock();
        if state.closed {
            return;
        }
        let before = state.ready;
        for unit in units {
            state.insert_before(spot.0, unit);
        }
        let added = state.ready - before;
        self.wake(&state, added);
    }

    /// Whether there is work that another worker could take at once.
    pub(crate) fn has_more(&self) -> bool {
        let state = self.lock();
        state.ready > 0 && !state.held_back
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
        state.ready = 0;
        for node in &mut state.nodes {
            node.unit = None;
        }
        self.changed.notify_all();
    }

    fn finish(&self, spot: Spot) {
        let mut state = self.lock();
        state.remove(spot);
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
    spot: Spot,
    unit: Option<U>,
}

impl<U> Taken<'_, U> {
    /// The unit itself, once.
    pub(crate) fn unit(&mut self) -> Option<U> {
        self.unit.take()
    }

    /// Where it was in the line.
    pub(crate) fn spot(&self) -> Spot {
        self.spot
    }
}

impl<U> Drop for Taken<'_, U> {
    fn drop(&mut self) {
        self.frontier.finish(self.spot);
    }
}

#[cfg(test)]
mod tests;
