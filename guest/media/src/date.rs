//! Dates and times as files write them.

use crate::Taken;

const DAY: i64 = 86_400;

/// What a clock on a wall shows: seconds since it showed the first of 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wall(pub(crate) i64);

/// By how many seconds a zone's clock is ahead of UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Offset(pub(crate) i64);

/// The time in `2024:05:17 13:30:00`, as Exif has it (Exif 2.32, DateTime), or
/// with hyphens in the date. `None` if the calendar has none such: cameras
/// write zeros or spaces for a time that they do not know.
pub(crate) fn exif(text: &[u8]) -> Option<Wall> {
    let [date @ .., space, _, _, _, _, _, _, _, _] = text.get(..19)? else {
        return None;
    };
    let separator = *date.get(4)?;
    let fits = matches!(separator, b':' | b'-')
        && *date.get(7)? == separator
        && matches!(space, b' ' | b'T');
    let time = text.get(11..19)?;
    if !fits || *time.get(2)? != b':' || *time.get(5)? != b':' {
        return None;
    }
    let part = |text: &[u8], from: usize, to: usize| {
        text.get(from..to).and_then(number)
    };
    wall(
        [part(date, 0, 4)?, part(date, 5, 7)?, part(date, 8, 10)?],
        [part(time, 0, 2)?, part(time, 3, 5)?, part(time, 6, 8)?],
    )
}

/// The nanoseconds in `25` (a quarter of a second), as Exif has them.
pub(crate) fn fraction(text: &[u8]) -> Option<u32> {
    let text = text.split(|byte| *byte == 0).next()?.trim_ascii();
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digits = text.iter().copied().chain(core::iter::repeat(b'0'));
    Some(digits.take(9).fold(0, |all, digit| {
        all * 10 + u32::from(digit.saturating_sub(b'0'))
    }))
}

/// The offset in `+02:00`, `+0200` or `Z`.
pub(crate) fn offset(text: &[u8]) -> Option<Offset> {
    let text = text.split(|byte| *byte == 0).next()?.trim_ascii();
    let (sign, hours, minutes) = match *text {
        [b'Z'] => return Some(Offset(0)),
        [sign, a, b, b':', c, d] | [sign, a, b, c, d] => {
            (sign, number(&[a, b])?, number(&[c, d])?)
        }
        _ => return None,
    };
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = hours * 3600 + minutes * 60;
    match sign {
        b'+' => Some(Offset(seconds)),
        b'-' => Some(Offset(-seconds)),
        _ => None,
    }
}

/// The time in `2024-05-17T13:30:00+0200`, with or without a fraction: one
/// without an offset is none.
pub(crate) fn iso(text: &[u8]) -> Option<Taken> {
    let text = text.trim_ascii();
    let Wall(wall) = exif(text)?;
    let mut rest = text.get(19..)?;
    let mut nanoseconds = 0;
    if let [b'.', digits @ ..] = rest {
        let end = digits.iter().position(|it| !it.is_ascii_digit())?;
        let (digits, zone) = digits.split_at_checked(end)?;
        nanoseconds = fraction(digits)?;
        rest = zone;
    }
    let Offset(offset) = offset(rest)?;
    let seconds = wall - offset;
    Some(Taken { seconds, nanoseconds, is_local: false })
}

/// Seconds from 1904 to 1970.
const MACINTOSH: u64 = 2_082_844_800;

/// The time that a film has as seconds since 1904 (ISO/IEC 14496-12, 8.2.2):
/// 0 for none. No film is older than 1970, so that smaller numbers are those
/// of writers who count from then.
pub(crate) fn macintosh(seconds: u64) -> Option<Taken> {
    if seconds == 0 {
        return None;
    }
    let since = seconds.checked_sub(MACINTOSH).unwrap_or(seconds);
    let seconds = i64::try_from(since).ok().filter(|it| *it < FAR)?;
    Some(Taken { seconds, nanoseconds: 0, is_local: false })
}

/// The year 10000, which no calendar of ours has.
const FAR: i64 = 253_402_300_800;

/// The time that a film has as nanoseconds since 2001 (RFC 9559, DateUTC).
pub(crate) fn matroska(nanoseconds: i64) -> Option<Taken> {
    const BEGIN: i64 = 978_307_200;
    let seconds = nanoseconds.div_euclid(1_000_000_000) + BEGIN;
    let rest = nanoseconds.rem_euclid(1_000_000_000);
    let nanoseconds = u32::try_from(rest).ok()?;
    Some(Taken { seconds, nanoseconds, is_local: false })
}

/// The number that digits stand for.
fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0_i64, |all, digit| {
        let digit = char::from(*digit).to_digit(10)?;
        all.checked_mul(10)?.checked_add(digit.into())
    })
}

