//! Rules that are matched with paths. For a listing, the names on the way to
//! its directory are matched once; what is left of a rule is then a pattern of
//! names, or everything, or nothing.

use alloc::vec::Vec;

use super::budget::Budget;
use super::component::{Component, Shape, Span};
use super::names::{Texts, Tried, try_each};
use super::path::Part;
use super::rule_set::Verdict;
use super::way::{Way, WayNames};
use crate::batch::widen;

/// A part of a path's pattern, compiled.
#[derive(Clone, Copy, Debug)]
enum Step {
    One(Component),
    Any(u32),
    Rest,
}

/// A pattern of paths, and what its rule says.
#[derive(Clone, Copy, Debug)]
struct PathRule {
    /// Where its steps begin and end.
    steps: (usize, usize),
    verdict: Verdict,
    directories: bool,
}

/// The paths without wildcards in one directory.
#[derive(Debug)]
struct Folder {
    /// The directory's path: empty, or with a slash at its end.
    path: Span,
    names: Texts,
}

/// The rules of a rule set that are matched with paths.
#[derive(Debug, Default)]
pub(super) struct Paths {
    /// Paths without wildcards, by their directories.
    folders: Vec<Folder>,
    /// Those with wildcards, the last rule first.
    rules: Vec<PathRule>,
    steps: Vec<Step>,
    /// Texts before they are put into folders: directory, name and rule.
    texts: Vec<(Span, Span, Verdict, bool)>,
}

/// The rules that are left in one directory.
#[derive(Debug, Default)]
pub(super) struct Active<'r> {
    texts: Option<&'r Texts>,
    tried: Vec<Tried>,
    /// Of rules that match everything.
    everything: super::names::Verdicts,
}

impl Paths {
    /// How many parts the patterns with wildcards have.
    pub(super) fn parts(&self) -> usize {
        self.steps.len()
    }

    /// Adds a rule; later ones must be added later.
    pub(super) fn add(
        &mut self,
        parts: &[Part],
        verdict: Verdict,
        directories: bool,
        shared: &mut Vec<u8>,
    ) {
        let start = self.steps.len();
        for part in parts {
            let step = match part {
                Part::Any(least) => Step::Any(*least),
                Part::Rest => Step::Rest,
                Part::One(raw) => match Component::compile(raw, shared) {
                    Some(component) => Step::One(component),
                    None => {
                        self.steps.truncate(start);
                        return;
                    }
                },
            };
            self.steps.push(step);
        }
        let is_text = |step: &Step| match step {
            Step::One(it) => it.shape == Shape::Literal,
            Step::Any(_) | Step::Rest => false,
        };
        let steps = self.steps.get(start..).unwrap_or_default();
        match steps.split_last() {
            Some((Step::One(name), above)) if steps.iter().all(is_text) => {
                let mut path = Vec::new();
                for step in above {
                    if let Step::One(name) = step {
                        path.extend_from_slice(name.bytes.of(shared));
                        path.push(b'/');
                    }
                }
                let path = Span::push(&path, shared);
                self.texts.push((path, name.bytes, verdict, directories));
                self.steps.truncate(start);
            }
            _ => {
                let steps = (start, self.steps.len());
                self.rules.push(PathRule { steps, verdict, directories });
            }
        }
    }

    /// Ends the adding of rules.
    pub(super) fn finish(&mut self, shared: &[u8]) {
        let mut texts = core::mem::take(&mut self.texts);
        texts.sort_by(|a, b| a.0.of(shared).cmp(b.0.of(shared)));
        for (path, name, verdict, directories) in texts {
            let same =
                |it: &&mut Folder| it.path.of(shared) == path.of(shared);
            match self.folders.last_mut().filter(same) {
                Some(folder) => folder.names.add(name, verdict, directories),
                None => {
                    let mut names = Texts::default();
                    names.add(name, verdict, directories);
                    self.folders.push(Folder { path, names });
                }
            }
        }
        for folder in &mut self.folders {
            folder.names.sort(shared);
        }
        self.rules.reverse();
        self.rules.shrink_to_fit();
        self.steps.shrink_to_fit();
    }

