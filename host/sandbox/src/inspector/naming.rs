//! New names for the files of a run.

use sanchay_core::batch::Batch;
use sanchay_core::naming::{Naming, Refusal};
use sanchay_core::plan::{check_component, check_path};
use sanchay_core::time::Offsets;
use wasmtime::component::ResourceAny;

use super::Inspector;
use super::Instance;
use crate::wire::naming as wire;
use crate::{Fault, Names};

/// The naming that was begun.
#[derive(Clone, Copy, Debug)]
pub(super) struct Begun {
    /// In the instance of this generation.
    generation: u64,
    folders: bool,
}

impl Inspector {
    /// Begins to name the files of a run: compiles its naming, which must
    /// have been compiled outside before, so that nothing can be wrong with
    /// it. Times are in `zone`.
    ///
    /// # Errors
    ///
    /// Any [`Fault`] of the instance.
    pub fn begin_naming(
        &mut self,
        naming: &Naming,
        zone: &Offsets,
    ) -> Result<(), Fault> {
        self.naming = None;
        let changes = zone.changes().iter();
        let changes: Vec<_> = changes
            .map(|it| wire::OffsetChange {
                since: it.since,
                offset: it.offset,
            })
            .collect();
        let compiled = self.caller.call(|instance| {
            let Instance { store, exports, resources } = instance;
            if let Some(before) = resources.namer.take() {
                before.resource_drop(&mut *store)?;
            }
            let rules = wire::Rules {
                template: &naming.template,
                pattern: naming.pattern.as_deref(),
                replacements: &naming.replacements,
                folders: naming.folders,
                truncate: naming.truncate,
                portable: naming.portable,
                zone: &changes,
            };
            let (answer,) = exports.compile_rules.call(store, (rules,))?;
            Ok(answer.map(|namer| resources.namer = Some(namer)))
        })?;
        if let Err(error) = compiled {
            let (part, at) = match error {
                wire::RulesError::Template(at) => ("template", at),
                wire::RulesError::Pattern(at) => ("pattern", at),
                wire::RulesError::Replacement(at) => ("replacement", at),
            };
            let why = format!("it refuses the {part}, at {at}");
            return Err(self.caller.contract_violation(why));
        }
        let generation = self.caller.generation();
        self.naming = Some(Begun { generation, folders: naming.folders });
        Ok(())
    }

    /// Names the files that come next: their records, each encoded as a
    /// `RecordBatch` of the naming's fields does it, end to end, and where
    /// each ends.
    ///
    /// # Errors
    ///
    /// [`Fault::StreamLost`] where the instance was discarded since the
    /// naming was begun, [`Fault::NoStream`] where none was; otherwise any
    /// [`Fault`] of the instance.
    pub fn name_records(
        &mut self,
        data: &[u8],
        ends: &[u32],
    ) -> Result<Names, Fault> {
        let begun = self.naming.ok_or(Fault::NoStream)?;
        if begun.generation != self.caller.generation() {
            return Err(Fault::StreamLost);
        }
        let answer = self.caller.call(|instance| {
            let Instance { store, exports, resources } = instance;
            let Some(namer) = resources.namer else { return Ok(None) };
            let call = (namer, data, ends);
            let (answer,) = exports.name.call(store, call)?;
            Ok(Some(answer))
        })?;
        let answer = answer.ok_or(Fault::StreamLost)?;
        let names = answer.map_err(|error| Fault::Batch(error.into()))?;
        checked(names, ends.len(), begun.folders)
            .map_err(|what| self.caller.contract_violation(what))
    }
}

fn checked(
    names: wire::Names,
    count: usize,
    folders: bool,
) -> Result<Names, &'static str> {
    let wire::Names { data, ends, outcomes } = names;
    if outcomes.len() != count || ends.len() != count {
        return Err("names for another number of files");
    }
    let batch = Batch::new(&data, &ends).map_err(|_| "malformed names")?;
    let mut refusals = Vec::with_capacity(count);
    for (name, outcome) in batch.iter().zip(outcomes) {
        let refusal = match outcome {
            wire::Outcome::Named => None,
            wire::Outcome::Unmatched => Some(Refusal::Unmatched),
            wire::Outcome::Missing(number) => Some(Refusal::Missing(number)),
            wire::Outcome::Refused(flaw) => Some(Refusal::Name(flaw.into())),
            wire::Outcome::NotPortable => Some(Refusal::NotPortable),
        };
        let sound = match (refusal, folders) {
            (Some(_), _) => name.is_empty(),
            (None, true) => name.is_empty() || check_path(name).is_ok(),
            (None, false) => check_component(name).is_ok(),
        };
        if !sound {
            return Err("a name that is none");
        }
        refusals.push(refusal);
    }
    Ok(Names { data, ends, refusals })
}

/// What the instance holds.
pub(super) type Namer = Option<ResourceAny>;
