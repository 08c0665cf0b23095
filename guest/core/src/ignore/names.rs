//! Rules that are matched with a name alone. Texts and extensions, which most
//! rules are, are found by a search among sorted ones; other patterns are
//! tried one by one, the last rule first, until one that was found decides.

use alloc::vec::Vec;

use super::budget::Budget;
use super::component::{Component, Shape, Span};
use super::rule_set::Verdict;

/// What the last rules with one key say: of any entry, and of directories.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Verdicts {
    any: Verdict,
    directory: Verdict,
}

impl Verdicts {
    /// Adds what a rule says.
    pub(super) fn add(&mut self, verdict: Verdict, directories: bool) {
        let place = match directories {
            true => &mut self.directory,
            false => &mut self.any,
        };
        *place = verdict.max(*place);
    }

    /// Adds what others say.
    pub(super) fn join(&mut self, others: Self) {
        self.any = self.any.max(others.any);
        self.directory = self.directory.max(others.directory);
    }

    /// What is said of an entry.
    #[inline]
    pub(super) fn of(self, is_directory: bool) -> Verdict {
        match is_directory {
            true => self.any.max(self.directory),
            false => self.any,
        }
    }
}

/// Rules by a text that they share with what they match, sorted by it.
#[derive(Debug, Default)]
pub(super) struct Texts {
    sorted: Vec<(Span, Verdicts)>,
    /// A bit for each length of a text; the last for all that are longer.
    lengths: u64,
}

impl Texts {
    /// Adds a rule, before the texts are sorted.
    pub(super) fn add(
        &mut self,
        text: Span,
        verdict: Verdict,
        directories: bool,
    ) {
        let mut verdicts = Verdicts::default();
        verdicts.add(verdict, directories);
        self.sorted.push((text, verdicts));
    }

    /// Sorts them, and keeps each once.
    pub(super) fn sort(&mut self, shared: &[u8]) {
        self.sorted
            .sort_unstable_by(|a, b| a.0.of(shared).cmp(b.0.of(shared)));
        self.sorted.dedup_by(|later, kept| {
            let same = later.0.of(shared) == kept.0.of(shared);
            if same {
                kept.1.join(later.1);
            }
            same
        });
        self.sorted.shrink_to_fit();
        let lengths = self.sorted.iter().map(|(text, _)| text.of(shared));
        self.lengths = lengths.fold(0, |all, it| all | bit(it.len()));
    }

    /// What the rules with this text say.
    #[inline]
    pub(super) fn get(&self, text: &[u8], shared: &[u8]) -> Verdicts {
        if self.lengths & bit(text.len()) == 0 {
            return Verdicts::default();
        }
        let found = self
            .sorted
            .binary_search_by(|(span, _)| span.of(shared).cmp(text));
        let found = found.ok().and_then(|at| self.sorted.get(at));
        found.map_or(Verdicts::default(), |(_, verdicts)| *verdicts)
    }
}

fn bit(length: usize) -> u64 {
    1 << length.min(63)
}

/// A pattern, and what its rule says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tried {
    pub(super) pattern: Component,
    pub(super) verdict: Verdict,
    pub(super) directories: bool,
}

/// The rules of a rule set that are matched with names.
#[derive(Debug, Default)]
pub(super) struct Names {
    texts: Texts,
    /// Those of what follows the last dot of a name.
    extensions: Texts,
    /// Other patterns, the last rule first.
    tried: Vec<Tried>,
}

impl Names {
    /// Adds a rule; later ones must be added later.
    pub(super) fn add(&mut self, rule: Tried, shared: &mut Vec<u8>) {
        let Tried { pattern, verdict, directories } = rule;
        let text = pattern.bytes.of(shared);
        match (pattern.shape, text) {
            (Shape::Literal, _) => {
                self.texts.add(pattern.bytes, verdict, directories);
            }
            (Shape::Suffix, [b'.', extension @ ..])
                if !extension.contains(&b'.') =>
            {
                let extension = extension.to_vec();
                let span = Span::push(&extension, shared);
                self.extensions.add(span, verdict, directories);
            }
            _ => self.tried.push(rule),
        }
    }

    /// Ends the adding of rules.
    pub(super) fn finish(&mut self, shared: &[u8]) {
        self.texts.sort(shared);
        self.extensions.sort(shared);
        self.tried.reverse();
        self.tried.shrink_to_fit();
    }

    /// What the last rule that matches a name says.
    #[inline]
    pub(super) fn last(
        &self,
        shared: &[u8],
        name: &[u8],
        is_directory: bool,
        budget: &mut Budget,
    ) -> Verdict {
        let mut last = self.texts.get(name, shared).of(is_directory);
        if self.extensions.lengths != 0
            && let Some(dot) = memchr::memrchr(b'.', name)
        {
            let extension = name.get(dot + 1..).unwrap_or_default();
            let found = self.extensions.get(extension, shared);
            last = last.max(found.of(is_directory));
        }
        try_each(&self.tried, last, shared, name, is_directory, budget)
    }
}

/// What the last of these rules says that matches a name, if it comes after
/// the one that was found.
#[inline]
pub(super) fn try_each(
    rules: &[Tried],
    found: Verdict,
    shared: &[u8],
    name: &[u8],
    is_directory: bool,
    budget: &mut Budget,
) -> Verdict {
    for rule in rules {
        if rule.verdict < found {
            break;
        }
        budget.spend(1);
        let applies = is_directory || !rule.directories;
        if applies && rule.pattern.matches(shared, name, budget) {
            return rule.verdict;
        }
    }
    found
}
