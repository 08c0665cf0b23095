//! Trees and buckets that are too large for one machine: cut into shards, each
//! of which any machine that sees the roots can deal with, and whose outputs
//! are merged part by part.
//!
//! [`plan`] cuts; [`run`] hashes the files of a shard and writes them as
//! Parquet, in 256 partitions by the first byte of their digests; [`Outputs`]
//! reads what all shards wrote of a partition, in which equal files are
//! together, so that nothing needs to see all files at once.
//!
//! Nothing here schedules, and nothing tries again: engines do that. A shard
//! may be run any number of times, by several at once, and killed at any time:
//! its output counts when the last of its files is there. `docs/SHARDS.md` has
//! the formats.
//!
//! ```
//! use sanchay::Engine;
//! use sanchay_shards::{
//!     DuplicatesOptions, Outputs, Place, PlanOptions, RunOptions, Target,
//!     plan, run,
//! };
//!
//! let folder = tempfile::tempdir()?;
//! for name in ["a", "b", "c"] {
//!     let content = if name == "b" { "other" } else { "equal" };
//!     std::fs::create_dir_all(folder.path().join("in"))?;
//!     std::fs::write(folder.path().join("in").join(name), content)?;
//! }
//! let engine = Engine::builder().build()?;
//! let options = PlanOptions::new(Target::Files(2));
//! let plan = plan(&engine, &[folder.path().join("in")], &options, |_| {})?;
//! let place = Place::folder(&folder.path().join("out"));
//! for shard in &plan.shards {
//!     run(&engine, shard, &place, &RunOptions::default(), |_| {})?;
//! }
//! let outputs = Outputs::open(&place)?.complete()?;
//! let found = outputs.duplicates(0..=255, &DuplicatesOptions::default())?;
//! assert_eq!(found.groups().count(), 1);
//! assert_eq!(found.summary().reclaimable_bytes, 5);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod duplicates;
mod error;
mod folders;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod large;
mod list;
mod outputs;
mod overlap;
mod partitions;
mod place;
mod plan;
mod read;
mod run;
mod sharing;
mod similar;
mod stream;
mod sums;
mod table;
mod texts;
mod work;

pub use sanchay_core::shard::{Dataset, Likeness, Output, Shard, Target};

pub use self::{
    duplicates::{DuplicatesOptions, Merged, MergedGroup},
    error::ShardError,
    folders::FolderSum,
    outputs::Outputs,
    overlap::check_place,
    place::Place,
    plan::{
        Counted, Plan, PlanOptions, ReadError, plan, plan_of_counts, read,
        read_from,
    },
    run::{Outcome, RunOptions, run},
    similar::{FoundSimilar, SimilarMember, SimilarMergeOptions},
    stream::{ShardEvent, check_found, check_mount, stream},
    sums::sums,
    work::{FIELDS, hash_options, schema, walk_options},
};
