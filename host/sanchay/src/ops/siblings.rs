//! Files with several names: what is done to one of them shows in the others,
//! and names that do not go to another file system together are names of two
//! files from then on.

use std::collections::HashMap;

use sanchay_core::{
    kind::EntryKind,
    plan::{Made, TEMPORARY},
};
use sanchay_storage::FileId;

use super::{
    act::crosses, apply::add, copies::Copies, places::Places,
    report::RunReport, rows::Row,
};

/// Steps by the file that they are done to, where what is done by one shows in
/// the change time that another expects: files with several names, and those
/// that go by a temporary name.
#[derive(Debug, Default)]
pub(super) struct Siblings(HashMap<FileId, Vec<(u64, u32)>>);

impl Siblings {
    /// Those among the steps of a plan.
    pub(super) fn new(places: &Places, steps: &[u32]) -> Self {
        let mut all: HashMap<FileId, Vec<(u64, u32)>> = HashMap::new();
        for (number, at) in (0_u64..).zip(steps) {
            let Some(row) = places.rows.get(*at) else { continue };
            let from = places.rows.name(row.from);
            let shows = row.has_other_names()
                || row.changed.is_none()
                    && row.kind != EntryKind::Directory
                    && from.starts_with(TEMPORARY.as_bytes());
            if shows && row.operation.has_source() && !Copies::does(row) {
                all.entry(row.id).or_default().push((number, *at));
            }
        }
        Self(all)
    }

    /// All steps that are done to the file of one.
    pub(super) fn all<'p>(
        &'p self,
        places: &'p Places,
        row: &Row,
    ) -> impl Iterator<Item = &'p Row> + use<'p> {
        let all = self.0.get(&row.id).map_or(&[][..], Vec::as_slice);
        all.iter().filter_map(|(_, at)| places.rows.get(*at))
    }

    /// The later steps that are done to the file of a step.
    pub(super) fn later<'p>(
        &'p self,
        places: &'p Places,
        number: u64,
        row: &Row,
    ) -> impl Iterator<Item = &'p Row> + use<'p> {
        let all = self.0.get(&row.id).map_or(&[][..], Vec::as_slice);
        let behind = all.partition_point(|(other, _)| *other <= number);
        let later = all.get(behind..).unwrap_or_default();
        later.iter().filter_map(|(_, at)| places.rows.get(*at))
    }
}

/// Files with several names that were moved to another file system, or back:
/// a step of each, and how many names were moved.
#[derive(Debug, Default)]
pub(super) struct Moved(HashMap<FileId, (Row, u32)>);

impl Moved {
    /// Counts a step that was done, if it is one of these.
    pub(super) fn count(&mut self, row: &Row, made: Option<&Made>) {
        if row.has_other_names() && made.is_some_and(|it| crosses(row, it)) {
            self.0.entry(row.id).or_insert((*row, 0)).1 += 1;
        }
    }

    /// Tells of the files that have names which were not moved.
    pub(super) fn tell(&self, places: &Places, report: &mut RunReport) {
        for (row, moved) in self.0.values() {
            let why = match row.links.saturating_sub(*moved) {
                0 => continue,
                1 => "its other name was not moved, and is another file now"
                    .to_owned(),
                left => format!(
                    "{left} other names of it were not moved, and are \
                     another file now"
                ),
            };
            add(&mut report.notes, places, row, why);
        }
    }
}
