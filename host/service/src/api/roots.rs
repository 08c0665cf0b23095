//! The roots, and the folders in them.

use std::{ffi::OsStr, sync::Arc, time::Duration};

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::estimates::{held, known};

use crate::{
    app::App,
    below::PathParams,
    blocking::blocking,
    extract::{Params, Place},
    problem::Problem,
    results::cells::split,
    rights::{Caller, Right},
    snapshots,
};

use sanchay_names::OsStrExt as _;

/// How long a list of folders waits for what is known of them.
const PATIENCE: Duration = Duration::from_millis(250);

/// How many folders one page has.
const PAGE: usize = 1000;

/// The roots.
#[derive(Serialize, ToSchema)]
pub(crate) struct RootList {
    /// Them, in the order in which they were given.
    roots: Vec<RootEntry>,
}

/// A root.
#[derive(Serialize, ToSchema)]
pub(crate) struct RootEntry {
    /// What requests name it by; the same after each start.
    id: String,
    /// Where it is on the service's machine.
    path: Option<String>,
    /// The same in Base64, where it is not UTF-8.
    path_base64: Option<String>,
    /// Why something cannot be done with it; empty where nothing is to say.
    note: String,
    /// How many bytes its files had when a snapshot of it was taken last.
    bytes: Option<u64>,
    /// How many files it had then.
    files: Option<u64>,
    /// When that was.
    scanned_at: Option<String>,
    /// How many bytes its file system has.
    total: Option<u64>,
    /// How many of them are free.
    free: Option<u64>,
    /// Whether files in it can be changed by this service.
    writable: bool,
}

/// Folders in a folder.
#[derive(Serialize, ToSchema)]
pub(crate) struct Entries {
    /// Them, by name.
    folders: Vec<FolderEntry>,
    /// Where the next page begins; absent on the last.
    next: Option<String>,
}

/// A folder.
#[derive(Serialize, ToSchema)]
pub(crate) struct FolderEntry {
    /// Its name.
    name: Option<String>,
    /// The same in Base64, where it is not UTF-8.
    name_base64: Option<String>,
    /// Whether there are folders in it, as far as is known without a look.
    has_folders: bool,
    /// How many files the newest snapshot has of it, at any depth; null where
    /// none tells.
    files: Option<u64>,
    /// How many bytes these have.
    bytes: Option<u64>,
}

/// Which folder, and from where on.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntriesParams {
    /// The path below the root; absent: the root itself.
    path: Option<String>,
    /// The same in Base64, where it is not UTF-8.
    path_base64: Option<String>,
    /// Where the page begins, as `next` said.
    cursor: Option<String>,
}

/// Which folder of which root, and from where on.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct BrowseParams {
    /// The root, as `GET /api/v1/roots` calls it.
    root: String,
    /// The path below the root; absent: the root itself.
    path: Option<String>,
    /// The same in Base64, where it is not UTF-8.
    path_base64: Option<String>,
    /// Where the page begins, as `next` said.
    cursor: Option<String>,
}

/// Lists the roots
#[utoipa::path(
    get, path = "/api/v1/roots", tag = "roots",
    responses((status = 200, body = RootList)),
)]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Json<RootList>, Problem> {
    caller.needs(Right::Read)?;
    let snapshots = {
        let app = Arc::clone(&app);
        blocking(move || Ok(app.catalog.snapshots().unwrap_or_default()))
            .await?
    };
    let roots = app.roots.iter().map(|root| {
        let bytes = root.path.as_os_str().as_encoded_bytes();
        let (path, path_base64) = split(Some(bytes));
        let newest = snapshots
            .iter()
            .rev()
            .find(|it| it.roots == std::slice::from_ref(&root.path));
        let space = root.space();
        let is_mounted_so = space.is_none_or(|(.., writable)| writable);
        let note = match (is_mounted_so, app.config.allow_write) {
            (false, _) => "Its file system is mounted read-only.",
            (true, false) => "The service was started without --allow-write.",
            (true, true) => "",
        };
        RootEntry {
            id: root.id.clone(),
            path: path.as_str().map(str::to_owned),
            path_base64: path_base64.as_str().map(str::to_owned),
            note: note.to_owned(),
            bytes: newest.map(|it| it.bytes),
            files: newest.map(|it| it.files),
            scanned_at: newest.map(|it| crate::time::timestamp_text(it.taken)),
            total: space.map(|(total, ..)| total),
            free: space.map(|(_, free, _)| free),
            writable: is_mounted_so && app.config.allow_write,
        }
    });
    Ok(Json(RootList { roots: roots.collect() }))
}

/// Lists the folders in a folder of a root
#[utoipa::path(
    get, path = "/api/v1/roots/{id}/entries", tag = "roots",
    params(("id" = String, Path, description = "The root"), EntriesParams),
    responses((status = 200, body = Entries)),
)]
pub(crate) async fn entries(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place(id): Place<String>,
    Params(params): Params<EntriesParams>,
) -> Result<Json<Entries>, Problem> {
    caller.needs(Right::Read)?;
    let EntriesParams { path, path_base64, cursor } = params;
    folders(&app, id, PathParams { path, path_base64 }, cursor).await
}

/// Lists the folders in a folder: the same, with the root as a parameter
#[utoipa::path(
    get, path = "/api/v1/browse", tag = "roots",
    params(BrowseParams),
    responses((status = 200, body = Entries)),
)]
pub(crate) async fn browse(
    State(app): State<Arc<App>>,
    caller: Caller,
    Params(params): Params<BrowseParams>,
) -> Result<Json<Entries>, Problem> {
    caller.needs(Right::Read)?;
    let BrowseParams { root, path, path_base64, cursor } = params;
    folders(&app, root, PathParams { path, path_base64 }, cursor).await
}

async fn folders(
    app: &Arc<App>,
    id: String,
    path: PathParams,
    cursor: Option<String>,
) -> Result<Json<Entries>, Problem> {
    let below = path.below()?;
    let skipped = match cursor {
        None => 0,
        Some(text) => text.parse::<usize>().map_err(|_| {
            Problem::bad_request("The cursor is none that was given out.")
        })?,
    };
    let place = app.roots.find(&id)?.join(&below);
    let theirs = Arc::clone(app);
    let all =
        blocking(move || theirs.roots.find(&id)?.folders(&below)).await?;
    let end = skipped.saturating_add(PAGE);
    let next = (all.len() > end).then(|| end.to_string());
    let snapshots = snapshots::all(app).await?;
    let sums = known(app, &snapshots, &place, PATIENCE).await?;
    let folders = all.into_iter().skip(skipped).take(PAGE).map(|folder| {
        let (name, name_base64) = split(Some(&folder.name));
        let path = place.join(OsStr::from_bytes(&folder.name));
        let held = sums.as_deref().map(|sums| held(sums, &path));
        FolderEntry {
            name: name.as_str().map(str::to_owned),
            name_base64: name_base64.as_str().map(str::to_owned),
            has_folders: folder.has_folders,
            files: held.map(|it| it.files),
            bytes: held.map(|it| it.bytes),
        }
    });
    let folders = folders.collect();
    Ok(Json(Entries { folders, next }))
}
