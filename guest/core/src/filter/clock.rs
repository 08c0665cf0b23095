//! What filters ask of the caller's machine: what time it is, in which zone,
//! and who is who.

use alloc::format;
use alloc::string::{String, ToString as _};

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan as _, Zoned};

use super::accounts::Accounts;
use crate::escape::escaped;
use crate::time::Timestamp;

/// A point in time that is "now", in a time zone; and the users and groups
/// there.
#[derive(Clone, Debug)]
pub struct Clock {
    now: Now,
    accounts: Accounts,
    expects_columns: bool,
}

#[derive(Clone, Debug)]
enum Now {
    At(Zoned),
    Asked(fn() -> Zoned),
}

impl Clock {
    /// A clock that shows this time.
    #[must_use]
    pub fn new(now: Zoned) -> Self {
        Self::of(Now::At(now))
    }

    /// A clock that asks what time it is, once that is needed: finding out
    /// which zone is the local one takes as long as thousands of files.
    #[must_use]
    pub fn asking(now: fn() -> Zoned) -> Self {
        Self::of(Now::Asked(now))
    }

    fn of(now: Now) -> Self {
        let accounts = Accounts::default();
        Self { now, accounts, expects_columns: false }
    }

    /// The same where these users and groups are known.
    #[must_use]
    pub fn with_accounts(self, accounts: Accounts) -> Self {
        Self { accounts, ..self }
    }

    /// The same for options of a run that may have plugins: an expression that
    /// tests a column of theirs is understood when a program is made, by
    /// [`Filter::program_with`](super::Filter::program_with).
    #[must_use]
    pub fn expecting_columns(self) -> Self {
        Self { expects_columns: true, ..self }
    }

    /// Whether expressions may test columns of plugins.
    pub(super) const fn expects_columns(&self) -> bool {
        self.expects_columns
    }

    /// The same clock, which shows this moment for ever.
    pub(super) fn stopped(&self) -> Self {
        Self { now: Now::At(self.now()), ..self.clone() }
    }

    /// The users and groups that are known.
    pub(super) const fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    fn now(&self) -> Zoned {
        match &self.now {
            Now::At(now) => now.clone(),
            Now::Asked(now) => now(),
        }
    }

    /// A clock in UTC that shows this time; one beyond the years that the
    /// calendar has (-9999 to 9999) is the nearest of them.
    #[must_use]
    pub fn utc(now: Timestamp) -> Self {
        let nanoseconds = i32::try_from(now.nanoseconds).unwrap_or(0);
        let limit = match now.seconds < 0 {
            true => jiff::Timestamp::MIN,
            false => jiff::Timestamp::MAX,
        };
        let now = jiff::Timestamp::new(now.seconds, nanoseconds);
        Self::new(now.unwrap_or(limit).to_zoned(TimeZone::UTC))
    }

    /// The time that a text means: a duration (so long ago), a date, a time
    /// (RFC 3339; without an offset, of the clock's zone), or `now`, `today`,
    /// `yesterday`, optionally followed by `- DURATION`.
    ///
    /// ```
    /// use sanchay_core::filter::Clock;
    /// use sanchay_core::time::Timestamp;
    ///
    /// let now = Timestamp { seconds: 1_800_000_000, nanoseconds: 0 };
    /// let clock = Clock::utc(now);
    /// assert_eq!(clock.time("90s").unwrap().seconds, 1_799_999_910);
    /// assert_eq!(clock.time("1970-01-02").unwrap().seconds, 86_400);
    /// ```
    ///
    /// # Errors
    ///
    /// A message for the person who wrote it, safe to print on a terminal.
    pub fn time(&self, text: &str) -> Result<Timestamp, String> {
        let text = text.trim();
        let time = self.point(text).or_else(|| Self::ago(&self.now(), text));
        let time = time.ok_or_else(|| {
            let text = escaped(text.as_bytes()).to_string();
            format!(
                "'{text}' is not a time: expected a duration (7d, 1d12h), a \
                 date (2026-01-31), a time (2026-01-31T12:00:00Z) or today"
            )
        })?;
        Ok(time.timestamp().into())
    }

    /// Whether a text is a duration, which [`time`](Self::time) counts back
    /// from now.
    #[must_use]
    pub fn is_duration(&self, text: &str) -> bool {
        let text = text.trim();
        self.point(text).is_none() && Self::ago(&self.now(), text).is_some()
    }

