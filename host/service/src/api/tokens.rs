//! Tokens of programs.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    app::App,
    extract::{Body, Place},
    idempotency::Once,
    problem::Problem,
    rights::{Caller, Right, Rights},
    time,
};

/// The longest name of a token.
const LONGEST_NAME: usize = 64;

/// A token that is asked for.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewToken {
    /// What it is called, and what jobs say that it began: letters, digits,
    /// `-`, `_` and `.`; no other token is called that.
    name: String,
    /// What its bearer may do: none that the caller may not.
    rights: Vec<Right>,
    /// After how many days it ends; absent: never.
    #[serde(default)]
    days: Option<u16>,
}

/// A token that was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeToken {
    /// The token, which is told this once.
    token: String,
    #[serde(flatten)]
    about: Token,
}

/// A token, but for its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct Token {
    /// What it is revoked by.
    id: String,
    /// What it is called.
    name: String,
    /// What its bearer may do.
    rights: Vec<Right>,
    /// When it ends.
    expires_at: Option<String>,
}

/// The tokens.
#[derive(Serialize, ToSchema)]
pub(crate) struct Tokens {
    /// Them, the oldest first.
    tokens: Vec<Token>,
}

impl From<Caller> for Token {
    fn from(caller: Caller) -> Self {
        let ends = Some(caller.expires).filter(|it| *it != i64::MAX);
        Self {
            id: caller.id,
            name: caller.name,
            rights: caller.rights.list(),
            expires_at: ends.map(time::text),
        }
    }
}

/// Lists the tokens of programs
#[utoipa::path(
    get, path = "/api/v1/tokens", tag = "session",
    responses((status = 200, body = Tokens)),
)]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Json<Tokens>, Problem> {
    caller.needs(Right::Run)?;
    let tokens = app.keys.tokens().await?;
    Ok(Json(Tokens { tokens: tokens.into_iter().map(Token::from).collect() }))
}

/// Makes a token for a program
#[utoipa::path(
    post, path = "/api/v1/tokens", tag = "session",
    request_body = NewToken,
    params(("Idempotency-Key" = Option<String>, Header,
        description = "Of requests with the same key, one makes a token; the \
                       others are refused, for it is told once")),
    responses((status = 201, body = MadeToken)),
)]
pub(crate) async fn make(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    Body(new): Body<NewToken>,
) -> Result<Response, Problem> {
    caller.needs(Right::Run)?;
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let is_name = (1..=LONGEST_NAME).contains(&new.name.len())
        && new.name != "page"
        && new.name.bytes().all(is_plain);
    if !is_name {
        return Err(Problem::invalid(
            "A name has 1 to 64 letters, digits, hyphens, underscores and \
             dots, and is not `page`.",
        ));
    }
    let rights = Rights::of(new.rights.iter().copied());
    if rights == Rights::default() {
        return Err(Problem::invalid("Name at least one right."));
    }
    if rights.and(caller.rights) != rights {
        return Err(Problem::forbidden(
            "Nobody gives away rights that they do not have.",
        ));
    }
    let day = 24 * 60 * 60 * 1000;
    let expires = new.days.map(|days| {
        time::now().saturating_add(i64::from(days).saturating_mul(day))
    });
    let asked = serde_json::to_value(&new)
        .map_err(|error| Problem::internal(error.to_string()))?;
    let once = Once::of(&headers, &caller, "POST /api/v1/tokens", &asked)?;
    let made = app.keys.make_token(
        &caller,
        &new.name,
        rights,
        expires,
        once.as_ref(),
    );
    let made = made.await?;
    let made =
        MadeToken { token: made.secret, about: Token::from(made.caller) };
    Ok((StatusCode::CREATED, Json(made)).into_response())
}

/// Revokes a token, the keys that it was changed for, and the tokens that were
/// made by it
#[utoipa::path(
    delete, path = "/api/v1/tokens/{id}", tag = "session",
    params(("id" = String, Path, description = "The token's id")),
    responses((status = 204)),
)]
pub(crate) async fn revoke(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place(id): Place<String>,
) -> Result<Response, Problem> {
    caller.needs(Right::Run)?;
    match app.keys.revoke(&caller, &id).await? {
        true => Ok(StatusCode::NO_CONTENT.into_response()),
        false => Err(Problem::not_found("There is no token of that id.")),
    }
}
