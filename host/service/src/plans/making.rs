//! Making a plan: the engine walks, names and checks, and changes nothing.

use std::{collections::HashSet, path::PathBuf, sync::Arc};

use sanchay::{
    DuplicateOptions, Engine, Monitor, Summary,
    ops::{
        ConflictKind, Naming, NamingError, OpsError, Plan, PlanRequest,
        TimeZone,
    },
};
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::{
    options::{PlanSpec, Verb},
    prefix,
    stored::Stored,
};
use crate::{
    app::App,
    groups::marked_paths,
    jobs::{
        kind::State,
        options::wrong,
        queue::Claimed,
        work::{Failure, Outcome, without_own},
    },
    problem::Problem,
    results::{cells::split, row::Kept},
};

/// How many entries that are left alone are kept with a plan.
const MOST_CONFLICTS: usize = 10_000;

/// How many records of a view a plan may be made of.
const MOST_ROWS: u64 = 2_000_000;

impl From<OpsError> for Failure {
    fn from(error: OpsError) -> Self {
        match error {
            OpsError::Run(error) => error.into(),
            OpsError::Naming(NamingError::Template(error)) => {
                Problem::expression(error.message.clone())
                    .with("at", error.column)
                    .with("length", error.length)
                    .with("hint", error.hint.clone())
                    .into()
            }
            error @ (OpsError::Naming(_) | OpsError::Keep(_)) => {
                Problem::invalid(error.to_string()).into()
            }
            error => Problem::conflict(error.to_string()).into(),
        }
    }
}

/// Makes a plan, and keeps it.
pub(crate) fn make(
    app: &Arc<App>,
    handle: &Handle,
    engine: &Engine,
    claimed: &Claimed,
    roots: &[PathBuf],
    spec: &PlanSpec,
    monitor: &Monitor,
) -> Result<Outcome, Failure> {
    let plan = planned(app, handle, engine, roots, spec, monitor)?;
    let prefix = prefix(&app.database, claimed.id);
    let name = format!("{prefix}{}.ndjson", claimed.attempt);
    let kept = Stored::write(&app.config, name.clone(), &plan);
    let stored = kept.map_err(|error| {
        tracing::error!(%error, "a plan cannot be kept");
        Problem::internal(
            "The plan cannot be written to the folder of state; the log says \
             why.",
        )
    })?;
    let result = document(&plan, spec, &name, &stored.digest);
    let mut summary = Summary::default();
    summary.files = plan.entry_count() as u64;
    summary.errors = plan.errors().len() as u64;
    Ok(Outcome { state: State::Done, summary, result })
}

/// The plan itself.
pub(crate) fn planned(
    app: &Arc<App>,
    handle: &Handle,
    engine: &Engine,
    roots: &[PathBuf],
    spec: &PlanSpec,
    monitor: &Monitor,
) -> Result<Plan, Failure> {
    match spec {
        PlanSpec::Dedupe { options, action, keep, marks, on_conflict } => {
            let marks = match marks {
                Some(job) => handle.block_on(marked_paths(app, *job))?,
                None => Vec::new(),
            };
            let request = engine
                .dedupe(roots.to_vec(), action.clone())
                .options(own_left_out(app, options))
                .keep(keep.iter().map(|rule| rule.clone().into_bytes()))
                .marks(marks)
                .on_conflict(*on_conflict)
                .monitor(monitor);
            Ok(request.plan()?)
        }
        PlanSpec::Names { walk, naming, verb, sort, on_conflict, view } => {
            let request = begun(engine, roots, verb)
                .options(without_own(&app.catalog, walk))
                .naming(Naming::clone(naming))
                .zone(TimeZone::system())
                .on_conflict(*on_conflict)
                .monitor(monitor);
            let request = match sort {
                Some(sort) => request.sort(sort.clone()),
                None => request,
            };
            let mut plan = request.plan()?;
            if let Some(view) = view {
                let wanted = handle.block_on(paths(app, view))?;
                let chosen: Vec<bool> = (0..plan.candidate_count())
                    .map(|number| {
                        let step = plan.candidate(number);
                        step.and_then(|it| it.from).is_some_and(|path| {
                            let bytes = path.as_os_str().as_encoded_bytes();
                            wanted.contains(bytes)
                        })
                    })
                    .collect();
                plan.retain(|number| {
                    chosen.get(number).copied().unwrap_or(false)
                })?;
            }
            Ok(plan)
        }
    }
}

/// A search for duplicates that leaves out the catalog's own files.
fn own_left_out(app: &App, options: &DuplicateOptions) -> DuplicateOptions {
    let mut options = options.clone();
    options.walk = without_own(&app.catalog, &options.walk);
    options
}

