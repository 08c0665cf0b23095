//! Views: records that were filtered and sorted once, and are then read from
//! any place; and links for downloading them.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{assets::cached, results::PATIENCE};
use crate::{
    app::App,
    below::PathParams,
    blocking::blocking,
    extract::{Body, Params, Place},
    problem::Problem,
    results::{
        cells,
        formats::Format,
        row::Kept,
        sending::{Sending, schema, shown},
    },
    rights::{Caller, Right},
    sources::Source,
    views::{RowList, View, ViewState, Wanted},
};

/// How many records one request gets at most, and unless more are asked for.
const MOST: u64 = 1000;
const USUAL: u64 = 200;

/// How many records are looked at together for a path.
const TOGETHER: u64 = 4096;

/// What a view is made of.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewView {
    /// Whose records.
    source: Source,
    /// Only what this expression is true of.
    #[serde(default)]
    filter: Option<String>,
    /// The order: `-size`, or `size:desc,path`.
    #[serde(default)]
    sort: Option<String>,
    /// Of differences only these: `new`, `changed`, `moved`, `deleted`,
    /// `touched`. None: all.
    #[serde(default)]
    #[schema(max_items = 5)]
    changes: Vec<String>,
}

/// A view.
#[derive(Serialize, ToSchema)]
pub(crate) struct ViewDocument {
    /// What it is asked for by.
    id: String,
    /// `building`, `ready` or `failed`.
    state: &'static str,
    /// How many records it has, as soon as that is known.
    total: Option<u64>,
    /// How many it has at least.
    at_least: u64,
    /// How much of it is done, from 0 to 1.
    progress: f64,
    /// Why it cannot be made.
    problem: Option<Value>,
}

/// Which records of a view.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct RowParams {
    /// The number of the first one.
    from: Option<u64>,
    /// How many, up to 1000.
    count: Option<u64>,
    /// The fields, with commas between them.
    fields: Option<String>,
}

/// Records of a view, in columns.
#[derive(Serialize, ToSchema)]
pub(crate) struct Rows {
    /// The number of the first one.
    from: u64,
    /// How many the view has.
    total: u64,
    /// The columns: a name that may not be UTF-8 has a second one, in Base64.
    columns: Vec<String>,
    /// The records: a list of values each.
    rows: Vec<Value>,
}

/// Where a record is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Located {
    /// Its number in the view.
    row: u64,
}

/// Which path.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct LocateParams {
    /// The path of the record, as the record has it.
    path: Option<String>,
    /// The same in Base64, where it is not UTF-8.
    path_base64: Option<String>,
}

/// What is to be downloaded.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewExport {
    /// The view.
    view: String,
    /// The format.
    format: Format,
    /// The fields; absent: those that are shown unless others are asked for.
    #[serde(default)]
    columns: Option<Vec<String>>,
}

/// A link for a download.
#[derive(Serialize, ToSchema)]
pub(crate) struct Export {
    /// Good once, for a minute, without a key.
    url: String,
}

/// Makes a view
#[utoipa::path(
    post, path = "/api/v1/views", tag = "views", request_body = NewView,
    responses((status = 201, body = ViewDocument)),
)]
pub(crate) async fn make(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(new): Body<NewView>,
) -> Result<Response, Problem> {
    caller.needs(Right::Read)?;
    let NewView { source, filter, sort, changes } = new;
    let wanted = Wanted {
        filter: filter.as_deref(),
        sort: sort.as_deref(),
        changes: &changes,
    };
    let view = app.views.of(&app, &source, wanted).await?;
    // Most are made in a moment.
    let _ = view.ready(Duration::from_millis(50)).await;
    let mut response =
        (StatusCode::CREATED, Json(document(&view))).into_response();
    let place = format!("/api/v1/views/{}", view.id);
    if let Ok(place) = HeaderValue::from_str(&place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// A view
#[utoipa::path(
    get, path = "/api/v1/views/{id}", tag = "views",
    params(("id" = String, Path, description = "The view")),
    responses((status = 200, body = ViewDocument)),
)]
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place(id): Place<String>,
) -> Result<Json<ViewDocument>, Problem> {
    caller.needs(Right::Read)?;
    Ok(Json(document(&*app.views.get(&app, &id).await?)))
}

fn document(view: &View) -> ViewDocument {
    let id = view.id.clone();
    match view.state() {
        ViewState::Building { looked_at, found } => {
            let all = view.reader.total().max(1);
            let thousandths = looked_at.saturating_mul(1000) / all;
            let thousandths = u32::try_from(thousandths).unwrap_or(1000);
            ViewDocument {
                id,
                state: "building",
                total: None,
                at_least: found,
                progress: f64::from(thousandths) / 1000.0,
                problem: None,
            }
        }
        ViewState::Ready(list) => ViewDocument {
            id,
            state: "ready",
            total: Some(list.len()),
            at_least: list.len(),
            progress: 1.0,
            problem: None,
        },
        ViewState::Failed(problem) => ViewDocument {
            id,
            state: "failed",
            total: None,
            at_least: 0,
            progress: 0.0,
            problem: Some(problem.document()),
        },
    }
}

