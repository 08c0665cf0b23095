//! Names, plans and journals: the sandbox says what the same code says
//! natively, and forgets what was begun when its instance is discarded.

use std::sync::Arc;

use proptest::prelude::*;
use sanchay_core::{
    batch::Batch,
    keep::{Files, KeepRules},
    naming::{Namer, Naming},
    plan::PlanReader,
    record::{RecordBatch, Row},
    time::{OffsetChange, Offsets, Timestamp},
};
use sanchay_sandbox::{Fault, KeepColumns, Names};

use crate::support::inspector;

fn zone() -> Offsets {
    Offsets::new(vec![
        OffsetChange { since: 0, offset: 3600 },
        OffsetChange { since: 500_000_000, offset: 7200 },
    ])
}

/// Files as records of the fields that a naming needs, encoded; and what the
/// naming makes of them natively.
fn natively(naming: &Naming, names: &[Vec<u8>]) -> (Vec<u8>, Vec<u32>, Names) {
    let (schema, mut namer) = Namer::new(naming, zone(), []).unwrap();
    let columns = schema.columns();
    let mut batch = RecordBatch::new(Arc::new(schema));
    let (mut data, mut ends) = (Vec::new(), Vec::new());
    let (mut named, mut name) = (Names::default(), Vec::new());
    for (seconds, old) in (0..).map(|it| it * 400_000_000).zip(names) {
        batch.clear();
        batch.push(&Row {
            parent: b"d/",
            name: old,
            size: Some(7),
            modified: Some(Timestamp { seconds, nanoseconds: 5 }),
            ..Row::default()
        });
        batch.encode_row(0, columns, &mut data);
        ends.push(u32::try_from(data.len()).unwrap());
        let outcome = namer.name(&batch, 0, &mut name);
        named.push(outcome.map(|()| name.as_slice()));
    }
    (data, ends, named)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn names_are_the_same(
        template in prop_oneof![
            Just("{stem:slug}-{n:03}.{ext}"),
            Just("{modified:%Y-%m-%d %H:%M}{name}"),
            Just("{parent}/{1|\"x\"}/{size:04}"),
            Just("{name}{name}{name}"),
            Just(r"\0{name}"),
        ],
        names in prop::collection::vec(
            prop_oneof![
                "[a-zA-Z .é]{1,90}".prop_map(String::into_bytes),
                prop::collection::vec(any::<u8>(), 1..20),
            ],
            0..6,
        ),
        flags in any::<(bool, bool, bool, bool)>(),
    ) {
        let naming = Naming {
            template: template.into(),
            pattern: flags.0.then(|| "(a)|b".into()),
            replacements: vec!["s/([b-d])/$1$1/gi".into()],
            folders: flags.1,
            truncate: flags.2,
            portable: flags.3,
        };
        // Without a pattern, there is no group.
        let known = Namer::new(&naming, zone(), []).is_ok();
        prop_assume!(known);
        let (data, ends, expected) = natively(&naming, &names);
        let mut inspector = inspector();
        inspector.begin_naming(&naming, &zone()).unwrap();
        let found = inspector.name_records(&data, &ends).unwrap();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn the_same_files_stay(
        groups in prop::collection::vec(
            prop::collection::vec(
                (
                    "[ab/]{0,4}", 0..3_u32, -2..3_i64, 0..3_u64, 0..2_u64,
                ),
                1..6,
            ),
            0..5,
        ),
        rules in prop::collection::vec(
            prop::sample::select(vec![
                "oldest", "newest", "shortest-path", "longest-path",
                "first-root", "under:/a", "regex:^/?b", "largest", "smallest",
            ]),
            0..4,
        ),
    ) {
        let mut columns = KeepColumns::default();
        for (path, root, seconds, size, pixels) in groups.iter().flatten() {
            columns.paths.extend_from_slice(path.as_bytes());
            columns.ends.push(u32::try_from(columns.paths.len()).unwrap());
            columns.roots.push(*root);
            columns.seconds.push(*seconds);
            columns.nanoseconds.push(3);
            columns.sizes.push(*size);
            columns.pixels.push(*pixels);
        }
        let mut end = 0;
        for group in &groups {
            end += u32::try_from(group.len()).unwrap();
            columns.groups.push(end);
        }
        let rules: Vec<Vec<u8>> =
            rules.iter().map(|it| it.as_bytes().to_vec()).collect();
        let found = inspector().choose_kept(&rules, &columns).unwrap();
        let files = Files {
            paths: Batch::new(&columns.paths, &columns.ends).unwrap(),
            roots: &columns.roots,
            seconds: &columns.seconds,
            nanoseconds: &columns.nanoseconds,
            sizes: &columns.sizes,
            pixels: &columns.pixels,
            groups: &columns.groups,
        };
        let rules = KeepRules::new(&rules).unwrap();
        prop_assert_eq!(found, files.choose(&rules).unwrap());
    }

    #[test]
    fn documents_are_read_the_same(
        lines in prop::collection::vec(lines(), 0..5),
        strict in any::<bool>(),
    ) {
        let text: String = lines.iter().map(|it| format!("{it}\n")).collect();
        let mut inspector = inspector();
        inspector.begin_plan(strict).unwrap();
        let mut native = PlanReader::new(strict);
        let found = inspector.read_plan(text.as_bytes()).unwrap();
        let mut expected = native.read(text.as_bytes());
        if let Ok(lines) = &mut expected {
            for line in lines {
                // The host has no use for it.
                if let sanchay_core::plan::Line::Trailer(trailer) = line {
                    trailer.digest.clear();
                }
            }
            prop_assert_eq!(inspector.finish_plan().unwrap(), native.finish());
        }
        prop_assert_eq!(found, expected);
    }
}

/// Lines of plans and journals, right and wrong.
fn lines() -> impl Strategy<Value = String> {
    const EXPECT: &str = concat!(
        r#""expect":{"kind":"file","device":1,"inode":2,"size":3,"#,
        r#""modified":"2026-01-31T12:00:00.000000007Z","#,
        r#""changed":"-5.000000001s","hash":"x"}"#,
    );
    let plan = r#"{"format":"sanchay-plan","version":1,"roots":[{"path":"/r"}],"options":{"a":"b"}}"#;
    prop_oneof![
        4 => Just(plan.to_owned()),
        4 => Just(plan.replace("plan", "journal")),
        1 => Just(plan.replace(":1,", ":7,")),
        4 => ("[a-z]{1,2}(/[.a-z]{1,3})?", 0..2_u8).prop_map(|(path, root)| {
            format!(
                r#"{{"op":"rename","from":"{path}","root":{root},"to_base64":"/w==","because":"é",{EXPECT}}}"#
            )
        }),
        3 => ("[ab]", "[abc]", "same_as|like").prop_map(|(path, kept, how)| {
            let expect = EXPECT.replace("\"expect\":", "");
            format!(
                r#"{{"op":"delete","from":"{path}",{EXPECT},"{how}":{{"path":"{kept}","expect":{expect}}}}}"#
            )
        }),
        1 => Just(format!(
            r#"{{"state":"done","first":0,{},"was":{{"mode":33188,"uid":1,"gid":2,"accessed":"-5.000000001s","extended":[{{"name":"user.a","value_base64":"/w=="}}]}}}}"#,
            EXPECT.replace("expect", "made"),
        )),
        2 => Just(r#"{"op":"mkdir","to":"a/b"}"#.to_owned()),
        2 => Just(r#"{"state":"done","first":0}"#.to_owned()),
        1 => Just(format!(
            r#"{{"state":"kept","first":0,"why":"w","at":"/t",{}}}"#,
            EXPECT.replace("expect", "made"),
        )),
        2 => Just(
            r#"{"folder":"","modified":"2026-01-31T12:00:00.000000007Z"}"#
                .to_owned()
        ),
        1 => Just(r#"{"steps":0,"digest":"x"}"#.to_owned()),
        1 => ".{0,12}",
    ]
}

#[test]
fn columns_that_do_not_fit_are_refused() {
    let mut columns = KeepColumns { ends: vec![1], ..KeepColumns::default() };
    let mut inspector = inspector();
    let refused = inspector.choose_kept(&[], &columns).unwrap_err();
    assert!(matches!(refused, Fault::Batch(_)), "{refused}");
    columns.ends.clear();
    columns.groups.push(0);
    assert!(inspector.choose_kept(&[], &columns).is_err());
    columns.groups.clear();
    assert!(inspector.choose_kept(&[b"x".to_vec()], &columns).is_err());
    assert_eq!(inspector.choose_kept(&[], &columns), Ok(Vec::new()));
}

#[test]
fn what_was_not_begun_cannot_go_on() {
    let mut inspector = inspector();
    let named = inspector.name_records(b"", &[]);
    assert_eq!(named.unwrap_err(), Fault::NoStream);
    assert_eq!(inspector.read_plan(b"").unwrap_err(), Fault::NoStream);
    assert_eq!(inspector.finish_plan().unwrap_err(), Fault::NoStream);
}
