//! Points in time as the standard library has them, where there is one.

use core::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::time::Timestamp;

/// A [`Timestamp`] that [`SystemTime`] cannot express.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange;

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the time is out of the system's range")
    }
}

impl core::error::Error for OutOfRange {}

impl TryFrom<Timestamp> for SystemTime {
    type Error = OutOfRange;

    fn try_from(time: Timestamp) -> Result<Self, OutOfRange> {
        let seconds = Duration::from_secs(time.seconds.unsigned_abs());
        let whole = match time.seconds {
            0.. => UNIX_EPOCH.checked_add(seconds),
            _ => UNIX_EPOCH.checked_sub(seconds),
        };
        let rest = Duration::from_nanos(time.nanoseconds.into());
        whole.and_then(|time| time.checked_add(rest)).ok_or(OutOfRange)
    }
}

impl From<SystemTime> for Timestamp {
    /// What 64 bits of seconds cannot express becomes the nearest that they
    /// can; no Unix has such times.
    fn from(time: SystemTime) -> Self {
        let seconds = |since: Duration| {
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
        };
        match time.duration_since(UNIX_EPOCH) {
            Ok(since) => Self {
                seconds: seconds(since),
                nanoseconds: since.subsec_nanos(),
            },
            Err(error) => {
                let before = error.duration();
                match before.subsec_nanos() {
                    0 => Self { seconds: -seconds(before), nanoseconds: 0 },
                    rest => Self {
                        seconds: -seconds(before) - 1,
                        nanoseconds: 1_000_000_000 - rest,
                    },
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;
    use std::time::SystemTime;

    #[test]
    fn a_time_survives_the_way_there_and_back() {
        for seconds in [i64::MIN + 1, -1, 0, 1, 1_800_000_000] {
            for nanoseconds in [0, 1, 999_999_999] {
                let time = Timestamp { seconds, nanoseconds };
                let system = SystemTime::try_from(time).unwrap();
                assert_eq!(Timestamp::from(system), time);
            }
        }
    }

    #[test]
    fn what_the_system_cannot_express_is_an_error() {
        let time = Timestamp { seconds: i64::MAX, nanoseconds: u32::MAX };
        assert!(SystemTime::try_from(time).is_err());
    }
}