fn begun(engine: &Engine, roots: &[PathBuf], verb: &Verb) -> PlanRequest {
    let roots = roots.to_vec();
    match verb {
        Verb::Rename => engine.rename(roots),
        Verb::Move { into, flat } => {
            engine.move_into(roots, escaped(into)).flat(*flat)
        }
        Verb::Copy { into, flat, verify } => {
            engine.copy_into(roots, escaped(into)).flat(*flat).verify(*verify)
        }
        Verb::Delete { for_good } => engine.delete(roots, *for_good),
    }
}

/// A path in which braces are none of a template.
fn escaped(path: &std::path::Path) -> std::ffi::OsString {
    use sanchay_names::{OsStrExt as _, OsStringExt as _};
    let mut out = Vec::new();
    for byte in path.as_os_str().as_bytes() {
        out.push(*byte);
        if matches!(byte, b'{' | b'}') {
            out.push(*byte);
        }
    }
    std::ffi::OsString::from_vec(out)
}

/// The paths of a view's records.
async fn paths(
    app: &Arc<App>,
    view: &str,
) -> Result<HashSet<Vec<u8>>, Problem> {
    let view = app.views.get(app, view).await?;
    let list = view.ready(std::time::Duration::from_secs(600)).await?;
    if list.len() > MOST_ROWS {
        return Err(wrong("view", "it has more than 2,000,000 records"));
    }
    let mut all = HashSet::new();
    let mut from = 0;
    while from < list.len() {
        let numbers = list.page(from, 8192).map_err(|error| {
            tracing::error!(%error, "a view cannot be read");
            Problem::internal("The view cannot be read.")
        })?;
        let kept = view.reader.rows(&numbers).await?;
        for row in 0..kept.len() {
            let (parent, name) = Kept::new(&kept, row).path();
            all.insert([parent, name].concat());
        }
        from = from.saturating_add(numbers.len().max(1) as u64);
    }
    Ok(all)
}

/// What is told of a plan.
fn document(plan: &Plan, spec: &PlanSpec, name: &str, digest: &str) -> Value {
    let duplicates = plan.duplicates();
    let bytes = match duplicates {
        Some(summary) => summary.reclaimable_bytes,
        None => {
            plan.entries().fold(0_u64, |sum, it| sum.saturating_add(it.size))
        }
    };
    let conflicts = plan.conflicts();
    let checks = checks(plan);
    let left: Vec<Value> = conflicts
        .iter()
        .take(MOST_CONFLICTS)
        .map(|it| {
            let (path, path_base64) = split(Some(&it.from));
            let (to, to_base64) = split(Some(&it.to));
            json!({
                "path": path, "path_base64": path_base64,
                "to": to, "to_base64": to_base64,
                "why": it.kind.to_string(), "state": "left_alone",
            })
        })
        .collect();
    json!({
        "file": name,
        "digest": digest,
        "steps": plan.entry_count(),
        "bytes": bytes,
        "left_alone": conflicts.len(),
        "unchanged": plan.unchanged(),
        "errors": plan.errors().len(),
        "checks": checks,
        "undo": if spec.can_be_undone() { "possible" } else { "none" },
        "conflicts": left,
    })
}

/// Whether something that stands in the way is of some kind.
type Fits = fn(&ConflictKind) -> bool;

/// What was looked at, and how often it was not as it should be.
fn checks(plan: &Plan) -> Vec<Value> {
    let of = |fits: Fits| {
        plan.conflicts().iter().filter(|it| fits(&it.kind)).count()
    };
    let all: [(&str, &str, Fits); 4] = [
        ("taken", "No result has a name that is taken", |it| it.is_taken()),
        ("room", "There is room for all of it", |it| {
            matches!(it, ConflictKind::NoSpace(..))
        }),
        ("names", "Every entry gets a name", |it| {
            matches!(
                it,
                ConflictKind::Name(_)
                    | ConflictKind::NoValue(_)
                    | ConflictKind::PathTooLong
            )
        }),
        ("other", "Nothing else stands in the way", |it| {
            !it.is_taken()
                && !matches!(
                    it,
                    ConflictKind::NoSpace(..)
                        | ConflictKind::Name(_)
                        | ConflictKind::NoValue(_)
                        | ConflictKind::PathTooLong
                )
        }),
    ];
    let mut checks: Vec<Value> = all
        .into_iter()
        .map(|(id, text, fits)| {
            let count = of(fits);
            json!({"id": id, "text": text, "ok": count == 0, "count": count})
        })
        .collect();
    let count = plan.errors().len();
    checks.push(json!({
        "id": "read", "text": "Everything could be read",
        "ok": count == 0, "count": count,
    }));
    checks
}
