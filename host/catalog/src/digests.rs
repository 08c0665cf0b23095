//! Rows of known digests: what they consist of, and the checksum over each.

use rusqlite::{Connection, OptionalExtension as _, Statement, params};
use sanchay::{Content, FileKey, FileState, Method};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::{method, stamp, volume::Volume};

/// Digests of one method, of the files of one file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Table {
    pub(crate) volume: Volume,
    pub(crate) method: Method,
}

impl Table {
    /// The table that a file's digest is in.
    pub(crate) fn of(key: &FileKey) -> Self {
        let (file_system, device) = (key.file_system, key.id.device);
        let volume = Volume { file_system, device };
        Self { volume, method: key.method }
    }

    /// What the checksums of its rows begin with.
    fn seed(&self) -> u64 {
        let file_system = self.volume.file_system;
        let mut bytes = method::name(self.method).into_bytes();
        bytes.extend_from_slice(&file_system.kind.to_le_bytes());
        bytes.extend_from_slice(&file_system.id.to_le_bytes());
        xxh3_64(&bytes)
    }

    /// Its numbers where the database calls it so.
    pub(crate) fn numbers(&self, volume: i64, method: i64) -> Numbers {
        Numbers { volume, method, seed: self.seed() }
    }

    /// Its numbers in the database, if it has any row.
    pub(crate) fn find(
        &self,
        connection: &Connection,
        boot: &str,
    ) -> rusqlite::Result<Option<Numbers>> {
        let Some(volume) = self.volume.find(connection, boot)? else {
            return Ok(None);
        };
        let ask = "SELECT id FROM methods WHERE name = ?1";
        let mut statement = connection.prepare_cached(ask)?;
        let name = method::name(self.method);
        let method = statement.query_row([name], |row| row.get(0));
        let method = method.optional()?;
        Ok(method.map(|method| self.numbers(volume, method)))
    }

    /// Its numbers, which it is given if it has none.
    pub(crate) fn find_or_add(
        &self,
        connection: &Connection,
        boot: &str,
    ) -> rusqlite::Result<Numbers> {
        let volume = self.volume.find_or_add(connection, boot)?;
        let name = method::name(self.method);
        let add = "INSERT INTO methods (name) VALUES (?1) \
                   ON CONFLICT DO NOTHING";
        connection.execute(add, [&name])?;
        let ask = "SELECT id FROM methods WHERE name = ?1";
        let method = connection.query_row(ask, [&name], |row| row.get(0))?;
        Ok(self.numbers(volume, method))
    }
}

/// The numbers of a table in a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Numbers {
    pub(crate) volume: i64,
    pub(crate) method: i64,
    /// What the checksums of its rows begin with.
    pub(crate) seed: u64,
}

/// What of a file a digest is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) inode: u64,
    pub(crate) size: u64,
    pub(crate) modified: i64,
    pub(crate) changed: i64,
}

impl Known {
    /// Of a file whose change time can be relied on. A time of whole seconds
    /// cannot: it comes from a file system that keeps no fractions, or from an
    /// image whose maker chose it.
    pub(crate) fn of(state: &FileState) -> Option<Self> {
        if state.changed.nanoseconds == 0 {
            return None;
        }
        Some(Self {
            inode: state.id.inode,
            size: state.size,
            modified: stamp::number(state.modified)?,
            changed: stamp::number(state.changed)?,
        })
    }

    /// The checksum of a row.
    pub(crate) fn seal(&self, seed: u64, digest: &[u8]) -> u32 {
        let mut bytes = [0; 96];
        let numbers = [
            self.inode.to_le_bytes(),
            self.size.to_le_bytes(),
            self.modified.to_le_bytes(),
            self.changed.to_le_bytes(),
        ];
        let (head, tail) = bytes.split_at_mut(32);
        head.copy_from_slice(numbers.as_flattened());
        let length = digest.len().min(tail.len());
        for (to, from) in tail.iter_mut().zip(digest) {
            *to = *from;
        }
        let bytes = bytes.get(..32 + length).unwrap_or(&bytes);
        let [a, b, c, d, ..] = xxh3_64_with_seed(bytes, seed).to_le_bytes();
        u32::from_le_bytes([a, b, c, d])
    }
}

/// A row of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'r> {
    pub(crate) known: Known,
    pub(crate) digest: &'r [u8],
    /// When the file was last read, in seconds.
    pub(crate) verified: i64,
    /// When the digest was last asked for, in days.
    pub(crate) used: i64,
}

