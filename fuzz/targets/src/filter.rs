//! Filters: any specification and any listing, against a plain reading of
//! what a filter is.

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};
use sanchay_core::batch::{Batch, BatchError};
use sanchay_core::filter::{
    EntryKind, Filter, Specification, SpecificationError,
};

use crate::input::Input;

/// A listing of one directory.
pub(crate) struct Listing {
    pub(crate) names: Vec<u8>,
    pub(crate) ends: Vec<u32>,
    pub(crate) kinds: Vec<EntryKind>,
}

/// Compiles a specification and judges a listing and sizes with it.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let specification = specification(&mut input);
    let compiled = Filter::compile(&specification);
    let filter = match (compiled, error(&specification)) {
        (Ok(filter), None) => filter,
        (Err(found), Some(expected)) => {
            assert_eq!(found, expected);
            return;
        }
        (compiled, expected) => panic!("{compiled:?}, not {expected:?}"),
    };
    let Listing { names, ends, kinds } = listing(&mut input);
    let batch = Batch::new(&names, &ends).unwrap();
    let strings: Vec<&[u8]> = batch.iter().collect();
    let wanted = |index: &u32| {
        let at = *index as usize;
        is_wanted(&specification, strings[at], kinds[at])
    };
    let expected: Vec<u32> = (0..).take(kinds.len()).filter(wanted).collect();
    assert_eq!(filter.judge_names(batch, &kinds), Ok(expected));
    if let Some((_, fewer)) = kinds.split_last() {
        let count = u32::try_from(fewer.len()).unwrap();
        let error = BatchError::ColumnLength(count);
        assert_eq!(filter.judge_names(batch, fewer), Err(error));
    }

    let mut sizes = Vec::new();
    while !input.is_empty() {
        sizes.push(input.number());
    }
    let Specification { min_size, max_size, .. } = specification;
    let fits = |size: u64| {
        min_size.is_none_or(|least| size >= least)
            && max_size.is_none_or(|most| size <= most)
    };
    let expected: Vec<u32> = (0..)
        .zip(&sizes)
        .filter(|(_, size)| fits(**size))
        .map(|(index, _)| index)
        .collect();
    let all = expected.len() == sizes.len();
    assert!(all || filter.needs_metadata(), "{specification:?}");
    assert!(filter.needs_metadata() != (fits(0) && fits(u64::MAX)));
    assert_eq!(filter.judge_sizes(&sizes), expected);
}

/// A specification; its parts may be impossible.
pub(crate) fn specification(input: &mut Input<'_>) -> Specification {
    let flags = input.byte();
    let count = input.below(12);
    let extensions = (0..count).map(|_| input.bytes().to_vec()).collect();
    Specification {
        extensions,
        min_size: (flags & 2 != 0).then(|| input.number()),
        max_size: (flags & 4 != 0).then(|| input.number()),
        hidden: flags & 1 != 0,
    }
}

/// A well-formed listing.
pub(crate) fn listing(input: &mut Input<'_>) -> Listing {
    let (mut names, mut ends) = (Vec::new(), Vec::new());
    let mut kinds = Vec::new();
    for _ in 0..input.byte() {
        kinds.push(kind(input));
        names.extend_from_slice(input.bytes());
        ends.push(u32::try_from(names.len()).unwrap());
    }
    Listing { names, ends, kinds }
}

/// What an entry is.
pub(crate) fn kind(input: &mut Input<'_>) -> EntryKind {
    if input.flag() { EntryKind::Directory } else { EntryKind::File }
}

/// Why a specification cannot be compiled.
fn error(specification: &Specification) -> Option<SpecificationError> {
    for (index, extension) in (0..).zip(&specification.extensions) {
        match extension.as_slice() {
            b"" | b"." => {
                return Some(SpecificationError::EmptyExtension(index));
            }
            text if text.iter().any(|byte| matches!(byte, b'/' | 0)) => {
                return Some(SpecificationError::ImpossibleExtension(index));
            }
            _ => {}
        }
    }
    match (specification.min_size, specification.max_size) {
        (Some(least), Some(most)) if least > most => {
            Some(SpecificationError::EmptySizeRange)
        }
        _ => None,
    }
}

/// What the documentation of a specification says, word for word.
fn is_wanted(
    specification: &Specification,
    name: &[u8],
    kind: EntryKind,
) -> bool {
    let Specification { extensions, hidden, .. } = specification;
    let ends_in = |extension: &Vec<u8>| {
        let bare = extension.strip_prefix(b".").unwrap_or(extension);
        let suffix = caseless(&[b".", bare].concat());
        let name = caseless(name);
        name.len() > suffix.len() && name.ends_with(&suffix)
    };
    let shown = *hidden || name.first() != Some(&b'.');
    shown
        && (kind == EntryKind::Directory
            || extensions.is_empty()
            || extensions.iter().any(ends_in))
}

/// The characters of a name, each as the least of those that differ from it by
/// case alone; bytes that are none as numbers beyond them.
fn caseless(name: &[u8]) -> Vec<u32> {
    let mut all = Vec::new();
    for chunk in name.utf8_chunks() {
        for c in chunk.valid().chars() {
            let mut alike = ClassUnicode::new([ClassUnicodeRange::new(c, c)]);
            alike.case_fold_simple();
            all.push(u32::from(alike.ranges()[0].start()));
        }
        let invalid = chunk.invalid().iter();
        all.extend(invalid.map(|byte| 0x0011_0000 + u32::from(*byte)));
    }
    all
}
