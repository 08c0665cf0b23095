//! Reading and parsing a list, a block at a time, while its files are checked.

use std::sync::PoisonError;

use sanchay_sandbox::Inspector;

use super::{Check, FILES_A_PART, PARTS_A_THREAD, Unit, verify::Promised};
use crate::{error::Error, frontier::Spot, sequence::Place};

impl Check<'_> {
    /// Reads and parses a block of the list, and passes its promises and the
    /// rest of the list on.
    pub(super) fn parse(
        &self,
        place: Place,
        spot: Spot,
        inspector: &mut Inspector,
    ) -> Result<(), Error> {
        let block = self
            .blocks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next()
            .map_err(Error::Checklist)?;
        let Some(block) = block else {
            self.fill(place, Vec::new());
            return Ok(());
        };
        let algorithm = self.options.algorithm;
        let list = inspector
            .parse_checklist(&block.text, algorithm, block.separator)
            .map_err(Error::Sandbox)?;
        self.blocks.lock().unwrap_or_else(PoisonError::into_inner).note(&list);
        let number = |line: u32| block.lines + u64::from(line) + 1;
        let malformed = list.malformed.into_iter().map(|it| Promised {
            line: number(it.line),
            path: Vec::new(),
            expected: Err(it.flaw),
        });
        let promises = list.promises.into_iter().map(|promise| Promised {
            line: number(promise.line),
            path: promise.path,
            expected: Ok(promise.expected),
        });
        let mut all: Vec<_> = malformed.chain(promises).collect();
        all.sort_by_key(|promised| promised.line);
        let most = all.len().div_ceil(PARTS_A_THREAD * self.engine.threads());
        let most = most.clamp(1, FILES_A_PART);
        let mut parts = Vec::new();
        while !all.is_empty() {
            let rest = all.split_off(all.len().min(most));
            parts.push(std::mem::replace(&mut all, rest));
        }
        let mut places =
            self.sequence.split(place, parts.len() + 1).into_iter();
        let mut units: Vec<_> = parts
            .into_iter()
            .zip(places.by_ref())
            .map(|(part, place)| Unit::Verify(place, part))
            .collect();
        units.extend(places.map(Unit::Parse));
        self.frontier.push(spot, units);
        Ok(())
    }
}
