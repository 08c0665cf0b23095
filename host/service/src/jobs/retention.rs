//! How long jobs are kept: some time after their end, they go, with their
//! results, their plans and their journals. What was applied or taken back
//! lately is kept whole, whenever it was planned.

use std::{fs, time::Duration};

use sqlx::Row as _;

use crate::{app::App, database::statement, plans::prefix, time};

/// How many go at a time: others write, too.
const TOGETHER: i64 = 16;

/// Where a job has rows beside its own.
const TABLES: &[&str] =
    &["service_chunks", "service_errors", "service_choices", "service_marks"];

/// Removes some of the jobs that are kept no longer.
pub(crate) async fn prune(app: &App) -> sqlx::Result<()> {
    let Some(kept) = app.config.keep_jobs else { return Ok(()) };
    let ids = over(app, kept).await?;
    for id in &ids {
        remove(app, *id).await?;
    }
    if !ids.is_empty() {
        tracing::info!(jobs = ids.len(), "removed old jobs");
    }
    Ok(())
}

/// The oldest jobs that are kept no longer: of a plan, and the jobs that
/// applied it and took it back, all or none; of what has parts, nothing while
/// one of them is kept.
async fn over(app: &App, kept: Duration) -> sqlx::Result<Vec<i64>> {
    let kept = i64::try_from(kept.as_millis()).unwrap_or(i64::MAX);
    let before = time::now().saturating_sub(kept);
    let ask = format!(
        "SELECT j.id FROM service_jobs j \
         WHERE j.state NOT IN ('queued', 'running') AND j.ended < $1 \
         AND NOT EXISTS (SELECT 1 FROM service_plans p, service_jobs a \
         WHERE (p.plan = j.id OR p.applied_by = j.id OR p.undone_by = j.id) \
         AND (a.id = p.plan OR a.id = p.applied_by OR a.id = p.undone_by) \
         AND (a.ended IS NULL OR a.ended >= $2)) \
         AND NOT EXISTS (SELECT 1 FROM service_jobs s \
         WHERE s.whole = COALESCE(j.whole, j.id) \
         AND (s.ended IS NULL OR s.ended >= $3)) \
         AND {} ORDER BY j.id LIMIT {TOGETHER}",
        app.queue.scope().condition("j", 4)
    );
    let mut query =
        sqlx::query(statement(ask)).bind(before).bind(before).bind(before);
    for root in app.queue.scope().values() {
        query = query.bind(root);
    }
    let rows = query.fetch_all(app.database.pool()).await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

async fn remove(app: &App, id: i64) -> sqlx::Result<()> {
    // First what cannot be found without the job.
    remove_files(app, id);
    let mut transaction = app.database.write().await?;
    for table in TABLES {
        let rows = format!("DELETE FROM {table} WHERE job = $1");
        sqlx::query(statement(rows))
            .bind(id)
            .execute(&mut *transaction)
            .await?;
    }
    for rows in [
        "DELETE FROM service_job_roots WHERE job = $1",
        "DELETE FROM service_plans WHERE plan = $1",
        "DELETE FROM service_jobs WHERE id = $1",
    ] {
        sqlx::query(rows).bind(id).execute(&mut *transaction).await?;
    }
    transaction.commit().await
}

/// Removes what a job has in the folder of state.
fn remove_files(app: &App, id: i64) {
    let prefix = prefix(&app.database, id);
    for (folder, is_of_files) in
        [("plans", true), ("runs", false), ("shards", false)]
    {
        let Ok(entries) = fs::read_dir(app.config.state_dir.join(folder))
        else {
            continue;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            if !name.as_encoded_bytes().starts_with(prefix.as_bytes()) {
                continue;
            }
            let path = entry.path();
            let removed = match is_of_files {
                true => fs::remove_file(&path),
                false => fs::remove_dir_all(&path),
            };
            if let Err(error) = removed {
                let path = sanchay::escaped_path(&path);
                tracing::warn!(path, %error, "what a job left stays");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{path::Path, sync::Arc};

    use serde_json::Value;

    use super::*;
    use crate::{
        jobs::{
            queue::{NewJob, Queue},
            scope::Places,
        },
        plans,
    };

    const DAY: i64 = 24 * 60 * 60 * 1000;

    /// A job that ended so many days ago, with something in the folder of
    /// state.
    async fn ended(app: &Arc<App>, days: i64) -> i64 {
        let roots = [app.roots.iter().next().unwrap().path.clone()];
        let new = NewJob {
            kind: "scan",
            title: "",
            request: &Value::Null,
            by: "page",
            places: Places::Roots(&roots),
        };
        let mut transaction = app.database.write().await.unwrap();
        let id = Queue::add(&mut transaction, &new).await.unwrap();
        sqlx::query(
            "UPDATE service_jobs SET state = 'done', ended = $1 \
             WHERE id = $2",
        )
        .bind(time::now() - days * DAY)
        .bind(id)
        .execute(&mut *transaction)
        .await
        .unwrap();
        transaction.commit().await.unwrap();
        let prefix = prefix(&app.database, id);
        let state = &app.config.state_dir;
        let run = state.join("runs").join(format!("{prefix}0"));
        fs::create_dir_all(run).unwrap();
        fs::create_dir_all(state.join("plans")).unwrap();
        let plan = state.join("plans").join(format!("{prefix}1.ndjson"));
        fs::write(plan, "").unwrap();
        id
    }

    fn count(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[tokio::test]
    async fn old_jobs_go_with_what_they_left_and_others_stay() {
        let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let [root, state] = &folders;
        let app = App::of_test(root.path(), state.path()).await;
        let old = ended(&app, 100).await;
        let new = ended(&app, 10).await;
        // What was undone lately is kept, with all that belongs to it.
        let plan = ended(&app, 120).await;
        let applied = ended(&app, 110).await;
        let undone = ended(&app, 1).await;
        let mut transaction = app.database.write().await.unwrap();
        plans::begin(&mut transaction, plan, applied).await.unwrap();
        plans::take_back(&mut transaction, plan, undone).await.unwrap();
        transaction.commit().await.unwrap();
        prune(&app).await.unwrap();
        let status = app.queue.get(old).await.unwrap_err().status();
        assert_eq!(status, 404);
        for id in [new, plan, applied, undone] {
            assert!(app.queue.get(id).await.is_ok(), "{id}");
        }
        for folder in ["plans", "runs"] {
            assert_eq!(count(&app.config.state_dir.join(folder)), 4);
        }
    }
}
