//! A plan as clients see it.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::applied;
use crate::{
    app::App,
    jobs::{
        document::Job,
        kind::{Kind, State},
    },
    problem::Problem,
};

/// A plan.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Plan)]
pub(crate) struct PlanDocument {
    /// Its number: that of the job that makes it.
    pub(crate) id: i64,
    /// `rename`, `move`, `copy`, `delete`, `dedupe` or `undo`.
    pub(crate) kind: String,
    /// `making`, `ready`, `failed`, `applying`, `applied`, `partly`,
    /// `undoing` or `undone`.
    pub(crate) state: &'static str,
    /// What was asked for.
    pub(crate) request: Value,
    /// How many entries it is about.
    pub(crate) steps: u64,
    /// How many bytes these have; of duplicates, how many would be free.
    pub(crate) bytes: u64,
    /// How many entries are left alone, since something stands in the way.
    pub(crate) left_alone: u64,
    /// How many are as they should be already.
    pub(crate) unchanged: u64,
    /// What was looked at: `{id, text, ok, count}`.
    pub(crate) checks: Value,
    /// `possible`, or `none`: then applying it has to be confirmed by the
    /// number of its steps.
    pub(crate) undo: String,
    /// The number to confirm it by; absent where it can be undone.
    pub(crate) confirm: Option<u64>,
    /// What it would take back, if it is of the kind `undo`: a plan.
    pub(crate) of: Option<i64>,
    /// The job that applies it.
    pub(crate) job: Option<i64>,
    /// What applying it came to: `{done, failed, left_alone}`.
    pub(crate) applied: Option<Value>,
    /// Why it could not be made, or applied.
    pub(crate) problem: Option<Value>,
    /// When it was asked for.
    pub(crate) created: String,
    /// What tells it from others: to be sent as `If-Match`.
    #[serde(skip)]
    pub(crate) etag: String,
}

/// A plan by its number.
///
/// # Errors
/// 404 where there is none.
pub(crate) async fn get(app: &App, id: i64) -> Result<PlanDocument, Problem> {
    let made = made(app, id).await?;
    let became = applied(&app.database, id).await?;
    let applying = match became.by {
        Some(job) => Some(app.queue.get(job).await?),
        None => None,
    };
    let undoing = match became.undone_by {
        Some(job) => Some(app.queue.get(job).await?),
        None => None,
    };
    Ok(document(made, applying, undoing.as_ref()))
}

/// The job that makes a plan.
///
/// # Errors
/// 404 where it is none.
pub(crate) async fn made(app: &App, id: i64) -> Result<Job, Problem> {
    let none = || Problem::not_found("There is no plan of that number.");
    let made =
        app.queue.get(id).await.map_err(|problem| match problem.status() {
            http::StatusCode::NOT_FOUND => none(),
            _ => problem,
        })?;
    match Kind::named(&made.kind).is_some_and(Kind::plans) {
        true => Ok(made),
        false => Err(none()),
    }
}

/// How far a plan is, by the job that made it, the one that applies it, and
/// the one that takes that back. One that was cancelled while it waited did
/// nothing, and counts for nothing.
fn state(
    made: State,
    applying: Option<&Job>,
    undoing: Option<&Job>,
) -> &'static str {
    let did_nothing =
        |job: &Job| job.state == State::Cancelled && job.started.is_none();
    let applying = applying.filter(|job| !did_nothing(job));
    let undoing = undoing.filter(|job| !did_nothing(job));
    match (made, applying, undoing.map(|job| job.state)) {
        (_, Some(_), Some(State::Queued | State::Running)) => "undoing",
        (_, Some(_), Some(State::Done | State::No)) => "undone",
        (_, Some(_), Some(State::Failed | State::Cancelled)) => "partly",
        (_, Some(job), None) => match job.state {
            State::Queued | State::Running => "applying",
            State::Done => "applied",
            State::No | State::Failed | State::Cancelled => "partly",
        },
        (State::Queued | State::Running, None, _) => "making",
        (State::Done | State::No, None, _) => "ready",
        (State::Failed | State::Cancelled, None, _) => "failed",
    }
}

fn document(
    made: Job,
    applying: Option<Job>,
    undoing: Option<&Job>,
) -> PlanDocument {
    let result = made.result.clone().unwrap_or_default();
    let number =
        |name: &str| result.get(name).and_then(Value::as_u64).unwrap_or(0);
    let text = |name: &str| {
        let text = result.get(name).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let state = state(made.state, applying.as_ref(), undoing);
    let is_undo = made.kind == Kind::Undo.name();
    let of = made.request.get("plan").and_then(Value::as_i64);
    let undo = text("undo");
    let steps = number("steps");
    let needs_confirmation = undo == "none" && !is_undo;
    let problem = applying
        .as_ref()
        .and_then(|job| job.problem.clone())
        .or_else(|| made.problem.clone());
    PlanDocument {
        id: made.id,
        state,
        steps,
        bytes: number("bytes"),
        left_alone: number("left_alone"),
        unchanged: number("unchanged"),
        checks: result.get("checks").cloned().unwrap_or_default(),
        undo,
        confirm: needs_confirmation.then_some(steps),
        of: of.filter(|_| is_undo),
        job: applying.as_ref().map(|job| job.id),
        applied: applying.and_then(|job| {
            let mut told = job.result?;
            if let Some(told) = told.as_object_mut() {
                told.remove("problems");
            }
            Some(told)
        }),
        problem,
        created: made.created,
        etag: format!("\"p{}-{}\"", made.id, text("digest")),
        kind: made.kind,
        request: made.request,
    }
}
