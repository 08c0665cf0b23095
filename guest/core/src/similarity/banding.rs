//! Into how many bands signatures are cut.

/// The part of the pairs at the threshold that may be missed: one in so many.
const MISSED: f64 = 1000.0;

/// Bands of equally many places of a signature.
///
/// Two sets with the Jaccard index s agree in all of r places with the
/// probability s^r, and in one of b such bands at least with 1 - (1 - s^r)^b.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Banding {
    /// How many bands there are.
    pub bands: usize,
    /// How many places a band has.
    pub rows: usize,
}

impl Banding {
    /// The longest bands, and so the fewest candidates, for signatures of so
    /// many places with which at most one in a thousand pairs is missed that
    /// are exactly as alike as the threshold says, and fewer of others. At
    /// least one place a band: a threshold below 0.06 misses more, with 128
    /// places.
    #[must_use]
    pub fn for_threshold(threshold: f64, permutations: usize) -> Self {
        let of = |rows| Self { bands: permutations / rows, rows };
        let enough = |it: &Self| it.missed(threshold) <= 1.0 / MISSED;
        let all = (1..=permutations.max(1)).rev().map(of);
        all.into_iter()
            .find(enough)
            .unwrap_or(Self { bands: permutations, rows: 1 })
    }

    /// The probability that two sets with this Jaccard index share no band.
    #[must_use]
    pub fn missed(self, similarity: f64) -> f64 {
        power(1.0 - power(similarity, self.rows), self.bands)
    }

    /// In how many places at least the signatures of two sets agree that are
    /// as alike as the threshold says: five standard deviations less than
    /// what is expected, which one pair in three million falls below.
    #[must_use]
    pub fn least_agreeing(threshold: f64, permutations: usize) -> usize {
        let count = permutations as f64;
        let expected = count * threshold;
        let deviations = 25.0 * expected * (1.0 - threshold);
        let is_far = |places: &usize| {
            let distance = expected - *places as f64;
            distance > 0.0 && distance * distance > deviations
        };
        (0..permutations).take_while(is_far).count()
    }
}

/// A power, by multiplication: the same on every machine.
fn power(base: f64, exponent: usize) -> f64 {
    (0..exponent).fold(1.0, |power, _| power * base)
}

#[cfg(test)]
mod tests {
    use super::Banding;

    #[test]
    fn bands_are_as_long_as_the_threshold_allows() {
        let of = |threshold| {
            let Banding { bands, rows } =
                Banding::for_threshold(threshold, 128);
            (bands, rows)
        };
        assert_eq!(of(0.8), (25, 5));
        assert_eq!(of(0.9), (16, 8));
        assert_eq!(of(0.5), (64, 2));
        assert_eq!(of(0.1), (128, 1));
        assert_eq!(of(1.0), (1, 128));
        assert_eq!(of(0.01), (128, 1));
        assert_eq!(of(0.0), (128, 1));
    }

    #[test]
    fn hardly_any_pair_is_missed() {
        for percent in 6..=100 {
            let threshold = f64::from(percent) / 100.0;
            let banding = Banding::for_threshold(threshold, 128);
            assert!(banding.bands * banding.rows <= 128);
            assert!(banding.missed(threshold) <= 0.001, "{threshold}");
            assert!(banding.missed(threshold + 0.05) <= 0.001);
        }
    }

    #[test]
    fn estimates_far_below_the_threshold_are_left_out() {
        assert_eq!(Banding::least_agreeing(0.8, 128), 80);
        assert_eq!(Banding::least_agreeing(1.0, 128), 128);
        assert_eq!(Banding::least_agreeing(0.1, 128), 0);
    }
}
