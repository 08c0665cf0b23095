//! Near-duplicates: MinHash signatures, the same on every machine and in every
//! version.

use sanchay_core::similarity::{
    MAX_SIZE, MinHasher as CoreHasher, SEED, Shingler, Shingling, Signature,
    Unit,
};

/// Makes MinHash signatures.
///
/// ```
/// use mithril_core::MinHasher;
///
/// let hasher = MinHasher::new(128);  // 128 permutations
/// let sig1 = hasher.hash_text("hello world", 3);  // 3-gram
/// let sig2 = hasher.hash_text("hello there world", 3);
/// let similarity = MinHasher::similarity(&sig1, &sig2);
/// # assert!(similarity > 0.2 && similarity < 0.8);
/// ```
#[derive(Clone, Debug)]
pub struct MinHasher {
    hasher: CoreHasher,
    seed: u64,
}

impl MinHasher {
    /// Signatures with so many permutations, and the seed of Sanchay's own
    /// signatures. Only signatures with the same number and the same seed can
    /// be compared.
    #[must_use]
    pub fn new(num_permutations: usize) -> Self {
        Self::with_seed(num_permutations, SEED)
    }

    /// The same with a seed.
    #[must_use]
    pub fn with_seed(num_permutations: usize, seed: u64) -> Self {
        Self { hasher: CoreHasher::new(num_permutations, seed), seed }
    }

    /// How many permutations there are.
    #[must_use]
    pub const fn num_permutations(&self) -> usize {
        self.hasher.permutations()
    }

    /// The seed of the permutations.
    #[must_use]
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// The signature of a set of tokens, in any order and with repetitions.
    #[must_use]
    pub fn hash_tokens(&self, tokens: &[u64]) -> MinHashSignature {
        let signature = self.hasher.signature(tokens);
        let values = signature.values().iter().copied().map(u64::from);
        MinHashSignature { values: values.collect() }
    }

    /// The signature of a text: of its n-grams of so many characters, from 1
    /// to 64. A shorter text is one n-gram.
    #[must_use]
    pub fn hash_text(
        &self,
        text: &str,
        ngram_size: usize,
    ) -> MinHashSignature {
        self.hash_ngrams(text, Unit::Characters, ngram_size)
    }

    /// The signature of a text: of its n-grams of so many words, from 1 to 64.
    /// A shorter text is one n-gram.
    #[must_use]
    pub fn hash_words(
        &self,
        text: &str,
        ngram_size: usize,
    ) -> MinHashSignature {
        self.hash_ngrams(text, Unit::Words, ngram_size)
    }

    fn hash_ngrams(
        &self,
        text: &str,
        unit: Unit,
        size: usize,
    ) -> MinHashSignature {
        let size = u32::try_from(size).unwrap_or(MAX_SIZE);
        let mut shingler = Shingler::new(Shingling::clamped(unit, size));
        let mut tokens = Vec::new();
        let mut add = |some: &[u64]| tokens.extend_from_slice(some);
        shingler.update(text.as_bytes(), &mut add);
        shingler.finish(&mut add);
        self.hash_tokens(&tokens)
    }

    /// The estimated Jaccard index of two sets: in which part of the places
    /// their signatures agree. 0 for signatures of different lengths.
    #[must_use]
    pub fn similarity(
        sig1: &MinHashSignature,
        sig2: &MinHashSignature,
    ) -> f64 {
        let (one, other) = (&sig1.values, &sig2.values);
        if one.len() != other.len() || one.is_empty() {
            return 0.0;
        }
        let agreeing =
            one.iter().zip(other).filter(|(one, other)| one == other).count();
        agreeing as f64 / one.len() as f64
    }
}

/// A MinHash signature.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MinHashSignature {
    /// The least number under each permutation, below 2^32; of an empty set,
    /// 2^32 - 1.
    pub values: Vec<u64>,
}

