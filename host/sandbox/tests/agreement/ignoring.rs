//! Ignore rules: any texts and listings, natively and in the sandbox.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use proptest::collection::vec;
use proptest::prelude::*;
use sanchay_core::batch::Batch;
use sanchay_core::filter::{Entries, Expr, Matcher, Program};
use sanchay_core::ignore::{self, MAX_RULES, MAX_TEXT};
use sanchay_core::kind::EntryKind;
use sanchay_sandbox::{
    BatchError, Fault, IgnoreError, IgnoreFile, Listing, Matches, Place,
    RuleSetError, Sandbox, SandboxOptions,
};

use crate::support::inspector;
use crate::{columns, programs};

static SANDBOX: LazyLock<Sandbox> =
    LazyLock::new(|| Sandbox::new(SandboxOptions::default()).unwrap());

fn file(text: impl Into<Vec<u8>>, place: Place) -> Arc<IgnoreFile> {
    Arc::new(IgnoreFile::new(PathBuf::new(), text.into(), place))
}

fn of_root(text: impl Into<Vec<u8>>) -> Arc<IgnoreFile> {
    file(text, Place::Below(Vec::new()))
}

fn everything() -> Program {
    let all = || Expr::All(Vec::new());
    Program { hidden: true, enter: all(), expr: all() }
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let lines = vec("!?/?[aAb.*?/]{0,6}/?\r?\n", 0..12);
    prop_oneof![
        4 => lines.prop_map(|lines| lines.concat().into_bytes()),
        1 => vec(any::<u8>(), 0..200),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn ignore_rules_agree(
        program in programs::program(),
        sets in vec((text(), programs::directory(), any::<bool>()), 0..4),
        entries in programs::entries(),
        directory in programs::directory(),
    ) {
        let Ok(matcher) = Matcher::compile(&program) else { return Ok(()) };
        let mut inspector = SANDBOX.inspector();
        inspector.set_filter(&program).unwrap();
        let files: Vec<_> = sets
            .into_iter()
            .map(|(text, way, above)| file(text, match above {
                true => Place::Above(way),
                false => Place::Below(way),
            }))
            .collect();
        let rules: Vec<_> = files
            .iter()
            .map(|it| {
                ignore::RuleSet::parse(it.text(), it.place().clone()).unwrap()
            })
            .collect();
        let rules: Vec<_> = rules.iter().collect();
        let (names, kinds): (Vec<_>, Vec<_>) = entries.into_iter().unzip();
        let (names, ends) = columns(&names);
        let batch = Batch::new(&names, &ends).unwrap();
        let named = Entries::named(&directory, batch, &kinds).unwrap();
        let mut native = matcher.match_names(&named);
        ignore::retain(&mut native, &named, &rules).unwrap();
        let directory = directory.as_slice();
        let listing =
            Listing { directory, names: &names, ends: &ends, kinds: &kinds };
        for _ in 0..2 {
            let mut found = Matches { entries: vec![7], directories: vec![7] };
            inspector
                .match_names_ignoring(&listing, &files, &mut found)
                .unwrap();
            prop_assert_eq!(&found, &native);
        }
    }
}

/// Two files.
const PAIR: Listing<'_> = Listing {
    directory: b"",
    names: b"ab",
    ends: &[1, 2],
    kinds: &[EntryKind::File; 2],
};

#[test]
fn what_is_wrong_with_ignore_rules_is_told_and_changes_nothing() {
    let mut inspector = inspector();
    let mut out = Matches { entries: vec![7], directories: vec![7] };
    let sound = of_root("a\n");
    let files = [Arc::clone(&sound)];
    assert_eq!(
        inspector.match_names_ignoring(&PAIR, &files, &mut out),
        Err(IgnoreError::Fault(Fault::NoFilter)),
    );
    assert_eq!(out, Matches::default());
    inspector.set_filter(&everything()).unwrap();
    for (text, error) in [
        (b"#".repeat(MAX_TEXT + 1), RuleSetError::TooLong),
        (b"a\n".repeat(MAX_RULES + 1), RuleSetError::TooManyRules),
    ] {
        let refused = inspector.add_rules(&of_root(text));
        assert_eq!(refused, Err(IgnoreError::Refused(error)));
    }
    inspector.add_rules(&of_root(b"a\n".repeat(MAX_RULES))).unwrap();
    inspector.add_rules(&of_root(b"#".repeat(MAX_TEXT))).unwrap();
    let class = [&b"*["[..], &b"a-z".repeat(300_000), b"]x?\n"].concat();
    let costly = of_root(class);
    let long = [b"q".repeat(200), b"a".to_vec()].concat();
    let listing = Listing { names: &long, ends: &[200, 201], ..PAIR };
    let files = [Arc::clone(&sound), costly];
    assert_eq!(
        inspector.match_names_ignoring(&listing, &files, &mut out),
        Err(IgnoreError::TooCostly(1)),
    );
    let short = Listing { kinds: &[], ..PAIR };
    let wrong = Fault::Batch(BatchError::ColumnLength(0));
    assert_eq!(
        inspector.match_names_ignoring(&short, &files, &mut out),
        Err(IgnoreError::Fault(wrong)),
    );
    inspector.match_names_ignoring(&PAIR, &[sound], &mut out).unwrap();
    assert_eq!(out.entries, [1]);
}

#[test]
fn rules_that_were_dropped_for_others_are_parsed_again() {
    let mut inspector = inspector();
    inspector.set_filter(&everything()).unwrap();
    let mut out = Matches::default();
    // More of them than an instance keeps, by their number and by their size.
    let small = (0..2500).map(|_| of_root("a\n"));
    let large = (0..40)
        .map(|_| of_root([b"a\n", &b"x".repeat(MAX_TEXT - 2)[..]].concat()));
    let files: Vec<_> = small.chain(large).collect();
    for file in files.iter().chain(&files) {
        let file = [Arc::clone(file)];
        inspector.match_names_ignoring(&PAIR, &file, &mut out).unwrap();
        assert_eq!(out.entries, [1]);
    }
    // Those of one listing stay, whatever their number.
    let all = &files[..1100];
    inspector.match_names_ignoring(&PAIR, all, &mut out).unwrap();
    assert_eq!(out.entries, [1]);
}
