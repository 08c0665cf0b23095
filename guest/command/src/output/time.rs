//! Times in RFC 3339: UTC, nine digits of a second.

use alloc::string::String;
use core::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::Offset;
use wasi::clocks::wall_clock::Datetime;

/// Appends a time; tells whether RFC 3339 has one for it, which it has not
/// before the year 0 and after the year 9999.
pub(super) fn push(time: Option<Datetime>, out: &mut String) -> bool {
    let timestamp = time.and_then(|time| {
        let seconds = i64::try_from(time.seconds).ok()?;
        let nanoseconds = i32::try_from(time.nanoseconds).ok()?;
        let timestamp = Timestamp::new(seconds, nanoseconds).ok()?;
        let year = Offset::UTC.to_datetime(timestamp).year();
        (0..=9999).contains(&year).then_some(timestamp)
    });
    match timestamp {
        // Writing to a string does not fail.
        Some(timestamp) => write!(out, "{timestamp:.9}").is_ok(),
        None => false,
    }
}
