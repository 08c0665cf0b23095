//! Leaves out what is ignored of what a matcher wants.

use alloc::vec::Vec;
use core::fmt;

use super::budget::Budget;
use super::rule_set::{Applied, RuleSet};
use super::way::Directory;
use crate::batch::{Batch, saturate, widen};
use crate::filter::{Entries, Matches};
use crate::kind::EntryKind;

/// Matching takes more steps than a listing of so many names may cost: the
/// index of the rule set that took the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooCostly(pub u32);

impl fmt::Display for TooCostly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(index) = self;
        write!(f, "matching the rules at index {index} costs too much")
    }
}

impl core::error::Error for TooCostly {}

/// A rule set in the directory of a listing, and the steps that it took.
struct Costed<'r> {
    applied: Option<Applied<'r>>,
    steps: u64,
}

/// The rule sets in force for a listing.
struct InForce<'r> {
    sets: Vec<Costed<'r>>,
    names: Batch<'r>,
    budget: Budget,
}

/// Leaves out of what is wanted the entries and directories that are ignored:
/// those that the last rule set which has a rule for them ignores. What is of
/// unknown kind is left where it would be as a directory or as another entry.
///
/// # Errors
///
/// [`TooCostly`], and nothing is left out.
pub fn retain(
    matches: &mut Matches,
    entries: &Entries<'_>,
    rule_sets: &[&RuleSet],
) -> Result<(), TooCostly> {
    let (Some(names), Some(kinds)) = (entries.names(), entries.kinds()) else {
        return Ok(());
    };
    if rule_sets.is_empty() {
        return Ok(());
    }
    let directory = entries.directory();
    let mut rules = InForce::new(rule_sets, directory, names);
    let Matches { entries, directories } = matches;
    let shown = filter(entries, |index| match kinds.get(widen(index)) {
        Some(EntryKind::Directory) => !rules.ignore(index, true),
        Some(EntryKind::Unknown) => {
            !rules.ignore(index, false) || !rules.ignore(index, true)
        }
        _ => !rules.ignore(index, false),
    });
    let entered = filter(directories, |index| !rules.ignore(index, true));
    rules.within_budget()?;
    *matches = Matches { entries: shown, directories: entered };
    Ok(())
}

/// The indices that pass a test.
fn filter(all: &[u32], mut test: impl FnMut(u32) -> bool) -> Vec<u32> {
    all.iter().copied().filter(|index| test(*index)).collect()
}

impl<'r> InForce<'r> {
    fn new(
        rule_sets: &[&'r RuleSet],
        directory: &[u8],
        names: Batch<'r>,
    ) -> Self {
        let mut budget = Budget::of_listing(names.len());
        let directory = Directory::new(directory);
        let mut sets = Vec::with_capacity(rule_sets.len());
        for rules in rule_sets {
            let before = budget.left();
            let applied = rules.in_directory(&directory, &mut budget);
            let steps = before.saturating_sub(budget.left());
            sets.push(Costed { applied, steps });
        }
        Self { sets, names, budget }
    }

    /// Whether an entry is ignored, as a directory or as something else.
    fn ignore(&mut self, index: u32, is_directory: bool) -> bool {
        let name = self.names.get(widen(index)).unwrap_or_default();
        for set in self.sets.iter_mut().rev() {
            let Some(applied) = &set.applied else { continue };
            let before = self.budget.left();
            let found = applied.ignores(name, is_directory, &mut self.budget);
            let steps = before.saturating_sub(self.budget.left());
            set.steps = set.steps.saturating_add(steps);
            if let Some(ignored) = found {
                return ignored;
            }
        }
        false
    }

    fn within_budget(&self) -> Result<(), TooCostly> {
        if self.budget.left() > 0 {
            return Ok(());
        }
        let sets = self.sets.iter().enumerate();
        let most = sets.max_by_key(|(_, set)| set.steps);
        Err(TooCostly(most.map_or(0, |(index, _)| saturate(index))))
    }
}