    /// A time that is not given as a duration.
    fn point(&self, text: &str) -> Option<Zoned> {
        let (word, before) = match text.split_once(" - ") {
            Some((word, before)) => (word.trim_end(), Some(before.trim())),
            None => (text, None),
        };
        let time = match word {
            "now" => self.now(),
            "today" => self.now().start_of_day().ok()?,
            "yesterday" => {
                let day = self.now().checked_sub(1.day()).ok()?;
                day.start_of_day().ok()?
            }
            _ => self.written(word)?,
        };
        match before {
            Some(before) => Self::ago(&time, before),
            None => Some(time),
        }
    }

    /// A date, or a time of a day.
    fn written(&self, text: &str) -> Option<Zoned> {
        let now = self.now();
        let zone = now.time_zone();
        if let Ok(time) = text.parse::<jiff::Timestamp>() {
            return Some(time.to_zoned(zone.clone()));
        }
        // A span would be taken for a time of day by nobody; a date has no
        // letters but the one before the time.
        if let Ok(date) = text.parse::<Date>()
            && text.len() <= 10
        {
            return date.to_zoned(zone.clone()).ok();
        }
        let time: DateTime = text.parse().ok()?;
        time.to_zoned(zone.clone()).ok()
    }

    /// So long before a time.
    fn ago(time: &Zoned, text: &str) -> Option<Zoned> {
        let span: Span = text.parse().ok()?;
        (!span.is_negative()).then_some(())?;
        time.checked_sub(span).ok()
    }
}

#[cfg(test)]
mod tests {
    use jiff::Zoned;

    use super::Clock;
    use crate::time::Timestamp;

    fn clock() -> Clock {
        let now: Zoned = "2026-03-31T12:00:00+02:00[+02:00]".parse().unwrap();
        Clock::new(now)
    }

    fn seconds(text: &str) -> i64 {
        clock().time(text).unwrap().seconds
    }

    fn at(time: &str) -> i64 {
        time.parse::<jiff::Timestamp>().unwrap().as_second()
    }

    #[test]
    fn durations_are_counted_back_from_now() {
        let now = at("2026-03-31T10:00:00Z");
        for (text, back) in [
            ("90s", 90),
            ("15m", 900),
            ("12h", 43_200),
            ("7d", 604_800),
            ("2w", 1_209_600),
            ("1d12h", 129_600),
            ("0s", 0),
        ] {
            assert_eq!(seconds(text), now - back, "{text}");
        }
        // Months and years are those of the calendar.
        assert_eq!(seconds("1month"), at("2026-02-28T10:00:00Z"));
        assert_eq!(seconds("3months"), at("2025-12-31T10:00:00Z"));
        assert_eq!(seconds("1y"), at("2025-03-31T10:00:00Z"));
    }

    #[test]
    fn times_without_an_offset_are_those_of_the_zone() {
        assert_eq!(seconds("2026-01-31"), at("2026-01-30T22:00:00Z"));
        assert_eq!(seconds("2026-01-31T12:00:00"), at("2026-01-31T10:00:00Z"));
        assert_eq!(seconds("2026-01-31 12:00:00"), at("2026-01-31T10:00:00Z"));
        assert_eq!(
            seconds("2026-01-31T12:00:00Z"),
            at("2026-01-31T12:00:00Z")
        );
        assert_eq!(
            seconds("2026-01-31T12:00:00-01:00"),
            at("2026-01-31T13:00:00Z")
        );
    }

    #[test]
    fn words_stand_for_times() {
        assert_eq!(seconds("now"), at("2026-03-31T10:00:00Z"));
        assert_eq!(seconds("today"), at("2026-03-30T22:00:00Z"));
        assert_eq!(seconds("yesterday"), at("2026-03-29T22:00:00Z"));
        assert_eq!(seconds("now - 7d"), at("2026-03-24T10:00:00Z"));
        assert_eq!(seconds("today - 1h"), at("2026-03-30T21:00:00Z"));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "7",
            "d",
            "-7d",
            "7 days ago",
            "tomorrow",
            "2026-13-01",
            "2026-01-32",
            "now - ",
            "99999999999y",
            "1e9d",
            "\u{1b}[2J",
        ] {
            let why = clock().time(text).unwrap_err();
            assert!(why.contains("is not a time"), "{text}: {why}");
            assert!(!why.contains('\u{1b}'));
        }
    }

    #[test]
    fn a_clock_of_utc_takes_every_time() {
        for seconds in [i64::MIN, -1, 0, i64::MAX] {
            let clock = Clock::utc(Timestamp { seconds, nanoseconds: 5 });
            assert!(clock.time("0s").is_ok(), "{seconds}");
        }
    }
}
