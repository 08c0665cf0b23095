//! Which snapshots a rule keeps.

use std::collections::HashMap;

use crate::snapshot::Snapshot;

/// The snapshots but for the newest so many of each series, and for those that
/// have names. Snapshots of the same roots on the same machine, by the same
/// filters, are a series. They are given the oldest first, as
/// [`Store::snapshots`](crate::Store::snapshots) has them, and told the newest
/// first.
pub fn beyond_newest(
    snapshots: &[Snapshot],
    keep: u64,
) -> impl Iterator<Item = &Snapshot> {
    let mut seen: HashMap<(&[Vec<u8>], &str, &str), u64> = HashMap::new();
    snapshots.iter().rev().filter(move |snapshot| {
        let of = &snapshot.document;
        let count = seen.entry((&of.roots, &of.host, &of.filter)).or_default();
        let counts = of.name.is_empty();
        *count += u64::from(counts);
        counts && *count > keep
    })
}
