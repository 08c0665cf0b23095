//! The values that options take.

use alloc::format;
use alloc::string::String;

use sanchay_core::hashing::{Algorithm, MAX_CHUNK, UnknownAlgorithm};

use crate::output::Format;

/// A form of output.
pub(super) fn format(text: &str) -> Result<Format, String> {
    match text {
        "text" => Ok(Format::Text),
        "ndjson" => Ok(Format::Ndjson),
        "json" => Ok(Format::Json),
        "csv" => Ok(Format::Csv),
        _ => Err("one of text, ndjson, json, csv was expected".into()),
    }
}

/// A hash function.
pub(super) fn algorithm(text: &str) -> Result<Algorithm, String> {
    text.parse().map_err(|error: UnknownAlgorithm| format!("{error}"))
}

/// How many levels to go down. More than there can be is no limit.
pub(super) fn depth(text: &str) -> Result<usize, String> {
    match text.parse::<u64>() {
        Ok(depth) => Ok(usize::try_from(depth).unwrap_or(usize::MAX)),
        Err(error) => Err(format!("{error}")),
    }
}

/// The chunk of a partial digest, in bytes.
pub(super) fn chunk(text: &str) -> Result<u32, String> {
    let size = size(text)?;
    u32::try_from(size)
        .ok()
        .filter(|chunk| (1..=MAX_CHUNK).contains(chunk))
        .ok_or_else(|| format!("a chunk has 1 to {MAX_CHUNK} bytes"))
}

/// A size in bytes: `4096`, `10k`, `10MB`, `1KiB`. A letter alone is a power
/// of ten and `i` makes it a power of two; the `b` and the case do not matter.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits).unwrap_or((text, ""));
    if number.is_empty() {
        return Err("expected a number such as 4096, 10MB or 1KiB".into());
    }
    let factor = factor(unit).ok_or_else(|| {
        format!(
            "unknown unit '{unit}'; the units are b, k, m, g, t, p (powers \
             of 1000) and ki, mi, gi, ti, pi (powers of 1024)"
        )
    })?;
    number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(factor))
        .ok_or_else(|| "a size is at most 2^64 - 1 bytes".into())
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
