//! Records: a page at any depth, or all of them in a format.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    app::App,
    extract::{Params, Place},
    problem::Problem,
    results::{
        cells,
        formats::Format,
        sending::{Sending, schema, shown},
    },
    rights::{Caller, Right},
    sources::Source,
    views::{RowList, Wanted},
};

/// How many records a page has at most, and unless more are asked for.
const MOST: u64 = 1000;
const USUAL: u64 = 200;

/// How long a request waits for records to be filtered and sorted.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Which results, and how.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResultParams {
    /// How many records: up to 1000 of a page (JSON), any number in the other
    /// formats, where all are sent unless this says otherwise.
    limit: Option<u64>,
    /// Where the page begins, as `next` said.
    cursor: Option<String>,
    /// The fields, with commas between them.
    fields: Option<String>,
    /// Only what this expression is true of.
    #[serde(rename = "where")]
    filter: Option<String>,
    /// The order: `size:desc,path`, or `-size`.
    sort: Option<String>,
}

/// The same, with the job as a parameter.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct NamedParams {
    /// The job's number.
    job: i64,
    /// How many records: up to 1000 of a page (JSON), any number in the other
    /// formats, where all are sent unless this says otherwise.
    limit: Option<u64>,
    /// Where the page begins, as `next` said.
    cursor: Option<String>,
    /// The fields, with commas between them.
    fields: Option<String>,
    /// Only what this expression is true of.
    #[serde(rename = "where")]
    filter: Option<String>,
    /// The order: `size:desc,path`, or `-size`.
    sort: Option<String>,
}

/// A page of records.
#[derive(Serialize, ToSchema)]
pub(crate) struct Page {
    /// The number of the first one.
    from: u64,
    /// How many there are; of a job that is running, so far.
    total: u64,
    /// Whether no more will come.
    complete: bool,
    /// The records: the objects that the program prints as NDJSON.
    rows: Vec<Value>,
    /// Where the next page begins; absent on the last.
    next: Option<String>,
}

/// Results of a job
#[utoipa::path(
    get, path = "/api/v1/jobs/{id}/results", tag = "results",
    params(("id" = i64, Path, description = "The job's number"),
        ResultParams),
    responses((status = 200, description = "Records", content(
        (Page = "application/json"),
        (String = "application/x-ndjson"),
        (String = "text/csv"),
        (Vec<u8> = "application/vnd.apache.parquet"),
        (Vec<u8> = "application/vnd.apache.arrow.file"),
    ))),
)]
pub(crate) async fn of_job(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place(id): Place<i64>,
    Params(params): Params<ResultParams>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.needs(Right::Read)?;
    let source = Source::job(id);
    answer(&app, &source, &params, Format::accepted(&headers)?).await
}

/// Results of a job: the same, with the job as a parameter
#[utoipa::path(
    get, path = "/results", tag = "results",
    params(NamedParams),
    responses((status = 200, description = "Records", content(
        (Page = "application/json"),
        (String = "application/x-ndjson"),
        (String = "text/csv"),
        (Vec<u8> = "application/vnd.apache.parquet"),
        (Vec<u8> = "application/vnd.apache.arrow.file"),
    ))),
)]
pub(crate) async fn named(
    State(app): State<Arc<App>>,
    caller: Caller,
    Params(params): Params<NamedParams>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.needs(Right::Read)?;
    let NamedParams { job, limit, cursor, fields, filter, sort } = params;
    let params = ResultParams { limit, cursor, fields, filter, sort };
    let source = Source::job(job);
    answer(&app, &source, &params, Format::accepted(&headers)?).await
}

/// Answers with records of a source.
pub(super) async fn answer(
    app: &Arc<App>,
    source: &Source,
    params: &ResultParams,
    format: Format,
) -> Result<Response, Problem> {
    let (filter, sort) = (params.filter.as_deref(), params.sort.as_deref());
    let (origin, mut reader) = source.find(app).await?;
    let complete = match source.job {
        Some(id) => app.queue.get(id).await?.state.is_over(),
        None => true,
    };
    let view = match (filter, sort) {
        // As they were found: there is nothing to make.
        (None, None) => None,
        _ => {
            let wanted = Wanted { filter, sort, changes: &[] };
            Some(app.views.of(app, source, wanted).await?)
        }
    };
    if let Some(view) = &view {
        reader = view.reader.clone();
    }
    let schema = schema(&reader, params.fields.as_deref())?;
    let from = match &params.cursor {
        None => 0,
        Some(text) => text.parse::<u64>().map_err(|_| {
            Problem::bad_request("The cursor is none that was given out.")
        })?,
    };
    let limit = params.limit;
    if format == Format::Json && !(1..=MOST).contains(&limit.unwrap_or(USUAL))
    {
        return Err(Problem::bad_request("limit is from 1 to 1000."));
    }
    let list = match &view {
        Some(view) => view.ready(PATIENCE).await?,
        None => {
            let total = reader.ready_within(PATIENCE).await?;
            Arc::new(RowList::All(total))
        }
    };
    let total = list.len();
    if format == Format::Json {
        let limit = limit.unwrap_or(USUAL);
        let numbers = list.page(from, limit).map_err(|error| {
            tracing::error!(%error, "a view cannot be read");
            Problem::internal("The view cannot be read.")
        })?;
        let kept = reader.rows(&numbers).await?;
        let shown = shown(&kept, &schema);
        let rows = (0..shown.len()).map(|row| cells::object(&shown, row));
        let rows: Vec<Value> = rows.collect();
        let end = from.saturating_add(rows.len() as u64);
        let next = (end < total).then(|| end.to_string());
        let page = Page { from, total, complete, rows, next };
        return Ok(Json(page).into_response());
    }
    let end = limit.map_or(total, |it| from.saturating_add(it).min(total));
    let name = format!("{}.{}", origin.file_name(), format.extension());
    // In another order, groups are not together any more.
    let grouped = sort.is_none() && reader.shape().is_grouped();
    Sending::new(reader, list, schema, format, grouped, from..end)?
        .response(&name)
}