/// Passes on the rows of a range of inodes, but for those that are damaged.
/// Returns how many those are.
pub(crate) fn read(
    connection: &Connection,
    table: &Table,
    numbers: Numbers,
    (first, last): (u64, u64),
    mut visit: impl FnMut(Row<'_>),
) -> rusqlite::Result<u64> {
    let ask = "SELECT inode, size, modified, changed, digest, verified, used, \
               seal FROM digests WHERE volume = ?1 AND method = ?2 \
               AND inode BETWEEN ?3 AND ?4";
    let mut statement = connection.prepare_cached(ask)?;
    let (first, last) = (first.cast_signed(), last.cast_signed());
    let range = params![numbers.volume, numbers.method, first, last];
    let mut rows = statement.query(range)?;
    let (seed, length) = (numbers.seed, method::length(table.method));
    let mut damaged = 0;
    while let Some(row) = rows.next()? {
        let number = |column| -> rusqlite::Result<i64> {
            Ok(row.get_ref(column)?.as_i64()?)
        };
        let known = Known {
            inode: number(0)?.cast_unsigned(),
            size: number(1)?.cast_unsigned(),
            modified: number(2)?,
            changed: number(3)?,
        };
        let digest = row.get_ref(4)?.as_blob()?;
        let whole = digest.len() == length
            && number(7)? == i64::from(known.seal(seed, digest));
        if !whole {
            damaged += 1;
            continue;
        }
        let (verified, used) = (number(5)?, number(6)?);
        visit(Row { known, digest, verified, used });
    }
    Ok(damaged)
}

/// How many rows a statement writes: each execution costs as much as some of
/// the rows.
const TOGETHER: usize = 64;

/// What writes rows: many at once, and those that are left one by one.
pub(crate) struct Insertion<'c> {
    many: RowStatement<'c>,
    one: RowStatement<'c>,
}

impl<'c> Insertion<'c> {
    pub(crate) fn new(connection: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            many: RowStatement::new(connection, TOGETHER)?,
            one: RowStatement::new(connection, 1)?,
        })
    }

    /// Writes rows of a table, each in place of the one that the file had.
    pub(crate) fn write(
        &mut self,
        numbers: Numbers,
        rows: &[Row<'_>],
    ) -> rusqlite::Result<()> {
        let (many, rest) = rows.as_chunks::<TOGETHER>();
        for rows in many {
            self.many.execute(numbers, rows)?;
        }
        for row in rest {
            self.one.execute(numbers, std::slice::from_ref(row))?;
        }
        Ok(())
    }
}

/// A statement that writes a number of rows.
struct RowStatement<'c> {
    statement: Statement<'c>,
    /// What the first two values are bound to: they stay from row to row.
    bound: Option<(i64, i64)>,
}

impl<'c> RowStatement<'c> {
    /// How many values a row has of its own.
    const VALUES: usize = 8;

    fn new(connection: &'c Connection, rows: usize) -> rusqlite::Result<Self> {
        let mut text = String::from(
            "INSERT OR REPLACE INTO digests (volume, method, inode, size, \
             modified, changed, digest, verified, used, seal) VALUES ",
        );
        for row in 0..rows {
            let first = row * Self::VALUES + 3;
            let own = first..first + Self::VALUES;
            let own = own.map(|number| format!(", ?{number}"));
            text.push_str(if row == 0 { "(?1, ?2" } else { ", (?1, ?2" });
            text.extend(own);
            text.push(')');
        }
        let statement = connection.prepare(&text)?;
        Ok(Self { statement, bound: None })
    }

