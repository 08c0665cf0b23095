//! Groups of equal files that a job found, and what is decided of them: rules
//! that are tried out, and marks of single files, which are kept in the
//! database until a plan is made of them.

mod choices;
mod decision;
mod pairs;

use std::{path::PathBuf, sync::Arc, time::Duration};

use sanchay::EntryKind;
use tokio::runtime::Handle;

pub(crate) use self::{
    choices::{Choices, Marks, Rules},
    decision::{By, Decision, Freed},
    pairs::{Pair, Pairs},
};
use crate::{
    app::App,
    folder_tree::folder_of,
    jobs::{document::Job, kind::Kind, spec::paths_of},
    problem::Problem,
    results::{reader::Reader, row::Kept},
    shelf::{Shelf, Slot},
};

/// How many decisions are kept, for how long, and how many are made at a
/// time.
const MOST: usize = 8;
const KEPT: Duration = Duration::from_secs(60 * 60);
const TOGETHER: usize = 2;

/// How many records are read at a time.
const SOME: usize = 8192;

/// What was decided of groups.
pub(crate) type Decisions = Shelf<Decision>;

/// Which folders have equal files.
pub(crate) type AllPairs = Shelf<Pairs>;

/// What of the groups of a job would be freed, with what is marked.
pub(crate) type AllFreed = Shelf<Freed>;

/// Room for what is found out of groups.
#[derive(Debug)]
pub(crate) struct Room {
    decisions: Decisions,
    pairs: AllPairs,
    freed: AllFreed,
}

impl Room {
    pub(crate) fn new() -> Self {
        Self {
            decisions: Shelf::new(MOST, KEPT, TOGETHER),
            pairs: Shelf::new(MOST, KEPT, TOGETHER),
            freed: Shelf::new(MOST * 8, KEPT, TOGETHER),
        }
    }
}

/// The groups of a job.
#[derive(Clone, Debug)]
pub(crate) struct Groups {
    pub(crate) job: Job,
    pub(crate) reader: Reader,
    /// What tells these records from others.
    key: String,
}

impl Groups {
    /// Those that a job found.
    ///
    /// # Errors
    /// 404 where there is no such job, 409 where it found none.
    pub(crate) async fn of_job(app: &App, id: i64) -> Result<Self, Problem> {
        let job = app.queue.get(id).await?;
        if job.kind != Kind::Dupes.name() {
            return Err(Problem::conflict(
                "The job is no search for duplicates: it has no groups.",
            )
            .of_kind("no-groups"));
        }
        let reader = Reader::new(&app.database, &job)?;
        let key = format!("{id} {} {}", job.attempts, reader.total());
        Ok(Self { job, reader, key })
    }

    /// What rules decide of them.
    pub(crate) fn decision(
        &self,
        app: &Arc<App>,
        rules: &Rules,
    ) -> Result<Arc<Slot<Decision>>, Problem> {
        let key = format!("{} {}", self.key, rules.text()?);
        let (theirs, reader) = (Arc::clone(app), self.reader.clone());
        let (rules, handle) = (rules.clone(), Handle::current());
        let roots: Vec<Vec<u8>> = paths_of(&self.job.roots, &app.roots)
            .into_iter()
            .map(|it| it.into_os_string().into_encoded_bytes())
            .collect();
        Ok(app.groups.decisions.get(&key, move || {
            Decision::make(&theirs, &handle, &reader, &roots, &rules)
        }))
    }

    /// What would be freed by that, with what is marked.
    pub(crate) fn freed(
        &self,
        app: &Arc<App>,
        choices: &Choices,
    ) -> Result<Arc<Slot<Freed>>, Problem> {
        let rules = choices.rules.text()?;
        let key = format!("{} {} {rules}", self.key, choices.revision);
        let decision = self.decision(app, &choices.rules)?;
        let (theirs, job) = (Arc::clone(app), self.job.clone());
        let (reader, handle) = (self.reader.clone(), Handle::current());
        Ok(app.groups.freed.get(&key, move || {
            let ready = decision.ready(Duration::from_secs(600));
            let decision = handle.block_on(ready)?;
            let all = Marks::all(&theirs.database, &job);
            let marks = handle.block_on(all)?;
            decision.freed_with(&handle, &reader, &marks)
        }))
    }

    /// The marks by which of two folders one keeps what both have.
    pub(crate) async fn of_pair(
        &self,
        keep: &[u8],
        go: &[u8],
        whole: bool,
    ) -> Result<Vec<(u64, Option<bool>)>, Problem> {
        let mut changes = Vec::new();
        let (mut open, mut last) = (Vec::new(), None);
        let mut from = 0;
        while from < self.reader.total() {
            let batch = self.reader.range(from, SOME).await?;
            for row in 0..batch.len() {
                let kept = Kept::new(&batch, row);
                if last != kept.group() {
                    close(&mut open, &mut changes);
                    last = kept.group();
                }
                let record = from.saturating_add(row as u64);
                let is_folder = kept.kind() == Some(EntryKind::Directory);
                let (parent, name) = kept.path();
                let path = [parent, name].concat();
                let folder = match is_folder {
                    true => &*path,
                    false => folder_of(&path),
                };
                if is_folder != whole {
                    continue;
                }
                if folder == keep {
                    open.push((record, true));
                } else if folder == go {
                    open.push((record, false));
                }
            }
            from = from.saturating_add(batch.len().max(1) as u64);
        }
        close(&mut open, &mut changes);
        Ok(changes)
    }

    /// Which folders have equal files.
    pub(crate) fn pairs(&self, app: &Arc<App>) -> Arc<Slot<Pairs>> {
        let (reader, handle) = (self.reader.clone(), Handle::current());
        app.groups.pairs.get(&self.key, move || Pairs::find(&handle, &reader))
    }
}

/// Takes the marks of a group that both folders have files of.
fn close(open: &mut Vec<(u64, bool)>, changes: &mut Vec<(u64, Option<bool>)>) {
    let has = |side: bool| open.iter().any(|(_, stays)| *stays == side);
    if has(true) && has(false) {
        changes.extend(open.iter().map(|(it, stays)| (*it, Some(*stays))));
    }
    open.clear();
}

/// The files and folders of a job's groups that are marked, and whether they
/// stay.
///
/// # Errors
/// As [`Groups::of_job`].
pub(crate) async fn marked_paths(
    app: &App,
    job: i64,
) -> Result<Vec<(PathBuf, bool)>, Problem> {
    use sanchay_names::OsStringExt as _;
    let groups = Groups::of_job(app, job).await?;
    let marks = Marks::all(&app.database, &groups.job).await?;
    let records: Vec<u64> = marks.iter().map(|(record, _)| record).collect();
    let mut all = Vec::with_capacity(records.len());
    for some in records.chunks(SOME) {
        let kept = groups.reader.rows(some).await?;
        for (row, record) in some.iter().enumerate() {
            let (parent, name) = Kept::new(&kept, row).path();
            let path = [parent, name].concat();
            let path = std::ffi::OsString::from_vec(path);
            let stays = marks.get(*record).unwrap_or(true);
            all.push((PathBuf::from(path), stays));
        }
    }
    Ok(all)
}
