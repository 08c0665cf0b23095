//! What every format makes of the same records, read back by parsers that
//! are not ours where there are any.

use alloc::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use sanchay_core::content::Content;
use sanchay_core::digest::Digest;
use sanchay_core::filter::Facts;
use sanchay_core::hashing::{Algorithm, PartialDigest};
use sanchay_core::kind::EntryKind;
use sanchay_core::record::{
    FieldId, Group, Owners, RecordBatch, RecordKind, Row, Schema, Verdict,
};
use sanchay_core::time::{TimeZone, Timestamp};
use sanchay_core::value::{Value as Told, ValueType};
use serde_json::{Value, json};

use super::{
    Encoded, Encoder as _, Format, LongEncoder, PathStyle, StyledPath,
    TemplateEncoder, TextOptions,
};

const MODIFIED: Timestamp =
    Timestamp { seconds: 1_800_000_000, nanoseconds: 5 };
const TIME: &str = "2027-01-15T08:00:00.000000005Z";

const PLAIN: TextOptions = options(false, false);
const TERMINAL: TextOptions = options(true, false);
const ZERO: TextOptions = options(false, true);

const fn options(terminal: bool, zero: bool) -> TextOptions {
    TextOptions { terminal, zero, tag: false, human: false, style: None }
}

const FILE: Row<'_> = Row {
    kind: None,
    facts: None,
    root: None,
    target: None,
    owners: Owners { user: None, group: None },
    role: None,
    similarity: None,
    other: None,
    extent: None,
    parent: b"",
    name: b"f",
    size: Some(1234),
    modified: Some(MODIFIED),
    content: None,
    hash_source: None,
    chunk: None,
    verdict: None,
    error: None,
    group: None,
    file_count: None,
    change: None,
    from: None,
    snapshot: None,
    snapshot_id: None,
    verified: None,
    values: &[],
};

const PARTIAL: RecordKind = RecordKind::Hash { partial: true };
const WHOLE: RecordKind = RecordKind::Hash { partial: false };

/// A schema with no columns of plugins.
fn schema(kind: RecordKind) -> Schema {
    Schema::new(kind, [])
}

