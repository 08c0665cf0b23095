//! What is in a catalog, and how it gets smaller; questions in SQL.

use std::{fs, path::Path};

use rusqlite::{
    Connection, TransactionBehavior, limits::Limit, params, types::ValueRef,
};
use sanchay::{Content, Method, Timestamp};

use crate::{
    catalog::Catalog,
    digests::{self, Table},
    error::CatalogError,
    file, method,
    snapshot::STILL,
    stamp,
    volume::Volume,
};

/// How long a value is at most that a question is answered with, in bytes.
const LONGEST_VALUE: i32 = 64 << 20;

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

/// What goes from a catalog. Snapshots that have a name go only where that is
/// said of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PruneOptions {
    /// How many snapshots without a name stay at least of each series: the
    /// newest.
    pub keep: Option<u64>,
    /// Snapshots without a name that were taken before go, but for the newest
    /// of each series.
    pub taken_before: Option<Timestamp>,
    /// The numbers of snapshots that go in any case.
    pub drop: Vec<u64>,
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
    for number in &options.drop {
        let drop = "DELETE FROM snapshots WHERE id = ?1 AND ended IS NOT NULL";
        let number = number.cast_signed();
        pruned.snapshots += transaction.execute(drop, [number])? as u64;
    }
    let newer = "(SELECT count(*) FROM snapshots n WHERE n.series = s.series \
                 AND n.id > s.id AND n.ended IS NOT NULL";
    if let Some(keep) = options.keep {
        let drop = format!(
            "DELETE FROM snapshots WHERE id IN (SELECT id FROM snapshots s \
             WHERE s.ended IS NOT NULL AND s.name IS NULL \
             AND {newer} AND n.name IS NULL) >= ?1)"
        );
        let keep = i64::try_from(keep.max(1)).unwrap_or(i64::MAX);
        pruned.snapshots += transaction.execute(&drop, [keep])? as u64;
    }
    if let Some(time) = options.taken_before.and_then(stamp::number) {
        let drop = format!(
            "DELETE FROM snapshots WHERE id IN (SELECT id FROM snapshots s \
             WHERE s.ended IS NOT NULL AND s.name IS NULL \
             AND s.began < ?1 AND {newer}) > 0)"
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
        if !options.drop.is_empty() {
            continue_from_newest(&transaction)?;
        }
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

/// Has the next snapshot of each series go on from the newest that is left:
/// what is in that one is still there until another one shows that it is not.
fn continue_from_newest(connection: &Connection) -> rusqlite::Result<()> {
    let newest = "(SELECT max(s.id) FROM snapshots s \
                  WHERE s.series = versions.series AND s.ended IS NOT NULL)";
    let reopen = format!(
        "UPDATE versions SET last = ?1 \
         WHERE last < ?1 AND first <= {newest} AND last >= {newest}"
    );
    connection.execute(&reopen, [STILL]).map(|_| ())
}

/// Drops folders that nothing is in, at any depth.
fn drop_folders(connection: &Connection) -> rusqlite::Result<()> {
    let drop = "WITH RECURSIVE wanted (id) AS ( \
                SELECT folder FROM versions UNION \
                SELECT parent FROM folders JOIN wanted USING (id)) \
                DELETE FROM folders WHERE id NOT IN (SELECT id FROM wanted)";
    connection.execute(drop, []).map(|_| ())
}

/// Answers a question in SQL about a catalog, which is only read: `header` gets
/// the names of the columns, and `visit` each row as it is found. What is to
/// be sorted goes to temporary files.
///
/// # Errors
/// It cannot be opened, the question is none, has a value or row of more than
/// 64 MiB, or would write; what `header` and `visit` return.
pub fn query<E: From<CatalogError>>(
    path: &Path,
    sql: &str,
    header: impl FnOnce(&[&str]) -> Result<(), E>,
    mut visit: impl FnMut(&[SqlValue<'_>]) -> Result<(), E>,
) -> Result<(), E> {
    let failed = |error| E::from(CatalogError::sqlite(path, "answer")(error));
    let reader = file::open_to_read(path)?;
    reader.pragma_update(None, "query_only", true).map_err(failed)?;
    reader.pragma_update(None, "temp_store", "file").map_err(failed)?;
    reader
        .set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
        .map_err(failed)?;
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

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::drop_folders;
    use crate::schema::migrate;

    #[test]
    fn folders_that_nothing_is_in_go_at_any_depth_and_all_at_once() {
        let mut database = Connection::open_in_memory().unwrap();
        migrate(&mut database).unwrap();
        let add = "INSERT INTO folders (parent, name) \
                   WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL \
                   SELECT i + 1 FROM n WHERE i + 1 < 200000) \
                   SELECT i, x'64' FROM n; \
                   INSERT INTO versions (series, folder, name, first, last, \
                   kind, size, modified, changed, mode, uid, gid, inode) \
                   VALUES (1, 100, x'61', 1, 2, 0, 0, 0, 0, 0, 0, 0, 0)";
        database.execute_batch(add).unwrap();
        drop_folders(&database).unwrap();
        let ask = "SELECT count(*), max(id) FROM folders";
        let left: (i64, i64) = database
            .query_row(ask, [], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        assert_eq!(left, (100, 100));
    }
}
