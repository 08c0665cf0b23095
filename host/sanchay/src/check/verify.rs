//! Comparing files with what was promised of them.

use std::{
    ffi::OsStr,
    fs::File,
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use sanchay_sandbox::{
    Algorithm, DEFAULT_CHUNK, Digest, Expectation, Flaw, Inspector,
};

use super::{Checked, Row, Verdict};
use crate::{
    entry::Metadata,
    error::{Action, Cause, EntryError},
    hash::{Failure, Reader, Sum, stdin_turn},
    options::{CheckOptions, Method},
    run::Run,
    walk::{KeptOpen, Links, Named},
};
use sanchay_core::content::Content;

/// A line of a list: what is expected, or what is wrong with it.
pub(super) struct Promised {
    pub(super) line: u64,
    pub(super) path: Vec<u8>,
    pub(super) expected: Result<Expectation, Flaw>,
}

/// A file to be hashed for the sake of a promise.
struct Attempt {
    /// The promise's index.
    index: usize,
    expected: Expectation,
    method: Method,
    /// How many of its bytes count, for a file that was read before: what a
    /// file gained since is none of a second reading's business.
    limit: Option<u64>,
}

/// Checks promises.
pub(super) struct Verifier<'a> {
    run: &'a Run<'a>,
    options: &'a CheckOptions,
    /// For each length of a digest that can be of several algorithms, which
    /// of them the last line had: the next ones will have it, too, and are
    /// tried that way first.
    likely: [AtomicUsize; LENGTHS],
}

/// One more than the longest digest has bytes.
const LENGTHS: usize = Algorithm::Sha512.digest_len() + 1;

/// The algorithms that a digest without a name can mean.
fn candidates(digest: &Digest) -> &'static [Algorithm] {
    Algorithm::of_digest_len(digest.as_bytes().len())
}

impl<'a> Verifier<'a> {
    pub(super) fn new(run: &'a Run<'a>, options: &'a CheckOptions) -> Self {
        let likely = [const { AtomicUsize::new(0) }; LENGTHS];
        Self { run, options, likely }
    }

    /// Checks promises, in order.
    pub(super) fn verify(
        &self,
        promised: Vec<Promised>,
        inspector: &mut Inspector,
        reader: &mut Reader<'_>,
    ) -> Vec<Row> {
        let mut verdicts: Vec<Option<Verdict>> = Vec::new();
        verdicts.resize_with(promised.len(), || None);
        let mut todo: Vec<Attempt> = promised
            .iter()
            .enumerate()
            .filter_map(|(index, promise)| {
                let expected = promise.expected.ok()?;
                let method = self.method(&expected)?;
                Some(Attempt { index, expected, method, limit: None })
            })
            .collect();
        // A second time for those whose digest can be made in two ways.
        for second in [false, true] {
            let results = self.hash(&todo, &promised, inspector, reader);
            let mut again = Vec::new();
            for (attempt, result) in todo.into_iter().zip(results) {
                let Attempt { expected, method, .. } = attempt;
                let verdict = match result {
                    None => continue,
                    Some(Err(error)) => Verdict::Failed(error),
                    Some(Ok(sum)) if meets(&expected, &sum.content) => {
                        self.learn(&expected, method);
                        Verdict::Match
                    }
                    Some(Ok(sum)) => match self.other(&expected, method) {
                        Some(method) if !second => {
                            let limit = Some(sum.size);
                            again.push(Attempt { method, limit, ..attempt });
                            continue;
                        }
                        _ => Verdict::Mismatch,
                    },
                };
                if let Some(place) = verdicts.get_mut(attempt.index) {
                    *place = Some(verdict);
                }
            }
            todo = again;
        }
        let rows = promised.into_iter().zip(verdicts);
        rows.filter_map(|(promise, verdict)| match promise.expected {
            Err(flaw) => Some((promise.line, Err(flaw))),
            Ok(expected) => {
                let (line, path) = (promise.line, promise.path);
                let guessed = match expected {
                    Expectation::Unnamed(it) => Some(it.as_bytes().len()),
                    _ => None,
                };
                verdict.map(|verdict| {
                    (line, Ok(Checked { path, verdict, guessed }))
                })
            }
        })
        .collect()
    }

