//! Hashing a directory: its directories are passed on and its files hashed,
//! each run of files between two directories in its place.

use std::{ops::Range, sync::atomic::Ordering::Relaxed};

use super::{
    parts::{FILES_A_PART, Names, Segment},
    rows::Rows,
    tree::{Outcome, Tree, Unit, Worker},
};
use crate::{
    error::{Action, EntryError},
    extract::{Site, Told},
    frontier::Spot,
    options::Method,
    plugins::weight,
    sequence::Place,
    walk::{Node, Open, Parent, slice},
};

/// Hashing a file of so many bytes takes longer than it takes another worker
/// to begin with the files behind it.
const LARGE: u64 = 4 << 20;

/// When the values that plugins told of its files take up so many bytes, the
/// rest of a directory is another piece of work.
const ENOUGH: usize = 4 << 20;

impl Tree<'_> {
    /// Lists a directory, passes its directories on and hashes its files.
    pub(super) fn directory(
        &self,
        place: Place,
        open: &Open,
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
        scout.look(open, &mut |error| self.error(&mut rows, error));
        scout.select(open, &mut |error| self.error(&mut rows, error));
        if options.max_depth.is_some_and(|max| open.node.depth() + 1 >= max) {
            scout.directories.clear();
        }
        let (names, segments) = Segment::arrange(scout);
        // The first place is for what is wrong with the directory itself.
        let places = self.sequence.split(place, segments.len() + 1);
        let shared = names.spans.len() > FILES_A_PART;
        let parent = match scout.directories.is_empty() {
            true => open.clone().waiting(),
            false => open.parent(),
        };
        let units = places.iter().skip(1).zip(&segments).filter_map(
            |(place, segment)| match segment {
                Segment::Directory(name) => {
                    Some(Unit::Child(*place, parent.clone(), name.clone()))
                }
                Segment::Files(range) if shared => Some(Unit::Files(
                    *place,
                    parent.clone(),
                    names.part(range.clone()),
                )),
                Segment::Files(_) => None,
            },
        );
        let units: Vec<_> = units.collect();
        self.frontier.push(worker.spot, units);
        if let Some(first) = places.first() {
            self.fill(*first, rows);
        }
        if shared || names.spans.is_empty() {
            return;
        }
        let mut mine = Vec::with_capacity(segments.len());
        for (place, segment) in places.iter().skip(1).zip(segments) {
            if let Segment::Files(range) = segment {
                mine.push((*place, range));
            }
        }
        let spot = worker.spot;
        let hand_on =
            |from| self.hand_on(spot, &mut mine, from, &parent, &names);
        let outcomes = self.outcomes(open, &names, worker, hand_on);
        let mut outcomes = outcomes.into_iter();
        for (place, range) in mine {
            let own = outcomes.by_ref().take(range.len());
            self.fill(place, self.rows(&open.node, &names, range, own));
        }
    }

    /// Leaves the files from an index on to whichever worker is free: those
    /// before them are enough. `mine` is what remains.
    fn hand_on(
        &self,
        spot: Spot,
        mine: &mut Vec<(Place, Range<usize>)>,
        from: usize,
        parent: &Parent,
        names: &Names,
    ) {
        let mut units = Vec::new();
        mine.retain_mut(|(place, range)| {
            let rest = range.start.max(from)..range.end;
            if rest.is_empty() {
                return true;
            }
            let keeps = range.start < from;
            let theirs = if keeps {
                range.end = from;
                self.sequence.split(*place, 2).last().copied()
            } else {
                Some(*place)
            };
            units.extend(theirs.map(|place| {
                Unit::Files(place, parent.clone(), names.part(rest))
            }));
            keeps
        });
        self.frontier.push(spot, units);
    }

    /// Hashes files of one directory; the outcomes are in the order of the
    /// names. Before it hashes a large one, it hands the files behind it on;
    /// and when plugins have told much.
    fn outcomes(
        &self,
        directory: &Open,
        names: &Names,
        worker: &mut Worker<'_, '_>,
        hand_on: impl FnOnce(usize) + Send,
    ) -> Vec<Outcome> {
        let method = self.options.method;
        let Worker { scout, reader, .. } = worker;
        let inspector = &mut *scout.inspector;
        let extractors = &mut scout.extractors;
        let count = names.spans.len();
        let mut sums = Vec::new();
        sums.resize_with(count, || None);
        let mut done = |index: usize, result| {
            if let Some(sum) = sums.get_mut(index) {
                *sum = Some(result);
            }
        };
        let mut told: Vec<Option<Told>> = Vec::new();
        if !extractors.is_empty() {
            told.resize_with(count, || None);
        }
        let below = match told.is_empty() {
            true => Vec::new(),
            false => directory.node.relative(),
        };
        let mut hand_on = Some(hand_on);
        let (mut end, mut bytes) = (count, 0);
        let mut open = |index: usize| {
            let span = names.spans.get(index)?;
            if self.run.is_over() || index >= end {
                return None;
            }
            let name = slice(&names.bytes, *span);
            let opened = directory.open_file(name);
            if let (Ok((file, metadata)), Some(told)) =
                (&opened, told.get_mut(index))
            {
                let site = Site { directory: &below, name };
                let told = told.get_or_insert_with(|| {
                    Told::of(extractors, file, site, metadata)
                });
                bytes += weight(&told.values);
            }
            let is_large = matches!(
                (method, &opened),
                (Method::Whole(_), Ok((_, it))) if it.size >= LARGE
            );
            if (is_large || bytes >= ENOUGH)
                && let Some(hand_on) = hand_on.take()
            {
                end = index + 1;
                hand_on(end);
            }
            Some(opened)
        };
        reader.hash(inspector, method, count, &mut open, &mut done);
        let mut told = told.into_iter();
        sums.into_iter()
            .map(|sum| Outcome {
                sum,
                told: told.next().flatten().unwrap_or_default(),
            })
            .collect()
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
            match outcome.sum {
                Some(Ok(sum)) => {
                    rows.push(name, sum);
                    let Told { values, causes } = outcome.told;
                    rows.push_values(values);
                    for cause in causes {
                        let path = node.entry(name);
                        let action = Action::Extract;
                        let error = EntryError::new(path, action, cause);
                        self.error(&mut rows, error);
                    }
                }
                Some(Err((action, cause))) => {
                    let path = node.entry(name);
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
        parent: &Parent,
        names: &Names,
        worker: &mut Worker<'_, '_>,
    ) {
        let rows = match parent.open() {
            Ok(opened) => {
                let mut mine = vec![(place, 0..names.spans.len())];
                let spot = worker.spot;
                let hand_on =
                    |from| self.hand_on(spot, &mut mine, from, parent, names);
                let outcomes = self.outcomes(&opened, names, worker, hand_on);
                let range = mine.pop().map_or(0..0, |(_, range)| range);
                self.rows(&opened.node, names, range, outcomes.into_iter())
            }
            Err(cause) => {
                let mut rows = Rows::default();
                let path = parent.node().entry(b"");
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
