//! Plans: to make them, to look at them, to apply them, to take that back.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use sanchay::ops::Plan;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use utoipa::ToSchema;

use super::{
    jobs::{Begun, add, as_it_is},
    origin::{with_job, with_origin},
};
use crate::{
    app::App,
    blocking::blocking,
    extract::{Body, Params, Place},
    idempotency::Once,
    jobs::{
        document::Job,
        kind::{Kind, State as JobState},
        queue::{NewJob, Queue},
        request::JobRequest,
        scope::Places,
    },
    plans::{
        self,
        document::{PlanDocument, get as find, made},
        steps::{by_path, row},
        stored::Stored,
    },
    problem::Problem,
    rights::{Caller, Right},
};

/// How long a request waits for its plan.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many steps a page has at most, and unless more are asked for.
const MOST: usize = 1000;
const USUAL: usize = 200;

/// What applying a plan takes.
#[derive(Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Apply {
    /// The number of its steps, where it cannot be undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    confirm: Option<u64>,
}

/// Which steps.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepParams {
    /// The number of the first one.
    from: Option<usize>,
    /// How many, up to 1000.
    count: Option<usize>,
    /// `left_alone`: what stands in the way; `failed`: what could not be done.
    only: Option<String>,
}

/// Steps of a plan.
#[derive(Serialize, ToSchema)]
pub(crate) struct Steps {
    /// The number of the first one.
    from: usize,
    /// How many there are.
    total: usize,
    /// Them: `op`, `path`, `to`, `because`, `size`, `state`, `why`.
    rows: Vec<Value>,
}

/// Begins to make a plan: the same as a job of its kind
#[utoipa::path(
    post, path = "/api/v1/plans", tag = "plans", request_body = JobRequest,
    params(("Idempotency-Key" = Option<String>, Header,
        description = "Of requests with the same key, one begins a plan")),
    responses((status = 201, body = PlanDocument)),
)]
pub(crate) async fn make(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    Body(mut request): Body<Value>,
) -> Result<Response, Problem> {
    if let Some(job) = request.get("job").and_then(Value::as_i64) {
        with_job(&app, &mut request, job).await?;
    } else if let Some(view) = request.get("view").and_then(Value::as_str) {
        let view = app.views.get(&app, view).await?;
        with_origin(&app, &mut request, &view.definition.origin).await?;
    }
    let request: JobRequest = serde_json::from_value(request)
        .map_err(|error| Problem::invalid(error.to_string()))?;
    if !request.kind.plans() || request.kind.is_of_plan() {
        return Err(Problem::invalid(
            "kind: plans are of rename, move, copy, delete and dedupe.",
        )
        .with("option", "kind"));
    }
    let Begun { id, .. } = add(&app, &caller, &headers, request).await?;
    Ok(created(&waited(&app, id).await?))
}

/// A plan, as soon as it is made, but not after more than a moment.
async fn waited(app: &App, id: i64) -> Result<PlanDocument, Problem> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let plan = find(app, id).await?;
        if plan.state != "making" || Instant::now() > deadline {
            return Ok(plan);
        }
        sleep(Duration::from_millis(20)).await;
    }
}

fn created(plan: &PlanDocument) -> Response {
    let mut response = (StatusCode::CREATED, Json(plan)).into_response();
    let headers = response.headers_mut();
    let place = format!("/api/v1/plans/{}", plan.id);
    if let Ok(place) = HeaderValue::from_str(&place) {
        headers.insert(header::LOCATION, place);
    }
    if let Ok(etag) = HeaderValue::from_str(&plan.etag) {
        headers.insert(header::ETAG, etag);
    }
    response
}

/// A plan
#[utoipa::path(
    get, path = "/api/v1/plans/{id}", tag = "plans",
    params(("id" = i64, Path, description = "The plan's number")),
    responses((status = 200, body = PlanDocument)),
)]
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place(id): Place<i64>,
) -> Result<Response, Problem> {
    caller.needs(Right::Read)?;
    let plan = find(&app, id).await?;
    let etag = HeaderValue::from_str(&plan.etag);
    let mut response = Json(plan).into_response();
    if let Ok(etag) = etag {
        response.headers_mut().insert(header::ETAG, etag);
    }
    Ok(response)
}

