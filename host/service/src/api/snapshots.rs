//! Snapshots: which there are, the files of one, and its folders as a map.

use std::sync::Arc;

use axum::{Json, extract::State, response::Response};
use http::HeaderMap;
use sanchay_catalog::Snapshot;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use xxhash_rust::xxh3::xxh3_64;

use super::{
    assets::{cached, is_known},
    results::{PATIENCE, Page, ResultParams, answer},
};
use crate::{
    app::App,
    below::PathParams,
    extract::{Params, Place},
    problem::Problem,
    results::formats::Format,
    rights::{Caller, Right},
    snapshots,
    sources::Source,
    sums::{self, Map, MapRequest},
    time::timestamp_text,
};

/// How deep a map goes at most, and unless it is asked for.
const DEEPEST: u32 = 16;
const USUAL_DEPTH: u32 = 4;

/// How many nodes a map has at most, and unless more are asked for.
const MOST_NODES: usize = 20_000;
const USUAL_NODES: usize = 5000;

/// The snapshots.
#[derive(Serialize, ToSchema)]
pub(crate) struct Snapshots {
    /// Them, the oldest first: those whose roots lie in the service's.
    snapshots: Vec<SnapshotDocument>,
}

/// A snapshot.
#[derive(Serialize, ToSchema)]
#[schema(as = Snapshot)]
pub(crate) struct SnapshotDocument {
    /// Its number, as text: what jobs of the kind `diff` take.
    id: String,
    /// When it was taken.
    at: String,
    /// How many files it has.
    files: u64,
    /// How many bytes these have.
    bytes: u64,
    /// How many entries failed.
    errors: u64,
    /// Its name, if it was given one.
    label: Option<String>,
    /// Its roots.
    roots: Vec<String>,
}

impl SnapshotDocument {
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        let roots = snapshot.roots.iter();
        Self {
            id: snapshot.number.to_string(),
            at: timestamp_text(snapshot.taken),
            files: snapshot.files,
            bytes: snapshot.bytes,
            errors: snapshot.errors,
            label: snapshot.name.clone(),
            roots: roots.map(|it| sanchay::escaped_path(it)).collect(),
        }
    }
}

/// Which folders of a map.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct MapParams {
    /// The folder's whole path; absent: what is above all roots.
    path: Option<String>,
    /// The same in Base64, where it is not UTF-8.
    path_base64: Option<String>,
    /// How many levels down, up to 16; by default 4.
    #[param(minimum = 1, maximum = 16)]
    depth: Option<u32>,
    /// How many nodes, up to 20,000; by default 5000. Small folders are left
    /// out first.
    #[param(minimum = 1, maximum = 20000)]
    limit: Option<usize>,
    /// What is large: `bytes` or `files`.
    #[param(inline)]
    by: Option<By>,
}

/// What makes a folder large.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum By {
    /// The bytes of its files.
    #[default]
    Bytes,
    /// How many files it has.
    Files,
}

/// Lists the snapshots
#[utoipa::path(
    get, path = "/api/v1/snapshots", tag = "snapshots",
    responses((status = 200, body = Snapshots)),
)]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Json<Snapshots>, Problem> {
    caller.needs(Right::Read)?;
    let found = snapshots::all(&app).await?;
    let snapshots = found.iter().map(SnapshotDocument::of).collect();
    Ok(Json(Snapshots { snapshots }))
}

/// The files of a snapshot
#[utoipa::path(
    get, path = "/api/v1/snapshots/{id}/results", tag = "snapshots",
    params(("id" = String, Path,
        description = "The snapshot's number or name, or latest"),
        ResultParams),
    responses((status = 200, description = "Records", content(
        (Page = "application/json"),
        (String = "application/x-ndjson"),
        (String = "text/csv"),
        (Vec<u8> = "application/vnd.apache.parquet"),
        (Vec<u8> = "application/vnd.apache.arrow.file"),
    ))),
)]
pub(crate) async fn files(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place(id): Place<String>,
    Params(params): Params<ResultParams>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.needs(Right::Read)?;
    let source = Source::snapshot(id);
    answer(&app, &source, &params, Format::accepted(&headers)?).await
}

/// The folders of a snapshot, as a map shows them
#[utoipa::path(
    get, path = "/api/v1/snapshots/{id}/tree", tag = "snapshots",
    params(("id" = String, Path,
        description = "The snapshot's number or name, or latest"),
        MapParams),
    responses((status = 200, body = Map), (status = 304)),
)]
pub(crate) async fn tree(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place(id): Place<String>,
    Params(params): Params<MapParams>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.needs(Right::Read)?;
    map(&app, &Source::snapshot(id), params, &headers).await
}

/// The folders of the files that a job found, as a map shows them
#[utoipa::path(
    get, path = "/api/v1/jobs/{id}/tree", tag = "results",
    params(("id" = i64, Path, description = "The job's number"), MapParams),
    responses((status = 200, body = Map), (status = 304)),
)]
pub(crate) async fn tree_of_job(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place(id): Place<i64>,
    Params(params): Params<MapParams>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.needs(Right::Read)?;
    map(&app, &Source::job(id), params, &headers).await
}

async fn map(
    app: &Arc<App>,
    source: &Source,
    params: MapParams,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let MapParams { path, path_base64, depth, limit, by } = params;
    let depth = depth.unwrap_or(USUAL_DEPTH);
    let limit = limit.unwrap_or(USUAL_NODES);
    if !(1..=DEEPEST).contains(&depth) {
        return Err(Problem::bad_request("depth is from 1 to 16."));
    }
    if !(1..=MOST_NODES).contains(&limit) {
        return Err(Problem::bad_request("limit is from 1 to 20,000."));
    }
    let path = PathParams { path, path_base64 }.bytes()?;
    let by_files = matches!(by, Some(By::Files));
    let request = MapRequest { path, depth, limit, by_files };
    let (origin, reader) = source.find(app).await?;
    let named = format!("{}{request:?}", origin.key()?);
    // Whose records they are says how many there are of a job that runs.
    let etag = format!("\"m{:016x}\"", xxh3_64(named.as_bytes()));
    let mut body = Vec::new();
    if !is_known(headers, &etag) {
        let sums = sums::of_source(app, &origin, reader)?;
        let map = Map::new(&*sums.ready(PATIENCE).await?, &request)?;
        body = serde_json::to_vec(&map)
            .map_err(|error| Problem::internal(error.to_string()))?;
    }
    let caching = "private, no-cache";
    Ok(cached(headers, &etag, "application/json", caching, body))
}
