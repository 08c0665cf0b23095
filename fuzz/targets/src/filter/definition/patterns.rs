//! Whether a pattern matches a text: regular expressions by the crate whose
//! they are, globs by their description.

use std::cell::RefCell;
use std::collections::HashMap;

use regex::bytes::{Regex, RegexBuilder};
use sanchay_core::filter::Operator;
use sanchay_core::pattern::{Compiled, Syntax};

use super::glob::Glob;

/// A pattern, read once.
enum Pattern {
    Regex(Regex),
    Glob(Glob),
}

/// How many patterns are kept.
const KEPT: usize = 200;

type Kept = HashMap<(bool, Vec<u8>), Pattern>;

thread_local! {
    /// The patterns that were asked about last.
    static PATTERNS: RefCell<Kept> = RefCell::default();
}

/// Whether patterns are some that can be compiled together. What is too large
/// is for the compiler to say; but a glob that it accepts is well formed, and
/// what is well formed is only refused for being large.
pub(super) fn compile(operator: Operator, patterns: &[&[u8]]) -> bool {
    let syntax = match operator {
        Operator::Regex => Syntax::Regex,
        Operator::Glob => Syntax::Glob,
        Operator::GlobIgnoreCase => Syntax::GlobIgnoreCase,
        _ => panic!("{operator:?} is no pattern"),
    };
    let compiled = Compiled::new(syntax, patterns);
    if operator != Operator::Regex {
        let all_well_formed =
            patterns.iter().all(|it| Glob::read(it).is_some());
        let accepted = match &compiled {
            Ok(_) => true,
            Err(error) => error.why.contains("too large"),
        };
        assert_eq!(accepted, all_well_formed, "{patterns:?}: {compiled:?}");
    }
    compiled.is_ok()
}

/// Whether a pattern that compiles matches a text.
pub(super) fn matches(
    operator: Operator,
    pattern: &[u8],
    text: &[u8],
) -> bool {
    let is_regex = operator == Operator::Regex;
    PATTERNS.with_borrow_mut(|kept| {
        if kept.len() > KEPT {
            kept.clear();
        }
        let read = || match is_regex {
            true => Pattern::Regex(regex(str::from_utf8(pattern).unwrap())),
            false => Pattern::Glob(Glob::read(pattern).unwrap()),
        };
        let key = (is_regex, pattern.to_vec());
        match kept.entry(key).or_insert_with(read) {
            Pattern::Regex(regex) => regex.is_match(text),
            Pattern::Glob(glob) => {
                glob.matches(text, operator == Operator::GlobIgnoreCase)
            }
        }
    })
}

fn regex(pattern: &str) -> Regex {
    // Whatever our compiler accepts is small enough.
    let mut builder = RegexBuilder::new(pattern);
    builder.size_limit(1 << 28).build().unwrap()
}
