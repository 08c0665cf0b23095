//! Applying a plan, and taking that back. What was done until a worker died
//! is in the journal of the job, and is not done again.

use std::{sync::Arc, thread::sleep, time::Duration};

use sanchay::{
    Engine, Monitor, Summary,
    ops::{OpsError, RunReport, RunState, Runs, TimeZone},
};
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::{
    applied, journals,
    stored::{Stored, make_private},
};
use crate::{
    app::App,
    jobs::{
        document::Job,
        kind::{Kind, State},
        queue::Claimed,
        work::{Failure, Outcome},
    },
    problem::Problem,
    results::cells::split,
};

/// How many steps that could not be done are kept with a job.
const MOST_PROBLEMS: usize = 10_000;

/// How often it is looked whether another process has let go of a journal.
const PAUSE: Duration = Duration::from_secs(1);

/// Applies a plan, or what takes one back.
pub(crate) fn apply(
    app: &Arc<App>,
    handle: &Handle,
    engine: &Engine,
    claimed: &Claimed,
    plan: i64,
    monitor: &Monitor,
) -> Result<Outcome, Failure> {
    let made = handle.block_on(app.queue.get(plan))?;
    if made.kind == Kind::Undo.name() {
        let of = made.request.get("plan").and_then(Value::as_i64);
        return take_back(
            app,
            handle,
            engine,
            of.unwrap_or(0),
            monitor,
            false,
        );
    }
    let stored = stored(&made)?;
    make_private(&app.config, "runs").map_err(|error| {
        tracing::error!(%error, "there can be no journal");
        Problem::internal(
            "There can be no journal in the folder of state, so nothing was \
             done; the log says why.",
        )
    })?;
    let runs = Runs::at(journals(app, claimed.id, &stored))
        .with_zone(TimeZone::system());
    let report = loop {
        match go_on(app, engine, &runs, &stored, monitor) {
            // A worker that is being replaced still holds it.
            Err(Held::Elsewhere) if !monitor.cancel.is_cancelled() => {
                sleep(PAUSE);
            }
            Err(Held::Elsewhere) => return Err(Failure::Cancelled),
            Err(Held::Failed(failure)) => return Err(failure),
            Ok(report) => break report,
        }
    };
    Ok(outcome(&report, "done"))
}

/// The plan that a job made.
fn stored(made: &Job) -> Result<Stored, Problem> {
    Stored::of(made)
        .ok_or_else(|| Problem::conflict("The plan was not made to its end."))
}

/// Why a plan is not applied now.
enum Held {
    /// Another process is at it.
    Elsewhere,
    /// It cannot be.
    Failed(Failure),
}

impl From<OpsError> for Held {
    fn from(error: OpsError) -> Self {
        match error {
            OpsError::Running(_) => Self::Elsewhere,
            error => Self::Failed(error.into()),
        }
    }
}

/// Goes on where the journal ends; begins where there is none.
fn go_on(
    app: &App,
    engine: &Engine,
    runs: &Runs,
    stored: &Stored,
    monitor: &Monitor,
) -> Result<RunReport, Held> {
    let known = runs.list(engine)?;
    if let Some(run) = known.last() {
        if run.state != RunState::Unfinished {
            // It was done, and the worker died before it said so.
            let mut report = RunReport::default();
            report.run.clone_from(&run.id);
            (report.done, report.failed) = (run.done, run.failed);
            report.undoable = run.done;
            return Ok(report);
        }
        match runs.resume(engine, &run.id, monitor) {
            // Killed before the first step: nothing was done.
            Err(OpsError::Resume { .. }) => {}
            resumed => return Ok(resumed?),
        }
    }
    let plan = stored
        .read(&app.config, engine)
        .map_err(|problem| Held::Failed(problem.into()))?;
    Ok(plan.apply(engine, runs, monitor)?)
}

/// Takes back what a plan did, or only looks what could be.
pub(crate) fn take_back(
    app: &Arc<App>,
    handle: &Handle,
    engine: &Engine,
    plan: i64,
    monitor: &Monitor,
    only_look: bool,
) -> Result<Outcome, Failure> {
    let by = handle.block_on(applied(&app.database, plan))?.by;
    let by = by.ok_or_else(|| {
        Problem::conflict(
            "The plan was not applied: there is nothing to undo.",
        )
    })?;
    let made = handle.block_on(app.queue.get(plan))?;
    let folder = journals(app, by, &stored(&made)?);
    let runs = Runs::at(folder).with_zone(TimeZone::system());
    let run = runs.list(engine)?.pop().ok_or_else(|| {
        Problem::conflict("The plan did nothing: there is nothing to undo.")
    })?;
    let report = loop {
        match runs.undo(engine, &run.id, only_look, monitor) {
            Err(OpsError::Running(_)) if !monitor.cancel.is_cancelled() => {
                sleep(PAUSE);
            }
            // The worker died when all was done.
            Err(OpsError::Resume { .. })
                if run.state == RunState::Undone && !only_look =>
            {
                let mut report = RunReport::default();
                report.run.clone_from(&run.id);
                (report.done, report.kept) = (run.undone, run.kept);
                break report;
            }
            report => break report?,
        }
    };
    let mut outcome = outcome(&report, "undone");
    if only_look && let Some(result) = outcome.result.as_object_mut() {
        result.insert("steps".to_owned(), report.done.into());
        result.insert("left_alone".to_owned(), report.kept.into());
        result.insert("undo".to_owned(), "none".into());
        result.insert("digest".to_owned(), format!("undo-{plan}").into());
    }
    Ok(outcome)
}

fn outcome(report: &RunReport, what: &str) -> Outcome {
    let problems = report.problems.iter().take(MOST_PROBLEMS);
    let problems: Vec<Value> = problems
        .map(|it| {
            let (path, path_base64) = split(Some(&it.path));
            json!({
                "path": path, "path_base64": path_base64,
                "why": it.why, "state": "failed",
            })
        })
        .collect();
    let result = json!({
        "run": report.run,
        "what": what,
        "done": report.done,
        "failed": report.failed,
        "left_alone": report.skipped.saturating_add(report.kept),
        "undoable": report.undoable,
        "interrupted": report.interrupted,
        "problems": problems,
    });
    let failed = report.failed.saturating_add(report.kept);
    let state = match (report.interrupted, failed) {
        (true, _) => State::Cancelled,
        (false, 0) => State::Done,
        (false, _) => State::No,
    };
    let mut summary = Summary::default();
    (summary.files, summary.errors) = (report.done, report.failed);
    Outcome { state, summary, result }
}
