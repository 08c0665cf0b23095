//! Plans: what is to be done with files, found out and kept before anything
//! is. Making one is a job, and so is applying it; the journal of the second
//! lies in a folder of its own, by which whoever takes the job over finds out
//! how far it was.

pub(crate) mod acting;
pub(crate) mod document;
pub(crate) mod making;
pub(crate) mod options;
pub(crate) mod steps;
pub(crate) mod stored;

use std::path::PathBuf;

use sqlx::{Any, Row as _, Transaction};

use self::stored::Stored;
use crate::{app::App, database::Database, problem::Problem, time};

/// Which job applied a plan, and which took that back.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Applied {
    pub(crate) by: Option<i64>,
    pub(crate) undone_by: Option<i64>,
}

/// What became of a plan.
pub(crate) async fn applied(
    database: &Database,
    plan: i64,
) -> Result<Applied, Problem> {
    let row = sqlx::query(
        "SELECT applied_by, undone_by FROM service_plans WHERE plan = $1",
    )
    .bind(plan)
    .fetch_optional(database.pool())
    .await?;
    Ok(match row {
        None => Applied::default(),
        Some(row) => {
            Applied { by: Some(row.try_get(0)?), undone_by: row.try_get(1)? }
        }
    })
}

/// Notes that a job applies a plan; whether none did before. It can be
/// applied once, whoever asks, and however often. One that was cancelled
/// while it waited did not.
pub(crate) async fn begin(
    transaction: &mut Transaction<'_, Any>,
    plan: i64,
    job: i64,
) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "INSERT INTO service_plans (plan, applied_by, created) \
         VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    )
    .bind(plan)
    .bind(job)
    .bind(time::now())
    .execute(&mut **transaction)
    .await?;
    if done.rows_affected() > 0 {
        return Ok(true);
    }
    let done = sqlx::query(
        "UPDATE service_plans SET applied_by = $1 WHERE plan = $2 \
         AND applied_by IN (SELECT id FROM service_jobs \
         WHERE state = 'cancelled' AND started IS NULL)",
    )
    .bind(job)
    .bind(plan)
    .execute(&mut **transaction)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Notes that a job takes back what a plan did; whether no other one does, or
/// did.
pub(crate) async fn take_back(
    transaction: &mut Transaction<'_, Any>,
    plan: i64,
    job: i64,
) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "UPDATE service_plans SET undone_by = $1 WHERE plan = $2 \
         AND (undone_by IS NULL OR undone_by IN \
         (SELECT id FROM service_jobs WHERE state IN ('cancelled', 'failed')))",
    )
    .bind(job)
    .bind(plan)
    .execute(&mut **transaction)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// What a file of a job in the folder of state begins with. The number of a
/// job is its own in one database only.
pub(crate) fn prefix(database: &Database, job: i64) -> String {
    format!("{}-{job}-", database.identity())
}

/// The folder of the journals of a job that applies a plan. It is named by
/// the plan, too: where a copy of a database is used beside it, numbers come
/// twice.
pub(crate) fn journals(app: &App, job: i64, plan: &Stored) -> PathBuf {
    let name = format!("{}{}", prefix(&app.database, job), plan.digest);
    app.config.state_dir.join("runs").join(name)
}