/// Records of a view
#[utoipa::path(
    get, path = "/api/v1/views/{id}/rows", tag = "views",
    params(("id" = String, Path, description = "The view"), RowParams),
    responses((status = 200, body = Rows), (status = 304)),
)]
pub(crate) async fn rows(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place(id): Place<String>,
    Params(params): Params<RowParams>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.needs(Right::Read)?;
    let count = params.count.unwrap_or(USUAL);
    if !(1..=MOST).contains(&count) {
        return Err(Problem::bad_request("count is from 1 to 1000."));
    }
    let view = app.views.get(&app, &id).await?;
    let fields = params.fields.as_deref();
    let schema = schema(&view.reader, fields)?;
    let list = view.ready(PATIENCE).await?;
    let from = params.from.unwrap_or(0);
    let numbers = list.page(from, count).map_err(unreadable)?;
    let kept = view.reader.rows(&numbers).await?;
    let shown = shown(&kept, &schema);
    let rows = Rows {
        from,
        total: list.len(),
        columns: cells::names(schema.fields().iter()),
        rows: (0..shown.len()).map(|row| cells::list(&shown, row)).collect(),
    };
    let body = serde_json::to_vec(&rows)
        .map_err(|error| Problem::internal(error.to_string()))?;
    // A view never changes.
    let fields = fields.unwrap_or_default();
    let named = xxhash_rust::xxh3::xxh3_64(fields.as_bytes());
    let etag = format!("\"{id}-{from}-{count}-{named:x}\"");
    let caching = "private, max-age=3600";
    Ok(cached(&headers, &etag, "application/json", caching, body))
}

/// Where in a view a path is
#[utoipa::path(
    get, path = "/api/v1/views/{id}/locate", tag = "views",
    params(("id" = String, Path, description = "The view"), LocateParams),
    responses((status = 200, body = Located)),
)]
pub(crate) async fn locate(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place(id): Place<String>,
    Params(params): Params<LocateParams>,
) -> Result<Json<Located>, Problem> {
    caller.needs(Right::Read)?;
    let LocateParams { path, path_base64 } = params;
    let wanted = PathParams { path, path_base64 }.bytes()?;
    let view = app.views.get(&app, &id).await?;
    let list = view.ready(PATIENCE).await?;
    let handle = tokio::runtime::Handle::current();
    let found = blocking(move || {
        let mut from = 0;
        while from < list.len() {
            let numbers = list.page(from, TOGETHER).map_err(unreadable)?;
            let kept = handle.block_on(view.reader.rows(&numbers))?;
            let is_it = |row: &usize| {
                let (parent, name) = Kept::new(&kept, *row).path();
                wanted.len() == parent.len() + name.len()
                    && wanted.starts_with(parent)
                    && wanted.ends_with(name)
            };
            if let Some(row) = (0..kept.len()).find(is_it) {
                return Ok(Some(from.saturating_add(row as u64)));
            }
            from = from.saturating_add(numbers.len().max(1) as u64);
        }
        Ok(None)
    });
    match found.await? {
        Some(row) => Ok(Json(Located { row })),
        None => Err(Problem::not_found("The path is not in the view.")),
    }
}

/// Makes a link for a download
#[utoipa::path(
    post, path = "/api/v1/exports", tag = "views",
    request_body = NewExport,
    responses((status = 201, body = Export)),
)]
pub(crate) async fn export(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(new): Body<NewExport>,
) -> Result<Response, Problem> {
    caller.needs(Right::Read)?;
    let view = app.views.get(&app, &new.view).await?;
    let columns = new.columns.as_ref().map(|it| it.join(","));
    schema(&view.reader, columns.as_deref())?;
    let what = serde_json::to_string(&new)
        .map_err(|error| Problem::internal(error.to_string()))?;
    let secret = app.keys.make_download(&what).await?;
    let url = format!("/api/v1/downloads/{secret}");
    Ok((StatusCode::CREATED, Json(Export { url })).into_response())
}

/// A download
#[utoipa::path(
    get, path = "/api/v1/downloads/{secret}", tag = "views", security(()),
    params(("secret" = String, Path, description = "As the link has it")),
    responses((status = 200, description = "Records", content(
        (Value = "application/json"),
        (String = "application/x-ndjson"),
        (String = "text/csv"),
        (Vec<u8> = "application/vnd.apache.parquet"),
        (Vec<u8> = "application/vnd.apache.arrow.file"),
    ))),
)]
pub(crate) async fn download(
    State(app): State<Arc<App>>,
    method: Method,
    Place(secret): Place<String>,
) -> Result<Response, Problem> {
    // A look must not use up what is good once.
    if method != Method::GET {
        return Err(Problem::method("A link for a download takes GET only."));
    }
    let gone = || {
        Problem::not_found(
            "The link was used before, or is older than a minute: ask for \
             another one.",
        )
    };
    let what = app.keys.take_download(&secret).await?.ok_or_else(gone)?;
    let export: NewExport = serde_json::from_str(&what).map_err(|_| gone())?;
    let view = app.views.get(&app, &export.view).await?;
    let columns = export.columns.map(|it| it.join(","));
    let schema = schema(&view.reader, columns.as_deref())?;
    let list: Arc<RowList> = view.ready(PATIENCE).await?;
    let definition = &view.definition;
    let extension = export.format.extension();
    let name = format!("{}.{extension}", definition.origin.file_name());
    let grouped =
        definition.sort.is_none() && view.reader.shape().is_grouped();
    let (reader, all) = (view.reader.clone(), 0..list.len());
    Sending::new(reader, list, schema, export.format, grouped, all)?
        .response(&name)
}

fn unreadable(error: std::io::Error) -> Problem {
    tracing::error!(%error, "a view cannot be read");
    Problem::internal("The view cannot be read.")
}
