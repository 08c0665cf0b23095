//! Running a shard: its files are hashed, and what is known of them is written
//! in partitions.
//!
//! A shard's output is complete when what is said of it is there, which is
//! written last. Before that, a mark says that somebody has begun: whoever
//! finds one without the other removes what a run left that was killed. Names
//! and contents are those of the shard, so that two who run it at once write
//! the same, unless files change meanwhile; and what does not fit together is
//! recognised by its digests when it is read.

use std::{collections::HashSet, ops::ControlFlow, path::PathBuf, sync::Arc};

use bytes::Bytes;
use sanchay::{
    Cancel, Engine, EntryError, Error, HashedFileRef, Monitor, Storage,
    Summary,
};
use sanchay_core::{
    record::Row,
    shard::{Dataset, Output, Shard},
};
use sanchay_output::shard::output;

use crate::{
    error::ShardError,
    folders::Folders,
    overlap,
    partitions::Partitions,
    place::Place,
    plan::storage,
    stream::{ShardEvent, stream},
    texts, work,
};

/// How a shard is run.
#[derive(Clone, Default)]
pub struct RunOptions {
    /// Where the files are; `None`: on this machine.
    pub storage: Option<Arc<dyn Storage>>,
    /// How it is watched and ended.
    pub monitor: Monitor,
    /// Whether it is run also if its output is there.
    pub again: bool,
}

impl std::fmt::Debug for RunOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunOptions")
            .field("again", &self.again)
            .finish_non_exhaustive()
    }
}

/// What running a shard came to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// Whether the output was there already, and was kept.
    pub kept: bool,
    /// What is said of the output.
    pub output: Output,
    /// What was done: nothing where the output was kept.
    pub summary: Summary,
}

/// Runs a shard, unless its output is there. `on_error` is told of entries
/// that could not be dealt with; the others are in the output, which counts
/// them.
///
/// Memory grows with the files of the shard: some 250 bytes each, and their
/// paths; with texts that may be alike, some 1,000 bytes each.
///
/// # Errors
/// [`ShardError::Root`] if a root cannot be looked into, [`ShardError::Gone`] if
/// nothing is left in it; [`ShardError::Outputs`] for a place of another plan;
/// what [`ShardError::Place`] has, if the output cannot be written; and
/// [`ShardError::Engine`], if the run was cancelled.
pub fn run(
    engine: &Engine,
    shard: &Shard,
    place: &Place,
    options: &RunOptions,
    mut on_error: impl FnMut(EntryError) + Send,
) -> Result<Outcome, ShardError> {
    let marker = Output::key(&shard.id);
    if !options.again
        && let Some(output) = told(place, &marker, shard)?
    {
        let summary = Summary::default();
        return Ok(Outcome { kept: true, output, summary });
    }
    let files = storage(options.storage.as_ref());
    let roots = shard.parts.iter().map(|part| part.root.clone());
    overlap::check_output(&*files, place.name(), roots)?;
    let begun = format!("begun/{}", shard.id);
    let left_over = options.again || place.has(&begun)?;
    check_plan(place, shard)?;
    place.put(&begun, Bytes::new())?;
    let mut tables = Tables::new(shard)?;
    let mut refused = None;
    let mut roots: HashSet<Vec<u8>> = HashSet::new();
    let hashed = stream(engine, shard, options, |event| match event {
        ShardEvent::File(file, row) => {
            if !roots.contains(file.root) {
                roots.insert(file.root.to_vec());
            }
            match tables.file(file, row) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    refused = Some(error);
                    ControlFlow::Break(())
                }
            }
        }
        ShardEvent::Error(error) => {
            tables.error(&error);
            on_error(error);
            ControlFlow::Continue(())
        }
    });
    if let Some(error) = refused {
        return Err(error);
    }
    let mut summary = hashed?;
    let (texts, mut failed) = (&mut tables.texts, Vec::new());
    let had_files = |root: &[u8]| roots.contains(root);
    let told = |error| failed.push(error);
    texts::push(engine, shard, options, texts, had_files, told)?;
    for error in failed {
        // What is read twice fails twice, and counts once.
        if !tables.failed.contains(&error.path) {
            tables.error(&error);
            on_error(error);
            summary.errors += 1;
        }
    }
    if options.again {
        // From here on, what is there no longer counts.
        place.delete(std::slice::from_ref(&marker))?;
    }
    let output = tables.write(place, left_over, &options.monitor.cancel)?;
    place.put(&marker, self::output(&output).into())?;
    place.delete(&[begun])?;
    tracing::info!(shard = shard.index, files = output.files, "shard done");
    Ok(Outcome { kept: false, output, summary })
}

