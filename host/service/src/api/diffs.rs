//! What differs between two snapshots: in sums, file by file, and by folder.

use std::sync::Arc;

use axum::{Json, extract::State, response::Response};
use http::HeaderMap;
use sanchay_core::record::Change;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    results::{PATIENCE, Page, ResultParams, answer},
    snapshots::SnapshotDocument,
};
use crate::{
    app::App,
    below::PathParams,
    extract::{Params, Place},
    folder_tree::Folder,
    growth::{Grown, Growth},
    problem::Problem,
    results::{
        cells::split,
        formats::Format,
        listing::{self, Listing},
    },
    rights::{Caller, Right},
    snapshots,
    sources::Source,
};

/// What stands between two snapshots in an address.
const TO: &str = "...";

/// How many folders a page has.
const FOLDERS: usize = 500;

/// How many folders are told that most is due to, at most, and unless more
/// are asked for.
const MOST_STEEP: usize = 100;
const USUAL_STEEP: usize = 8;

/// What differs between two snapshots, in sums.
#[derive(Serialize, ToSchema)]
pub(crate) struct Diff {
    /// The first of them.
    a: SnapshotDocument,
    /// The second.
    b: SnapshotDocument,
    /// How many files differ.
    total: u64,
    /// How many files there are more in the second; below 0: fewer.
    files: i64,
    /// How many bytes these have more.
    bytes: i64,
    /// By kind of change.
    changes: Vec<ChangeSums>,
}

/// Files of a kind of change.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChangeSums {
    /// `new`, `changed`, `moved`, `deleted` or `touched`.
    change: &'static str,
    /// How many files.
    files: u64,
    /// How many bytes that is more; below 0: fewer.
    bytes: i64,
}

/// Folders of a comparison.
#[derive(Serialize, ToSchema)]
pub(crate) struct GrownFolders {
    /// Them, the ones that changed most first.
    folders: Vec<GrownFolder>,
    /// Where the next page begins; absent on the last.
    next: Option<usize>,
}

/// By how much a folder grew.
#[derive(Serialize, ToSchema)]
pub(crate) struct GrownFolder {
    /// Its path, as the records of the comparison have paths.
    path: Option<String>,
    /// The same in Base64, where it is not UTF-8.
    path_base64: Option<String>,
    /// How many files it has more; below 0: fewer.
    files: i64,
    /// How many bytes these have more.
    bytes: i64,
    /// How many files are new in it.
    new: u64,
    /// How many have another content.
    changed: u64,
    /// How many came from elsewhere.
    moved: u64,
    /// How many are gone.
    deleted: u64,
    /// How many have other times, owners or permissions only.
    touched: u64,
    /// Whether there are folders in it that differ.
    has_folders: bool,
}

/// Which folder, and from where on.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct FolderParams {
    /// The folder; absent: the top.
    path: Option<String>,
    /// The same in Base64, where it is not UTF-8.
    path_base64: Option<String>,
    /// Where the page begins, as `next` said.
    cursor: Option<usize>,
}

/// Which folders, and how many.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct SteepParams {
    /// Only those below this folder; absent: all.
    path: Option<String>,
    /// The same in Base64, where it is not UTF-8.
    path_base64: Option<String>,
    /// How many, up to 100; by default 8.
    #[param(minimum = 1, maximum = 100)]
    n: Option<usize>,
}

/// What differs between two snapshots, in sums
#[utoipa::path(
    get, path = "/api/v1/diffs/{pair}", tag = "snapshots",
    params(("pair" = String, Path,
        description = "Their numbers or names, as 17...21")),
    responses((status = 200, body = Diff)),
)]
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place(pair): Place<String>,
) -> Result<Json<Diff>, Problem> {
    caller.needs(Right::Read)?;
    let (a, b) = named(&pair)?;
    let (a, b) =
        (snapshots::find(&app, a).await?, snapshots::find(&app, b).await?);
    let [of_a, of_b] = [&a, &b].map(SnapshotDocument::of);
    let listed = listing::diff(&app, a, b);
    let listing = listed.slot.ready(PATIENCE).await?;
    let growth = growth(&listing)?;
    let top = growth.folders.get(0).map(|it| it.all.clone());
    let top = top.unwrap_or_default();
    let kinds = Change::ALL.iter().zip(&growth.changes);
    let changes = kinds.map(|(change, sums)| ChangeSums {
        change: change.name(),
        files: sums.files,
        bytes: sums.bytes,
    });
    Ok(Json(Diff {
        a: of_a,
        b: of_b,
        total: listing.len(),
        files: top.files,
        bytes: top.bytes,
        changes: changes.collect(),
    }))
}

