//! The last step of a match, which reads: what only the contents of files
//! tell. It comes after all others, and looks at what they left.

use std::{cell::LazyCell, sync::Arc};

use sanchay_core::filter::Facts;
use sanchay_sandbox::{Columns, Fault, plugin::Value};
use sanchay_storage::{EntryKind, Metadata, Span};

use super::DirReader;
use crate::{
    error::{Action, Cause, EntryError},
    extract::Site,
    inspect::Inspect,
    media::MediaExtractor,
    run::RunState,
    span::slice,
    walk::{names::Names, node::Node},
};

/// How many files are matched in one call.
const FILES_PER_CALL: usize = 512;

/// What a filter needs that asks for the contents of files.
pub(super) struct Looker {
    extractor: MediaExtractor,
    /// Whether what is told is kept for whoever asks for it next.
    keeps: bool,
}

impl Looker {
    /// One for a filter that asks for these columns, if it needs one.
    pub(super) fn new(
        columns: Columns,
        keeps: bool,
    ) -> Result<Option<Self>, Fault> {
        if columns.of_contents().is_empty() {
            return Ok(None);
        }
        Ok(Some(Self { extractor: MediaExtractor::new()?, keeps }))
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
    /// What contents tell, if these are among the columns.
    pub(super) media: &'a [Option<Value>],
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
        let Self { directory, names, spans, metadata, columns, media } = *self;
        let of_metadata = columns.of_metadata();
        let of_contents = columns.of_contents();
        numbers.clear();
        of_metadata.push(metadata.iter().map(Facts::from), numbers);
        let each = media.len().checked_div(metadata.len()).unwrap_or(0);
        let values = (0..metadata.len()).map(|index| {
            let first = index.saturating_mul(each);
            let values = media.get(first..).and_then(|it| it.get(..each));
            values.unwrap_or_default()
        });
        of_contents.push_contents(values, numbers);
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
        self.media.clear();
        let Some(mut looker) = self.looker.take() else { return };
        let spans = std::mem::take(&mut self.matched);
        let found = std::mem::take(&mut self.metadata);
        let reopened = LazyCell::new(|| node.reopen());
        for (spans, found) in
            spans.chunks(FILES_PER_CALL).zip(found.chunks(FILES_PER_CALL))
        {
            let mut seen = Seen::default();
            for (span, metadata) in spans.iter().zip(found) {
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
                match looker.look(open, site, metadata, &mut seen.values) {
                    Ok(()) => {
                        seen.spans.push(*span);
                        seen.metadata.push(*metadata);
                    }
                    Err((action, cause)) => {
                        let path = node.entry(name);
                        self.errors.push(EntryError::new(path, action, cause));
                    }
                }
            }
            self.keep_wanted(inspector, node, others, &seen, looker.keeps);
        }
        self.looker = Some(looker);
    }

    /// Keeps of files that were looked at what the filter wants.
    fn keep_wanted(
        &mut self,
        inspector: &mut dyn Inspect,
        node: &Node,
        others: Option<&Names>,
        seen: &Seen,
        keeps: bool,
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
            media: &seen.values,
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
        let each = seen.values.len().checked_div(seen.spans.len());
        let each = each.unwrap_or(0);
        for index in &self.scratch.survivors {
            let index = *index as usize;
            self.matched.extend(seen.spans.get(index));
            self.metadata.extend(seen.metadata.get(index));
            let first = index.saturating_mul(each);
            let values = seen.values.get(first..).filter(|_| keeps);
            let values = values.and_then(|it| it.get(..each));
            self.media.extend_from_slice(values.unwrap_or_default());
        }
    }
}

/// Files that were looked at, and what their contents tell.
#[derive(Default)]
struct Seen {
    spans: Vec<Span>,
    metadata: Vec<Metadata>,
    values: Vec<Option<Value>>,
}

impl Looker {
    /// Appends what a file says of itself; nothing on failure.
    fn look(
        &mut self,
        open: impl FnOnce() -> Result<(sanchay_storage::File, Metadata), Cause>,
        site: Site<'_>,
        metadata: &Metadata,
        out: &mut Vec<Option<Value>>,
    ) -> Result<(), (Action, Cause)> {
        let takes = metadata.kind == EntryKind::File
            && self.extractor.takes(site.name, metadata);
        let opened = match takes {
            true => Some(open().map_err(|cause| (Action::Open, cause))?),
            false => None,
        };
        let start = out.len();
        let (file, metadata) = match &opened {
            Some((file, now)) => (Some(file), now),
            None => (None, metadata),
        };
        let told = self.extractor.extract(file, site, metadata, out);
        told.map_err(|cause| {
            out.truncate(start);
            (Action::Extract, cause)
        })
    }
}
