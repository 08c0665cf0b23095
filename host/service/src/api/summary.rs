//! What files come to: sums by type, extension, size and age of what a job
//! found, of a snapshot, or of a view of either; with what else an overview
//! tells.

use std::{path::PathBuf, sync::Arc};

use axum::{Json, extract::State};
use sanchay_catalog::Snapshot;
use sanchay_core::summary::{AgeClass, SizeClass, Totals};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::results::PATIENCE;
use crate::{
    app::App,
    extract::Params,
    file_types,
    jobs::{
        document::Job,
        kind::{Kind, State as JobState},
        queue::Selection,
        spec::paths_of,
    },
    problem::Problem,
    results::cells::split,
    rights::{Caller, Right},
    snapshots,
    sources::{Origin, Source},
    sums::{self, Sums},
    time::timestamp_text,
};

/// How many extensions are told, and how many snapshots before.
const EXTENSIONS: usize = 200;
const HISTORY: usize = 200;

/// How many jobs are looked at for the newest that fits.
const JOBS: i64 = 50;

/// What is summed up: one of these, or nothing for what was looked at last.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct SummaryParams {
    /// What was looked at last in this root.
    root: Option<String>,
    /// What this job found: a scan or digests.
    job: Option<i64>,
    /// The files of this snapshot, by its number or name.
    snapshot: Option<String>,
    /// The records of this view.
    view: Option<String>,
}

/// What files come to.
#[derive(Serialize, ToSchema)]
#[schema(as = Summary)]
pub(crate) struct SummaryDocument {
    /// Whose files: `{job}`, `{snapshot}` or `{view}`.
    source: Value,
    /// When they were looked at.
    at: Option<String>,
    /// Where, in words.
    roots: Vec<String>,
    /// How many files.
    files: u64,
    /// Their sizes in bytes; a file with several names counts once.
    bytes: u64,
    /// What they take on disk; 0 where that is not known.
    allocated: u64,
    /// How many entries could not be looked at.
    unreadable: u64,
    /// By type, the most bytes first.
    kinds: Vec<TypeTotals>,
    /// By extension, the most bytes first; the first 200.
    extensions: Vec<ExtensionSums>,
    /// By age, the youngest first.
    ages: Vec<AgeSums>,
    /// By size, the smallest first.
    sizes: Vec<SizeSums>,
    /// The largest files.
    largest: Vec<LargeFile>,
    /// What the newest search for duplicates came to.
    reclaimable: Option<Reclaimable>,
    /// What is otherwise than in the snapshot before.
    since: Option<Since>,
    /// The snapshots of the same roots, the oldest first.
    history: Vec<Moment>,
}

/// Files of a type.
#[derive(Serialize, ToSchema)]
pub(crate) struct TypeTotals {
    /// `image`, `raw`, `video`, `audio`, `document`, `archive`, `code`,
    /// `data`, `log` or `other`.
    id: &'static str,
    /// How many.
    files: u64,
    /// Their bytes.
    bytes: u64,
}

/// Files of an extension.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExtensionSums {
    /// It, in small letters; null for those without one.
    extension: Option<String>,
    /// The same in Base64, where it is not UTF-8.
    extension_base64: Option<String>,
    /// How many.
    files: u64,
    /// Their bytes.
    bytes: u64,
}

/// Files of an age.
#[derive(Serialize, ToSchema)]
pub(crate) struct AgeSums {
    /// `future`, `day`, `week`, `month`, `year`, `five-years` or `older`.
    age: &'static str,
    /// How many.
    files: u64,
    /// Their bytes.
    bytes: u64,
}

/// Files of a size.
#[derive(Serialize, ToSchema)]
pub(crate) struct SizeSums {
    /// The smallest size.
    from: u64,
    /// The first size that is too large; null for the last class.
    below: Option<u64>,
    /// How many.
    files: u64,
    /// Their bytes.
    bytes: u64,
}

/// A file that is among the largest.
#[derive(Serialize, ToSchema)]
pub(crate) struct LargeFile {
    /// Its path.
    path: Option<String>,
    /// The same in Base64, where it is not UTF-8.
    path_base64: Option<String>,
    /// Its size in bytes.
    size: u64,
}

/// What a search for duplicates came to.
#[derive(Serialize, ToSchema)]
pub(crate) struct Reclaimable {
    /// How many bytes would be free.
    bytes: u64,
    /// In how many groups.
    groups: u64,
    /// The job.
    job: i64,
}

