//! Tries again what others got in the way of: an index that was merged, a
//! snapshot that was removed, a pack that was collected between being listed
//! and being read.

use std::{thread, time::Duration};

use crate::error::StoreError;

/// The first pause, and the longest.
const FIRST: Duration = Duration::from_millis(1);
const LONGEST: Duration = Duration::from_millis(200);

/// Does something that is done again, after growing pauses, as long as
/// something is missing: so often at most.
pub(crate) fn again<T>(
    tries: usize,
    mut attempt: impl FnMut() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut pause = FIRST;
    for _ in 1..tries {
        match attempt() {
            Err(error) if error.is_missing() => {
                tracing::debug!(%error, "trying again");
                thread::sleep(pause);
                pause = pause.saturating_mul(2).min(LONGEST);
            }
            done => return done,
        }
    }
    attempt()
}
