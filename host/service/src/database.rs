//! Where jobs and results are: SQLite or PostgreSQL, by the same statements.
//! What differs between the two is here and in the schema, and nowhere else.

pub(crate) mod schema;

use std::{os::unix::ffi::OsStrExt as _, path::Path, time::Duration};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use sqlx::{
    Any, AnyPool, AssertSqlSafe, Executor as _, Transaction,
    any::AnyPoolOptions,
};

use crate::error::ServiceError;

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
        let database = Self { pool, dialect };
        schema::migrate(&database).await?;
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
