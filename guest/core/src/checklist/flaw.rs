//! What can be wrong with a line of a list, in words for its reader.

use core::fmt;

use crate::batch::widen;
use crate::hashing::Algorithm;

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It has none of the forms that are understood.
    Form,
    /// It names an algorithm that is not known here.
    Algorithm,
    /// Its digest has this many bytes, and no digest of the algorithm that the
    /// line or the caller names has; if none is named, no digest at all.
    Length(Option<Algorithm>, u32),
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Form => f.write_str("improperly formatted digest line"),
            Self::Algorithm => {
                f.write_str("the line names an algorithm not known here")
            }
            Self::Length(Some(algorithm), len) => {
                let most = digits(algorithm.digest_len());
                let upto = match algorithm.fits(1) {
                    true => "at most ",
                    false => "",
                };
                write!(
                    f,
                    "a digest of {} hexadecimal digits is none of \
                     {algorithm}, which has {upto}{most}",
                    digits(widen(len)),
                )
            }
            Self::Length(None, len) => {
                write!(
                    f,
                    "no algorithm known here has digests of {} hexadecimal \
                     digits:",
                    digits(widen(len)),
                )?;
                let mut comma = "";
                for bytes in 0..=LONGEST {
                    let mut word = " ";
                    for algorithm in Algorithm::of_digest_len(bytes) {
                        write!(f, "{comma}{word}{algorithm}")?;
                        (comma, word) = ("", " or ");
                    }
                    if word != " " {
                        write!(f, " has {}", digits(bytes))?;
                        comma = ",";
                    }
                }
                Ok(())
            }
        }
    }
}

/// The longest digest of all, in bytes.
const LONGEST: usize = Algorithm::Sha512.digest_len();

const fn digits(bytes: usize) -> usize {
    bytes.saturating_mul(2)
}

#[cfg(test)]
mod tests {
    use super::Flaw;
    use crate::hashing::Algorithm;

    #[test]
    fn a_length_that_fits_nothing_is_told_with_those_that_fit() {
        assert_eq!(
            Flaw::Length(None, 48).to_string(),
            "no algorithm known here has digests of 96 hexadecimal digits: \
             crc32 has 8, xxh64 has 16, xxh3-128 or md5 has 32, sha1 has 40, \
             sha256 or blake3 has 64, sha512 has 128"
        );
        assert_eq!(
            Flaw::Length(Some(Algorithm::Sha256), 16).to_string(),
            "a digest of 32 hexadecimal digits is none of sha256, which has \
             64"
        );
        assert_eq!(
            Flaw::Length(Some(Algorithm::Blake3), 64).to_string(),
            "a digest of 128 hexadecimal digits is none of blake3, which has \
             at most 64"
        );
    }
}
