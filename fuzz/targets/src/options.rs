//! Words of the command line that are parsed by hand: sizes, chunks and the
//! names of hash functions.

use sanchay_core::hashing::{Algorithm, MAX_CHUNK};
use sanchay_core::size;

/// What each unit stands for.
const UNITS: [(&str, u32, u32); 11] = [
    ("", 10, 0),
    ("k", 10, 3),
    ("m", 10, 6),
    ("g", 10, 9),
    ("t", 10, 12),
    ("p", 10, 15),
    ("ki", 2, 10),
    ("mi", 2, 20),
    ("gi", 2, 30),
    ("ti", 2, 40),
    ("pi", 2, 50),
];

/// Parses each line as a size, as a chunk, and as the name of a hash function.
pub fn run(data: &[u8]) {
    for line in data.split(|&byte| byte == b'\n') {
        let Ok(text) = str::from_utf8(line) else { continue };
        let expected = plainly(text);
        assert_eq!(size::parse(text).ok(), expected, "{text:?}");
        let chunk =
            expected.filter(|&size| size >= 1 && size <= u64::from(MAX_CHUNK));
        let parsed = size::parse_chunk(text).ok().map(u64::from);
        assert_eq!(parsed, chunk, "{text:?}");
        let named = Algorithm::ALL.iter().find(|it| it.to_string() == text);
        assert_eq!(text.parse::<Algorithm>().ok().as_ref(), named);
        // Complaints are for people, who read them on a terminal.
        let complaints =
            [size::parse(text).err(), size::parse_chunk(text).err()];
        for complaint in complaints.into_iter().flatten() {
            let obeyed = sanchay_core::escape::is_terminal_control;
            assert!(!complaint.contains(obeyed), "{complaint}");
        }
    }
}

/// A size by its definition: digits, where there is a unit also some behind a
/// point, then a unit in either case, with or without a final b; at most
/// 2^64 - 1, parts of bytes left out. Of the digits behind the point, 18 count.
fn plainly(text: &str) -> Option<u64> {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = text.strip_suffix(unit)?;
    let (fraction, unit) = match unit.strip_prefix('.') {
        Some(rest) => {
            let unit = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            (Some(rest.strip_suffix(unit)?), unit)
        }
        None => (None, unit),
    };
    let unit = unit.to_ascii_lowercase();
    let (_, base, power) = UNITS.into_iter().find(|(name, ..)| {
        unit.strip_prefix(name).is_some_and(|end| end.is_empty() || end == "b")
    })?;
    if fraction.is_some_and(|it| it.is_empty() || power == 0) {
        return None;
    }
    // Leading zeros aside, 20 digits are more than any size has.
    let significant = digits.trim_start_matches('0');
    if digits.is_empty() || significant.len() > 20 {
        return None;
    }
    let number = |digits: &mut dyn Iterator<Item = u8>| {
        let digit = |number, digit| number * 10 + u128::from(digit - b'0');
        digits.fold(0_u128, digit)
    };
    let factor = u128::from(base).pow(power);
    let whole = number(&mut significant.bytes()) * factor;
    // As many digits as count, with zeros for those that are not there.
    let fraction = fraction.unwrap_or_default().bytes();
    let fraction = number(&mut fraction.chain([b'0'; 18]).take(18)) * factor;
    u64::try_from(whole + fraction / 10_u128.pow(18)).ok()
}
