//! What a store takes up, and what it would without it.

use crate::{again::again, error::StoreError, live::Live, store::Store};

/// How often it is looked again where snapshots are removed meanwhile.
const TRIES: usize = 8;

/// What a store takes up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Snapshots.
    pub snapshots: u64,
    /// Files of all snapshots.
    pub files: u64,
    /// How many bytes these have.
    pub bytes: u64,
    /// Objects, each counted once.
    pub objects: u64,
    /// How many bytes these have, before they are compressed.
    pub object_bytes: u64,
    /// Objects that a snapshot references.
    pub referenced: u64,
    /// How many bytes these have, before they are compressed.
    pub referenced_bytes: u64,
    /// Packs.
    pub packs: u64,
    /// How many bytes they take.
    pub stored: u64,
    /// Packs that are to be deleted.
    pub condemned: u64,
    /// How many bytes those take.
    pub condemned_bytes: u64,
}

impl Store {
    /// What the store takes up.
    ///
    /// # Errors
    /// What cannot be read, or what the backend refused.
    pub fn stats(&self) -> Result<Stats, StoreError> {
        // A snapshot may be removed after it was listed, and what it had with
        // it.
        let (state, snapshots, live) = again(TRIES, || {
            let state = self.reload()?;
            let snapshots = self.all_snapshots()?;
            let live = Live::of(self, &snapshots)?;
            Ok((state, snapshots, live))
        })?;
        let mut stats = Stats {
            snapshots: snapshots.len() as u64,
            packs: state.packs.len() as u64,
            objects: state.map.len() as u64,
            referenced: live.len() as u64,
            ..Stats::default()
        };
        for snapshot in &snapshots {
            stats.files += snapshot.document.files;
            stats.bytes = stats.bytes.saturating_add(snapshot.document.bytes);
        }
        for (address, location) in &state.map {
            stats.object_bytes += u64::from(location.size);
            if live.has(address) {
                stats.referenced_bytes += u64::from(location.size);
            }
        }
        for pack in &state.packs {
            stats.stored += pack.length;
            if pack.condemned {
                stats.condemned += 1;
                stats.condemned_bytes += pack.length;
            }
        }
        Ok(stats)
    }
}
