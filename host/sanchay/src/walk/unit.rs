//! What becomes of one piece of a walk's work: a directory is listed, its
//! directories are passed on, and its files measured and reported.

use std::sync::atomic::Ordering::Relaxed;

use super::{
    FILES_A_PART, Line, Unit, Walk, links,
    open::{Open, Parent},
    scout::{Scout, Span},
    slice,
};
use crate::{
    entry::Batch,
    error::{Action, EntryError},
};

impl Walk<'_> {
    pub(super) fn deal_with(
        &self,
        unit: Unit,
        scout: &mut Scout<'_>,
        line: Line<'_>,
        below: Option<&links::Below>,
    ) {
        let mut error = |error| self.error(error);
        let open = match unit {
            Unit::Root(root) => self.open_again(&root),
            Unit::Child(parent, name) => {
                scout.open(&parent, &name, self.run, &mut error)
            }
            Unit::Part(parent, names, files) => {
                if let Some(open) = self.open_again(&parent) {
                    self.measure(&open, &names, &files, scout, below);
                }
                return;
            }
        };
        let Some(open) = open else { return };
        if self.options.max_depth == Some(0) || self.is_repeated(&open) {
            return;
        }
        self.run.directories.fetch_add(1, Relaxed);
        scout.look(&open, &mut error);
        let deeper = self
            .options
            .max_depth
            .is_none_or(|max| open.node.depth() + 1 < max);
        if let Some(below) = below {
            below.collect(scout, &open, deeper);
        } else if deeper && !scout.directories.is_empty() {
            let parent = open.parent();
            let names = &scout.listing.names;
            line.push(scout.directories.iter().map(|(span, _)| {
                Unit::Child(parent.clone(), slice(names, *span).into())
            }));
        }
        self.share(&open, scout, line, below);
    }

    /// A directory that was open before; it may have been closed meanwhile.
    fn open_again(&self, directory: &Parent) -> Option<Open> {
        match directory.open() {
            Ok(open) => Some(open),
            Err(cause) => {
                let node = directory.node();
                let action = Action::OpenDirectory;
                let error = EntryError::new(node.entry(b""), action, cause);
                let is_root = node.depth() == 0;
                self.error(if is_root { error.named() } else { error });
                None
            }
        }
    }

    /// Deals with a directory's files, sharing them where they are many.
    fn share(
        &self,
        open: &Open,
        scout: &mut Scout<'_>,
        line: Line<'_>,
        below: Option<&links::Below>,
    ) {
        let mut files = std::mem::take(&mut scout.files);
        let mut names = std::mem::take(&mut scout.listing.names);
        if files.len() > FILES_A_PART {
            let rest = files.split_off(FILES_A_PART);
            let parent = open.parent();
            line.push(
                rest.chunks(FILES_A_PART)
                    .map(|files| part(&parent, &names, files))
                    .collect::<Vec<_>>(),
            );
        }
        self.measure(open, &names, &files, scout, below);
        files.clear();
        names.clear();
        scout.files = files;
        scout.listing.names = names;
    }

    fn measure(
        &self,
        open: &Open,
        names: &[u8],
        files: &[Span],
        scout: &mut Scout<'_>,
        below: Option<&links::Below>,
    ) {
        scout.measure(open, names, files, &mut |error| self.error(error));
        if let Some(below) = below {
            below.note(&scout.metadata);
        }
        if self.extracts && !scout.extractors.is_empty() {
            self.report_values(&open.node, names, scout);
            return;
        }
        if scout.metadata.is_empty() {
            return;
        }
        scout.path.clear();
        open.node.write_path(&mut scout.path);
        self.report(
            Some(&open.node),
            &Batch {
                parent: &scout.path,
                names,
                spans: &scout.measured,
                metadata: &scout.metadata,
                values: &[],
                worker: scout.index,
            },
        );
    }
}

/// Some of a directory's files.
fn part(parent: &Parent, names: &[u8], files: &[Span]) -> Unit {
    let mut own = Vec::new();
    let mut spans = Vec::with_capacity(files.len());
    for span in files {
        let start = u32::try_from(own.len()).unwrap_or(u32::MAX);
        own.extend_from_slice(slice(names, *span));
        let end = u32::try_from(own.len()).unwrap_or(u32::MAX);
        spans.push((start, end));
    }
    Unit::Part(parent.clone(), own.into_boxed_slice(), spans)
}
