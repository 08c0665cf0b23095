//! What a shingle is: how many words, or characters.

use core::fmt;

/// The most words or characters that a shingle has.
pub const MAX_SIZE: u32 = 64;

/// What a shingle consists of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Words: letters and digits in a row. Any other character but white
    /// space is a word of its own, and so is each character of a script that
    /// is written without spaces.
    #[default]
    Words,
    /// Characters, white space included.
    Characters,
}

/// How texts are cut into shingles: each so many units in a row, beginning at
/// each of the units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shingling {
    unit: Unit,
    size: u32,
}

impl Default for Shingling {
    /// Three words.
    fn default() -> Self {
        Self { unit: Unit::Words, size: 3 }
    }
}

/// The size that a shingle cannot have: it has 1 to [`MAX_SIZE`] units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShinglingError(pub u32);

impl Shingling {
    /// Shingles of so many units.
    ///
    /// # Errors
    ///
    /// If these are none, or more than [`MAX_SIZE`].
    pub const fn new(unit: Unit, size: u32) -> Result<Self, ShinglingError> {
        match size {
            1..=MAX_SIZE => Ok(Self { unit, size }),
            _ => Err(ShinglingError(size)),
        }
    }

    /// Shingles of so many units, or of the nearest number that is possible.
    #[must_use]
    pub fn clamped(unit: Unit, size: u32) -> Self {
        Self { unit, size: size.clamp(1, MAX_SIZE) }
    }

    /// What a shingle consists of.
    #[must_use]
    pub const fn unit(self) -> Unit {
        self.unit
    }

    /// How many units it has.
    #[must_use]
    pub const fn size(self) -> u32 {
        self.size
    }
}

impl fmt::Display for ShinglingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a shingle has 1 to {MAX_SIZE} units, not {}", self.0)
    }
}

impl core::error::Error for ShinglingError {}
