//! How alike texts are: their shingles, MinHash signatures of these, bands of
//! signatures for locality-sensitive hashing, and the exact Jaccard index.
//!
//! A shingle is so many words, or characters, in a row. Two texts are as alike
//! as their sets of shingles: the size of the intersection over that of the
//! union (the Jaccard index, or Broder's resemblance). A signature keeps the
//! least of all shingles under each of a number of permutations; two
//! signatures agree in each place with a probability of that index. Texts
//! whose signatures agree in a whole band are candidates, to be compared
//! exactly.
//!
//! All of it is integer arithmetic with constants that are written here, so
//! that a signature is the same on every machine and in every version.
//!
//! Sources: A. Broder, "On the resemblance and containment of documents"
//! (1997), for shingles and permutations; P. Indyk and R. Motwani,
//! "Approximate nearest neighbors" (1998), and Leskovec, Rajaraman and
//! Ullman, "Mining of Massive Datasets", section 3.4, for bands; M.
//! Dietzfelbinger, "Universal hashing and k-wise independent random variables
//! via integer arithmetic without primes" (1996), for permutations that
//! multiply and add.

mod banding;
mod encoding;
mod jaccard;
mod min_hash;
mod mix;
mod shingler;
mod shingling;
mod shown;
mod signature;
mod sketch;
#[cfg(test)]
mod tests;
mod text;
mod thumbnail;
mod word;
mod words;

pub use banding::Banding;
pub use jaccard::jaccard;
pub use min_hash::{MinHasher, PERMUTATIONS, SEED};
pub use shingler::Shingler;
pub use shingling::{MAX_SIZE, Shingling, ShinglingError, Unit};
pub use shown::Shown;
pub use signature::Signature;
pub use sketch::{Collector, MAX_SHINGLES, Sketch, Sketcher, TooManyShingles};
pub use thumbnail::{
    BYTES as THUMBNAIL_BYTES, CELLS, MAX_DISTANCE, SIDE, Thumbnail, Turn,
    may_be_alike,
};