/// What is otherwise than in a snapshot.
#[derive(Serialize, ToSchema)]
pub(crate) struct Since {
    /// The snapshot.
    snapshot: String,
    /// When it was taken.
    at: String,
    /// How many bytes there are more; below 0: fewer.
    bytes: i64,
    /// How many files there are more.
    files: i64,
}

/// What a snapshot has.
#[derive(Serialize, ToSchema)]
pub(crate) struct Moment {
    /// The snapshot.
    snapshot: String,
    /// When it was taken.
    at: String,
    /// How many bytes its files have.
    bytes: u64,
    /// How many files.
    files: u64,
}

/// What is known of the files besides the sums.
#[derive(Default)]
struct About {
    source: Value,
    at: Option<String>,
    roots: Vec<PathBuf>,
    unreadable: u64,
    /// The snapshot, if they are those of one.
    snapshot: Option<Snapshot>,
}

/// Sums up files
#[utoipa::path(
    get, path = "/api/v1/summary", tag = "results", params(SummaryParams),
    responses((status = 200, body = SummaryDocument)),
)]
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    caller: Caller,
    Params(params): Params<SummaryParams>,
) -> Result<Json<SummaryDocument>, Problem> {
    caller.needs(Right::Read)?;
    let SummaryParams { root, job, snapshot, view } = params;
    let (slot, about) = match (root, job, snapshot, view) {
        (None, None, None, Some(id)) => {
            let view = app.views.get(&app, &id).await?;
            let mut about = about(&app, &view.definition.origin).await?;
            about.source = serde_json::json!({"view": id});
            (sums::of_view(&app, view), about)
        }
        (root, None, None, None) => {
            let source = newest(&app, root.as_deref()).await?;
            of_source(&app, &source).await?
        }
        (None, job, snapshot, None) if job.is_some() != snapshot.is_some() => {
            let source = Source { job, snapshot, diff: None };
            of_source(&app, &source).await?
        }
        _ => {
            return Err(Problem::bad_request(
                "Name one of root, job, snapshot and view, or none.",
            ));
        }
    };
    let sums = slot.ready(PATIENCE).await?;
    let others = snapshots::all(&app).await?;
    let same = |it: &&Snapshot| it.roots == about.roots;
    let mut history: Vec<Moment> = others
        .iter()
        .rev()
        .filter(same)
        .take(HISTORY)
        .map(|it| Moment {
            snapshot: it.number.to_string(),
            at: timestamp_text(it.taken),
            bytes: it.bytes,
            files: it.files,
        })
        .collect();
    history.reverse();
    let since = about.snapshot.as_ref().and_then(|now| {
        let before = others.iter().rev().find(|it| {
            it.number < now.number
                && it.roots == now.roots
                && it.selection == now.selection
        })?;
        Some(Since {
            snapshot: before.number.to_string(),
            at: timestamp_text(before.taken),
            bytes: difference(now.bytes, before.bytes),
            files: difference(now.files, before.files),
        })
    });
    let reclaimable = reclaimable(&app).await?;
    Ok(Json(document(&sums, about, (reclaimable, since, history))))
}

async fn of_source(
    app: &Arc<App>,
    source: &Source,
) -> Result<(Arc<crate::shelf::Slot<Sums>>, About), Problem> {
    let (origin, reader) = source.find(app).await?;
    let about = about(app, &origin).await?;
    Ok((sums::of_source(app, &origin, reader)?, about))
}

/// What is known of files besides their sums.
async fn about(app: &Arc<App>, origin: &Origin) -> Result<About, Problem> {
    let key = match origin {
        Origin::Job { id, .. } => {
            let job = app.queue.get(*id).await?;
            return Ok(About {
                source: serde_json::json!({"job": id}),
                roots: paths_of(&job.roots, &app.roots),
                unreadable: job.errors.cast_unsigned(),
                at: job.ended.or(job.started),
                snapshot: None,
            });
        }
        Origin::Snapshot(key) => key,
        Origin::Diff(..) => {
            return Err(Problem::bad_request(
                "What differs is summed up by GET /api/v1/diffs/A...B.",
            ));
        }
    };
    let found = snapshots::find_again(app, key).await?;
    Ok(About {
        source: serde_json::json!({"snapshot": found.number.to_string()}),
        at: Some(timestamp_text(found.taken)),
        roots: found.roots.clone(),
        unreadable: found.errors,
        snapshot: Some(found),
    })
}

