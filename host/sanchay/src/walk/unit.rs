//! What becomes of one piece of a walk's work: a directory is listed, its
//! directories are passed on, and its files measured and reported.

use std::sync::{Arc, atomic::Ordering::Relaxed};

use super::{
    FILES_A_PART, Line, Unit, Walk, links,
    node::Node,
    scout::{Scout, Span},
    slice,
};
use crate::{
    entry::{Batch, join},
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
        let node = match unit {
            Unit::Open(node) => Some(node),
            Unit::Child(parent, name) => {
                Scout::open(&parent, &name, &mut error)
            }
            Unit::Part(node, names, files) => {
                match node.opened() {
                    Ok(node) => {
                        self.measure(&node, &names, &files, scout, below);
                    }
                    Err(cause) => error(EntryError::new(
                        join(node.path(), b""),
                        Action::OpenDirectory,
                        cause,
                    )),
                }
                return;
            }
        };
        let Some(node) = node else { return };
        if self.options.max_depth == Some(0) || self.is_repeated(&node) {
            return;
        }
        self.run.directories.fetch_add(1, Relaxed);
        scout.look(&node, &mut error);
        let deeper =
            self.options.max_depth.is_none_or(|max| node.depth() + 1 < max);
        if let Some(below) = below {
            below.collect(scout, &node, deeper);
        } else if deeper && !scout.directories.is_empty() {
            let parent = if node.is_crowded() {
                node.closed()
            } else {
                Arc::clone(&node)
            };
            let names = &scout.listing.names;
            line.push(scout.directories.iter().map(|(span, _)| {
                Unit::Child(Arc::clone(&parent), slice(names, *span).into())
            }));
        }
        self.share(&node, scout, line, below);
    }

    /// Deals with a directory's files, sharing them where they are many.
    fn share(
        &self,
        node: &Arc<Node>,
        scout: &mut Scout<'_>,
        line: Line<'_>,
        below: Option<&links::Below>,
    ) {
        let mut files = std::mem::take(&mut scout.files);
        let mut names = std::mem::take(&mut scout.listing.names);
        if files.len() > FILES_A_PART {
            let rest = files.split_off(FILES_A_PART);
            line.push(
                rest.chunks(FILES_A_PART)
                    .map(|part| self.part(node, &names, part))
                    .collect::<Vec<_>>(),
            );
        }
        self.measure(node, &names, &files, scout, below);
        files.clear();
        names.clear();
        scout.files = files;
        scout.listing.names = names;
    }

    fn part(&self, node: &Arc<Node>, names: &[u8], files: &[Span]) -> Unit {
        let mut own = Vec::new();
        let mut spans = Vec::with_capacity(files.len());
        for span in files {
            let start = u32::try_from(own.len()).unwrap_or(u32::MAX);
            own.extend_from_slice(slice(names, *span));
            let end = u32::try_from(own.len()).unwrap_or(u32::MAX);
            spans.push((start, end));
        }
        Unit::Part(Arc::clone(node), own.into_boxed_slice(), spans)
    }

    fn measure(
        &self,
        node: &Arc<Node>,
        names: &[u8],
        files: &[Span],
        scout: &mut Scout<'_>,
        below: Option<&links::Below>,
    ) {
        scout.measure(node, names, files, &mut |error| self.error(error));
        if let Some(below) = below {
            below.note(&scout.metadata);
        }
        if self.extracts && !scout.extractors.is_empty() {
            self.report_values(node, names, scout);
            return;
        }
        self.report(
            Some(node),
            &Batch {
                parent: node.path(),
                names,
                spans: &scout.measured,
                metadata: &scout.metadata,
                values: &[],
                worker: scout.index,
            },
        );
    }
}
