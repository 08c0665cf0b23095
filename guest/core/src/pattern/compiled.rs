//! Patterns, compiled together.

use alloc::borrow::ToOwned as _;
use alloc::boxed::Box;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::error::Error;
use core::fmt;

use memchr::memmem;
use regex_automata::meta::{self, Regex};
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};

use super::glob;
use crate::escape::escaped;

/// How large an automaton may be, in bytes.
pub(super) const MAX_AUTOMATON: usize = 4 << 20;

/// How long patterns may be together, as regular expressions. Hardly any that
/// is longer has an automaton small enough, and to parse it takes a hundred
/// times as much memory.
pub(super) const MAX_TEXT: usize = 256 << 10;

/// How much memory an automaton may take while it matches, in bytes.
pub(super) const MAX_CACHE: usize = 2 << 20;

/// How deep groups may be.
pub(super) const MAX_NESTING: u32 = 50;

/// How patterns are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// A regular expression, found anywhere in a name.
    Regex,
    /// A glob, which has to match the whole name.
    Glob,
    /// A glob, without regard to case (Unicode's simple case folding).
    GlobIgnoreCase,
}

/// A pattern that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    /// At which byte of the pattern.
    pub at: usize,
    /// What is wrong there, safe to print on a terminal.
    pub why: String,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl Error for PatternError {}

/// Patterns, one of which has to match.
#[derive(Debug)]
pub struct Compiled(Matching);

#[derive(Debug)]
enum Matching {
    /// Globs without anything special but stars at one end.
    Literals(Vec<Literal>),
    Automaton(Regex),
}

/// A literal part of a name.
#[derive(Debug)]
enum Literal {
    Whole(Vec<u8>),
    Prefix(Vec<u8>),
    Suffix(Vec<u8>),
    Contained(Box<memmem::Finder<'static>>),
    /// What a path begins with, up to a slash, before something else.
    Above(Vec<u8>),
    /// The last components of a path, or all of them.
    Last(Vec<u8>),
}

impl Compiled {
    /// Compiles patterns.
    ///
    /// # Errors
    ///
    /// A pattern is not well formed, or they are too large together.
    pub fn new<P: AsRef<[u8]>>(
        syntax: Syntax,
        patterns: &[P],
    ) -> Result<Self, PatternError> {
        if syntax == Syntax::Glob {
            let literals = patterns.iter().map(|it| literal(it.as_ref()));
            if let Some(literals) = literals.collect() {
                return Ok(Self(Matching::Literals(literals)));
            }
        }
        let mut translated = Vec::with_capacity(patterns.len());
        let mut length: usize = 0;
        for pattern in patterns {
            if pattern.as_ref().len() > MAX_TEXT {
                return Err(too_large());
            }
            let regex = regex(syntax, pattern.as_ref())?;
            length = length.saturating_add(regex.len());
            if length > MAX_TEXT {
                return Err(too_large());
            }
            translated.push(regex);
        }
        let config = meta::Config::new()
            .utf8_empty(false)
            .nfa_size_limit(Some(MAX_AUTOMATON))
            .hybrid_cache_capacity(MAX_CACHE)
            .which_captures(
                regex_automata::nfa::thompson::WhichCaptures::None,
            );
        let ignore = syntax == Syntax::GlobIgnoreCase;
        let parser = syntax::Config::new()
            .utf8(false)
            .nest_limit(MAX_NESTING)
            .case_insensitive(ignore);
        Regex::builder()
            .configure(config)
            .syntax(parser)
            .build_many(&translated)
            .map(|regex| Self(Matching::Automaton(regex)))
            .map_err(|error| refused(&error))
    }

