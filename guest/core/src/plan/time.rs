//! Times in plans: RFC 3339 in UTC with nine digits of a second, and seconds
//! since 1970 for those that have no such form.

use crate::time::Timestamp;

/// A time as [`Timestamp`] displays it.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    if let Some(number) = text.strip_suffix('s') {
        let (seconds, nanoseconds) = number.rsplit_once('.')?;
        if nanoseconds.len() != 9 || !is_digits(nanoseconds) {
            return None;
        }
        let seconds = seconds.parse().ok()?;
        let nanoseconds = nanoseconds.parse().ok()?;
        return Some(Timestamp { seconds, nanoseconds });
    }
    let bytes = text.as_bytes();
    let layout = b"0000-00-00T00:00:00.000000000Z";
    let fits = bytes.len() == layout.len()
        && bytes.iter().zip(layout).all(|(byte, wanted)| match wanted {
            b'0' => byte.is_ascii_digit(),
            other => byte == other,
        });
    if !fits {
        return None;
    }
    let time: jiff::Timestamp = text.parse().ok()?;
    Some(time.into())
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}