    /// Writes as many rows as it was made for.
    fn execute(
        &mut self,
        numbers: Numbers,
        rows: &[Row<'_>],
    ) -> rusqlite::Result<()> {
        let Self { statement, bound } = self;
        let of = (numbers.volume, numbers.method);
        if *bound != Some(of) {
            statement.raw_bind_parameter(1, of.0)?;
            statement.raw_bind_parameter(2, of.1)?;
            *bound = Some(of);
        }
        for (row, first) in rows.iter().zip((3..).step_by(Self::VALUES)) {
            let Row { known, digest, verified, used } = row;
            let seal = known.seal(numbers.seed, digest);
            let size = known.size.cast_signed();
            statement.raw_bind_parameter(first, known.inode.cast_signed())?;
            statement.raw_bind_parameter(first + 1, size)?;
            statement.raw_bind_parameter(first + 2, known.modified)?;
            statement.raw_bind_parameter(first + 3, known.changed)?;
            statement.raw_bind_parameter(first + 4, digest)?;
            statement.raw_bind_parameter(first + 5, verified)?;
            statement.raw_bind_parameter(first + 6, used)?;
            statement.raw_bind_parameter(first + 7, seal)?;
        }
        statement.raw_execute()?;
        Ok(())
    }
}

/// Gives the rows of a file another change time, if they are of what it was
/// before.
pub(crate) fn rename(
    connection: &Connection,
    boot: &str,
    volume: Volume,
    before: &Known,
    changed: i64,
) -> rusqlite::Result<()> {
    let mut statement =
        connection.prepare_cached("SELECT name FROM methods")?;
    let names = statement.query_map([], |row| row.get::<_, String>(0))?;
    let names = names.collect::<rusqlite::Result<Vec<_>>>()?;
    for method in names.iter().filter_map(|name| method::named(name)) {
        let table = Table { volume, method };
        let Some(numbers) = table.find(connection, boot)? else { continue };
        let mut found = None;
        let only = (before.inode, before.inode);
        read(connection, &table, numbers, only, |row| {
            if row.known == *before {
                found = Some((row.digest.to_vec(), row.verified, row.used));
            }
        })?;
        let Some((digest, verified, used)) = found else { continue };
        let known = Known { changed, ..*before };
        let row = Row { known, digest: &digest, verified, used };
        RowStatement::new(connection, 1)?.execute(numbers, &[row])?;
    }
    Ok(())
}

/// Notes when a digest was asked for.
pub(crate) fn note_use(
    connection: &Connection,
    numbers: Numbers,
    inode: u64,
    day: i64,
) -> rusqlite::Result<()> {
    let note = "UPDATE digests SET used = ?4 \
                WHERE volume = ?1 AND method = ?2 AND inode = ?3";
    let Numbers { volume, method, .. } = numbers;
    let inode = inode.cast_signed();
    let mut statement = connection.prepare_cached(note)?;
    statement.execute(params![volume, method, inode, day])?;
    Ok(())
}

/// The digest of a row, as the engine has it.
pub(crate) fn content(table: &Table, digest: &[u8]) -> Option<Content> {
    method::content(table.method, digest)
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;
    use sanchay::{Algorithm, FileSystemId, Method};

    use super::*;
    use crate::schema::migrate;

    #[test]
    fn many_rows_come_back_and_of_one_file_the_last() {
        let mut database = Connection::open_in_memory().unwrap();
        migrate(&mut database).unwrap();
        let file_system = FileSystemId { kind: 1, id: 2 };
        let table = Table {
            volume: Volume { file_system, device: 3 },
            method: Method::Whole(Algorithm::Sha256),
        };
        let numbers = table.find_or_add(&database, "").unwrap();
        let digests: Vec<[u8; 32]> =
            (0..=255).map(|byte| [byte; 32]).collect();
        let row = |(inode, digest): (u64, &'static [u8])| {
            let (modified, changed) = (-1, 12_345);
            let known = Known { inode, size: inode * 2, modified, changed };
            Row { known, digest, verified: 7, used: 8 }
        };
        let digests: &'static [[u8; 32]] = digests.leak();
        let places = (0..100).chain(40..150).chain(0..3);
        let rows: Vec<Row<'_>> = places
            .zip(digests)
            .map(|(inode, digest)| row((inode, digest)))
            .collect();
        assert_eq!(rows.len(), 213);
        let mut insertion = Insertion::new(&database).unwrap();
        insertion.write(numbers, &rows).unwrap();
        let mut found = Vec::new();
        let damaged = read(&database, &table, numbers, (0, 1023), |row| {
            found.push((row.known.inode, row.known.size, row.digest[0]));
        });
        assert_eq!(damaged.unwrap(), 0);
        let expected: Vec<(u64, u64, u8)> = (0..150_u8)
            .map(|inode| {
                let digest = match inode {
                    0..3 => inode + 210,
                    3..40 => inode,
                    _ => inode + 60,
                };
                (inode.into(), u64::from(inode) * 2, digest)
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_row_comes_back_and_one_with_a_flipped_bit_does_not() {
        let mut database = Connection::open_in_memory().unwrap();
        migrate(&mut database).unwrap();
        let file_system = FileSystemId { kind: 1, id: 2 };
        let table = Table {
            volume: Volume { file_system, device: 3 },
            method: Method::Whole(Algorithm::Xxh3_128),
        };
        let numbers = table.find_or_add(&database, "").unwrap();
        let digest = [9; 16];
        let mut insertion = Insertion::new(&database).unwrap();
        let row = |inode| {
            let (modified, changed) = (-1, 12_345);
            let known = Known { inode, size: u64::MAX, modified, changed };
            Row { known, digest: &digest, verified: 7, used: 8 }
        };
        insertion.write(numbers, &[row(5), row(u64::MAX)]).unwrap();
        let found = |from, to| {
            let mut all = Vec::new();
            let range = (from, to);
            let damaged = read(&database, &table, numbers, range, |row| {
                assert_eq!((row.digest, row.verified), (&digest[..], 7));
                all.push(row.known.inode);
            });
            (all, damaged.unwrap())
        };
        assert_eq!(found(0, 1023), (vec![5], 0));
        assert_eq!(found(u64::MAX - 1023, u64::MAX), (vec![u64::MAX], 0));
        for harm in [
            "UPDATE digests SET size = 17 WHERE inode = 5",
            "UPDATE digests SET size = -1, digest = zeroblob(16) \
             WHERE inode = 5",
            "UPDATE digests SET digest = zeroblob(3) WHERE inode = 5",
        ] {
            database.execute_batch(harm).unwrap();
            assert_eq!(found(0, 1023), (vec![], 1), "{harm}");
        }
    }
}
