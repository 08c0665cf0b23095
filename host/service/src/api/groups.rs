//! Groups of equal files: which of each stays, by rules that are tried out and
//! by marks of single files.

use std::{collections::BTreeSet, ops::Range, sync::Arc};

use axum::{Json, extract::State, response::Response};
use http::HeaderMap;
use sanchay::EntryKind;
use sanchay_core::record::RecordBatch;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{
    assets::{cached, is_known},
    results::PATIENCE,
};
use crate::{
    app::App,
    blocking::blocking,
    extract::{Body, Params, Place},
    groups::{By, Choices, Decision, Freed, Groups, Marks, Rules},
    jobs::{options::wrong, request::RootRef},
    problem::Problem,
    results::{cells::split, row::Kept},
    rights::{Caller, Right},
    time::timestamp_text,
};

/// How many lines a page has at most, and unless more are asked for.
const MOST: u64 = 1000;
const USUAL: u64 = 200;

/// How many marks one request changes at most.
const MOST_CHANGES: usize = 10_000;

/// What is decided of the groups of a job.
#[derive(Serialize, ToSchema)]
pub(crate) struct Decided {
    /// Ascends with each change.
    revision: i64,
    /// The rules, in their order.
    order: Vec<String>,
    /// The folders from which nothing is removed.
    protect: Vec<RootRef>,
    /// How many files would go.
    files: u64,
    /// How many bytes that would free.
    bytes: u64,
    /// From how many groups.
    groups: u64,
}

/// Which lines of a list of groups.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineParams {
    /// The first line: the head of a group, or one of its files.
    line: Option<u64>,
    /// How many, up to 1000; by default 200.
    #[param(minimum = 1, maximum = 1000)]
    count: Option<u64>,
}

/// A part of a list of groups.
#[derive(Serialize, ToSchema)]
pub(crate) struct GroupLines {
    /// Which state of the decisions it shows.
    revision: i64,
    /// How many lines the list has: one for each group and each file.
    lines: u64,
    /// How many groups there are.
    total: usize,
    /// The groups that are on these lines.
    groups: Vec<GroupDocument>,
}

/// A group of equal files.
#[derive(Serialize, ToSchema)]
#[schema(as = DuplicateGroup)]
pub(crate) struct GroupDocument {
    /// Its number, from 1.
    id: usize,
    /// The line of its head; its files are on those after that.
    first_line: u64,
    /// How many files it has.
    count: u64,
    /// How many of them would go.
    goes: u64,
    /// `file`, or `directory` for folders that are the same as a whole.
    kind: &'static str,
    /// The size of each, in bytes.
    size: u64,
    /// How many files are in each of them, if they are folders.
    file_count: Option<u64>,
    /// The digest that they share.
    hash: Option<String>,
    /// How many bytes would be free if one were kept.
    reclaimable: Option<u64>,
    /// The files that are on these lines.
    files: Vec<GroupFile>,
}

/// A file of a group.
#[derive(Serialize, ToSchema)]
#[schema(as = DuplicateFile)]
pub(crate) struct GroupFile {
    /// What marks name it by.
    id: u64,
    /// The line that it is on.
    line: u64,
    /// Its path.
    path: Option<String>,
    /// The same in Base64, where it is not UTF-8.
    path_base64: Option<String>,
    /// When it was last modified.
    modified: Option<String>,
    /// `keep` or `remove`.
    mark: &'static str,
    /// Why: `rule 2`, `hand`, `protected`, or `first` where rules left
    /// several; absent where it makes way for another.
    by: Option<String>,
}

/// Marks of single files.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMarks {
    /// The state of the decisions that was looked at.
    revision: i64,
    /// What is marked; at most 10,000.
    set: Vec<Mark>,
}

/// A mark.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mark {
    /// The file, as the list of groups calls it.
    file: u64,
    /// Whether it stays; null takes the mark back.
    keep: Option<bool>,
}

/// What is decided of the groups of a job
#[utoipa::path(
    get, path = "/api/v1/jobs/{id}/rules", tag = "duplicates",
    params(("id" = i64, Path, description = "The job's number")),
    responses((status = 200, body = Decided)),
)]
pub(crate) async fn rules(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place(id): Place<i64>,
) -> Result<Json<Decided>, Problem> {
    caller.needs(Right::Read)?;
    let groups = Groups::of_job(&app, id).await?;
    let choices = Choices::of(&app.database, &groups.job).await?;
    decided(&app, &groups, choices).await
}

