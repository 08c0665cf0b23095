//! How long something lasts: `90s`, `1h30m`, `1.5h`, or a number of seconds.

use core::fmt;

use jiff::{Span, SpanRelativeTo};

const SECOND: u64 = 1_000_000_000;

/// The nanoseconds that a text means: a duration of weeks (7 days), days (24
/// hours), hours and less, or a number of seconds. Months and years are of no
/// certain length.
///
/// ```
/// use sanchay_core::duration::parse;
///
/// assert_eq!(parse("1h30m"), Some(5_400_000_000_000));
/// assert_eq!(parse("1.5"), Some(1_500_000_000));
/// assert_eq!(parse("1month"), None);
/// ```
#[must_use]
pub fn parse(text: &str) -> Option<u64> {
    let text = text.trim();
    if let Some(nanoseconds) = seconds(text) {
        return Some(nanoseconds);
    }
    let span: Span = text.parse().ok()?;
    let days = SpanRelativeTo::days_are_24_hours();
    let duration = span.to_duration(days).ok()?;
    u64::try_from(duration.as_nanos()).ok()
}

/// The nanoseconds of a number of seconds, with or without a fraction.
fn seconds(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let are_digits = |text: &str| {
        !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
    };
    if !are_digits(whole) || !are_digits(fraction) || fraction.len() > 9 {
        return None;
    }
    let digits = u32::try_from(fraction.len()).ok()?;
    let scale = 10_u64.checked_pow(9_u32.checked_sub(digits)?)?;
    let fraction = fraction.parse::<u64>().ok()?.checked_mul(scale)?;
    let whole = whole.parse::<u64>().ok()?.checked_mul(SECOND)?;
    whole.checked_add(fraction)
}

/// Writes a duration as a number of seconds that [`parse`] reads.
pub(crate) fn write(
    nanoseconds: u64,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let (whole, rest) = (nanoseconds / SECOND, nanoseconds % SECOND);
    if rest == 0 {
        return write!(f, "{whole}s");
    }
    let (mut rest, mut digits) = (rest, 9);
    while rest.is_multiple_of(10) {
        rest /= 10;
        digits -= 1;
    }
    write!(f, "{whole}.{rest:0digits$}s")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations_are_understood_in_all_their_forms() {
        for (text, seconds) in [
            ("90s", 90),
            ("90", 90),
            ("15m", 900),
            ("1h30m", 5400),
            ("1.5h", 5400),
            ("1d12h", 129_600),
            ("2w", 1_209_600),
            ("0", 0),
        ] {
            assert_eq!(parse(text), Some(seconds * SECOND), "{text}");
        }
        assert_eq!(parse("1.25"), Some(1_250_000_000));
        assert_eq!(parse("250ms"), Some(250_000_000));
        for text in ["", "1y", "3months", "-5s", "x", "1.5.5", "1e3", "."] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    struct Shown(u64);

    impl fmt::Display for Shown {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write(self.0, f)
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(nanoseconds: u64) {
            let text = std::format!("{}", Shown(nanoseconds));
            prop_assert_eq!(parse(&text), Some(nanoseconds), "{}", text);
        }
    }
}
