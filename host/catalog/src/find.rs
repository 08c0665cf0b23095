//! Where a file is: by its size, and by what is in it.

use rusqlite::{Connection, params};
use sanchay::Content;

use crate::{
    catalog::Catalog,
    error::CatalogError,
    folders::{Paths, join},
    method,
    snapshot::STILL,
    version::{COLUMNS, FileVersion},
};

/// A file of the newest snapshot of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownFile {
    /// Its path, absolute.
    pub path: Vec<u8>,
    /// What it was.
    pub version: FileVersion,
}

impl Catalog {
    /// The regular files of that size in the newest snapshots, by path; so
    /// many at most.
    ///
    /// # Errors
    /// Why the catalog cannot be read.
    pub fn files_of_size(
        &self,
        size: u64,
        most: usize,
    ) -> Result<Vec<KnownFile>, CatalogError> {
        let read = |reader: &Connection| {
            let size = size.cast_signed();
            files(reader, "size = ?2", params![STILL, size], most)
        };
        self.found(read)
    }

    /// The regular files with that content in the newest snapshots that have
    /// digests, by path; so many at most.
    ///
    /// # Errors
    /// Why the catalog cannot be read.
    pub fn files_with(
        &self,
        content: &Content,
        most: usize,
    ) -> Result<Vec<KnownFile>, CatalogError> {
        let Content::Whole(algorithm, _) = content else {
            // Snapshots have digests of whole files.
            return Ok(Vec::new());
        };
        let of = sanchay::Method::Whole(*algorithm);
        let Some(digest) = method::bytes(of, content) else {
            return Ok(Vec::new());
        };
        let name = method::name(of);
        let read = |reader: &Connection| {
            let condition = "digest = ?2 AND method = ?3";
            files(reader, condition, params![STILL, digest, name], most)
        };
        self.found(read)
    }

    fn found(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<Vec<KnownFile>>,
    ) -> Result<Vec<KnownFile>, CatalogError> {
        self.shared().read(read).map_err(|error| {
            CatalogError::sqlite(self.path(), "look for files")(error)
        })
    }
}

fn files(
    reader: &Connection,
    condition: &str,
    parameters: &[&dyn rusqlite::ToSql],
    most: usize,
) -> rusqlite::Result<Vec<KnownFile>> {
    let ask = format!(
        "SELECT folder, name, {COLUMNS} FROM versions \
         WHERE last = ?1 AND kind = 0 AND {condition}"
    );
    let mut statement = reader.prepare(&ask)?;
    let mut rows = statement.query(parameters)?;
    let (mut all, mut paths) = (Vec::new(), Paths::default());
    while let Some(row) = rows.next()?
        && all.len() < most
    {
        let folder = paths.get(reader, row.get(0)?)?;
        let path = join(&folder, row.get_ref(1)?.as_blob()?);
        all.push(KnownFile { path, version: FileVersion::read(row, 2)? });
    }
    // One file may be in several series.
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all.dedup_by(|a, b| a.path == b.path);
    Ok(all)
}