/// Tries out other rules, which are kept
#[utoipa::path(
    put, path = "/api/v1/jobs/{id}/rules", tag = "duplicates",
    request_body = Rules,
    params(("id" = i64, Path, description = "The job's number")),
    responses((status = 200, body = Decided)),
)]
pub(crate) async fn set_rules(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place(id): Place<i64>,
    Body(rules): Body<Rules>,
) -> Result<Json<Decided>, Problem> {
    caller.needs(Right::Run)?;
    let groups = Groups::of_job(&app, id).await?;
    let rules = {
        let roots = app.roots.clone();
        blocking(move || rules.check(&roots).map(|()| rules)).await?
    };
    let mut transaction = app.database.write().await?;
    let job = &groups.job;
    let revision = Choices::set_rules(&mut transaction, job, &rules).await?;
    transaction.commit().await?;
    tell(&app, id, revision);
    decided(&app, &groups, Choices { revision, rules }).await
}

/// Tells whoever looks that something else is decided.
fn tell(app: &App, job: i64, revision: i64) {
    let data = json!({"job": job, "revision": revision});
    app.hub.publish("marks", Some(job), &data);
}

async fn decided(
    app: &Arc<App>,
    groups: &Groups,
    choices: Choices,
) -> Result<Json<Decided>, Problem> {
    let freed = groups.freed(app, &choices)?.ready(PATIENCE).await?;
    let Freed { files, bytes, groups } = *freed;
    let Choices { revision, rules: Rules { order, protect } } = choices;
    Ok(Json(Decided { revision, order, protect, files, bytes, groups }))
}

/// Lists groups with what is decided of each file
#[utoipa::path(
    get, path = "/api/v1/jobs/{id}/groups", tag = "duplicates",
    params(("id" = i64, Path, description = "The job's number"),
        LineParams),
    responses((status = 200, body = GroupLines), (status = 304)),
)]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place(id): Place<i64>,
    Params(params): Params<LineParams>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.needs(Right::Read)?;
    let line = params.line.unwrap_or(0);
    let count = params.count.unwrap_or(USUAL);
    if !(1..=MOST).contains(&count) {
        return Err(Problem::bad_request("count is from 1 to 1000."));
    }
    let groups = Groups::of_job(&app, id).await?;
    let choices = Choices::of(&app.database, &groups.job).await?;
    let etag = format!(
        "\"g{id}-{}-{}-{}-{line}-{count}\"",
        groups.job.attempts,
        groups.reader.total(),
        choices.revision
    );
    let mut body = Vec::new();
    if !is_known(&headers, &etag) {
        let decision =
            groups.decision(&app, &choices.rules)?.ready(PATIENCE).await?;
        let wanted = line..line.saturating_add(count);
        let page = lines(&app, &groups, &decision, wanted).await?;
        let page = GroupLines { revision: choices.revision, ..page };
        body = serde_json::to_vec(&page)
            .map_err(|error| Problem::internal(error.to_string()))?;
    }
    let caching = "private, no-cache";
    Ok(cached(&headers, &etag, "application/json", caching, body))
}

/// A group of which something is on the lines that are wanted.
struct OnLines {
    number: usize,
    records: Range<u64>,
    /// The line of its head.
    head: u64,
    /// The records that are on these lines.
    shown: Range<u64>,
}

/// The groups that something on some lines is of.
fn on_lines(decision: &Decision, wanted: &Range<u64>) -> Vec<OnLines> {
    let mut all = Vec::new();
    let mut number = decision.group_at_line(wanted.start);
    while let Some(at) = number
        && let Some((records, head)) = decision.group(at)
        && head < wanted.end
    {
        let first = head.saturating_add(1);
        // Of a group that is larger than that, only what is on these lines.
        let from = wanted.start.max(first).saturating_sub(first);
        let to = wanted.end.saturating_sub(first);
        let from = records.start.saturating_add(from).min(records.end);
        let to = records.start.saturating_add(to).clamp(from, records.end);
        all.push(OnLines { number: at, records, head, shown: from..to });
        number = Some(at.saturating_add(1));
    }
    all
}

/// The groups on some lines.
async fn lines(
    app: &App,
    groups: &Groups,
    decision: &Decision,
    wanted: Range<u64>,
) -> Result<GroupLines, Problem> {
    let all = on_lines(decision, &wanted);
    let start = all.first().map_or(0, |it| it.records.start);
    let end = all.last().map_or(0, |it| it.records.end);
    let job = &groups.job;
    let marks = Marks::between(&app.database, job, start, end).await?;
    // What a group has in common is in each of its records: one that has no
    // file on these lines is told by its first.
    let of = |it: &OnLines| match it.shown.is_empty() {
        true => it.records.start..it.records.start.saturating_add(1),
        false => it.shown.clone(),
    };
    let records: Vec<u64> = all.iter().flat_map(of).collect();
    let kept = groups.reader.rows(&records).await?;
    let mut row = 0_usize;
    let mut documents = Vec::with_capacity(all.len());
    for group in &all {
        let count = of(group).count();
        let members = row..row.saturating_add(count);
        row = members.end;
        let standing = decision.standing(&group.records, &marks);
        documents.push(document(group, &standing, &kept, members));
    }
    Ok(GroupLines {
        revision: 0,
        lines: decision.lines(),
        total: decision.groups(),
        groups: documents,
    })
}

