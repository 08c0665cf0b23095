//! The filters that are plugins, and their judgement of what a scout found.
//! They are asked about what the filter of the walk lets through: first by
//! name, of whole directories at once; then, those that want to, about files
//! with their sizes and times.

use sanchay_sandbox::{
    EntryKind,
    plugin::{Judge, NameBatch, Timestamp},
};

use super::{
    listing::slice, measure::keep, node::Node, scout::Scout, scout::Span,
};
use crate::{
    entry::{Metadata, join},
    error::{Action, Cause, EntryError},
    plugins::Plugins,
};

/// How many entries are judged in one crossing at most.
const A_CROSSING: usize = 4096;

/// A worker's own instances of the filters.
#[derive(Default)]
pub(super) struct Jury {
    judges: Vec<Judge>,
    columns: Columns,
    wanted: Vec<u32>,
}

/// What a batch is made of.
#[derive(Default)]
struct Columns {
    names: Vec<u8>,
    ends: Vec<u32>,
    kinds: Vec<EntryKind>,
    sizes: Vec<u64>,
    times: Vec<Timestamp>,
}

/// An entry to be judged.
type Candidate = (Span, EntryKind, Option<Metadata>);

impl Jury {
    pub(super) fn new(plugins: &Plugins) -> Self {
        let judges = plugins.iter().filter_map(|it| it.judge()).collect();
        Self { judges, ..Self::default() }
    }

    /// Whether any of them judges files by their metadata.
    pub(super) fn wants_metadata(&self) -> bool {
        self.judges.iter().any(|judge| judge.plugin().wants_metadata())
    }

    /// Asks one after the other about entries; the indices of those that all
    /// of them want ascend. One that cannot be judged is not wanted.
    fn ask(
        &mut self,
        asked: impl Fn(&Judge) -> bool,
        directory: &[u8],
        names: &[u8],
        candidates: &[Candidate],
        error: &mut dyn FnMut(EntryError),
    ) -> Vec<u32> {
        let Self { judges, columns, wanted } = self;
        let mut left: Vec<u32> = (0..).take(candidates.len()).collect();
        for judge in judges.iter_mut().filter(|judge| asked(judge)) {
            let mut survivors = Vec::with_capacity(left.len());
            for part in left.chunks(A_CROSSING) {
                columns.fill(names, candidates, part);
                if judge.judge(&columns.batch(directory), wanted).is_ok() {
                    survivors.extend(wanted.iter().filter_map(|index| {
                        part.get(*index as usize).copied()
                    }));
                    continue;
                }
                // One entry must not cost the others their place.
                for index in part {
                    columns.fill(names, candidates, &[*index]);
                    match judge.judge(&columns.batch(directory), wanted) {
                        Ok(()) if wanted.is_empty() => {}
                        Ok(()) => survivors.push(*index),
                        Err(fault) => {
                            let name = &columns.names;
                            let plugin = judge.plugin().name().into();
                            error(EntryError::new(
                                join(directory, name),
                                Action::Judge,
                                Cause::Plugin { plugin, fault },
                            ));
                        }
                    }
                }
            }
            left = survivors;
        }
        left
    }
}

impl Columns {
    fn fill(&mut self, names: &[u8], all: &[Candidate], indices: &[u32]) {
        let Self { names: own, ends, kinds, sizes, times } = self;
        own.clear();
        ends.clear();
        kinds.clear();
        sizes.clear();
        times.clear();
        for index in indices {
            let Some((span, kind, metadata)) = all.get(*index as usize) else {
                continue;
            };
            own.extend_from_slice(slice(names, *span));
            ends.push(u32::try_from(own.len()).unwrap_or(u32::MAX));
            kinds.push(*kind);
            if let Some(metadata) = metadata {
                sizes.push(metadata.size);
                times.push(metadata.modified.into());
            }
        }
    }

    fn batch<'a>(&'a self, directory: &'a [u8]) -> NameBatch<'a> {
        let Self { names, ends, kinds, sizes, times } = self;
        let all = sizes.len() == ends.len();
        let metadata = all.then_some((&sizes[..], &times[..]));
        NameBatch { directory, names, ends, kinds, metadata }
    }
}

impl Scout<'_> {
    /// Drops from what was found in a directory what the plugins do not want
    /// by name.
    pub(super) fn consult(
        &mut self,
        node: &Node,
        error: &mut dyn FnMut(EntryError),
    ) {
        if self.jury.judges.is_empty() {
            return;
        }
        let directory = &*node.path();
        let names = std::mem::take(&mut self.listing.names);
        let mut judge = |asked: &dyn Fn(&Judge) -> bool, kind, spans| {
            let spans: Vec<Span> = spans;
            let candidates: Vec<Candidate> =
                spans.into_iter().map(|span| (span, kind, None)).collect();
            self.jury.ask(asked, directory, &names, &candidates, error)
        };
        let by_name = |judge: &Judge| !judge.plugin().wants_metadata();
        let spans = self.directories.iter().map(|(span, _)| *span).collect();
        let wanted = judge(&|_| true, EntryKind::Directory, spans);
        keep(&mut self.directories, &wanted);
        let wanted = judge(&by_name, EntryKind::File, self.files.clone());
        keep(&mut self.files, &wanted);
        let spans = self.linked.iter().map(|(span, _)| *span).collect();
        let wanted = judge(&by_name, EntryKind::File, spans);
        keep(&mut self.linked, &wanted);
        self.listing.names = names;
    }

    /// Drops from `measured` and `metadata` what the plugins do not want that
    /// judge by metadata.
    pub(super) fn consult_metadata(
        &mut self,
        node: &Node,
        names: &[u8],
        error: &mut dyn FnMut(EntryError),
    ) {
        if !self.jury.wants_metadata() || self.measured.is_empty() {
            return;
        }
        let directory = &*node.path();
        let candidates: Vec<Candidate> = self
            .measured
            .iter()
            .zip(&self.metadata)
            .map(|(span, metadata)| (*span, EntryKind::File, Some(*metadata)))
            .collect();
        let by_metadata = |judge: &Judge| judge.plugin().wants_metadata();
        let wanted =
            self.jury.ask(by_metadata, directory, names, &candidates, error);
        keep(&mut self.measured, &wanted);
        keep(&mut self.metadata, &wanted);
    }
}