/// The files that differ between two snapshots
#[utoipa::path(
    get, path = "/api/v1/diffs/{pair}/results", tag = "snapshots",
    params(("pair" = String, Path,
        description = "Their numbers or names, as 17...21"), ResultParams),
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
    Place(pair): Place<String>,
    Params(params): Params<ResultParams>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.needs(Right::Read)?;
    let (a, b) = named(&pair)?;
    let source = Source::diff(a.to_owned(), b.to_owned());
    answer(&app, &source, &params, Format::accepted(&headers)?).await
}

/// By how much the folders in a folder grew between two snapshots
#[utoipa::path(
    get, path = "/api/v1/diffs/{pair}/tree", tag = "snapshots",
    params(("pair" = String, Path,
        description = "Their numbers or names, as 17...21"), FolderParams),
    responses((status = 200, body = GrownFolders)),
)]
pub(crate) async fn tree(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place(pair): Place<String>,
    Params(params): Params<FolderParams>,
) -> Result<Json<GrownFolders>, Problem> {
    caller.needs(Right::Read)?;
    let FolderParams { path, path_base64, cursor } = params;
    let path = PathParams { path, path_base64 }.bytes()?;
    let listing = compared(&app, &pair).await?;
    let growth = growth(&listing)?;
    let all = growth.within(folder(growth, &path)?);
    let from = cursor.unwrap_or(0);
    let end = from.saturating_add(FOLDERS);
    let next = (all.len() > end).then_some(end);
    let some = all.into_iter().skip(from).take(FOLDERS);
    let folders = some.filter_map(|number| document(growth, number));
    Ok(Json(GrownFolders { folders: folders.collect(), next }))
}

/// The folders that most of the growth between two snapshots is due to
#[utoipa::path(
    get, path = "/api/v1/diffs/{pair}/steepest", tag = "snapshots",
    params(("pair" = String, Path,
        description = "Their numbers or names, as 17...21"), SteepParams),
    responses((status = 200, body = GrownFolders)),
)]
pub(crate) async fn steepest(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place(pair): Place<String>,
    Params(params): Params<SteepParams>,
) -> Result<Json<GrownFolders>, Problem> {
    caller.needs(Right::Read)?;
    let SteepParams { path, path_base64, n } = params;
    let n = n.unwrap_or(USUAL_STEEP);
    if !(1..=MOST_STEEP).contains(&n) {
        return Err(Problem::bad_request("n is from 1 to 100."));
    }
    let path = PathParams { path, path_base64 }.bytes()?;
    let listing = compared(&app, &pair).await?;
    let growth = growth(&listing)?;
    let all = growth.steepest(folder(growth, &path)?, n).into_iter();
    let folders = all.filter_map(|number| document(growth, number));
    Ok(Json(GrownFolders { folders: folders.collect(), next: None }))
}

/// The two snapshots of an address.
fn named(pair: &str) -> Result<(&str, &str), Problem> {
    pair.split_once(TO).ok_or_else(|| {
        Problem::not_found("Name two snapshots, as in diffs/17...21.")
    })
}

async fn compared(
    app: &Arc<App>,
    pair: &str,
) -> Result<Arc<Listing>, Problem> {
    let (a, b) = named(pair)?;
    let (a, b) =
        (snapshots::find(app, a).await?, snapshots::find(app, b).await?);
    listing::diff(app, a, b).slot.ready(PATIENCE).await
}

fn growth(listing: &Listing) -> Result<&Growth, Problem> {
    match listing {
        Listing::Diff { growth, .. } => Ok(growth),
        Listing::Snapshot { .. } => {
            Err(Problem::internal("It is no comparison."))
        }
    }
}

fn folder(growth: &Growth, path: &[u8]) -> Result<usize, Problem> {
    growth.folders.find(path).ok_or_else(|| {
        Problem::not_found("Nothing differs in a folder of that path.")
    })
}

fn document(growth: &Growth, number: usize) -> Option<GrownFolder> {
    let Folder { all, .. } = growth.folders.get(number)?;
    let Grown { files, bytes, changes } = all;
    let (path, path_base64) = split(Some(&growth.folders.path(number)));
    let [new, changed, moved, deleted, touched] = *changes;
    Some(GrownFolder {
        path: path.as_str().map(str::to_owned),
        path_base64: path_base64.as_str().map(str::to_owned),
        files: *files,
        bytes: *bytes,
        new,
        changed,
        moved,
        deleted,
        touched,
        has_folders: !growth.within(number).is_empty(),
    })
}
