//! Templates: what they are parsed as, what they write, and what is refused.

use alloc::sync::Arc;

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::{Counter, Piece, Source, State, Template};
use crate::content::Content;
use crate::digest::Digest;
use crate::hashing::{Algorithm, digest};
use crate::kind::EntryKind;
use crate::record::{RecordBatch, RecordKind, Row, Schema};
use crate::time::Timestamp;

const WHOLE: RecordKind = RecordKind::Hash { partial: false };

fn parsed(text: &str) -> Template {
    text.parse().unwrap_or_else(|why| panic!("{text}: {why}"))
}

/// What a template writes of rows, a line each.
fn written(text: &str, rows: &[Row<'_>]) -> String {
    let records = Schema::new(WHOLE, []);
    let zone = TimeZone::fixed(jiff::tz::offset(2));
    let (schema, resolved) = parsed(text).resolve(&records, zone).unwrap();
    let mut batch = RecordBatch::new(Arc::new(schema));
    rows.iter().for_each(|row| batch.push(row));
    let (mut state, mut out) = (State::default(), Vec::new());
    for row in 0..batch.len() {
        resolved.write(&batch, row, false, &mut state, &mut out);
        out.push(b'\n');
    }
    String::from_utf8(out).unwrap()
}

fn row(parent: &'static [u8], name: &'static [u8]) -> Row<'static> {
    let bytes = digest(Algorithm::Md5, b"");
    let digest = Digest::from_bytes(&bytes).unwrap();
    Row {
        parent,
        name,
        size: Some(1500),
        modified: Some(Timestamp { seconds: 951_782_399, nanoseconds: 7 }),
        content: Some(Content::Whole(Algorithm::Md5, digest)),
        kind: Some(EntryKind::File),
        ..Row::default()
    }
}

fn refused(text: &str) -> String {
    let template = match text.parse::<Template>() {
        Ok(template) => template,
        Err(why) => return why.to_string(),
    };
    let records = Schema::new(WHOLE, []);
    let resolved = template.resolve(&records, TimeZone::UTC);
    resolved.map(drop).expect_err(text).to_string()
}

#[test]
fn text_stands_for_itself_but_for_escapes_and_double_braces() {
    let row = [row(b"d/", b"a.txt")];
    for (template, expected) in [
        ("plain", "plain\n"),
        ("", "\n"),
        ("{{path}}", "{path}\n"),
        ("{{{name}}}", "{a.txt}\n"),
        (r"a\tb\\c\x41", "a\tb\\cA\n"),
        (r"\n\r\0", "\n\r\0\n"),
        ("{\"a\\\"}|{\"}", "a\"}|{\n"),
    ] {
        assert_eq!(written(template, &row), expected, "{template}");
    }
}

#[test]
fn values_are_written_by_the_formats_of_their_types() {
    let row = [row(b"d/", b"A b.TXT")];
    for (template, expected) in [
        ("{path}|{name}|{stem}|{ext}|{parent}", "d/A b.TXT|A b.TXT|A b|TXT|d"),
        (
            "{size} {size:human} {size:06} {size:6}",
            "1500 1.46 KiB 001500   1500",
        ),
        ("{hash} {hash:8}", "d41d8cd98f00b204e9800998ecf8427e d41d8cd9"),
        ("{hash:upper}", "D41D8CD98F00B204E9800998ECF8427E"),
        ("{algorithm:upper}", "MD5"),
        ("{ extension:lower | name }", "txt"),
        ("{stem:slug,upper}", "A-B"),
        ("{modified}", "2000-02-28T23:59:59.000000007Z"),
        // In the zone that was given.
        ("{modified:%Y-%m-%d_%H%M%S}", "2000-02-29_015959"),
        (r"{modified:%H\|%M\}}", "01|59}"),
        ("{kind}", "file"),
    ] {
        assert_eq!(written(template, &row), format!("{expected}\n"));
    }
}

#[test]
fn the_first_choice_that_has_a_value_is_taken() {
    let row = [row(b"", b"none"), row(b"d/", b"a.b")];
    assert_eq!(written("{ext|\"-\"}", &row), "-\nb\n");
    assert_eq!(written("{parent|created|name}", &row), "none\nd\n");
    assert_eq!(written("[{created}]", &row), "[]\n[]\n");
}

