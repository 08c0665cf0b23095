//! Where copies of a file are, by its size and its digest; and whether a filter
//! can be understood.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::StatusCode;
use sanchay::{Algorithm, Content, Digest};
use sanchay_catalog::KnownFile;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    app::App,
    blocking::blocking,
    extract::{Body, Params},
    jobs::options::{clock, parse, wrong},
    problem::Problem,
    results::cells::split,
    rights::{Caller, Right},
    snapshots::unreadable,
};

/// How many files one request may ask about.
const MOST_FILES: usize = 100;

/// How many files of the catalog are looked at for each.
const MOST_KNOWN: usize = 10_000;

/// How many paths are told of each.
const MOST_PATHS: usize = 100;

/// Files that are looked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lookup {
    /// Them; at most 100.
    files: Vec<Wanted>,
}

/// A file that is looked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Its size in bytes.
    size: u64,
    /// Its digests by hash function: `{"xxh3-128": "88d4266f…"}`.
    #[serde(default)]
    digests: serde_json::Map<String, Value>,
}

/// What is known of files that are looked for.
#[derive(Serialize, ToSchema)]
pub(crate) struct Answers {
    /// For each file what is known, in their order.
    answers: Vec<Known>,
}

/// What is known of a file that is looked for.
#[derive(Serialize, ToSchema)]
pub(crate) struct Known {
    /// How many files of the newest snapshots have its size.
    of_size: usize,
    /// How many of them were never hashed.
    unhashed: usize,
    /// The hash functions by which the others were.
    algorithms: Vec<String>,
    /// Where copies of it are: `{path}` or `{path_base64}`; at most 100.
    paths: Vec<Value>,
}

/// A digest that is looked for.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct HashParams {
    /// The digest in hexadecimal.
    hash: String,
    /// Its hash function; absent: XXH3 with 128 bits.
    algorithm: Option<String>,
}

/// Files with a digest.
#[derive(Serialize, ToSchema)]
pub(crate) struct Places {
    /// Where they are: `{path}` or `{path_base64}`; at most 100.
    paths: Vec<Value>,
}

/// A filter that is checked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Checked {
    /// The expression.
    filter: String,
}

/// Tells where copies of files are
#[utoipa::path(
    post, path = "/api/v1/lookup", tag = "lookup", request_body = Lookup,
    responses((status = 200, body = Answers)),
)]
pub(crate) async fn lookup(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(given): Body<Lookup>,
) -> Result<Json<Answers>, Problem> {
    caller.needs(Right::Read)?;
    if given.files.len() > MOST_FILES {
        return Err(wrong("files", "they are more than 100"));
    }
    let answers = blocking(move || {
        let answers = given.files.iter().map(|it| known(&app, it));
        answers.collect::<Result<Vec<_>, _>>()
    });
    Ok(Json(Answers { answers: answers.await? }))
}

fn known(app: &App, wanted: &Wanted) -> Result<Known, Problem> {
    let contents: Vec<Content> = wanted
        .digests
        .iter()
        .map(|(name, digest)| {
            content(name, digest.as_str().unwrap_or_default())
        })
        .collect::<Result<_, _>>()?;
    let files = app.catalog.files_of_size(wanted.size, MOST_KNOWN);
    let files = within(app, files.map_err(|error| unreadable(&error))?);
    let mut algorithms: Vec<String> = files
        .iter()
        .filter_map(|it| it.version.content())
        .map(|it| it.algorithm().name().to_owned())
        .collect();
    algorithms.sort_unstable();
    algorithms.dedup();
    let unhashed =
        files.iter().filter(|it| it.version.content().is_none()).count();
    let is_copy = |it: &&KnownFile| {
        it.version.content().is_some_and(|it| contents.contains(&it))
    };
    Ok(Known {
        of_size: files.len(),
        unhashed,
        algorithms,
        paths: places(files.iter().filter(is_copy)),
    })
}

/// Tells where files with a digest are
#[utoipa::path(
    get, path = "/api/v1/lookup", tag = "lookup", params(HashParams),
    responses((status = 200, body = Places)),
)]
pub(crate) async fn by_hash(
    State(app): State<Arc<App>>,
    caller: Caller,
    Params(params): Params<HashParams>,
) -> Result<Json<Places>, Problem> {
    caller.needs(Right::Read)?;
    let algorithm = params
        .algorithm
        .unwrap_or_else(|| Algorithm::Xxh3_128.name().to_owned());
    let content = content(&algorithm, &params.hash)?;
    let paths = blocking(move || {
        let files = app.catalog.files_with(&content, MOST_KNOWN);
        let files = within(&app, files.map_err(|error| unreadable(&error))?);
        Ok(places(files.iter()))
    });
    Ok(Json(Places { paths: paths.await? }))
}

/// Says whether a filter can be understood, and where it cannot
#[utoipa::path(
    post, path = "/api/v1/filters", tag = "lookup", request_body = Checked,
    responses((status = 204)),
)]
pub(crate) async fn filter(
    caller: Caller,
    Body(given): Body<Checked>,
) -> Result<Response, Problem> {
    caller.needs(Right::Read)?;
    parse(&given.filter, &clock())?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// A digest by the name of its hash function.
fn content(algorithm: &str, hex: &str) -> Result<Content, Problem> {
    let algorithm: Algorithm = algorithm
        .parse()
        .map_err(|_| wrong("algorithm", "there is no such hash function"))?;
    let digits = hex.as_bytes().chunks(2).map(|pair| {
        let text = std::str::from_utf8(pair).ok()?;
        (pair.len() == 2).then(|| u8::from_str_radix(text, 16).ok())?
    });
    let bytes: Option<Vec<u8>> = digits.collect();
    let digest = bytes
        .filter(|bytes| bytes.len() == algorithm.digest_len())
        .and_then(|bytes| Digest::from_bytes(&bytes));
    let wrong = || wrong("hash", "it is no digest of that function");
    Ok(Content::Whole(algorithm, digest.ok_or_else(wrong)?))
}

/// The files that lie in the service's roots.
fn within(app: &App, mut files: Vec<KnownFile>) -> Vec<KnownFile> {
    use sanchay_names::OsStrExt as _;
    use std::{ffi::OsStr, path::Path};
    files.retain(|file| {
        let path = Path::new(OsStr::from_bytes(&file.path));
        app.roots.containing(path).is_some()
    });
    files
}

fn places<'f>(files: impl Iterator<Item = &'f KnownFile>) -> Vec<Value> {
    let named =
        files.take(MOST_PATHS).map(|file| match split(Some(&file.path)) {
            (Value::Null, base64) => {
                serde_json::json!({"path_base64": base64})
            }
            (text, _) => serde_json::json!({"path": text}),
        });
    named.collect()
}
