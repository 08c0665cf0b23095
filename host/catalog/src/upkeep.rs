//! What is in a catalog, and how it gets smaller; questions in SQL.

use std::{fs, path::Path};

use rusqlite::{Connection, TransactionBehavior, params, types::ValueRef};
use sanchay::{Content, Method, Timestamp};

use crate::{
    catalog::Catalog,
    digests::{self, Table},
    error::CatalogError,
    file, method, stamp,
    volume::Volume,
};

/// What is in a catalog.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// How many digests.
    pub digests: u64,
    /// How many snapshots.
    pub snapshots: u64,
    /// How many versions of files these have together.
    pub versions: u64,
    /// How many bytes it takes on disk.
    pub bytes: u64,
}

/// What goes from a catalog.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PruneOptions {
    /// How many snapshots of each series stay at least: the newest.
    pub keep: Option<u64>,
    /// Snapshots that were taken before go, but for the newest of each series.
    pub taken_before: Option<Timestamp>,
    /// Digests that nobody asked for since go; that is told to the week.
    pub unused_since: Option<Timestamp>,
}

/// What went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pruned {
    /// How many snapshots.
    pub snapshots: u64,
    /// How many versions of files, which were in no other.
    pub versions: u64,
    /// How many digests.
    pub digests: u64,
}

/// A digest that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownDigest {
    /// The device that the file was on.
    pub device: u64,
    /// Its inode there.
    pub inode: u64,
    /// Its size in bytes.
    pub size: u64,
    /// When it was modified.
    pub modified: Timestamp,
    /// When it was changed.
    pub changed: Timestamp,
    /// How the digest was made.
    pub method: Method,
    /// What is in the file.
    pub content: Content,
    /// When it was last read.
    pub verified: Timestamp,
}

/// A value that a question was answered with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SqlValue<'a> {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A number in floating point.
    Real(f64),
    /// Text; bytes that should be UTF-8.
    Text(&'a [u8]),
    /// Bytes.
    Blob(&'a [u8]),
}

impl Catalog {
    /// What is in it.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn status(&self) -> Result<Status, CatalogError> {
        let count = |reader: &Connection, of: &str| {
            let ask = format!("SELECT count(*) FROM {of}");
            let count = reader.query_row(&ask, [], |row| row.get(0));
            count.map(i64::cast_unsigned)
        };
        let status = self.shared().read(|reader| {
            Ok(Status {
                digests: count(reader, "digests")?,
                snapshots: count(reader, "snapshots WHERE ended IS NOT NULL")?,
                versions: count(reader, "versions")?,
                bytes: 0,
            })
        });
        let status = status.map_err(|error| {
            CatalogError::sqlite(self.path(), "read it")(error)
        })?;
        let files = file::all(self.path()).into_iter();
        let sizes = files.filter_map(|it| Some(fs::metadata(it).ok()?.len()));
        Ok(Status { bytes: sizes.sum(), ..status })
    }

    /// Drops what is not wanted any more, and gives its room back.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn prune(
        &self,
        options: &PruneOptions,
    ) -> Result<Pruned, CatalogError> {
        self.flush();
        let failed =
            |error| CatalogError::sqlite(self.path(), "prune it")(error);
        let mut connection = self.shared().connect().map_err(failed)?;
        let pruned = prune(&mut connection, options).map_err(failed)?;
        let room = "VACUUM; PRAGMA wal_checkpoint(TRUNCATE)";
        if pruned != Pruned::default()
            && let Err(error) = connection.execute_batch(room)
        {
            // Another process has it open: the room is used again later.
            tracing::info!(%error, "the catalog stays as large as it was");
        }
        Ok(pruned)
    }

    /// Goes through all known digests.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn known_digests(
        &self,
        mut visit: impl FnMut(KnownDigest),
    ) -> Result<(), CatalogError> {
        let read = |reader: &Connection| {
            for (table, numbers) in tables(reader)? {
                // As numbers with a sign, these are in two runs.
                let middle = i64::MAX.cast_unsigned();
                for range in [(0, middle), (middle + 1, u64::MAX)] {
                    digests::read(reader, &table, numbers, range, |row| {
                        let content = digests::content(&table, row.digest);
                        let Some(content) = content else { return };
                        visit(KnownDigest {
                            device: table.volume.device,
                            inode: row.known.inode,
                            size: row.known.size,
                            modified: stamp::time(row.known.modified),
                            changed: stamp::time(row.known.changed),
                            method: table.method,
                            content,
                            verified: Timestamp {
                                seconds: row.verified,
                                nanoseconds: 0,
                            },
                        });
                    })?;
                }
            }
            Ok(())
        };
        self.shared().read(read).map_err(|error| {
            CatalogError::sqlite(self.path(), "read it")(error)
        })
    }
}

