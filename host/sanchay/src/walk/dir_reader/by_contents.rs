//! The last step of a match, which reads: what only the contents of files
//! tell. It comes after all others, and looks at what they left.

use std::{cell::LazyCell, sync::Arc};

use sanchay_core::filter::{Facts, Program};
use sanchay_sandbox::{Columns, Fault, plugin::Value};
use sanchay_storage::{Metadata, Span};

use super::DirReader;
use crate::{
    error::{Action, Cause, EntryError},
    extract::{Site, Told},
    filter_values::FilterValues,
    inspect::Inspect,
    plugins::{Plugins, weight},
    run::RunState,
    span::slice,
    walk::{names::Names, node::Node},
};

/// How many files are matched in one call, unless their values take up
/// [`MAX_VALUES`].
const FILES_PER_CALL: usize = 512;

/// About how many bytes the values of files take up that wait to be matched;
/// and of those of a directory's files that are kept.
const MAX_VALUES: usize = 1 << 20;

/// What a filter needs that asks for the contents of files.
pub(super) struct Looker {
    values: FilterValues,
    /// Whether what is told is kept for whoever asks for it next.
    keeps: bool,
}

impl Looker {
    /// One for a filter that asks for these columns, if it needs one.
    pub(super) fn new(
        columns: Columns,
        program: &Program,
        plugins: &Plugins,
    ) -> Result<Option<Self>, Fault> {
        let values = FilterValues::new(columns, program, plugins)?;
        let keeps = plugins.values() > 0;
        Ok(values.map(|values| Self { values, keeps }))
    }

    /// Does not keep what is told: nobody asks for it next.
    pub(super) fn keep_nothing(&mut self) {
        self.keeps = false;
    }

    /// Who tells what is kept.
    pub(super) fn told(&self) -> &Told {
        self.values.told()
    }
}

/// Entries of a directory that are asked about.
pub(super) struct Question<'a> {
    /// The path of the directory below the root.
    pub(super) directory: &'a [u8],
    pub(super) names: &'a [u8],
    pub(super) spans: &'a [Span],
    pub(super) metadata: &'a [Metadata],
    /// The columns that the filter looks at and are known.
    pub(super) columns: Columns,
    /// What contents tell, if these are among the columns, and what knows of
    /// which column each value is.
    pub(super) values: Option<(&'a FilterValues, &'a [Option<Value>])>,
}

impl Question<'_> {
    /// Asks, in one call. Afterwards `survivors` has the indices of what is
    /// wanted, ascending. `numbers` is room.
    pub(super) fn ask(
        &self,
        inspector: &mut dyn Inspect,
        numbers: &mut Vec<u64>,
        survivors: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        let Self { directory, names, spans, metadata, columns, values } =
            *self;
        let of_metadata = columns.of_metadata();
        let of_contents = columns.of_contents();
        numbers.clear();
        of_metadata.push(metadata.iter().map(Facts::from), numbers);
        if let Some((told, values)) = values {
            told.push(of_contents, metadata.len(), values, numbers);
        }
        let named = columns
            .has(Columns::NAME)
            .then(|| Names::of(names, spans).take_columns());
        let kinds: Vec<_> = match &named {
            Some(_) => metadata.iter().map(|found| found.kind).collect(),
            None => Vec::new(),
        };
        let listing = named.as_ref().map(|(names, ends)| {
            sanchay_sandbox::Listing { directory, names, ends, kinds: &kinds }
        });
        inspector.match_metadata(
            metadata.len(),
            listing.as_ref(),
            of_metadata.with(of_contents),
            numbers,
            survivors,
        )
    }
}

