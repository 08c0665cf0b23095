//! Patterns that cost as much as any: refused when they are set, or matched
//! within the limits, with the answer that the same logic gives natively. None
//! makes the component fail for good.
#![allow(
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

mod support;

use std::time::{Duration, Instant};

use sanchay_core::batch::Batch;
use sanchay_core::filter::{
    Entries, Expr, Field, Matcher, Operand, Operator, Test,
};
use sanchay_sandbox::{
    EntryKind, Fault, FilterError, Inspector, Listing, Matches, Program,
    Sandbox,
};
use support::{inspector, tight};

/// How long a call may take.
const BUDGET: Duration = Duration::from_secs(10);

/// The longest path.
const LONG: usize = 1 << 16;

/// A test of the path by some patterns, one of which must match.
fn path(operator: Operator, patterns: &[String]) -> Expr {
    let bytes = |it: &String| Operand::Bytes(it.clone().into_bytes());
    let operands = patterns.iter().map(bytes).collect();
    let field = Field::named("path").unwrap().code;
    Expr::Test(Test { field, operator, operands })
}

fn regex(pattern: &str) -> Expr {
    path(Operator::Regex, &[pattern.to_owned()])
}

fn program(expr: Expr) -> Program {
    Program { hidden: true, enter: Expr::All(Vec::new()), expr }
}

/// So many patterns, each with its number.
fn numbered(count: usize, pattern: impl Fn(usize) -> String) -> Vec<String> {
    (0..count).map(pattern).collect()
}

/// A path of letters, such as no automaton foresees.
fn long_path() -> Vec<u8> {
    let mut state = 1_u32;
    let mut letter = |at| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        match at % 255 {
            254 => b'/',
            _ => b"ab"[(state >> 16) as usize % 2],
        }
    };
    let mut path: Vec<u8> = (0..LONG).map(&mut letter).collect();
    // What patterns end in is there, but where it does not help.
    path[0] = b'd';
    path[LONG - 1] = b'/';
    path
}

/// Asks about a name in the directory with a long path.
fn ask(inspector: &mut Inspector, directory: &[u8]) -> Result<bool, Fault> {
    let kinds = &[EntryKind::File];
    let listing = Listing { directory, names: b"abc", ends: &[3], kinds };
    let mut matches = Matches::default();
    inspector.match_names(&listing, &mut matches)?;
    Ok(!matches.entries.is_empty())
}

/// The same, natively.
fn ask_natively(program: &Program, directory: &[u8]) -> bool {
    let matcher = Matcher::compile(program).unwrap();
    let kinds = &[EntryKind::File];
    let names = Batch::new(b"abc", &[3]).unwrap();
    let entries = Entries::named(directory, names, kinds).unwrap();
    !matcher.match_names(&entries).entries.is_empty()
}

/// Asserts that an inspector does what it is asked.
fn works(inspector: &mut Inspector) {
    for (pattern, expected) in [("abc$", true), ("x", false)] {
        inspector.set_filter(&program(regex(pattern))).unwrap();
        assert_eq!(ask(inspector, b"a/"), Ok(expected));
    }
}

#[test]
fn patterns_that_are_too_large_are_refused() {
    let mut inspector = inspector();
    let glob = |pattern: String| path(Operator::Glob, &[pattern]);
    let iglob = |pattern: String| path(Operator::GlobIgnoreCase, &[pattern]);
    // A program has no more than 1 MiB.
    let most = |unit: &str| unit.repeat(((1 << 20) - 64) / unit.len());
    for expr in [
        regex("(((a{100}){100}){100})"),
        regex("\\pL{10000}"),
        regex(&format!("{}{}", "(".repeat(1000), ")".repeat(1000))),
        regex(&most("a")),
        regex(&most("(a)?")),
        regex(&most("\\pL")),
        regex(&most("a|")),
        glob(most("?")),
        glob(most("*a")),
        glob(most("{a,b}")),
        glob(most("[a]")),
        glob(most("{")),
        iglob(most("a")),
        iglob(most("k")),
        path(Operator::Glob, &numbered(9_900, |it| format!("{it}????????"))),
    ] {
        let began = Instant::now();
        let answer = inspector.set_filter(&program(expr.clone()));
        assert!(began.elapsed() < BUDGET, "{:?}", began.elapsed());
        let native = Matcher::compile(&program(expr)).unwrap_err();
        assert_eq!(answer, Err(FilterError::Program(native)));
    }
    works(&mut inspector);
}

