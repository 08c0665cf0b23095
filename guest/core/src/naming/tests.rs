//! What namings make of records, and what they refuse.

use alloc::sync::Arc;

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::{Namer, Naming, NamingError, Refusal};
use crate::plan::{MAX_NAME, NameFlaw, check_component, check_path};
use crate::record::{RecordBatch, Row};
use crate::time::Timestamp;

fn naming(template: &str) -> Naming {
    Naming { template: template.into(), ..Naming::default() }
}

/// What a naming makes of files of these names in the folder `d`.
fn named(naming: &Naming, names: &[&[u8]]) -> Vec<Result<Vec<u8>, Refusal>> {
    let zone = TimeZone::fixed(jiff::tz::offset(2));
    let (schema, mut namer) = Namer::new(naming, zone, []).unwrap();
    let mut batch = RecordBatch::new(Arc::new(schema));
    for name in names {
        batch.push(&Row {
            parent: b"d/",
            name,
            size: Some(7),
            modified: Some(Timestamp { seconds: 951_782_399, nanoseconds: 0 }),
            ..Row::default()
        });
    }
    let mut out = Vec::new();
    let rows = 0..batch.len();
    rows.map(|row| namer.name(&batch, row, &mut out).map(|()| out.clone()))
        .collect()
}

fn one(naming: &Naming, name: &str) -> Result<String, Refusal> {
    let found = named(naming, &[name.as_bytes()]).pop().unwrap();
    found.map(|name| String::from_utf8(name).unwrap())
}

#[test]
fn a_template_names_by_fields_and_counts() {
    assert_eq!(one(&Naming::default(), "a.txt"), Ok("a.txt".into()));
    let by_time = naming("{modified:%Y-%m-%d_%H} {stem:upper}.{ext|\"x\"}");
    assert_eq!(one(&by_time, "b.c"), Ok("2000-02-29_01 B.c".into()));
    assert_eq!(one(&by_time, "b"), Ok("2000-02-29_01 B.x".into()));
    let counted = named(&naming("{n:03}-{name}"), &[b"a", b"b"]);
    assert_eq!(counted, [Ok(b"001-a".to_vec()), Ok(b"002-b".to_vec())]);
}

#[test]
fn captures_are_fields_and_what_does_not_match_is_left_alone() {
    let naming = Naming {
        template: "{2}-{y}{ext|\"\"}".into(),
        pattern: Some(r"^(?<y>\d{4})_(\w+)\.?".into()),
        ..Naming::default()
    };
    assert_eq!(one(&naming, "1999_song.mp3"), Ok("song-1999mp3".into()));
    assert_eq!(one(&naming, "song.mp3"), Err(Refusal::Unmatched));
    let shouted = Naming { template: "{2:upper}".into(), ..naming.clone() };
    assert_eq!(one(&shouted, "1999_song.mp3"), Ok("SONG".into()));
    for template in ["{3}", "{z}"] {
        let naming = Naming { template: template.into(), ..naming.clone() };
        let error = Namer::new(&naming, TimeZone::UTC, []).unwrap_err();
        assert!(matches!(error, NamingError::Template(_)), "{error}");
    }
    let size = Naming { pattern: Some("(?<size>.)".into()), ..naming };
    let size = Naming { template: "{size}".into(), ..size };
    let error = Namer::new(&size, TimeZone::UTC, []).unwrap_err();
    assert!(error.to_string().contains("size"), "{error}");
}

#[test]
fn replacements_follow_the_template() {
    let naming = Naming {
        replacements: vec!["s/ /_/g".into(), "s/_+/_/g".into()],
        ..Naming::default()
    };
    assert_eq!(one(&naming, "a   b c"), Ok("a_b_c".into()));
}

#[test]
fn a_missing_value_is_refused_unless_another_is_given() {
    let missing = Err(Refusal::Missing(1));
    assert_eq!(one(&naming("{stem}.{ext}"), "a"), missing);
    assert_eq!(one(&naming("{stem}{ext|\"\"}"), "a"), Ok("a".into()));
    assert_eq!(one(&naming("{stem}{ext|size}"), "a"), Ok("a7".into()));
}

