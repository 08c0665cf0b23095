//! Plans: what is to be done with files, found out and kept before anything
//! is. Making one is a job, and so is applying it; the journal of the second
//! lies in a folder of its own, by which whoever takes the job over finds out
//! how far it was.

pub(crate) mod acting;
pub(crate) mod document;
pub(crate) mod making;
pub(crate) mod options;
pub(crate) mod steps;

use std::path::PathBuf;

use sqlx::{Any, Row as _, Transaction};

use crate::{config::Config, database::Database, problem::Problem, time};

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
/// applied once, whoever asks, and however often.
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
    Ok(done.rows_affected() > 0)
}

/// Notes that a job takes back what a plan did.
pub(crate) async fn take_back(
    transaction: &mut Transaction<'_, Any>,
    plan: i64,
    job: i64,
) -> sqlx::Result<()> {
    sqlx::query("UPDATE service_plans SET undone_by = $1 WHERE plan = $2")
        .bind(job)
        .bind(plan)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// The file of a plan.
pub(crate) fn file(config: &Config, name: &str) -> PathBuf {
    config.state_dir.join("plans").join(name)
}

/// The folder of the journals of a job that applies a plan.
pub(crate) fn journals(config: &Config, job: i64) -> PathBuf {
    config.state_dir.join("runs").join(job.to_string())
}
