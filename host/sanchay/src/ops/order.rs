//! The order of steps: what stands in the way of another goes first, what is
//! in a folder goes before the folder, and rings are opened by a temporary
//! name.

use std::collections::{HashMap, HashSet};

use sanchay_core::plan::{Operation, TEMPORARY};

use super::{
    check::{Checked, Status},
    error::OpsError,
    places::Places,
    rows::{Row, Rows},
};

/// Puts what is planned in order: the numbers of rows, some of which are
/// added here.
pub(super) fn order(
    places: &mut Places,
    checked: &Checked,
    tag: &str,
) -> Result<Vec<u32>, OpsError> {
    let mut steps = Vec::new();
    for folder in &checked.missing {
        let (root, path) = places.folders.get(*folder);
        let path = path.to_vec();
        let (above, name) = super::folders::split(&path);
        let above = places.folders.add(root, above)?;
        let mut row = Rows::empty(Operation::CreateFolder, above);
        row.to = places.rows.spot(above, name)?;
        row.has_to = true;
        row.because = places.rows.reason("a folder that is missing");
        steps.push(places.rows.push(row)?);
    }
    let mut sequence: Vec<u32> = (0..)
        .zip(&checked.statuses)
        .filter(|(_, status)| **status == Status::Planned)
        .map(|(at, _)| at)
        .collect();
    // Stable: folders deep down first, and in a folder as the rows are.
    let depth = |at: &u32| {
        let row = places.rows.get(*at);
        row.map_or(0, |row| places.folders.depth(row.from.folder))
    };
    let mut depths: HashMap<u32, usize> = HashMap::new();
    if sequence.iter().any(|at| depth(at) != depth_of_first(&sequence, depth))
    {
        sequence.sort_by_cached_key(|at| std::cmp::Reverse(depth(at)));
        depths = sequence.iter().map(|at| (*at, depth(at))).collect();
    }
    let mut sorter = Sorter {
        places,
        checked,
        tag,
        depths,
        gone: HashSet::new(),
        done: HashSet::new(),
        waiting: HashMap::new(),
        steps,
    };
    for at in sequence {
        sorter.visit(at)?;
    }
    Ok(sorter.steps)
}

fn depth_of_first(sequence: &[u32], depth: impl Fn(&u32) -> usize) -> usize {
    sequence.first().map_or(0, depth)
}

struct Sorter<'a> {
    places: &'a mut Places,
    checked: &'a Checked,
    tag: &'a str,
    /// How deep the sources are, where that differs.
    depths: HashMap<u32, usize>,
    /// Rows whose entries are no longer where they were.
    gone: HashSet<u32>,
    /// Rows that are among the steps, wholly or half.
    done: HashSet<u32>,
    /// The second half of a row, by the row that it waits for.
    waiting: HashMap<u32, u32>,
    steps: Vec<u32>,
}

impl Sorter<'_> {
    /// Adds the steps of a row, and before it of those that it waits for.
    fn visit(&mut self, first: u32) -> Result<(), OpsError> {
        let level = self.depths.get(&first).copied();
        let mut path = vec![first];
        while let Some(at) = path.last().copied() {
            if self.done.contains(&at) {
                path.pop();
                continue;
            }
            let before = self.checked.after.get(&at).copied();
            let before = before.filter(|it| !self.gone.contains(it));
            let Some(before) = before else {
                self.whole(at)?;
                path.pop();
                continue;
            };
            // A ring; or what would have to go first is a folder further up,
            // of which something may still be used.
            let ring = path.contains(&before);
            let higher = self.depths.get(&before).copied() < level;
            if ring || higher {
                self.in_two(at, before)?;
                path.pop();
            } else {
                path.push(before);
            }
        }
        Ok(())
    }

    fn whole(&mut self, at: u32) -> Result<(), OpsError> {
        if self.checked.in_two.contains(&at) {
            let second = self.half(at)?;
            self.done.insert(at);
            self.steps.push(second);
        } else {
            self.done.insert(at);
            self.steps.push(at);
        }
        self.is_gone(at);
        Ok(())
    }

    /// An entry has left its place: who waited for that goes on.
    fn is_gone(&mut self, at: u32) {
        let mut at = at;
        loop {
            self.gone.insert(at);
            match self.waiting.remove(&at) {
                Some(second) => self.steps.push(second),
                None => return,
            }
            // A second half takes nothing away that somebody waits for.
            at = u32::MAX;
        }
    }

    /// Adds the first half of a row now, and the second when `before` has left
    /// its place.
    fn in_two(&mut self, at: u32, before: u32) -> Result<(), OpsError> {
        let second = self.half(at)?;
        self.done.insert(at);
        self.waiting.insert(before, second);
        self.is_gone(at);
        Ok(())
    }

    /// Adds the step that gives a row's entry a temporary name. Returns the
    /// row that gives it the name that it should have.
    fn half(&mut self, at: u32) -> Result<u32, OpsError> {
        let Some(row) = self.places.rows.get(at).copied() else {
            return Ok(at);
        };
        let rows = &mut self.places.rows;
        let name = format!("{TEMPORARY}{}-{at}", self.tag);
        let between = rows.spot(row.from.folder, name.as_bytes())?;
        let because = rows.reason("a name that is free for the moment");
        let first =
            Row { operation: Operation::Rename, to: between, because, ..row };
        // The first half shows in the time of the last change.
        let second = Row { from: between, changed: None, ..row };
        let first = rows.push(first)?;
        self.steps.push(first);
        rows.push(second)
    }
}
