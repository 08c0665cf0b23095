//! Walking where links are followed. A directory may then be reached by many
//! paths, and the tree by endless ones. The walk goes level by level: all
//! directories at one depth are known, and sorted, before any of them is
//! entered, so each real directory is visited once, under the shortest and
//! then least path, whatever the threads do. Files that links lead to wait
//! until the end, when it is known which real files were reported anyway.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    Unit, Walk,
    node::{Node, by_path},
    open::{Open, Parent},
    scout::{Scout, Span},
    slice,
};
use crate::{
    entry::{Batch, FileId, Metadata},
    error::Error,
};

/// What a level leaves for later.
#[derive(Default)]
pub(super) struct Below {
    found: Mutex<Found>,
}

#[derive(Default)]
struct Found {
    directories: Vec<Directory>,
    links: Vec<Link>,
    /// The real files that the walk reports, or would if the filter's sizes
    /// let it.
    files: HashSet<FileId>,
}

struct Directory {
    id: FileId,
    parent: Parent,
    name: Box<[u8]>,
}

/// A file that a link leads to.
struct Link {
    node: Arc<Node>,
    name: Box<[u8]>,
    metadata: Metadata,
}

impl Below {
    /// Takes what a scout found in a directory: its links, and its
    /// directories if the walk goes deeper.
    pub(super) fn collect(
        &self,
        scout: &Scout<'_>,
        open: &Open,
        deeper: bool,
    ) {
        let names = &scout.listing.names;
        if scout.directories.is_empty() && scout.linked.is_empty() {
            return;
        }
        let parent = open.parent();
        let mut found =
            self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if deeper {
            for (span, id) in &scout.directories {
                let Some(id) = *id else { continue };
                let name = slice(names, *span);
                found.directories.push(Directory {
                    id,
                    parent: parent.clone(),
                    name: name.into(),
                });
            }
        }
        for (span, metadata) in &scout.linked {
            let name = slice(names, *span);
            found.links.push(Link {
                node: Arc::clone(&open.node),
                name: name.into(),
                metadata: *metadata,
            });
        }
    }

    /// Notes that real files were found.
    pub(super) fn note(&self, metadata: &[Metadata]) {
        let mut found =
            self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.files.extend(metadata.iter().map(|file| file.id));
    }
}

impl Walk<'_> {
    /// Walks roots, following links.
    pub(super) fn go_following(
        &self,
        roots: Vec<Parent>,
    ) -> Result<(), Error> {
        let below = Below::default();
        let mut visited = HashSet::new();
        let mut level = Vec::new();
        for root in roots {
            if visited.insert(root.node().root_id()) {
                level.push(Unit::Root(root));
            }
        }
        while !level.is_empty() && !self.run.is_over() {
            self.work(level, Some(&below))?;
            let mut found =
                below.found.lock().unwrap_or_else(PoisonError::into_inner);
            let mut next = std::mem::take(&mut found.directories);
            next.sort_unstable_by(|a, b| {
                let (a_node, b_node) = (a.parent.node(), b.parent.node());
                by_path((a_node, &a.name, true), (b_node, &b.name, true))
            });
            level = next
                .into_iter()
                .filter(|directory| visited.insert(directory.id))
                .map(|directory| Unit::Child(directory.parent, directory.name))
                .collect();
        }
        self.report_links(below)
    }

    /// Reports each real file that only links lead to, once.
    fn report_links(&self, below: Below) -> Result<(), Error> {
        let mut found =
            below.found.into_inner().unwrap_or_else(PoisonError::into_inner);
        if self.run.is_over() || found.links.is_empty() {
            return Ok(());
        }
        found.links.sort_unstable_by(|a, b| {
            a.node.depth().cmp(&b.node.depth()).then_with(|| {
                by_path((&a.node, &a.name, false), (&b.node, &b.name, false))
            })
        });
        let mut inspector = self.engine.inspector();
        let mut scout = Scout::new(0, &mut inspector, self.options)?;
        for link in found.links {
            if !found.files.insert(link.metadata.id) {
                continue;
            }
            let end = u32::try_from(link.name.len()).unwrap_or(u32::MAX);
            let span: Span = (0, end);
            scout.measured.clear();
            scout.measured.push(span);
            scout.metadata.clear();
            scout.metadata.push(link.metadata);
            scout.judge_metadata(&link.node, &link.name, &mut |error| {
                self.error(error);
            });
            if self.extracts && !scout.extractors.is_empty() {
                self.report_values(&link.node, &link.name, &mut scout);
            } else {
                self.report(
                    Some(&link.node),
                    &Batch {
                        parent: &link.node.path(),
                        names: &link.name,
                        spans: &scout.measured,
                        metadata: &scout.metadata,
                        values: &[],
                        worker: 0,
                    },
                );
            }
            self.run.tick();
            if self.run.is_over() {
                break;
            }
        }
        self.engine.give_back(inspector);
        Ok(())
    }
}
