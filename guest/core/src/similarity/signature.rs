//! Signatures: how alike they are, and their bands.

use alloc::vec::Vec;

use super::mix::mix;

/// The least numbers of a set under a number of permutations.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Signature(Vec<u32>);

impl Signature {
    /// A signature of these numbers. That of an empty set has the greatest
    /// number, 2^32 - 1, in each place.
    #[must_use]
    pub const fn new(values: Vec<u32>) -> Self {
        Self(values)
    }

    /// Its numbers, in the order of the permutations.
    #[must_use]
    pub fn values(&self) -> &[u32] {
        &self.0
    }

    /// Its numbers.
    #[must_use]
    pub fn into_values(self) -> Vec<u32> {
        self.0
    }

    /// The estimated Jaccard index of two sets: in which part of the places
    /// their signatures agree. 0 if one signature is longer, or there are no
    /// permutations.
    #[must_use]
    pub fn similarity(&self, other: &Self) -> f64 {
        match self.0.len() {
            0 => 0.0,
            len if len != other.0.len() => 0.0,
            len => Self::agreeing(&self.0, &other.0) as f64 / len as f64,
        }
    }

    /// In how many places two lists of numbers agree.
    #[must_use]
    pub fn agreeing(one: &[u32], other: &[u32]) -> usize {
        one.iter().zip(other).filter(|(one, other)| one == other).count()
    }

    /// A number for each of so many bands, into which the signature is cut:
    /// bands of equally many places, as many as go into it; what remains is
    /// in no band. Sets whose signatures agree in a whole band have the same
    /// number there, and hardly any others. More bands than places are as
    /// many as there are places.
    #[must_use]
    pub fn bands(&self, count: usize) -> Vec<u64> {
        let count = count.min(self.0.len());
        let rows = self.0.len().checked_div(count).unwrap_or(0);
        if rows == 0 {
            return Vec::new();
        }
        self.0.chunks_exact(rows).take(count).map(Self::band).collect()
    }

    /// The number of a band with these places.
    #[must_use]
    pub fn band(rows: &[u32]) -> u64 {
        rows.iter().fold(0, |band, row| mix(band ^ u64::from(*row)))
    }
}
