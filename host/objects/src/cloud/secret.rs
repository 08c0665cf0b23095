//! Text that is never shown.

use std::fmt;

/// Text that is never shown: neither in messages nor by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text, for the one who sends it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether a header of a request can carry it.
    pub(crate) fn fits_a_header(&self) -> bool {
        !self.0.is_empty()
            && self.0.bytes().all(|byte| byte.is_ascii_graphic())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"…\"")
    }
}
