//! Comparing files with the digests that a list has of them.

use std::{
    ffi::OsStr,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use sanchay_names::OsStrExt as _;
use sanchay_sandbox::{
    Algorithm, DEFAULT_CHUNK, Digest, Expectation as Expected, Flaw,
};
use sanchay_storage::{File, Metadata, Storage};

use super::{CheckStatus, Checked, Row};
use sanchay_core::content::Content;

use crate::{
    error::{Cause, EntryError},
    hash::{Failure, Files, HashResult, Reader, stdin_turn},
    inspect::Inspect,
    options::{CheckOptions, Method},
    run::RunState,
    walk::RootEntry,
};

/// A line of a list: what is expected, or what is wrong with it.
pub(super) struct ChecksumEntry {
    pub(super) line: u64,
    pub(super) path: Vec<u8>,
    pub(super) expected: Result<Expected, Flaw>,
}

/// A file to be hashed for the sake of an entry.
struct Try {
    /// The entry's index.
    index: usize,
    expected: Expected,
    method: Method,
    /// How many of its bytes count, for a file that was read before: bytes
    /// appended since are ignored.
    limit: Option<u64>,
}

/// Checks entries.
pub(super) struct Verifier<'a> {
    run: &'a RunState<'a>,
    storage: &'a dyn Storage,
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
    pub(super) fn new(
        run: &'a RunState<'a>,
        storage: &'a dyn Storage,
        options: &'a CheckOptions,
    ) -> Self {
        let likely = [const { AtomicUsize::new(0) }; LENGTHS];
        Self { run, storage, options, likely }
    }

    /// Checks entries, in order.
    pub(super) fn verify(
        &self,
        entries: Vec<ChecksumEntry>,
        inspector: &mut dyn Inspect,
        reader: &mut Reader<'_>,
    ) -> Vec<Row> {
        let mut verdicts: Vec<Option<CheckStatus>> = Vec::new();
        verdicts.resize_with(entries.len(), || None);
        let mut todo: Vec<Try> = entries
            .iter()
            .enumerate()
            .filter_map(|(index, entry)| {
                let expected = entry.expected.ok()?;
                let method = self.method(&expected)?;
                Some(Try { index, expected, method, limit: None })
            })
            .collect();
        // A second time for those whose digest can be made in two ways.
        for second in [false, true] {
            let results = self.hash(&todo, &entries, inspector, reader);
            let mut again = Vec::new();
            for (attempt, result) in todo.into_iter().zip(results) {
                let Try { expected, method, .. } = attempt;
                let verdict = match result {
                    None => continue,
                    Some(Err(error)) => CheckStatus::Failed(error),
                    Some(Ok(found)) if meets(&expected, &found.content) => {
                        self.learn(&expected, method);
                        CheckStatus::Match
                    }
                    Some(Ok(found)) => match self.other(&expected, method) {
                        Some(method) if !second => {
                            let limit = Some(found.size);
                            again.push(Try { method, limit, ..attempt });
                            continue;
                        }
                        _ => CheckStatus::Mismatch,
                    },
                };
                if let Some(ticket) = verdicts.get_mut(attempt.index) {
                    *ticket = Some(verdict);
                }
            }
            todo = again;
        }
        let rows = entries.into_iter().zip(verdicts);
        rows.filter_map(|(entry, verdict)| match entry.expected {
            Err(flaw) => Some((entry.line, Err(flaw))),
            Ok(expected) => {
                let (line, path) = (entry.line, entry.path);
                let guessed = match expected {
                    Expected::Unnamed(it) => Some(it.as_bytes().len()),
                    _ => None,
                };
                verdict.map(|verdict| {
                    (line, Ok(Checked { path, verdict, guessed }))
                })
            }
        })
        .collect()
    }

    /// How an entry is checked first.
    fn method(&self, expected: &Expected) -> Option<Method> {
        match expected {
            Expected::Named(algorithm, _) => Some(Method::Whole(*algorithm)),
            Expected::Partial(_, chunk) => {
                let chunk = chunk.or(self.options.chunk);
                let chunk = chunk.unwrap_or(DEFAULT_CHUNK);
                Some(Method::Partial { chunk })
            }
            Expected::Unnamed(digest) => {
                let likely = self.likely.get(digest.as_bytes().len())?;
                let algorithm = candidates(digest).get(likely.load(Relaxed));
                algorithm.copied().map(Method::Whole)
            }
        }
    }

    /// How else an entry could be meant.
    fn other(&self, expected: &Expected, tried: Method) -> Option<Method> {
        let Expected::Unnamed(digest) = expected else { return None };
        let all = candidates(digest).iter();
        let mut methods = all.map(|algorithm| Method::Whole(*algorithm));
        methods.find(|method| *method != tried)
    }

    fn learn(&self, expected: &Expected, method: Method) {
        let (Expected::Unnamed(digest), Method::Whole(algorithm)) =
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

    /// Hashes the files that entries name; `None` where the run was over
    /// before their turn.
    fn hash(
        &self,
        todo: &[Try],
        entries: &[ChecksumEntry],
        inspector: &mut dyn Inspect,
        reader: &mut Reader<'_>,
    ) -> Vec<Option<Result<HashResult, EntryError>>> {
        let mut results = Vec::new();
        let is_stdin = |a: &Try| path_of(a, entries).as_os_str() == "-";
        for tries in todo.chunk_by(|a, b| {
            a.method == b.method && !is_stdin(a) && !is_stdin(b)
        }) {
            let Some(first) = tries.first() else { break };
            let mut listed = ListedFiles {
                verifier: self,
                tries,
                entries,
                results: Vec::new(),
            };
            listed.results.resize_with(tries.len(), || None);
            if is_stdin(first) {
                let _turn = stdin_turn();
                let stdin = std::io::stdin();
                let result = reader.pipe(inspector, stdin, first.method);
                listed.done(0, result);
            } else {
                let count = tries.len();
                reader.hash(inspector, first.method, count, &mut listed);
            }
            results.append(&mut listed.results);
        }
        results
    }
}

/// The path that is to be hashed for an entry.
fn path_of<'e>(attempt: &Try, entries: &'e [ChecksumEntry]) -> &'e Path {
    let entry = entries.get(attempt.index);
    debug_assert!(entry.is_some(), "there is no entry {}", attempt.index);
    let path = entry.map_or(&b""[..], |entry| &entry.path);
    Path::new(OsStr::from_bytes(path))
}

