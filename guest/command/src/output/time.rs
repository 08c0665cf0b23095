//! Times in RFC 3339: UTC, nine digits of a second.

use alloc::string::String;
use core::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::Offset;
use wasi::clocks::wall_clock::Datetime;

/// Appends a time; tells whether there is one, and RFC 3339 can tell it, which
/// it cannot before the year 0 and after the year 9999.
///
/// WASI has no times before 1970. Some hosts leave them out; others hand them
/// out negative, in the bits of the number without a sign.
pub(super) fn push(time: Option<Datetime>, out: &mut String) -> bool {
    let timestamp = time.and_then(|time| {
        let seconds = time.seconds.cast_signed();
        let nanoseconds = time.nanoseconds.cast_signed();
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
