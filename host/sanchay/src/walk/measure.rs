//! The metadata of the files that a scout found: read relative to their
//! directory, and judged in one crossing.

use sanchay_sandbox::Columns;

use super::{
    handle::{Kind, describe},
    listing::slice,
    node::Node,
    open::Open,
    scout::{Scout, Span},
};
use crate::error::{Action, Cause, EntryError};

impl Scout<'_> {
    /// Reads the metadata of files and has it judged. What survives is in
    /// `measured` and `metadata`.
    pub(crate) fn measure(
        &mut self,
        open: &Open,
        names: &[u8],
        files: &[Span],
        error: &mut dyn FnMut(EntryError),
    ) {
        self.measured.clear();
        self.metadata.clear();
        for span in files {
            let name = slice(names, *span);
            let cause = match open.stat(name) {
                Ok((Kind::File, metadata))
                    if self.leave_out.contains(&metadata.id) =>
                {
                    continue;
                }
                Ok((Kind::File, metadata)) => {
                    self.measured.push(*span);
                    self.metadata.push(metadata);
                    continue;
                }
                Ok((Kind::Link, _)) => Cause::BecameLink,
                Ok((kind, _)) => Cause::NotRegular(describe(kind)),
                Err(cause) => cause,
            };
            let path = open.node.entry(name);
            error(EntryError::new(path, Action::Stat, cause));
        }
        self.judge_metadata(&open.node, names, error);
    }

    /// Drops from `files` what the filter rejects by metadata. Reads none
    /// where the filter does not ask for any.
    pub(crate) fn select(
        &mut self,
        open: &Open,
        error: &mut dyn FnMut(EntryError),
    ) {
        let needless = !self.judges_sizes
            && !self.jury.wants_metadata()
            && self.leave_out.is_empty();
        if needless {
            return;
        }
        let names = std::mem::take(&mut self.listing.names);
        let files = std::mem::take(&mut self.files);
        self.measure(open, &names, &files, error);
        self.listing.names = names;
        self.files = files;
        self.files.clone_from(&self.measured);
    }

    /// Drops from `measured` and `metadata` what the filter rejects by
    /// metadata.
    pub(crate) fn judge_metadata(
        &mut self,
        node: &Node,
        names: &[u8],
        error: &mut dyn FnMut(EntryError),
    ) {
        if !self.judges_sizes || self.metadata.is_empty() {
            self.consult_metadata(node, names, error);
            return;
        }
        self.sizes.clear();
        self.sizes.extend(self.metadata.iter().map(|found| found.size));
        self.survivors.clear();
        let judged = self.inspector.match_metadata(
            self.sizes.len(),
            None,
            Columns::SIZE,
            &self.sizes,
            &mut self.survivors,
        );
        if let Err(fault) = judged {
            for span in self.measured.drain(..) {
                error(EntryError::new(
                    node.entry(slice(names, span)),
                    Action::Judge,
                    Cause::Sandbox(fault.clone()),
                ));
            }
            self.metadata.clear();
            return;
        }
        keep(&mut self.measured, &self.survivors);
        keep(&mut self.metadata, &self.survivors);
        self.consult_metadata(node, names, error);
    }
}

/// Keeps the items at these ascending indices.
pub(super) fn keep<T: Copy>(items: &mut Vec<T>, indices: &[u32]) {
    if indices.len() == items.len() {
        return;
    }
    for (to, from) in indices.iter().enumerate() {
        if let Some(item) = items.get(*from as usize).copied()
            && let Some(place) = items.get_mut(to)
        {
            *place = item;
        }
    }
    items.truncate(indices.len());
}

#[cfg(test)]
mod tests {
    use super::keep;

    #[test]
    fn keep_leaves_the_items_at_the_indices_in_order() {
        let mut items = vec![10, 11, 12, 13];
        keep(&mut items, &[1, 3]);
        assert_eq!(items, [11, 13]);
        keep(&mut items, &[]);
        assert!(items.is_empty());
    }
}
