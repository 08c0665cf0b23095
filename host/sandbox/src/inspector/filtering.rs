//! Filters: compiled once, then asked about listings and sizes.

use wasmtime::Result;
use wasmtime::component::ResourceAny;

use super::Cage;
use super::Inspector;
use crate::filter::{Listing, Specification};
use crate::{BatchError, Fault, FilterError, indices, wire};

/// The filter that was set, so that it can be set again in a fresh instance.
#[derive(Debug)]
pub(super) struct Filter {
    specification: Specification,
    needs_metadata: bool,
}

type Compiled = Result<ResourceAny, wire::SpecificationError>;

impl Inspector {
    /// Sets the filter that the judgements below use. Where it cannot be set,
    /// the one that was set before stays.
    ///
    /// # Errors
    ///
    /// A [`FilterError`] that tells what is wrong with the specification, or
    /// wraps a [`Fault`] of the instance.
    pub fn set_filter(
        &mut self,
        specification: &Specification,
    ) -> Result<(), FilterError> {
        let answer = self.link.enter(|cage| {
            let filter = match compile(cage, specification)? {
                Ok(filter) => filter,
                Err(error) => return Ok(Err(error)),
            };
            let Cage { store, exports, .. } = &mut *cage;
            let (needs,) = exports.needs_metadata.call(store, (filter,))?;
            if let Some(previous) = cage.held.filter.replace(filter) {
                previous.resource_drop(&mut cage.store)?;
            }
            Ok(Ok(needs))
        })?;
        let needs_metadata = answer.map_err(FilterError::from)?;
        let specification = specification.clone();
        self.filter = Some(Filter { specification, needs_metadata });
        Ok(())
    }

    /// Whether [`judge_sizes`](Self::judge_sizes) can reject anything. Where
    /// it cannot, there is no need to ask.
    ///
    /// # Errors
    ///
    /// [`Fault::NoFilter`].
    pub fn needs_metadata(&self) -> Result<bool, Fault> {
        let filter = self.filter.as_ref().ok_or(Fault::NoFilter)?;
        Ok(filter.needs_metadata)
    }

    /// Judges a directory listing by name and kind, in one crossing.
    /// Afterwards `out` holds the indices of the entries that survive,
    /// ascending: files that may be wanted and directories to enter. On an
    /// error it is empty.
    ///
    /// # Errors
    ///
    /// [`Fault::NoFilter`]; [`Fault::Batch`] where the columns do not fit
    /// together; otherwise any [`Fault`] of the instance.
    pub fn judge_names(
        &mut self,
        listing: &Listing<'_>,
        out: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        out.clear();
        let filter = self.filter.as_ref().ok_or(Fault::NoFilter)?;
        let (answer,) = self.link.enter(|cage| {
            let resource = filter.resource(cage)?;
            let &Listing { names, ends, kinds } = listing;
            let listing = wire::Listing { names, ends, kinds };
            let Cage { store, exports, .. } = cage;
            exports.judge_names.call(store, (resource, listing))
        })?;
        let indices = answer.map_err(|error| Fault::Batch(error.into()))?;
        self.accept(indices, listing.ends.len(), out)
    }

    /// Judges files by their sizes in bytes. Afterwards `out` holds the
    /// indices of the files that are wanted, ascending. On an error it is
    /// empty.
    ///
    /// # Errors
    ///
    /// [`Fault::NoFilter`], or any [`Fault`] of the instance.
    pub fn judge_sizes(
        &mut self,
        sizes: &[u64],
        out: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        out.clear();
        let filter = self.filter.as_ref().ok_or(Fault::NoFilter)?;
        let (indices,) = self.link.enter(|cage| {
            let resource = filter.resource(cage)?;
            let Cage { store, exports, .. } = cage;
            exports.judge_sizes.call(store, (resource, sizes))
        })?;
        self.accept(indices, sizes.len(), out)
    }

    /// Takes indices that ascend strictly and stay below `count`.
    fn accept(
        &mut self,
        indices: Vec<u32>,
        count: usize,
        out: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        indices::check(&indices, count)
            .map_err(|what| self.link.lied(what))?;
        *out = indices;
        Ok(())
    }
}

impl Filter {
    /// The filter in this instance, which may be a fresh one.
    fn resource(&self, cage: &mut Cage) -> Result<ResourceAny> {
        if let Some(filter) = cage.held.filter {
            return Ok(filter);
        }
        let filter = compile(cage, &self.specification)?.map_err(|_| {
            wasmtime::Error::msg("it no longer accepts its filter")
        })?;
        cage.held.filter = Some(filter);
        Ok(filter)
    }
}

fn compile(
    cage: &mut Cage,
    specification: &Specification,
) -> Result<Compiled> {
    let Specification { extensions, min_size, max_size, hidden } =
        specification;
    let specification = wire::Specification {
        extensions,
        min_size: *min_size,
        max_size: *max_size,
        hidden: *hidden,
    };
    let Cage { store, exports, .. } = cage;
    Ok(exports.compile.call(store, (specification,))?.0)
}

impl From<wire::SpecificationError> for FilterError {
    fn from(error: wire::SpecificationError) -> Self {
        use wire::SpecificationError as Wire;
        match error {
            Wire::EmptyExtension(index) => Self::EmptyExtension(index),
            Wire::ImpossibleExtension(index) => {
                Self::ImpossibleExtension(index)
            }
            Wire::EmptySizeRange => Self::EmptySizeRange,
        }
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
