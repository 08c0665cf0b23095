//! The filters that are plugins. They are asked about what the filter of the
//! walk lets through: first by name, of whole directories at once; then, those
//! that want to, about files with their sizes and times.

use sanchay_sandbox::{
    EntryKind,
    plugin::{NameBatch, PluginFilter},
};
use sanchay_storage::{Metadata, Span, Timestamp};

use super::node::Node;
use crate::{
    entry::join,
    error::{Action, Cause, EntryError},
    plugins::Plugins,
    span::{offset, slice},
};

/// How many entries are matched in one call at most.
const NAMES_PER_CALL: usize = 4096;

/// A worker's own instances of the filters.
#[derive(Default)]
pub(super) struct PluginFilters {
    filters: Vec<PluginFilter>,
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

/// An entry to be matched.
#[derive(Clone, Copy)]
pub(super) struct Candidate {
    pub(super) name: Span,
    pub(super) kind: EntryKind,
    pub(super) metadata: Option<Metadata>,
}

/// Which filters are asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    /// All of them: about directories, which have no metadata.
    All,
    /// Those that do with names.
    ByName,
    /// Those that want metadata.
    ByMetadata,
}

impl PluginFilters {
    pub(super) fn new(plugins: &Plugins) -> Self {
        let filters = plugins.iter().filter_map(|it| it.filter()).collect();
        Self { filters, ..Self::default() }
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.filters.is_empty()
    }

    /// Whether any of them matches files by their metadata.
    pub(super) fn want_metadata(&self) -> bool {
        self.filters.iter().any(|filter| filter.plugin().wants_metadata())
    }

    /// Asks one after the other about entries of a directory; the indices of
    /// those that all of them want ascend. One that cannot be matched is not
    /// wanted.
    pub(super) fn apply(
        &mut self,
        ask: Ask,
        node: &Node,
        names: &[u8],
        candidates: &[Candidate],
        errors: &mut Vec<EntryError>,
    ) -> Vec<u32> {
        let Self { filters, columns, wanted } = self;
        let directory = &*node.path();
        let mut left: Vec<u32> = (0..).take(candidates.len()).collect();
        let asked = |filter: &&mut PluginFilter| match ask {
            Ask::All => true,
            Ask::ByName => !filter.plugin().wants_metadata(),
            Ask::ByMetadata => filter.plugin().wants_metadata(),
        };
        for filter in filters.iter_mut().filter(asked) {
            let mut survivors = Vec::with_capacity(left.len());
            for part in left.chunks(NAMES_PER_CALL) {
                columns.fill(names, candidates, part);
                if filter.select(&columns.batch(directory), wanted).is_ok() {
                    survivors.extend(wanted.iter().filter_map(|index| {
                        part.get(*index as usize).copied()
                    }));
                    continue;
                }
                // One entry must not cost the others theirs.
                for index in part {
                    columns.fill(names, candidates, &[*index]);
                    match filter.select(&columns.batch(directory), wanted) {
                        Ok(()) if wanted.is_empty() => {}
                        Ok(()) => survivors.push(*index),
                        Err(fault) => {
                            let plugin = filter.plugin().name().into();
                            errors.push(EntryError::new(
                                join(directory, &columns.names),
                                Action::Filter,
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
            let Some(candidate) = all.get(*index as usize) else {
                debug_assert!(false, "{index} of {}", all.len());
                continue;
            };
            own.extend_from_slice(slice(names, candidate.name));
            ends.push(offset(own.len()));
            kinds.push(candidate.kind);
            if let Some(metadata) = candidate.metadata {
                sizes.push(metadata.size);
                times.push(metadata.modified);
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
