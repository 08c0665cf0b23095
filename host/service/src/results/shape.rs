//! What the records of a job are: which columns are kept, and which are shown
//! unless others are asked for.

use std::sync::Arc;

use sanchay_core::record::{FieldId, RecordKind, Schema};
use serde_json::Value;

use crate::{
    jobs::{
        document::Job,
        kind::{self, Kind},
    },
    problem::Problem,
};

/// The fields that are kept of files: from these, all that can be asked for
/// follow.
const OF_FILES: &[FieldId] = &[
    FieldId::Path,
    FieldId::Size,
    FieldId::Modified,
    FieldId::Kind,
    FieldId::Root,
    FieldId::Allocated,
    FieldId::Created,
    FieldId::Accessed,
    FieldId::Changed,
    FieldId::Mode,
    FieldId::Uid,
    FieldId::Gid,
    FieldId::Inode,
    FieldId::Device,
    FieldId::Links,
    FieldId::Target,
    FieldId::Hash,
];

/// The fields that are kept of differences.
const OF_DIFFERENCES: &[FieldId] = &[
    FieldId::Change,
    FieldId::Path,
    FieldId::From,
    FieldId::Size,
    FieldId::Modified,
    FieldId::Hash,
    FieldId::Kind,
    FieldId::Changed,
    FieldId::Mode,
    FieldId::Uid,
    FieldId::Gid,
    FieldId::Inode,
];

/// The fields that are kept of files in groups besides, by which rules decide
/// and sums are made.
const OF_MEMBERS: &[FieldId] =
    &[FieldId::Modified, FieldId::Root, FieldId::Inode, FieldId::Device];

/// What records are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Shape {
    pub(crate) records: RecordKind,
    /// Whether files have roles.
    roles: bool,
    /// Whether there are groups of folders, too.
    folders: bool,
}

impl Shape {
    /// That of the files of a snapshot. What is not known of them is absent.
    pub(crate) const OF_SNAPSHOTS: Self =
        Self::plain(RecordKind::Hash { partial: false });

    /// That of what differs between two snapshots.
    pub(crate) const OF_DIFFERENCES: Self =
        Self::plain(RecordKind::Difference);

    const fn plain(records: RecordKind) -> Self {
        Self { records, roles: false, folders: false }
    }

    /// That of the results of a request.
    pub(crate) fn of(kind: Kind, request: &Value) -> Option<Self> {
        let flag = |name: &str| request.get(name) == Some(&Value::Bool(true));
        let references = request.get("references").and_then(Value::as_array);
        Some(Self {
            records: kind::records(kind, flag("pairs"))?,
            roles: references.is_some_and(|it| !it.is_empty()),
            folders: flag("folders"),
        })
    }

    /// That of the results of a job.
    ///
    /// # Errors
    /// 409 for a job whose answer is a document.
    pub(crate) fn of_job(job: &Job) -> Result<Self, Problem> {
        let kind = Kind::named(&job.kind);
        let shape = kind.and_then(|kind| Self::of(kind, &job.request));
        shape.ok_or_else(|| {
            Problem::conflict(
                "Jobs of this kind have no records: what they came to is the \
                 member `result` of the job.",
            )
            .of_kind("no-records")
        })
    }

    /// The fields that are shown unless others are asked for.
    pub(crate) fn shown(self) -> Schema {
        let mut schema = Schema::new(self.records, []);
        if self.roles {
            schema = schema.with_role();
        }
        if self.folders {
            schema = schema.with_folders();
        }
        schema
    }

    /// The fields that are kept.
    pub(crate) fn kept(self) -> Arc<Schema> {
        let all = Schema::new(self.records, []);
        Arc::new(match self.records {
            RecordKind::File | RecordKind::Hash { .. } => all.choose(OF_FILES),
            RecordKind::Difference => all.choose(OF_DIFFERENCES),
            RecordKind::Duplicate => {
                let files = Schema::new(RecordKind::File, []);
                let all = all.with_role().with_folders();
                all.with_extra(&files, OF_MEMBERS)
            }
            _ => all,
        })
    }

    /// Whether records come in groups, which an encoder must have whole.
    pub(crate) fn is_grouped(self) -> bool {
        matches!(
            self.records,
            RecordKind::Duplicate
                | RecordKind::Similar
                | RecordKind::SimilarImage
                | RecordKind::SimilarPair
        )
    }
}
