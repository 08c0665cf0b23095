//! The page's files, which are in the program.

use std::fmt::Write as _;

use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use rust_embed::Embed;

use crate::problem::Problem;

/// The files. A build for development reads them from their folder, so that
/// they can be edited while the service runs.
#[derive(Embed)]
#[folder = "page/"]
#[exclude = "*.d.ts"]
#[exclude = "tsconfig.json"]
struct Page;

/// What is answered to whatever is no request of the interface.
pub(crate) async fn asset(
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if !matches!(method, Method::GET | Method::HEAD) {
        return Err(Problem::not_found("There is nothing of that name."));
    }
    let path = match uri.path().trim_start_matches('/') {
        "" => "index.html",
        path => path,
    };
    // Names of files of the page are plain.
    let is_plain = path.split('/').all(|name| {
        !name.is_empty()
            && !name.starts_with('.')
            && name.bytes().all(|byte| {
                byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)
            })
    });
    let file = if is_plain { Page::get(path) } else { None };
    let Some(file) = file else {
        return Err(Problem::not_found(
            "There is nothing of that name. /openapi.json describes the \
             interface.",
        ));
    };
    let mut etag = String::from("\"");
    for byte in file.metadata.sha256_hash().iter().take(16) {
        let _ = write!(etag, "{byte:02x}");
    }
    etag.push('"');
    let kind = file.metadata.mimetype();
    let kind = match kind.starts_with("text/") {
        true => format!("{kind}; charset=utf-8"),
        false => kind.to_owned(),
    };
    let body = file.data.into_owned();
    Ok(cached(&headers, &etag, &kind, "no-cache", body))
}

/// An answer that a client may keep, as long as it asks whether it is still
/// good: without its body where it is.
pub(crate) fn cached(
    headers: &HeaderMap,
    etag: &str,
    kind: &str,
    caching: &'static str,
    body: impl Into<axum::body::Body>,
) -> Response {
    let mut response = match is_known(headers, etag) {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => {
            let mut response = body.into().into_response();
            if let Ok(kind) = HeaderValue::from_str(kind) {
                response.headers_mut().insert(header::CONTENT_TYPE, kind);
            }
            response
        }
    };
    let answered = response.headers_mut();
    if let Ok(etag) = HeaderValue::from_str(etag) {
        answered.insert(header::ETAG, etag);
    }
    let caching = HeaderValue::from_static(caching);
    answered.insert(header::CACHE_CONTROL, caching);
    response
}

/// Whether the client has what the tag is of. Compression makes a tag a weak
/// one, which is the same here.
pub(crate) fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let given = headers.get_all(header::IF_NONE_MATCH).iter();
    given
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == etag || tag == "*")
}
