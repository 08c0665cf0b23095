//! Jobs: to begin them, to look at them, to cancel them.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::Row as _;
use utoipa::ToSchema;

use super::assets::cached;
use crate::{
    app::App,
    blocking::blocking,
    extract::{Body, Params, Place},
    idempotency::{Answered, Once},
    jobs::{
        document::Job,
        kind::{Kind, State as JobState},
        queue::{NewJob, Queue, Selection},
        request::JobRequest,
        scope::{self, Places},
        spec::{Spec, Task},
    },
    problem::Problem,
    results::cells::split,
    rights::{Caller, Right},
};

/// How many jobs a page has at most, and unless more are asked for.
const MOST: i64 = 200;
const USUAL: i64 = 50;

/// How long what is asked for may be, in bytes: it is kept with the job.
const LONGEST_REQUEST: usize = 64 << 10;

/// How many entries that failed a page has.
const ERRORS: i64 = 500;

/// Which jobs.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListParams {
    /// Only jobs in this state.
    state: Option<JobState>,
    /// Only jobs of this kind.
    kind: Option<String>,
    /// Only the parts of this job.
    whole: Option<i64>,
    /// How many, up to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// Where the page begins, as `next` said.
    cursor: Option<i64>,
}

/// Jobs.
#[derive(Serialize, ToSchema)]
pub(crate) struct JobList {
    /// Them, the newest first.
    jobs: Vec<Job>,
    /// Where the next page begins; absent on the last.
    next: Option<i64>,
}

/// Which entries that failed.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErrorParams {
    /// Only those that failed for this reason.
    reason: Option<String>,
    /// Where the page begins, as `next` said.
    cursor: Option<i64>,
}

/// Entries that failed.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErrorList {
    /// How many failed for which reason.
    reasons: Vec<Reason>,
    /// They themselves: the first 100,000 of a job are kept.
    errors: Vec<EntryFailure>,
    /// Where the next page begins; absent on the last.
    next: Option<i64>,
}

/// How many entries failed for a reason.
#[derive(Serialize, ToSchema)]
pub(crate) struct Reason {
    /// `permission-denied`, `gone`, `system`, `sandbox` or `other`.
    reason: String,
    /// How many.
    count: i64,
}

/// An entry that failed.
#[derive(Serialize, ToSchema)]
pub(crate) struct EntryFailure {
    /// Its path.
    path: Option<String>,
    /// The same in Base64, where it is not UTF-8.
    path_base64: Option<String>,
    /// What was being done.
    what: String,
    /// Why it failed.
    why: String,
}

/// Lists jobs
#[utoipa::path(
    get, path = "/api/v1/jobs", tag = "jobs", params(ListParams),
    responses((status = 200, body = JobList)),
)]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Params(params): Params<ListParams>,
) -> Result<Json<JobList>, Problem> {
    caller.needs(Right::Read)?;
    let limit = params.limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::bad_request("limit is from 1 to 200."));
    }
    let selection = Selection {
        state: params.state,
        kind: params.kind,
        whole: params.whole,
        before: params.cursor,
        limit: limit.saturating_add(1),
    };
    let mut jobs = app.queue.list(&selection).await?;
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = jobs.len() > size;
    jobs.truncate(size);
    let next = jobs.last().filter(|_| more).map(|job| job.id);
    let jobs = jobs.into_iter().map(|job| as_it_is(&app, job)).collect();
    Ok(Json(JobList { jobs, next }))
}

/// Begins a job
#[utoipa::path(
    post, path = "/api/v1/jobs", tag = "jobs", request_body = JobRequest,
    params(("Idempotency-Key" = Option<String>, Header,
        description = "Of requests with the same key, one begins a job")),
    responses((status = 202, body = Job)),
)]
pub(crate) async fn begin(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    Body(request): Body<JobRequest>,
) -> Result<Response, Problem> {
    begun(&app, add(&app, &caller, &headers, request).await?).await
}