    /// The rules that are left in the directory that a way leads to.
    pub(super) fn in_directory<'r>(
        &'r self,
        way: &Way<'_, '_>,
        shared: &[u8],
        budget: &mut Budget,
    ) -> Active<'r> {
        let mut active = Active::default();
        if let Some(depth) = self.folders.len().checked_ilog2() {
            budget.spend(way.steps().saturating_mul(widen(depth + 1)));
            let folder = self
                .folders
                .binary_search_by(|it| way.compare(it.path.of(shared)));
            let folder = folder.ok().and_then(|at| self.folders.get(at));
            active.texts = folder.map(|it| &it.names);
        }
        if self.rules.is_empty() {
            return active;
        }
        let above = way.split_above(budget);
        let names = way.names(&above, budget);
        let mut matching = Matching { shared, budget };
        for rule in &self.rules {
            let (start, end) = rule.steps;
            let steps = self.steps.get(start..end).unwrap_or_default();
            let PathRule { verdict, directories, .. } = *rule;
            match matching.left(steps, names) {
                None => {}
                Some(None) => active.everything.add(verdict, directories),
                Some(Some(pattern)) => {
                    active.tried.push(Tried { pattern, verdict, directories });
                }
            }
        }
        active
    }
}

/// What matching needs.
struct Matching<'m> {
    shared: &'m [u8],
    budget: &'m mut Budget,
}

impl Matching<'_> {
    /// What is left of a pattern behind the names on a way: the pattern of a
    /// name, or, without one, everything. `None` where nothing matches.
    fn left(
        &mut self,
        steps: &[Step],
        way: WayNames<'_>,
    ) -> Option<Option<Component>> {
        self.budget.spend(1 + steps.len() / 8);
        let is_name = |step: &Step| matches!(step, Step::One(_));
        let after = match steps.iter().rposition(|step| !is_name(step)) {
            Some(last) => last + 1,
            None => 0,
        };
        let (before, names) = steps.split_at_checked(after)?;
        let Some((Step::One(last), above)) = names.split_last() else {
            // It ends in what matches all that is left.
            let (_, before) = before.split_last()?;
            return self.begins(before, way, true).then_some(None);
        };
        let split = way.len().checked_sub(above.len())?;
        let (begin, end) = way.split_at(split)?;
        let found = self.same(above, end)
            && self.begins(before, begin, !before.is_empty());
        found.then_some(Some(*last))
    }

    /// Whether names match as many steps, one each.
    fn same(&mut self, steps: &[Step], names: WayNames<'_>) -> bool {
        steps.len() == names.len()
            && steps.iter().zip(names).all(|(step, name)| match step {
                Step::One(it) => {
                    self.budget.spend(1)
                        && it.matches(self.shared, name, self.budget)
                }
                Step::Any(_) | Step::Rest => false,
            })
    }

    /// Whether steps match names from the first on: all of them, or `open`
    /// for more. What follows a gap is found where it is first; that leaves
    /// the most to what follows.
    fn begins(
        &mut self,
        steps: &[Step],
        way: WayNames<'_>,
        open: bool,
    ) -> bool {
        let mut parts = steps.split(|step| !matches!(step, Step::One(_)));
        let first = parts.next().unwrap_or_default();
        let Some((names, mut way)) = way.split_at(first.len()) else {
            return false;
        };
        if !self.same(first, names) {
            return false;
        }
        let gaps = steps.iter().filter_map(|step| match step {
            Step::Any(least) => Some(*least),
            Step::One(_) | Step::Rest => None,
        });
        for (part, least) in parts.zip(gaps) {
            let Some(mut rest) = way.skip(widen(least)) else { return false };
            loop {
                let Some((names, behind)) = rest.split_at(part.len()) else {
                    return false;
                };
                if self.same(part, names) {
                    way = behind;
                    break;
                }
                rest = rest.skip(1).unwrap_or_default();
            }
        }
        open || way.is_empty()
    }
}

impl Active<'_> {
    /// What the last rule that matches a name says.
    #[inline]
    pub(super) fn last(
        &self,
        shared: &[u8],
        name: &[u8],
        is_directory: bool,
        budget: &mut Budget,
    ) -> Verdict {
        let texts = self.texts.map(|it| it.get(name, shared));
        let texts = texts.unwrap_or_default().of(is_directory);
        let found = texts.max(self.everything.of(is_directory));
        try_each(&self.tried, found, shared, name, is_directory, budget)
    }
}
