//! What is wrong with what was configured.

use super::Origin;

/// What is wrong with a setting, and where it stands.
#[derive(Debug, thiserror::Error)]
#[error("{origin}: {why}")]
pub(crate) struct ConfigurationError {
    /// Where it stands.
    pub(crate) origin: Origin,
    /// What is wrong, safe to print on a terminal.
    pub(crate) why: String,
}

impl ConfigurationError {
    pub(crate) fn new(origin: Origin, why: impl Into<String>) -> Self {
        Self { origin, why: why.into() }
    }
}
