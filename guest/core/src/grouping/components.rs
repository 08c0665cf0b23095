//! Which files are in one group where pairs of them are found: disjoint sets,
//! joined one by one.

use alloc::vec::Vec;
use core::mem;

/// A forest of the numbers below a bound. The root of a set is its least
/// member, whatever the order in which sets were joined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Components(Vec<u32>);

impl Components {
    /// Each number by itself.
    #[must_use]
    pub fn new(count: usize) -> Self {
        Self((0..).take(count).collect())
    }

    /// Adds the next number, by itself, and returns it.
    pub fn push(&mut self) -> u32 {
        let number = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        self.0.push(number);
        number
    }

    /// How many numbers there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The least number of the set that a number is in.
    pub fn find(&mut self, number: u32) -> u32 {
        let mut at = number;
        while let Some(above) = self.above(at).filter(|it| *it != at) {
            // Halves the way for those that come after.
            let further = self.above(above).unwrap_or(above);
            if let Some(link) = self.0.get_mut(at as usize) {
                *link = further;
            }
            at = further;
        }
        at
    }

    /// Joins the sets of two numbers.
    pub fn join(&mut self, one: u32, other: u32) {
        let (mut least, mut other) = (self.find(one), self.find(other));
        if other < least {
            mem::swap(&mut least, &mut other);
        }
        if let Some(link) = self.0.get_mut(other as usize) {
            *link = least;
        }
    }

    fn above(&self, number: u32) -> Option<u32> {
        self.0.get(number as usize).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::Components;

    #[test]
    fn sets_are_joined_whatever_the_order() {
        let pairs = [(5, 3), (1, 2), (3, 1), (7, 7), (2, 5)];
        for turn in 0..pairs.len() {
            let mut sets = Components::new(8);
            for pair in pairs.iter().cycle().skip(turn).take(pairs.len()) {
                sets.join(pair.0, pair.1);
            }
            let found: Vec<_> = (0..8).map(|it| sets.find(it)).collect();
            assert_eq!(found, [0, 1, 1, 1, 4, 1, 6, 7]);
            assert_eq!((sets.push(), sets.find(8), sets.len()), (8, 8, 9));
        }
    }
}
