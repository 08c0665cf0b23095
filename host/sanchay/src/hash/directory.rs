//! Hashing a directory: its directories are passed on and its files hashed,
//! each run of files between two directories in its place.

use std::{
    ops::Range,
    sync::{Arc, atomic::Ordering::Relaxed},
};

use super::{
    parts::{FILES_A_PART, Names, Segment},
    rows::Rows,
    tree::{Outcome, Tree, Unit, Worker},
};
use crate::{
    entry::join,
    error::{Action, EntryError},
    sequence::Place,
    walk::{Node, slice},
};

impl Tree<'_> {
    /// Lists a directory, passes its directories on and hashes its files.
    pub(super) fn directory(
        &self,
        place: Place,
        node: &Arc<Node>,
        worker: &mut Worker<'_, '_>,
        mut rows: Rows,
    ) {
        let options = &self.options.walk;
        if options.max_depth == Some(0) {
            self.fill(place, rows);
            return;
        }
        self.run.directories.fetch_add(1, Relaxed);
        let scout = &mut worker.scout;
        scout.look(node, &mut |error| self.error(&mut rows, error));
        scout.select(node, &mut |error| self.error(&mut rows, error));
        if options.max_depth.is_some_and(|max| node.depth() + 1 >= max) {
            scout.directories.clear();
        }
        let (names, segments) = Segment::arrange(scout);
        // The first place is for what is wrong with the directory itself.
        let places = self.sequence.split(place, segments.len() + 1);
        let shared = names.spans.len() > FILES_A_PART;
        let parent = match node.is_crowded() {
            true => node.closed(),
            false => Arc::clone(node),
        };
        let units = places.iter().skip(1).zip(&segments).filter_map(
            |(place, segment)| match segment {
                Segment::Directory(name) => Some(Unit::Child(
                    *place,
                    Arc::clone(&parent),
                    name.clone(),
                )),
                Segment::Files(range) if shared => Some(Unit::Files(
                    *place,
                    Arc::clone(&parent),
                    names.part(range.clone()),
                )),
                Segment::Files(_) => None,
            },
        );
        let units: Vec<_> = units.collect();
        self.frontier.push(units);
        if let Some(first) = places.first() {
            self.fill(*first, rows);
        }
        if shared || names.spans.is_empty() {
            return;
        }
        let mut outcomes = self.outcomes(node, &names, worker).into_iter();
        for (place, segment) in places.iter().skip(1).zip(segments) {
            if let Segment::Files(range) = segment {
                let own = outcomes.by_ref().take(range.len());
                self.fill(*place, self.rows(node, &names, range, own));
            }
        }
    }

    /// Hashes files of one directory; the outcomes are in the order of the
    /// names.
    fn outcomes(
        &self,
        node: &Node,
        names: &Names,
        worker: &mut Worker<'_, '_>,
    ) -> Vec<Outcome> {
        let method = self.options.method;
        let Worker { scout, reader } = worker;
        let inspector = &mut *scout.inspector;
        let mut outcomes = Vec::new();
        outcomes.resize_with(names.spans.len(), || None);
        let mut done = |index: usize, result| {
            if let Some(outcome) = outcomes.get_mut(index) {
                *outcome = Some(result);
            }
        };
        for (index, span) in names.spans.iter().enumerate() {
            if self.run.is_over() {
                break;
            }
            match node.open_file(slice(&names.bytes, *span)) {
                Ok(opened) => {
                    reader.take(inspector, index, opened, method, &mut done);
                }
                Err(cause) => done(index, Err((Action::Open, cause))),
            }
        }
        reader.flush(inspector, method, &mut done);
        outcomes
    }

    /// Makes rows of outcomes.
    fn rows(
        &self,
        node: &Node,
        names: &Names,
        range: Range<usize>,
        outcomes: impl Iterator<Item = Outcome>,
    ) -> Rows {
        let spans = names.spans.get(range).unwrap_or_default();
        let bytes = match (spans.first(), spans.last()) {
            (Some((start, _)), Some((_, end))) => end - start,
            _ => 0,
        };
        let mut rows = Rows::new(node.path(), spans.len(), bytes as usize);
        for (span, outcome) in spans.iter().zip(outcomes) {
            let name = slice(&names.bytes, *span);
            match outcome {
                Some(Ok(sum)) => rows.push(name, sum),
                Some(Err((action, cause))) => {
                    let path = join(node.path(), name);
                    self.error(
                        &mut rows,
                        EntryError::new(path, action, cause),
                    );
                }
                // The run is over.
                None => {}
            }
        }
        rows
    }

    /// Hashes some of a directory's files.
    pub(super) fn files(
        &self,
        place: Place,
        node: &Arc<Node>,
        names: &Names,
        worker: &mut Worker<'_, '_>,
    ) {
        let rows = match node.opened() {
            Ok(node) => {
                let outcomes = self.outcomes(&node, names, worker);
                let all = 0..names.spans.len();
                self.rows(&node, names, all, outcomes.into_iter())
            }
            Err(cause) => {
                let mut rows = Rows::default();
                let path = join(node.path(), b"");
                self.error(
                    &mut rows,
                    EntryError::new(path, Action::OpenDirectory, cause),
                );
                rows
            }
        };
        self.fill(place, rows);
    }
}
