//! The service itself: whether it is well, what it measures, what it runs.

use std::sync::{Arc, LazyLock};

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, header};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::assets::cached;
use crate::{
    app::App,
    problem::Problem,
    rights::{Caller, Right},
};

/// What OpenMetrics is sent as.
const METRICS: &str =
    "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// That the service is well.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`.
    status: &'static str,
}

/// Whether the process lives
#[utoipa::path(
    get, path = "/health", tag = "system", security(()),
    responses((status = 200, body = Health)),
)]
pub(crate) async fn health() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Whether requests can be answered: the database is there, and the service is
/// not about to end
#[utoipa::path(
    get, path = "/ready", tag = "system",
    responses((status = 200, body = Health)),
)]
pub(crate) async fn ready(
    State(app): State<Arc<App>>,
) -> Result<Json<Health>, Problem> {
    if app.is_stopping() {
        return Err(Problem::unavailable("The service is about to end."));
    }
    app.database.ping().await.map_err(|error| {
        tracing::error!(%error, "the database does not answer");
        Problem::unavailable("The database does not answer.").retry_after(2)
    })?;
    Ok(Json(Health { status: "ok" }))
}

/// What is measured, for Prometheus
#[utoipa::path(
    get, path = "/metrics", tag = "system",
    responses((status = 200, body = String,
        content_type = "application/openmetrics-text")),
)]
pub(crate) async fn metrics(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Response, Problem> {
    caller.needs(Right::Read)?;
    app.metrics.queued.set(app.queue.waiting().await?);
    let text = app.metrics.text();
    Ok(([(header::CONTENT_TYPE, METRICS)], text).into_response())
}

/// The component that the service runs, for the page to hash with
#[utoipa::path(
    get, path = "/inspector.wasm", tag = "system", security(()),
    responses((status = 200, body = Vec<u8>,
        content_type = "application/wasm"), (status = 304)),
)]
pub(crate) async fn inspector(headers: HeaderMap) -> Response {
    static ETAG: LazyLock<String> = LazyLock::new(|| {
        let digest = Sha256::digest(sanchay::component::bytes());
        let hex: String =
            digest.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("\"{hex}\"")
    });
    let body = sanchay::component::bytes();
    cached(&headers, &ETAG, "application/wasm", "no-cache", body)
}