/// What a format makes of records, without what stands around them.
fn encode(
    format: Format,
    options: TextOptions,
    schema: Schema,
    rows: &[Row<'_>],
) -> Vec<u8> {
    let schema = Arc::new(schema);
    let mut batch = RecordBatch::new(schema.clone());
    for row in rows {
        batch.push(row);
    }
    let mut out = Encoded::default();
    format.encoder(&schema, options).encode(&batch, &mut out).unwrap();
    out.bytes
}

fn text(
    format: Format,
    options: TextOptions,
    schema: Schema,
    rows: &[Row<'_>],
) -> String {
    String::from_utf8(encode(format, options, schema, rows)).unwrap()
}

/// All that a format writes: head, records and tail.
fn document(format: Format, schema: Schema, rows: &[Row<'_>]) -> String {
    let schema = Arc::new(schema);
    let encoder = format.encoder(&schema, PLAIN);
    let mut out = encoder.head().to_vec();
    let records = encode(format, PLAIN, (*schema).clone(), rows);
    let first = records.strip_prefix(encoder.separator());
    out.extend_from_slice(first.unwrap_or(&records));
    encoder.finish(rows.is_empty(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn hash(options: TextOptions, name: &[u8], content: Content) -> String {
    let row = Row { name, content: Some(content), ..FILE };
    text(Format::Text, options, schema(WHOLE), &[row])
}

fn whole(algorithm: Algorithm) -> Content {
    let bytes = vec![0xab; algorithm.digest_len()];
    Content::Whole(algorithm, Digest::from_bytes(&bytes).unwrap())
}

fn group<'a>(names: &[&'a [u8]]) -> Vec<Row<'a>> {
    let reclaimable = 10 * (names.len() as u64 - 1);
    let row = |name: &&'a [u8]| Row {
        parent: b"d/",
        name,
        size: Some(10),
        content: Some(whole(Algorithm::Xxh64)),
        group: Some(Group { number: 7, reclaimable }),
        ..FILE
    };
    names.iter().map(row).collect()
}

#[test]
fn a_file_is_a_line_of_size_time_and_path() {
    let rows = [
        Row { parent: b"a/", name: b"b c", ..FILE },
        Row { name: b"n\xff\n", ..FILE },
    ];
    let lines = encode(Format::Text, PLAIN, schema(RecordKind::File), &rows);
    let expected = [
        b"1234\t2027-01-15T08:00:00.000000005Z\ta/b c\n".as_slice(),
        b"1234\t2027-01-15T08:00:00.000000005Z\tn\xff\n\n",
    ];
    assert_eq!(lines, expected.concat());
}

#[test]
fn a_terminal_is_shown_escapes_and_print0_only_paths() {
    let rows = [Row { parent: b"a\x1b/", name: b"b\n", ..FILE }];
    let line =
        |options| text(Format::Text, options, schema(RecordKind::File), &rows);
    assert_eq!(line(TERMINAL), format!("1234\t{TIME}\ta\\u{{1b}}/b\\n\n"));
    assert_eq!(line(ZERO), "a\x1b/b\n\0");
}

#[test]
fn each_algorithm_has_the_form_that_its_own_program_checks() {
    let line = |algorithm| hash(PLAIN, b"f", whole(algorithm));
    assert_eq!(line(Algorithm::Xxh64), "abababababababab  f\n");
    assert_eq!(line(Algorithm::Xxh3_64), "XXH3 (f) = abababababababab\n");
    for algorithm in Algorithm::ALL {
        if algorithm == Algorithm::Xxh3_64 {
            continue;
        }
        let digest = "ab".repeat(algorithm.digest_len());
        assert_eq!(line(algorithm), format!("{digest}  f\n"));
    }
}

#[test]
fn a_tagged_line_names_the_algorithm() {
    let tagged = TextOptions { tag: true, ..PLAIN };
    let names = [
        "XXH64", "XXH3", "XXH128", "BLAKE3", "SHA256", "SHA512", "SHA1",
        "MD5", "CRC32",
    ];
    for (algorithm, name) in Algorithm::ALL.into_iter().zip(names) {
        let digest = "ab".repeat(algorithm.digest_len());
        assert_eq!(
            hash(tagged.clone(), b"a\\", whole(algorithm)),
            format!("\\{name} (a\\\\) = {digest}\n")
        );
    }
}

#[test]
fn a_partial_digest_comes_with_its_chunk() {
    let partial = PartialDigest { first: 1, last: 2, size: 3 };
    let digest = "xxh64:0000000000000001:0000000000000002:3";
    let content = Some(Content::Partial(partial));
    for (chunk, end) in [(65_536, ""), (99, ":99")] {
        let row = Row { content, chunk: Some(chunk), ..FILE };
        let line = text(Format::Text, PLAIN, schema(PARTIAL), &[row]);
        assert_eq!(line, format!("{digest}{end}  f\n"));
        let object = text(Format::Ndjson, PLAIN, schema(PARTIAL), &[row]);
        assert_eq!(
            serde_json::from_str::<Value>(&object).unwrap(),
            json!({"path": "f", "size": 1234, "modified": TIME,
                "algorithm": "xxh64", "chunk": chunk, "hash": digest})
        );
        assert_eq!(
            document(Format::Csv, schema(PARTIAL), &[row]),
            format!(
                "path,path_base64,size,modified,algorithm,chunk,hash\n\
                 f,,1234,{TIME},xxh64,{chunk},{digest}\n"
            )
        );
    }
}

#[test]
fn a_time_beyond_the_calendar_is_no_value() {
    let modified = Some(Timestamp { seconds: i64::MAX, nanoseconds: 0 });
    let row = Row { modified, ..FILE };
    let made = |format| text(format, PLAIN, schema(RecordKind::File), &[row]);
    assert_eq!(made(Format::Text), "1234\t-\tf\n");
    assert_eq!(
        made(Format::Ndjson),
        "{\"path\":\"f\",\"size\":1234,\"modified\":null}\n"
    );
    assert_eq!(made(Format::Csv), "f,,1234,\n");
}

#[test]
fn verdicts_have_sha256sums_words_and_fields() {
    let row = |verdict| Row { name: b"a\n", verdict: Some(verdict), ..FILE };
    let rows = [Verdict::Ok, Verdict::Failed, Verdict::Unreadable].map(row);
    assert_eq!(
        text(Format::Text, PLAIN, schema(RecordKind::Verdict), &rows),
        "\\a\\n: OK\n\\a\\n: FAILED\n\\a\\n: FAILED open or read\n"
    );
    let rows = [Verdict::Wanted, Verdict::Unwanted].map(row);
    assert_eq!(
        text(Format::Text, PLAIN, schema(RecordKind::Verdict), &rows),
        "wanted\ta\\n\nunwanted\ta\\n\n"
    );
    let verdict = Some(Verdict::Missing);
    let row = Row { verdict, error: Some("no \"f\""), ..FILE };
    let object =
        text(Format::Ndjson, PLAIN, schema(RecordKind::Verdict), &[row]);
    assert_eq!(
        serde_json::from_str::<Value>(&object).unwrap(),
        json!({"path": "f", "verdict": "missing", "error": "no \"f\""})
    );
}

#[test]
fn a_group_is_a_heading_its_paths_and_an_end() {
    let rows = group(&[b"a", b"b\n", b"c"]);
    let made = |options| {
        text(Format::Text, options, schema(RecordKind::Duplicate), &rows)
    };
    assert_eq!(
        made(PLAIN),
        "# 3 files of 10 bytes, 20 bytes reclaimable, \
         xxh64:abababababababab\nd/a\n\\d/b\\n\nd/c\n\n"
    );
    assert_eq!(made(ZERO), "d/a\0d/b\n\0d/c\0\0");
}

#[test]
fn a_group_is_an_object_with_all_its_files() {
    let schema = Schema::new(
        RecordKind::Duplicate,
        [("images.width".into(), ValueType::Unsigned)],
    );
    let values = [Some(Told::Unsigned(640))];
    let mut rows = group(&[b"a", b"\xff"]);
    rows[0].values = &values;
    let object = text(Format::Ndjson, PLAIN, schema, &rows);
    assert_eq!(
        serde_json::from_str::<Value>(&object).unwrap(),
        json!({"size": 10, "algorithm": "xxh64", "hash": "abababababababab",
            "files": [{"path": "d/a", "images.width": 640},
                {"path_base64": "ZC//", "images.width": null}],
            "reclaimable": 10})
    );
}

#[test]
fn a_group_is_a_row_for_each_file() {
    let rows = group(&[b"a,b", b"\xff"]);
    let rows = text(Format::Csv, PLAIN, schema(RecordKind::Duplicate), &rows);
    let expected = "7,10,xxh64,abababababababab,\"d/a,b\",,10\n\
        7,10,xxh64,abababababababab,,ZC//,10\n";
    assert_eq!(rows, expected);
}

#[test]
fn groups_of_one_batch_are_told_apart_by_their_numbers() {
    let mut rows = group(&[b"a", b"b"]);
    let second: Vec<_> = group(&[b"c", b"d"])
        .into_iter()
        .map(|row| {
            let group = Some(Group { number: 8, reclaimable: 10 });
            Row { group, ..row }
        })
        .collect();
    rows.extend(second);
    let lines =
        text(Format::Ndjson, PLAIN, schema(RecordKind::Duplicate), &rows);
    let files: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|group| group["files"].clone())
        .collect();
    assert_eq!(
        files,
        [
            json!([{"path": "d/a"}, {"path": "d/b"}]),
            json!([{"path": "d/c"}, {"path": "d/d"}])
        ]
    );
}

#[test]
fn a_csv_record_of_one_empty_field_is_no_empty_line() {
    let only = schema(RecordKind::File).only(&[FieldId::Size]);
    let rows = [FILE, Row { size: None, ..FILE }, FILE];
    let rows = text(Format::Csv, PLAIN, only, &rows);
    assert_eq!(rows, "1234\n\"\"\n1234\n");
}

#[test]
fn csv_on_a_terminal_has_no_control_characters() {
    let rows = [
        Row { parent: b"a/", name: b"b\x1b", ..FILE },
        Row { parent: b"a/", name: b"b\\c", ..FILE },
    ];
    let rows = text(Format::Csv, TERMINAL, schema(RecordKind::File), &rows);
    let expected = format!(",YS9iGw==,1234,{TIME}\na/b\\c,,1234,{TIME}\n");
    assert_eq!(rows, expected);
}

#[test]
fn an_array_and_a_table_are_whole_with_many_records_and_with_none() {
    let rows = [FILE, FILE];
    for count in 0..=2 {
        let rows = &rows[..count];
        let array = document(Format::Json, schema(RecordKind::File), rows);
        let array: Vec<Value> = serde_json::from_str(&array).unwrap();
        assert_eq!(array.len(), count);
        let table = document(Format::Csv, schema(RecordKind::File), rows);
        assert_eq!(table.lines().count(), count + 1);
    }
}

/// A schema with a column of each type that plugins have.
const TYPES: [ValueType; 7] = [
    ValueType::Boolean,
    ValueType::Signed,
    ValueType::Unsigned,
    ValueType::Float,
    ValueType::Text,
    ValueType::Bytes,
    ValueType::Timestamp,
];

#[test]
fn every_type_of_value_has_its_form_in_every_format() {
    let moment = Timestamp { seconds: 1, nanoseconds: 2 };
    let beyond = Timestamp { seconds: i64::MAX, nanoseconds: 0 };
    let all = [
        (Told::Boolean(true), "true", "true", "true"),
        (Told::Signed(i64::MIN), "-9223372036854775808", "", ""),
        (Told::Unsigned(u64::MAX), "18446744073709551615", "", ""),
        (Told::Float(0.1), "0.1", "", ""),
        (
            Told::Text("a\n\"b\t".into()),
            r#""a\n\"b\t""#,
            "a\\n\"b\\t",
            "\"a\n\"\"b\t\"",
        ),
        (Told::Bytes([255].into()), "\"/w==\"", "/w==", "/w=="),
        (
            Told::Timestamp(moment),
            "\"1970-01-01T00:00:01.000000002Z\"",
            "1970-01-01T00:00:01.000000002Z",
            "1970-01-01T00:00:01.000000002Z",
        ),
        (Told::Timestamp(beyond), "null", "-", "\u{0}"),
    ];
    for (value, json, plain, csv) in all {
        let columns = [("p.x".to_owned(), value.value_type())];
        let values = [Some(value)];
        let row = Row { values: &values, ..FILE };
        let or_json = |text: &str| match text {
            "" => json.to_owned(),
            "\0" => String::new(),
            text => text.to_owned(),
        };
        let made = |format| {
            let schema = Schema::new(RecordKind::File, columns.clone());
            text(format, PLAIN, schema, &[row])
        };
        let object = made(Format::Ndjson);
        assert!(object.ends_with(&format!(",\"p.x\":{json}}}\n")), "{object}");
        let line = made(Format::Text);
        assert_eq!(line, format!("1234\t{TIME}\t{}\tf\n", or_json(plain)));
        let fields = made(Format::Csv);
        assert_eq!(fields, format!("f,,1234,{TIME},{}\n", or_json(csv)));
        // A comment before the digest, where there is a value.
        let schema = Schema::new(WHOLE, columns.clone());
        let row = Row { content: Some(whole(Algorithm::Md5)), ..row };
        let line = text(Format::Text, PLAIN, schema, &[row]);
        let comment = match json {
            "null" => String::new(),
            json => format!("# p.x={json}\n"),
        };
        assert_eq!(line, format!("{comment}{}  f\n", "ab".repeat(16)));
    }
}

#[test]
fn a_missing_value_keeps_its_column() {
    let columns = TYPES.map(|it| (format!("p.{it}"), it));
    let made = |format| {
        let schema = Schema::new(RecordKind::File, columns.clone());
        text(format, PLAIN, schema, &[FILE])
    };
    assert_eq!(
        made(Format::Text),
        format!("1234\t{TIME}\t{}f\n", "-\t".repeat(7))
    );
    assert_eq!(
        made(Format::Csv),
        format!("f,,1234,{TIME}{}\n", ",".repeat(7))
    );
    let object: Value = serde_json::from_str(&made(Format::Ndjson)).unwrap();
    assert!(columns.iter().all(|(name, _)| object[name] == Value::Null));
    assert_eq!(object.as_object().unwrap().len(), 3 + 7);
}

/// A path from a record's two fields.
fn path(text: Option<&str>, base64: Option<&str>) -> Vec<u8> {
    match (text, base64) {
        (Some(text), None) => text.as_bytes().to_vec(),
        (None, Some(base64)) => {
            let bytes = STANDARD.decode(base64).unwrap();
            assert!(str::from_utf8(&bytes).is_err());
            bytes
        }
        other => panic!("not one of two: {other:?}"),
    }
}

fn some_names() -> impl Strategy<Value = Vec<(Vec<u8>, Vec<u8>)>> {
    let byte = || {
        prop_oneof![
            any::<u8>(),
            Just(b'"'),
            Just(b','),
            Just(b'a'),
            // Halves of a character, which may meet.
            Just(0xc3),
            Just(0xa4)
        ]
    };
    let name = || {
        prop_oneof![
            prop::collection::vec(byte(), 1..9),
            "\\PC{1,5}".prop_map(String::into_bytes),
        ]
    };
    let parent = prop_oneof![
        Just(Vec::new()),
        name().prop_map(|mut parent| {
            parent.push(b'/');
            parent
        }),
    ];
    // Several files of one directory, now and then.
    let files = (parent, prop::collection::vec(name(), 1..4));
    prop::collection::vec(files, 0..6).prop_map(|directories| {
        let all = directories.into_iter().flat_map(|(parent, names)| {
            names.into_iter().map(move |name| (parent.clone(), name))
        });
        all.collect()
    })
}

proptest! {
    #[test]
    fn every_machine_format_gives_every_path_back(names in some_names()) {
        let expected: Vec<Vec<u8>> =
            names.iter().map(|(a, b)| [&a[..], &b[..]].concat()).collect();
        let rows: Vec<Row<'_>> = names
            .iter()
            .map(|(parent, name)| Row { parent, name, ..FILE })
            .collect();
        let made = |format| document(format, schema(RecordKind::File), &rows);

        let objects: Vec<Value> = made(Format::Ndjson)
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let paths: Vec<Vec<u8>> = objects
            .iter()
            .map(|o| path(o["path"].as_str(), o["path_base64"].as_str()))
            .collect();
        prop_assert_eq!(&paths, &expected);
        for object in &objects {
            prop_assert_eq!(&object["size"], 1234);
            prop_assert_eq!(&object["modified"], TIME);
        }

        let array: Vec<Value> =
            serde_json::from_str(&made(Format::Json)).unwrap();
        prop_assert_eq!(&array, &objects);

        let paths: Vec<Vec<u8>> = ::csv::Reader::from_reader(
            made(Format::Csv).as_bytes(),
        )
        .records()
        .map(|row| {
            let row = row.unwrap();
            assert_eq!((row.len(), &row[2], &row[3]), (4, "1234", TIME));
            let field = |i| Some(&row[i]).filter(|it| !it.is_empty());
            path(field(0), field(1))
        })
        .collect();
        prop_assert_eq!(&paths, &expected);
    }

    #[test]
    fn nothing_in_json_is_obeyed_by_a_terminal(names in some_names()) {
        let rows: Vec<Row<'_>> = names
            .iter()
            .map(|(parent, name)| Row { parent, name, ..FILE })
            .collect();
        let made = document(Format::Ndjson, schema(RecordKind::File), &rows);
        let obeyed = sanchay_core::escape::is_terminal_control;
        prop_assert!(!made.contains(|c| obeyed(c) && c != '\n'), "{made:?}");
    }
}

/// Surrounds paths with what they are.
#[derive(Debug)]
struct Marks;

impl PathStyle for Marks {
    fn begin(&self, path: &StyledPath<'_>, out: &mut Vec<u8>) {
        let kind = path.kind.map_or("?", EntryKind::name);
        let mode = path.mode.unwrap_or(0);
        out.extend_from_slice(format!("<{kind} {mode:o} ").as_bytes());
    }

    fn end(&self, _: &StyledPath<'_>, out: &mut Vec<u8>) {
        out.push(b'>');
    }
}

const FACTS: Facts = Facts {
    size: 1500,
    modified: None,
    accessed: None,
    changed: None,
    created: None,
    allocated: Some(4096),
    mode: Some(0o104_755),
    uid: Some(7),
    gid: Some(8),
    inode: None,
    device: None,
    links: Some(2),
    object: None,
};

#[test]
fn paths_are_surrounded_by_their_style_and_sizes_are_those_people_read() {
    let all = schema(RecordKind::File);
    let style = Some(Arc::new(Marks) as Arc<dyn PathStyle>);
    let options =
        || TextOptions { human: true, style: style.clone(), ..TERMINAL };
    let row = Row {
        size: Some(1500),
        facts: Some(&FACTS),
        kind: Some(EntryKind::File),
        ..FILE
    };
    let shown = all.clone().with_extra(&all, StyledPath::FIELDS);
    let line = text(Format::Text, options(), shown.clone(), &[row]);
    let expected = format!("   1.46 KiB\t{TIME}\t<file 4755 f>\n");
    assert_eq!(line, expected);
    let chosen = all.select(["path", "allocated"]).unwrap();
    let line = text(Format::Text, options(), chosen, &[row]);
    assert_eq!(line, "<? 0 f>\t   4.00 KiB\n");
    let json = text(Format::Csv, PLAIN, shown, &[row]);
    assert_eq!(json, format!("f,,1500,{TIME}\n"));
    let content = whole(Algorithm::Xxh64);
    let line = hash(options(), b"f", content);
    assert!(line.ends_with("  <? 0 f>\n"), "{line}");
    let groups = schema(RecordKind::Duplicate);
    let lines = text(Format::Text, options(), groups, &group(&[b"a", b"b"]));
    assert!(lines.ends_with("\n<? 0 d/a>\n<? 0 d/b>\n\n"), "{lines}");
}

#[test]
fn long_lines_have_what_ls_has() {
    let all = schema(RecordKind::File);
    let schema = Arc::new(all.choose(LongEncoder::FIELDS));
    let line = |row: &Row<'_>, options| {
        let mut batch = RecordBatch::new(schema.clone());
        batch.push(row);
        let mut out = Encoded::default();
        let encoder = LongEncoder::new(TimeZone::UTC, options);
        encoder.encode(&batch, &mut out).unwrap();
        String::from_utf8(out.bytes).unwrap()
    };
    let row = Row {
        parent: b"d/",
        size: Some(1500),
        facts: Some(&FACTS),
        kind: Some(EntryKind::File),
        owners: Owners { user: Some("ada"), group: None },
        ..FILE
    };
    assert_eq!(
        line(&row, PLAIN),
        "-rwsr-xr-x   2 ada      8              1500 2027-01-15 08:00 d/f\n"
    );
    let facts = Facts { mode: Some(0o121_666), ..FACTS };
    let link = Row {
        kind: Some(EntryKind::Symlink),
        facts: Some(&facts),
        target: Some(b"a\x1b"),
        ..row
    };
    let human = TextOptions { human: true, ..TERMINAL };
    assert_eq!(
        line(&link, human),
        "lrw-rw-rwT   2 ada      8           1.46 KiB 2027-01-15 08:00 \
         d/f -> a\\u{1b}\n"
    );
    let unknown = line(&Row { size: None, modified: None, ..FILE }, PLAIN);
    let words: Vec<&str> = unknown.split_whitespace().collect();
    assert_eq!(words, ["??????????", "-", "-", "-", "-", "-", "f"]);
}

#[test]
fn a_template_is_a_line_a_record() {
    let template = "{name}:{size:06}".parse().unwrap();
    let template: sanchay_core::template::Template = template;
    let all = schema(RecordKind::File);
    let (records, template) = template.resolve(&all, TimeZone::UTC).unwrap();
    let mut batch = RecordBatch::new(Arc::new(records));
    batch.push(&FILE);
    batch.push(&Row { name: b"d/g\n", ..FILE });
    for (options, expected) in [
        (PLAIN, "f:001234\ng\n:001234\n"),
        (TERMINAL, "f:001234\ng\\n:001234\n"),
        (ZERO, "f:001234\0g\n:001234\0"),
    ] {
        let mut out = Encoded::default();
        let encoder = TemplateEncoder::new(template.clone(), options);
        encoder.encode(&batch, &mut out).unwrap();
        assert_eq!(String::from_utf8(out.bytes).unwrap(), expected);
    }
    assert!(batch.column(FieldId::Hash).is_none());
}
