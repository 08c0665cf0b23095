//! Ignore rules: parsed where they are needed, and kept while they are used.

use std::collections::HashMap;
use std::sync::Arc;

use sanchay_core::filter::Matches;
use sanchay_core::ignore::Place;
use wasmtime::component::ResourceAny;
use wasmtime::{Error, Result};

use super::Inspector;
use super::Instance;
use super::filtering::crossing;
use crate::filter::Listing;
use crate::ignore::{IgnoreError, IgnoreFile};
use crate::{Fault, wire};

/// How many bytes the rules in an instance may take up together before those
/// that were not used for the longest time are dropped.
const MAX_WEIGHT: usize = 24 << 20;

/// How many rule sets an instance keeps at most.
const MAX_RULE_SETS: usize = 1024;

/// The rule sets of an instance.
#[derive(Default)]
pub(super) struct RuleSets {
    by_id: HashMap<u64, RuleSet>,
    /// What they weigh together.
    weight: usize,
    /// How many listings were matched with rules.
    listings: u64,
}

struct RuleSet {
    resource: ResourceAny,
    weight: usize,
    /// The listing that it was used for last.
    used: u64,
}

type Parsed = Result<ResourceAny, wire::RulesError>;

impl Inspector {
    /// Parses an ignore file for the calls below, so that its mistakes show.
    ///
    /// # Errors
    ///
    /// An [`IgnoreError`] that says why the file is refused, or wraps a
    /// [`Fault`] of the instance.
    pub fn add_rules(&mut self, file: &IgnoreFile) -> Result<(), IgnoreError> {
        let parsed = self.caller.call(|instance| {
            if instance.resources.rules.by_id.contains_key(&file.id()) {
                return Ok(Ok(()));
            }
            Ok(parse(instance, file)?.map(|_| ()))
        })?;
        parsed.map_err(|error| IgnoreError::Refused(error.into()))
    }

    /// As [`match_names`](Self::match_names), and leaves out what is ignored:
    /// the last of these files decides that has a rule for an entry.
    ///
    /// # Errors
    ///
    /// [`IgnoreError::TooCostly`]; otherwise as for
    /// [`match_names`](Self::match_names).
    pub fn match_names_ignoring(
        &mut self,
        listing: &Listing<'_>,
        files: &[Arc<IgnoreFile>],
        out: &mut Matches,
    ) -> Result<(), IgnoreError> {
        out.entries.clear();
        out.directories.clear();
        let filter = self.filter.as_ref().ok_or(Fault::NoFilter)?;
        let kinds = &mut self.kinds;
        let (answer,) = self.caller.call(|instance| {
            let resource = filter.resource(instance)?;
            let rules = resources(instance, files)?;
            let listing = crossing(listing, kinds);
            let Instance { store, exports, .. } = instance;
            exports
                .match_names_ignoring
                .call(store, (resource, listing, &rules[..]))
        })?;
        let matches = match answer {
            Ok(matches) => matches,
            Err(wire::IgnoringError::Batch(error)) => {
                return Err(Fault::Batch(error.into()).into());
            }
            Err(wire::IgnoringError::TooCostly(index)) => {
                let index = usize::try_from(index).unwrap_or(usize::MAX);
                if index < files.len() {
                    return Err(IgnoreError::TooCostly(index));
                }
                let why = "rules that were not given cost too much";
                return Err(self.caller.contract_violation(why).into());
            }
        };
        *out = self.checked(matches, listing)?;
        Ok(())
    }
}

/// The rules of files in this instance, which may be a fresh one.
fn resources(
    instance: &mut Instance,
    files: &[Arc<IgnoreFile>],
) -> Result<Vec<ResourceAny>> {
    let rules = &mut instance.resources.rules;
    rules.listings += 1;
    for file in files {
        if let Some(set) = rules.by_id.get_mut(&file.id()) {
            set.used = rules.listings;
        }
    }
    let resource = |file: &Arc<IgnoreFile>| {
        if let Some(set) = instance.resources.rules.by_id.get(&file.id()) {
            return Ok(set.resource);
        }
        parse(instance, file)?
            .map_err(|_| Error::msg("it no longer accepts ignore rules"))
    };
    files.iter().map(resource).collect()
}

/// Parses a file, after others made room for it.
fn parse(instance: &mut Instance, file: &IgnoreFile) -> Result<Parsed> {
    let weight = file.weight();
    make_room(instance, weight)?;
    let Instance { store, exports, resources } = instance;
    let place = match file.place() {
        Place::Below(path) => wire::RulesPlace::Below(path),
        Place::Above(path) => wire::RulesPlace::Above(path),
    };
    let (parsed,) = exports.parse_rules.call(store, (file.text(), place))?;
    if let Ok(resource) = parsed {
        let rules = &mut resources.rules;
        rules.weight += weight;
        let set = RuleSet { resource, weight, used: rules.listings };
        rules.by_id.insert(file.id(), set);
    }
    Ok(parsed)
}

/// Drops the rule sets that were not used for the longest time, until there
/// is room for one more. Those of the listing that is matched now stay.
fn make_room(instance: &mut Instance, weight: usize) -> Result<()> {
    loop {
        let rules = &mut instance.resources.rules;
        let fits = rules.weight + weight <= MAX_WEIGHT
            && rules.by_id.len() < MAX_RULE_SETS;
        let now = rules.listings;
        let unused = rules.by_id.iter().filter(|(_, set)| set.used < now);
        let oldest = unused.min_by_key(|(_, set)| set.used);
        let oldest = oldest.map(|(id, _)| *id).filter(|_| !fits);
        let Some(set) = oldest.and_then(|id| rules.by_id.remove(&id)) else {
            return Ok(());
        };
        rules.weight = rules.weight.saturating_sub(set.weight);
        set.resource.resource_drop(&mut instance.store)?;
    }
}
