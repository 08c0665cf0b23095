//! Classes of ages: how long ago files were modified.

use crate::time::Timestamp;

/// A day in seconds.
const DAY: i64 = 86_400;

/// A class of ages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgeClass {
    /// More than a day ahead of now.
    Future,
    /// Less than a day from now, in either direction.
    Day,
    /// Less than 7 days.
    Week,
    /// Less than 30 days.
    Month,
    /// Less than 365 days.
    Year,
    /// Less than 1826 days.
    FiveYears,
    /// Older than that.
    Older,
}

impl AgeClass {
    /// All classes, the youngest first.
    pub const ALL: [Self; 7] = [
        Self::Future,
        Self::Day,
        Self::Week,
        Self::Month,
        Self::Year,
        Self::FiveYears,
        Self::Older,
    ];

    /// Its name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Future => "future",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
            Self::FiveYears => "five-years",
            Self::Older => "older",
        }
    }

    /// Its name for people.
    #[must_use]
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Future => "in the future",
            Self::Day => "under a day",
            Self::Week => "under a week",
            Self::Month => "under 30 days",
            Self::Year => "under a year",
            Self::FiveYears => "under 5 years",
            Self::Older => "older",
        }
    }

    /// The class of a file that was modified at a time.
    #[must_use]
    pub const fn of(modified: Timestamp, now: Timestamp) -> Self {
        let age = now.seconds.saturating_sub(modified.seconds);
        match age {
            age if age <= -DAY => Self::Future,
            age if age < DAY => Self::Day,
            age if age < 7 * DAY => Self::Week,
            age if age < 30 * DAY => Self::Month,
            age if age < 365 * DAY => Self::Year,
            age if age < 1826 * DAY => Self::FiveYears,
            _ => Self::Older,
        }
    }

    /// Its place in [`Self::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

#[cfg(test)]
mod tests {
    use super::{AgeClass, DAY};
    use crate::time::Timestamp;

    #[test]
    fn ages_are_told_by_days() {
        let now = Timestamp { seconds: 1_800_000_000, nanoseconds: 5 };
        for (age, class) in [
            (-DAY, AgeClass::Future),
            (1 - DAY, AgeClass::Day),
            (0, AgeClass::Day),
            (DAY - 1, AgeClass::Day),
            (DAY, AgeClass::Week),
            (7 * DAY, AgeClass::Month),
            (30 * DAY, AgeClass::Year),
            (365 * DAY, AgeClass::FiveYears),
            (1826 * DAY, AgeClass::Older),
        ] {
            let seconds = now.seconds - age;
            let modified = Timestamp { seconds, nanoseconds: 0 };
            assert_eq!(AgeClass::of(modified, now), class, "{age}");
        }
        for seconds in [i64::MIN, i64::MAX] {
            let extreme = Timestamp { seconds, nanoseconds: 0 };
            let expected = match seconds {
                i64::MIN => AgeClass::Older,
                _ => AgeClass::Future,
            };
            assert_eq!(AgeClass::of(extreme, now), expected);
        }
    }

    #[test]
    fn every_class_is_in_its_place() {
        for (index, class) in AgeClass::ALL.into_iter().enumerate() {
            assert_eq!(class.index(), index);
        }
    }
}
