//! The interface `filtering`, and the errors of batches.

use alloc::vec::Vec;

use sanchay_core::batch::{self, Batch};
use sanchay_core::filter as logic;

use crate::Inspector;
use crate::interfaces::exports::sanchay::inspect::batches::BatchError;
use crate::interfaces::exports::sanchay::inspect::filtering as wit;

impl wit::Guest for Inspector {
    type Filter = Filter;
}

/// A compiled specification.
pub(crate) struct Filter(logic::Filter);

impl wit::GuestFilter for Filter {
    fn compile(
        specification: wit::Specification,
    ) -> Result<wit::Filter, wit::SpecificationError> {
        let filter = logic::Filter::compile(&specification.into())?;
        Ok(wit::Filter::new(Self(filter)))
    }

    fn needs_metadata(&self) -> bool {
        self.0.needs_metadata()
    }

    fn judge_names(
        &self,
        listing: wit::Listing,
    ) -> Result<Vec<u32>, BatchError> {
        let names = Batch::new(&listing.names, &listing.ends)?;
        Ok(self.0.judge_names(names, &listing.kinds)?)
    }

    fn judge_sizes(&self, sizes: Vec<u64>) -> Vec<u32> {
        self.0.judge_sizes(&sizes)
    }
}

impl From<wit::Specification> for logic::Specification {
    fn from(specification: wit::Specification) -> Self {
        let wit::Specification { extensions, min_size, max_size, hidden } =
            specification;
        Self { extensions, min_size, max_size, hidden }
    }
}

impl From<logic::SpecificationError> for wit::SpecificationError {
    fn from(error: logic::SpecificationError) -> Self {
        use logic::SpecificationError::{
            EmptyExtension, EmptySizeRange, ImpossibleExtension,
        };
        match error {
            EmptyExtension(index) => Self::EmptyExtension(index),
            ImpossibleExtension(index) => Self::ImpossibleExtension(index),
            EmptySizeRange => Self::EmptySizeRange,
        }
    }
}

impl From<wit::EntryKind> for logic::EntryKind {
    fn from(kind: wit::EntryKind) -> Self {
        match kind {
            wit::EntryKind::File => Self::File,
            wit::EntryKind::Directory => Self::Directory,
        }
    }
}

impl From<batch::BatchError> for BatchError {
    fn from(error: batch::BatchError) -> Self {
        use batch::BatchError::{
            ColumnLength, EndOutOfOrder, EndPastData, TrailingData,
        };
        match error {
            EndOutOfOrder(index) => Self::EndOutOfOrder(index),
            EndPastData(index) => Self::EndPastData(index),
            TrailingData(length) => Self::TrailingData(length),
            ColumnLength(length) => Self::ColumnLength(length),
        }
    }
}