#[test]
fn what_the_sandbox_cannot_hold_is_refused() {
    let mut inspector = inspector();
    // Each is small as a text.
    for expr in [
        regex(&"\\w".repeat(100_000)),
        path(Operator::Regex, &numbered(9_900, |it| format!("\\w{it}"))),
        Expr::Any(vec![regex("\\pL{50}"); 60]),
    ] {
        let answer = inspector.set_filter(&program(expr));
        let refused = matches!(
            answer,
            Err(FilterError::Program(_)
                | FilterError::Fault(Fault::MemoryRefused { .. }))
        );
        assert!(refused, "{answer:?}");
        works(&mut inspector);
    }
}

#[test]
fn what_costs_much_is_matched_within_the_limits() {
    let directory = long_path();
    let counted = |count| format!("a[ab/]{{{count}}}[d-k]");
    let alternatives = numbered(10_000, |it| format!("{it}x")).join("|");
    for expr in [
        regex("(x+x+)+y"),
        regex("(a*)*[d-k]$"),
        regex("(.*a){30}z"),
        regex("\\ba(?:.|\\n){200}\\bx"),
        regex("(?i)[\\w/]*k[\\w/]{20}x"),
        regex(&counted(500)),
        regex(&alternatives),
        regex(&format!("^(?:{})$", "a?".repeat(500) + &"a".repeat(500))),
        path(Operator::Glob, &["**/*a*b*a*b*a*b*a*b*x".to_owned()]),
        path(Operator::Glob, &["a**/**/a/**/b/**/?".repeat(20)]),
        path(Operator::GlobIgnoreCase, &["{*a,*b}".repeat(50) + "x"]),
        path(Operator::Glob, &numbered(9_900, |it| format!("*{it}"))),
        path(Operator::Glob, &numbered(1_000, |it| format!("**/{it}?"))),
        Expr::Any((0..20).map(|it| regex(&counted(it))).collect()),
        Expr::Any((0..1_000).map(|it| regex(&format!("{it}$"))).collect()),
        Expr::Any((0..20).map(|_| regex("\\pL{20}x")).collect()),
    ] {
        let program = program(expr);
        let mut inspector = inspector();
        inspector.set_filter(&program).unwrap();
        for _ in 0..2 {
            let began = Instant::now();
            let answer = ask(&mut inspector, &directory);
            let took = began.elapsed();
            println!("{took:?}");
            assert_eq!(answer, Ok(ask_natively(&program, &directory)));
        }
    }
}

#[test]
fn what_costs_too_much_exhausts_a_call_and_not_the_inspector() {
    let directory = long_path();
    let worst = regex("a(?:[ab/]|[ab/][ab/]?){4000}[d-k]");
    let mut inspector = Sandbox::new(tight()).unwrap().inspector();
    inspector.set_filter(&program(worst)).unwrap();
    for _ in 0..3 {
        let fault = ask(&mut inspector, &directory).unwrap_err();
        assert!(matches!(fault, Fault::BudgetExhausted { .. }), "{fault:?}");
        // The filter is set again in the fresh instance.
        assert_eq!(ask(&mut inspector, b"a/"), Ok(false));
    }
    works(&mut inspector);
}

#[test]
fn patterns_are_accepted_on_both_sides() {
    let mut inspector = inspector();
    for pattern in [
        "\\b\\w+\\b",
        "\\B",
        "\\d",
        "\\s\\W",
        "(?i)é",
        "\\pL",
        "\\p{Lu}",
        "(?-u:\\xff)",
        "(?s-u:.)",
        "[[:alpha:]]",
        "[a-c&&b]",
        "(?m)^$",
        "(?P<a>b)",
        "\\x{e9}",
        "(?x) a #b",
        "a{,3}",
        "\\b{start}",
        "(",
        "\\1",
        "(?=a)",
        "a**",
        "[z-a]",
        "\\p{x}",
        "\\xff",
    ] {
        let program = program(regex(pattern));
        let native = Matcher::compile(&program);
        let native = native.map(drop).map_err(FilterError::Program);
        assert_eq!(inspector.set_filter(&program), native, "{pattern}");
    }
}