/// A time that the calendar has.
fn wall(
    [year, month, day]: [i64; 3],
    [hour, minute, second]: [i64; 3],
) -> Option<Wall> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(is_leap),
        _ => return None,
    };
    let fits = year >= 1
        && (1..=days).contains(&day)
        && hour <= 23
        && minute <= 59
        && second <= 59;
    fits.then(|| {
        let seconds = hour * 3600 + minute * 60 + second;
        Wall(days_since_1970(year, month, day) * DAY + seconds)
    })
}

/// How many days after the first of 1970 a day of the Gregorian calendar is.
/// Years are counted from March, so that the day that leap years have is
/// their last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = match month > 2 {
        true => (year, month - 3),
        false => (year - 1, month + 9),
    };
    let before_year = 365 * year + year.div_euclid(4) - year.div_euclid(100)
        + year.div_euclid(400);
    let before_month = (153 * month + 2) / 5;
    before_year + before_month + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        for (text, seconds) in [
            ("1970:01:01 00:00:00", 0),
            ("2000:02:29 00:00:00", 951_782_400),
            ("2024:05:17 13:30:05", 1_715_952_605),
            ("2024-05-17T13:30:05", 1_715_952_605),
            ("1969:12:31 23:59:59", -1),
            ("1826:01:01 00:00:00", -4_544_208_000),
            ("9999:12:31 23:59:59", 253_402_300_799),
        ] {
            assert_eq!(exif(text.as_bytes()), Some(Wall(seconds)), "{text}");
        }
    }

    #[test]
    fn what_the_calendar_does_not_have_is_no_time() {
        for text in [
            "0000:00:00 00:00:00",
            "    :  :     :  :  ",
            "2023:02:29 00:00:00",
            "1900:02:29 00:00:00",
            "2024:13:01 00:00:00",
            "2024:00:01 00:00:00",
            "2024:04:31 00:00:00",
            "2024:01:01 24:00:00",
            "2024:01:01 00:60:00",
            "2024:01:01 00:00:60",
            "2024:01:01 00:00",
            "2024/01/01 00:00:00",
            "2024:01-01 00:00:00",
            "20240101 00:00:00  ",
            "+024:01:01 00:00:00",
            "",
        ] {
            assert_eq!(exif(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn days_follow_each_other() {
        let mut before = days_since_1970(1599, 12, 31);
        for year in 1600..2401 {
            for month in 1..=12 {
                for day in 1..=31 {
                    if wall([year, month, day], [0; 3]).is_some() {
                        let days = days_since_1970(year, month, day);
                        assert_eq!(days, before + 1, "{year} {month} {day}");
                        before = days;
                    }
                }
            }
        }
    }

    #[test]
    fn offsets_and_fractions_are_read_as_exif_writes_them() {
        assert_eq!(offset(b"+02:00\0"), Some(Offset(7200)));
        assert_eq!(offset(b"-0330"), Some(Offset(-12_600)));
        assert_eq!(offset(b"Z"), Some(Offset(0)));
        for text in [&b""[..], b"+2:00", b"+25:00", b"02:00", b"   :  "] {
            assert_eq!(offset(text), None);
        }
        assert_eq!(fraction(b"25\0"), Some(250_000_000));
        assert_eq!(fraction(b"123456789123"), Some(123_456_789));
        assert_eq!(fraction(b"007 "), Some(7_000_000));
        assert_eq!(fraction(b"  "), None);
        assert_eq!(fraction(b"-5"), None);
    }

    #[test]
    fn films_know_the_second_in_utc_or_with_an_offset() {
        let at = |seconds| {
            let (nanoseconds, is_local) = (0, false);
            Some(Taken { seconds, nanoseconds, is_local })
        };
        assert_eq!(macintosh(0), None);
        assert_eq!(macintosh(MACINTOSH + 5), at(5));
        assert_eq!(macintosh(1_715_952_605), at(1_715_952_605));
        assert_eq!(macintosh(u64::MAX), None);
        assert_eq!(iso(b"2024-05-17T15:30:05+0200"), at(1_715_952_605));
        assert_eq!(iso(b"2024-05-17T13:30:05Z"), at(1_715_952_605));
        let half = iso(b"2024-05-17T13:30:05.5Z").unwrap();
        assert_eq!(half.nanoseconds, 500_000_000);
        assert_eq!(iso(b"2024-05-17T13:30:05"), None);
        assert_eq!(iso(b"2024-05-17"), None);
        assert_eq!(matroska(0), at(978_307_200));
        assert_eq!(matroska(-1).unwrap().nanoseconds, 999_999_999);
        assert!(matroska(i64::MIN).is_some());
    }
}