/// Files of a list, on their way to the reader.
struct ListedFiles<'f> {
    verifier: &'f Verifier<'f>,
    tries: &'f [Try],
    entries: &'f [ChecksumEntry],
    results: Vec<Option<Result<HashResult, EntryError>>>,
}

impl Files for ListedFiles<'_> {
    fn open(
        &mut self,
        index: usize,
    ) -> Option<Result<(File, Metadata), Cause>> {
        let attempt = self.tries.get(index)?;
        if self.verifier.run.is_over() {
            return None;
        }
        let path = path_of(attempt, self.entries);
        let opened = RootEntry::open_file(self.verifier.storage, path);
        // What was read before counts, and nothing that came after it.
        let limit = attempt.limit.unwrap_or(u64::MAX);
        if let Ok((_, metadata)) = &opened {
            let path = path.as_os_str().as_bytes();
            self.verifier.run.reading(metadata.size, || path.to_vec());
        }
        Some(opened.map(|(file, metadata)| {
            let size = metadata.size.min(limit);
            (file, Metadata { size, ..metadata })
        }))
    }

    fn done(&mut self, index: usize, result: Result<HashResult, Failure>) {
        let (Some(attempt), Some(slot)) =
            (self.tries.get(index), self.results.get_mut(index))
        else {
            debug_assert!(false, "there is no file {index}");
            return;
        };
        *slot = Some(result.map_err(|(action, cause)| {
            let path = path_of(attempt, self.entries).to_owned();
            EntryError::new(path, action, cause).named()
        }));
    }
}

fn meets(expected: &Expected, found: &Content) -> bool {
    match (expected, found) {
        (Expected::Unnamed(digest), Content::Whole(_, found)) => {
            digest == found
        }
        // What is expected may be the beginning of a longer digest.
        (Expected::Named(_, digest), Content::Whole(_, found)) => {
            found.as_bytes().starts_with(digest.as_bytes())
        }
        (Expected::Partial(digest, _), Content::Partial(found)) => {
            digest == found
        }
        _ => false,
    }
}
