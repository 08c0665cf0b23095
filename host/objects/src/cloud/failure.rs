//! What errors of object_store mean for an object, in words that contain no
//! credential.

use std::error::Error as StdError;

use object_store::Error;
use object_store::client::HttpError;
use sanchay_storage::escaped;

use super::http::{NoCredentials, STATUS_MARK, TooMuch};
use super::place::Place;
use crate::StorageError;

/// Codes of S3 and STS for credentials that do not do, whatever the status.
pub(super) const REFUSED: [&str; 10] = [
    "AccessDenied",
    "AccountProblem",
    "AuthorizationHeaderMalformed",
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidIdentityToken",
    "InvalidToken",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
];

/// What an error means.
pub(super) fn of(place: &Place, key: &str, error: &Error) -> StorageError {
    let answer = answer_of(error);
    let code = answer.as_ref().map_or("", |answer| answer.code());
    if code == "NoSuchBucket" {
        return StorageError::Other(format!(
            "there is no bucket {:?}",
            place.bucket()
        ));
    }
    let what = |why: &str| format!("{}: {why}", place.url_of(key));
    if REFUSED.contains(&code) {
        return StorageError::PermissionDenied(what(&said(&answer)));
    }
    match error {
        Error::NotFound { .. } => StorageError::NotFound(key.to_owned()),
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
            StorageError::PermissionDenied(what(&said(&answer)))
        }
        Error::Precondition { .. } | Error::NotModified { .. } => {
            StorageError::Other(what("it changed while it was read"))
        }
        Error::InvalidPath { source } => {
            // It repeats what the server lists.
            let why = source.to_string();
            StorageError::Other(what(&escaped(why.as_bytes()).to_string()))
        }
        error => of_other(place, key, error, answer),
    }
}

fn of_other(
    place: &Place,
    key: &str,
    error: &Error,
    answer: Option<Answer>,
) -> StorageError {
    let what = |why: &str| format!("{}: {why}", place.url_of(key));
    if let Some(none) = find::<NoCredentials>(error) {
        return StorageError::PermissionDenied(what(&none.to_string()));
    }
    if let Some(too_much) = find::<TooMuch>(error) {
        return StorageError::Other(what(&too_much.to_string()));
    }
    if let Some(answer) = answer {
        let why = answer.to_string();
        return match answer.status {
            401 | 403 => StorageError::PermissionDenied(what(&why)),
            408 | 429 | 500.. => StorageError::Connection(what(&why)),
            300..=399 => StorageError::Other(what(&format!(
                "{why}; the bucket may be in another region"
            ))),
            _ => StorageError::Other(what(&why)),
        };
    }
    let why = deepest(error);
    match find::<HttpError>(error) {
        Some(_) => StorageError::Connection(what(&why)),
        None => StorageError::Other(what(&why)),
    }
}

/// Whether it may be the range that the server has refused or has not heeded.
pub(super) fn is_of_range(error: &Error) -> bool {
    matches!(error, Error::Generic { .. })
        && find::<HttpError>(error).is_none()
        && answer_of(error).is_none_or(|answer| answer.status == 416)
}

/// What a server answered, as [`super::http`] has put it down.
struct Answer {
    status: u16,
    /// `CODE: MESSAGE`, either of which may be missing.
    text: String,
}

impl Answer {
    fn code(&self) -> &str {
        self.text.split(':').next().unwrap_or_default()
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the server answers {}", self.status)?;
        if self.text.is_empty() { Ok(()) } else { write!(f, " {}", self.text) }
    }
}

fn said(answer: &Option<Answer>) -> String {
    match answer {
        Some(answer) => answer.to_string(),
        None => "the server refuses".to_owned(),
    }
}

/// The answer that an error is about. object_store hides its type, so it is
/// read from its text, where [`super::http`] has marked it.
fn answer_of(error: &Error) -> Option<Answer> {
    chain(error).find_map(|error| {
        let text = error.to_string();
        let (_, marked) = text.rsplit_once(STATUS_MARK)?;
        let (status, text) = marked.split_once(' ')?;
        let status = status.parse().ok()?;
        Some(Answer { status, text: text.trim_end().to_owned() })
    })
}

fn chain<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}

fn find<E: StdError + 'static>(error: &Error) -> Option<&E> {
    chain(error).find_map(|error| error.downcast_ref())
}

/// The cause of all causes, which has neither the address nor the headers. It
/// may repeat what a server says.
pub(super) fn deepest(error: &(dyn StdError + 'static)) -> String {
    let why =
        chain(error).last().map_or_else(String::new, ToString::to_string);
    escaped(why.as_bytes()).to_string()
}

/// Whether an error is that an answer is too long.
pub(super) fn is_too_much(error: &(dyn StdError + 'static)) -> bool {
    chain(error).any(|error| error.is::<TooMuch>())
}

/// Whether an error is that there are no credentials.
pub(super) fn is_without_credentials(
    error: &(dyn StdError + 'static),
) -> bool {
    chain(error).any(|error| error.is::<NoCredentials>())
}
