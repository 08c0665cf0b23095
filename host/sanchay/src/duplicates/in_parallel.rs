//! Work on groups that were found, a group at a time, by all workers.

use std::{
    collections::HashSet,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use sanchay_core::grouping::{FileNumber, FileTable as _, Group, Groups};
use sanchay_storage::FileId;

use super::compare::Comparison;
use crate::error::Error;

impl Comparison<'_> {
    /// Works on each group; what a worker needs is made by `prepare`.
    pub(super) fn each_group<W>(
        &self,
        groups: &Groups,
        prepare: impl Fn() -> W + Sync,
        work: impl Fn(Group<'_>, &mut W) + Sync,
    ) -> Result<(), Error> {
        let next = AtomicUsize::new(0);
        let more = || next.load(Relaxed) < groups.len();
        self.pool.run(&more, |_, _| {
            let mut own = prepare();
            while !self.run.is_over() {
                let index = next.fetch_add(1, Relaxed);
                let Some(group) = groups.get(index) else { return };
                work(group, &mut own);
                self.run.tick();
            }
        })
    }

    /// The files of a group, each by one of its names.
    pub(super) fn distinct(
        &self,
        group: Group<'_>,
    ) -> Vec<(FileId, FileNumber)> {
        let mut seen = HashSet::new();
        let files = group.files.iter().filter_map(|file| {
            // Each file of a walk has one.
            let id = self.collection.identity(*file)?;
            seen.insert(id).then_some((id, *file))
        });
        files.collect()
    }
}