/// Begins a scan: the same as a job of the kind `scan`
#[utoipa::path(
    post, path = "/scan", tag = "jobs", request_body = Value,
    params(("Idempotency-Key" = Option<String>, Header,
        description = "Of requests with the same key, one begins a job")),
    responses((status = 202, body = Job)),
)]
pub(crate) async fn scan(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    Body(mut request): Body<Value>,
) -> Result<Response, Problem> {
    let Some(options) = request.as_object_mut() else {
        return Err(Problem::invalid("Send an object with `roots`."));
    };
    let kind = options.insert("kind".to_owned(), Kind::Scan.name().into());
    if kind.is_some_and(|kind| kind != Kind::Scan.name()) {
        return Err(Problem::invalid("kind: this begins scans only."));
    }
    let request = serde_json::from_value(request)
        .map_err(|error| Problem::invalid(error.to_string()))?;
    begun(&app, add(&app, &caller, &headers, request).await?).await
}

/// A job that was begun.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Begun {
    pub(crate) id: i64,
    /// Whether this request began it, and none before with the same key.
    pub(crate) is_new: bool,
}

/// Adds a job to the queue.
pub(crate) async fn add(
    app: &Arc<App>,
    caller: &Caller,
    headers: &HeaderMap,
    request: JobRequest,
) -> Result<Begun, Problem> {
    caller.needs(Right::Run)?;
    if request.kind.is_of_plan() {
        return Err(Problem::invalid(
            "kind: plans are applied by POST /api/v1/plans/ID/apply.",
        )
        .with("option", "kind"));
    }
    if request.kind.is_part() {
        return Err(Problem::invalid(
            "kind: shards are begun by jobs of the kind `shards`.",
        )
        .with("option", "kind"));
    }
    if app.is_stopping() {
        let why = "The service is about to end.";
        return Err(Problem::unavailable(why).retry_after(5));
    }
    let document = serde_json::to_value(&request)
        .map_err(|error| Problem::invalid(error.to_string()))?;
    if document.to_string().len() > LONGEST_REQUEST {
        return Err(Problem::too_large(
            "What a job is asked for is longer than 64 KiB.",
        ));
    }
    let once = Once::of(headers, caller, "POST /api/v1/jobs", &document)?;
    let (spec, places) = {
        let (theirs, asked) = (Arc::clone(app), document.clone());
        blocking(move || {
            let (roots, catalog) = (&theirs.roots, &theirs.catalog);
            let spec = Spec::new(&request, roots)?;
            let places = scope::of_request(spec.kind, &asked, roots, catalog)?;
            Ok((spec, places))
        })
        .await?
    };
    if spec.kind == Kind::StoreGet {
        caller.needs(Right::Write)?;
    }
    if let Task::StorePut { store, .. } | Task::StoreGet { store, .. } =
        &spec.task
    {
        app.stores.check(store)?;
    }
    let title = title(&spec);
    let new = NewJob {
        kind: spec.kind.name(),
        title: &title,
        request: &document,
        by: &caller.name,
        places: Places::Roots(&places),
    };
    let mut transaction = app.database.write().await?;
    let before = match &once {
        Some(once) => once.begin(&mut transaction).await?,
        None => Answered::Never,
    };
    let (id, is_new) = match before {
        Answered::Before(id) => (id, false),
        Answered::Never => {
            let id = Queue::add(&mut transaction, &new).await?;
            if let Some(once) = &once {
                once.answer(&mut transaction, id).await?;
            }
            (id, true)
        }
    };
    transaction.commit().await?;
    if is_new {
        app.running.wake();
        app.tell_job(id, JobState::Queued);
    }
    Ok(Begun { id, is_new })
}

/// The answer to a request that began a job.
async fn begun(
    app: &Arc<App>,
    Begun { id, is_new }: Begun,
) -> Result<Response, Problem> {
    let job = as_it_is(app, app.queue.get(id).await?);
    let mut response = (StatusCode::ACCEPTED, Json(job)).into_response();
    let answered = response.headers_mut();
    let place = format!("/api/v1/jobs/{id}");
    if let Ok(place) = HeaderValue::from_str(&place) {
        answered.insert(header::LOCATION, place);
    }
    answered.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    if !is_new {
        let yes = HeaderValue::from_static("true");
        answered.insert("idempotency-replayed", yes);
    }
    Ok(response)
}

