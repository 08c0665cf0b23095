//! Results in order from work done out of order: a reorder buffer. Every task
//! holds a ticket; a ticket can be split into several; a result is emitted as
//! soon as all before it were.

use std::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use sanchay_sync::lock;

use crate::queue::WorkQueue;

/// The right, and the duty, to fill one slot. It cannot be copied, so that no
/// slot is filled twice.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ticket(u32);

/// Ends the chain of slots.
const END: u32 = u32::MAX;

/// Takes results in any order and emits them in that of their tickets.
pub(crate) struct OrderedEmitter<'a, T> {
    slots: Mutex<Slots<T>>,
    emit: Mutex<&'a mut (dyn FnMut(T) + Send)>,
    /// The weight that may be held before workers pause.
    most: usize,
    paused: AtomicBool,
}

struct Slots<T> {
    all: Vec<Slot<T>>,
    free: Vec<u32>,
    head: u32,
    /// Whether a thread is emitting at the moment.
    draining: bool,
    /// The weight of what is filled and not emitted.
    held: usize,
}

struct Slot<T> {
    next: u32,
    filled: bool,
    weight: usize,
    value: Option<T>,
}

impl<T> Slot<T> {
    fn empty(next: u32) -> Self {
        Self { next, filled: false, weight: 0, value: None }
    }
}

impl<'a, T> OrderedEmitter<'a, T> {
    /// An emitter with so many tickets. While more than a weight of `most`
    /// waits to be emitted, [`Self::fill`] pauses the queue.
    pub(crate) fn new(
        tickets: usize,
        most: usize,
        emit: &'a mut (dyn FnMut(T) + Send),
    ) -> (Self, Vec<Ticket>) {
        let mut slots = Slots {
            all: Vec::new(),
            free: Vec::new(),
            head: END,
            draining: false,
            held: 0,
        };
        let mut all: Vec<Ticket> = Vec::with_capacity(tickets);
        for _ in 0..tickets {
            let slot = slots.add(END);
            match all.last() {
                Some(before) => slots.link(before.0, slot),
                None => slots.head = slot,
            }
            all.push(Ticket(slot));
        }
        let (slots, emit) = (Mutex::new(slots), Mutex::new(emit));
        let paused = AtomicBool::new(false);
        (Self { slots, emit, most, paused }, all)
    }

    fn lock(&self) -> MutexGuard<'_, Slots<T>> {
        lock(&self.slots)
    }

    /// Splits a ticket into so many, at least one.
    pub(crate) fn split(&self, ticket: Ticket, into: usize) -> Vec<Ticket> {
        let mut slots = self.lock();
        let mut last = ticket.0;
        let mut all = vec![ticket];
        for _ in 1..into {
            let next = slots.next(last);
            let added = slots.add(next);
            slots.link(last, added);
            all.push(Ticket(added));
            last = added;
        }
        all
    }

    /// Splits a ticket in two.
    pub(crate) fn halve(&self, ticket: Ticket) -> (Ticket, Ticket) {
        let mut slots = self.lock();
        let next = slots.next(ticket.0);
        let added = slots.add(next);
        slots.link(ticket.0, added);
        (ticket, Ticket(added))
    }

    /// Fills a slot, with nothing or with something of a weight, and emits
    /// whatever is now in order. Pauses the queue while too much waits.
    pub(crate) fn fill<U>(
        &self,
        ticket: Ticket,
        value: Option<T>,
        weight: usize,
        queue: &WorkQueue<U>,
    ) {
        let pause = self.put(ticket, value, weight) > self.most;
        if self.paused.swap(pause, Relaxed) != pause {
            queue.pause(pause);
        }
    }

    /// Fills a slot and emits. Returns the weight that is held.
    fn put(&self, ticket: Ticket, value: Option<T>, weight: usize) -> usize {
        let mut slots = self.lock();
        slots.held += weight;
        let slot = slots.all.get_mut(ticket.0 as usize);
        debug_assert!(
            slot.as_ref().is_some_and(|slot| !slot.filled),
            "{ticket:?} is unknown or was filled"
        );
        if let Some(slot) = slot {
            *slot = Slot { next: slot.next, filled: true, weight, value };
        }
        if slots.draining {
            return slots.held;
        }
        slots.draining = true;
        loop {
            let ready = slots.take_ready();
            if ready.is_empty() {
                slots.draining = false;
                return slots.held;
            }
            drop(slots);
            let mut emit = lock(&self.emit);
            for value in ready {
                emit(value);
            }
            drop(emit);
            slots = self.lock();
        }
    }
}

