//! Filters: compiled once, then asked about listings and metadata.

use sanchay_core::filter::{Columns, Matches, Program, ProgramError};
use sanchay_core::kind::{EntryKind, KindSet};
use wasmtime::Result;
use wasmtime::component::ResourceAny;

use super::Inspector;
use super::Instance;
use crate::filter::Listing;
use crate::{BatchError, Fault, FilterError, indices, wire};

/// The filter that was set, so that it can be set again in a fresh instance.
#[derive(Debug)]
pub(super) struct Filter {
    program: Vec<u8>,
    columns: Columns,
    kinds: KindSet,
}

type Compiled = Result<ResourceAny, wire::ProgramError>;

impl Inspector {
    /// Sets the filter for the calls below. If it cannot be set, the previous
    /// one stays.
    ///
    /// # Errors
    ///
    /// A [`FilterError`] that says what is wrong with the program, or wraps a
    /// [`Fault`] of the instance.
    pub fn set_filter(
        &mut self,
        program: &Program,
    ) -> Result<(), FilterError> {
        let program = program.encode();
        let answer = self.caller.call(|instance| {
            let filter = match compile(instance, &program)? {
                Ok(filter) => filter,
                Err(error) => return Ok(Err(error)),
            };
            let Instance { store, exports, .. } = &mut *instance;
            let (columns,) = exports.columns.call(&mut *store, (filter,))?;
            let (kinds,) = exports.kinds.call(&mut *store, (filter,))?;
            if let Some(previous) = instance.resources.filter.replace(filter) {
                previous.resource_drop(&mut instance.store)?;
            }
            Ok(Ok((Columns::from_bits(columns), kinds)))
        })?;
        let (columns, kinds) = answer.map_err(FilterError::from)?;
        let kinds = match (columns.numbers(), KindSet::from_bits(kinds)) {
            (Some(_), Some(kinds)) => kinds,
            _ => {
                let why = "it wants what there is not".to_owned();
                return Err(FilterError::Fault(
                    self.caller.contract_violation(why),
                ));
            }
        };
        self.filter = Some(Filter { program, columns, kinds });
        Ok(())
    }

    /// What [`match_metadata`](Self::match_metadata) has to know. Where that
    /// is nothing, it would reject no entry.
    ///
    /// # Errors
    ///
    /// [`Fault::NoFilter`].
    pub fn filter_columns(&self) -> Result<Columns, Fault> {
        Ok(self.filter.as_ref().ok_or(Fault::NoFilter)?.columns)
    }

    /// The kinds of entries that may be wanted.
    ///
    /// # Errors
    ///
    /// [`Fault::NoFilter`].
    pub fn filter_kinds(&self) -> Result<KindSet, Fault> {
        Ok(self.filter.as_ref().ok_or(Fault::NoFilter)?.kinds)
    }

    /// Matches the names and kinds of a directory listing, in one crossing.
    /// Afterwards `out` holds the indices of the entries that are wanted, as
    /// far as names tell, and of the directories to enter. On an error it is
    /// empty.
    ///
    /// # Errors
    ///
    /// [`Fault::NoFilter`]; [`Fault::Batch`] where the columns do not fit
    /// together; otherwise any [`Fault`] of the instance.
    pub fn match_names(
        &mut self,
        listing: &Listing<'_>,
        out: &mut Matches,
    ) -> Result<(), Fault> {
        out.entries.clear();
        out.directories.clear();
        let filter = self.filter.as_ref().ok_or(Fault::NoFilter)?;
        let kinds = &mut self.kinds;
        let (answer,) = self.caller.call(|instance| {
            let resource = filter.resource(instance)?;
            let listing = crossing(listing, kinds);
            let Instance { store, exports, .. } = instance;
            exports.match_names.call(store, (resource, listing))
        })?;
        let matches = answer.map_err(|error| Fault::Batch(error.into()))?;
        *out = self.checked(matches, listing)?;
        Ok(())
    }

