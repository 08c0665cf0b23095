//! Walks that follow links. Many paths may then lead to one directory, and
//! cycles make them endless. The walk goes level by level: it knows and sorts
//! all directories of one depth before it enters any. So each real directory
//! is visited once, under its shortest and then least path, whatever the
//! threads do. Files behind links wait until the end, when all real files are
//! known.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use sanchay_storage::{FileId, Metadata};
use sanchay_sync::{into_inner, lock};

use super::{
    DirReader, Directory, Ignoring, MatchedFiles, Names, Task, Visitor, Walk,
    by_path,
    node::Node,
    open::{Open, Parent},
};
use crate::{entry::Batch, error::Error, extract::Extractors, span::slice};

/// What one level leaves for the next.
#[derive(Default)]
pub(super) struct NextLevel {
    found: Mutex<Found>,
}

#[derive(Default)]
struct Found {
    directories: Vec<FoundDirectory>,
    links: Vec<Link>,
    /// The real files that the walk reports, or would if the filter's sizes
    /// let it.
    files: HashSet<FileId>,
}

struct FoundDirectory {
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

impl NextLevel {
    /// Takes the links and directories that were found in a directory.
    pub(super) fn collect(&self, reader: &DirReader, open: &Open) {
        let Directory { names, directories, linked, .. } = reader.directory();
        if directories.is_empty() && linked.is_empty() {
            return;
        }
        let parent = open.parent();
        let mut found = lock(&self.found);
        found.directories.extend(directories.iter().filter_map(
            |(span, id)| {
                let (parent, name) = (parent.clone(), slice(names, *span));
                Some(FoundDirectory { id: (*id)?, parent, name: name.into() })
            },
        ));
        found.links.extend(linked.iter().map(|(span, metadata)| Link {
            node: Arc::clone(&open.node),
            name: slice(names, *span).into(),
            metadata: *metadata,
        }));
    }

    /// Notes that real files were found.
    pub(super) fn note(&self, metadata: &[Metadata]) {
        let mut found = lock(&self.found);
        found.files.extend(metadata.iter().map(|file| file.id));
    }
}

impl<V: Visitor> Walk<'_, V> {
    /// Walks roots, following links.
    pub(super) fn run_following(
        &self,
        roots: Vec<Parent>,
        ignoring: &Arc<Ignoring>,
    ) -> Result<(), Error> {
        let next_level = NextLevel::default();
        let mut visited = HashSet::new();
        let mut level = Vec::new();
        for root in roots {
            if visited.insert(root.node().root_id()) {
                level.push(Task::Source(root, ()));
            }
        }
        while !level.is_empty() && !self.run.is_over() {
            self.work(level, ignoring, Some(&next_level))?;
            let mut next =
                std::mem::take(&mut lock(&next_level.found).directories);
            next.sort_unstable_by(|a, b| {
                let (a_node, b_node) = (a.parent.node(), b.parent.node());
                by_path((a_node, &a.name, true), (b_node, &b.name, true))
            });
            level = next
                .into_iter()
                .filter(|directory| visited.insert(directory.id))
                .map(|FoundDirectory { parent, name, .. }| {
                    Task::Child(parent, name, ())
                })
                .collect();
        }
        self.report_links(into_inner(next_level.found), ignoring)
    }

    /// Reports each real file that only links lead to, once.
    fn report_links(
        &self,
        found: Found,
        ignoring: &Arc<Ignoring>,
    ) -> Result<(), Error> {
        let Found { mut links, mut files, .. } = found;
        if self.run.is_over() || links.is_empty() {
            return Ok(());
        }
        links.sort_unstable_by(|a, b| {
            a.node.depth().cmp(&b.node.depth()).then_with(|| {
                by_path((&a.node, &a.name, false), (&b.node, &b.name, false))
            })
        });
        let mut visitor = self.visitor.worker(0);
        let mut inspector = self.pool.inspector();
        let mut reader =
            DirReader::new(&mut *inspector, self.options, ignoring)?;
        let mut extractors = Extractors::new(&self.options.plugins);
        for Link { node, name, metadata } in links {
            if !files.insert(metadata.id) {
                continue;
            }
            let mut names = Names::default();
            names.push(&name);
            reader.match_known(
                &mut *inspector,
                &node,
                &names,
                metadata,
                self.run,
            );
            for error in reader.drain_errors() {
                self.error(error, &mut visitor);
            }
            if self.extracts && !extractors.is_empty() {
                self.report_extracted(
                    &node,
                    names.bytes(),
                    reader.matched(),
                    &mut extractors,
                    &mut visitor,
                );
            } else {
                let MatchedFiles { spans, metadata, targets, .. } =
                    reader.matched();
                let batch = Batch {
                    parent: &node.path(),
                    root: node.root_path(),
                    names: names.bytes(),
                    spans,
                    metadata,
                    targets,
                    values: &[],
                };
                self.report(Some(&node), &batch, &mut visitor);
            }
            self.run.tick();
            if self.run.is_over() {
                break;
            }
        }
        self.pool.give_back(inspector);
        Ok(())
    }
}
