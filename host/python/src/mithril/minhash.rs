//! MinHash signatures.

use std::sync::Arc;

use mithril_core::{MinHashSignature, MinHasher as Hashes, MithrilError};
use pyo3::{exceptions::PyValueError, prelude::*};

use super::{Operation, storage::object};

/// The most permutations that a signature can have.
const MOST: usize = 1 << 16;

/// Makes MinHash signatures.
#[pyclass(frozen, module = "sanchay._native")]
pub(crate) struct MinHasher(Arc<Hashes>);

#[pymethods]
impl MinHasher {
    #[new]
    fn new(num_permutations: usize, seed: Option<u64>) -> PyResult<Self> {
        if !(1..=MOST).contains(&num_permutations) {
            return Err(PyValueError::new_err(format!(
                "num_permutations: {num_permutations} is not between 1 and \
                 {MOST}"
            )));
        }
        Ok(Self(Arc::new(match seed {
            Some(seed) => Hashes::with_seed(num_permutations, seed),
            None => Hashes::new(num_permutations),
        })))
    }

    #[getter]
    fn num_permutations(&self) -> usize {
        self.0.num_permutations()
    }

    #[getter]
    fn seed(&self) -> u64 {
        self.0.seed()
    }

    fn hash_tokens(&self, tokens: Vec<u64>) -> Operation {
        let size = tokens.len();
        self.signature(size, move |hasher| hasher.hash_tokens(&tokens))
    }

    fn hash_text(&self, text: String, ngram_size: usize) -> Operation {
        self.signature(text.len(), move |hasher| {
            hasher.hash_text(&text, ngram_size)
        })
    }

    fn hash_words(&self, text: String, ngram_size: usize) -> Operation {
        self.signature(text.len(), move |hasher| {
            hasher.hash_words(&text, ngram_size)
        })
    }
}

impl MinHasher {
    /// An operation with so many tokens, about, or bytes of text.
    fn signature(
        &self,
        size: usize,
        work: impl FnOnce(&Hashes) -> MinHashSignature + Send + 'static,
    ) -> Operation {
        let hasher = Arc::clone(&self.0);
        // Each is looked at for every permutation.
        let size = size.saturating_mul(hasher.num_permutations()) / 8;
        Operation::computes(
            size,
            move || Ok::<_, MithrilError>(work(&hasher)),
            |py, signature: MinHashSignature| object(py, signature.values),
        )
    }
}

/// The estimated Jaccard index of two sets.
#[pyfunction]
pub(crate) fn similarity(one: Vec<u64>, other: Vec<u64>) -> f64 {
    let signature = |values| MinHashSignature { values };
    Hashes::similarity(&signature(one), &signature(other))
}

/// A number for each band of a signature.
#[pyfunction]
pub(crate) fn bands(values: Vec<u64>, num_bands: usize) -> PyResult<Vec<u64>> {
    if num_bands > MOST {
        return Err(PyValueError::new_err(format!(
            "num_bands: {num_bands} is more than {MOST}"
        )));
    }
    Ok(MinHashSignature { values }.bands(num_bands))
}