/// The plan that a job made
#[utoipa::path(
    get, path = "/api/v1/jobs/{id}/plan", tag = "plans",
    params(("id" = i64, Path, description = "The job's number")),
    responses((status = 200, body = PlanDocument)),
)]
pub(crate) async fn of_job(
    state: State<Arc<App>>,
    caller: Caller,
    place: Place<i64>,
) -> Result<Response, Problem> {
    get(state, caller, place).await
}

/// Steps of a plan
#[utoipa::path(
    get, path = "/api/v1/plans/{id}/steps", tag = "plans",
    params(("id" = i64, Path, description = "The plan's number"),
        StepParams),
    responses((status = 200, body = Steps)),
)]
pub(crate) async fn steps(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place(id): Place<i64>,
    Params(params): Params<StepParams>,
) -> Result<Json<Steps>, Problem> {
    caller.needs(Right::Read)?;
    let from = params.from.unwrap_or(0);
    let count = params.count.unwrap_or(USUAL);
    if !(1..=MOST).contains(&count) {
        return Err(Problem::bad_request("count is from 1 to 1000."));
    }
    let plan = made(&app, id).await?;
    let became = plans::applied(&app.database, id).await?;
    let applying = match became.by {
        Some(job) => Some(app.queue.get(job).await?),
        None => None,
    };
    // A plan that takes another back has the other's steps.
    let of = plan.request.get("plan").and_then(Value::as_i64);
    let source = match of {
        Some(of) => made(&app, of).await?,
        None => plan.clone(),
    };
    let problems = applying
        .as_ref()
        .and_then(|job| job.result.as_ref().and_then(|it| it.get("problems")));
    let listed = match params.only.as_deref() {
        None | Some("" | "all") => None,
        Some("left_alone") => {
            Some(plan.result.as_ref().and_then(|it| it.get("conflicts")))
        }
        Some("failed") => Some(problems),
        Some(_) => {
            return Err(Problem::bad_request("only is left_alone or failed."));
        }
    };
    if let Some(listed) = listed {
        let all = listed.and_then(Value::as_array).cloned();
        let all = all.unwrap_or_default();
        let total = all.len();
        let rows = all.into_iter().skip(from).take(count).collect();
        return Ok(Json(Steps { from, total, rows }));
    }
    let state = steps_state(&plan, applying.as_ref());
    let problems = by_path(problems);
    let stored = Stored::of(&source).ok_or_else(|| {
        Problem::conflict("The plan is not made yet, or could not be.")
            .of_kind("plan-not-ready")
    })?;
    let page = blocking(move || {
        let plan: Arc<Plan> =
            app.open_plans.get(&app, &app.reading_engine, &stored)?;
        let end = from.saturating_add(count).min(plan.entry_count());
        let rows = (from..end).filter_map(|number| {
            let mut step = plan.entry(number)?;
            if of.is_some() {
                std::mem::swap(&mut step.from, &mut step.to);
            }
            let shown = row(&step, None);
            let name = shown.get("path").and_then(Value::as_str);
            let base64 = shown.get("path_base64").and_then(Value::as_str);
            let problem = problems.get(name.or(base64)?);
            let usual = json!({"state": state});
            Some(row(&step, Some(problem.unwrap_or(&usual))))
        });
        Ok(Steps { from, total: plan.entry_count(), rows: rows.collect() })
    });
    Ok(Json(page.await?))
}

/// What became of steps of which nothing else is known.
fn steps_state(plan: &Job, applying: Option<&Job>) -> &'static str {
    match applying.map(|job| job.state) {
        Some(JobState::Done | JobState::No)
            if plan.kind == Kind::Undo.name() =>
        {
            "undone"
        }
        Some(JobState::Done | JobState::No) => "done",
        _ => "planned",
    }
}

