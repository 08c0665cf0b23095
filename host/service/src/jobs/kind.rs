//! The kinds of jobs, and the states that they are in.

use sanchay_core::record::RecordKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A kind of job.
#[derive(
    Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
#[schema(as = JobKind)]
pub(crate) enum Kind {
    /// Lists files.
    Scan,
    /// Makes digests of files.
    Hash,
    /// Finds files with the same content.
    Dupes,
    /// Finds files with nearly the same text.
    Similar,
    /// Sums up what folders consist of.
    Summary,
    /// Keeps what files there are.
    Snapshot,
    /// Tells what became of files between two snapshots, or one and the disk.
    Diff,
    /// Reads files again whose digests are known.
    Verify,
    /// Puts trees into a store.
    #[serde(rename = "store-put")]
    StorePut,
    /// Gets a snapshot of a store, or some of it, back.
    #[serde(rename = "store-get")]
    StoreGet,
    /// Cuts trees into shards, which any worker takes, to find files with the
    /// same content.
    Shards,
    /// Hashes the files of one shard.
    Shard,
    /// Finds the files with the same content in all shards.
    Merge,
    /// Plans new names.
    Rename,
    /// Plans new places.
    Move,
    /// Plans copies.
    Copy,
    /// Plans what is deleted.
    Delete,
    /// Plans which of equal files make way.
    Dedupe,
    /// Does what a plan says, or takes it back.
    Apply,
    /// Plans to take back what a plan did.
    Undo,
}

impl Kind {
    /// All of them.
    pub(crate) const ALL: [Self; 20] = [
        Self::Scan,
        Self::Hash,
        Self::Dupes,
        Self::Similar,
        Self::Summary,
        Self::Snapshot,
        Self::Diff,
        Self::Verify,
        Self::StorePut,
        Self::StoreGet,
        Self::Shards,
        Self::Shard,
        Self::Merge,
        Self::Rename,
        Self::Move,
        Self::Copy,
        Self::Delete,
        Self::Dedupe,
        Self::Apply,
        Self::Undo,
    ];

    /// Whether it makes a plan.
    pub(crate) const fn plans(self) -> bool {
        matches!(
            self,
            Self::Rename
                | Self::Move
                | Self::Copy
                | Self::Delete
                | Self::Dedupe
                | Self::Undo
        )
    }

    /// Whether it is begun by a plan, and not by a request of its own.
    pub(crate) const fn is_of_plan(self) -> bool {
        matches!(self, Self::Apply | Self::Undo)
    }

    /// Whether it is a part of another, which begins it.
    pub(crate) const fn is_part(self) -> bool {
        matches!(self, Self::Shard | Self::Merge)
    }

    /// Whether it changes files.
    pub(crate) const fn changes_files(self) -> bool {
        matches!(self, Self::Apply | Self::StoreGet)
    }

    /// Its name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Scan => "scan",
            Self::Hash => "hash",
            Self::Dupes => "dupes",
            Self::Similar => "similar",
            Self::Summary => "summary",
            Self::Snapshot => "snapshot",
            Self::Diff => "diff",
            Self::Verify => "verify",
            Self::StorePut => "store-put",
            Self::StoreGet => "store-get",
            Self::Shards => "shards",
            Self::Shard => "shard",
            Self::Merge => "merge",
            Self::Rename => "rename",
            Self::Move => "move",
            Self::Copy => "copy",
            Self::Delete => "delete",
            Self::Dedupe => "dedupe",
            Self::Apply => "apply",
            Self::Undo => "undo",
        }
    }

    /// The kind of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What people call it.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Scan => "Scan",
            Self::Hash => "Digests",
            Self::Dupes => "Duplicates",
            Self::Similar => "Similar texts",
            Self::Summary => "Summary",
            Self::Snapshot => "Snapshot",
            Self::Diff => "Differences",
            Self::Verify => "Verification",
            Self::StorePut => "Put into a store",
            Self::StoreGet => "Got from a store",
            Self::Shards => "Shards",
            Self::Shard => "Shard",
            Self::Merge => "Duplicates of all shards",
            Self::Rename => "New names",
            Self::Move => "Move",
            Self::Copy => "Copy",
            Self::Delete => "Deletion",
            Self::Dedupe => "Removal of duplicates",
            Self::Apply => "Applied plan",
            Self::Undo => "Undoing",
        }
    }

    /// The phases that it goes through.
    pub(crate) const fn phases(self) -> &'static [&'static str] {
        match self {
            Self::Scan
            | Self::Summary
            | Self::Snapshot
            | Self::Shards
            | Self::Rename
            | Self::Move
            | Self::Copy
            | Self::Delete
            | Self::Undo => &["walk"],
            Self::Apply | Self::StoreGet => &["write"],
            Self::Hash | Self::Diff | Self::StorePut | Self::Shard => {
                &["walk", "read"]
            }
            Self::Merge => &["compare"],
            Self::Dupes | Self::Similar | Self::Verify | Self::Dedupe => {
                &["walk", "compare"]
            }
        }
    }
}

/// How far a job is.
#[derive(
    Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
#[schema(as = JobState)]
pub(crate) enum State {
    /// It waits.
    Queued,
    /// Somebody is at it.
    Running,
    /// It is done.
    Done,
    /// It is done, and the answer is no: something differs, or is rotten.
    No,
    /// It could not be done.
    Failed,
    /// It was cancelled; what was found is kept.
    Cancelled,
}

impl State {
    const ALL: [Self; 6] = [
        Self::Queued,
        Self::Running,
        Self::Done,
        Self::No,
        Self::Failed,
        Self::Cancelled,
    ];

    /// Its name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::No => "no",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether nothing more will come.
    pub(crate) const fn is_over(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}

/// What the records of a job's results are; `None` where it has none but a
/// document.
pub(crate) fn records(kind: Kind, pairs: bool) -> Option<RecordKind> {
    Some(match kind {
        Kind::Scan => RecordKind::File,
        Kind::Hash => RecordKind::Hash { partial: false },
        Kind::Dupes | Kind::Merge => RecordKind::Duplicate,
        Kind::Similar if pairs => RecordKind::SimilarPair,
        Kind::Similar => RecordKind::Similar,
        Kind::Diff => RecordKind::Difference,
        Kind::Verify => RecordKind::Verdict,
        _ => return None,
    })
}
