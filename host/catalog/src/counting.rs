//! The files of a snapshot in the order of their paths, for who counts them.
//! Of each folder on the way, the entries are in memory, and no more.

use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension as _, params};
use sanchay::escaped_path;
use sanchay_core::order;

use crate::{
    catalog::Catalog,
    error::CatalogError,
    snapshot::{Snapshot, absolute},
    version::bytes_of,
};

/// What a folder without a folder above it has as the number of that.
const NONE: i64 = 0;

/// The kind of regular files.
const FILE: i64 = 0;

/// An entry of a folder: its name; the number of a folder, or the size of a
/// file.
#[derive(Debug)]
enum Entry {
    Folder(Vec<u8>, i64),
    File(Vec<u8>, u64),
}

impl Entry {
    fn place(&self) -> (&[u8], bool) {
        match self {
            Self::Folder(name, _) => (name, true),
            Self::File(name, _) => (name, false),
        }
    }
}

impl Catalog {
    /// Calls back with each regular file that the newest snapshot of these
    /// roots has, whatever others it has: the index of its root, its path
    /// below that, and its size; in the order of the roots, and of the bytes
    /// of the paths.
    ///
    /// # Errors
    /// [`CatalogError::NoSnapshot`] if no snapshot has all of the roots; or
    /// the catalog cannot be read.
    pub fn count_files(
        &self,
        roots: &[PathBuf],
        mut each: impl FnMut((usize, &[u8], u64)),
    ) -> Result<(), CatalogError> {
        // One by one: their order counts.
        let places: Vec<PathBuf> = roots
            .iter()
            .flat_map(|root| absolute(std::slice::from_ref(root)))
            .collect();
        let all = self.snapshots()?;
        let has = |it: &&Snapshot| {
            places.iter().all(|place| it.roots.contains(place))
        };
        let found = all.iter().rev().find(has);
        let snapshot = found.ok_or_else(|| {
            let roots = places.iter().map(|it| escaped_path(it));
            let roots: Vec<_> = roots.collect();
            let wanted = format!("of {}", roots.join(", "));
            CatalogError::NoSnapshot { wanted }
        })?;
        let read = |reader: &Connection| {
            let listing = Listing { reader, snapshot };
            for (index, place) in places.iter().enumerate() {
                listing.root(bytes_of(place), &mut |path, size| {
                    each((index, path, size));
                })?;
            }
            Ok(())
        };
        self.shared().read(read).map_err(|error| {
            CatalogError::sqlite(self.path(), "count files")(error)
        })
    }
}

/// Lists what a snapshot has.
struct Listing<'c> {
    reader: &'c Connection,
    snapshot: &'c Snapshot,
}

impl Listing<'_> {
    fn root(
        &self,
        root: &[u8],
        each: &mut dyn FnMut(&[u8], u64),
    ) -> rusqlite::Result<()> {
        let ask = "SELECT id FROM folders WHERE parent = ?1 AND name = ?2";
        let mut statement = self.reader.prepare_cached(ask)?;
        let number = statement
            .query_row(params![NONE, root], |row| row.get(0))
            .optional()?;
        let Some(number) = number else { return Ok(()) };
        // Folders on the way: what is left of each, in reverse, and how much
        // of the path precedes it.
        let mut path = Vec::new();
        let mut way = vec![(self.entries(number)?, 0)];
        while let Some((entries, length)) = way.last_mut() {
            path.truncate(*length);
            match entries.pop() {
                None => {
                    way.pop();
                }
                Some(Entry::File(name, size)) => {
                    path.extend_from_slice(&name);
                    each(&path, size);
                }
                Some(Entry::Folder(name, number)) => {
                    path.extend_from_slice(&name);
                    path.push(b'/');
                    let below = (self.entries(number)?, path.len());
                    way.push(below);
                }
            }
        }
        Ok(())
    }

    /// What is in a folder, the last first.
    fn entries(&self, folder: i64) -> rusqlite::Result<Vec<Entry>> {
        let base = self.snapshot.base();
        let ask = "SELECT name, size FROM versions WHERE folder = ?1 \
                   AND series = ?2 AND first <= ?3 AND last >= ?3 \
                   AND kind = ?4";
        let mut statement = self.reader.prepare_cached(ask)?;
        let of = params![folder, base.series, base.snapshot, FILE];
        let files = statement.query_map(of, |row| {
            let size: i64 = row.get(1)?;
            Ok(Entry::File(row.get(0)?, size.cast_unsigned()))
        })?;
        let mut all = files.collect::<rusqlite::Result<Vec<_>>>()?;
        let ask = "SELECT name, id FROM folders WHERE parent = ?1";
        let mut statement = self.reader.prepare_cached(ask)?;
        let folders = statement.query_map([folder], |row| {
            Ok(Entry::Folder(row.get(0)?, row.get(1)?))
        })?;
        for folder in folders {
            all.push(folder?);
        }
        all.sort_unstable_by(|a, b| order::by_path(b.place(), a.place()));
        Ok(all)
    }
}