/// All tables of digests.
fn tables(
    reader: &Connection,
) -> rusqlite::Result<Vec<(Table, digests::Numbers)>> {
    let ask = "SELECT v.kind, v.fsid, v.device, m.name, v.id, m.id \
               FROM volumes v, methods m ORDER BY v.id, m.id";
    let mut statement = reader.prepare(ask)?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let number = |at| row.get::<_, i64>(at);
        let name: String = row.get(3)?;
        let Some(method) = method::named(&name) else { continue };
        let file_system = sanchay::FileSystemId {
            kind: u32::try_from(number(0)?).unwrap_or(0),
            id: number(1)?.cast_unsigned(),
        };
        let device = number(2)?.cast_unsigned();
        let table = Table { volume: Volume { file_system, device }, method };
        let (volume, method) = (number(4)?, number(5)?);
        all.push((table, table.numbers(volume, method)));
    }
    Ok(all)
}

fn prune(
    connection: &mut Connection,
    options: &PruneOptions,
) -> rusqlite::Result<Pruned> {
    let act = TransactionBehavior::Immediate;
    let transaction = connection.transaction_with_behavior(act)?;
    let mut pruned = Pruned::default();
    let newer = "(SELECT count(*) FROM snapshots n WHERE n.series = s.series \
                 AND n.id > s.id AND n.ended IS NOT NULL)";
    if let Some(keep) = options.keep {
        let drop = format!(
            "DELETE FROM snapshots WHERE id IN (SELECT id FROM snapshots s \
             WHERE s.ended IS NOT NULL AND {newer} >= ?1)"
        );
        let keep = i64::try_from(keep.max(1)).unwrap_or(i64::MAX);
        pruned.snapshots += transaction.execute(&drop, [keep])? as u64;
    }
    if let Some(time) = options.taken_before.and_then(stamp::number) {
        let drop = format!(
            "DELETE FROM snapshots WHERE id IN (SELECT id FROM snapshots s \
             WHERE s.ended IS NOT NULL AND s.began < ?1 AND {newer} > 0)"
        );
        pruned.snapshots += transaction.execute(&drop, [time])? as u64;
    }
    // What snapshots that are under way have written stays: those that count
    // and those that do not are all in the table.
    if pruned.snapshots > 0 {
        pruned.versions = transaction.execute(
            "DELETE FROM versions WHERE NOT EXISTS (SELECT 1 FROM snapshots s \
             WHERE s.series = versions.series \
             AND s.id BETWEEN versions.first AND versions.last)",
            [],
        )? as u64;
        transaction.execute_batch(
            "DELETE FROM series WHERE id NOT IN \
             (SELECT series FROM snapshots)",
        )?;
        drop_folders(&transaction)?;
    }
    if let Some(time) = options.unused_since {
        let last = time.seconds.div_euclid(86_400);
        pruned.digests = transaction
            .execute("DELETE FROM digests WHERE used < ?1", params![last])?
            as u64;
    }
    transaction.commit()?;
    Ok(pruned)
}

/// Drops folders that nothing is in: from the deepest up.
fn drop_folders(connection: &Connection) -> rusqlite::Result<()> {
    let drop = "DELETE FROM folders WHERE id NOT IN \
                (SELECT folder FROM versions) \
                AND id NOT IN (SELECT parent FROM folders)";
    while connection.execute(drop, [])? > 0 {}
    Ok(())
}

/// Answers a question in SQL about a catalog, which is only read: `header` gets
/// the names of the columns, and `visit` each row.
///
/// # Errors
/// It cannot be opened, the question is none, or would write; what `header`
/// and `visit` return.
pub fn query<E: From<CatalogError>>(
    path: &Path,
    sql: &str,
    header: impl FnOnce(&[&str]) -> Result<(), E>,
    mut visit: impl FnMut(&[SqlValue<'_>]) -> Result<(), E>,
) -> Result<(), E> {
    let failed = |error| E::from(CatalogError::sqlite(path, "answer")(error));
    let reader = file::open_to_read(path)?;
    reader.pragma_update(None, "query_only", true).map_err(failed)?;
    let mut statement = reader.prepare(sql).map_err(failed)?;
    if !statement.readonly() {
        let read_only = "it would change the catalog: only questions are \
                         answered";
        return Err(failed(rusqlite::Error::SqliteFailure(
            rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_READONLY),
            Some(read_only.to_owned()),
        )));
    }
    let columns = statement.column_count();
    header(&statement.column_names())?;
    let mut rows = statement.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        let mut values = Vec::with_capacity(columns);
        for column in 0..columns {
            let value = row.get_ref(column).map_err(failed)?;
            values.push(match value {
                ValueRef::Null => SqlValue::Null,
                ValueRef::Integer(number) => SqlValue::Integer(number),
                ValueRef::Real(number) => SqlValue::Real(number),
                ValueRef::Text(text) => SqlValue::Text(text),
                ValueRef::Blob(bytes) => SqlValue::Blob(bytes),
            });
        }
        visit(&values)?;
    }
    Ok(())
}
