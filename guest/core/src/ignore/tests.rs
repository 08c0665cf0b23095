//! What rule sets ignore, by examples; and what is refused.

use super::{MAX_RULES, MAX_TEXT, Place, RuleSet, RuleSetError, TooCostly};
use crate::batch::{Batch, pack};
use crate::filter::{Entries, Matches};
use crate::kind::EntryKind;

/// Rules of the root.
fn rules(text: &[u8]) -> RuleSet {
    below("", text)
}

fn below(directory: &str, text: &[u8]) -> RuleSet {
    let place = Place::Below(directory.as_bytes().to_vec());
    RuleSet::parse(text, place).unwrap()
}

/// What is left of some names, which are directories where they end in a
/// slash, in a directory.
fn left<'n>(
    sets: &[&RuleSet],
    directory: &str,
    names: &[&'n str],
) -> Vec<&'n str> {
    let bare = names.iter().map(|name| name.trim_end_matches('/'));
    let (data, ends) = pack(&bare.collect::<Vec<_>>());
    let kinds: Vec<EntryKind> = names
        .iter()
        .map(|name| match name.ends_with('/') {
            true => EntryKind::Directory,
            false => EntryKind::File,
        })
        .collect();
    let batch = Batch::new(&data, &ends).unwrap();
    let entries = Entries::named(directory.as_bytes(), batch, &kinds).unwrap();
    let all: Vec<u32> = (0..).take(names.len()).collect();
    let mut matches = Matches { entries: all.clone(), directories: all };
    matches.directories.retain(|at| names[*at as usize].ends_with('/'));
    super::retain(&mut matches, &entries, sets).unwrap();
    let shown = |at: &u32| names[*at as usize];
    let directories = matches.directories.iter().map(shown);
    let entries: Vec<&str> = matches.entries.iter().map(shown).collect();
    let entered = entries.iter().copied().filter(|it| it.ends_with('/'));
    assert!(entered.eq(directories), "a directory is entered if it is shown");
    entries
}

#[test]
fn the_last_rule_that_matches_decides() {
    let set = rules(b"*.o\n!keep.o\nkeep.*\n!keep.x\ntarget/\n");
    let names = ["a.o", "keep.o", "keep.x", "target", "target/", "b"];
    assert_eq!(left(&[&set], "", &names), ["keep.x", "target", "b"]);
    assert_eq!(left(&[&set], "x/y/", &names), ["keep.x", "target", "b"]);
    // Of equal rules the last one counts, for directories and for others.
    let set = rules(b"a/\n!a\na/\nb\n!b/\n");
    assert_eq!(left(&[&set], "", &["a", "a/", "b", "b/"]), ["a", "b/"]);
}

#[test]
fn a_path_is_matched_from_the_directory_of_its_file_on() {
    let text = b"/a\nb/c\n/d/*.x\n**/e/f\ng/**\nh/**/i\n";
    let set = rules(text);
    assert_eq!(left(&[&set], "", &["a", "b/", "i"]), ["b/", "i"]);
    assert_eq!(left(&[&set], "b/", &["a", "c"]), ["a"]);
    assert_eq!(left(&[&set], "x/b/", &["a", "c"]), ["a", "c"]);
    assert_eq!(left(&[&set], "d/", &["a.x", "b"]), ["b"]);
    assert_eq!(left(&[&set], "d/d/", &["a.x"]), ["a.x"]);
    for directory in ["e/", "x/e/", "x/y/e/"] {
        assert_eq!(left(&[&set], directory, &["f", "g"]), ["g"]);
    }
    assert_eq!(left(&[&set], "", &["g/"]), ["g/"]);
    assert_eq!(left(&[&set], "g/", &["x", "y/"]), [""; 0]);
    for directory in ["h/", "h/x/", "h/x/y/"] {
        assert_eq!(left(&[&set], directory, &["i", "j"]), ["j"]);
    }
    // Of a file further down, or above the root.
    let lower = below("p/q/", text);
    assert_eq!(left(&[&lower], "p/", &["a"]), ["a"]);
    assert_eq!(left(&[&lower], "p/q/", &["a", "z"]), ["z"]);
    assert_eq!(left(&[&lower], "p/qq/", &["a", "z"]), ["a", "z"]);
    assert_eq!(left(&[&lower], "p/q/b/", &["c", "z"]), ["z"]);
    let upper = RuleSet::parse(text, Place::Above(b"b/".to_vec())).unwrap();
    assert_eq!(left(&[&upper], "", &["a", "c"]), ["a"]);
    assert_eq!(left(&[&upper], "b/", &["a", "c"]), ["a", "c"]);
}