    /// Whether one of the patterns matches a name.
    #[must_use]
    pub fn matches(&self, name: &[u8]) -> bool {
        match &self.0 {
            Matching::Literals(all) => all.iter().any(|it| it.matches(name)),
            Matching::Automaton(regex) => {
                regex.is_match(Input::new(name).anchored(Anchored::No))
            }
        }
    }
}

impl Literal {
    fn matches(&self, name: &[u8]) -> bool {
        match self {
            Self::Whole(whole) => name == whole,
            Self::Prefix(prefix) => {
                let rest = name.strip_prefix(prefix.as_slice());
                rest.is_some_and(is_component)
            }
            Self::Suffix(suffix) => {
                let rest = name.strip_suffix(suffix.as_slice());
                rest.is_some_and(is_component)
            }
            Self::Contained(finder) => {
                is_component(name) && finder.find(name).is_some()
            }
            Self::Above(folder) => {
                name.len() > folder.len() && name.starts_with(folder)
            }
            Self::Last(last) => name
                .strip_suffix(last.as_slice())
                .is_some_and(|rest| rest.is_empty() || rest.ends_with(b"/")),
        }
    }
}

/// What a star matches: anything within one component.
fn is_component(bytes: &[u8]) -> bool {
    memchr::memchr(b'/', bytes).is_none()
}

/// Whether a part of a glob stands for itself.
fn is_plain(glob: &[u8]) -> bool {
    !glob.iter().any(|byte| b"*?[]{}\\".contains(byte))
}

/// The literal that a glob stands for, if it is no more than one.
fn literal(glob: &[u8]) -> Option<Literal> {
    if let Some(folder) = glob.strip_suffix(b"**")
        && folder.len() > 1
        && folder.ends_with(b"/")
        && is_plain(folder)
    {
        return Some(Literal::Above(folder.to_vec()));
    }
    if let Some(last) = glob.strip_prefix(b"**/")
        && !last.is_empty()
        && is_plain(last)
    {
        return Some(Literal::Last(last.to_vec()));
    }
    let (begins, rest) = match glob.strip_prefix(b"*") {
        Some(rest) => (true, rest),
        None => (false, glob),
    };
    let (ends, rest) = match rest.strip_suffix(b"*") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    if !is_plain(rest) {
        return None;
    }
    if begins && ends && rest.is_empty() {
        // It goes across directories.
        return None;
    }
    // A star beside a literal slash is as good as two; leave those alone.
    if (begins || ends) && !is_component(rest) {
        return None;
    }
    Some(match (begins, ends) {
        (false, false) => Literal::Whole(rest.to_vec()),
        (false, true) => Literal::Prefix(rest.to_vec()),
        (true, false) => Literal::Suffix(rest.to_vec()),
        (true, true) => {
            let finder = memmem::Finder::new(rest).into_owned();
            Literal::Contained(Box::new(finder))
        }
    })
}

/// The regular expression of a pattern.
fn regex(syntax: Syntax, pattern: &[u8]) -> Result<String, PatternError> {
    match syntax {
        Syntax::Regex => match str::from_utf8(pattern) {
            Ok(text) => Ok(text.to_owned()),
            Err(error) => Err(PatternError {
                at: error.valid_up_to(),
                why: "it is not UTF-8: bytes are written \\xNN".to_owned(),
            }),
        },
        Syntax::Glob | Syntax::GlobIgnoreCase => {
            let mut out = String::from(r"\A(?:");
            glob::translate(pattern, &mut out)?;
            out.push_str(r")\z");
            Ok(out)
        }
    }
}

pub(super) fn too_large() -> PatternError {
    let why = "it becomes too large when it is compiled";
    PatternError { at: 0, why: why.to_owned() }
}

/// Why a regular expression was refused.
pub(super) fn refused(error: &meta::BuildError) -> PatternError {
    if error.size_limit().is_some() {
        return too_large();
    }
    let (at, why) = match error.syntax_error() {
        Some(regex_syntax::Error::Parse(error)) => {
            (error.span().start.offset, error.kind().to_string())
        }
        Some(regex_syntax::Error::Translate(error)) => {
            (error.span().start.offset, error.kind().to_string())
        }
        _ => (0, error.to_string()),
    };
    PatternError { at, why: escaped(why.as_bytes()).to_string() }
}

#[cfg(test)]
mod tests {
    use super::{Compiled, Syntax};
    use proptest::prelude::*;

    fn matches(syntax: Syntax, pattern: &str, name: &[u8]) -> bool {
        Compiled::new(syntax, &[pattern]).unwrap().matches(name)
    }

    fn glob(pattern: &str, name: &str) -> bool {
        matches(Syntax::Glob, pattern, name.as_bytes())
    }

