//! Machine code of plugins, kept from one run to the next.

#[cfg(not(unix))]
mod none;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub(super) use none::Cache;
#[cfg(unix)]
pub(super) use unix::Cache;
