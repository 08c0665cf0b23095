//! The tables of the service, version by version. They lie beside those of
//! the catalog where the database is its file, and begin with `service_`.

use sqlx::{Executor as _, Row as _};

use super::{Database, Dialect, statement};
use crate::error::ServiceError;

/// What each connection to SQLite is told: readers do not wait for the
/// writer, and a crash of the machine costs at most the last moment.
pub(super) const SQLITE_SETTINGS: &[&str] = &[
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA busy_timeout = 15000",
    "PRAGMA temp_store = FILE",
];

/// What brings the tables from one version to the next. `BLOB` is `BYTEA`,
/// and `SERIAL` a key that counts, as the database spells it.
const STEPS: [&str; 4] = [JOBS, IDENTITY, CHOICES, PARTS];

/// The version that this program writes.
const VERSION: i64 = STEPS.len() as i64;

const JOBS: &str = "
CREATE TABLE service_jobs (
    id {SERIAL},
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    title TEXT NOT NULL,
    request TEXT NOT NULL,
    made_by TEXT NOT NULL,
    created BIGINT NOT NULL,
    started BIGINT,
    ended BIGINT,
    files BIGINT NOT NULL DEFAULT 0,
    bytes BIGINT NOT NULL DEFAULT 0,
    errors BIGINT NOT NULL DEFAULT 0,
    result_rows BIGINT NOT NULL DEFAULT 0,
    progress TEXT,
    result TEXT,
    problem TEXT,
    worker TEXT,
    lease BIGINT NOT NULL DEFAULT 0,
    attempt BIGINT NOT NULL DEFAULT 0,
    cancelled BIGINT NOT NULL DEFAULT 0,
    changed BIGINT NOT NULL
);
CREATE INDEX service_jobs_by_state ON service_jobs (state, id);
CREATE TABLE service_chunks (
    job BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    chunk BIGINT NOT NULL,
    data {BLOB} NOT NULL,
    PRIMARY KEY (job, attempt, chunk)
);
CREATE TABLE service_errors (
    job BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    number BIGINT NOT NULL,
    reason TEXT NOT NULL,
    path {BLOB} NOT NULL,
    what TEXT NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (job, attempt, number)
);
CREATE TABLE service_keys (
    hash {BLOB} NOT NULL PRIMARY KEY,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    rights TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE TABLE service_requests (
    caller TEXT NOT NULL,
    key TEXT NOT NULL,
    digest TEXT NOT NULL,
    status BIGINT NOT NULL,
    answer TEXT NOT NULL,
    created BIGINT NOT NULL,
    PRIMARY KEY (caller, key)
);
CREATE TABLE service_plans (
    plan BIGINT NOT NULL PRIMARY KEY,
    applied_by BIGINT NOT NULL,
    undone_by BIGINT,
    created BIGINT NOT NULL
);
CREATE TABLE service_views (
    id TEXT NOT NULL PRIMARY KEY,
    definition TEXT NOT NULL,
    created BIGINT NOT NULL
)";

/// What was decided of the duplicates that a job found: rules, and files one
/// by one, by the numbers of their records.
const CHOICES: &str = "
CREATE TABLE service_choices (
    job BIGINT NOT NULL PRIMARY KEY,
    attempt BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    rules TEXT NOT NULL
);
CREATE TABLE service_marks (
    job BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    record BIGINT NOT NULL,
    stays BIGINT NOT NULL,
    PRIMARY KEY (job, attempt, record)
)";

/// Which database it is, which roots each job has to do with, how often jobs
/// were given back, and what secrets depend on: of the keys that there are,
/// nobody knows that.
const IDENTITY: &str = "
CREATE TABLE service_identity (id TEXT NOT NULL);
CREATE TABLE service_job_roots (
    job BIGINT NOT NULL,
    root {BLOB} NOT NULL,
    PRIMARY KEY (job, root)
);
ALTER TABLE service_jobs ADD COLUMN given_back BIGINT NOT NULL DEFAULT 0;
ALTER TABLE service_keys ADD COLUMN parent TEXT;
DELETE FROM service_keys WHERE kind = 'session';
CREATE INDEX service_keys_by_id ON service_keys (id)";

/// Which job another is a part of, and which part. A job that cuts trees into
/// shards may be begun twice: each part is there once all the same.
const PARTS: &str = "
ALTER TABLE service_jobs ADD COLUMN whole BIGINT;
ALTER TABLE service_jobs ADD COLUMN part BIGINT;
CREATE UNIQUE INDEX service_jobs_by_part ON service_jobs (whole, part)";

/// Brings the tables up to date, and tells which database it is. Instances
/// that start at the same time do it one after the other.
pub(super) async fn migrate(
    database: &Database,
) -> Result<String, ServiceError> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(ServiceError::Random)?;
    let identity = format!("{:016x}", u64::from_le_bytes(bytes));
    let found = bring_up(database, &identity).await;
    let found = found.map_err(ServiceError::Database)?;
    if found > VERSION {
        return Err(ServiceError::Newer { found, known: VERSION });
    }
    let row = database
        .pool()
        .fetch_one("SELECT id FROM service_identity")
        .await
        .map_err(ServiceError::Database)?;
    row.try_get(0).map_err(ServiceError::Database)
}

/// The version that was found.
async fn bring_up(database: &Database, identity: &str) -> sqlx::Result<i64> {
    let mut transaction = database.write().await?;
    if database.dialect() == Dialect::Postgres {
        transaction
            .execute("SELECT pg_advisory_xact_lock(1399743336)")
            .await?;
    }
    transaction
        .execute(
            "CREATE TABLE IF NOT EXISTS service_schema \
             (version BIGINT NOT NULL)",
        )
        .await?;
    let row = transaction
        .fetch_optional("SELECT version FROM service_schema")
        .await?;
    let found: i64 = match row {
        Some(row) => row.try_get(0)?,
        None => 0,
    };
    if found >= VERSION {
        return Ok(found);
    }
    let done = usize::try_from(found).unwrap_or(0);
    for step in STEPS.iter().skip(done) {
        for part in step.split(';') {
            let text = spelled(part, database.dialect());
            transaction.execute(statement(text)).await?;
        }
    }
    // It stays the same for as long as the database is there.
    sqlx::query(
        "INSERT INTO service_identity (id) SELECT CAST($1 AS TEXT) \
         WHERE NOT EXISTS (SELECT 1 FROM service_identity)",
    )
    .bind(identity)
    .execute(&mut *transaction)
    .await?;
    transaction.execute("DELETE FROM service_schema").await?;
    let note = format!("INSERT INTO service_schema VALUES ({VERSION})");
    transaction.execute(statement(note)).await?;
    transaction.commit().await?;
    Ok(found)
}

fn spelled(text: &str, dialect: Dialect) -> String {
    let (serial, blob) = match dialect {
        Dialect::Sqlite => ("INTEGER PRIMARY KEY AUTOINCREMENT", "BLOB"),
        Dialect::Postgres => ("BIGSERIAL PRIMARY KEY", "BYTEA"),
    };
    text.replace("{SERIAL}", serial).replace("{BLOB}", blob)
}