    #[test]
    fn a_glob_matches_what_the_shell_means() {
        for (pattern, name) in [
            ("*.rs", "a.rs"),
            ("*.rs", ".rs"),
            ("a*", "abc"),
            ("*b*", "abc"),
            ("abc", "abc"),
            ("a?c", "aéc"),
            ("[a-c]x", "bx"),
            ("[!a-c]x", "dx"),
            ("[]]", "]"),
            ("[a-]", "-"),
            ("{a,b*}.c", "bxx.c"),
            ("{,x}y", "y"),
            ("\\*", "*"),
            ("src/*.rs", "src/a.rs"),
            ("**/a", "a"),
            ("**/a", "x/y/a"),
            ("a/**", "a/b/c"),
            ("a/**/b", "a/b"),
            ("a/**/b", "a/x/y/b"),
            ("**", "a/b"),
            ("a.b", "a.b"),
            ("{src/**,docs/*}", "src/a/b"),
            ("x/{a,b/**}", "x/b/c/d"),
            ("{**/a,b}", "x/y/a"),
            ("x/{**/a,b}", "x/y/a"),
            ("{**,b}", "x/y/a"),
            ("{{a/**,b},c}", "a/b/c"),
        ] {
            assert!(glob(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("*.rs", "a.rsx"),
            ("*.rs", "a/b.rs"),
            ("a*", "ba"),
            ("a?c", "a/c"),
            ("[!a]", "/"),
            ("[+-9]", "/"),
            ("a/**", "a"),
            ("a/**", "a/"),
            ("a/**", "ab/c"),
            ("**/a", "xa"),
            ("**/a/b", "a/c/b"),
            ("a/**/b", "a/xb"),
            ("a.b", "axb"),
            ("A", "a"),
            ("a**b", "a/b"),
            ("x{**/a,b}", "xc/d/a"),
            ("{a/**,b}c", "a/b/c"),
            ("{{a/**,b},c}d", "a/b/d"),
        ] {
            assert!(!glob(pattern, name), "{pattern} {name}");
        }
        assert!(matches(Syntax::GlobIgnoreCase, "*.JPG", b"a.jpg"));
        assert!(matches(Syntax::GlobIgnoreCase, "É*", "éa".as_bytes()));
    }

    #[test]
    fn names_that_are_not_utf8_match_by_byte() {
        assert!(matches(Syntax::Glob, "a*b", b"a\xff\xfeb"));
        assert!(matches(Syntax::Glob, "a?b", b"a\xffb"));
        let raw = Compiled::new(Syntax::Glob, &[&b"?\xff"[..]]).unwrap();
        assert!(raw.matches(b"a\xff"));
        assert!(matches(Syntax::Regex, "(?-u:\\xff)", b"a\xff"));
    }

    #[test]
    fn one_of_several_patterns_is_enough() {
        let all = Compiled::new(Syntax::Regex, &["^a", "z$"]).unwrap();
        assert!(all.matches(b"ab") && all.matches(b"bz"));
        assert!(!all.matches(b"b"));
        let none = Compiled::new::<&str>(Syntax::Regex, &[]).unwrap();
        assert!(!none.matches(b""));
    }

    #[test]
    fn what_is_no_pattern_is_refused_where_it_is_wrong() {
        for (syntax, pattern, at) in [
            (Syntax::Glob, "a[b", 1),
            (Syntax::Glob, "{a", 2),
            (Syntax::Glob, "a?}", 2),
            (Syntax::Glob, "?\\", 2),
            (Syntax::Regex, "a(b", 1),
            (Syntax::Regex, "a{2,1}", 1),
        ] {
            let error = Compiled::new(syntax, &[pattern]).unwrap_err();
            assert_eq!(error.at, at, "{pattern}: {error}");
        }
    }

    #[test]
    fn a_pattern_that_would_grow_without_bound_is_refused() {
        for pattern in ["(((a{100}){100}){100})", "\\pL{10000}"] {
            let error = Compiled::new(Syntax::Regex, &[pattern]).unwrap_err();
            assert!(error.why.contains("too large"), "{error}");
        }
        for unit in ["?", "*a", "{a,b}", "[a]", "a"] {
            let long = unit.repeat((1 << 20) / unit.len());
            let glob = Compiled::new(Syntax::GlobIgnoreCase, &[long]);
            assert!(glob.unwrap_err().why.contains("too large"), "{unit}");
        }
        let deep = "(".repeat(1000) + &")".repeat(1000);
        assert!(Compiled::new(Syntax::Regex, &[deep]).is_err());
    }

    /// What ends, and what is nested, as slowly as any.
    #[test]
    fn a_glob_is_translated_in_time_that_grows_with_its_length() {
        for unit in ["a", "?", "\\*", "[b]", "{a,b}", "\u{e4}", "*"] {
            let glob = unit.repeat(200_000 / unit.len());
            // Most are too large to be compiled.
            let _ = super::regex(Syntax::Glob, glob.as_bytes()).unwrap();
        }
    }

    /// What regular expressions are made of; what cannot be together is rare.
    const REGEXES: [&str; 28] = [
        "a",
        "b",
        ".",
        "^",
        "$",
        "é",
        "[a-c]",
        "[^é]",
        "\\p{Latin}",
        "\\P{Greek}",
        "\\w",
        "\\W",
        "\\b",
        "\\B",
        "\\s",
        "(?i:a)",
        "(?s:.)",
        "(?-u:.)",
        "(?-u:\\xff)",
        "(?s-u:.)",
        "(a|é)",
        "(?:b.)*",
        "(?:a|)+",
        "a{2}",
        "(?m)",
        "|",
        "(",
        "*",
    ];

    /// Parts of globs that mean to others what they mean here, on paths that
    /// are well formed and ASCII.
    fn common_glob() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(
            &[
                "*",
                "?",
                "a",
                "b",
                ".",
                "[ab]",
                "[a-b]",
                "[]a]",
                "[a-]",
                "\\*",
                "\\a",
                "{a,b}",
                "{,a}",
                "{a*,?b}",
                "{a,{b,[ab]}}",
            ][..],
        );
        // A component; no two stars in a row, which mean more.
        let component = prop::collection::vec(piece, 1..4)
            .prop_map(|pieces| pieces.concat())
            .prop_filter("two stars", |it| !it.contains("**"));
        let component = prop_oneof![3 => component, 1 => Just("**".into())];
        let components = prop::collection::vec(component, 1..4);
        let path = components.prop_map(|all| all.join("/"));
        // What stars alone mean there is anybody's guess.
        let other = path.clone().prop_filter("stars alone", |path| {
            path.split('/').any(|component| component != "**")
        });
        let others = prop::collection::vec(other, 2..4);
        let all = others.prop_map(|all| format!("{{{}}}", all.join(",")));
        prop_oneof![2 => path, 1 => all]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn a_glob_is_what_others_make_of_it(
            glob in common_glob(),
            paths in prop::collection::vec(
                "[ab.*-]{1,3}(/[ab.\\]]{1,2}){0,3}", 1..8
            ),
        ) {
            let other = |ignore| {
                let mut builder = globset::GlobBuilder::new(&glob);
                builder.literal_separator(true).empty_alternates(true);
                builder.backslash_escape(true).case_insensitive(ignore);
                builder.build().unwrap().compile_matcher()
            };
            for (syntax, ignore) in
                [(Syntax::Glob, false), (Syntax::GlobIgnoreCase, true)]
            {
                let ours = Compiled::new(syntax, &[&glob]).unwrap();
                let other = other(ignore);
                for path in &paths {
                    let path = match ignore {
                        true => path.to_ascii_uppercase(),
                        false => path.clone(),
                    };
                    prop_assert_eq!(
                        ours.matches(path.as_bytes()),
                        other.is_match(&path),
                        "{} {}", glob, path
                    );
                }
            }
        }

        #[test]
        fn a_regular_expression_is_what_its_crate_makes_of_it(
            patterns in prop::collection::vec(
                prop::collection::vec(
                    prop::sample::select(&REGEXES[..]), 0..7
                ).prop_map(|pieces| pieces.concat()),
                1..4,
            ),
            names in prop::collection::vec(
                prop::collection::vec(
                    prop::sample::select(
                        &b"aabbcCA. \n/\xff\xc3\xa9"[..]
                    ), 0..7
                ), 1..8
            ),
        ) {
            let native: Result<Vec<_>, _> = patterns
                .iter()
                .map(|it| regex::bytes::Regex::new(it))
                .collect();
            let ours = Compiled::new(Syntax::Regex, &patterns);
            prop_assert_eq!(ours.is_ok(), native.is_ok(), "{:?}", ours.err());
            let (Ok(native), Ok(ours)) = (native, ours) else { return Ok(()) };
            for name in &names {
                prop_assert_eq!(
                    ours.matches(name),
                    native.iter().any(|it| it.is_match(name)),
                    "{:?} {:?}", patterns, name
                );
            }
        }
    }

    proptest! {
        #[test]
        fn a_literal_glob_is_the_same_as_its_automaton(
            pattern in "[*]?[ab/.]{0,3}[*]?", name in "[ab/.]{0,5}",
        ) {
            // A class of one character is that character.
            let spelled: String = pattern.chars().map(|it| match it {
                'a' | 'b' | '.' => format!("[{it}]"),
                other => other.to_string(),
            }).collect();
            prop_assert_eq!(glob(&pattern, &name), glob(&spelled, &name));
        }

        #[test]
        fn any_bytes_are_a_pattern_or_an_error(
            pattern in prop::collection::vec(
                prop::sample::select(&b"*?[]{}!^-,\\/ab\xff\xc3\xa9"[..]), 0..12
            ),
            name in prop::collection::vec(any::<u8>(), 0..12),
        ) {
            for syntax in [Syntax::Glob, Syntax::GlobIgnoreCase, Syntax::Regex] {
                match Compiled::new(syntax, &[&pattern]) {
                    Ok(compiled) => { let _ = compiled.matches(&name); }
                    Err(error) => prop_assert!(error.at <= pattern.len() * 4 + 8),
                }
            }
        }
    }
}
