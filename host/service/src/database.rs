//! Where jobs and results are: SQLite or PostgreSQL, by the same statements.
//! What differs between the two is here and in the schema, and nowhere else.

pub(crate) mod schema;

use std::{path::Path, sync::Arc, time::Duration};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use sqlx::{
    Any, AnyPool, AssertSqlSafe, Executor as _, Transaction,
    any::AnyPoolOptions,
};

use crate::error::ServiceError;
use sanchay_names::OsStrExt as _;

/// What need not be escaped in the path of a file.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'.')
    .remove(b'-')
    .remove(b'_')
    .remove(b'~');

/// Which of the two it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// A database, by a pool of connections.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    pool: AnyPool,
    dialect: Dialect,
    identity: Arc<str>,
}

impl Database {
    /// Opens the database at a `postgres://` address, or in a file, and brings
    /// its tables up to date.
    pub(crate) async fn open(
        address: Option<&str>,
        file: &Path,
    ) -> Result<Self, ServiceError> {
        sqlx::any::install_default_drivers();
        let (url, dialect) = match address {
            Some(url) => (url.to_owned(), Dialect::Postgres),
            None => (url_of(file), Dialect::Sqlite),
        };
        let mut options = AnyPoolOptions::new()
            .max_connections(16)
            .acquire_timeout(Duration::from_secs(20));
        if dialect == Dialect::Sqlite {
            options = options.after_connect(|connection, _| {
                Box::pin(async move {
                    for set in schema::SQLITE_SETTINGS {
                        connection.execute(*set).await?;
                    }
                    Ok(())
                })
            });
        }
        let pool =
            options.connect(&url).await.map_err(ServiceError::Database)?;
        let mut database = Self { pool, dialect, identity: "".into() };
        database.identity = schema::migrate(&database).await?.into();
        Ok(database)
    }

    /// The connections.
    pub(crate) fn pool(&self) -> &AnyPool {
        &self.pool
    }

    /// Which it is.
    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// What tells it from all other databases: numbers of jobs are its own,
    /// and what is named by one elsewhere is named by this, too.
    pub(crate) fn identity(&self) -> &str {
        &self.identity
    }

    /// The time by its own clock, in milliseconds since 1970, as an
    /// expression: instances on several machines have clocks that differ.
    pub(crate) fn now(&self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite => {
                "CAST((julianday('now') - 2440587.5) * 86400000.0 AS INTEGER)"
            }
            Dialect::Postgres => {
                "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"
            }
        }
    }

    /// Begins to write. SQLite has one writer, which is better known at once
    /// than found out half way.
    pub(crate) async fn write(
        &self,
    ) -> sqlx::Result<Transaction<'static, Any>> {
        match self.dialect {
            Dialect::Sqlite => self.pool.begin_with("BEGIN IMMEDIATE").await,
            Dialect::Postgres => self.pool.begin().await,
        }
    }

    /// What ends a statement that takes rows others must not take.
    pub(crate) fn skip_locked(&self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite => "",
            Dialect::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }

    /// Whether it answers.
    pub(crate) async fn ping(&self) -> sqlx::Result<()> {
        self.pool.execute("SELECT 1").await.map(drop)
    }

    /// Ends all connections.
    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

/// A statement that was put together here, of parts that are written in this
/// program.
pub(crate) fn statement(text: String) -> AssertSqlSafe<String> {
    AssertSqlSafe(text)
}

/// Marks for so many values, from this number on: `$3, $4`.
pub(crate) fn marks(first: usize, count: usize) -> String {
    let marks = (first..first.saturating_add(count)).map(|n| format!("${n}"));
    marks.collect::<Vec<_>>().join(", ")
}

fn url_of(file: &Path) -> String {
    let path = percent_encode(file.as_os_str().as_bytes(), PATH);
    format!("sqlite://{path}?mode=rwc")
}

#[cfg(test)]
mod tests {
    use sqlx::Row as _;

    use super::*;
    use crate::time;

    #[tokio::test]
    async fn a_database_has_an_identity_that_stays_and_a_clock() {
        let folder = tempfile::tempdir().unwrap();
        let open = |name: &str| {
            let path = folder.path().join(name);
            async move { Database::open(None, &path).await.unwrap() }
        };
        let one = open("one").await;
        let identity = one.identity().to_owned();
        assert_eq!(identity.len(), 16);
        assert_eq!(open("one").await.identity(), identity);
        assert_ne!(open("other").await.identity(), identity);
        let ask = statement(format!("SELECT {}", one.now()));
        let row = sqlx::query(ask).fetch_one(one.pool()).await.unwrap();
        let clock: i64 = row.try_get(0).unwrap();
        assert!(clock.abs_diff(time::now()) < 2000, "{clock}");
    }
}