/// What was looked at last, in a root or at all.
async fn newest(
    app: &Arc<App>,
    root: Option<&str>,
) -> Result<Source, Problem> {
    let path = match root {
        Some(id) => Some(app.roots.find(id)?.path.clone()),
        None => None,
    };
    let snapshots = snapshots::all(app).await?;
    let snapshot = snapshots.iter().rev().find(|it| match &path {
        Some(path) => it.roots.contains(path),
        None => true,
    });
    let mut found: Option<(String, Source)> = snapshot.map(|it| {
        let source = Source::snapshot(it.number.to_string());
        (timestamp_text(it.taken), source)
    });
    for kind in [Kind::Scan, Kind::Hash] {
        let jobs = done(app, kind, JOBS).await?;
        let job = jobs.into_iter().find(|job| {
            root.is_none_or(|root| job.roots.iter().any(|it| it.root == root))
        });
        let Some(Job { id, ended: Some(ended), .. }) = job else { continue };
        if found.as_ref().is_none_or(|(at, _)| *at < ended) {
            found = Some((ended, Source::job(id)));
        }
    }
    found.map(|(_, source)| source).ok_or_else(|| {
        Problem::not_found(
            "Nothing has been looked at yet: begin a job of the kind \
             snapshot or scan.",
        )
        .of_kind("nothing-known")
    })
}

async fn done(app: &App, kind: Kind, limit: i64) -> Result<Vec<Job>, Problem> {
    let selection = Selection {
        state: Some(JobState::Done),
        kind: Some(kind.name().to_owned()),
        whole: None,
        before: None,
        limit,
    };
    app.queue.list(&selection).await
}

async fn reclaimable(app: &App) -> Result<Option<Reclaimable>, Problem> {
    let newest = done(app, Kind::Dupes, 1).await?.into_iter().next();
    Ok(newest.and_then(|job| {
        let result = job.result?;
        Some(Reclaimable {
            bytes: result.get("reclaimable")?.as_u64()?,
            groups: result.get("groups")?.as_u64()?,
            job: job.id,
        })
    }))
}

type Others = (Option<Reclaimable>, Option<Since>, Vec<Moment>);

fn document(
    sums: &Sums,
    about: About,
    (reclaimable, since, history): Others,
) -> SummaryDocument {
    let report = &sums.report;
    let Totals { files, bytes, allocated } = report.totals;
    let text = |value: Value| value.as_str().map(str::to_owned);
    let types = sums.types.iter().enumerate();
    let mut kinds: Vec<TypeTotals> = types
        .filter(|(_, (files, _))| *files > 0)
        .map(|(number, (files, bytes))| TypeTotals {
            id: file_types::name(number),
            files: *files,
            bytes: *bytes,
        })
        .collect();
    kinds.sort_by_key(|it| std::cmp::Reverse((it.bytes, it.files)));
    let extensions = report.extensions.iter().take(EXTENSIONS).map(|it| {
        let (extension, extension_base64) = split(it.extension.as_deref());
        ExtensionSums {
            extension: text(extension),
            extension_base64: text(extension_base64),
            files: it.totals.files,
            bytes: it.totals.bytes,
        }
    });
    let ages = AgeClass::ALL.iter().zip(&report.ages).map(|(age, sums)| {
        let Totals { files, bytes, .. } = *sums;
        AgeSums { age: age.name(), files, bytes }
    });
    let sizes =
        SizeClass::ALL.iter().zip(&report.sizes).map(|(size, sums)| {
            let Totals { files, bytes, .. } = *sums;
            SizeSums { from: size.from, below: size.below, files, bytes }
        });
    let largest = report.largest.iter().map(|it| {
        let (path, path_base64) = split(Some(&it.path));
        LargeFile {
            path: text(path),
            path_base64: text(path_base64),
            size: it.size,
        }
    });
    SummaryDocument {
        source: about.source,
        at: about.at,
        roots: about
            .roots
            .iter()
            .map(|it| sanchay::escaped_path(it))
            .collect(),
        files,
        bytes,
        allocated,
        unreadable: about.unreadable,
        kinds,
        extensions: extensions.collect(),
        ages: ages.collect(),
        sizes: sizes.collect(),
        largest: largest.collect(),
        reclaimable,
        since,
        history,
    }
}

fn difference(now: u64, before: u64) -> i64 {
    now.cast_signed().saturating_sub(before.cast_signed())
}
