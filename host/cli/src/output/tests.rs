//! What every format makes of the same records, read back by parsers that
//! are not ours where there are any.

use sanchay::{
    Algorithm, Content, Digest, EntryRef as Entry, FileId,
    HashedFileRef as Hashed, Metadata, PartialDigest, Timestamp,
};
use serde_json::{Value, json};

use super::{csv::Csv, ndjson::Ndjson, *};

pub(super) const METADATA: Metadata = Metadata {
    size: 1234,
    modified: Timestamp { seconds: 1_800_000_000, nanoseconds: 5 },
    changed: Timestamp { seconds: 1_800_000_000, nanoseconds: 5 },
    id: FileId { device: 1, inode: 2 },
    links: 1,
    mode: 0o100_644,
};
pub(super) const TIME: &str = "2027-01-15T08:00:00.000000005Z";

/// What a writer makes of files with these parents and names.
pub(super) fn files(writer: &dyn Writer, names: &[(&[u8], &[u8])]) -> Vec<u8> {
    let mut lane = Lane::default();
    for (parent, name) in names {
        writer.directory(parent, &mut lane);
        let file = Entry {
            root: b"",
            parent,
            name,
            metadata: &METADATA,
            values: &[],
        };
        writer.file(&file, &mut lane);
    }
    lane.out
}

fn hashed(writer: &dyn Writer, path: &[u8], content: Content) -> String {
    let mut lane = Lane::default();
    let modified = Some(METADATA.modified);
    writer.hashed(
        &Hashed { path, size: 3, modified, content, values: &[] },
        &mut lane,
    );
    String::from_utf8(lane.out).unwrap()
}

fn whole(algorithm: Algorithm) -> Content {
    let bytes = vec![0xab; algorithm.digest_len()];
    Content::Whole(algorithm, Digest::from_bytes(&bytes).unwrap())
}

fn group(writer: &dyn Writer, names: &[&[u8]]) -> Vec<u8> {
    let mut lane = Lane::default();
    let same = Same {
        number: 7,
        size: 10,
        digest: Digest::from_bytes(&[0xab; 8]).unwrap(),
        algorithm: Algorithm::Xxh64,
        files: names.len(),
        reclaimable: 10 * (names.len() as u64 - 1),
    };
    let mut names =
        names.iter().map(|name| Name { parent: b"d/", name, values: &[] });
    writer.group(&same, &mut names, &mut lane);
    lane.out
}

#[test]
fn a_file_is_a_line_of_size_time_and_path() {
    let lines = files(&Text::default(), &[(b"a/", b"b c"), (b"", b"n\xff\n")]);
    let expected = [
        b"1234\t2027-01-15T08:00:00.000000005Z\ta/b c\n".as_slice(),
        b"1234\t2027-01-15T08:00:00.000000005Z\tn\xff\n\n",
    ];
    assert_eq!(lines, expected.concat());
}

#[test]
fn a_terminal_is_shown_escapes_and_print0_only_paths() {
    let names = [(b"a\x1b/".as_slice(), b"b\n".as_slice())];
    let text = Text { terminal: true, ..Text::default() };
    assert_eq!(
        files(&text, &names),
        format!("1234\t{TIME}\ta\\u{{1b}}/b\\n\n").as_bytes()
    );
    let text = Text { zero: true, ..Text::default() };
    assert_eq!(files(&text, &names), b"a\x1b/b\n\0");
}

#[test]
fn each_algorithm_has_the_form_that_its_own_program_checks() {
    let text = Text::default();
    let line = |algorithm| hashed(&text, b"f", whole(algorithm));
    assert_eq!(line(Algorithm::Xxh64), "abababababababab  f\n");
    assert_eq!(line(Algorithm::Xxh3_64), "XXH3 (f) = abababababababab\n");
    for algorithm in Algorithm::ALL {
        if algorithm == Algorithm::Xxh3_64 {
            continue;
        }
        let hash = "ab".repeat(algorithm.digest_len());
        assert_eq!(line(algorithm), format!("{hash}  f\n"));
    }
}

#[test]
fn a_tagged_line_names_the_algorithm() {
    let text = Text { tag: true, ..Text::default() };
    let names = [
        "XXH64", "XXH3", "XXH128", "BLAKE3", "SHA256", "SHA512", "SHA1",
        "MD5", "CRC32",
    ];
    for (algorithm, name) in Algorithm::ALL.into_iter().zip(names) {
        let hash = "ab".repeat(algorithm.digest_len());
        assert_eq!(
            hashed(&text, b"a\\", whole(algorithm)),
            format!("\\{name} (a\\\\) = {hash}\n")
        );
    }
}

