//! Jobs in parts: what the job that cuts trees into shards begins, a job for
//! each, which any worker takes; and, when all of them are over, one more that
//! merges what they wrote to the folder of state.

use std::path::PathBuf;

use sanchay::Summary;
use sanchay_shards::{Plan, Shard};
use serde_json::{Value, json};
use sqlx::Row as _;
use tokio::runtime::Handle;

use super::{
    kind::{Kind, State},
    queue::{Claimed, NewJob, Queue},
    scope::Places,
    shards::{request_of_merge, request_of_shard},
    work::{Failure, Outcome},
};
use crate::{
    app::App,
    database::{Database, statement},
    plans::prefix,
    problem::Problem,
    time,
};

/// The number of the part that merges the others.
const MERGE: i64 = -1;

/// Where the shards of a job write what they found.
pub(super) fn place(app: &App, whole: i64, plan: &str) -> PathBuf {
    let name = format!("{}{plan}", prefix(&app.database, whole));
    app.config.state_dir.join("shards").join(name)
}

/// Begins a job for each shard of what is cut. A worker that died after it had
/// done so left them: then nothing is cut once more.
///
/// # Errors
/// What cutting has, and that somebody else has the job by now.
pub(super) fn begin(
    app: &App,
    handle: &Handle,
    claimed: &Claimed,
    cut: impl FnOnce() -> Result<Plan, Failure>,
) -> Result<Outcome, Failure> {
    let before = handle.block_on(begun(&app.database, claimed.id));
    let before = before.map_err(Problem::from)?;
    if !before.is_empty() {
        let mut summary = Summary::default();
        for shard in &before {
            summary.files = summary.files.saturating_add(shard.files);
            summary.bytes = summary.bytes.saturating_add(shard.bytes);
        }
        return Ok(outcome(&before, summary));
    }
    let plan = cut()?;
    let begun = handle.block_on(add(app, claimed, &plan));
    match begun.map_err(Problem::from)? {
        true => Ok(outcome(&plan.shards, plan.summary)),
        false => Err(Failure::Cancelled),
    }
}

/// What cutting came to.
fn outcome(shards: &[Shard], summary: Summary) -> Outcome {
    let result = json!({
        "plan": shards.first().map(|it| &it.plan),
        "shards": shards.len(),
        "files": summary.files,
        "bytes": summary.bytes,
        "errors": summary.errors,
    });
    Outcome { state: State::Done, summary, result }
}

/// The shards that a job has begun.
async fn begun(database: &Database, whole: i64) -> sqlx::Result<Vec<Shard>> {
    let rows = sqlx::query(
        "SELECT request FROM service_jobs \
         WHERE whole = $1 AND part >= 0 ORDER BY part",
    )
    .bind(whole)
    .fetch_all(database.pool())
    .await?;
    let mut all = Vec::new();
    for row in rows {
        let request: String = row.try_get(0)?;
        let request: Value =
            serde_json::from_str(&request).unwrap_or_default();
        let line = request.get("shard").and_then(Value::as_str);
        all.extend(line.and_then(|it| Shard::parse(it.as_bytes()).ok()));
    }
    Ok(all)
}

/// Adds a job for each shard of a plan, all or none; whether the job that cuts
/// is still held.
async fn add(app: &App, claimed: &Claimed, plan: &Plan) -> sqlx::Result<bool> {
    let mut transaction = app.database.write().await?;
    // Nobody else takes the job over until this is done.
    let held = sqlx::query(
        "UPDATE service_jobs SET changed = $1 \
         WHERE id = $2 AND attempt = $3 AND state = 'running' \
         RETURNING title, made_by",
    )
    .bind(time::now())
    .bind(claimed.id)
    .bind(claimed.attempt)
    .fetch_optional(&mut *transaction)
    .await?;
    let Some(held) = held else { return Ok(false) };
    let (title, by): (String, String) = (held.try_get(0)?, held.try_get(1)?);
    let lines = plan.text.split(|byte| *byte == b'\n');
    let count = plan.shards.len();
    for (number, line) in (0..).zip(lines.filter(|it| !it.is_empty())) {
        let line = String::from_utf8_lossy(line);
        let request = request_of_shard(claimed.id, &line);
        let new = NewJob {
            kind: Kind::Shard.name(),
            title: &format!("{title}, {} of {count}", number + 1),
            request: &request,
            by: &by,
            places: Places::OfJob(claimed.id),
        };
        Queue::add_part(&mut transaction, &new, claimed.id, number).await?;
    }
    transaction.commit().await?;
    app.running.wake();
    Ok(true)
}

/// Begins to merge the jobs whose shards are all over. Whoever comes first
/// does it, and nobody twice.
pub(crate) async fn merge_finished(app: &App) -> sqlx::Result<()> {
    let ask = format!(
        "SELECT w.id, w.title, w.made_by, w.request, w.result \
         FROM service_jobs w WHERE w.kind = '{}' AND w.state = '{}' \
         AND w.cancelled = 0 AND NOT EXISTS \
         (SELECT 1 FROM service_jobs p WHERE p.whole = w.id \
         AND (p.part = {MERGE} OR p.state IN ('queued', 'running'))) \
         AND {} ORDER BY w.id",
        Kind::Shards.name(),
        State::Done.name(),
        app.queue.scope().condition("w", 1)
    );
    let mut query = sqlx::query(statement(ask));
    for root in app.queue.scope().values() {
        query = query.bind(root);
    }
    for row in query.fetch_all(app.database.pool()).await? {
        let id: i64 = row.try_get(0)?;
        let (title, by): (String, String) = (row.try_get(1)?, row.try_get(2)?);
        let value = |at| -> sqlx::Result<Value> {
            let text: Option<String> = row.try_get(at)?;
            let text = text.unwrap_or_default();
            Ok(serde_json::from_str(&text).unwrap_or_default())
        };
        let (asked, result) = (value(3)?, value(4)?);
        let plan = result.get("plan").and_then(Value::as_str);
        let Some(plan) = plan else { continue };
        let request = request_of_merge(id, plan, &asked);
        let new = NewJob {
            kind: Kind::Merge.name(),
            title: &format!("{}: {title}", Kind::Merge.title()),
            request: &request,
            by: &by,
            places: Places::OfJob(id),
        };
        let mut transaction = app.database.write().await?;
        let added = Queue::add_part(&mut transaction, &new, id, MERGE).await?;
        transaction.commit().await?;
        if let Some(added) = added {
            app.running.wake();
            app.tell_job(added, State::Queued);
        }
    }
    Ok(())
}
