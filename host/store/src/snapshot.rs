//! The snapshots of a store: listed, found by what people call them, removed.

use sanchay::escaped;
use sanchay_core::store::{
    Key, SnapshotDocument, StampedName, parse_snapshot,
};

use crate::{error::StoreError, store::Store};

/// The longest snapshot without its rows, in bytes.
const MAX_SNAPSHOT: u64 = 256 << 20;

/// A snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Its file's name.
    pub stamp: StampedName,
    /// What it says.
    pub document: SnapshotDocument,
}

impl Snapshot {
    /// What it is called by for short: 16 hexadecimal digits.
    #[must_use]
    pub fn id(&self) -> &str {
        self.stamp.id()
    }

    pub(crate) fn key(&self) -> String {
        Key::Snapshot(self.stamp.clone()).to_string()
    }

    pub(crate) fn partial_key(&self) -> String {
        Key::Partial(self.stamp.clone()).to_string()
    }

    pub(crate) fn pending_key(&self) -> String {
        Key::Pending(self.stamp.clone()).to_string()
    }
}

/// Whether a name can be one of a snapshot: words that ask for one otherwise
/// cannot.
pub(crate) fn check_name(name: &str) -> Result<(), StoreError> {
    let why = if name.is_empty() {
        "it is empty"
    } else if name.len() > 255 {
        "it is longer than 255 bytes"
    } else if name.starts_with("latest") {
        "latest is the newest snapshot"
    } else if name.chars().any(char::is_control) {
        "it has control characters"
    } else {
        return Ok(());
    };
    let name = escaped(name.as_bytes()).to_string();
    Err(StoreError::BadName { name, why })
}

impl Store {
    /// The snapshots, the oldest first; and what is wrong with those that
    /// cannot be read.
    ///
    /// # Errors
    /// Why they cannot be listed.
    pub fn snapshots(
        &self,
    ) -> Result<(Vec<Snapshot>, Vec<StoreError>), StoreError> {
        let keys = self.backend().list("snapshots/")?;
        let mut stamps: Vec<StampedName> = keys
            .iter()
            .filter_map(|key| match Key::parse(key) {
                Some(Key::Snapshot(stamp)) => Some(stamp),
                _ => None,
            })
            .collect();
        stamps.sort();
        let (mut snapshots, mut errors) = (Vec::new(), Vec::new());
        for stamp in stamps {
            let key = Key::Snapshot(stamp.clone()).to_string();
            match self.read_snapshot(stamp, &key) {
                Ok(snapshot) => snapshots.push(snapshot),
                // It was removed after it had been listed.
                Err(error) if error.is_missing() => {}
                Err(error) => errors.push(error),
            }
        }
        Ok((snapshots, errors))
    }

    /// All snapshots; one that cannot be read is an error.
    pub(crate) fn all_snapshots(&self) -> Result<Vec<Snapshot>, StoreError> {
        let (snapshots, errors) = self.snapshots()?;
        match errors.into_iter().next() {
            Some(error) => Err(error),
            None => Ok(snapshots),
        }
    }

    fn read_snapshot(
        &self,
        stamp: StampedName,
        key: &str,
    ) -> Result<Snapshot, StoreError> {
        let text = self.backend().get(key, MAX_SNAPSHOT)?;
        let document =
            parse_snapshot(&text).map_err(StoreError::damaged(key))?;
        Ok(Snapshot { stamp, document })
    }

    /// The snapshots that are not complete yet, as far as they can be read.
    pub(crate) fn pending(&self) -> Result<Vec<Snapshot>, StoreError> {
        self.unfinished("pending/")
    }

    /// What puts that were ended early have stored, as far as it can be read;
    /// the oldest first.
    pub(crate) fn partial(&self) -> Result<Vec<Snapshot>, StoreError> {
        self.unfinished("partial/")
    }

    fn unfinished(&self, folder: &str) -> Result<Vec<Snapshot>, StoreError> {
        let mut pending = Vec::new();
        let mut keys = self.backend().list(folder)?;
        keys.sort();
        for key in keys {
            let Some(Key::Pending(stamp) | Key::Partial(stamp)) =
                Key::parse(&key)
            else {
                continue;
            };
            match self.read_snapshot(stamp, &key) {
                Ok(snapshot) => pending.push(snapshot),
                Err(StoreError::Damaged { .. }) => {}
                Err(error) if error.is_missing() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(pending)
    }

    /// The snapshot that a person calls so: `latest`, `latest~2`, the newest
    /// of a name, or the first digits of one.
    ///
    /// # Errors
    /// [`StoreError::NoSnapshot`], [`StoreError::Ambiguous`], and why they
    /// cannot be read: one that is newer than what is found by its age may be
    /// what is meant.
    pub fn find(&self, wanted: &str) -> Result<Snapshot, StoreError> {
        let (snapshots, errors) = self.snapshots()?;
        let shown = || escaped(wanted.as_bytes()).to_string();
        let nothing = || StoreError::NoSnapshot { wanted: shown() };
        if let Some(back) = wanted.strip_prefix("latest") {
            let back = match back.strip_prefix('~') {
                Some(number) => number.parse().map_err(|_| nothing())?,
                None if back.is_empty() => 0,
                None => return Err(nothing()),
            };
            let found = snapshots.into_iter().nth_back(back);
            check_newer(errors, found.as_ref())?;
            return found.ok_or_else(nothing);
        }
        if wanted.is_empty() {
            return Err(nothing());
        }
        let mut named = snapshots.iter().rev();
        if let Some(found) = named.find(|it| it.document.name == wanted) {
            check_newer(errors, Some(found))?;
            return Ok(found.clone());
        }
        let is_it = |it: &&Snapshot| {
            it.id().starts_with(wanted) || it.stamp.as_str() == wanted
        };
        let mut found = snapshots.iter().filter(is_it);
        match (found.next(), found.next()) {
            (Some(found), None) => Ok(found.clone()),
            (None, _) => Err(nothing()),
            (Some(_), Some(_)) => {
                Err(StoreError::Ambiguous { wanted: shown() })
            }
        }
    }

    /// Removes a snapshot. What only it has takes up room until
    /// [`Store::gc`].
    ///
    /// # Errors
    /// What the backend refused.
    pub fn remove(&self, snapshot: &Snapshot) -> Result<(), StoreError> {
        self.backend().delete(&snapshot.key())?;
        self.backend().flush()?;
        Ok(())
    }
}

/// Refuses to take a snapshot for the newest where one that is not older cannot
/// be read.
fn check_newer(
    errors: Vec<StoreError>,
    found: Option<&Snapshot>,
) -> Result<(), StoreError> {
    let is_newer = |error: &StoreError| {
        let StoreError::Damaged { key, .. } = error else { return true };
        match (Key::parse(key), found) {
            (Some(Key::Snapshot(stamp)), Some(found)) => stamp >= found.stamp,
            _ => true,
        }
    };
    match errors.into_iter().find(is_newer) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}
