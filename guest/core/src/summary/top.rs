//! The first few of many, by rank and then by path.

use alloc::boxed::Box;
use alloc::collections::BinaryHeap;
use alloc::vec::Vec;
use core::cmp::Ordering;

/// The few of the highest rank; of equal ones, those of the least paths.
#[derive(Clone, Debug)]
pub(super) struct Top<R, T> {
    most: usize,
    /// The one to give way first is on top.
    held: BinaryHeap<Held<R, T>>,
}

/// One of them.
#[derive(Clone, Debug)]
struct Held<R, T> {
    rank: R,
    path: Box<[u8]>,
    value: T,
}

impl<R: Ord, T> Ord for Held<R, T> {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_rank = other.rank.cmp(&self.rank);
        by_rank.then_with(|| self.path.cmp(&other.path))
    }
}

impl<R: Ord, T> PartialOrd for Held<R, T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<R: Ord, T> PartialEq for Held<R, T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<R: Ord, T> Eq for Held<R, T> {}

impl<R: Ord, T> Top<R, T> {
    /// Of at most so many.
    pub(super) fn new(most: usize) -> Self {
        Self { most, held: BinaryHeap::new() }
    }

    /// Whether something of this rank may be among them, whatever its path.
    #[inline]
    pub(super) fn may_want(&self, rank: &R) -> bool {
        match self.held.peek() {
            Some(last) if self.held.len() >= self.most => *rank >= last.rank,
            _ => self.most > 0,
        }
    }

    /// Takes what is among the first: its path is `parent` and `name`.
    #[inline]
    pub(super) fn offer(
        &mut self,
        rank: R,
        parent: &[u8],
        name: &[u8],
        value: T,
    ) {
        if !self.may_want(&rank) {
            return;
        }
        if self.held.len() >= self.most {
            let Some(mut last) = self.held.peek_mut() else { return };
            let is_before =
                rank > last.rank || compare(parent, name, &last.path).is_lt();
            if is_before {
                let path = join(parent, name);
                *last = Held { rank, path, value };
            }
            return;
        }
        self.held.push(Held { rank, path: join(parent, name), value });
    }

    /// Takes those of another.
    pub(super) fn merge(&mut self, other: Self) {
        for Held { rank, path, value } in other.held {
            self.offer(rank, &path, b"", value);
        }
    }

    /// All of them, the highest first.
    pub(super) fn into_sorted(self) -> Vec<(R, Box<[u8]>, T)> {
        let sorted = self.held.into_sorted_vec().into_iter();
        sorted.map(|it| (it.rank, it.path, it.value)).collect()
    }
}

/// Compares the path that two parts make with another.
fn compare(parent: &[u8], name: &[u8], path: &[u8]) -> Ordering {
    let (head, tail) = path.split_at(parent.len().min(path.len()));
    parent.cmp(head).then_with(|| name.cmp(tail))
}

/// The path that two parts make.
pub(super) fn join(parent: &[u8], name: &[u8]) -> Box<[u8]> {
    let mut path = Vec::with_capacity(parent.len() + name.len());
    path.extend_from_slice(parent);
    path.extend_from_slice(name);
    path.into_boxed_slice()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Top, compare};

    proptest! {
        #[test]
        fn the_first_few_are_those_of_a_sorted_list(
            most in 0_usize..6,
            items in prop::collection::vec(
                (0_u8..4, "[ab/]{0,3}", "[ab]{0,2}"), 0..40,
            ),
            parts in 1_usize..4,
        ) {
            let mut tops: Vec<Top<u8, ()>> =
                (0..parts).map(|_| Top::new(most)).collect();
            for (index, (rank, parent, name)) in items.iter().enumerate() {
                let top = &mut tops[index % parts];
                top.offer(*rank, parent.as_bytes(), name.as_bytes(), ());
            }
            let mut merged = Top::new(most);
            for top in tops {
                merged.merge(top);
            }
            let mut sorted: Vec<_> = items
                .iter()
                .map(|(rank, parent, name)| {
                    (*rank, format!("{parent}{name}").into_bytes())
                })
                .collect();
            sorted.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
            sorted.truncate(most);
            let first: Vec<_> = merged
                .into_sorted()
                .into_iter()
                .map(|(rank, path, ())| (rank, path.into_vec()))
                .collect();
            prop_assert_eq!(first, sorted);
        }

        #[test]
        fn parts_compare_as_the_path_that_they_make(
            parent in "[ab/]{0,4}", name in "[ab]{0,3}", path in "[ab/]{0,6}",
        ) {
            let whole = format!("{parent}{name}");
            prop_assert_eq!(
                compare(parent.as_bytes(), name.as_bytes(), path.as_bytes()),
                whole.as_bytes().cmp(path.as_bytes())
            );
        }
    }
}
