//! What a job would take: how many files, how much it would read, how long,
//! going by the newest snapshots and by the jobs of its kind before it.

use std::{path::Path, sync::Arc, time::Duration};

use axum::{Json, extract::State};
use sanchay_catalog::Snapshot;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    app::App,
    blocking::blocking,
    extract::Body,
    jobs::{
        document::Job,
        kind::{Kind, State as JobState},
        queue::Selection,
        request::JobRequest,
        spec::{Spec, Task},
    },
    problem::Problem,
    results::{listing, reader::Reader},
    rights::{Caller, Right},
    snapshots::{self, SnapshotKey},
    sources::Origin,
    sums::{self, Sums},
};

/// How long a request waits for the sums of a snapshot.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many jobs before are looked at.
const JOBS: i64 = 3;

/// What a job would take.
#[derive(Serialize, ToSchema)]
pub(crate) struct Estimate {
    /// How many files are there, before filters; null where no snapshot tells.
    files: Option<u64>,
    /// How many bytes these have.
    bytes: Option<u64>,
    /// How many bytes it would read at most: 0 where it opens no file.
    bytes_to_read: Option<u64>,
    /// How many seconds it would take; null where there were no jobs like it.
    seconds: Option<f64>,
    /// How many jobs that is reckoned from.
    from_jobs: usize,
}

/// How many files are in a folder, and their bytes, as the newest snapshot
/// that has it tells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    pub(super) files: u64,
    pub(super) bytes: u64,
}

/// Tells what a job would take
#[utoipa::path(
    post, path = "/api/v1/estimates", tag = "jobs",
    request_body = JobRequest,
    responses((status = 200, body = Estimate)),
)]
pub(crate) async fn estimate(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(request): Body<JobRequest>,
) -> Result<Json<Estimate>, Problem> {
    caller.needs(Right::Read)?;
    if request.kind.is_of_plan() {
        return Err(Problem::invalid("kind: it is begun by a plan.")
            .with("option", "kind"));
    }
    let kind = request.kind;
    let spec = {
        let roots = app.roots.clone();
        blocking(move || Spec::new(&request, &roots)).await?
    };
    let held = of_all(&app, &spec.roots).await?;
    let before = before(&app, kind).await?;
    let reads = reads(&spec.task);
    Ok(Json(Estimate {
        files: held.map(|it| it.files),
        bytes: held.map(|it| it.bytes),
        bytes_to_read: match reads {
            false => Some(0),
            true => held.map(|it| to_read(kind, it.bytes, &before)),
        },
        seconds: held.and_then(|held| seconds(held, reads, &before)),
        from_jobs: before.len(),
    }))
}

/// What is in some places together; nothing where that is not known of one.
async fn of_all(
    app: &Arc<App>,
    places: &[std::path::PathBuf],
) -> Result<Option<Held>, Problem> {
    let all = snapshots::all(app).await?;
    let mut sum = Held { files: 0, bytes: 0 };
    for place in places {
        let Some(sums) = known(app, &all, place, PATIENCE).await? else {
            return Ok(None);
        };
        let held = held(&sums, place);
        sum.files = sum.files.saturating_add(held.files);
        sum.bytes = sum.bytes.saturating_add(held.bytes);
    }
    Ok((!places.is_empty()).then_some(sum))
}

/// What is in the newest snapshot that has a folder. Where that is not known
/// within that time, it is a little later.
pub(super) async fn known(
    app: &Arc<App>,
    all: &[Snapshot],
    place: &Path,
    longest: Duration,
) -> Result<Option<Arc<Sums>>, Problem> {
    let newest = all
        .iter()
        .rev()
        .find(|it| it.roots.iter().any(|root| place.starts_with(root)));
    let Some(newest) = newest else { return Ok(None) };
    let origin = Origin::Snapshot(SnapshotKey::of(newest));
    let reader = Reader::listed(listing::snapshot(app, newest.clone()));
    let slot = sums::of_source(app, &origin, reader)?;
    Ok(slot.ready(longest).await.ok())
}

/// What sums tell of a folder; nothing is in one that they do not have.
pub(super) fn held(sums: &Sums, place: &Path) -> Held {
    let folder = sums.folders.find(place.as_os_str().as_encoded_bytes());
    let folder = folder.and_then(|at| sums.folders.get(at));
    folder.map_or(Held { files: 0, bytes: 0 }, |folder| Held {
        files: folder.all.files,
        bytes: folder.all.bytes,
    })
}

/// Jobs of a kind that came to their end.
async fn before(app: &App, kind: Kind) -> Result<Vec<Job>, Problem> {
    let selection = Selection {
        state: Some(JobState::Done),
        kind: Some(kind.name().to_owned()),
        whole: None,
        before: None,
        limit: JOBS,
    };
    app.queue.list(&selection).await
}

/// Whether a job opens files.
fn reads(task: &Task) -> bool {
    match task {
        Task::Hash(_)
        | Task::Dupes(_)
        | Task::Similar { .. }
        | Task::SimilarImages { .. }
        | Task::Verify { .. }
        | Task::StorePut { .. }
        | Task::Shards(_)
        | Task::Shard { .. } => true,
        Task::Summary(options) => options.content,
        Task::Snapshot { hash, .. } | Task::Diff { hash, .. } => {
            hash.is_some()
        }
        Task::Plan(plan) => plan.reads(),
        Task::Scan(_)
        | Task::StoreGet { .. }
        | Task::Merge { .. }
        | Task::Apply { .. }
        | Task::Undo { .. } => false,
    }
}

/// How much of so many bytes is read, by what jobs before read of theirs: of
/// files that may have no equal, only a part.
fn to_read(kind: Kind, bytes: u64, before: &[Job]) -> u64 {
    if !matches!(kind, Kind::Dupes | Kind::Dedupe | Kind::Similar) {
        return bytes;
    }
    let (mut read, mut all) = (0_u64, 0_u64);
    for job in before {
        let result = job.result.as_ref().and_then(|it| it.get("scanned"));
        let scanned = result.and_then(|it| it.get("bytes"));
        let Some(scanned) = scanned.and_then(Value::as_u64) else { continue };
        read = read.saturating_add(job.bytes.cast_unsigned());
        all = all.saturating_add(scanned);
    }
    match all {
        0 => bytes,
        _ => {
            let part = u128::from(bytes) * u128::from(read) / u128::from(all);
            u64::try_from(part).unwrap_or(bytes).min(bytes)
        }
    }
}

/// How long it would take, at the rate of the jobs before: by bytes where
/// files are read, by files else.
fn seconds(held: Held, reads: bool, before: &[Job]) -> Option<f64> {
    let (mut time, mut done) = (0.0, 0.0);
    for job in before {
        let moment = |text: &Option<String>| {
            text.as_deref()?.parse::<jiff::Timestamp>().ok()
        };
        let times = moment(&job.started).zip(moment(&job.ended));
        let Some((begun, ended)) = times else { continue };
        time += ended.duration_since(begun).as_secs_f64().max(0.001);
        done += number(if reads { job.bytes } else { job.files });
    }
    let ahead = if reads { held.bytes } else { held.files };
    let ahead = number(ahead.cast_signed());
    (done > 0.0).then(|| ahead * time / done)
}

/// Near enough for a guess.
#[expect(clippy::cast_precision_loss, reason = "a guess has no more digits")]
fn number(of: i64) -> f64 {
    of.max(0) as f64
}
