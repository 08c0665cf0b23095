//! Pairs of folders that have equal files, and one decision for all of these.

use std::sync::Arc;

use axum::{Json, extract::State};
use sanchay::{
    EntryKind, KindSet,
    storage::{Links, Listing},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    groups::{Decided, marked},
    results::PATIENCE,
};
use crate::{
    app::App,
    below::Below,
    blocking::blocking,
    extract::{Body, Params, Place},
    groups::{Choices, Groups, Pair},
    problem::Problem,
    results::cells::split,
    rights::{Caller, Right},
    roots::Roots,
};

/// How many pairs of folders a page has.
const PAIRS: usize = 50;

/// How many files one decision on a pair marks at most.
const MOST_OF_PAIR: usize = 50_000;

/// From where on pairs of folders are listed.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct PairParams {
    /// Where the page begins, as `next` said.
    cursor: Option<usize>,
}

/// Pairs of folders.
#[derive(Serialize, ToSchema)]
pub(crate) struct FolderPairs {
    /// How many there are.
    total: usize,
    /// Whether there are more than could be told apart.
    cut: bool,
    /// Them, the ones with most bytes first.
    pairs: Vec<FolderPair>,
    /// Where the next page begins; absent on the last.
    next: Option<usize>,
}

/// Two folders that have equal files.
#[derive(Serialize, ToSchema)]
pub(crate) struct FolderPair {
    /// What decisions name it by.
    id: usize,
    /// One of them.
    a: Option<String>,
    /// The same in Base64, where it is not UTF-8.
    a_base64: Option<String>,
    /// The other.
    b: Option<String>,
    /// The same in Base64, where it is not UTF-8.
    b_base64: Option<String>,
    /// How many files both have.
    same: u64,
    /// How many bytes one of the two has of these.
    bytes: u64,
    /// Whether all that is in one is in the other, at any depth.
    whole: bool,
    /// How many other files are directly in the first now; null where it
    /// cannot be read.
    only_a: Option<u64>,
    /// How many in the second.
    only_b: Option<u64>,
}

/// Which folder of a pair keeps its files.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeepSide {
    /// `a` or `b`: in the other one, the files that both have are marked for
    /// removal.
    keep: Side,
}

/// A folder of a pair.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = PairSide)]
pub(crate) enum Side {
    /// The first.
    A,
    /// The second.
    B,
}

/// Lists pairs of folders that have equal files
#[utoipa::path(
    get, path = "/api/v1/jobs/{id}/folder-pairs", tag = "duplicates",
    params(("id" = i64, Path, description = "The job's number"),
        PairParams),
    responses((status = 200, body = FolderPairs)),
)]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place(id): Place<i64>,
    Params(params): Params<PairParams>,
) -> Result<Json<FolderPairs>, Problem> {
    caller.needs(Right::Read)?;
    let groups = Groups::of_job(&app, id).await?;
    let found = groups.pairs(&app).ready(PATIENCE).await?;
    let from = params.cursor.unwrap_or(0);
    let end = from.saturating_add(PAIRS);
    let (total, cut) = (found.all.len(), found.cut);
    let next = (total > end).then_some(end);
    let pairs = blocking(move || {
        let some = found.all.iter().enumerate().skip(from).take(PAIRS);
        let pairs = some.map(|(id, pair)| paired(&app.roots, id, pair));
        Ok(pairs.collect())
    });
    Ok(Json(FolderPairs { total, cut, pairs: pairs.await?, next }))
}

fn paired(roots: &Roots, id: usize, pair: &Pair) -> FolderPair {
    let Pair { a, b, same, bytes, whole } = pair;
    let others = |path: &[u8]| match whole {
        true => Some(0),
        false => Some(files_in(roots, path)?.saturating_sub(*same)),
    };
    let (only_a, only_b) = (others(a), others(b));
    let text = |value: serde_json::Value| value.as_str().map(str::to_owned);
    let (a, a_base64) = split(Some(a));
    let (b, b_base64) = split(Some(b));
    FolderPair {
        id,
        a: text(a),
        a_base64: text(a_base64),
        b: text(b),
        b_base64: text(b_base64),
        same: *same,
        bytes: *bytes,
        whole: *whole,
        only_a,
        only_b,
    }
}

/// How many files are directly in a folder.
fn files_in(roots: &Roots, path: &[u8]) -> Option<u64> {
    use sanchay_names::OsStrExt as _;
    use std::{ffi::OsStr, path::Path};
    let path = Path::new(OsStr::from_bytes(path));
    let (root, rest) = roots.containing(path)?;
    let below = Below::new(rest.as_os_str().as_bytes().to_vec()).ok()?;
    let folder = root.folder(&below).ok()?;
    let kinds = KindSet::default().with(EntryKind::File);
    let mut listing = Listing::new(kinds, false, false);
    folder.list(&mut listing).ok()?;
    let is_file = |index: &usize| {
        let found = folder.stat(listing.name(*index), Links::Refuse);
        found.is_ok_and(|(kind, _)| kind == EntryKind::File)
    };
    Some((0..listing.len()).filter(is_file).count() as u64)
}

/// Decides for a pair of folders: one keeps the files that both have
#[utoipa::path(
    post, path = "/api/v1/jobs/{id}/folder-pairs/{pair}", tag = "duplicates",
    request_body = KeepSide,
    params(("id" = i64, Path, description = "The job's number"),
        ("pair" = usize, Path, description = "The pair, as they are listed")),
    responses((status = 200, body = Decided)),
)]
pub(crate) async fn keep_side(
    State(app): State<Arc<App>>,
    caller: Caller,
    Place((id, pair)): Place<(i64, usize)>,
    Body(given): Body<KeepSide>,
) -> Result<Json<Decided>, Problem> {
    caller.needs(Right::Run)?;
    let groups = Groups::of_job(&app, id).await?;
    let found = groups.pairs(&app).ready(PATIENCE).await?;
    let pair = found.all.get(pair).ok_or_else(|| {
        Problem::not_found("There is no pair of that number.")
    })?;
    let (keep, go) = match given.keep {
        Side::A => (&pair.a, &pair.b),
        Side::B => (&pair.b, &pair.a),
    };
    let changes = groups.of_pair(keep, go, pair.whole).await?;
    if changes.len() > MOST_OF_PAIR {
        return Err(Problem::conflict(
            "They have more than 50,000 files in common: a rule decides of \
             more.",
        ));
    }
    let revision = Choices::of(&app.database, &groups.job).await?.revision;
    marked(&app, &groups, revision, changes).await
}
