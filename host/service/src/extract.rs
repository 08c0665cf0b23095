//! What a request says, taken apart: what does not fit is a problem, and not
//! an answer of the framework's own.

use axum::{
    Json,
    extract::{
        FromRequest, FromRequestParts, Path, Query, Request,
        rejection::{JsonRejection, PathRejection, QueryRejection},
    },
};
use http::{StatusCode, request::Parts};
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The body of a request, as JSON.
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(
        request: Request,
        state: &S,
    ) -> Result<Self, Problem> {
        let Json(body) = Json::from_request(request, state).await?;
        Ok(Self(body))
    }
}

/// What stands behind the question mark.
pub(crate) struct Params<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &S,
    ) -> Result<Self, Problem> {
        let Query(params) = Query::from_request_parts(parts, state).await?;
        Ok(Self(params))
    }
}

/// The variable parts of the path.
pub(crate) struct Place<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S>
    for Place<T>
{
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &S,
    ) -> Result<Self, Problem> {
        let Path(place) = Path::from_request_parts(parts, state).await?;
        Ok(Self(place))
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        let text = rejection.body_text();
        match rejection.status() {
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::media_type(
                "Send the body as JSON, with Content-Type: application/json.",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large(text),
            StatusCode::UNPROCESSABLE_ENTITY => Self::invalid(text),
            _ => Self::bad_request(text),
        }
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::bad_request(rejection.body_text())
    }
}

impl From<PathRejection> for Problem {
    /// What is no number of a job is no job.
    fn from(rejection: PathRejection) -> Self {
        Self::not_found(rejection.body_text())
    }
}