/// What people call a job.
fn title(spec: &Spec) -> String {
    let places: Vec<String> = spec
        .roots
        .iter()
        .take(3)
        .map(|root| sanchay::escaped_path(root))
        .collect();
    let more = match spec.roots.len().saturating_sub(3) {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    match places.is_empty() {
        true => spec.kind.title().to_owned(),
        false => {
            format!("{} of {}{more}", spec.kind.title(), places.join(", "))
        }
    }
}

/// A job with how far it is at this moment, if it runs here.
pub(crate) fn as_it_is(app: &App, mut job: Job) -> Job {
    if job.state != JobState::Running {
        return job;
    }
    let Some(live) = app.running.get(job.id) else { return job };
    let counts = live.counts();
    job.files = crate::jobs::queue::signed(counts.files);
    job.bytes = crate::jobs::queue::signed(counts.bytes);
    job.errors = crate::jobs::queue::signed(counts.errors);
    job.progress = Some(live.document());
    job
}

/// A job
#[utoipa::path(
    get, path = "/api/v1/jobs/{id}", tag = "jobs",
    params(("id" = i64, Path, description = "The job's number")),
    responses((status = 200, body = Job), (status = 304)),
)]
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place(id): Place<i64>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.needs(Right::Read)?;
    let job = app.queue.get(id).await?;
    if !job.state.is_over() {
        return Ok(Json(as_it_is(&app, job)).into_response());
    }
    let body = serde_json::to_vec(&job)
        .map_err(|error| Problem::internal(error.to_string()))?;
    let kind = "application/json";
    Ok(cached(&headers, &job.etag(), kind, "private, no-cache", body))
}

/// Cancels a job; what was found is kept
#[utoipa::path(
    delete, path = "/api/v1/jobs/{id}", tag = "jobs",
    params(("id" = i64, Path, description = "The job's number")),
    responses((status = 202, body = Job)),
)]
pub(crate) async fn cancel(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place(id): Place<i64>,
) -> Result<Response, Problem> {
    caller.needs(Right::Run)?;
    let job = app.queue.cancel(id).await?;
    if let Some(live) = app.running.get(id) {
        live.cancel.cancel();
    }
    app.tell_job(id, job.state);
    Ok((StatusCode::ACCEPTED, Json(job)).into_response())
}

/// Lists the entries that a job could not deal with
#[utoipa::path(
    get, path = "/api/v1/jobs/{id}/errors", tag = "jobs",
    params(("id" = i64, Path, description = "The job's number"), ErrorParams),
    responses((status = 200, body = ErrorList)),
)]
pub(crate) async fn errors(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place(id): Place<i64>,
    Params(params): Params<ErrorParams>,
) -> Result<Json<ErrorList>, Problem> {
    caller.needs(Right::Read)?;
    let job = app.queue.get(id).await?;
    let rows = sqlx::query(
        "SELECT reason, count(*) FROM service_errors \
         WHERE job = $1 AND attempt = $2 GROUP BY reason ORDER BY reason",
    )
    .bind(id)
    .bind(job.attempts)
    .fetch_all(app.database.pool())
    .await?;
    let mut reasons = Vec::new();
    for row in rows {
        let (reason, count) = (row.try_get(0)?, row.try_get(1)?);
        reasons.push(Reason { reason, count });
    }
    let reason = params.reason.unwrap_or_default();
    let rows = sqlx::query(
        "SELECT number, path, what, why FROM service_errors \
         WHERE job = $1 AND attempt = $2 AND number >= $3 \
         AND ($4 = '' OR reason = $5) ORDER BY number LIMIT $6",
    )
    .bind(id)
    .bind(job.attempts)
    .bind(params.cursor.unwrap_or(0))
    .bind(reason.clone())
    .bind(reason)
    .bind(ERRORS + 1)
    .fetch_all(app.database.pool())
    .await?;
    let (mut errors, mut next) = (Vec::new(), None);
    for (at, row) in (0..).zip(rows) {
        if at == ERRORS {
            next = Some(row.try_get("number")?);
            break;
        }
        let path: Vec<u8> = row.try_get("path")?;
        let (path, path_base64) = split(Some(&path));
        errors.push(EntryFailure {
            path: path.as_str().map(str::to_owned),
            path_base64: path_base64.as_str().map(str::to_owned),
            what: row.try_get("what")?,
            why: row.try_get("why")?,
        });
    }
    Ok(Json(ErrorList { reasons, errors, next }))
}