/// Refuses a place that is for the outputs of another plan: they could not be
/// merged, and would be in the way of those that can. The first run of a plan
/// says so there.
fn check_plan(place: &Place, shard: &Shard) -> Result<(), ShardError> {
    const PLANS: &str = "plans/";
    let own = format!("{PLANS}{}", shard.plan);
    let check = |plans: &[String]| match plans.iter().find(|it| **it != own) {
        None => Ok(()),
        Some(other) => Err(ShardError::Outputs {
            place: place.shown(),
            why: format!(
                "it is for the outputs of the plan {}: give each plan a place \
                 of its own",
                other.trim_start_matches(PLANS)
            ),
        }),
    };
    let plans = place.list(PLANS)?;
    check(&plans)?;
    if plans.is_empty() {
        place.put(&own, Bytes::new())?;
        // Another may have come at the same time: whoever sees it makes way.
        if let Err(error) = check(&place.list(PLANS)?) {
            place.delete(std::slice::from_ref(&own))?;
            return Err(error);
        }
    }
    Ok(())
}

/// What is said of a shard's output, if it is complete.
fn told(
    place: &Place,
    key: &str,
    shard: &Shard,
) -> Result<Option<Output>, ShardError> {
    let Some(text) = place.get(key)? else { return Ok(None) };
    // What cannot be read is no complete output: it is written once more.
    let output = Output::parse(&text).ok();
    Ok(output.filter(|it| it.id == shard.id))
}

/// The tables of a shard.
struct Tables<'s> {
    shard: &'s Shard,
    files: Partitions,
    folders: Folders,
    texts: Partitions,
    errors: Vec<u8>,
    /// What failed.
    failed: HashSet<PathBuf>,
    counted: [u64; 3],
}

impl<'s> Tables<'s> {
    fn new(shard: &'s Shard) -> Result<Self, ShardError> {
        let schema = work::schema(&shard.work)?;
        Ok(Self {
            shard,
            files: Partitions::new(Dataset::Files, schema),
            folders: Folders::default(),
            texts: Partitions::new(Dataset::Texts, texts::schema()),
            errors: Vec::new(),
            failed: HashSet::new(),
            counted: [0; 3],
        })
    }

    /// Takes a file.
    fn file(
        &mut self,
        file: &HashedFileRef<'_>,
        row: &Row<'_>,
    ) -> Result<(), ShardError> {
        let digest = file.content.digest();
        let partition = digest.as_bytes().first().copied();
        self.files.push(partition.unwrap_or_default(), row)?;
        let allocated = row.facts.and_then(|it| it.allocated);
        let sums = (file.size, allocated.unwrap_or(file.size));
        let depth = self.shard.work.depth;
        self.folders.add(file.root, file.path, depth, sums);
        let [files, bytes, _] = &mut self.counted;
        *files += 1;
        *bytes = bytes.saturating_add(file.size);
        Ok(())
    }

    /// Keeps what was wrong with an entry: a line of NDJSON.
    fn error(&mut self, error: &EntryError) {
        self.failed.insert(error.path.clone());
        let [.., errors] = &mut self.counted;
        *errors += 1;
        sanchay_output::shard::push_error(
            error.path.as_os_str().as_encoded_bytes(),
            &error.action.to_string(),
            &error.cause.to_string(),
            &mut self.errors,
        );
    }

    /// Writes everything but what is said of it.
    fn write(
        self,
        place: &Place,
        left_over: bool,
        cancel: &Cancel,
    ) -> Result<Output, ShardError> {
        let id = &self.shard.id;
        let mut outputs = Vec::new();
        let tables = [self.files, self.folders.write()?, self.texts];
        for file in tables.into_iter().flat_map(Partitions::finish) {
            let (file, bytes) = file?;
            if cancel.is_cancelled() {
                return Err(Error::Cancelled.into());
            }
            place.put(&file.dataset.key(file.partition, id), bytes)?;
            outputs.push(file);
        }
        let errors = format!("errors/{id}.ndjson");
        let has_errors = !self.errors.is_empty();
        if has_errors {
            place.put(&errors, self.errors.into())?;
        }
        let [files, bytes, failed] = self.counted;
        let output = Output {
            id: id.clone(),
            plan: self.shard.plan.clone(),
            index: self.shard.index,
            shards: self.shard.shards,
            algorithm: self.shard.work.algorithm,
            empty: self.shard.work.empty,
            similar: self.shard.work.similar,
            files,
            bytes,
            errors: failed,
            outputs,
        };
        if left_over {
            let mut gone = left(&output);
            if !has_errors {
                gone.push(errors);
            }
            place.delete(&gone)?;
        }
        Ok(output)
    }
}

/// What an earlier run may have left that this one has not written.
fn left(output: &Output) -> Vec<String> {
    let all = Dataset::ALL.into_iter().flat_map(|dataset| {
        (0..=u8::MAX).map(move |partition| (dataset, partition))
    });
    all.filter(|(dataset, partition)| {
        output.file(*dataset, *partition).is_none()
    })
    .map(|(dataset, partition)| dataset.key(partition, &output.id))
    .collect()
}
