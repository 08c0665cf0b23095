//! Points in time, and their form in RFC 3339: UTC, nine digits of a second.
//!
//! The calendar is jiff's. Files of a tree often share a day, so the formatter
//! keeps the last day's date and writes the clock time digit by digit: a
//! record costs nanoseconds.

use alloc::string::String;
use core::fmt;

use jiff::fmt::strtime;
use jiff::tz::Offset;
pub use jiff::tz::TimeZone;

pub use crate::zone::{OffsetChange, Offsets, Zone};

#[cfg(feature = "std")]
pub use crate::system_time::OutOfRange;

const DAY: i64 = 86_400;

/// A point in time: seconds since 1970-01-01T00:00:00Z, negative before it,
/// and the nanoseconds that follow them.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash,
)]
pub struct Timestamp {
    /// Whole seconds since the epoch, rounded towards the past.
    pub seconds: i64,
    /// Nanoseconds after that second: 0 to 999,999,999.
    pub nanoseconds: u32,
}

impl Timestamp {
    /// Nanoseconds since the epoch, which 64 bits hold for the years 1678 to
    /// 2262 only.
    #[must_use]
    pub const fn as_nanoseconds(self) -> i128 {
        // Neither overflows 128 bits.
        self.seconds as i128 * 1_000_000_000 + self.nanoseconds as i128
    }
}

impl fmt::Display for Timestamp {
    /// The time as RFC 3339 has it; one that has no form there as seconds and
    /// nanoseconds since 1970.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut formatter = TimeFormatter::default();
        let text = formatter.format(*self).map(|text| str::from_utf8(text));
        match text {
            Some(Ok(text)) => f.write_str(text),
            _ => write!(f, "{}.{:09}s", self.seconds, self.nanoseconds),
        }
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(time: jiff::Timestamp) -> Self {
        let (seconds, rest) = (time.as_second(), time.subsec_nanosecond());
        // jiff's nanoseconds have the sign of its seconds.
        match u32::try_from(rest) {
            Ok(nanoseconds) => Self { seconds, nanoseconds },
            Err(_) => Self {
                seconds: seconds - 1,
                nanoseconds: 1_000_000_000 - rest.unsigned_abs(),
            },
        }
    }
}

/// The moment at which clocks on the walls of a time zone show this time,
/// which is given as if they showed UTC. What they show twice, when they are
/// set back, is the first time; what they never show, when they are set
/// forward, is as long after the gap began as it says. `None` beyond the years
/// that the calendar has.
#[must_use]
pub fn of_wall_clock(time: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let nanoseconds = i32::try_from(time.nanoseconds).ok()?;
    let shown = jiff::Timestamp::new(time.seconds, nanoseconds).ok()?;
    let shown = Offset::UTC.to_datetime(shown);
    let moment = zone.to_ambiguous_timestamp(shown).compatible().ok()?;
    Some(moment.into())
}

/// A time as `strftime` writes it, in a time zone.
///
/// # Errors
///
/// The format is none, or the calendar does not have the time: it ends with
/// the years -9999 and 9999.
pub fn strftime(
    format: &str,
    time: Timestamp,
    zone: &Zone,
) -> Result<String, jiff::Error> {
    let nanoseconds = i32::try_from(time.nanoseconds).unwrap_or(0);
    let time = jiff::Timestamp::new(time.seconds, nanoseconds)?;
    strtime::format(format, &time.to_zoned(zone.at(time)))
}

/// Formats points in time.
#[derive(Debug)]
pub struct TimeFormatter {
    /// The day that `text` begins with, in days since 1970.
    day: i64,
    /// Whether RFC 3339 has a form for that day.
    valid: bool,
    text: [u8; 30],
}

impl Default for TimeFormatter {
    fn default() -> Self {
        let text = *b"1970-01-01T00:00:00.000000000Z";
        Self { day: 0, valid: true, text }
    }
}

impl TimeFormatter {
    /// The time as ASCII text; `None` if RFC 3339 cannot express it: before
    /// the year 0 and after the year 9999.
    ///
    /// ```
    /// use sanchay_core::time::{TimeFormatter, Timestamp};
    ///
    /// let time = Timestamp { seconds: 951_782_400, nanoseconds: 7 };
    /// let mut formatter = TimeFormatter::default();
    /// let text = formatter.format(time).map(|it| it.to_vec());
    /// assert_eq!(text.unwrap(), b"2000-02-29T00:00:00.000000007Z");
    /// ```
    pub fn format(&mut self, time: Timestamp) -> Option<&[u8; 30]> {
        let day = time.seconds.div_euclid(DAY);
        if day != self.day {
            self.day = day;
            self.valid = self.set_date(day).is_some();
        }
        if !self.valid {
            return None;
        }
        let second = u32::try_from(time.seconds.rem_euclid(DAY)).ok()?;
        [self.text[11], self.text[12]] = digits(second / 3600);
        [self.text[14], self.text[15]] = digits(second / 60 % 60);
        [self.text[17], self.text[18]] = digits(second % 60);
        // In two parts, which the processor works out side by side.
        let high: [u8; 4] = digits(time.nanoseconds / 100_000);
        let low: [u8; 5] = digits(time.nanoseconds % 100_000);
        self.text.get_mut(20..24)?.copy_from_slice(&high);
        self.text.get_mut(24..29)?.copy_from_slice(&low);
        Some(&self.text)
    }

