//! The last step of a match, where the filter tests how alike files are: of
//! what was compared. All else that it asks for has been decided by then.

use std::collections::HashMap;

use sanchay_core::filter::{ContentColumn, Slot, ValueColumns};
use sanchay_sandbox::{Fault, plugin::Value};

use super::texts::Texts;
use crate::{
    error::Error, inspect::Inspect, options::WalkOptions, pool::Pool,
};

/// The option that such a test comes from.
const OPTION: &str = "where";

/// A filter that tests how alike files are.
pub(super) struct BySimilarity {
    inspector: Box<dyn Inspect>,
    slot: Slot,
    /// What was asked before: many pairs are as alike as others.
    known: HashMap<u64, bool>,
    /// What went wrong first.
    fault: Option<Fault>,
}

impl BySimilarity {
    /// The filter of a walk, if it tests that.
    pub(super) fn new(
        pool: &Pool,
        walk: &WalkOptions,
    ) -> Result<Option<Self>, Error> {
        let program = walk.program()?;
        let slots = program.slots().into_iter();
        let mut slots =
            slots.filter(|(_, name)| *name == ValueColumns::SIMILARITY);
        let Some((slot, _)) = slots.next() else { return Ok(None) };
        if !program.results_decide_alone() {
            let why = "similarity is joined to other tests by and only, as \
                       they are decided before files are compared";
            let (option, why) = (OPTION, why.to_owned());
            return Err(Error::Option { option, why });
        }
        let (mut inspector, _) = pool.fresh_inspector();
        inspector.set_filter(&program)?;
        let (known, fault) = (HashMap::new(), None);
        Ok(Some(Self { inspector, slot, known, fault }))
    }

    /// Whether a file, or a pair, is wanted that is as alike as this. None is
    /// once something went wrong.
    pub(super) fn wants(&mut self, similarity: f64) -> bool {
        let key = similarity.to_bits();
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        match self.ask(similarity) {
            Ok(wanted) => {
                self.known.insert(key, wanted);
                wanted
            }
            Err(fault) => {
                self.fault.get_or_insert(fault);
                false
            }
        }
    }

    /// What went wrong, if anything did.
    pub(super) fn outcome(&mut self) -> Result<(), Error> {
        self.fault.take().map_or(Ok(()), |it| Err(Error::Sandbox(it)))
    }

    fn ask(&mut self, similarity: f64) -> Result<bool, Fault> {
        let similarity = Value::Float(similarity);
        let value = |_, column| match column {
            ContentColumn::Slot(slot) if slot == self.slot => {
                Some(&similarity)
            }
            _ => None,
        };
        let (columns, mut numbers) = (self.slot.column(), Vec::new());
        columns.push_contents(1, &value, &mut numbers);
        let mut wanted = Vec::new();
        self.inspector.match_metadata(
            1,
            None,
            columns,
            &numbers,
            &mut wanted,
        )?;
        Ok(!wanted.is_empty())
    }

    /// Those of a group's texts that are wanted. A group of which only the
    /// first file is left has none.
    pub(super) fn of_group(
        &mut self,
        group: &[(u32, f64)],
        texts: &Texts,
    ) -> Vec<(u32, f64)> {
        let wanted = group.iter().copied().filter(|it| self.wants(it.1));
        let wanted: Vec<_> = wanted.collect();
        let is_first_alone = match wanted.as_slice() {
            [(text, _)] => {
                group.first().is_some_and(|it| it.0 == *text)
                    && texts.others(*text).next().is_none()
            }
            _ => false,
        };
        if is_first_alone { Vec::new() } else { wanted }
    }
}
