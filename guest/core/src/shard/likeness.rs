//! What texts of shards are looked at for others that they may be like.

use super::ShardFlaw;
use super::members::once;
use crate::json::JsonReader;
use crate::similarity::{Shingling, Unit};

/// The parts that a threshold is told in.
const MILLION: u32 = 1_000_000;

/// How alike texts are to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// The least similarity, in millionths.
    millionths: u32,
    /// What texts are cut into.
    pub shingling: Shingling,
    /// Larger files, in bytes, are left out.
    pub max_file_size: u64,
}

impl Likeness {
    /// Texts that are at least as alike as `threshold`, from 0 to 1, says: to
    /// a millionth. What is no threshold is found so by who plans.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "what is no part of a million is the nearest one"
    )]
    pub fn new(
        threshold: f64,
        shingling: Shingling,
        max_file_size: u64,
    ) -> Self {
        let millionths = (threshold * f64::from(MILLION) + 0.5) as u32;
        Self { millionths, shingling, max_file_size }
    }

    /// The least similarity, from 0 to 1.
    #[must_use]
    pub fn threshold(&self) -> f64 {
        f64::from(self.millionths) / f64::from(MILLION)
    }

    /// The same in millionths.
    #[must_use]
    pub const fn millionths(&self) -> u32 {
        self.millionths
    }

    /// What shingles consist of, as documents have it.
    #[must_use]
    pub const fn unit(&self) -> &'static str {
        match self.shingling.unit() {
            Unit::Words => "words",
            Unit::Characters => "characters",
        }
    }

    /// Reads it: `{"threshold": …, "unit": …, "shingle_size": …,
    /// "max_file_size": …}`.
    pub(super) fn read(json: &mut JsonReader<'_>) -> Result<Self, ShardFlaw> {
        let (mut threshold, mut unit) = (None, None);
        let (mut size, mut most) = (None, None);
        let mut object = json.object()?;
        while let Some(key) = json.key(&mut object)? {
            match key.as_str() {
                "threshold" => once(&mut threshold, json.unsigned()?)?,
                "unit" => once(&mut unit, json.string()?)?,
                "shingle_size" => once(&mut size, json.unsigned()?)?,
                "max_file_size" => once(&mut most, json.unsigned()?)?,
                _ => return Err(ShardFlaw::Member),
            }
        }
        let missing = ShardFlaw::Missing;
        let number = |of: Option<u64>, name| {
            let number = u32::try_from(of.ok_or(missing(name))?);
            number.map_err(|_| ShardFlaw::Number)
        };
        let unit = match unit.ok_or(missing("unit"))?.as_str() {
            "words" => Unit::Words,
            "characters" => Unit::Characters,
            _ => return Err(ShardFlaw::Format),
        };
        let shingling = Shingling::new(unit, number(size, "shingle_size")?);
        let millionths = number(threshold, "threshold")?;
        if millionths > MILLION {
            return Err(ShardFlaw::Number);
        }
        Ok(Self {
            millionths,
            shingling: shingling.map_err(|_| ShardFlaw::Number)?,
            max_file_size: most.ok_or(missing("max_file_size"))?,
        })
    }
}
