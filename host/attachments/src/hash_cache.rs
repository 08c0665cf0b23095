//! The hash cache of the Python package: `hash_cache.db`, read, and written on
//! request.
//!
//! It tells a file's hash by path and modification time, as local time with
//! microseconds. A file may have been changed since without that time telling
//! it, so its entries count only where the time of the last change of content
//! or metadata says the same; and what is uploaded is compared with its hash
//! again.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    sync::Mutex,
};

use jiff::{Timestamp as Time, tz::TimeZone};
use rusqlite::{Connection, OpenFlags, params};
use sanchay_core::attachments::{Hash, text};
use sanchay_names::OsStrExt as _;
use sanchay_storage::{Metadata, Timestamp};
use sanchay_sync::lock;

use crate::{AttachmentError, Watch, hashing::Hashed, listing::CANCELLED};

/// The name of its file.
const FILE: &str = "hash_cache.db";

const CREATE: &str = "CREATE TABLE IF NOT EXISTS hashesV4(file_path blob, \
     hash_algorithm text, range_start integer, range_end integer, \
     file_hash text, last_modified_time timestamp, \
     PRIMARY KEY (file_path, hash_algorithm, range_start, range_end))";

/// How long after its modification a file's change time may be, in seconds,
/// for an entry to count: programs set a file's permissions after they wrote
/// it.
const AFTER: i64 = 2;

/// The hash cache of the Python package.
pub struct HashCache {
    connection: Mutex<Connection>,
    path: PathBuf,
    writes: bool,
}

impl fmt::Debug for HashCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HashCache").field("path", &self.path).finish()
    }
}

impl HashCache {
    /// Opens the cache in a directory: `~/.deadline/cache` is that of the
    /// program `deadline`. If it is to be written, it is made if it is
    /// missing.
    ///
    /// # Errors
    /// It cannot be opened, or is no such cache.
    pub fn open(
        directory: &Path,
        writes: bool,
    ) -> Result<Self, AttachmentError> {
        let path = directory.join(FILE);
        let refused = refused(&path);
        let flags = match writes {
            true => {
                fs::create_dir_all(directory).map_err(
                    AttachmentError::file(directory, "cannot make"),
                )?;
                OpenFlags::SQLITE_OPEN_READ_WRITE
                    | OpenFlags::SQLITE_OPEN_CREATE
            }
            false => OpenFlags::SQLITE_OPEN_READ_ONLY,
        };
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection =
            Connection::open_with_flags(&path, flags).map_err(&refused)?;
        connection
            .busy_timeout(std::time::Duration::from_secs(3))
            .map_err(&refused)?;
        if writes {
            connection
                .pragma_update(None, "journal_mode", "WAL")
                .map_err(&refused)?;
            connection.execute(CREATE, []).map_err(&refused)?;
        }
        drop(refused);
        Ok(Self { connection: Mutex::new(connection), path, writes })
    }

    /// Fills in the hashes of files that it knows.
    pub(crate) fn look_up(
        &self,
        paths: &[PathBuf],
        results: &mut [Option<Hashed>],
        watch: &Watch,
    ) -> Result<(), AttachmentError> {
        let connection = lock(&self.connection);
        let mut query = connection
            .prepare_cached(
                "SELECT file_hash, last_modified_time FROM hashesV4 WHERE \
                 file_path = ?1 AND hash_algorithm = 'xxh128' AND \
                 range_start = 0 AND range_end = -1",
            )
            .map_err(refused(&self.path))?;
        for (path, result) in paths.iter().zip(results) {
            watch.check(CANCELLED)?;
            let Some((key, metadata)) = facts(path) else { continue };
            let found = query.query_row(params![key], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            });
            let Ok((hash, time)) = found else { continue };
            let settled =
                metadata.changed.seconds - metadata.modified.seconds <= AFTER;
            // One that cannot be read any more is not known, either.
            let readable = || fs::File::open(path).is_ok();
            if !settled || time != time_text(&metadata) || !readable() {
                continue;
            }
            let Some(hash) = Hash::parse(hash.as_bytes()) else { continue };
            *result = Some(Hashed {
                hash,
                size: metadata.size,
                modified: metadata.modified,
                mode: metadata.mode,
            });
        }
        Ok(())
    }

    /// Takes note of hashes, if it is to be written.
    pub(crate) fn remember<'h>(
        &self,
        hashes: impl Iterator<Item = (&'h Path, &'h Hashed)>,
    ) -> Result<(), AttachmentError> {
        if !self.writes {
            return Ok(());
        }
        let mut connection = lock(&self.connection);
        let refused = refused(&self.path);
        let transaction = connection.transaction().map_err(&refused)?;
        {
            let mut insert = transaction
                .prepare_cached(
                    "INSERT OR REPLACE INTO hashesV4 VALUES \
                     (?1, 'xxh128', 0, -1, ?2, ?3)",
                )
                .map_err(&refused)?;
            for (path, hashed) in hashes {
                let Some((key, metadata)) = facts(path) else { continue };
                // What changed meanwhile is hashed again the next time.
                let same = metadata.modified == hashed.modified
                    && metadata.size == hashed.size;
                if same {
                    let hash = hashed.hash.to_string();
                    let time = time_text(&metadata);
                    insert
                        .execute(params![key, hash, time])
                        .map_err(&refused)?;
                }
            }
        }
        transaction.commit().map_err(&refused)
    }
}

fn refused(path: &Path) -> impl Fn(rusqlite::Error) -> AttachmentError {
    let path = path.to_owned();
    move |error| AttachmentError::File {
        path: path.clone(),
        what: "cannot use the cache of the Python package",
        source: std::io::Error::other(error),
    }
}

/// The key of a file, and its metadata.
fn facts(path: &Path) -> Option<(Vec<u8>, Metadata)> {
    let real = path.canonicalize().ok()?;
    let metadata = sanchay_storage::stat(&real).ok()?;
    Some((text::of_name(real.as_os_str().as_bytes()), metadata))
}

/// `str(datetime.fromtimestamp(st_mtime))`: local time, rounded to
/// microseconds as far as a double has them.
fn time_text(metadata: &Metadata) -> String {
    let Timestamp { seconds, nanoseconds } = metadata.modified;
    local_text(seconds, nanoseconds.into(), &TimeZone::system())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "as Python does it, whose times are doubles"
)]
fn local_text(seconds: i64, nanoseconds: i64, zone: &TimeZone) -> String {
    let time = seconds as f64 + 1e-9 * nanoseconds as f64;
    let whole = time.floor();
    let micro = ((time - whole) * 1e6).round_ties_even() as i64;
    let (whole, micro) = (
        whole as i64 + micro.div_euclid(1_000_000),
        micro.rem_euclid(1_000_000),
    );
    let Ok(moment) = Time::from_second(whole) else {
        return String::new();
    };
    let clock = moment.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S");
    match micro {
        0 => clock.to_string(),
        micro => format!("{clock}.{micro:06}"),
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::local_text;

    #[test]
    fn times_are_written_as_python_writes_them() {
        for (seconds, nanoseconds, text) in [
            (1_704_164_645, 123_456_789, "2024-01-02 03:04:05.123457"),
            (1_704_164_645, 0, "2024-01-02 03:04:05"),
            (1_704_164_645, 999_999_900, "2024-01-02 03:04:06"),
        ] {
            let written = local_text(seconds, nanoseconds, &TimeZone::UTC);
            assert_eq!(written, text);
        }
    }
}