impl<T> Slots<T> {
    fn add(&mut self, next: u32) -> u32 {
        if let Some(index) = self.free.pop() {
            match self.all.get_mut(index as usize) {
                Some(slot) => {
                    *slot = Slot::empty(next);
                    return index;
                }
                None => debug_assert!(false, "slot {index} is unknown"),
            }
        }
        self.all.push(Slot::empty(next));
        let index = u32::try_from(self.all.len() - 1).unwrap_or(END);
        debug_assert_ne!(index, END, "too many slots");
        index
    }

    fn link(&mut self, from: u32, to: u32) {
        match self.all.get_mut(from as usize) {
            Some(slot) => slot.next = to,
            None => debug_assert!(false, "slot {from} is unknown"),
        }
    }

    fn next(&self, of: u32) -> u32 {
        self.all.get(of as usize).map_or(END, |slot| slot.next)
    }

    fn take_ready(&mut self) -> Vec<T> {
        let mut ready = Vec::new();
        while let Some(slot) = self.all.get_mut(self.head as usize) {
            if !slot.filled {
                break;
            }
            ready.extend(slot.value.take());
            self.held -= slot.weight;
            self.free.push(self.head);
            self.head = slot.next;
        }
        ready
    }
}

#[cfg(test)]
mod tests {
    use super::OrderedEmitter;
    use crate::queue::WorkQueue;
    use proptest::prelude::*;

    #[test]
    fn a_result_waits_for_those_before_it() {
        let mut out = Vec::new();
        let mut emit = |value| out.push(value);
        let (emitter, tickets) = OrderedEmitter::new(3, 9, &mut emit);
        let mut tickets = tickets.into_iter();
        let (a, b, c) = (
            tickets.next().unwrap(),
            tickets.next().unwrap(),
            tickets.next().unwrap(),
        );
        assert_eq!(emitter.put(c, Some('c'), 5), 5);
        assert_eq!(emitter.put(a, Some('a'), 1), 5);
        assert_eq!(emitter.put(b, None, 0), 0);
        drop(emitter);
        assert_eq!(out, ['a', 'c']);
    }

    #[test]
    fn a_split_ticket_keeps_its_position() {
        let mut out = Vec::new();
        let mut emit = |value| out.push(value);
        let (emitter, mut tickets) = OrderedEmitter::new(2, 9, &mut emit);
        let (last, first) = (tickets.pop().unwrap(), tickets.pop().unwrap());
        let mut parts = emitter.split(first, 2);
        let (middle, end) = emitter.halve(parts.pop().unwrap());
        parts.extend([middle, end]);
        emitter.put(last, Some(9), 1);
        for (part, value) in parts.into_iter().zip([0, 1, 2]).rev() {
            emitter.put(part, Some(value), 1);
        }
        drop(emitter);
        assert_eq!(out, [0, 1, 2, 9]);
    }

    #[test]
    fn the_queue_is_paused_while_too_much_waits() {
        let mut emit = |_: u8| {};
        let (emitter, mut tickets) = OrderedEmitter::new(2, 3, &mut emit);
        let queue = WorkQueue::new(vec![()]);
        assert!(queue.has_more());
        emitter.fill(tickets.pop().unwrap(), Some(1), 4, &queue);
        assert!(!queue.has_more());
        emitter.fill(tickets.pop().unwrap(), Some(0), 1, &queue);
        assert!(queue.has_more());
    }

    proptest! {
        /// Whatever is split and in whichever order it is filled, results
        /// come out as a depth-first walk of the splits would give them.
        #[test]
        fn results_come_in_order_however_they_are_filled(
            choices in prop::collection::vec((0usize..50, 0usize..4), 1..60)
        ) {
            let mut out = Vec::new();
            let mut emit = |value: u64| out.push(value);
            let (emitter, tickets) = OrderedEmitter::new(2, 9, &mut emit);
            // Each open ticket with the interval of numbers that it stands
            // for, so that its value shows its position.
            let mut open: Vec<_> = tickets
                .into_iter()
                .zip([(0u64, 1u64 << 40), (1 << 40, 1 << 41)])
                .collect();
            let mut filled = Vec::new();
            for (pick, parts) in choices {
                if open.is_empty() { break }
                let (ticket, (low, high)) =
                    open.swap_remove(pick % open.len());
                if parts == 0 || high - low < 8 {
                    filled.push(low);
                    emitter.put(ticket, Some(low), 1);
                    continue;
                }
                let step = (high - low) / parts as u64;
                let split = emitter.split(ticket, parts);
                open.extend(split.into_iter().enumerate().map(
                    |(index, ticket)| {
                        let start = low + step * index as u64;
                        (ticket, (start, start + step))
                    },
                ));
            }
            for (ticket, (low, _)) in open {
                filled.push(low);
                emitter.put(ticket, Some(low), 1);
            }
            drop(emitter);
            filled.sort_unstable();
            prop_assert_eq!(out, filled);
        }
    }
}