#[test]
fn a_later_rule_set_overrides_an_earlier_one() {
    let upper = rules(b"*.log\n!b.log\n");
    let lower = below("sub/", b"!a.log\nb.log\n");
    let names = ["a.log", "b.log", "c.log", "d"];
    assert_eq!(left(&[&upper, &lower], "", &names), ["b.log", "d"]);
    assert_eq!(left(&[&upper, &lower], "sub/", &names), ["a.log", "d"]);
    assert_eq!(left(&[&lower, &upper], "sub/", &names), ["b.log", "d"]);
    assert_eq!(left(&[], "", &names), names);
}

#[test]
fn what_precedes_the_first_wildcard_of_a_path_is_compared_by_itself() {
    let set = rules(b"/a**/b\n");
    assert_eq!(left(&[&set], "", &["ab", "a", "b"]), ["a", "b"]);
    assert_eq!(left(&[&set], "ax/", &["b", "c"]), ["c"]);
    assert_eq!(left(&[&set], "ax/y/", &["b", "c"]), ["c"]);
    assert_eq!(left(&[&set], "x/", &["ab", "b"]), ["ab", "b"]);
}

#[test]
fn bytes_that_are_not_text_are_matched_as_they_are() {
    let set = rules(b"\xff*\n[\x80-\x90]\n\xc3\xa4?\n");
    let names: [&[u8]; 6] =
        [b"\xff", b"\xff\xfe", b"\x85", b"\x91", b"\xc3\xa4\xc3", b"\xc3\xa4"];
    let (data, ends) = pack(&names);
    let kinds = [EntryKind::File; 6];
    let batch = Batch::new(&data, &ends).unwrap();
    let entries = Entries::named(b"", batch, &kinds).unwrap();
    let mut matches = Matches { entries: (0..6).collect(), ..<_>::default() };
    super::retain(&mut matches, &entries, &[&set]).unwrap();
    assert_eq!(matches.entries, [3, 5]);
}

#[test]
fn what_may_be_a_directory_is_left_for_a_second_look() {
    let set = rules(b"a/\nb\n!c/\nc\n");
    let kinds = [EntryKind::Unknown; 4];
    let batch = Batch::new(b"abcd", &[1, 2, 3, 4]).unwrap();
    let entries = Entries::named(b"", batch, &kinds).unwrap();
    let all = vec![0, 1, 2, 3];
    let mut matches = Matches { entries: all.clone(), directories: all };
    super::retain(&mut matches, &entries, &[&set]).unwrap();
    assert_eq!(matches.entries, [0, 3]);
    assert_eq!(matches.directories, [3]);
}

#[test]
fn what_is_larger_than_an_ignore_file_may_be_is_refused() {
    let root = || Place::Below(Vec::new());
    let parse = |text: &[u8]| RuleSet::parse(text, root()).map(|_| ());
    let long = b"a\n".repeat(MAX_TEXT / 2);
    assert_eq!(parse(&long), Err(RuleSetError::TooManyRules));
    let comment = [&b"#"[..], &b"a".repeat(MAX_TEXT - 1)].concat();
    assert_eq!(parse(&comment), Ok(()));
    assert_eq!(
        parse(&[&comment[..], b"\n"].concat()),
        Err(RuleSetError::TooLong)
    );
    assert_eq!(parse(&b"a\n".repeat(MAX_RULES)), Ok(()));
    let path = [b"*/".repeat(MAX_RULES + 1), b"x".to_vec()].concat();
    assert_eq!(parse(&path), Err(RuleSetError::TooManyRules));
    let pattern = [&b"["[..], &b"a".repeat(MAX_TEXT - 3), b"]b"].concat();
    assert_eq!(parse(&pattern), Ok(()));
}

#[test]
fn rules_that_cost_too_much_are_named_and_change_nothing() {
    let cheap = rules(b"x\n*.y\n");
    let class = [&b"*["[..], &b"a-z".repeat(300_000), b"]x?\n"].concat();
    let costly = rules(&class);
    let name = "q".repeat(200);
    let (data, ends) = pack(&[name.as_str(), "x"]);
    let batch = Batch::new(&data, &ends).unwrap();
    let kinds = [EntryKind::File; 2];
    let entries = Entries::named(b"", batch, &kinds).unwrap();
    let all = Matches { entries: vec![0, 1], directories: vec![] };
    let mut matches = all.clone();
    let refused =
        super::retain(&mut matches, &entries, &[&cheap, &costly, &cheap]);
    assert_eq!(refused, Err(TooCostly(1)));
    assert_eq!(matches, all);
    super::retain(&mut matches, &entries, &[&cheap]).unwrap();
    assert_eq!(matches.entries, [0]);
}

#[test]
fn thousands_of_rules_are_within_the_budget() {
    let text: String = (0..MAX_RULES / 2)
        .map(|number| format!("*{number}a*\n/d{number}/e\n"))
        .collect();
    let set = rules(text.as_bytes());
    let names: Vec<String> =
        (0..500).map(|number| format!("file-{number}.txt")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(left(&[&set, &set], "d7/", &names), names);
    assert_eq!(left(&[&set], "d7/", &["e", "f"]), ["f"]);
}
