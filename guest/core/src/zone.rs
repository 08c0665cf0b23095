//! Time zones as tables of offsets, to carry one where there are no rules: a
//! component knows no time zones but those that it is told.

use alloc::vec::Vec;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

/// From when a zone is known by its table: 1900-01-01. What is earlier has
/// the offset of that day.
const FROM: i64 = -2_208_988_800;

/// Until when: 2200-01-01.
const UNTIL: i64 = 7_258_118_400;

/// A time zone.
#[derive(Clone, Debug)]
pub enum Zone {
    /// By its rules.
    Rules(TimeZone),
    /// By a table.
    Offsets(Offsets),
}

/// From a moment on, an offset is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffsetChange {
    /// The moment, in seconds since 1970.
    pub since: i64,
    /// The offset, in seconds east of UTC.
    pub offset: i32,
}

/// A time zone's offsets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offsets(Vec<OffsetChange>);

impl Offsets {
    /// A zone by these changes, in any order. Before the first, its offset is
    /// in force as well; without any, the zone is UTC.
    #[must_use]
    pub fn new(mut changes: Vec<OffsetChange>) -> Self {
        changes.sort_by_key(|change| change.since);
        Self(changes)
    }

    /// The table of a zone, for the years 1900 to 2199.
    #[must_use]
    pub fn of(zone: &TimeZone) -> Self {
        let Ok(from) = Timestamp::from_second(FROM) else {
            return Self(Vec::new());
        };
        let change = |time: Timestamp, offset: Offset| OffsetChange {
            since: time.as_second(),
            offset: offset.seconds(),
        };
        let mut changes = alloc::vec![change(from, zone.to_offset(from))];
        for next in zone.following(from) {
            if next.timestamp().as_second() >= UNTIL {
                break;
            }
            changes.push(change(next.timestamp(), next.offset()));
        }
        Self(changes)
    }

    /// The changes, in their order.
    #[must_use]
    pub fn changes(&self) -> &[OffsetChange] {
        &self.0
    }

    fn at(&self, time: Timestamp) -> Offset {
        let second = time.as_second();
        let after = self.0.partition_point(|it| it.since <= second);
        let change = self.0.get(after.saturating_sub(1));
        let offset =
            change.and_then(|it| Offset::from_seconds(it.offset).ok());
        offset.unwrap_or(Offset::UTC)
    }
}

impl Zone {
    /// The zone as it is at a moment.
    pub(crate) fn at(&self, time: Timestamp) -> TimeZone {
        match self {
            Self::Rules(rules) => rules.clone(),
            Self::Offsets(offsets) => TimeZone::fixed(offsets.at(time)),
        }
    }
}

impl From<TimeZone> for Zone {
    fn from(rules: TimeZone) -> Self {
        Self::Rules(rules)
    }
}

impl From<Offsets> for Zone {
    fn from(offsets: Offsets) -> Self {
        Self::Offsets(offsets)
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::{OffsetChange, Offsets};

    /// Central Europe's rules since 1996.
    fn berlin() -> TimeZone {
        TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()
    }

    #[test]
    fn a_table_without_changes_is_utc_and_changes_need_no_order() {
        let time = Timestamp::from_second(5).unwrap();
        assert_eq!(Offsets::new(Vec::new()).at(time).seconds(), 0);
        let change = |since, offset| OffsetChange { since, offset };
        let table = Offsets::new(vec![change(9, 60), change(0, 30)]);
        assert_eq!(table.at(time).seconds(), 30);
        let before = Timestamp::from_second(-5).unwrap();
        assert_eq!(table.at(before).seconds(), 30);
    }

    proptest! {
        #[test]
        fn a_table_has_the_offsets_of_the_rules(
            second in 0_i64..7_258_118_400,
        ) {
            let (zone, time) =
                (berlin(), Timestamp::from_second(second).unwrap());
            let table = Offsets::of(&zone);
            prop_assert_eq!(table.at(time), zone.to_offset(time));
        }
    }
}
