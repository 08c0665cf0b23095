//! Which files to compare for their text, and how alike they are to be.

use sanchay_core::similarity::Shingling;

use crate::{error::Error, options::WalkOptions};

/// The least threshold: below it, too many pairs would be missed.
const LEAST: f64 = 0.05;

/// Whether a threshold is one: from a least value to 1.
pub(super) fn check_threshold(
    threshold: f64,
    least: f64,
) -> Result<(), Error> {
    match (least..=1.0).contains(&threshold) {
        true => Ok(()),
        false => Err(Error::Option {
            option: "threshold",
            why: format!("{threshold} is not from {least} to 1"),
        }),
    }
}

/// Which files to compare for their text, and how alike they are to be.
///
/// ```
/// use sanchay::SimilarOptions;
///
/// let options = SimilarOptions { threshold: 0.9, ..Default::default() };
/// assert_eq!(options.max_file_size, 16 << 20);
/// ```
#[derive(Clone, Debug)]
pub struct SimilarOptions {
    /// Which files. Unless a least size is given, empty files are left out.
    pub walk: WalkOptions,
    /// How alike two texts are at least: from 0.05 to 1, by default 0.8.
    pub threshold: f64,
    /// What texts are cut into: by default three words.
    pub shingling: Shingling,
    /// Larger files, in bytes, are left out; by default 16 MiB.
    pub max_file_size: u64,
}

impl Default for SimilarOptions {
    fn default() -> Self {
        Self {
            walk: WalkOptions::default(),
            threshold: 0.8,
            shingling: Shingling::default(),
            max_file_size: 16 << 20,
        }
    }
}

impl SimilarOptions {
    /// Whether there can be such a search.
    ///
    /// # Errors
    /// [`Error::Option`] for a threshold that is none.
    pub fn check(&self) -> Result<(), Error> {
        check_threshold(self.threshold, LEAST)
    }
}
