//! Trees in shards: cutting them, hashing the files of one shard, and merging
//! what all of them wrote.

use std::{path::Path, sync::Arc};

use sanchay::{EntryKind, Role, Storage, Summary};
use sanchay_core::{
    content::Content,
    record::{Group, Row},
};
use sanchay_shards::{
    DuplicatesOptions, Outputs, Place, Plan, PlanOptions, RunOptions, Shard,
    ShardError,
};
use serde_json::json;

use super::{Failure, Outcome, Worker, done, without_own};
use crate::problem::Problem;

/// How many shards one job has at most: each is a job of its own.
const MOST_SHARDS: usize = 10_000;

impl From<ShardError> for Failure {
    fn from(error: ShardError) -> Self {
        match error {
            ShardError::Engine(error) => error.into(),
            ShardError::Overlap { .. } => Problem::conflict(format!(
                "{error}: start the service with another --state-dir"
            ))
            .into(),
            error => Problem::conflict(error.to_string()).into(),
        }
    }
}

impl Worker<'_> {
    /// Cuts the roots into shards.
    pub(crate) fn cut(
        &self,
        roots: &[std::path::PathBuf],
        options: &PlanOptions,
    ) -> Result<Plan, Failure> {
        let options = PlanOptions {
            walk: without_own(self.catalog, &options.walk),
            monitor: self.live.monitor(),
            ..options.clone()
        };
        let plan =
            sanchay_shards::plan(self.engine, roots, &options, |error| {
                self.note(&error);
            })?;
        match plan.shards.len() > MOST_SHARDS {
            true => Err(Problem::invalid(format!(
                "target_files: there would be {} shards, and a job has at \
                 most {MOST_SHARDS}: ask for larger ones",
                plan.shards.len()
            ))
            .with("option", "target_files")
            .into()),
            false => Ok(plan),
        }
    }

    /// Hashes the files of a shard.
    pub(crate) fn run_shard(
        &self,
        shard: &Shard,
        storage: Arc<dyn Storage>,
        place: &Path,
    ) -> Result<Outcome, Failure> {
        let options = RunOptions {
            storage: Some(storage),
            monitor: self.live.monitor(),
            again: false,
        };
        let place = Place::folder(place);
        let outcome = sanchay_shards::run(
            self.engine,
            shard,
            &place,
            &options,
            |error| {
                self.note(&error);
            },
        )?;
        let mut summary = outcome.summary;
        summary.files = outcome.output.files;
        summary.bytes = outcome.output.bytes;
        summary.errors = outcome.output.errors;
        let result = json!({
            "shard": shard.index,
            "kept": outcome.kept,
            "files": summary.files,
            "bytes": summary.bytes,
            "errors": summary.errors,
        });
        Ok(done(summary, result))
    }

    /// Finds the files with the same content in all shards.
    pub(crate) fn merge(
        &self,
        options: &DuplicatesOptions,
        storage: Arc<dyn Storage>,
        place: &Path,
    ) -> Result<Outcome, Failure> {
        let options = DuplicatesOptions {
            storage: Some(storage),
            cancel: self.live.cancel.clone(),
            ..options.clone()
        };
        let outputs = Outputs::open(&Place::folder(place))?.complete()?;
        let merged = outputs.duplicates(0..=u8::MAX, &options)?;
        let mut rows = self.sink.rows();
        for (number, group) in (1..).zip(merged.groups()) {
            let reclaimable = group.reclaimable();
            let content = Content::Whole(group.algorithm(), group.digest());
            for (parent, name) in group.files() {
                rows.push(&Row {
                    parent,
                    name,
                    size: Some(group.size()),
                    content: Some(content),
                    group: Some(Group { number, reclaimable }),
                    role: Some(Role::Duplicate),
                    kind: Some(EntryKind::File),
                    ..Row::default()
                })?;
            }
        }
        drop(rows);
        let found = merged.summary();
        let mut summary = Summary::default();
        for output in outputs.all() {
            summary.files = summary.files.saturating_add(output.files);
            summary.bytes = summary.bytes.saturating_add(output.bytes);
        }
        summary.errors = outputs.errors();
        let result = json!({
            "groups": found.groups,
            "redundant_files": found.redundant_files,
            "reclaimable": found.reclaimable_bytes,
            "shards": outputs.all().len(),
            "scanned": super::sums(&summary),
        });
        Ok(done(summary, result))
    }
}