impl MinHashSignature {
    /// A number for each of so many bands, into which the signature is cut: of
    /// two signatures that agree in a whole band, the number is the same, and
    /// they are candidates.
    #[must_use]
    pub fn bands(&self, num_bands: usize) -> Vec<u64> {
        // Numbers that are no signature's own are folded to their size.
        let folded = |value: &u64| (*value ^ (*value >> 32)) & 0xffff_ffff;
        let values = self.values.iter().map(folded);
        let values = values.filter_map(|value| u32::try_from(value).ok());
        Signature::new(values.collect()).bands(num_bands)
    }
}

#[cfg(test)]
mod tests {
    use super::{MinHashSignature, MinHasher};

    #[test]
    fn signatures_are_the_same_in_every_version() {
        let tokens: Vec<u64> = (0..100).collect();
        let values = MinHasher::new(4).hash_tokens(&tokens).values;
        let core = sanchay_core::similarity::MinHasher::new(4, 1);
        let expected = core.signature(&tokens);
        let expected: Vec<u64> =
            expected.values().iter().copied().map(u64::from).collect();
        assert_eq!(values, expected);
    }

    #[test]
    fn similarity_estimates_the_jaccard_index() {
        let hasher = MinHasher::new(1024);
        for (shared, own) in [(0, 1000), (500, 500), (900, 50), (1000, 0)] {
            let one: Vec<u64> = (0..shared + own).collect();
            let other: Vec<u64> =
                (0..shared).chain((0..own).map(|it| it + 1_000_000)).collect();
            let expected = shared as f64 / (shared + 2 * own) as f64;
            let one = hasher.hash_tokens(&one);
            let other = hasher.hash_tokens(&other);
            let found = MinHasher::similarity(&one, &other);
            // Four standard deviations.
            let error = (expected * (1.0 - expected) / 1024.0).sqrt() * 4.0;
            assert!((found - expected).abs() <= error + 1e-9, "{found}");
        }
    }

    #[test]
    fn order_and_repetitions_do_not_matter_and_the_seed_does() {
        let hasher = MinHasher::new(64);
        let one = hasher.hash_tokens(&[1, 2, 3]);
        assert_eq!(one, hasher.hash_tokens(&[3, 2, 2, 1, 1]));
        let seeded = MinHasher::with_seed(64, 99).hash_tokens(&[1, 2, 3]);
        assert_ne!(one, seeded);
        let shorter = MinHasher::new(32).hash_tokens(&[1, 2, 3]);
        assert_eq!(MinHasher::similarity(&one, &shorter), 0.0);
    }

    #[test]
    fn texts_are_alike_by_their_characters_or_words() {
        let hasher = MinHasher::new(256);
        let like = |one: &str, other: &str, words| {
            let of = |text| match words {
                true => hasher.hash_words(text, 2),
                false => hasher.hash_text(text, 3),
            };
            MinHasher::similarity(&of(one), &of(other))
        };
        for words in [false, true] {
            let text = "the quick brown fox jumps over the lazy dog";
            assert_eq!(like(text, text, words), 1.0);
            let near = "the quick brown fox jumps over the lazy cat";
            let near = like(text, near, words);
            assert!(near > 0.5 && near < 1.0, "{near}");
            let far = like(text, "nothing of the sort", words);
            assert!(far < 0.2, "{far}");
        }
        // Sizes that cannot be are the nearest that can.
        assert_eq!(hasher.hash_text("ab", 0), hasher.hash_text("ab", 1));
        let long = hasher.hash_text("ab", 64);
        assert_eq!(hasher.hash_text("ab", usize::MAX), long);
    }

    #[test]
    fn bands_of_like_signatures_meet() {
        let hasher = MinHasher::new(128);
        let one: Vec<u64> = (0..1000).collect();
        let other: Vec<u64> = (50..1050).collect();
        let one = hasher.hash_tokens(&one).bands(32);
        let other = hasher.hash_tokens(&other).bands(32);
        assert_eq!(one.len(), 32);
        assert!(one.iter().zip(&other).any(|(one, other)| one == other));
        let own = MinHashSignature { values: vec![u64::MAX, 1 << 40] };
        assert_eq!(own.bands(2).len(), 2);
        assert_eq!(own.bands(0), [0; 0]);
    }
}