    /// How a promise is checked first.
    fn method(&self, expected: &Expectation) -> Option<Method> {
        match expected {
            Expectation::Named(algorithm, _) => {
                Some(Method::Whole(*algorithm))
            }
            Expectation::Partial(_, chunk) => {
                let chunk = chunk.or(self.options.chunk);
                let chunk = chunk.unwrap_or(DEFAULT_CHUNK);
                Some(Method::Partial { chunk })
            }
            Expectation::Unnamed(digest) => {
                let likely = self.likely.get(digest.as_bytes().len())?;
                let algorithm = candidates(digest).get(likely.load(Relaxed));
                algorithm.copied().map(Method::Whole)
            }
        }
    }

    /// How else a promise could be meant.
    fn other(&self, expected: &Expectation, tried: Method) -> Option<Method> {
        let Expectation::Unnamed(digest) = expected else { return None };
        let all = candidates(digest).iter();
        let mut methods = all.map(|algorithm| Method::Whole(*algorithm));
        methods.find(|method| *method != tried)
    }

    fn learn(&self, expected: &Expectation, method: Method) {
        let (Expectation::Unnamed(digest), Method::Whole(algorithm)) =
            (expected, method)
        else {
            return;
        };
        let found = candidates(digest).iter().position(|it| *it == algorithm);
        let likely = self.likely.get(digest.as_bytes().len());
        if let (Some(found), Some(likely)) = (found, likely) {
            likely.store(found, Relaxed);
        }
    }

    /// Hashes the files that promises name; `None` where the run was over
    /// before their turn.
    fn hash(
        &self,
        todo: &[Attempt],
        promised: &[Promised],
        inspector: &mut Inspector,
        reader: &mut Reader<'_>,
    ) -> Vec<Option<Result<Sum, EntryError>>> {
        let mut results: Vec<Option<Result<Sum, EntryError>>> = Vec::new();
        results.resize_with(todo.len(), || None);
        let path_of = |at: usize| -> &Path {
            let promise =
                todo.get(at).and_then(|attempt| promised.get(attempt.index));
            let path = promise.map_or(&b""[..], |promise| &promise.path);
            Path::new(OsStr::from_bytes(path))
        };
        let mut done = |at: usize, result: Result<Sum, Failure>| {
            let result = result.map_err(|(action, cause)| {
                failed(path_of(at).to_owned(), action, cause)
            });
            if let Some(place) = results.get_mut(at) {
                *place = Some(result);
            }
        };
        let mut start = 0;
        let path = |a: &Attempt| promised.get(a.index).map(|p| &*p.path);
        let stdin = |a: &Attempt| path(a) == Some(b"-");
        for same in todo
            .chunk_by(|a, b| a.method == b.method && !stdin(a) && !stdin(b))
        {
            let Some(first) = same.first() else { break };
            let method = first.method;
            if stdin(first) {
                let _turn = stdin_turn();
                let stdin = std::io::stdin();
                done(start, reader.pipe(inspector, stdin, method));
                start += 1;
                continue;
            }
            let mut open = |index: usize| {
                let attempt = same.get(index)?;
                let goes_on = !self.run.is_over();
                goes_on.then(|| open(path_of(start + index), attempt.limit))
            };
            let mut done = |index, result| done(start + index, result);
            let count = same.len();
            reader.hash(inspector, method, count, &mut open, &mut done);
            start += count;
        }
        results
    }
}

/// Opens a file, of which only so many bytes count.
fn open(path: &Path, limit: Option<u64>) -> Result<(File, Metadata), Cause> {
    let kept = KeptOpen::default();
    match Named::open(None, path, b"", Links::Refuse, &kept)? {
        Named::File(file, mut metadata) => {
            metadata.size = metadata.size.min(limit.unwrap_or(u64::MAX));
            Ok((file, metadata))
        }
        Named::Directory(_) => Err(Cause::NotRegular("a directory")),
        Named::Special(_, word) => Err(Cause::NotRegular(word)),
    }
}

fn failed(path: PathBuf, action: Action, cause: Cause) -> EntryError {
    EntryError::new(path, action, cause).named()
}

fn meets(expected: &Expectation, found: &Content) -> bool {
    match (expected, found) {
        (Expectation::Unnamed(digest), Content::Whole(_, found)) => {
            digest == found
        }
        // What is expected may be the beginning of a longer digest.
        (Expectation::Named(_, digest), Content::Whole(_, found)) => {
            found.as_bytes().starts_with(digest.as_bytes())
        }
        (Expectation::Partial(digest, _), Content::Partial(found)) => {
            digest == found
        }
        _ => false,
    }
}
