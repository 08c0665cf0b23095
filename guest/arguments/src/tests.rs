//! What the command line says, and what is refused.

use proptest::prelude::*;
use sanchay_core::filter::{Clock, FilterOption};
use sanchay_core::hashing::Algorithm;
use sanchay_core::reading::Method;
use sanchay_core::time::Timestamp;
use sanchay_output::Format;

use crate::options::OPTIONS;
use crate::{Command, UsageError};

fn parse(arguments: &[&str]) -> Result<Command, UsageError> {
    let clock = Clock::utc(Timestamp { seconds: 0, nanoseconds: 0 });
    let whole: Vec<String> = core::iter::once("sanchay")
        .chain(arguments.iter().copied())
        .map(String::from)
        .collect();
    Command::parse(&whole, &clock)
}

fn refused(arguments: &[&str]) -> String {
    match parse(arguments) {
        Err(why) => why.to_string(),
        Ok(command) => panic!("{arguments:?} became {command:?}"),
    }
}

fn help(arguments: &[&str]) -> String {
    match parse(arguments) {
        Ok(Command::Say(text)) => text,
        other => panic!("{arguments:?} became {other:?}"),
    }
}

#[test]
fn a_command_without_arguments_has_its_defaults() {
    let Ok(Command::Scan(scan)) = parse(&["scan"]) else { panic!() };
    assert_eq!(scan.roots, [""]);
    assert_eq!(scan.output.format, Format::Text);
    let Ok(Command::Hash(hash)) = parse(&["hash"]) else { panic!() };
    assert_eq!(hash.paths, ["-"]);
    assert_eq!(hash.method, Method::Whole(Algorithm::Xxh3_128));
    let Ok(Command::Dupes(dupes)) = parse(&["dupes"]) else { panic!() };
    assert_eq!(dupes.algorithm, Algorithm::Xxh3_128);
    assert!(!dupes.hardlinks && !dupes.quiet);
}

#[test]
fn an_option_may_stand_anywhere_and_the_last_one_counts() {
    let given = ["scan", "a", "--format", "csv", "b", "--json", "-d2", "-d=3"];
    let Ok(Command::Scan(scan)) = parse(&given) else { panic!() };
    assert_eq!(scan.roots, ["a", "b"]);
    assert_eq!(scan.output.format, Format::Json);
    assert_eq!(scan.walk.max_depth, Some(3));
}

#[test]
fn what_follows_two_dashes_is_a_path() {
    let Ok(Command::Scan(scan)) = parse(&["scan", "--", "-x"]) else {
        panic!()
    };
    assert_eq!(scan.roots, ["-x"]);
}

#[test]
fn each_hash_function_is_an_option_of_its_own_name() {
    for algorithm in Algorithm::ALL {
        let option = format!("--{}", algorithm.name());
        let Ok(Command::Hash(hash)) = parse(&["hash", &option]) else {
            panic!("{option}")
        };
        assert_eq!(hash.method, Method::Whole(algorithm));
    }
}

#[test]
fn options_of_the_native_program_are_refused_by_name() {
    for option in ["--threads", "--plugin", "-L", "-j", "-x", "--sort"] {
        let why = refused(&["scan", option]);
        assert!(why.contains("the native program sanchay has it"), "{why}");
    }
    let why = refused(&["completions"]);
    assert!(why.contains("the native program sanchay has it"), "{why}");
}

#[test]
fn options_that_do_not_go_together_are_refused() {
    for given in [
        &["scan", "--count", "-0"][..],
        &["scan", "--count", "--json"],
        &["scan", "-0", "--json"],
        &["hash", "--tag", "--json"],
        &["scan", "--template", "{"],
        &["scan", "--template", "x", "--json"],
        &["scan", "--template", "x", "--fields", "size"],
        &["scan", "--template", "x", "--count"],
        &["hash", "--template", "x", "--tag"],
        &["hash", "--tag", "--partial"],
        &["hash", "--partial", "--blake3"],
        &["hash", "-H"],
        &["dupes", "-acrc32"],
        &["scan", ""],
        &["scan", "-o", ""],
        &["scan", "-d"],
        &["scan", "-d", "x"],
        &["scan", "--count=1"],
        &["scan", "--min-size", "1x"],
    ] {
        let why = refused(given);
        assert!(!why.is_empty(), "{given:?}");
    }
}

#[test]
fn help_names_every_option_of_a_command_in_lines_that_fit() {
    for verb in ["scan", "hash", "dupes"] {
        let text = help(&[verb, "--help"]);
        assert_eq!(text, help(&["help", verb]));
        for option in FilterOption::all() {
            assert!(text.contains(option.name), "{verb}: {}", option.name);
        }
        for format in Format::ALL {
            assert!(text.contains(format.name()), "{}", format.name());
        }
        assert!(text.lines().all(|line| line.chars().count() < 80), "{text}");
    }
    let all = ["scan", "hash", "dupes"].map(|verb| help(&["help", verb]));
    for option in OPTIONS {
        let long = format!("--{}{}", option.long, option.value);
        assert!(all.iter().any(|text| text.contains(&long)), "{long}");
    }
}

#[test]
fn a_refusal_is_safe_for_a_terminal() {
    let why = refused(&["sc\u{1b}[31man"]);
    assert!(!why.contains('\u{1b}'), "{why:?}");
}

proptest! {
    #[test]
    fn no_arguments_end_the_program(
        verb in "scan|hash|dupes|help|\\PC{0,5}",
        rest in prop::collection::vec("-{0,2}\\PC{0,12}", 0..6),
    ) {
        let rest = rest.iter().map(String::as_str);
        let given: Vec<&str> = core::iter::once(&*verb).chain(rest).collect();
        if let Err(why) = parse(&given) {
            prop_assert!(!why.to_string().is_empty());
        }
    }
}