    /// What is said of a listing, if it can be.
    pub(super) fn checked(
        &mut self,
        matches: wire::Matches,
        listing: &Listing<'_>,
    ) -> Result<Matches, Fault> {
        let count = listing.ends.len();
        let wire::Matches { entries, directories } = matches;
        for indices in [&entries, &directories] {
            indices::check(indices, count)
                .map_err(|what| self.caller.contract_violation(what))?;
        }
        if !directories.iter().all(|index| may_be_directory(listing, *index)) {
            return Err(self
                .caller
                .contract_violation("a directory that is none"));
        }
        Ok(Matches { entries, directories })
    }

    /// Matches the metadata of this many entries, and their names and kinds if
    /// there is a listing. `values` has the numbers of the columns in their
    /// order, each for all entries. Afterwards `out` holds the indices of the
    /// entries that are wanted, ascending. On an error it is empty.
    ///
    /// # Errors
    ///
    /// As for [`match_names`](Self::match_names).
    pub fn match_metadata(
        &mut self,
        entries: usize,
        listing: Option<&Listing<'_>>,
        columns: Columns,
        values: &[u64],
        out: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        out.clear();
        let filter = self.filter.as_ref().ok_or(Fault::NoFilter)?;
        let rows = u32::try_from(entries)
            .map_err(|_| Fault::Batch(BatchError::ColumnLength(u32::MAX)))?;
        let kinds = &mut self.kinds;
        let (answer,) = self.caller.call(|instance| {
            let resource = filter.resource(instance)?;
            let listing = listing.map(|it| crossing(it, kinds));
            let columns = columns.bits();
            let Instance { store, exports, .. } = instance;
            exports
                .match_metadata
                .call(store, (resource, rows, listing, columns, values))
        })?;
        let wanted = answer.map_err(|error| Fault::Batch(error.into()))?;
        indices::check(&wanted, entries)
            .map_err(|what| self.caller.contract_violation(what))?;
        *out = wanted;
        Ok(())
    }
}

/// Whether an entry of a listing is a directory, or may be one.
fn may_be_directory(listing: &Listing<'_>, index: u32) -> bool {
    let kind =
        usize::try_from(index).ok().and_then(|at| listing.kinds.get(at));
    matches!(kind, Some(EntryKind::Directory | EntryKind::Unknown))
}

/// A listing as it crosses.
pub(super) fn crossing<'a>(
    listing: &Listing<'a>,
    kinds: &'a mut Vec<wire::EntryKind>,
) -> wire::Listing<'a> {
    let &Listing { directory, names, ends, kinds: known } = listing;
    kinds.clear();
    kinds.extend(known.iter().copied().map(wire::EntryKind::from));
    wire::Listing { directory, names, ends, kinds }
}

impl Filter {
    /// The filter in this instance, which may be a fresh one.
    pub(super) fn resource(
        &self,
        instance: &mut Instance,
    ) -> Result<ResourceAny> {
        if let Some(filter) = instance.resources.filter {
            return Ok(filter);
        }
        let filter = compile(instance, &self.program)?.map_err(|_| {
            wasmtime::Error::msg("it no longer accepts its filter")
        })?;
        instance.resources.filter = Some(filter);
        Ok(filter)
    }
}

fn compile(instance: &mut Instance, program: &[u8]) -> Result<Compiled> {
    let Instance { store, exports, .. } = instance;
    Ok(exports.compile.call(store, (program,))?.0)
}

impl From<wire::ProgramError> for FilterError {
    fn from(error: wire::ProgramError) -> Self {
        let wire::ProgramError { offset, fault } = error;
        Self::Program(ProgramError { offset, fault: fault.into() })
    }
}

impl From<wire::BatchError> for BatchError {
    fn from(error: wire::BatchError) -> Self {
        use wire::BatchError as Wire;
        match error {
            Wire::EndOutOfOrder(index) => Self::EndOutOfOrder(index),
            Wire::EndPastData(index) => Self::EndPastData(index),
            Wire::TrailingData(bytes) => Self::TrailingData(bytes),
            Wire::ColumnLength(entries) => Self::ColumnLength(entries),
        }
    }
}
