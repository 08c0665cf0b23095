//! When a file was modified, as the metadata of an object says it: seconds
//! since 1970 in decimals, with a fraction of up to nine digits. It is what
//! other programs write there, too.

use sanchay_storage::Timestamp;

/// The text of a time.
pub(crate) fn written(time: Timestamp) -> String {
    // A time before 1970 is whole seconds down and a fraction up.
    let nanoseconds = i128::from(time.seconds) * 1_000_000_000
        + i128::from(time.nanoseconds);
    let (sign, positive) = match nanoseconds < 0 {
        true => ("-", nanoseconds.unsigned_abs()),
        false => ("", nanoseconds.unsigned_abs()),
    };
    let (seconds, fraction) =
        (positive / 1_000_000_000, positive % 1_000_000_000);
    let text = format!("{sign}{seconds}.{fraction:09}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The time that a text says; `None` for any other text.
pub(crate) fn read(text: &str) -> Option<Timestamp> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (seconds, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let decimal = |text: &str| {
        !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
    };
    if !decimal(seconds) || !decimal(fraction) || seconds.len() > 12 {
        return None;
    }
    let nine: String =
        fraction.chars().chain(std::iter::repeat('0')).take(9).collect();
    let whole: i128 = seconds.parse().ok()?;
    let nanoseconds: i128 = nine.parse().ok()?;
    let all = sign * (whole * 1_000_000_000 + nanoseconds);
    Some(Timestamp {
        seconds: i64::try_from(all.div_euclid(1_000_000_000)).ok()?,
        nanoseconds: u32::try_from(all.rem_euclid(1_000_000_000)).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use sanchay_storage::Timestamp;

    use super::{read, written};

    #[test]
    fn a_time_is_read_as_it_was_written() {
        for (seconds, nanoseconds, text) in [
            (0, 0, "0"),
            (1_600_000_000, 123_456_789, "1600000000.123456789"),
            (1_600_000_000, 500_000_000, "1600000000.5"),
            (-1, 750_000_000, "-0.25"),
            (-2, 0, "-2"),
            (10, 0, "10"),
        ] {
            let time = Timestamp { seconds, nanoseconds };
            assert_eq!(written(time), text);
            assert_eq!(read(text), Some(time), "{text}");
        }
        for other in ["", "-", ".5", "1.", "+1", "1e3", "1.2.3", " 1"] {
            assert_eq!(read(other), None, "{other}");
        }
        let long = read("1600000000.1234567891234");
        assert_eq!(long.unwrap().nanoseconds, 123_456_789);
    }
}
