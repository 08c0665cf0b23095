//! Filters in the cage, beside the same ones natively.

use sanchay_core::batch::Batch;
use sanchay_core::filter as native;
use sanchay_sandbox::{
    EntryKind, Fault, FilterError, Inspector, Listing, Specification,
};

use crate::filter as plainly;
use crate::input::Input;

/// The filter that must be in force.
#[derive(Default)]
pub(super) struct Judge(Option<native::Filter>);

impl Judge {
    /// Sets a filter, or one that cannot be.
    pub(super) fn set(
        &mut self,
        inspector: &mut Inspector,
        input: &mut Input<'_>,
    ) {
        let specification = plainly::specification(input);
        let compiled = native::Filter::compile(&specification);
        let native::Specification { extensions, min_size, max_size, hidden } =
            specification;
        let caged = inspector.set_filter(&Specification {
            extensions,
            min_size,
            max_size,
            hidden,
        });
        match compiled {
            Ok(filter) => {
                assert_eq!(caged, Ok(()));
                let needs = filter.needs_metadata();
                assert_eq!(inspector.needs_metadata(), Ok(needs));
                self.0 = Some(filter);
            }
            // The one that was set before stays.
            Err(error) => assert_eq!(caged, Err(same(error))),
        }
    }

    /// Judges a listing whose columns may not fit together.
    pub(super) fn names(
        &self,
        inspector: &mut Inspector,
        input: &mut Input<'_>,
    ) {
        let (names, ends, kinds) = listing(input);
        let caged_kinds: Vec<_> = kinds
            .iter()
            .map(|kind| match kind {
                native::EntryKind::File => EntryKind::File,
                native::EntryKind::Directory => EntryKind::Directory,
            })
            .collect();
        let listing =
            Listing { names: &names, ends: &ends, kinds: &caged_kinds };
        let mut out = vec![7];
        let answer = inspector.judge_names(&listing, &mut out);
        let Some(filter) = &self.0 else {
            assert_eq!(answer, Err(Fault::NoFilter));
            return;
        };
        let expected = Batch::new(&names, &ends)
            .and_then(|batch| filter.judge_names(batch, &kinds));
        match expected {
            Ok(expected) => {
                assert_eq!((answer, out), (Ok(()), expected));
            }
            Err(error) => {
                let fault = Fault::Batch(super::same(error));
                assert_eq!((answer, out), (Err(fault), Vec::new()));
            }
        }
    }

    /// Judges sizes.
    pub(super) fn sizes(
        &self,
        inspector: &mut Inspector,
        input: &mut Input<'_>,
    ) {
        let count = input.byte();
        let sizes: Vec<u64> = (0..count).map(|_| input.number()).collect();
        let mut out = vec![7];
        let answer = inspector.judge_sizes(&sizes, &mut out);
        let expected = self.0.as_ref().map(|it| it.judge_sizes(&sizes));
        let fault = expected.is_none().then_some(Fault::NoFilter);
        assert_eq!(answer.err(), fault);
        assert_eq!(out, expected.unwrap_or_default());
    }
}

/// The columns of a listing: well formed, or anything.
fn listing(
    input: &mut Input<'_>,
) -> (Vec<u8>, Vec<u32>, Vec<native::EntryKind>) {
    if input.flag() {
        let plainly::Listing { names, ends, kinds } = plainly::listing(input);
        return (names, ends, kinds);
    }
    let names = input.bytes().to_vec();
    let count = input.below(30);
    let ends = (0..count).map(|_| input.offset()).collect();
    let count = input.below(30);
    let kinds = (0..count).map(|_| plainly::kind(input)).collect();
    (names, ends, kinds)
}

fn same(error: native::SpecificationError) -> FilterError {
    use native::SpecificationError as Native;
    match error {
        Native::EmptyExtension(index) => FilterError::EmptyExtension(index),
        Native::ImpossibleExtension(index) => {
            FilterError::ImpossibleExtension(index)
        }
        Native::EmptySizeRange => FilterError::EmptySizeRange,
    }
}