    fn set_date(&mut self, day: i64) -> Option<()> {
        let seconds = day.checked_mul(DAY)?;
        let midnight = jiff::Timestamp::from_second(seconds).ok()?;
        let date = Offset::UTC.to_datetime(midnight).date();
        let year: [u8; 4] = digits(u32::try_from(date.year()).ok()?);
        self.text.get_mut(..4)?.copy_from_slice(&year);
        let month = u32::try_from(date.month()).ok()?;
        [self.text[5], self.text[6]] = digits(month);
        [self.text[8], self.text[9]] = digits(u32::try_from(date.day()).ok()?);
        Some(())
    }
}

/// A number's last decimal digits.
fn digits<const N: usize>(mut number: u32) -> [u8; N] {
    let mut digits = [b'0'; N];
    for digit in digits.iter_mut().rev() {
        *digit += u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
    digits
}
#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn format(seconds: i64, nanoseconds: u32) -> Option<String> {
        let mut times = TimeFormatter::default();
        let text = times.format(Timestamp { seconds, nanoseconds })?;
        Some(String::from_utf8(text.to_vec()).unwrap())
    }

    #[test]
    fn times_are_told_to_the_nanosecond() {
        let expected = [
            (0, 0, "1970-01-01T00:00:00.000000000Z"),
            (951_782_400, 7, "2000-02-29T00:00:00.000000007Z"),
            (-1, 999_999_999, "1969-12-31T23:59:59.999999999Z"),
            (1_800_000_000, 120_000_000, "2027-01-15T08:00:00.120000000Z"),
            (253_402_207_199, 0, "9999-12-30T21:59:59.000000000Z"),
            (-62_167_219_200, 0, "0000-01-01T00:00:00.000000000Z"),
        ];
        for (seconds, nanoseconds, text) in expected {
            assert_eq!(format(seconds, nanoseconds).unwrap(), text);
        }
    }

    #[test]
    fn what_wall_clocks_show_is_a_moment_by_their_zone() {
        let summer = "CET-1CEST,M3.5.0,M10.5.0/3";
        let zone = TimeZone::posix(summer).unwrap();
        let at = |text: &str| {
            text.parse::<jiff::Timestamp>().map(Timestamp::from).unwrap()
        };
        for (shown, moment) in [
            ("2024-01-15T12:00:00.25Z", "2024-01-15T11:00:00.25Z"),
            ("2024-07-15T12:00:00Z", "2024-07-15T10:00:00Z"),
            // Twice, and never.
            ("2024-10-27T02:30:00Z", "2024-10-27T00:30:00Z"),
            ("2024-03-31T02:30:00Z", "2024-03-31T01:30:00Z"),
            ("1950-01-01T00:00:00Z", "1949-12-31T23:00:00Z"),
        ] {
            assert_eq!(of_wall_clock(at(shown), &zone), Some(at(moment)));
        }
        let far = Timestamp { seconds: i64::MAX, nanoseconds: 0 };
        assert_eq!(of_wall_clock(far, &zone), None);
    }

    #[test]
    fn years_that_rfc_3339_cannot_tell_are_not_told() {
        for seconds in [i64::MIN, -62_167_219_201, 1 << 40, i64::MAX] {
            assert_eq!(format(seconds, 0), None, "{seconds}");
        }
    }

    proptest! {
        #[test]
        fn the_text_is_jiffs_whatever_came_before(
            times in prop::collection::vec(
                (-62_167_219_200_i64..253_402_207_200, 0_u32..1_000_000_000),
                1..20,
            ),
        ) {
            let mut kept = TimeFormatter::default();
            for (seconds, nanoseconds) in times {
                // jiff takes nanoseconds of the second's sign.
                let exact = i128::from(seconds) * 1_000_000_000
                    + i128::from(nanoseconds);
                let jiff = jiff::Timestamp::from_nanosecond(exact).unwrap();
                let text = kept
                    .format(Timestamp { seconds, nanoseconds })
                    .map(|text| String::from_utf8(text.to_vec()).unwrap());
                prop_assert_eq!(text, Some(format!("{jiff:.9}")));
            }
        }
    }
}
