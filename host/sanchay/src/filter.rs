//! Filtering without walking: for names and sizes that the caller has from
//! elsewhere, an archive's table of contents or another program's output.

pub use sanchay_core::filter::Facts as FileFacts;
use sanchay_core::filter::{Columns, Filter};
use sanchay_sandbox::{EntryKind, Fault, Listing, Matches};

use crate::{error::Error, inspect::Inspect, pool::Pool};

mod listed;

pub use listed::ListedEntry;

/// A filter with a sandboxed instance of its own, for one thread at a time;
/// [`Engine::filter`](crate::Engine::filter) makes it.
///
/// A [`Fault`] concerns the call that it is returned from: the instance is
/// thrown away, and the next call is answered by a fresh one with the same
/// filter.
#[derive(Debug)]
pub struct FilterInstance {
    inspector: Box<dyn Inspect>,
    /// The ceiling of the instance's memory, in bytes.
    ceiling: usize,
    names: Vec<u8>,
    ends: Vec<u32>,
    numbers: Vec<u64>,
    kinds: Vec<EntryKind>,
    matches: Matches,
    survivors: Vec<u32>,
}

impl FilterInstance {
    /// Compiles a filter in an instance of its own.
    pub(crate) fn new(pool: &Pool, filter: &Filter) -> Result<Self, Error> {
        let program = filter.program().map_err(Error::Filter)?;
        let (mut inspector, ceiling) = pool.fresh_inspector();
        inspector.set_filter(&program)?;
        Ok(Self {
            inspector,
            ceiling,
            names: Vec::new(),
            ends: Vec::new(),
            numbers: Vec::new(),
            kinds: Vec::new(),
            matches: Matches::default(),
            survivors: Vec::new(),
        })
    }

    /// Matches names of regular files, in one call. Returns the indices of
    /// those that are let through, ascending.
    ///
    /// A name is bytes, and is what stands behind the last slash of a path:
    /// of a path, only its own first byte could make it hidden. A call into
    /// the sandbox costs as much as matching some tens of names, so that they
    /// are best passed by the hundred.
    ///
    /// # Errors
    /// Any [`Fault`] of the instance; [`Fault::MemoryRefused`] if the names
    /// do not fit its memory together.
    pub fn match_names(
        &mut self,
        names: &[impl AsRef<[u8]>],
    ) -> Result<&[u32], Fault> {
        self.names.clear();
        self.ends.clear();
        for name in names {
            let name = name.as_ref();
            let asked = self.names.len().saturating_add(name.len());
            let end = u32::try_from(asked).ok();
            let Some(end) = end.filter(|_| asked <= self.ceiling) else {
                let ceiling = self.ceiling;
                return Err(Fault::MemoryRefused { asked, ceiling });
            };
            self.names.extend_from_slice(name);
            self.ends.push(end);
        }
        self.kinds.clear();
        self.kinds.resize(self.ends.len(), EntryKind::File);
        let listing = Listing {
            directory: b"",
            names: &self.names,
            ends: &self.ends,
            kinds: &self.kinds,
        };
        self.inspector.match_names(&listing, &mut self.matches)?;
        Ok(&self.matches.entries)
    }

    /// Whether [`Self::match_metadata`] can reject anything. Where it cannot,
    /// there is no need to read any metadata.
    #[must_use]
    pub fn needs_metadata(&self) -> bool {
        // The filter is set; were it not, nobody could be let through.
        self.inspector.filter_columns().map_or(true, Columns::need_metadata)
    }

    /// Whether the filter tests anything else than names, kinds and these
    /// columns.
    #[must_use]
    pub fn needs_more_than(&self, known: Columns) -> bool {
        let columns = self.inspector.filter_columns();
        columns.map_or(true, |it| it.without(known).need_metadata())
    }

    /// Matches files by their metadata, in one call. Returns the indices of
    /// those that are let through, ascending. What a filter tests of names and
    /// of contents is taken to be true.
    ///
    /// # Errors
    /// Any [`Fault`] of the instance; [`Fault::MemoryRefused`] if the numbers
    /// do not fit its memory together.
    pub fn match_metadata(
        &mut self,
        files: &[FileFacts],
    ) -> Result<&[u32], Fault> {
        let columns = self.inspector.filter_columns()?.of_metadata();
        self.numbers.clear();
        columns.push(files.iter().copied(), &mut self.numbers);
        self.inspector.match_metadata(
            files.len(),
            None,
            columns,
            &self.numbers,
            &mut self.survivors,
        )?;
        Ok(&self.survivors)
    }
}
