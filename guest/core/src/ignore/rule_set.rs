//! What one ignore file says, and where it applies.

use alloc::vec::Vec;
use core::fmt;

use super::budget::Budget;
use super::component::Component;
use super::line;
use super::names::{Names, Tried};
use super::path;
use super::paths::{Active, Paths};
use super::rule::{Pattern, Rule};
use super::way::{Directory, Way};

/// No ignore file is longer, in bytes.
pub const MAX_TEXT: usize = 1 << 20;

/// No ignore file has more rules, where each part of a path with wildcards
/// counts as one.
pub const MAX_RULES: usize = 20_000;

/// Where the directory of an ignore file lies.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// It is the root of the walk or lies below it: its path below the root,
    /// empty for the root itself, otherwise with a slash at its end.
    Below(Vec<u8>),
    /// It lies above the root: the path of the root below it, with a slash at
    /// its end.
    Above(Vec<u8>),
}

/// Why the text of an ignore file is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleSetError {
    /// It is longer than [`MAX_TEXT`].
    TooLong,
    /// It has more than [`MAX_RULES`].
    TooManyRules,
}

impl fmt::Display for RuleSetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => {
                write!(f, "it is longer than {MAX_TEXT} bytes")
            }
            Self::TooManyRules => {
                write!(f, "it has more than {MAX_RULES} rules")
            }
        }
    }
}

impl core::error::Error for RuleSetError {}

/// What the last rule that matches an entry says of it. A later rule is
/// greater; the default is that there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Verdict(u32);

impl Verdict {
    /// What a rule says; rules are numbered from 0.
    fn of(number: u32, negated: bool) -> Self {
        let number = number.saturating_add(1);
        Self(number.saturating_mul(2) | u32::from(negated))
    }

    /// Whether the entry is ignored; `None` where no rule matches.
    #[inline]
    pub(super) fn ignores(self) -> Option<bool> {
        (self.0 > 0).then_some(self.0 & 1 == 0)
    }
}

/// The rules of one ignore file.
#[derive(Debug)]
pub struct RuleSet {
    place: Place,
    /// How many names the path of its place has.
    depth: usize,
    /// The bytes of all patterns.
    shared: Vec<u8>,
    names: Names,
    paths: Paths,
}

impl RuleSet {
    /// Reads the text of an ignore file, as git does. A line that cannot match
    /// anything is no error.
    ///
    /// # Errors
    ///
    /// A text that is larger than an ignore file may be.
    pub fn parse(text: &[u8], place: Place) -> Result<Self, RuleSetError> {
        if text.len() > MAX_TEXT {
            return Err(RuleSetError::TooLong);
        }
        let mut shared = Vec::new();
        let (mut names, mut paths) = (Names::default(), Paths::default());
        for (number, line) in (0..).zip(line::patterns(text)) {
            let Rule { negated, directories, pattern } = Rule::parse(line);
            let verdict = Verdict::of(number, negated);
            let mut add_name = |raw: &[u8], shared: &mut Vec<u8>| {
                if let Some(pattern) = Component::compile(raw, shared) {
                    let rule = Tried { pattern, verdict, directories };
                    names.add(rule, shared);
                }
            };
            match pattern {
                Pattern::Name(raw) => add_name(raw, &mut shared),
                Pattern::Path(raw) => {
                    for parts in path::parts(raw) {
                        match parts.as_slice() {
                            [path::Part::Any(0), path::Part::One(raw)] => {
                                add_name(raw, &mut shared);
                            }
                            parts => paths.add(
                                parts,
                                verdict,
                                directories,
                                &mut shared,
                            ),
                        }
                    }
                }
            }
            let rules = usize::try_from(number).unwrap_or(usize::MAX);
            if rules.saturating_add(paths.parts()) >= MAX_RULES {
                return Err(RuleSetError::TooManyRules);
            }
        }
        names.finish(&shared);
        paths.finish(&shared);
        shared.shrink_to_fit();
        let (Place::Below(path) | Place::Above(path)) = &place;
        let depth = memchr::memchr_iter(b'/', path).count();
        Ok(Self { place, depth, shared, names, paths })
    }

    /// The rules in a directory; `None` where they do not apply.
    pub(super) fn in_directory<'r>(
        &'r self,
        directory: &Directory<'_>,
        budget: &mut Budget,
    ) -> Option<Applied<'r>> {
        let way = match &self.place {
            Place::Above(above) => Way::from_above(above, directory),
            Place::Below(own) => {
                if !directory.is_in(own, budget) {
                    return None;
                }
                Way::from_below((own.len(), self.depth), directory)
            }
        };
        let active = self.paths.in_directory(&way, &self.shared, budget);
        Some(Applied { rules: self, active })
    }
}

/// A rule set in one directory.
#[derive(Debug)]
pub(super) struct Applied<'r> {
    rules: &'r RuleSet,
    active: Active<'r>,
}

impl Applied<'_> {
    /// Whether an entry is ignored; `None` where no rule matches it.
    #[inline]
    pub(super) fn ignores(
        &self,
        name: &[u8],
        is_directory: bool,
        budget: &mut Budget,
    ) -> Option<bool> {
        let RuleSet { shared, names, .. } = self.rules;
        let by_name = names.last(shared, name, is_directory, budget);
        let by_path = self.active.last(shared, name, is_directory, budget);
        by_name.max(by_path).ignores()
    }
}
