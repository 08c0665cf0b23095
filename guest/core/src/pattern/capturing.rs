//! A regular expression that tells where its groups are.

use alloc::boxed::Box;
use core::fmt;
use core::ops::Range;

use regex_automata::Input;
use regex_automata::meta::{self, Cache, Regex};
use regex_automata::nfa::thompson::WhichCaptures;
use regex_automata::util::captures::Captures;
use regex_automata::util::syntax;

use super::PatternError;
use super::compiled::{MAX_AUTOMATON, MAX_CACHE, MAX_NESTING, MAX_TEXT};
use super::compiled::{refused, too_large};

/// A regular expression, over bytes, and where its groups were found last.
pub struct Capturing {
    regex: Regex,
    cache: Box<Cache>,
    found: Captures,
}

impl fmt::Debug for Capturing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capturing").field("regex", &self.regex).finish()
    }
}

impl Capturing {
    /// Compiles a regular expression; with `ignore`, without regard to case.
    ///
    /// # Errors
    ///
    /// It is not well formed, or too large.
    pub fn new(regex: &str, ignore: bool) -> Result<Self, PatternError> {
        if regex.len() > MAX_TEXT {
            return Err(too_large());
        }
        let config = meta::Config::new()
            .utf8_empty(true)
            .nfa_size_limit(Some(MAX_AUTOMATON))
            .hybrid_cache_capacity(MAX_CACHE)
            .which_captures(WhichCaptures::All);
        let parser = syntax::Config::new()
            .utf8(false)
            .nest_limit(MAX_NESTING)
            .case_insensitive(ignore);
        let regex = Regex::builder()
            .configure(config)
            .syntax(parser)
            .build(regex)
            .map_err(|error| refused(&error))?;
        let cache = Box::new(regex.create_cache());
        let found = regex.create_captures();
        Ok(Self { regex, cache, found })
    }

    /// Searches a name; whether it matches.
    pub fn search(&mut self, name: &[u8]) -> bool {
        self.search_from(name, 0)
    }

    /// The same from a place on; what stands before it still counts for
    /// `^` and `\b`.
    pub fn search_from(&mut self, name: &[u8], from: usize) -> bool {
        if from > name.len() {
            return false;
        }
        let input = Input::new(name).range(from..);
        self.regex.search_captures_with(
            &mut self.cache,
            &input,
            &mut self.found,
        );
        self.found.is_match()
    }

    /// Where a group was found: 0 is all that matched.
    #[must_use]
    pub fn group(&self, number: usize) -> Option<Range<usize>> {
        self.found.get_group(number).map(|span| span.range())
    }

    /// The names of the groups, in their order; the first is all that
    /// matches.
    pub fn group_names(&self) -> impl Iterator<Item = Option<&str>> {
        let first = regex_automata::PatternID::ZERO;
        self.regex.group_info().pattern_names(first)
    }
}
