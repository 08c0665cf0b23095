//! Sizes as people write them: `4096`, `10k`, `10MB`, `1KiB`.
//!
//! As in `fd`, a letter alone is a power of ten and `i` makes it a power of
//! two; the `b` and the case do not matter.

mod human;

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;

pub use self::human::HumanBytes;
use crate::escape::escaped;
use crate::hashing::MAX_CHUNK;

/// What `--help` says about sizes.
pub const HELP: &str = "\
Sizes: a number of bytes, with k, m, g, t or p for powers of 1000 and ki, mi,
gi, ti or pi for powers of 1024, in either case, with or without a final b:
1k = 1kB = 1000, 1Ki = 1KiB = 1024. With a unit, fractions are sizes, too: 1.5GiB.";

/// The sum of sizes, or the greatest number where that is more: file systems
/// and buckets may tell of any.
pub fn total(sizes: impl IntoIterator<Item = u64>) -> u64 {
    sizes.into_iter().fold(0, u64::saturating_add)
}

/// Parses a size in bytes.
///
/// ```
/// use sanchay_core::size::parse;
///
/// assert_eq!(parse("10k"), Ok(10_000));
/// assert_eq!(parse("1KiB"), Ok(1024));
/// ```
///
/// # Errors
///
/// A message for the person who wrote it, safe to print on a terminal.
pub fn parse(text: &str) -> Result<u64, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(digits).unwrap_or((text, ""));
    let (fraction, unit) = match rest.strip_prefix('.') {
        Some(rest) => {
            let end = rest.bytes().take_while(u8::is_ascii_digit).count();
            rest.split_at_checked(end).unwrap_or((rest, ""))
        }
        None => ("0", rest),
    };
    if number.is_empty() || fraction.is_empty() {
        return Err("expected a number such as 4096, 10MB or 1KiB".to_owned());
    }
    let factor = factor(unit).ok_or_else(|| {
        format!(
            "unknown unit '{}'; the units are b, k, m, g, t, p (powers of \
             1000) and ki, mi, gi, ti, pi (powers of 1024)",
            escaped(unit.as_bytes()),
        )
    })?;
    if factor == 1 && rest.starts_with('.') {
        return Err("a fraction needs a unit, such as 1.5k".to_owned());
    }
    let whole = number.parse::<u64>().ok();
    let whole = whole.and_then(|number| number.checked_mul(factor));
    part(fraction, factor)
        .and_then(|part| whole?.checked_add(part))
        .ok_or_else(|| "a size is at most 2^64 - 1 bytes".to_owned())
}

/// The bytes that the digits after a point are of a unit, rounded down.
fn part(fraction: &str, factor: u64) -> Option<u64> {
    // More digits than these are less than a byte of any unit.
    let digits = fraction.get(..fraction.len().min(18))?;
    let scale = 10_u128.checked_pow(u32::try_from(digits.len()).ok()?)?;
    let bytes = digits.parse::<u128>().ok()?.checked_mul(factor.into())?;
    u64::try_from(bytes / scale).ok()
}

/// Parses the chunk of a partial digest, in bytes.
///
/// # Errors
///
/// A message if it is not a size, or not from 1 to [`MAX_CHUNK`].
pub fn parse_chunk(text: &str) -> Result<u32, String> {
    let size = parse(text)?;
    u32::try_from(size)
        .ok()
        .filter(|chunk| (1..=MAX_CHUNK).contains(chunk))
        .ok_or_else(|| format!("a chunk has 1 to {MAX_CHUNK} bytes"))
}

/// How many bytes a unit is.
fn factor(unit: &str) -> Option<u64> {
    let unit = unit.to_ascii_lowercase();
    let unit = unit.strip_suffix('b').unwrap_or(&unit);
    let (letter, base) = match unit.strip_suffix('i') {
        Some(letter) if !letter.is_empty() => (letter, 1024_u64),
        Some(_) => return None,
        None => (unit, 1000),
    };
    let power = match letter {
        "" => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        "p" => 5,
        _ => return None,
    };
    base.checked_pow(power)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{parse, parse_chunk};
    use crate::hashing::MAX_CHUNK;

    #[test]
    fn a_letter_is_a_power_of_ten_and_an_i_makes_it_a_power_of_two() {
        let expected = [
            ("0", 0),
            ("4096", 4096),
            ("7b", 7),
            ("1k", 1000),
            ("1K", 1000),
            ("1kB", 1000),
            ("10MB", 10_000_000),
            ("1ki", 1024),
            ("1KiB", 1024),
            ("64kib", 65_536),
            ("2Mi", 2 << 20),
            ("3g", 3_000_000_000),
            ("1TiB", 1 << 40),
            ("1.5k", 1500),
            ("1.5GiB", 1_610_612_736),
            ("0.001k", 1),
            ("0.0001k", 0),
            ("1.000000000000000000000k", 1000),
            ("1p", 1_000_000_000_000_000),
            ("18446744073709551615", u64::MAX),
        ];
        for (text, size) in expected {
            assert_eq!(parse(text), Ok(size), "{text}");
        }
    }

    #[test]
    fn a_chunk_is_within_its_bounds() {
        assert_eq!(parse_chunk("64KiB"), Ok(65_536));
        assert_eq!(parse_chunk("1"), Ok(1));
        assert_eq!(parse_chunk(&MAX_CHUNK.to_string()), Ok(MAX_CHUNK));
        assert!(parse_chunk("0").is_err());
        let more = u64::from(MAX_CHUNK) + 1;
        assert!(parse_chunk(&more.to_string()).is_err());
        assert!(parse_chunk("8TiB").is_err());
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in [
            "",
            "k",
            "-1",
            "+1",
            "1.5",
            "1.k",
            ".5k",
            "1.5.k",
            "1 k",
            "1kk",
            "1i",
            "1ib",
            "1x",
            "1é",
            "0x10",
            "1bk",
            "1kbb",
            "20000p",
            "18446744073709551616",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_does_not_begin_with_a_digit_is_no_size(
            text in "[^0-9]\\PC{0,12}",
        ) {
            prop_assert!(parse(&text).is_err());
        }

        #[test]
        fn a_number_of_kibibytes_is_1024_times_as_many_bytes(
            n in 0_u64..1 << 50,
        ) {
            prop_assert_eq!(parse(&format!("{n}KiB")), Ok(n * 1024));
        }
    }
}