/// Applies a plan, once
#[utoipa::path(
    post, path = "/api/v1/plans/{id}/apply", tag = "plans",
    request_body = Apply,
    params(("id" = i64, Path, description = "The plan's number"),
        ("If-Match" = Option<String>, Header,
        description = "The plan's ETag: another one is refused")),
    responses((status = 202, body = Job)),
)]
pub(crate) async fn apply(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place(id): Place<i64>,
    headers: HeaderMap,
    Body(given): Body<Apply>,
) -> Result<Response, Problem> {
    applied(&app, &caller, id, &headers, &given).await
}

/// Applies the plan that a job made, once
#[utoipa::path(
    post, path = "/api/v1/jobs/{id}/apply", tag = "plans",
    request_body = Apply,
    params(("id" = i64, Path, description = "The job's number"),
        ("If-Match" = Option<String>, Header,
        description = "The plan's ETag: another one is refused")),
    responses((status = 202, body = Job)),
)]
pub(crate) async fn apply_of_job(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place(id): Place<i64>,
    headers: HeaderMap,
    Body(given): Body<Apply>,
) -> Result<Response, Problem> {
    applied(&app, &caller, id, &headers, &given).await
}

async fn applied(
    app: &Arc<App>,
    caller: &Caller,
    id: i64,
    headers: &HeaderMap,
    given: &Apply,
) -> Result<Response, Problem> {
    caller.needs(Right::Write)?;
    let plan = find(app, id).await?;
    let wanted = headers.get(header::IF_MATCH);
    let wanted = wanted.and_then(|it| it.to_str().ok());
    let fits = |it: &str| {
        it == "*" || it.split(',').any(|tag| tag.trim() == plan.etag)
    };
    if wanted.is_some_and(|it| !fits(it)) {
        return Err(Problem::stale(
            "The plan is not the one that was looked at: look at it again.",
        ));
    }
    if matches!(plan.state, "making" | "failed") {
        return Err(Problem::conflict(
            "The plan is not made yet, or could not be.",
        )
        .of_kind("plan-not-ready"));
    }
    if plan.confirm.is_some() && plan.confirm != given.confirm {
        return Err(Problem::invalid(format!(
            "This cannot be undone: confirm it by the number of its steps, \
             {}.",
            plan.steps
        ))
        .of_kind("confirm")
        .with("steps", plan.steps));
    }
    if plan.of.is_none() {
        check_file(app, id).await?;
    }
    let request = json!({"kind": Kind::Apply.name(), "plan": id});
    let title = match plan.of {
        Some(of) => format!("Undoing of plan {of}"),
        None => format!("{} (plan {id})", kind_title(&plan.kind)),
    };
    let new = NewJob {
        kind: Kind::Apply.name(),
        title: &title,
        request: &request,
        by: &caller.name,
        places: Places::OfJob(id),
    };
    let once = Once::of(headers, caller, "apply", &request)?;
    let mut transaction = app.database.write().await?;
    if let Some(once) = &once
        && let crate::idempotency::Answered::Before(job) =
            once.begin(&mut transaction).await?
    {
        drop(transaction);
        return accepted(app, job, true).await;
    }
    let job = Queue::add(&mut transaction, &new).await?;
    if !plans::begin(&mut transaction, id, job).await? {
        drop(transaction);
        return Err(Problem::conflict(
            "The plan was applied before. A plan is applied once: make \
             another one.",
        )
        .of_kind("plan-applied"));
    }
    if let Some(of) = plan.of
        && !plans::take_back(&mut transaction, of, job).await?
    {
        drop(transaction);
        let why = "It is taken back already, or is being.";
        return Err(Problem::conflict(why).of_kind("no-undo"));
    }
    if let Some(once) = &once {
        once.answer(&mut transaction, job).await?;
    }
    transaction.commit().await?;
    app.running.wake();
    app.tell_job(job, JobState::Queued);
    app.tell_plan(id, "applying");
    accepted(app, job, false).await
}

