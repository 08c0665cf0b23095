//! What was seen of files, kept in one SQLite file: the digests of files that
//! need not be read again, and snapshots of trees with what changed between
//! them.
//!
//! A [`Catalog`] is what an engine asks for digests. `docs/CATALOG.md` says
//! what is trusted and when, and describes the tables.

mod blocks;
mod catalog;
mod digests;
mod error;
mod file;
mod folders;
mod method;
mod schema;
mod stamp;
mod version;
mod volume;
mod writer;

pub use catalog::{Catalog, CatalogOptions, Notice, Trust};
pub use error::CatalogError;
pub use version::FileVersion;
