//! Whose records a request is about: those of a job, the files of a snapshot,
//! or what differs between two snapshots. Whichever it is, they are filtered,
//! sorted, paged, summed up and downloaded in the same ways.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    app::App,
    problem::Problem,
    results::{listing, reader::Reader},
    snapshots::{self, SnapshotKey},
};

/// Whose records: one of these.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    /// Those of this job: of one that runs, as many as there are by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) job: Option<i64>,
    /// The files of this snapshot, by its number or name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) snapshot: Option<String>,
    /// What differs between these two snapshots, from the first to the second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 2, max_items = 2)]
    pub(crate) diff: Option<Vec<String>>,
}

/// Whose records they are, such that it always means the same.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Origin {
    /// Those of an attempt at a job; so many of them.
    Job { id: i64, attempt: i64, rows: u64 },
    /// The files of a snapshot.
    Snapshot(SnapshotKey),
    /// What differs between two.
    Diff(SnapshotKey, SnapshotKey),
}

impl Source {
    /// The records of a job.
    pub(crate) fn job(id: i64) -> Self {
        Self { job: Some(id), ..Self::default() }
    }

    /// The files of a snapshot.
    pub(crate) fn snapshot(name: String) -> Self {
        Self { snapshot: Some(name), ..Self::default() }
    }

    /// What differs between two snapshots.
    pub(crate) fn diff(a: String, b: String) -> Self {
        Self { diff: Some(vec![a, b]), ..Self::default() }
    }

    /// Finds it.
    ///
    /// # Errors
    /// 422 where it is not one, 404 where it is not there, 409 for a job
    /// without records.
    pub(crate) async fn find(
        &self,
        app: &Arc<App>,
    ) -> Result<(Origin, Reader), Problem> {
        match (self.job, &self.snapshot, self.diff.as_deref()) {
            (Some(id), None, None) => {
                let job = app.queue.get(id).await?;
                let reader = Reader::new(&app.database, &job)?;
                let (id, attempt) = (job.id, job.attempts);
                let rows = reader.total();
                Ok((Origin::Job { id, attempt, rows }, reader))
            }
            (None, Some(name), None) => {
                let found = snapshots::find(app, name).await?;
                let origin = Origin::Snapshot(SnapshotKey::of(&found));
                Ok((origin, Reader::listed(listing::snapshot(app, found))))
            }
            (None, None, Some([a, b])) => {
                let a = snapshots::find(app, a).await?;
                let b = snapshots::find(app, b).await?;
                let keys = [&a, &b].map(SnapshotKey::of);
                let [key_a, key_b] = keys;
                let origin = Origin::Diff(key_a, key_b);
                Ok((origin, Reader::listed(listing::diff(app, a, b))))
            }
            _ => Err(Problem::invalid(
                "source: name a job, a snapshot, or two snapshots as diff.",
            )
            .with("option", "source")),
        }
    }
}

impl Origin {
    /// Its records, as they were when it was found.
    ///
    /// # Errors
    /// 404 where they are not there any more.
    pub(crate) async fn reader(
        &self,
        app: &Arc<App>,
    ) -> Result<Reader, Problem> {
        match self {
            Self::Job { id, attempt, rows } => {
                let job = app.queue.get(*id).await?;
                if job.attempts != *attempt {
                    return Err(Problem::not_found(
                        "The job was begun anew since the view was made.",
                    ));
                }
                Ok(Reader::new(&app.database, &job)?.up_to(*rows))
            }
            Self::Snapshot(key) => {
                let found = snapshots::find_again(app, key).await?;
                Ok(Reader::listed(listing::snapshot(app, found)))
            }
            Self::Diff(a, b) => {
                let a = snapshots::find_again(app, a).await?;
                let b = snapshots::find_again(app, b).await?;
                Ok(Reader::listed(listing::diff(app, a, b)))
            }
        }
    }

    /// What a file with these records is called, without its extension.
    pub(crate) fn file_name(&self) -> String {
        match self {
            Self::Job { id, .. } => format!("job-{id}"),
            Self::Snapshot(key) => format!("snapshot-{}", key.number),
            Self::Diff(a, b) => format!("diff-{}-{}", a.number, b.number),
        }
    }

    /// What tells it from others.
    ///
    /// # Errors
    /// It cannot be written down, which it always can.
    pub(crate) fn key(&self) -> Result<String, Problem> {
        serde_json::to_string(self)
            .map_err(|error| Problem::internal(error.to_string()))
    }
}