/// Makes sure that a plan is still the one that was made.
async fn check_file(app: &Arc<App>, id: i64) -> Result<(), Problem> {
    let made = made(app, id).await?;
    let Some(stored) = Stored::of(&made) else { return Ok(()) };
    let app = Arc::clone(app);
    blocking(move || stored.check(&app.config)).await
}

async fn accepted(
    app: &Arc<App>,
    job: i64,
    replayed: bool,
) -> Result<Response, Problem> {
    let job = as_it_is(app, app.queue.get(job).await?);
    let place = format!("/api/v1/jobs/{}", job.id);
    let mut response = (StatusCode::ACCEPTED, Json(job)).into_response();
    let headers = response.headers_mut();
    if let Ok(place) = HeaderValue::from_str(&place) {
        headers.insert(header::LOCATION, place);
    }
    if replayed {
        let yes = HeaderValue::from_static("true");
        headers.insert("idempotency-replayed", yes);
    }
    Ok(response)
}

fn kind_title(kind: &str) -> &'static str {
    Kind::named(kind).map_or("Plan", Kind::title)
}

/// Plans to take back what a plan did
#[utoipa::path(
    post, path = "/api/v1/plans/{id}/undo", tag = "plans",
    params(("id" = i64, Path, description = "The plan's number"),
        ("Idempotency-Key" = Option<String>, Header,
        description = "Of requests with the same key, one begins a plan")),
    responses((status = 201, body = PlanDocument)),
)]
pub(crate) async fn undo(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place(id): Place<i64>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    undone(&app, &caller, &headers, id).await
}

/// Plans to take back what the plan of a job did
#[utoipa::path(
    post, path = "/api/v1/jobs/{id}/undo", tag = "plans",
    params(("id" = i64, Path, description = "The job's number"),
        ("Idempotency-Key" = Option<String>, Header,
        description = "Of requests with the same key, one begins a plan")),
    responses((status = 201, body = PlanDocument)),
)]
pub(crate) async fn undo_of_job(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place(id): Place<i64>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    // The job that applied a plan means that plan.
    let job = app.queue.get(id).await?;
    let plan = job.request.get("plan").and_then(Value::as_i64);
    let is_applying = job.kind == Kind::Apply.name();
    let plan = plan.filter(|_| is_applying).unwrap_or(id);
    undone(&app, &caller, &headers, plan).await
}

async fn undone(
    app: &Arc<App>,
    caller: &Caller,
    headers: &HeaderMap,
    id: i64,
) -> Result<Response, Problem> {
    caller.needs(Right::Write)?;
    let plan = find(app, id).await?;
    let why = match plan.state {
        "applied" | "partly"
            if plan.of.is_none() && plan.confirm.is_none() =>
        {
            ""
        }
        "undone" => "It is taken back already.",
        "undoing" => "It is being taken back.",
        "applied" | "partly" => "This cannot be taken back.",
        _ => "It was not applied: there is nothing to take back.",
    };
    if !why.is_empty() {
        return Err(Problem::conflict(why).of_kind("no-undo"));
    }
    let request = json!({"kind": Kind::Undo.name(), "plan": id});
    let title = format!("Undoing of plan {id}");
    let new = NewJob {
        kind: Kind::Undo.name(),
        title: &title,
        request: &request,
        by: &caller.name,
        places: Places::OfJob(id),
    };
    let once = Once::of(headers, caller, "undo", &request)?;
    let mut transaction = app.database.write().await?;
    if let Some(once) = &once
        && let crate::idempotency::Answered::Before(job) =
            once.begin(&mut transaction).await?
    {
        drop(transaction);
        let mut response = created(&waited(app, job).await?);
        let yes = HeaderValue::from_static("true");
        response.headers_mut().insert("idempotency-replayed", yes);
        return Ok(response);
    }
    let job = Queue::add(&mut transaction, &new).await?;
    if let Some(once) = &once {
        once.answer(&mut transaction, job).await?;
    }
    transaction.commit().await?;
    app.running.wake();
    app.tell_job(job, JobState::Queued);
    Ok(created(&waited(app, job).await?))
}