#[test]
fn a_partial_digest_is_told_with_its_chunk() {
    let partial = PartialDigest { first: 1, last: 2, size: 3 };
    let text = "xxh64:0000000000000001:0000000000000002:3";
    let content = Content::Partial(partial);
    assert_eq!(
        hashed(&Text::default(), b"f", content),
        format!("{text}  f\n")
    );
    for (chunk, end) in [(65_536, ""), (99, ":99")] {
        let list = Text { chunk: Some(chunk), ..Text::default() };
        let line = hashed(&list, b"f", content);
        assert_eq!(line, format!("{text}{end}  f\n"));
    }
    let kind = Kind::Hashes { chunk: Some(99) };
    let object = hashed(&Ndjson::new(kind, Columns::default()), b"f", content);
    assert_eq!(
        serde_json::from_str::<Value>(&object).unwrap(),
        json!({"path": "f", "size": 3, "modified": TIME,
            "algorithm": "xxh64", "chunk": 99, "hash": text})
    );
}

#[test]
fn a_time_beyond_the_calendar_is_null() {
    let mut lane = Lane::default();
    let modified = Timestamp { seconds: i64::MAX, nanoseconds: 0 };
    let metadata = Metadata { modified, ..METADATA };
    let file = Entry {
        root: b"",
        parent: b"",
        name: b"f",
        metadata: &metadata,
        values: &[],
    };
    let kinds: [&dyn Writer; 3] = [
        &Text::default(),
        &Ndjson::new(Kind::Files, Columns::default()),
        &Csv::new(Kind::Files, false, Columns::default()),
    ];
    for writer in kinds {
        writer.directory(b"", &mut lane);
        writer.file(&file, &mut lane);
    }
    let expected = "1234\t-\tf\n\
        {\"path\":\"f\",\"size\":1234,\"modified\":null}\n\
        f,,1234,\n";
    assert_eq!(String::from_utf8(lane.out).unwrap(), expected);
}

#[test]
fn verdicts_are_told_in_sha256sums_words_and_in_fields() {
    let mut lane = Lane::default();
    let text = Text::default();
    for finding in [Finding::Ok, Finding::Failed, Finding::Unreadable] {
        text.verdict(b"a\n", finding, None, &mut lane);
    }
    let expected = b"\\a\\n: OK\n\\a\\n: FAILED\n\
        \\a\\n: FAILED open or read\n";
    assert_eq!(lane.out, expected);

    let mut lane = Lane::default();
    let ndjson = Ndjson::new(Kind::Verdicts, Columns::default());
    ndjson.verdict(b"f", Finding::Missing, Some("no \"f\""), &mut lane);
    assert_eq!(
        serde_json::from_slice::<Value>(&lane.out).unwrap(),
        json!({"path": "f", "verdict": "missing", "error": "no \"f\""})
    );
}

#[test]
fn a_group_is_a_heading_its_paths_and_an_end() {
    let names = [b"a".as_slice(), b"b\n", b"c"];
    let expected = "# 3 files of 10 bytes, 20 bytes reclaimable, \
        xxh64:abababababababab\nd/a\n\\d/b\\n\nd/c\n\n";
    let lines = group(&Text::default(), &names);
    assert_eq!(String::from_utf8(lines).unwrap(), expected);
    let zero = Text { zero: true, ..Text::default() };
    assert_eq!(group(&zero, &names), b"d/a\0d/b\n\0d/c\0\0");
}

#[test]
fn a_group_is_an_object_with_all_its_files() {
    let object = group(
        &Ndjson::new(Kind::Groups, Columns::default()),
        &[b"a", b"\xff"],
    );
    assert_eq!(
        serde_json::from_slice::<Value>(&object).unwrap(),
        json!({"size": 10, "algorithm": "xxh64", "hash": "abababababababab",
            "files": [{"path": "d/a"}, {"path_base64": "ZC//"}],
            "reclaimable": 10})
    );
}

#[test]
fn a_group_is_a_row_for_each_file() {
    let rows = group(
        &Csv::new(Kind::Groups, false, Columns::default()),
        &[b"a,b", b"\xff"],
    );
    let expected = "7,10,xxh64,abababababababab,\"d/a,b\",,10\n\
        7,10,xxh64,abababababababab,,ZC//,10\n";
    assert_eq!(String::from_utf8(rows).unwrap(), expected);
}

#[test]
fn csv_on_a_terminal_has_no_control_characters() {
    let csv = Csv::new(Kind::Files, true, Columns::default());
    let rows = files(&csv, &[(b"a/", b"b\x1b"), (b"a/", b"b\\c")]);
    let expected = format!(",YS9iGw==,1234,{TIME}\na/b\\c,,1234,{TIME}\n");
    assert_eq!(String::from_utf8(rows).unwrap(), expected);
}
