//! What the program's records say, whatever their format.

use std::time::SystemTime;

use jiff::Timestamp;
use sanchay_testkit::{
    Finished,
    oracle::{Facts, Files},
    records,
};
use serde_json::Value;

/// A path, a size and a modification time as the program writes them.
pub(crate) type Row = (Vec<u8>, u64, String);

/// A time as RFC 3339 in UTC, with nanoseconds.
pub(crate) fn rfc3339(time: SystemTime) -> String {
    format!("{:.9}", Timestamp::try_from(time).unwrap())
}

/// What `scan` must say of files, sorted.
pub(crate) fn expected(files: &Files) -> Vec<Row> {
    let row = |(path, facts): (&Vec<u8>, &Facts)| {
        (path.clone(), facts.size, rfc3339(facts.modified))
    };
    files.iter().map(row).collect()
}

/// The rows of `scan --format ndjson`, sorted.
#[track_caller]
pub(crate) fn scanned(finished: &Finished) -> Vec<Row> {
    let objects = records::ndjson(&finished.stdout);
    sorted(objects.iter().map(of_object).collect())
}

/// The row of an object.
#[track_caller]
pub(crate) fn of_object(object: &Value) -> Row {
    let size = object["size"].as_u64().unwrap();
    let modified = object["modified"].as_str().unwrap();
    (records::path(object), size, modified.to_owned())
}

/// Rows in the order of their paths. A file that is reported twice fails the
/// test.
#[track_caller]
pub(crate) fn sorted(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort();
    for pair in rows.windows(2) {
        assert_ne!(pair[0].0, pair[1].0, "a file is reported twice");
    }
    rows
}

/// The paths of files as text, for trees whose names are.
pub(crate) fn paths(files: &Files) -> Vec<&str> {
    files.keys().map(|path| str::from_utf8(path).unwrap()).collect()
}

/// The paths that `scan -0` or `hash -0` tells, in its order.
pub(crate) fn zero_ended(finished: &Finished) -> Vec<Vec<u8>> {
    let all = &finished.stdout;
    assert!(all.is_empty() || all.ends_with(b"\0"), "the last is not ended");
    let parts = all.split(|byte| *byte == 0);
    parts.filter(|part| !part.is_empty()).map(<[u8]>::to_vec).collect()
}

/// The path and digest of each `HASH  PATH` line of plain names.
#[track_caller]
pub(crate) fn sums(finished: &Finished) -> Vec<(String, String)> {
    let sum = |line: &str| {
        let (hash, path) = line.split_once("  ").unwrap();
        (path.to_owned(), hash.to_owned())
    };
    finished.text().lines().map(sum).collect()
}
