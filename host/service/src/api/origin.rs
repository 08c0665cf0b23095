//! What a plan takes from where its records are: which places were looked at,
//! which files these were, and what was decided of them.

use std::sync::Arc;

use sanchay::FilterOption;
use serde_json::{Value, json};

use crate::{
    app::App,
    groups::Choices,
    jobs::{
        document::Job,
        kind::Kind,
        options::{keyword, wrong},
        request::RootRef,
    },
    problem::Problem,
    results::cells::split,
    snapshots,
    sources::Origin,
};

/// Takes from a view where its records are from, and which files these are.
pub(super) async fn with_origin(
    app: &Arc<App>,
    request: &mut Value,
    origin: &Origin,
) -> Result<(), Problem> {
    let key = match origin {
        Origin::Job { id, .. } => return with_job(app, request, *id).await,
        Origin::Snapshot(key) => key,
        Origin::Diff(..) => {
            return Err(wrong(
                "view",
                "plans are made of the records of jobs and snapshots",
            ));
        }
    };
    let snapshot = snapshots::find_again(app, key).await?;
    let mut places = Vec::new();
    for path in &snapshot.roots {
        // That it lies in a root was looked at.
        let Some((root, rest)) = app.roots.containing(path) else { continue };
        let rest = rest.as_os_str().as_encoded_bytes();
        let (path, path_base64) = split(Some(rest));
        places.push(json!({
            "root": root.id, "path": path, "path_base64": path_base64,
        }));
    }
    if let Some(request) = request.as_object_mut() {
        request.entry("roots").or_insert(places.into());
        request.entry("hidden").or_insert(true.into());
    }
    Ok(())
}

/// Takes from a job where it looked, and which files it looked at.
pub(super) async fn with_job(
    app: &App,
    request: &mut Value,
    job: i64,
) -> Result<(), Problem> {
    let job = app.queue.get(job).await?;
    let wanted = request.get("kind").and_then(Value::as_str);
    let is_dedupe = wanted == Some(Kind::Dedupe.name());
    if is_dedupe && job.kind != Kind::Dupes.name() {
        return Err(Problem::invalid("job: it is no search for duplicates.")
            .with("option", "job"));
    }
    let decided = match is_dedupe {
        true => decided(app, &job).await?,
        false => Vec::new(),
    };
    let Some(request) = request.as_object_mut() else { return Ok(()) };
    request.remove("job");
    for (name, value) in decided {
        request.entry(name).or_insert(value);
    }
    let given = job.request.as_object().cloned().unwrap_or_default();
    for (name, value) in given {
        let is_of_walk = is_of_walk(&name);
        let is_of_groups = is_dedupe && OF_GROUPS.contains(&name.as_str());
        if is_of_walk || is_of_groups {
            request.entry(name).or_insert(value);
        }
    }
    Ok(())
}

/// What somebody decided of the duplicates that a job found, as a plan takes
/// it.
async fn decided(
    app: &App,
    job: &Job,
) -> Result<Vec<(&'static str, Value)>, Problem> {
    let Choices { revision, rules } = Choices::of(&app.database, job).await?;
    if revision == 0 {
        return Ok(Vec::new());
    }
    let mut all = vec![("marks", json!(job.id))];
    if !rules.order.is_empty() {
        all.push(("keep", json!(rules.order)));
    }
    if !rules.protect.is_empty() {
        let mut references = rules.protect;
        let given = job.request.get("references").cloned();
        let given: Vec<RootRef> = given
            .and_then(|it| serde_json::from_value(it).ok())
            .unwrap_or_default();
        references.extend(given);
        all.push(("references", json!(references)));
    }
    Ok(all)
}

/// The options of a search for duplicates that hold for its plan, too. The
/// order of groups is none of files, and identical folders are planned file by
/// file.
const OF_GROUPS: &[&str] = &[
    "algorithm",
    "hardlinks",
    "min_group",
    "references",
    "same_device",
    "verify",
];

/// Whether an option says which entries are looked at.
fn is_of_walk(name: &str) -> bool {
    const OTHERS: &[&str] =
        &["roots", "hidden", "one_file_system", "gitignore", "max_depth"];
    OTHERS.contains(&name)
        || FilterOption::all().any(|option| keyword(option) == name)
}
