//! New names while somebody types a template: what they would be, and what
//! stands in the way. Nothing is kept.

use std::{sync::Arc, time::Duration};

use axum::{Json, extract::State};
use sanchay::{Cancel, Monitor};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::{runtime::Handle, time::timeout};
use utoipa::ToSchema;

use crate::{
    app::App,
    blocking::blocking,
    extract::Body,
    jobs::{
        kind::Kind,
        request::JobRequest,
        spec::{Spec, Task},
        work::Failure,
    },
    plans::making::planned,
    problem::Problem,
    results::cells::split,
    rights::{Caller, Right},
};

/// How long names are looked for.
const PATIENCE: Duration = Duration::from_secs(20);

/// How many rows are told at most, and unless more are asked for.
const MOST: usize = 1000;
const USUAL: usize = 200;

/// Names that are asked for: of the records of a view, as a plan of the kind
/// `rename` takes them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Preview {
    /// The view.
    view: String,
    /// The template of new names.
    #[serde(default)]
    template: Option<String>,
    /// `s/REGEX/TEXT/`, or `{find, put, regex}`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    replace: Option<Value>,
    /// Whether names become small.
    #[serde(default)]
    lower: Option<bool>,
    /// `conflicts`: only what stands in the way.
    #[serde(default)]
    only: Option<String>,
    /// The number of the first row.
    #[serde(default)]
    from: usize,
    /// How many rows, up to 1000.
    #[serde(default)]
    count: Option<usize>,
}

/// New names.
#[derive(Serialize, ToSchema)]
pub(crate) struct Names {
    /// How many rows there are.
    total: usize,
    /// How many entries get a new name, keep theirs, or can get none.
    counts: Counts,
    /// Them: `{path, to, problem}`.
    rows: Vec<Value>,
}

/// How many entries get what.
#[derive(Serialize, ToSchema)]
pub(crate) struct Counts {
    /// A new name.
    new: usize,
    /// The one that they have.
    same: u64,
    /// None, since something stands in the way.
    conflicts: usize,
}

/// Shows new names, and keeps nothing
#[utoipa::path(
    post, path = "/api/v1/renames/preview", tag = "plans",
    request_body = Preview,
    responses((status = 200, body = Names)),
)]
pub(crate) async fn preview(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(given): Body<Preview>,
) -> Result<Json<Names>, Problem> {
    caller.needs(Right::Read)?;
    let count = given.count.unwrap_or(USUAL);
    if !(1..=MOST).contains(&count) {
        return Err(Problem::bad_request("count is from 1 to 1000."));
    }
    let only_conflicts = match given.only.as_deref() {
        None | Some("" | "all") => false,
        Some("conflicts") => true,
        Some(_) => {
            return Err(Problem::bad_request("only is all or conflicts."));
        }
    };
    let view = app.views.get(&app, &given.view).await?;
    let mut request = json!({
        "kind": Kind::Rename.name(), "view": given.view,
    });
    let origin = &view.definition.origin;
    super::origin::with_origin(&app, &mut request, origin).await?;
    let options = [
        ("template", given.template.map(Value::from)),
        ("replace", given.replace),
        ("lower", given.lower.map(Value::from)),
    ];
    if let Some(request) = request.as_object_mut() {
        let all: Map<String, Value> = options
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect();
        request.extend(all);
    }
    let request: JobRequest = serde_json::from_value(request)
        .map_err(|error| Problem::invalid(error.to_string()))?;
    let cancel = Cancel::new();
    let monitor = Monitor { cancel: cancel.clone(), ..Monitor::default() };
    let handle = Handle::current();
    let from = given.from;
    let ending = CancelOnDrop(cancel);
    let named = async {
        // What one caller types at a time, and not all that everybody did.
        let place = app.limits.work_place().await.ok_or_else(late)?;
        blocking(move || {
            let _place = place;
            let spec = Spec::new(&request, &app.roots)?;
            let Task::Plan(plan) = &spec.task else {
                return Err(Problem::internal("A plan was asked for."));
            };
            let roots = &spec.roots;
            let made =
                planned(&app, &handle, &app.engine, roots, plan, &monitor);
            let plan = made.map_err(|failure| match failure {
                Failure::Cancelled => late(),
                Failure::Problem(problem) => *problem,
            })?;
            let conflicts = plan.conflicts();
            let counts = Counts {
                new: plan.entry_count(),
                same: plan.unchanged(),
                conflicts: conflicts.len(),
            };
            // What stands in the way comes first.
            let bad = conflicts.iter().map(|it| {
                row(Some(&it.from), Some(&it.to), Some(it.kind.to_string()))
            });
            let good = plan.entries().map(|it| {
                let bytes = |path: &Option<std::path::PathBuf>| {
                    path.as_ref()
                        .map(|it| it.as_os_str().as_encoded_bytes().to_vec())
                };
                let (from, to) = (bytes(&it.from), bytes(&it.to));
                row(from.as_deref(), to.as_deref(), None)
            });
            let total = match only_conflicts {
                true => conflicts.len(),
                false => conflicts.len().saturating_add(plan.entry_count()),
            };
            let rows = bad.chain(good).take(total).skip(from).take(count);
            Ok(Names { total, counts, rows: rows.collect() })
        })
        .await
    };
    let named = timeout(PATIENCE, named).await;
    drop(ending);
    named.unwrap_or_else(|_| Err(late())).map(Json)
}

/// Ends work that nobody waits for any more: it took too long, or whoever
/// asked has gone.
struct CancelOnDrop(Cancel);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

fn late() -> Problem {
    Problem::unavailable(
        "There are too many files to name them while you type: make the plan.",
    )
}

fn row(from: Option<&[u8]>, to: Option<&[u8]>, why: Option<String>) -> Value {
    let (path, path_base64) = split(from);
    let (to, to_base64) = split(to);
    json!({
        "path": path, "path_base64": path_base64,
        "to": to, "to_base64": to_base64, "problem": why,
    })
}
