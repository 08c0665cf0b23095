//! Entries that go by a temporary name and cannot have the one that they should
//! get: they have their own back.

use sanchay_core::{escape::escaped, plan::State};

use super::Applying;
use crate::ops::{
    apply::add,
    error::OpsError,
    ring::{Way, first_half},
    rows::Row,
};

impl Applying<'_> {
    /// Gives an entry its own name back that has a temporary one, and cannot
    /// have the one that it should get; those that took it meanwhile go back
    /// before. Where that is not possible, it is told where the entry is.
    pub(super) fn give_name_back(
        &mut self,
        (first, half): (usize, Row),
        second: usize,
        row: &Row,
        why: String,
    ) -> Result<(), OpsError> {
        let (places, steps) = (self.places, self.steps);
        let number = second as u64;
        if !self.actor.is_at(places, row, row.from) {
            // What somebody saved right before its renaming may be there.
            let why =
                match self.actor.put_stranger(places, row.from, half.from) {
                    Ok(()) => why,
                    Err(told) => {
                        self.report.left_aside += 1;
                        format!("{why}; {told}")
                    }
                };
            return self.fail(number, row, half.from, why);
        }
        let between = first.saturating_add(1)..second;
        let way = Way::Forth;
        let actor = &mut self.actor;
        let back = actor.in_the_way(places, steps, between, half.from, way);
        let mut given = back.is_some();
        for at in back.into_iter().flatten() {
            let row = steps.get(at).and_then(|at| places.rows.get(*at));
            let Some(row) = row.copied().filter(|_| given) else { continue };
            given = self.take_back(at, &row);
            if given {
                let why = "it has its old name back, since what has the \
                           new one could not be renamed";
                let half = first_half(places, steps, at);
                let from = half.map_or(row.from, |(_, half)| half.from);
                self.fail(at as u64, &row, from, why.to_owned())?;
            }
        }
        if given && self.take_back(first, &half) {
            let back = "it has its name back";
            self.journal.problem(first as u64, State::Skipped, back)?;
            return self.fail(number, row, half.from, why);
        }
        // Of this step, nothing is written: it can be tried again.
        self.report.failed += 1;
        self.report.left_aside += 1;
        let at = places.absolute(row.from);
        let why = format!("{why}; it is {} now", escaped(&at));
        let row = Row { from: half.from, ..*row };
        add(&mut self.report.problems, places, &row, why);
        Ok(())
    }

    /// Takes a step back that this run did; whether that was possible.
    fn take_back(&mut self, at: usize, row: &Row) -> bool {
        if let Err(why) = self.actor.undo(self.places, row, None) {
            tracing::debug!(why, "an entry does not get its name back");
            return false;
        }
        self.report.done = self.report.done.saturating_sub(1);
        self.report.undoable = self.report.undoable.saturating_sub(1);
        // What is done to other names of its file expects that.
        let _ = self.change_left(at as u64, row);
        true
    }
}