#[test]
fn counters_count_in_the_run_and_in_each_folder() {
    let rows =
        [row(b"a/", b"1"), row(b"b/", b"2"), row(b"a/", b"3"), row(b"", b"4")];
    assert_eq!(written("{n}", &rows), "1\n2\n3\n4\n");
    let lines = written("{n:02,parent} {n:003}", &rows);
    assert_eq!(lines, "01 001\n01 002\n02 003\n01 004\n");
    let template = parsed("{n:7,parent}");
    let Piece::Value(choices) = &template.pieces()[0] else {
        panic!("no value");
    };
    let counter = Counter { width: 7, per_parent: true };
    assert_eq!(choices[0].source, Source::Counter(counter));
}

#[test]
fn a_terminal_gets_values_escaped_and_text_as_it_is() {
    let (schema, resolved) = parsed("\\t{name}{\"\\n\"}")
        .resolve(&Schema::new(WHOLE, []), TimeZone::UTC)
        .unwrap();
    let mut batch = RecordBatch::new(Arc::new(schema));
    batch.push(&row(b"", b"a\x1b"));
    let (mut state, mut out) = (State::default(), Vec::new());
    resolved.write(&batch, 0, true, &mut state, &mut out);
    assert_eq!(out, b"\ta\\u{1b}\n");
}

#[test]
fn mistakes_are_shown_with_their_place() {
    for (template, place) in [
        ("a{path", " ^"),
        ("a}b", " ^"),
        ("{}", " ^"),
        ("{nmae}", " ^^^^"),
        ("{path|}", "      ^"),
        ("{size:x}", "      ^"),
        ("{size:0}", "      ^"),
        ("{size:99999999}", "      ^^^^^^^^"),
        ("{path:lower,big}", "      ^^^^^^^^^"),
        ("{modified:human}", "          ^^^^^"),
        ("{modified:%Q%!}", "          ^^^^"),
        ("{links:human}", "       ^^^^^"),
        ("{executable:lower}", "            ^^^^^"),
        ("{hash:0}", "      ^"),
        ("{n:x}", "   ^"),
        ("{n:}", "   ^"),
        ("{1}", " ^"),
        ("{99999999999}", " ^^^^^^^^^^^"),
        ("{\"text}", " ^"),
        ("{path path}", "      ^"),
        (r"\q", "^^"),
        (r"\x4", "^^^"),
        ("\\", "^"),
    ] {
        let shown = refused(template);
        let mut lines = shown.lines();
        assert!(lines.next().is_some_and(|it| !it.is_empty()), "{shown}");
        assert_eq!(lines.next(), Some(format!("  {template}").as_str()));
        assert_eq!(
            lines.next(),
            Some(format!("  {place}").as_str()),
            "{shown}"
        );
    }
    assert!(refused("{nmae}").contains("fields are path, size"));
    assert!(refused(&"x".repeat(70_000)).contains("64 KiB"));
}

/// Parts of templates, right and wrong.
fn parts() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "\\PC{0,4}",
        Just(String::from("{{")),
        Just(String::from("}}")),
        Just(String::from("\\x00\\xff\\n")),
        Just(String::from("{n:04,parent}")),
        Just(String::from("{n:3|12:upper}")),
        "\\{[a-z]{1,4}(:[%a-z0-9,|\\\\}]{0,4})?\\}",
        "\\{ ?(name|\"[a-z{}|]{0,3}\\\\\"\") ?\\| ?size:0[1-9] ?\\}",
        any::<String>(),
    ];
    prop::collection::vec(part, 0..6).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn a_template_that_is_printed_is_parsed_as_itself(text in parts()) {
        if let Ok(template) = text.parse::<Template>() {
            let printed = template.to_string();
            let again = printed.parse::<Template>();
            prop_assert_eq!(again.as_ref(), Ok(&template), "{}", printed);
            prop_assert_eq!(again.unwrap().to_string(), printed);
        }
    }

    #[test]
    fn whatever_is_parsed_writes_something_or_is_refused_with_a_place(
        text in parts(), name in prop::collection::vec(any::<u8>(), 0..8),
    ) {
        let records = Schema::new(WHOLE, []);
        let resolved = text.parse::<Template>().and_then(|template| {
            template.resolve(&records, TimeZone::UTC)
        });
        match resolved {
            Ok((schema, resolved)) => {
                let mut batch = RecordBatch::new(Arc::new(schema));
                batch.push(&Row { name: &name, ..Row::default() });
                let (mut state, mut out) = (State::default(), Vec::new());
                resolved.write(&batch, 0, true, &mut state, &mut out);
            }
            Err(why) => {
                prop_assert!(why.length > 0);
                prop_assert!(why.column <= text.chars().count());
            }
        }
    }
}
