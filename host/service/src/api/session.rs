//! Signing in and out.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    app::App,
    extract::Body,
    guard::peer,
    problem::Problem,
    rights::{Caller, Right},
    time,
};

/// What a client signs in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    /// The token of the address that `sanchay serve` printed, which is good
    /// once, or a token of a program.
    token: String,
}

/// A key, and whose it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignedIn {
    /// To be sent as `Authorization: Bearer KEY`.
    key: String,
    /// When it ends.
    expires_at: String,
    /// The name of the token; `page` for that of the address.
    user: String,
    /// What the caller may do.
    rights: Vec<Right>,
    /// The service's version.
    version: &'static str,
}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Session {
    /// The name of the token; `page` for that of the address.
    user: String,
    /// What the caller may do.
    rights: Vec<Right>,
    /// The service's version.
    version: &'static str,
    /// The service's clock.
    now: String,
    /// The stores that there are, by their names.
    stores: Vec<String>,
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Changes a token for a key
#[utoipa::path(
    post, path = "/api/v1/session", tag = "session",
    request_body = SignIn, security(()),
    responses((status = 200, body = SignedIn)),
)]
pub(crate) async fn sign_in(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Json<SignedIn>, Problem> {
    use axum::extract::FromRequest as _;
    let from = peer(&app, &request);
    let Body(given) = Body::<SignIn>::from_request(request, &app).await?;
    let issued = match app.keys.sign_in(&given.token).await {
        Ok(issued) => issued,
        Err(problem) => {
            // Whoever guesses keeps nobody out who has a token.
            if problem.status() == StatusCode::UNAUTHORIZED {
                app.limits.may_sign_in(from)?;
                app.limits.note_failure(from);
            }
            return Err(problem);
        }
    };
    Ok(Json(SignedIn {
        key: issued.secret,
        expires_at: time::text(issued.caller.expires),
        user: issued.caller.name,
        rights: issued.caller.rights.list(),
        version: VERSION,
    }))
}

/// Says who is signed in
#[utoipa::path(
    get, path = "/api/v1/session", tag = "session",
    responses((status = 200, body = Session)),
)]
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Json<Session> {
    Json(Session {
        user: caller.name,
        rights: caller.rights.list(),
        version: VERSION,
        now: time::text(time::now()),
        stores: app.stores.names().map(str::to_owned).collect(),
    })
}

/// Ends the key that is sent
#[utoipa::path(
    delete, path = "/api/v1/session", tag = "session",
    responses((status = 204)),
)]
pub(crate) async fn sign_out(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Response, Problem> {
    app.keys.sign_out(&caller).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
