//! Which contents are in S3, as was seen lately: a file of the form that the
//! Python package has, `s3_check_cache.db`.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    sync::Mutex,
    time::{SystemTime, UNIX_EPOCH},
};

use rusqlite::{Connection, params};
use sanchay_sync::lock;

use crate::AttachmentError;

const FILE: &str = "s3_check_cache.db";

const CREATE: &str = "CREATE TABLE IF NOT EXISTS s3checkV1(s3_key text \
     primary key, last_seen_time timestamp)";

/// How long what was seen is taken to be there, in seconds.
const FRESH: f64 = 30.0 * 86_400.0;

/// How many of the entries that would be relied on are looked up first.
pub(crate) const SAMPLES: usize = 30;

/// Which contents are in S3, as was seen within 30 days.
pub struct SeenCache {
    connection: Mutex<Connection>,
    path: PathBuf,
}

impl fmt::Debug for SeenCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeenCache").field("path", &self.path).finish()
    }
}

impl SeenCache {
    /// Opens the cache in a directory, and makes it if it is missing.
    ///
    /// # Errors
    /// It cannot be opened, or is no such cache.
    pub fn open(directory: &Path) -> Result<Self, AttachmentError> {
        let path = directory.join(FILE);
        fs::create_dir_all(directory)
            .map_err(AttachmentError::file(directory, "cannot make"))?;
        let open = || -> rusqlite::Result<Connection> {
            let connection = Connection::open(&path)?;
            connection.busy_timeout(std::time::Duration::from_secs(3))?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.execute(CREATE, [])?;
            Ok(connection)
        };
        let connection = open().map_err(|error| refused(&path, error))?;
        Ok(Self { connection: Mutex::new(connection), path })
    }

    /// Of which of some keys, each `BUCKET/KEY` as the package has it or after
    /// the server, it is known that they were
    /// seen lately. `proceed` is asked now and then.
    pub(crate) fn seen(
        &self,
        keys: impl Iterator<Item = String>,
        proceed: impl Fn() -> Result<(), AttachmentError>,
    ) -> Result<Vec<bool>, AttachmentError> {
        let connection = lock(&self.connection);
        let refused = |error| refused(&self.path, error);
        let mut query = connection
            .prepare_cached(
                "SELECT 1 FROM s3checkV1 WHERE s3_key = ?1 AND \
                 CAST(last_seen_time AS REAL) > ?2",
            )
            .map_err(refused)?;
        let least = now() - FRESH;
        let mut seen = Vec::new();
        for key in keys {
            if seen.len().is_multiple_of(1000) {
                proceed()?;
            }
            seen.push(query.exists(params![key, least]).map_err(refused)?);
        }
        Ok(seen)
    }

    /// Takes note of keys that are there now.
    pub(crate) fn remember(
        &self,
        keys: impl Iterator<Item = String>,
    ) -> Result<(), AttachmentError> {
        let mut connection = lock(&self.connection);
        let write = || {
            let transaction = connection.transaction()?;
            {
                let mut insert = transaction.prepare_cached(
                    "INSERT OR REPLACE INTO s3checkV1 VALUES (?1, ?2)",
                )?;
                let now = now();
                for key in keys {
                    insert.execute(params![key, now])?;
                }
            }
            transaction.commit()
        };
        write().map_err(|error| refused(&self.path, error))
    }

    /// Forgets the keys that begin with this: of one of them it said what is
    /// not so.
    pub(crate) fn forget(&self, prefix: &str) -> Result<(), AttachmentError> {
        let connection = lock(&self.connection);
        let forgotten = connection.execute(
            "DELETE FROM s3checkV1 WHERE \
             substr(s3_key, 1, length(?1)) = ?1",
            params![prefix],
        );
        forgotten.map(drop).map_err(|error| refused(&self.path, error))
    }
}

fn refused(path: &Path, error: rusqlite::Error) -> AttachmentError {
    AttachmentError::File {
        path: path.to_owned(),
        what: "cannot use the cache of what is in S3",
        source: std::io::Error::other(error),
    }
}

fn now() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0.0, |since| since.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::SeenCache;

    #[test]
    fn what_is_forgotten_of_one_place_is_still_known_of_others() {
        let folder = tempfile::tempdir().unwrap();
        let cache = SeenCache::open(folder.path()).unwrap();
        let keys = || {
            [
                "b/Root/Data/x",
                "b/Root/Datb/x",
                "c/Root/Data/x",
                "b/root/Data/x",
            ]
            .map(str::to_owned)
            .into_iter()
        };
        let seen = || cache.seen(keys(), || Ok(())).unwrap();
        assert_eq!(seen(), [false; 4]);
        cache.remember(keys()).unwrap();
        assert_eq!(seen(), [true; 4]);
        cache.forget("b/Root/Data/").unwrap();
        assert_eq!(seen(), [false, true, true, true]);
    }
}
