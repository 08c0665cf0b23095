//! Results in order from work done out of order. Every piece of work owns a
//! place in a line; a place can be split into several; a place that is filled
//! is handed on as soon as all before it were.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A place in the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place(u32);

/// Ends the chain of places.
const END: u32 = u32::MAX;

/// A line of places, and where its results go.
pub(crate) struct Sequence<'a, T> {
    line: Mutex<Line<T>>,
    emit: Mutex<&'a mut (dyn FnMut(T) + Send)>,
}

struct Line<T> {
    places: Vec<Slot<T>>,
    free: Vec<u32>,
    head: u32,
    /// Whether a thread is handing results on at the moment.
    draining: bool,
    /// The weight of what is filled and not handed on.
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

impl<'a, T> Sequence<'a, T> {
    /// A line of so many places.
    pub(crate) fn new(
        places: usize,
        emit: &'a mut (dyn FnMut(T) + Send),
    ) -> (Self, Vec<Place>) {
        let mut line = Line {
            places: Vec::new(),
            free: Vec::new(),
            head: END,
            draining: false,
            held: 0,
        };
        let mut all: Vec<Place> = Vec::with_capacity(places);
        for _ in 0..places {
            let place = line.add(END);
            match all.last() {
                Some(before) => line.link(before.0, place),
                None => line.head = place,
            }
            all.push(Place(place));
        }
        (Self { line: Mutex::new(line), emit: Mutex::new(emit) }, all)
    }

    fn lock(&self) -> MutexGuard<'_, Line<T>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Splits a place into so many, at least one.
    pub(crate) fn split(&self, place: Place, into: usize) -> Vec<Place> {
        let mut line = self.lock();
        let mut all = vec![place];
        let mut last = place.0;
        for _ in 1..into {
            let next = line.next(last);
            let added = line.add(next);
            line.link(last, added);
            all.push(Place(added));
            last = added;
        }
        all
    }

    /// Fills a place, with nothing or with something of a weight, and hands
    /// on whatever is now in order. Returns the weight that is held.
    pub(crate) fn fill(
        &self,
        place: Place,
        value: Option<T>,
        weight: usize,
    ) -> usize {
        let mut line = self.lock();
        line.held += weight;
        if let Some(slot) = line.places.get_mut(place.0 as usize) {
            slot.filled = true;
            slot.value = value;
            slot.weight = weight;
        }
        if line.draining {
            return line.held;
        }
        line.draining = true;
        loop {
            let ready = line.take_ready();
            if ready.is_empty() {
                line.draining = false;
                return line.held;
            }
            drop(line);
            let mut emit =
                self.emit.lock().unwrap_or_else(PoisonError::into_inner);
            for value in ready {
                emit(value);
            }
            drop(emit);
            line = self.lock();
        }
    }
}

impl<T> Line<T> {
    fn add(&mut self, next: u32) -> u32 {
        if let Some(index) = self.free.pop()
            && let Some(slot) = self.places.get_mut(index as usize)
        {
            *slot = Slot::empty(next);
            return index;
        }
        self.places.push(Slot::empty(next));
        u32::try_from(self.places.len() - 1).unwrap_or(END)
    }

    fn link(&mut self, from: u32, to: u32) {
        if let Some(slot) = self.places.get_mut(from as usize) {
            slot.next = to;
        }
    }

    fn next(&self, of: u32) -> u32 {
        self.places.get(of as usize).map_or(END, |slot| slot.next)
    }

    fn take_ready(&mut self) -> Vec<T> {
        let mut ready = Vec::new();
        while let Some(slot) = self.places.get_mut(self.head as usize) {
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
    use super::Sequence;
    use proptest::prelude::*;

    #[test]
    fn a_result_waits_for_those_before_it() {
        let mut out = Vec::new();
        let mut emit = |value| out.push(value);
        let (sequence, places) = Sequence::new(3, &mut emit);
        assert_eq!(sequence.fill(places[2], Some('c'), 5), 5);
        assert_eq!(sequence.fill(places[0], Some('a'), 1), 5);
        assert_eq!(sequence.fill(places[1], None, 0), 0);
        drop(sequence);
        assert_eq!(out, ['a', 'c']);
    }

    #[test]
    fn a_split_place_keeps_its_position() {
        let mut out = Vec::new();
        let mut emit = |value| out.push(value);
        let (sequence, places) = Sequence::new(2, &mut emit);
        let parts = sequence.split(places[0], 3);
        sequence.fill(places[1], Some(9), 1);
        for (part, value) in parts.iter().zip([0, 1, 2]).rev() {
            sequence.fill(*part, Some(value), 1);
        }
        drop(sequence);
        assert_eq!(out, [0, 1, 2, 9]);
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
            let (sequence, places) = Sequence::new(2, &mut emit);
            // Each open place with the interval of numbers that it stands
            // for, so that its position can be told from its value.
            let mut open: Vec<_> = places
                .into_iter()
                .zip([(0u64, 1u64 << 40), (1 << 40, 1 << 41)])
                .collect();
            let mut filled = Vec::new();
            for (pick, parts) in choices {
                if open.is_empty() { break }
                let (place, (low, high)) = open.swap_remove(pick % open.len());
                if parts == 0 || high - low < 8 {
                    filled.push(low);
                    sequence.fill(place, Some(low), 1);
                    continue;
                }
                let step = (high - low) / parts as u64;
                let split = sequence.split(place, parts);
                open.extend(split.into_iter().enumerate().map(|(i, place)| {
                    let start = low + step * i as u64;
                    (place, (start, start + step))
                }));
            }
            for (place, (low, _)) in open {
                filled.push(low);
                sequence.fill(place, Some(low), 1);
            }
            drop(sequence);
            filled.sort_unstable();
            prop_assert_eq!(out, filled);
        }
    }
}
