//! Why something could not be done with a bucket, without the bucket's name:
//! who reports it knows the URL.

use std::io;

/// Why something could not be done with a bucket.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{why}")]
pub struct CloudError {
    kind: CloudErrorKind,
    why: String,
}

/// What kind of reason it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloudErrorKind {
    /// There is no such object.
    NotFound,
    /// There is no such bucket.
    NoBucket,
    /// The credentials do not do, or there are none.
    Denied,
    /// The server does not answer, or cannot do it now.
    Connection,
    /// The object is another one by now.
    Changed,
    /// The object has no such range.
    Range,
    /// What was read or written is not what it should be.
    Damaged,
    /// No request can have such a name.
    Unnameable,
    /// Whoever waits was interrupted.
    Interrupted,
    /// Anything else.
    Other,
}

impl CloudError {
    pub(crate) fn new(kind: CloudErrorKind, why: impl Into<String>) -> Self {
        use CloudErrorKind as Kind;
        let why = match kind {
            Kind::NotFound => "there is no such object".to_owned(),
            Kind::NoBucket => "there is no such bucket".to_owned(),
            Kind::Changed => "it changed while it was read".to_owned(),
            _ => why.into(),
        };
        Self { kind, why }
    }

    /// What kind of reason it is.
    #[must_use]
    pub fn kind(&self) -> CloudErrorKind {
        self.kind
    }
}

impl From<CloudError> for io::Error {
    fn from(error: CloudError) -> Self {
        use CloudErrorKind as Kind;
        let kind = match error.kind {
            Kind::NotFound | Kind::NoBucket => io::ErrorKind::NotFound,
            Kind::Denied => io::ErrorKind::PermissionDenied,
            Kind::Damaged => io::ErrorKind::InvalidData,
            Kind::Unnameable => io::ErrorKind::InvalidInput,
            _ => io::ErrorKind::Other,
        };
        Self::new(kind, error.why)
    }
}
