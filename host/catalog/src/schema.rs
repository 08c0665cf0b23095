//! The tables of a catalog, version by version.

use rusqlite::{Connection, TransactionBehavior};

/// What says that a database is a catalog: `Snch`, in SQLite's header.
pub(crate) const APPLICATION_ID: i64 = 0x536e_6368;

/// The steps from each version to the next. What is published does not
/// change: a new version is a new step.
const STEPS: [&str; 2] = [DIGESTS, SNAPSHOTS];

/// The version that this program writes.
pub(crate) const VERSION: i64 = STEPS.len() as i64;

/// Known digests. `seal` is a checksum of the row and of what its numbers
/// stand for: SQLite itself would not notice a flipped bit in a digest.
const DIGESTS: &str = "
CREATE TABLE volumes (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    fsid INTEGER NOT NULL,
    device INTEGER NOT NULL,
    boot TEXT NOT NULL
) STRICT;
CREATE TABLE methods (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE digests (
    volume INTEGER NOT NULL,
    method INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    digest BLOB NOT NULL,
    verified INTEGER NOT NULL,
    used INTEGER NOT NULL,
    seal INTEGER NOT NULL,
    PRIMARY KEY (volume, method, inode)
) STRICT, WITHOUT ROWID;
";

/// Snapshots. A version of a file belongs to the snapshots of its series from
/// `first` to `last`; that of a file that is as it was in the newest snapshot
/// has the greatest number for `last`, so that another snapshot of an
/// unchanged tree writes a row and no more.
const SNAPSHOTS: &str = "
CREATE TABLE folders (
    id INTEGER PRIMARY KEY,
    parent INTEGER NOT NULL,
    name BLOB NOT NULL,
    UNIQUE (parent, name)
) STRICT;
CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    roots BLOB NOT NULL,
    selection TEXT NOT NULL,
    UNIQUE (roots, selection)
) STRICT;
CREATE TABLE snapshots (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    series INTEGER NOT NULL,
    name TEXT UNIQUE,
    began INTEGER NOT NULL,
    ended INTEGER,
    files INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    errors INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE versions (
    id INTEGER PRIMARY KEY,
    series INTEGER NOT NULL,
    folder INTEGER NOT NULL,
    name BLOB NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    mode INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    gid INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    method TEXT,
    digest BLOB
) STRICT;
CREATE INDEX versions_by_place ON versions (folder, series, last);
CREATE INDEX versions_by_first ON versions (series, first);
CREATE INDEX versions_by_last ON versions (series, last);
";

/// The version of a database: 0 for one without tables.
pub(crate) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Brings a database from the version that it has to this program's.
pub(crate) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    migrate_to(connection, VERSION)
}

fn migrate_to(
    connection: &mut Connection,
    version_wanted: i64,
) -> rusqlite::Result<()> {
    let act = TransactionBehavior::Immediate;
    let transaction = connection.transaction_with_behavior(act)?;
    // Another process may have done it.
    let found = version(&transaction)?;
    for step in found..version_wanted {
        let step = usize::try_from(step).ok().and_then(|it| STEPS.get(it));
        transaction.execute_batch(step.copied().unwrap_or_default())?;
    }
    if found < version_wanted {
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", version_wanted)?;
    }
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::{VERSION, migrate, migrate_to, version};

    #[test]
    fn a_catalog_of_each_older_version_keeps_what_is_in_it() {
        for older in 1..VERSION {
            let mut database = Connection::open_in_memory().unwrap();
            migrate_to(&mut database, older).unwrap();
            assert_eq!(version(&database).unwrap(), older);
            let add = "INSERT INTO methods (name) VALUES ('kept')";
            database.execute_batch(add).unwrap();
            for _ in 0..2 {
                migrate(&mut database).unwrap();
                assert_eq!(version(&database).unwrap(), VERSION);
            }
            let ask = "SELECT name FROM methods";
            let name: String =
                database.query_row(ask, [], |row| row.get(0)).unwrap();
            assert_eq!(name, "kept");
            database.execute_batch("SELECT * FROM versions").unwrap();
        }
    }
}
