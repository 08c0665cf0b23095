//! What became of one path, snapshot by snapshot.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};
use sanchay_core::record::Change;

use crate::{
    catalog::Catalog,
    error::CatalogError,
    folders::{all_of_path, split, trimmed},
    snapshot::{Snapshot, of_series},
    version::{COLUMNS, FileVersion, bytes_of},
};

/// What a snapshot was the first to show of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// The snapshot.
    pub snapshot: Snapshot,
    /// What became of the file.
    pub change: Change,
    /// What it was then; what it had been, where it was deleted.
    pub version: FileVersion,
}

/// A row of the file: from which snapshot to which it was so.
struct Row {
    series: i64,
    first: i64,
    last: i64,
    version: FileVersion,
}

impl Catalog {
    /// What became of a path, the oldest first. It is taken to be absolute,
    /// or from the current directory; links in the folders on the way are
    /// followed, as they are in the roots of snapshots.
    ///
    /// # Errors
    /// The catalog cannot be read.
    pub fn history(&self, path: &Path) -> Result<Vec<Event>, CatalogError> {
        let failed = |error| {
            CatalogError::sqlite(self.path(), "read the snapshots")(error)
        };
        let path = located(path);
        let Some((folder, name)) = split(trimmed(bytes_of(&path))) else {
            return Ok(Vec::new());
        };
        let snapshots = self.snapshots()?;
        let found = self.shared().read(|reader| {
            let rows = rows(reader, folder, name)?;
            events(reader, &rows)
        });
        let found = found.map_err(failed)?;
        let mut events: Vec<Event> = found
            .into_iter()
            .filter_map(|(number, change, version)| {
                let number = number.cast_unsigned();
                let mut all = snapshots.iter();
                let snapshot = all.find(|it| it.number == number)?.clone();
                Some(Event { snapshot, change, version })
            })
            .collect();
        events.sort_by_key(|event| event.snapshot.number);
        Ok(events)
    }
}

/// An absolute path whose folder has no links, where that can be told.
fn located(path: &Path) -> PathBuf {
    let whole = sanchay::storage::absolute(path);
    let whole = whole.unwrap_or_else(|_| path.to_owned());
    let folder = whole.parent().and_then(|it| it.canonicalize().ok());
    sanchay_names::with_slashes(match (folder, whole.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => whole,
    })
}

fn rows(
    reader: &Connection,
    folder: &[u8],
    name: &[u8],
) -> rusqlite::Result<Vec<Row>> {
    let ask = format!(
        "SELECT series, first, last, {COLUMNS} FROM versions \
         WHERE folder = ?1 AND name = ?2 ORDER BY series, first"
    );
    let mut statement = reader.prepare_cached(&ask)?;
    let mut all = Vec::new();
    for folder in all_of_path(reader, folder)? {
        let mut rows = statement.query(params![folder, name])?;
        while let Some(row) = rows.next()? {
            all.push(Row {
                series: row.get(0)?,
                first: row.get(1)?,
                last: row.get(2)?,
                version: FileVersion::read(row, 3)?,
            });
        }
    }
    all.sort_by_key(|row| (row.series, row.first));
    Ok(all)
}

/// What each snapshot was the first to show.
fn events(
    reader: &Connection,
    rows: &[Row],
) -> rusqlite::Result<Vec<(i64, Change, FileVersion)>> {
    let mut all = Vec::new();
    for of in rows.chunk_by(|a, b| a.series == b.series) {
        let Some(series) = of.first().map(|row| row.series) else { continue };
        let snapshots = of_series(reader, series)?;
        let mut before: Option<&FileVersion> = None;
        // Where the file was in the snapshot before.
        let mut rows = of.iter().peekable();
        let mut current: Option<&Row> = None;
        for snapshot in snapshots {
            if current.is_some_and(|row| row.last < snapshot) {
                current = None;
            }
            while current.is_none()
                && let Some(row) = rows.next_if(|row| row.first <= snapshot)
            {
                current = Some(row).filter(|row| row.last >= snapshot);
            }
            let now = current.map(|row| &row.version);
            let change = match (before, now) {
                (None, Some(_)) => Some(Change::New),
                (Some(_), None) => Some(Change::Deleted),
                (Some(before), Some(now)) => now.change_since(before),
                (None, None) => None,
            };
            if let (Some(change), Some(version)) = (change, now.or(before)) {
                all.push((snapshot, change, version.clone()));
            }
            before = now;
        }
    }
    Ok(all)
}
