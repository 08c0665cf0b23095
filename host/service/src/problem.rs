//! What is wrong with a request, as RFC 9457 has it: one type for every
//! answer that is no success, whoever found the mistake.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// The media type of problems.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// A problem, and the status that it is answered with.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    /// What follows `urn:sanchay:` in its type.
    kind: &'static str,
    title: &'static str,
    detail: String,
    /// Further members.
    more: Map<String, Value>,
    retry_after: Option<u64>,
}

/// A problem as it is answered (RFC 9457). Some kinds have further members:
/// `at`, `length` and `hint` tell where in an expression a mistake is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemDocument {
    /// What kind of problem it is: `urn:sanchay:` and a word that stays.
    #[serde(rename = "type")]
    kind: String,
    /// The kind in a few words.
    title: &'static str,
    /// The status of the answer.
    status: u16,
    /// What is wrong, and what to do.
    detail: String,
    #[serde(flatten)]
    #[schema(ignore)]
    more: Map<String, Value>,
}

/// Kinds of problems: a function for each, which takes the detail.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident, $status:ident, $kind:literal,
       $title:literal;)*) => {
        impl Problem {
            $($(#[$doc])*
            pub(crate) fn $name(detail: impl Into<String>) -> Self {
                Self {
                    status: StatusCode::$status,
                    kind: $kind,
                    title: $title,
                    detail: detail.into(),
                    more: Map::new(),
                    retry_after: None,
                }
            })*
        }
    };
}

kinds! {
    /// The request cannot be understood.
    bad_request, BAD_REQUEST, "bad-request", "The request is not understood";
    /// Nobody is signed in.
    unauthorized, UNAUTHORIZED, "not-signed-in", "Not signed in";
    /// The caller may not do that.
    forbidden, FORBIDDEN, "not-allowed", "Not allowed";
    /// A request of another site.
    cross_site, FORBIDDEN, "cross-site", "Another site sent this request";
    /// There is nothing of that name.
    not_found, NOT_FOUND, "not-found", "Not found";
    /// There is something, and not for that method.
    method, METHOD_NOT_ALLOWED, "method-not-allowed", "Not that method";
    /// None of the formats that are asked for is there.
    not_acceptable, NOT_ACCEPTABLE, "not-acceptable", "No such format";
    /// It does not go with what is there.
    conflict, CONFLICT, "conflict", "It is in conflict with what is there";
    /// What was looked at has changed since.
    stale, PRECONDITION_FAILED, "stale", "It has changed meanwhile";
    /// The body is too large.
    too_large, PAYLOAD_TOO_LARGE, "too-large", "Too large";
    /// The body is of another type.
    media_type, UNSUPPORTED_MEDIA_TYPE, "media-type", "Not JSON";
    /// The host's name is not one of this service.
    misdirected, MISDIRECTED_REQUEST, "unknown-host", "Not a name of this service";
    /// A value makes no sense.
    invalid, UNPROCESSABLE_ENTITY, "invalid", "A value makes no sense";
    /// An expression makes no sense.
    expression, UNPROCESSABLE_ENTITY, "expression", "The expression is not understood";
    /// Too many requests.
    too_many, TOO_MANY_REQUESTS, "too-many-requests", "Too many requests";
    /// Something failed here.
    internal, INTERNAL_SERVER_ERROR, "internal", "Something failed in the service";
    /// It is too much at the moment, or about to end.
    unavailable, SERVICE_UNAVAILABLE, "unavailable", "Not now";
    /// It took too long.
    timeout, GATEWAY_TIMEOUT, "timeout", "It took too long";
}

impl Problem {
    /// The same of another kind, by the word that stays.
    pub(crate) fn of_kind(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
    }

    /// The same with a further member.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }

    /// The same, to be tried again after so many seconds.
    pub(crate) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Its status.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// What is wrong.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// As it is answered, and kept with a job that failed.
    pub(crate) fn document(&self) -> Value {
        let document = ProblemDocument {
            kind: format!("urn:sanchay:{}", self.kind),
            title: self.title,
            status: self.status.as_u16(),
            detail: self.detail.clone(),
            more: self.more.clone(),
        };
        serde_json::to_value(document).unwrap_or_default()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        if self.status.is_server_error() {
            tracing::error!(kind = self.kind, detail = self.detail, "failed");
        } else {
            tracing::debug!(kind = self.kind, detail = self.detail, "refused");
        }
        let mut response =
            (self.status, Json(self.document())).into_response();
        let headers = response.headers_mut();
        let media_type = HeaderValue::from_static(MEDIA_TYPE);
        headers.insert(header::CONTENT_TYPE, media_type);
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let bearer = HeaderValue::from_static("Bearer");
            headers.insert(header::WWW_AUTHENTICATE, bearer);
        }
        response
    }
}

impl From<sqlx::Error> for Problem {
    /// What the database says stays in the log: it may name paths.
    fn from(error: sqlx::Error) -> Self {
        tracing::error!(%error, "the database failed");
        match error {
            sqlx::Error::PoolTimedOut => {
                let busy = "The database is busy; try again in a moment.";
                Self::unavailable(busy).retry_after(2)
            }
            _ => Self::internal(
                "The database failed; the log of the service says why.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_says_its_kind_and_its_status_and_has_further_members() {
        let problem = Problem::expression("expected a value").with("at", 7);
        let document = problem.document();
        assert_eq!(document["type"], "urn:sanchay:expression");
        assert_eq!(document["status"], 422);
        assert_eq!(document["at"], 7);
        let response = problem.into_response();
        assert_eq!(response.headers()[header::CONTENT_TYPE], MEDIA_TYPE);
    }
}
