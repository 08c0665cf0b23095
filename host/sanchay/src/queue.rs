//! The tasks that are still to be done, shared by the workers. Tasks that come
//! of another are inserted at its position, so the walk is depth-first and
//! holds few directories at a time, and ordered output rarely waits: whichever
//! worker is free does what is wanted first.

use std::sync::{Condvar, Mutex, MutexGuard};

use sanchay_sync::{lock, wait};

/// An ordered queue of tasks.
pub(crate) struct WorkQueue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

/// The position of a task that was taken; by default, the end of the queue.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cursor(usize);

struct State<T> {
    /// The queue as a ring: the first node is the sentinel between the last
    /// task and the first.
    nodes: Vec<Node<T>>,
    free: Vec<usize>,
    /// How many tasks wait to be taken.
    ready: usize,
    /// Tasks taken and not yet finished: they may push more.
    active: usize,
    waiting: usize,
    /// Whether a task may only be taken while no other is being worked on.
    paused: bool,
    closed: bool,
}

struct Node<T> {
    before: usize,
    behind: usize,
    /// None of a task that was taken, and of the sentinel.
    task: Option<T>,
}

/// The sentinel: the node between the last and the first.
const SENTINEL: usize = 0;

impl<T> State<T> {
    /// Puts a task into the queue.
    fn insert_before(&mut self, node: usize, task: T) {
        let before = self.nodes.get(node).map_or(SENTINEL, |node| node.before);
        let new = Node { before, behind: node, task: Some(task) };
        let index = match self.free.pop() {
            Some(index) => {
                match self.nodes.get_mut(index) {
                    Some(node) => *node = new,
                    None => debug_assert!(false, "node {index} is unknown"),
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

    /// Takes the first task that waits. Before it there are only tasks that
    /// are being worked on: no more than there are workers.
    fn take_first(&mut self) -> Option<(Cursor, T)> {
        if self.ready == 0 {
            return None;
        }
        let mut index = self.nodes.get(SENTINEL)?.behind;
        while index != SENTINEL {
            let node = self.nodes.get_mut(index)?;
            if let Some(task) = node.task.take() {
                self.ready -= 1;
                return Some((Cursor(index), task));
            }
            index = node.behind;
        }
        None
    }

    fn remove(&mut self, cursor: Cursor) {
        let node = self.nodes.get(cursor.0);
        debug_assert!(node.is_some(), "node {} is unknown", cursor.0);
        if let Some(node) = node {
            let (before, behind) = (node.before, node.behind);
            self.link(before, behind);
            self.free.push(cursor.0);
        }
    }
}

impl<T> WorkQueue<T> {
    /// A queue of these tasks, in their order.
    pub(crate) fn new(tasks: Vec<T>) -> Self {
        let ends = Node { before: SENTINEL, behind: SENTINEL, task: None };
        let mut state = State {
            nodes: vec![ends],
            free: Vec::new(),
            ready: 0,
            active: 0,
            waiting: 0,
            paused: false,
            closed: false,
        };
        for task in tasks {
            state.insert_before(SENTINEL, task);
        }
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        lock(&self.state)
    }

    /// Takes the next task, waiting for one as long as others may still push
    /// some. `None`: all is done, or the queue was closed.
    pub(crate) fn take(&self) -> Option<Taken<'_, T>> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            if (!state.paused || state.active == 0)
                && let Some((cursor, task)) = state.take_first()
            {
                state.active += 1;
                return Some(Taken { queue: self, cursor, task: Some(task) });
            }
            if state.active == 0 {
                return None;
            }
            state.waiting += 1;
            state = wait(&self.changed, state);
            state.waiting -= 1;
        }
    }

    /// Adds tasks that come of the one that was taken: at its position, behind
    /// those that came of it before.
    pub(crate) fn push(
        &self,
        cursor: Cursor,
        tasks: impl IntoIterator<Item = T>,
    ) {
        let mut state = self.lock();
        if state.closed {
            return;
        }
        let before = state.ready;
        for task in tasks {
            state.insert_before(cursor.0, task);
        }
        let added = state.ready - before;
        self.wake(&state, added);
    }

    /// Whether there is work that another worker could take at once.
    pub(crate) fn has_more(&self) -> bool {
        let state = self.lock();
        state.ready > 0 && !state.paused
    }

    fn wake(&self, state: &State<T>, tasks: usize) {
        match tasks.min(state.waiting) {
            0 => {}
            1 => self.changed.notify_one(),
            _ => self.changed.notify_all(),
        }
    }

    /// Pauses, or no longer: a paused queue gives a task out only when no
    /// other is being worked on.
    pub(crate) fn pause(&self, pause: bool) {
        let mut state = self.lock();
        state.paused = pause;
        if !pause && state.waiting > 0 {
            self.changed.notify_all();
        }
    }

    /// Gives out nothing more.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.ready = 0;
        for node in &mut state.nodes {
            node.task = None;
        }
        self.changed.notify_all();
    }

    fn finish(&self, cursor: Cursor) {
        let mut state = self.lock();
        state.remove(cursor);
        state.active -= 1;
        if state.active == 0 && state.waiting > 0 {
            self.changed.notify_all();
        }
    }
}

/// A task that was taken; it counts as being worked on until this is dropped,
/// even by a panic.
pub(crate) struct Taken<'a, T> {
    queue: &'a WorkQueue<T>,
    cursor: Cursor,
    task: Option<T>,
}

impl<T> Taken<'_, T> {
    /// The task itself, once.
    pub(crate) fn task(&mut self) -> Option<T> {
        self.task.take()
    }

    /// Its position.
    pub(crate) fn cursor(&self) -> Cursor {
        self.cursor
    }
}

impl<T> Drop for Taken<'_, T> {
    fn drop(&mut self) {
        self.queue.finish(self.cursor);
    }
}

#[cfg(test)]
mod tests;
