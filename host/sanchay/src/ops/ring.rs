//! Entries that swap their names, or pass them on in a ring: one of them goes
//! by a temporary name, in two steps. Where it cannot have the other name, it
//! has to get a name back, and those that took that have to make way again.

use std::{collections::HashMap, ops::Range};

use sanchay_core::{
    escape::escaped,
    plan::{Operation, TEMPORARY},
};

use super::{
    act::{Actor, Tried, why},
    folders::FolderId,
    places::Places,
    rows::{Row, Spot},
};

/// Which way steps are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// As they are in the plan.
    Forth,
    /// From the last to the first.
    Back,
}

impl Way {
    /// Where a step's entry is that was taken this way.
    const fn to(self, row: &Row) -> Spot {
        match self {
            Self::Forth => row.to,
            Self::Back => row.from,
        }
    }

    /// Where it was before.
    const fn from(self, row: &Row) -> Spot {
        match self {
            Self::Forth => row.from,
            Self::Back => row.to,
        }
    }
}

/// A place, for who compares places.
fn key(places: &Places, spot: Spot) -> (FolderId, &[u8]) {
    (spot.folder, places.rows.name(spot))
}

fn row(places: &Places, steps: &[u32], number: usize) -> Option<Row> {
    places.rows.get(*steps.get(number)?).copied()
}

fn is_temporary(places: &Places, spot: Spot) -> bool {
    places.rows.name(spot).starts_with(TEMPORARY.as_bytes())
}

/// Whether a step is done to an entry that has a temporary name.
pub(super) fn is_second_half(places: &Places, row: &Row) -> bool {
    row.operation.has_source() && is_temporary(places, row.from)
}

/// The step that gave an entry the temporary name from which another gives it
/// its new one.
pub(super) fn first_half(
    places: &Places,
    steps: &[u32],
    second: usize,
) -> Option<(usize, Row)> {
    let of = row(places, steps, second)?;
    if !is_second_half(places, &of) {
        return None;
    }
    let is_first = |(_, row): &(usize, Row)| {
        row.operation == Operation::Rename
            && row.id == of.id
            && key(places, row.to) == key(places, of.from)
    };
    let before = (0..second).rev();
    before.filter_map(|at| Some((at, row(places, steps, at)?))).find(is_first)
}

/// The step that gives an entry its new name which another gave a temporary
/// one.
pub(super) fn second_half(
    places: &Places,
    steps: &[u32],
    first: usize,
) -> Option<(usize, Row)> {
    let of = row(places, steps, first)?;
    if of.operation != Operation::Rename || !is_temporary(places, of.to) {
        return None;
    }
    let is_second = |(_, row): &(usize, Row)| {
        row.operation.has_source()
            && row.id == of.id
            && key(places, row.from) == key(places, of.to)
    };
    let behind = first.saturating_add(1)..steps.len();
    behind.filter_map(|at| Some((at, row(places, steps, at)?))).find(is_second)
}

impl Actor {
    /// The steps between two halves that were taken one way, and have to be
    /// taken the other for a place to become free: in the order in which that
    /// has to be. `None` where something is in the way that none of them put
    /// there.
    pub(super) fn in_the_way(
        &mut self,
        places: &Places,
        steps: &[u32],
        between: Range<usize>,
        wanted: Spot,
        taken: Way,
    ) -> Option<Vec<usize>> {
        let rows = between.filter_map(|at| {
            let row = row(places, steps, at)?;
            let names =
                matches!(row.operation, Operation::Rename | Operation::Move);
            names.then(|| (key(places, taken.to(&row)), (at, row)))
        });
        let mut there: HashMap<(FolderId, &[u8]), (usize, Row)> =
            rows.collect();
        let mut wanted = wanted;
        let mut chain = Vec::new();
        while let Some(found) = self.at(places, wanted).ok()? {
            let (at, row) = there.remove(&key(places, wanted))?;
            if found.id != row.id {
                return None;
            }
            wanted = taken.from(&row);
            // It may go by a temporary name itself: both steps are taken.
            if is_temporary(places, wanted) {
                let (other, half) = there.remove(&key(places, wanted))?;
                chain.push(other);
                wanted = taken.from(&half);
            }
            chain.push(at);
        }
        chain.reverse();
        Some(chain)
    }

    /// Whether a row's entry is at a place.
    pub(super) fn is_at(
        &mut self,
        places: &Places,
        row: &Row,
        spot: Spot,
    ) -> bool {
        let found = self.at(places, spot).ok().flatten();
        found.is_some_and(|it| it.id == row.id)
    }

    /// Gives what has a temporary name, and is none of the run's, the name that
    /// it was saved under. Where that is taken, says where it is.
    pub(super) fn put_stranger(
        &mut self,
        places: &Places,
        from: Spot,
        to: Spot,
    ) -> Tried<()> {
        if !matches!(self.at(places, from), Ok(Some(_))) || self.supposes() {
            return Ok(());
        }
        let source = self.folder(places, from.folder).map_err(why)?;
        let target = self.folder(places, to.folder).map_err(why)?;
        let (name, new) = (places.rows.name(from), places.rows.name(to));
        source.rename(name, &*target, new).map_err(|error| {
            let path = places.absolute(from);
            let (path, why) = (escaped(&path), why(error));
            format!("what was saved there is {path} now: {why}")
        })
    }
}
