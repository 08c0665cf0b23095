//! Moments as the database and the wire have them.

use std::time::{SystemTime, UNIX_EPOCH};

use sanchay_core::time::{TimeFormatter, Timestamp};

/// Now, in milliseconds since 1970.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let milliseconds = since.map_or(0, |it| it.as_millis());
    i64::try_from(milliseconds).unwrap_or(i64::MAX)
}

/// A moment in RFC 3339, to the millisecond.
pub(crate) fn text(milliseconds: i64) -> String {
    timestamp_text(Timestamp {
        seconds: milliseconds.div_euclid(1000),
        nanoseconds: u32::try_from(milliseconds.rem_euclid(1000))
            .unwrap_or(0)
            .saturating_mul(1_000_000),
    })
}

/// A time of a file in RFC 3339; nothing for one before the year 0, or after
/// 9999.
pub(crate) fn timestamp_text(time: Timestamp) -> String {
    let mut formatter = TimeFormatter::default();
    let text = formatter.format(time).map(|it| it.to_vec());
    String::from_utf8(text.unwrap_or_default()).unwrap_or_default()
}
