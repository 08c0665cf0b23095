//! What is made of a text to find others like it: its sketch, and the set of
//! its shingles.

use alloc::vec::Vec;

use super::min_hash::BLOCK;
use super::{MinHasher, Shingler, Shingling, Signature};
use crate::hashing::{Algorithm, Hasher};

/// How many different shingles a set has at most.
pub const MAX_SHINGLES: usize = 2 << 20;

/// How many may wait to be put into the set.
const WAITING: usize = 1 << 20;

/// How many shingles are digested at a time.
const PART: usize = 64;

/// What a text is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch {
    /// The MinHash signature of its shingles.
    pub signature: Signature,
    /// XXH3 with 128 bits of its shingles in their order, 8 bytes each, least
    /// significant first; most significant byte first. Texts with one digest
    /// have the same words.
    pub digest: [u8; 16],
    /// How many shingles it has, repeated ones included. Without any, it is
    /// like nothing.
    pub shingles: u64,
}

/// Makes sketches of texts that come in pieces.
pub struct Sketcher {
    shingler: Shingler,
    hasher: MinHasher,
    state: State,
}

/// A sketch in the making.
struct State {
    least: Vec<[u32; BLOCK]>,
    digest: Hasher,
    shingles: u64,
}

impl Sketcher {
    /// Makes sketches with Sanchay's own permutations.
    #[must_use]
    pub fn new(shingling: Shingling) -> Self {
        let hasher = MinHasher::default();
        let state = State {
            least: hasher.begin(),
            digest: Hasher::new(Algorithm::Xxh3_128),
            shingles: 0,
        };
        Self { shingler: Shingler::new(shingling), hasher, state }
    }

    /// Reads the next bytes of a text. Returns false where it is known to be
    /// none, of which no more need be read.
    pub fn update(&mut self, data: &[u8]) -> bool {
        let Self { shingler, hasher, state } = self;
        shingler.update(data, &mut |some| state.add(hasher, some))
    }

    /// The sketch of the text, or `None` if it was none. The next one can be
    /// read then.
    pub fn finish(&mut self) -> Option<Sketch> {
        let Self { shingler, hasher, state } = self;
        let is_text = shingler.finish(&mut |some| state.add(hasher, some));
        let least = core::mem::replace(&mut state.least, hasher.begin());
        let digest = state.digest.finish();
        let sketch = Sketch {
            signature: hasher.finish(&least),
            digest: digest.try_into().unwrap_or_default(),
            shingles: core::mem::take(&mut state.shingles),
        };
        is_text.then_some(sketch)
    }
}

impl State {
    fn add(&mut self, hasher: &MinHasher, shingles: &[u64]) {
        hasher.add(&mut self.least, shingles);
        for part in shingles.chunks(PART) {
            let mut bytes = [[0; 8]; PART];
            for (to, shingle) in bytes.iter_mut().zip(part) {
                *to = shingle.to_le_bytes();
            }
            let bytes = bytes.get(..part.len()).unwrap_or_default();
            self.digest.update(bytes.as_flattened());
        }
        let count = u64::try_from(shingles.len()).unwrap_or(u64::MAX);
        self.shingles = self.shingles.saturating_add(count);
    }
}

/// A text has more than [`MAX_SHINGLES`] different shingles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyShingles;

/// Collects the shingles of texts that come in pieces.
pub struct Collector {
    shingler: Shingler,
    set: Set,
}

/// A set in the making.
struct Set {
    /// So many at the beginning ascend and differ; the rest waits.
    members: Vec<u64>,
    sorted: usize,
    is_full: bool,
}

impl Collector {
    /// Collects such shingles.
    #[must_use]
    pub fn new(shingling: Shingling) -> Self {
        let set = Set { members: Vec::new(), sorted: 0, is_full: false };
        Self { shingler: Shingler::new(shingling), set }
    }

    /// Reads the next bytes of a text. Returns false where nothing more need
    /// be read: it is none, or has too many shingles.
    pub fn update(&mut self, data: &[u8]) -> bool {
        let Self { shingler, set } = self;
        let goes_on = shingler.update(data, &mut |some| set.add(some));
        goes_on && !set.is_full
    }

    /// The different shingles of the text, ascending; none of what is no
    /// text. The next one can be read then.
    ///
    /// # Errors
    ///
    /// If there are too many.
    pub fn finish(&mut self) -> Result<Vec<u64>, TooManyShingles> {
        let Self { shingler, set } = self;
        shingler.finish(&mut |some| set.add(some));
        set.settle();
        let members = core::mem::take(&mut set.members);
        set.sorted = 0;
        match core::mem::take(&mut set.is_full) {
            true => Err(TooManyShingles),
            false => Ok(members),
        }
    }
}

impl Set {
    fn add(&mut self, shingles: &[u64]) {
        if self.is_full {
            return;
        }
        self.members.extend_from_slice(shingles);
        if self.members.len().saturating_sub(self.sorted) >= WAITING {
            self.settle();
        }
    }

    /// Puts those that wait into the set.
    fn settle(&mut self) {
        self.members.sort_unstable();
        self.members.dedup();
        self.sorted = self.members.len();
        if self.sorted > MAX_SHINGLES {
            self.is_full = true;
            self.members = Vec::new();
        }
    }
}
