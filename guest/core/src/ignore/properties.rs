//! Any rules, against a definition that goes byte by byte and tries whatever
//! a star can take.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Place, RuleSet, class, line};
use crate::batch::{Batch, pack};
use crate::filter::{Entries, Matches};
use crate::kind::EntryKind;

/// Whether a pattern matches all of a text; `apart` where slashes are only
/// matched by slashes and by stars that stand alone. `begins` where nothing or
/// a slash precedes.
fn matches(pattern: &[u8], text: &[u8], apart: bool, begins: bool) -> bool {
    let Some((first, rest)) = pattern.split_first() else {
        return text.is_empty();
    };
    let one = |literal: u8, rest: &[u8]| match text.split_first() {
        Some((byte, others)) if *byte == literal => {
            matches(rest, others, apart, literal == b'/')
        }
        _ => false,
    };
    match first {
        b'*' => {
            let stars = pattern.iter().take_while(|it| **it == b'*').count();
            let rest = &pattern[stars..];
            let closes = rest.is_empty()
                || rest.starts_with(b"/")
                || rest.starts_with(b"\\/");
            let alone = stars > 1 && begins && closes;
            if apart
                && alone
                && rest.starts_with(b"/")
                && matches(&rest[1..], text, apart, true)
            {
                return true;
            }
            let takes = |count: &usize| {
                !apart || alone || !text[..*count].contains(&b'/')
            };
            (0..=text.len())
                .filter(takes)
                .any(|count| matches(rest, &text[count..], apart, false))
        }
        b'?' => match text.split_first() {
            Some((byte, others)) if !apart || *byte != b'/' => {
                matches(rest, others, apart, false)
            }
            _ => false,
        },
        b'[' => match text.split_first() {
            Some((byte, others)) => match class::test(pattern, 1, *byte) {
                Some((true, end)) => {
                    matches(&pattern[end..], others, apart, false)
                }
                _ => false,
            },
            None => false,
        },
        b'\\' => match rest.split_first() {
            Some((literal, rest)) => one(*literal, rest),
            None => false,
        },
        literal => one(*literal, rest),
    }
}

/// Whether the last rule of a text that matches a path ignores it.
fn ignores(text: &[u8], path: &[u8], is_directory: bool) -> Option<bool> {
    let lines: Vec<&[u8]> = line::patterns(text).collect();
    lines.into_iter().rev().find_map(|line| {
        let (negated, line) = match line {
            [b'!', rest @ ..] => (true, rest),
            line => (false, line),
        };
        let line = match line {
            [rest @ .., b'/'] if !is_directory => {
                let _ = rest;
                return None;
            }
            [rest @ .., b'/'] => rest,
            line => line,
        };
        let found = if line.contains(&b'/') {
            let line = line.strip_prefix(b"/").unwrap_or(line);
            let special = |byte: &u8| b"*?[\\".contains(byte);
            let end = line.iter().position(special).unwrap_or(line.len());
            let (head, pattern) = line.split_at(end);
            path.strip_prefix(head)
                .is_some_and(|rest| matches(pattern, rest, true, true))
        } else {
            let name = path.rsplit(|byte| *byte == b'/').next().unwrap();
            matches(line, name, false, true)
        };
        found.then_some(!negated)
    })
}

/// Lines of what is special, and of little else.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        4 => "[ab]{1,2}",
        3 => Just("*".to_owned()),
        2 => Just("**".to_owned()),
        4 => Just("/".to_owned()),
        1 => Just("**/".to_owned()),
        1 => Just("?".to_owned()),
        1 => Just(".".to_owned()),
        1 => "\\\\.?",
        1 => r"\[[!^]?[ab/\]-]{1,3}\]?",
        1 => Just("\u{e4}".to_owned()),
        1 => " {1,2}",
    ];
    let line = (prop::bool::weighted(0.2), vec(part, 1..6));
    let line = line.prop_map(|(negated, parts)| {
        let mark = if negated { "!" } else { "" };
        format!("{mark}{}\n", parts.concat())
    });
    vec(line, 0..5).prop_map(|lines| lines.concat().into_bytes())
}

fn name() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        9 => r"[ab]{1,3}|[ab]\.[ab]|\*|-| |\\|a "
            .prop_map(String::into_bytes),
        1 => vec(any::<u8>().prop_filter("", |it| *it != b'/'), 1..3),
    ]
}

/// The path of a directory, with a slash at its end unless it is empty.
fn directory() -> impl Strategy<Value = Vec<u8>> {
    vec("[ab]{1,2}/", 0..4).prop_map(|names| names.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn what_is_ignored_is_what_the_definition_says(
        sets in vec((text(), directory(), any::<bool>()), 1..4),
        directory in directory(),
        names in vec((name(), 0_usize..3), 1..12),
    ) {
        let place = |way: &Vec<u8>, above: bool| match above {
            true => Place::Above(way.clone()),
            false => Place::Below(way.clone()),
        };
        let rule_sets: Vec<RuleSet> = sets
            .iter()
            .map(|(text, way, above)| {
                RuleSet::parse(text, place(way, *above)).unwrap()
            })
            .collect();
        let expected = |name: &[u8], is_directory| {
            let path = [&directory, name].concat();
            let mut verdicts = sets.iter().rev().filter_map(|it| {
                let (text, way, above) = it;
                let path = match above {
                    true => [way, path.as_slice()].concat(),
                    false => path.strip_prefix(way.as_slice())?.to_vec(),
                };
                ignores(text, &path, is_directory)
            });
            verdicts.next() == Some(true)
        };
        let kinds = [EntryKind::File, EntryKind::Directory, EntryKind::Unknown];
        let (names, kinds): (Vec<_>, Vec<_>) = names
            .into_iter()
            .map(|(name, kind)| (name, kinds[kind]))
            .unzip();
        let (data, ends) = pack(&names);
        let batch = Batch::new(&data, &ends).unwrap();
        let entries = Entries::named(&directory, batch, &kinds).unwrap();
        let all: Vec<u32> = (0..).take(names.len()).collect();
        let mut found =
            Matches { entries: all.clone(), directories: all.clone() };
        let refs: Vec<&RuleSet> = rule_sets.iter().collect();
        super::retain(&mut found, &entries, &refs).unwrap();
        let shown = |at: &u32| {
            let name = &names[*at as usize];
            let as_directory = !expected(name, true);
            match kinds[*at as usize] {
                EntryKind::Directory => as_directory,
                EntryKind::Unknown => as_directory || !expected(name, false),
                _ => !expected(name, false),
            }
        };
        let entered = |at: &u32| !expected(&names[*at as usize], true);
        let wanted: Vec<u32> = all.iter().copied().filter(shown).collect();
        let enters: Vec<u32> = all.iter().copied().filter(entered).collect();
        let expected = Matches { entries: wanted, directories: enters };
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn any_bytes_are_rules(
        text in vec(any::<u8>(), 0..300),
        names in vec(vec(any::<u8>(), 0..9), 0..9),
    ) {
        let set = RuleSet::parse(&text, Place::Below(Vec::new())).unwrap();
        let (data, ends) = pack(&names);
        let batch = Batch::new(&data, &ends).unwrap();
        let kinds = vec![EntryKind::Unknown; names.len()];
        let entries = Entries::named(b"a/", batch, &kinds).unwrap();
        let all: Vec<u32> = (0..).take(names.len()).collect();
        let mut found = Matches { entries: all.clone(), directories: all };
        prop_assert!(super::retain(&mut found, &entries, &[&set]).is_ok());
    }
}
