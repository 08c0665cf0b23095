//! Of the paths below a root only some: the part of a walk that is a shard.

use sanchay_storage::Span;

use super::{DirReader, contents::Contents, keep};
use crate::span::slice;

impl DirReader {
    /// Tells who lists the directory between which names is wanted what is in
    /// it.
    pub(super) fn bound_listing(&mut self) {
        let Self { range, scratch, found, ignoring, .. } = self;
        let Some(range) = range else { return };
        let (from, to) = range.names(&scratch.directory);
        // Ignore files are read wherever they stand.
        match ignoring.is_active() {
            true => found.listing.bound(b"", None),
            false => found.listing.bound(from, to),
        }
    }

    /// Drops what is not among the paths that are wanted.
    pub(super) fn leave_out_of_range(&mut self) {
        let Self { range, scratch, found, .. } = self;
        let Some(range) = range else { return };
        let folder = &*scratch.directory;
        if range.covers(folder) {
            return;
        }
        let Contents {
            listing, files, file_kinds, directories, linked, ..
        } = found;
        let names = listing.names();
        let has = |span: &Span| range.has(folder, slice(names, *span));
        let wanted: Vec<u32> = (0..)
            .zip(&*files)
            .filter(|(_, span)| has(span))
            .map(|(index, _)| index)
            .collect();
        keep(files, &wanted);
        keep(file_kinds, &wanted);
        linked.retain(|(span, _)| has(span));
        directories
            .retain(|(span, _)| range.enters(folder, slice(names, *span)));
    }
}
