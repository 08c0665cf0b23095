//! What was seen of files, kept in one SQLite file: the digests of files that
//! need not be read again, and snapshots of trees with what changed between
//! them.
//!
//! A [`Catalog`] is what an engine asks for digests. `docs/CATALOG.md` says
//! what is trusted and when, and describes the tables.

mod blocks;
mod catalog;
mod contents;
mod counting;
mod diff;
mod digests;
mod error;
mod file;
mod find;
mod folders;
mod history;
mod listing;
mod location;
mod method;
mod observe;
mod readers;
mod schema;
mod side;
mod snapshot;
mod stamp;
mod upkeep;
mod verify;
mod version;
mod volume;
mod wanted;
mod watch;
mod writer;

pub use catalog::{Catalog, CatalogOptions, Notice, Trust};
pub use diff::{Difference, Differences};
pub use error::CatalogError;
pub use find::KnownFile;
pub use history::Event;
pub use location::{find_user_catalog, user_catalog};
pub use side::{Manifest, Side};
pub use snapshot::{Snapshot, SnapshotOptions, Taken};
pub use upkeep::{KnownDigest, PruneOptions, Pruned, SqlValue, Status, query};
pub use verify::{VerifyEvent, VerifyOptions, VerifySummary};
pub use version::FileVersion;
pub use watch::{WatchEvent, WatchOptions};