impl DirReader {
    /// Drops from `matched` and `metadata` what the filter rejects by what
    /// contents tell. Reads nothing where it does not ask.
    pub(super) fn match_contents(
        &mut self,
        inspector: &mut dyn Inspect,
        node: &Arc<Node>,
        others: Option<&Names>,
        run: &RunState<'_>,
    ) {
        self.known.clear();
        let Some(mut looker) = self.looker.take() else { return };
        let spans = std::mem::take(&mut self.matched);
        let found = std::mem::take(&mut self.metadata);
        let reopened = LazyCell::new(|| node.reopen());
        let mut seen = Seen::default();
        // How many bytes may still be kept.
        let mut room = if looker.keeps { MAX_VALUES } else { 0 };
        for (span, metadata) in spans.iter().zip(&found) {
            // What is not looked at any more is not reported.
            if run.is_over() {
                break;
            }
            let names =
                others.map_or(self.found.listing.names(), Names::bytes);
            let name = slice(names, *span);
            let open = || match &*reopened {
                Ok(open) => open.open_file(name),
                // Said of the first file; others fail in the same way.
                Err(_) => node.reopen().and_then(|it| it.open_file(name)),
            };
            let site = Site { directory: &self.scratch.directory, name };
            let errors = &mut self.errors;
            let mut error = |action, cause| {
                errors.push(EntryError::new(node.entry(name), action, cause));
            };
            let start = seen.values.len();
            let values = &mut looker.values;
            let out = &mut seen.values;
            if values.look(open, site, metadata, out, &mut error) {
                seen.spans.push(*span);
                seen.metadata.push(*metadata);
                let own = seen.values.get(start..).unwrap_or_default();
                seen.bytes = seen.bytes.saturating_add(weight(own));
            }
            if seen.is_enough() {
                let values = &looker.values;
                self.keep_wanted(
                    inspector, node, others, &seen, values, &mut room,
                );
                seen.clear();
            }
        }
        let values = &looker.values;
        self.keep_wanted(inspector, node, others, &seen, values, &mut room);
        self.looker = Some(looker);
    }

    /// Keeps of files that were looked at what the filter wants; and their
    /// values, as far as there is room.
    fn keep_wanted(
        &mut self,
        inspector: &mut dyn Inspect,
        node: &Node,
        others: Option<&Names>,
        seen: &Seen,
        values: &FilterValues,
        room: &mut usize,
    ) {
        if seen.spans.is_empty() {
            return;
        }
        let names = others.map_or(self.found.listing.names(), Names::bytes);
        let question = Question {
            directory: &self.scratch.directory,
            names,
            spans: &seen.spans,
            metadata: &seen.metadata,
            columns: self.columns,
            values: Some((values, &seen.values)),
        };
        let (numbers, survivors) =
            (&mut self.scratch.numbers, &mut self.scratch.survivors);
        if let Err(fault) = question.ask(inspector, numbers, survivors) {
            self.errors.extend(seen.spans.iter().map(|span| {
                let path = node.entry(slice(names, *span));
                let cause = Cause::Sandbox(fault.clone());
                EntryError::new(path, Action::Filter, cause)
            }));
            return;
        }
        for index in &self.scratch.survivors {
            let index = *index as usize;
            self.matched.extend(seen.spans.get(index));
            self.metadata.extend(seen.metadata.get(index));
            let first = index.saturating_mul(values.each());
            let own = seen.values.get(first..);
            let own = own.and_then(|it| it.get(..values.each()));
            let own = own.unwrap_or_default();
            let kept = room.checked_sub(weight(own));
            *room = kept.unwrap_or(0);
            let own = kept.map(|_| own).unwrap_or_default();
            self.known.push(own.into());
        }
    }
}

/// Files that were looked at, and what their contents tell.
#[derive(Default)]
struct Seen {
    spans: Vec<Span>,
    metadata: Vec<Metadata>,
    values: Vec<Option<Value>>,
    /// About how many bytes the values take up.
    bytes: usize,
}

impl Seen {
    /// Whether they are enough for one call.
    fn is_enough(&self) -> bool {
        self.spans.len() >= FILES_PER_CALL || self.bytes >= MAX_VALUES
    }

    fn clear(&mut self) {
        let Self { spans, metadata, values, bytes } = self;
        spans.clear();
        metadata.clear();
        values.clear();
        *bytes = 0;
    }
}
