//! Stores, and the snapshots in them.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    app::App,
    blocking::blocking,
    extract::{Params, Place},
    problem::Problem,
    results::cells::split,
    rights::{Caller, Right},
    stores::unusable,
    time::timestamp_text,
};

/// How many snapshots a page has.
const PAGE: usize = 200;

/// The stores.
#[derive(Serialize, ToSchema)]
pub(crate) struct StoreList {
    /// Them, by name.
    stores: Vec<StoreEntry>,
}

/// A store.
#[derive(Serialize, ToSchema)]
pub(crate) struct StoreEntry {
    /// What requests call it by.
    name: String,
}

/// Snapshots of a store.
#[derive(Serialize, ToSchema)]
pub(crate) struct StoredSnapshots {
    /// Them, the newest first.
    snapshots: Vec<StoredSnapshot>,
    /// Where the next page begins; absent on the last.
    next: Option<usize>,
    /// How many could not be read.
    damaged: usize,
}

/// A snapshot of a store.
#[derive(Serialize, ToSchema)]
pub(crate) struct StoredSnapshot {
    /// What it is asked for by.
    id: String,
    /// Its name, if it was given one.
    name: Option<String>,
    /// When it was taken.
    at: String,
    /// The machine that it is of.
    host: String,
    /// How many files it has.
    files: u64,
    /// How many bytes these have.
    bytes: u64,
    /// How many entries failed.
    errors: u64,
    /// What was stored: whole paths, or in Base64 where one is not UTF-8.
    roots: Vec<serde_json::Value>,
}

/// From where on snapshots are listed.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredParams {
    /// Where the page begins, as `next` said.
    cursor: Option<usize>,
}

/// Lists the stores
#[utoipa::path(
    get, path = "/api/v1/stores", tag = "stores",
    responses((status = 200, body = StoreList)),
)]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Json<StoreList>, Problem> {
    caller.needs(Right::Read)?;
    let stores = app.stores.names();
    let stores = stores.map(|name| StoreEntry { name: name.to_owned() });
    Ok(Json(StoreList { stores: stores.collect() }))
}

/// Lists the snapshots of a store
#[utoipa::path(
    get, path = "/api/v1/stores/{name}/snapshots", tag = "stores",
    params(("name" = String, Path, description = "The store"), StoredParams),
    responses((status = 200, body = StoredSnapshots)),
)]
pub(crate) async fn snapshots(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place(name): Place<String>,
    Params(params): Params<StoredParams>,
) -> Result<Json<StoredSnapshots>, Problem> {
    caller.needs(Right::Read)?;
    let found = blocking(move || {
        let store = app.stores.find(&name)?;
        store.snapshots().map_err(|error| unusable(&error))
    });
    let (mut all, damaged) = found.await?;
    all.sort_by_key(|it| std::cmp::Reverse(it.document.time));
    let from = params.cursor.unwrap_or(0);
    let end = from.saturating_add(PAGE);
    let next = (all.len() > end).then_some(end);
    let snapshots = all.iter().skip(from).take(PAGE).map(|it| {
        let document = &it.document;
        let roots = document.roots.iter().map(|root| {
            let (text, base64) = split(Some(root));
            if text.is_null() { base64 } else { text }
        });
        StoredSnapshot {
            id: it.id().to_owned(),
            name: Some(document.name.clone()).filter(|it| !it.is_empty()),
            at: timestamp_text(document.time),
            host: document.host.clone(),
            files: document.files,
            bytes: document.bytes,
            errors: document.errors,
            roots: roots.collect(),
        }
    });
    let snapshots = snapshots.collect();
    Ok(Json(StoredSnapshots { snapshots, next, damaged: damaged.len() }))
}
