//! Times as the catalog keeps them: nanoseconds since 1970 in one number.

use std::time::{SystemTime, UNIX_EPOCH};

use sanchay::Timestamp;

const NANOSECONDS: i64 = 1_000_000_000;

/// A time as a number; `None` for one before 1678 or after 2261.
pub(crate) fn number(time: Timestamp) -> Option<i64> {
    time.seconds
        .checked_mul(NANOSECONDS)?
        .checked_add(i64::from(time.nanoseconds))
}

/// The time of a number.
pub(crate) fn time(number: i64) -> Timestamp {
    let nanoseconds = number.rem_euclid(NANOSECONDS);
    Timestamp {
        seconds: number.div_euclid(NANOSECONDS),
        nanoseconds: u32::try_from(nanoseconds).unwrap_or(0),
    }
}

/// Now, in nanoseconds.
pub(crate) fn now() -> i64 {
    number(SystemTime::now().into()).unwrap_or(0)
}

/// Now, in seconds.
pub(crate) fn seconds() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.ok().and_then(|it| i64::try_from(it.as_secs()).ok()).unwrap_or(0)
}

/// Today, in days.
pub(crate) fn today() -> i64 {
    seconds() / 86_400
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_comes_back_as_it_was() {
        for (seconds, nanoseconds) in
            [(0, 0), (-1, 999_999_999), (1_700_000_000, 1), (9_000_000_000, 7)]
        {
            let given = Timestamp { seconds, nanoseconds };
            assert_eq!(time(number(given).unwrap()), given);
        }
        let far = Timestamp { seconds: i64::MAX, nanoseconds: 0 };
        assert_eq!(number(far), None);
    }
}
