//! Filters in the sandbox, beside the same ones natively.

use sanchay_core::filter::{Entries, Matcher, Matches, Program};
use sanchay_sandbox::{Fault, FilterError, Inspector, Listing};

use crate::filter::entries::{self, Metadata};
use crate::filter::{self, definition, programs};
use crate::input::Input;

/// The filter that must be in force.
#[derive(Default)]
pub(super) struct Filtering(Option<(Program, Matcher)>);

impl Filtering {
    /// Sets a filter, or one that cannot be.
    pub(super) fn set(
        &mut self,
        inspector: &mut Inspector,
        input: &mut Input<'_>,
    ) {
        let Some(program) = programs::program(input) else { return };
        let answer = inspector.set_filter(&program);
        match filter::compile(&program) {
            Ok(matcher) => {
                assert_eq!(answer, Ok(()));
                self.0 = Some((program, matcher));
            }
            // The one that was set before stays.
            Err(error) => assert_eq!(answer, Err(FilterError::Program(error))),
        }
        let matcher = self.0.as_ref().map(|(_, matcher)| matcher);
        let columns = matcher.map(Matcher::columns).ok_or(Fault::NoFilter);
        assert_eq!(inspector.filter_columns(), columns);
        let kinds = matcher.map(Matcher::kinds).ok_or(Fault::NoFilter);
        assert_eq!(inspector.filter_kinds(), kinds);
    }

    /// Asks about a listing whose columns may not fit together.
    pub(super) fn match_names(
        &self,
        inspector: &mut Inspector,
        input: &mut Input<'_>,
    ) {
        let listing = listing(input);
        let mut out = Matches { entries: vec![7], directories: vec![7] };
        let answer = inspector.match_names(&crossing(&listing), &mut out);
        let expected = self.0.as_ref().ok_or(Fault::NoFilter);
        let expected = expected.and_then(|(program, matcher)| {
            let matches = matcher.match_names(&listing.named()?);
            let known = listing.entries();
            assert_eq!(matches, definition::match_names(program, &known));
            Ok(matches)
        });
        match expected {
            Ok(matches) => assert_eq!((answer, out), (Ok(()), matches)),
            Err(fault) => {
                assert_eq!((answer, out), (Err(fault), Matches::default()));
            }
        }
    }

    /// Asks about metadata that may be none, with a listing or without.
    pub(super) fn match_metadata(
        &self,
        inspector: &mut Inspector,
        input: &mut Input<'_>,
    ) {
        let listing = input.flag().then(|| listing(input));
        let rows = match &listing {
            Some(listing) => listing.kinds.len(),
            None => input.below(256),
        };
        let metadata = entries::metadata(input, rows);
        let mut out = vec![7];
        let Metadata { rows, columns, numbers } = &metadata;
        let crossing = listing.as_ref().map(crossing);
        let answer = inspector.match_metadata(
            *rows,
            crossing.as_ref(),
            *columns,
            numbers,
            &mut out,
        );
        let expected = self.0.as_ref().ok_or(Fault::NoFilter);
        let expected = expected.and_then(|(program, matcher)| {
            let listed =
                listing.as_ref().map(entries::Listing::named).transpose()?;
            let entries = Entries::measured(*rows, listed, *columns, numbers)?;
            let wanted = matcher.match_metadata(&entries);
            let known = match &listing {
                Some(listing) => listing.entries(),
                None => vec![definition::Entry::default(); *rows],
            };
            let known = metadata.of(known);
            assert_eq!(wanted, definition::match_metadata(program, &known));
            Ok(wanted)
        });
        match expected {
            Ok(wanted) => assert_eq!((answer, out), (Ok(()), wanted)),
            Err(fault) => assert_eq!((answer, out), (Err(fault), vec![])),
        }
    }
}

fn crossing(listing: &entries::Listing) -> Listing<'_> {
    let entries::Listing { directory, names, ends, kinds } = listing;
    Listing { directory, names, ends, kinds }
}

/// The columns of a listing: well formed, or anything.
fn listing(input: &mut Input<'_>) -> entries::Listing {
    let flags = input.byte();
    let of_root = flags & 2 == 0;
    if flags & 1 != 0 {
        return entries::listing(input, of_root);
    }
    let directory = entries::directory(input, of_root);
    let names = input.bytes().to_vec();
    let count = input.below(30);
    let ends = (0..count).map(|_| input.offset()).collect();
    let count = input.below(30);
    let kinds = (0..count).map(|_| entries::kind(input)).collect();
    entries::Listing { directory, names, ends, kinds }
}