/// A group, of which these rows of a batch are told.
fn document(
    group: &OnLines,
    standing: &[(bool, By)],
    kept: &RecordBatch,
    rows: Range<usize>,
) -> GroupDocument {
    let of_group = Kept::new(kept, rows.start);
    let is_folder = of_group.kind() == Some(EntryKind::Directory);
    let files = rows.zip(group.shown.clone()).filter_map(|(row, record)| {
        let at = record.saturating_sub(group.records.start);
        let (stays, by) = standing.get(usize::try_from(at).ok()?)?;
        let kept = Kept::new(kept, row);
        let (parent, name) = kept.path();
        let (path, path_base64) = split(Some(&[parent, name].concat()));
        let modified = kept.facts().modified.map(timestamp_text);
        Some(GroupFile {
            id: record,
            line: group.head.saturating_add(1).saturating_add(at),
            path: path.as_str().map(str::to_owned),
            path_base64: path_base64.as_str().map(str::to_owned),
            modified: modified.filter(|it| !it.is_empty()),
            mark: if *stays { "keep" } else { "remove" },
            by: by.text(),
        })
    });
    let goes = standing.iter().filter(|(stays, _)| !stays).count();
    GroupDocument {
        id: group.number.saturating_add(1),
        first_line: group.head,
        count: standing.len() as u64,
        goes: goes as u64,
        kind: if is_folder { "directory" } else { "file" },
        size: of_group.facts().size,
        file_count: of_group.file_count().filter(|_| is_folder),
        hash: of_group.digest().map(|it| it.to_string()),
        reclaimable: of_group.reclaimable(),
        files: files.collect(),
    }
}

/// Marks single files: they stay, or go, whatever rules say
#[utoipa::path(
    patch, path = "/api/v1/jobs/{id}/marks", tag = "duplicates",
    request_body = NewMarks,
    params(("id" = i64, Path, description = "The job's number")),
    responses((status = 200, body = Decided)),
)]
pub(crate) async fn mark(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place(id): Place<i64>,
    Body(new): Body<NewMarks>,
) -> Result<Json<Decided>, Problem> {
    caller.needs(Right::Run)?;
    if new.set.len() > MOST_CHANGES {
        return Err(wrong("set", "it has more than 10,000 marks"));
    }
    let groups = Groups::of_job(&app, id).await?;
    let changes = new.set.iter().map(|it| (it.file, it.keep)).collect();
    marked(&app, &groups, new.revision, changes).await
}

/// Notes marks, unless that would leave nothing of a group.
pub(super) async fn marked(
    app: &Arc<App>,
    groups: &Groups,
    revision: i64,
    changes: Vec<(u64, Option<bool>)>,
) -> Result<Json<Decided>, Problem> {
    let job = &groups.job;
    let choices = Choices::of(&app.database, job).await?;
    let decision =
        groups.decision(app, &choices.rules)?.ready(PATIENCE).await?;
    let mut marks = Marks::all(&app.database, job).await?;
    let mut touched = BTreeSet::new();
    for (record, stays) in &changes {
        let group = decision.group_of(*record).ok_or_else(|| {
            wrong("file", "there is no file of that number in the groups")
        })?;
        touched.insert(group);
        marks.set(*record, *stays);
    }
    for group in touched {
        let Some((records, _)) = decision.group(group) else { continue };
        if decision.empties(&records, &marks) {
            return Err(Problem::conflict(
                "The last copy is always kept: keep another one first.",
            )
            .of_kind("last-copy")
            .with("group", group.saturating_add(1)));
        }
    }
    let mut transaction = app.database.write().await?;
    // What was looked at above is what is changed here, or nothing is.
    let advanced =
        Choices::advance(&mut transaction, job, choices.revision).await?;
    let Some(next) = advanced.filter(|_| choices.revision == revision) else {
        drop(transaction);
        return Err(Problem::stale(
            "Somebody decided something else meanwhile: look at it again.",
        ));
    };
    Marks::write(&mut transaction, job, &changes).await?;
    transaction.commit().await?;
    tell(app, job.id, next);
    decided(app, groups, Choices { revision: next, ..choices }).await
}
