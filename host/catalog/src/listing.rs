//! The files of a snapshot by numbers, so that whoever shows a page of them
//! reads that page, wherever it is.

use rusqlite::Connection;

use crate::{
    catalog::Catalog,
    error::CatalogError,
    find::KnownFile,
    folders::{Paths, join},
    observe::Base,
    snapshot::Snapshot,
    version::{COLUMNS, FileVersion},
};

impl Catalog {
    /// The numbers by which the files of a snapshot are read, ascending. They
    /// stay the same as long as the snapshot is kept; eight bytes each.
    ///
    /// # Errors
    /// Why the catalog cannot be read.
    pub fn numbers_of(
        &self,
        snapshot: &Snapshot,
    ) -> Result<Vec<u64>, CatalogError> {
        let Base { series, snapshot } = snapshot.base();
        let ask = "SELECT id FROM versions \
                   WHERE series = ?1 AND first <= ?2 AND last >= ?2";
        let read = |reader: &Connection| {
            let mut statement = reader.prepare_cached(ask)?;
            let rows = statement.query_map([series, snapshot], |row| {
                row.get(0).map(i64::cast_unsigned)
            })?;
            let mut all: Vec<u64> = rows.collect::<Result<_, _>>()?;
            all.sort_unstable();
            Ok(all)
        };
        self.shared().read(read).map_err(|error| {
            CatalogError::sqlite(self.path(), "read a snapshot")(error)
        })
    }

    /// The files of these [numbers](Self::numbers_of), in their order; `None`
    /// for one that is not kept any more.
    ///
    /// # Errors
    /// Why the catalog cannot be read.
    pub fn numbered(
        &self,
        numbers: &[u64],
    ) -> Result<Vec<Option<KnownFile>>, CatalogError> {
        let ask = format!(
            "SELECT folder, name, {COLUMNS} FROM versions WHERE id = ?1"
        );
        let read = |reader: &Connection| {
            let mut statement = reader.prepare_cached(&ask)?;
            let mut paths = Paths::default();
            let mut all = Vec::with_capacity(numbers.len());
            for number in numbers {
                let mut rows = statement.query([number.cast_signed()])?;
                let Some(row) = rows.next()? else {
                    all.push(None);
                    continue;
                };
                let folder = paths.get(reader, row.get(0)?)?;
                let path = join(&folder, row.get_ref(1)?.as_blob()?);
                let version = FileVersion::read(row, 2)?;
                all.push(Some(KnownFile { path, version }));
            }
            Ok(all)
        };
        self.shared().read(read).map_err(|error| {
            CatalogError::sqlite(self.path(), "read files of a snapshot")(
                error,
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, ops::ControlFlow};

    use sanchay::Engine;

    use super::*;
    use crate::{catalog::CatalogOptions, snapshot::SnapshotOptions};

    #[test]
    fn the_files_of_a_snapshot_stay_those_of_its_time() {
        let tree = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(tree.path()).unwrap().join("d");
        fs::create_dir_all(root.join("sub")).unwrap();
        for name in ["a", "sub/b", "sub/c"] {
            fs::write(root.join(name), name).unwrap();
        }
        let path = tree.path().join("catalog.db");
        let options = CatalogOptions::default();
        let catalog = Catalog::open(&path, options).unwrap();
        let engine = Engine::builder().threads(1).build().unwrap();
        let take = || {
            let options = SnapshotOptions::default();
            let go_on = |_| ControlFlow::Continue(());
            let roots = [root.clone()];
            let taken = catalog.snapshot(&engine, &roots, &options, go_on);
            taken.unwrap().snapshot
        };
        let first = take();
        fs::remove_file(root.join("sub/b")).unwrap();
        fs::write(root.join("a"), "longer").unwrap();
        let second = take();
        let files = |snapshot: &Snapshot| {
            let numbers = catalog.numbers_of(snapshot).unwrap();
            let files = catalog.numbered(&numbers).unwrap();
            let mut files: Vec<(String, u64)> = files
                .into_iter()
                .map(|file| {
                    let file = file.unwrap();
                    let path = String::from_utf8(file.path).unwrap();
                    let below = path.strip_prefix(root.to_str().unwrap());
                    (below.unwrap().to_owned(), file.version.size)
                })
                .collect();
            files.sort();
            files
        };
        let of = |all: &[(&str, u64)]| -> Vec<(String, u64)> {
            all.iter()
                .map(|(name, size)| ((*name).to_owned(), *size))
                .collect()
        };
        assert_eq!(
            files(&first),
            of(&[("/a", 1), ("/sub/b", 5), ("/sub/c", 5)])
        );
        assert_eq!(files(&second), of(&[("/a", 6), ("/sub/c", 5)]));
        let none = catalog.numbered(&[u64::from(u32::MAX)]).unwrap();
        assert_eq!(none, [None]);
    }
}
