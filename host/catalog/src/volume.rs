//! File systems by the numbers that a catalog has for them.
//!
//! A file system is known again by its kind and its own identifier, and by
//! its device number, which one that was copied block by block does not share.
//! Device numbers are given anew when the machine starts: after that, a file
//! system that has its identifier to itself is the same whatever its device.

use rusqlite::{Connection, OptionalExtension as _, params};
use sanchay::FileSystemId;

/// A mounted file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Volume {
    pub(crate) file_system: FileSystemId,
    pub(crate) device: u64,
}

/// What tells one start of the machine from another; empty where that cannot
/// be told.
pub(crate) fn boot() -> String {
    let path = "/proc/sys/kernel/random/boot_id";
    let id = std::fs::read_to_string(path).unwrap_or_default();
    id.trim().to_owned()
}

impl Volume {
    /// Its identifier as the columns of a table have it.
    fn columns(self) -> (i64, i64, i64) {
        let FileSystemId { kind, id } = self.file_system;
        (i64::from(kind), id.cast_signed(), self.device.cast_signed())
    }

    /// Its number, if it was seen before.
    pub(crate) fn find(
        self,
        connection: &Connection,
        boot: &str,
    ) -> rusqlite::Result<Option<i64>> {
        let (kind, id, device) = self.columns();
        let ask = "SELECT id FROM volumes \
                   WHERE kind = ?1 AND fsid = ?2 AND device = ?3";
        let mut statement = connection.prepare_cached(ask)?;
        let same = statement
            .query_row(params![kind, id, device], |row| row.get(0))
            .optional()?;
        if same.is_some() || id == 0 || boot.is_empty() {
            return Ok(same);
        }
        let ask = "SELECT id, boot FROM volumes \
                   WHERE kind = ?1 AND fsid = ?2";
        let mut statement = connection.prepare_cached(ask)?;
        let rows = statement
            .query_map(params![kind, id], |row| {
                Ok((row.get(0)?, row.get::<_, String>(1)?))
            })?
            .collect::<rusqlite::Result<Vec<(i64, String)>>>()?;
        Ok(match rows.as_slice() {
            [(number, other)] if other != boot => Some(*number),
            _ => None,
        })
    }

    /// Its number, which it is given if it has none.
    pub(crate) fn find_or_add(
        self,
        connection: &Connection,
        boot: &str,
    ) -> rusqlite::Result<i64> {
        let (kind, id, device) = self.columns();
        if let Some(number) = self.find(connection, boot)? {
            let note = "UPDATE volumes SET device = ?2, boot = ?3 \
                        WHERE id = ?1 AND (device <> ?2 OR boot <> ?3)";
            connection.execute(note, params![number, device, boot])?;
            return Ok(number);
        }
        let add = "INSERT INTO volumes (kind, fsid, device, boot) \
                   VALUES (?1, ?2, ?3, ?4)";
        connection.execute(add, params![kind, id, device, boot])?;
        Ok(connection.last_insert_rowid())
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;
    use sanchay::FileSystemId;

    use super::Volume;
    use crate::schema::migrate;

    fn volume(id: u64, device: u64) -> Volume {
        Volume { file_system: FileSystemId { kind: 0xef53, id }, device }
    }

    #[test]
    fn a_file_system_is_known_again_after_a_start_and_a_copy_is_not() {
        let mut database = Connection::open_in_memory().unwrap();
        migrate(&mut database).unwrap();
        let add = |id, device, boot| {
            volume(id, device).find_or_add(&database, boot).unwrap()
        };
        let first = add(u64::MAX, 8, "one");
        assert_eq!(add(u64::MAX, 8, "one"), first);
        // A copy that is mounted at the same time.
        let copy = add(u64::MAX, 9, "one");
        assert_ne!(copy, first);
        assert_eq!(add(u64::MAX, 9, "two"), copy);
        // Which of the two would it be?
        assert_ne!(add(u64::MAX, 10, "three"), first);
        let other = add(5, 8, "one");
        assert_eq!(add(5, 77, "two"), other);
        let same_start = volume(5, 78).find(&database, "two").unwrap();
        assert_eq!(same_start, None);
        // Without an identifier, there is only the device.
        let bare = add(0, 8, "one");
        assert_eq!(add(0, 8, "two"), bare);
        assert_ne!(add(0, 9, "three"), bare);
    }
}