#[test]
fn what_is_no_name_is_refused() {
    for (template, flaw) in [
        ("{ext|\"\"}", NameFlaw::Empty),
        (".", NameFlaw::Dots),
        ("..", NameFlaw::Dots),
        ("a/{name}", NameFlaw::Slash),
        ("{path}", NameFlaw::Slash),
        (r"a\0b", NameFlaw::Zero),
        (&"{name}".repeat(300), NameFlaw::TooLong),
    ] {
        let found = one(&naming(template), "b");
        assert_eq!(found, Err(Refusal::Name(flaw)), "{template:.20}");
    }
    let portable = Naming { portable: true, ..naming("{name}") };
    assert_eq!(one(&portable, "AUX.h"), Err(Refusal::NotPortable));
    let cut = Naming { truncate: true, ..naming("{stem}x{stem}.{ext}") };
    let long = one(&cut, &format!("{}.txt", "é".repeat(100))).unwrap();
    assert!(long.len() <= MAX_NAME && long.ends_with("é.txt"), "{long}");
}

#[test]
fn an_endless_template_ends() {
    let endless = naming(&"{path}".repeat(10_000));
    let too_long = Err(Refusal::Name(NameFlaw::TooLong));
    assert_eq!(one(&endless, &"x".repeat(250)), too_long);
}

#[test]
fn an_endless_replacement_ends() {
    let twice = vec![String::from("s/./$0$0/g"); 30];
    let naming = Naming { replacements: twice, ..Naming::default() };
    let too_long = Err(Refusal::Name(NameFlaw::TooLong));
    assert_eq!(one(&naming, "abcdefgh"), too_long);
}

#[test]
fn folders_lead_nowhere_but_down() {
    let folder = |template: &str| {
        let naming = Naming { folders: true, ..naming(template) };
        one(&naming, "x.mp3")
    };
    assert_eq!(folder("a/{ext}/"), Ok("a/mp3".into()));
    assert_eq!(folder("{parent}/{ext}"), Ok("d/mp3".into()));
    assert_eq!(folder(""), Ok(String::new()));
    for (template, flaw) in [
        ("/a", NameFlaw::Absolute),
        ("/", NameFlaw::Absolute),
        ("a/../{ext}", NameFlaw::Dots),
        ("a//b", NameFlaw::Empty),
    ] {
        assert_eq!(folder(template), Err(Refusal::Name(flaw)), "{template}");
    }
}

#[test]
fn a_naming_that_is_none_is_refused_with_its_place() {
    let refused = |naming: &Naming| {
        let error = Namer::new(naming, TimeZone::UTC, []).unwrap_err();
        assert!(!error.to_string().is_empty());
        error
    };
    let error = refused(&naming("{nmae}"));
    assert!(matches!(error, NamingError::Template(_)));
    let pattern = Some("a(".into());
    let error = refused(&Naming { pattern, ..Naming::default() });
    assert!(matches!(error, NamingError::Pattern(1, _)), "{error:?}");
    let replacements = vec!["s/a/b/".into(), "s/a/b".into()];
    let error = refused(&Naming { replacements, ..Naming::default() });
    assert!(matches!(error, NamingError::Replacement(1, ..)), "{error:?}");
}

proptest! {
    #[test]
    fn whatever_is_named_is_a_name(
        template in "(\\{(name|stem|ext|path|parent|n)(:upper)?\\}|[a./ \\x00]){0,4}",
        name in prop::collection::vec(any::<u8>(), 1..300),
        flags in any::<(bool, bool, bool)>(),
    ) {
        let naming = Naming {
            folders: flags.0,
            truncate: flags.1,
            portable: flags.2,
            ..naming(&template)
        };
        if Namer::new(&naming, TimeZone::UTC, []).is_ok()
            && let Ok(found) = named(&naming, &[&name]).remove(0)
        {
            if !flags.0 {
                prop_assert_eq!(check_component(&found), Ok(()));
            } else if !found.is_empty() {
                prop_assert_eq!(check_path(&found), Ok(()));
            }
        }
    }
}
