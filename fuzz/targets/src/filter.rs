//! Filters: any program, written or read, and any entries, against a plain
//! reading of what a filter is.

pub(crate) mod definition;
pub(crate) mod entries;
pub(crate) mod programs;

use sanchay_core::batch::{Batch, BatchError};
use sanchay_core::filter::{
    Columns, Entries, Matcher, Program, ProgramError, ProgramFault,
};

use self::definition::{Entry, columns};
use self::entries::{Listing, Metadata};
use crate::input::Input;

/// Compiles a program, and asks it about a directory's entries.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    // Whether there is more than what most filters look at: the path of the
    // directory, and every column.
    let is_full = data.first().is_some_and(|flags| flags & 8 != 0);
    let Some(program) = programs::program(&mut input) else { return };
    is_read_back(&program, &mut input);
    let Ok(matcher) = compile(&program) else { return };
    assert_eq!(matcher.columns(), columns(&program));
    definition::check_kinds(&program, matcher.kinds());
    let listing = entries::listing(&mut input, !is_full);
    names(&program, &matcher, &listing);
    let common = Columns::SIZE.with(Columns::MODIFIED);
    let all = columns::all().into_iter().fold(common, Columns::with);
    let columns = if is_full { all } else { common };
    // What it asks for is there.
    let asked = matcher.columns();
    if columns.has(asked.of_metadata().with(asked.of_contents())) {
        whole(&program, &matcher, &listing, columns, &mut input);
    }
    while !input.is_empty() {
        metadata(&program, &matcher, &listing, &mut input);
    }
}

/// Compiles a program as the sandbox does: from its bytes.
pub(crate) fn compile(program: &Program) -> Result<Matcher, ProgramError> {
    let compiled = Program::decode(&program.encode()).and_then(|read| {
        assert_eq!(&read, program);
        Matcher::compile(&read)
    });
    let fault = compiled.as_ref().err().map(|error| error.fault);
    assert_eq!(fault, definition::fault(program));
    compiled
}

/// Of a program that is read, every byte counts.
fn is_read_back(program: &Program, input: &mut Input<'_>) {
    let mut bytes = program.encode();
    if Program::decode(&bytes).is_err() {
        return;
    }
    let fault = |bytes: &[u8]| {
        let error = Program::decode(bytes).unwrap_err();
        (error.offset as usize, error.fault)
    };
    let end = input.offset() as usize % bytes.len();
    assert_eq!(fault(&bytes[..end]), (end, ProgramFault::Length));
    let len = bytes.len();
    bytes.push(input.byte());
    assert_eq!(fault(&bytes), (len, ProgramFault::Length));
    bytes[0] = 2;
    assert_eq!(fault(&bytes), (0, ProgramFault::Version));
}

/// Asks about names and kinds.
fn names(program: &Program, matcher: &Matcher, listing: &Listing) {
    let expected = definition::match_names(program, &listing.entries());
    let entries = listing.named().unwrap();
    assert_eq!(matcher.match_names(&entries), expected);
    if let Some((_, fewer)) = listing.kinds.split_last() {
        let count = u32::try_from(fewer.len()).unwrap();
        let batch = Batch::new(&listing.names, &listing.ends).unwrap();
        let answer = Entries::named(&listing.directory, batch, fewer);
        assert_eq!(answer.err(), Some(BatchError::ColumnLength(count)));
    }
}

/// Takes both steps, as a walk does: the second sees what the matcher asks
/// for, of the entries that the first left. What is left then are those of
/// which the whole expression may be true.
fn whole(
    program: &Program,
    matcher: &Matcher,
    listing: &Listing,
    columns: Columns,
    input: &mut Input<'_>,
) {
    let rows = listing.kinds.len();
    let numbers = entries::numbers(input, rows, columns);
    let metadata = Metadata { rows, columns, numbers };
    let known = metadata.of(listing.entries());
    let expected: Vec<u32> = (0..)
        .zip(&known)
        .filter(|(_, entry)| definition::is_wanted(program, entry))
        .map(|(index, _)| index)
        .collect();

    let mut left = matcher.match_names(&listing.named().unwrap()).entries;
    let columns = matcher.columns();
    if !columns.is_empty() {
        let rows = left.len();
        let listing = listing.only(&left);
        let named = listing.named().unwrap();
        let named = columns.has(Columns::NAME).then_some(named);
        let numbers = metadata.only(&left, columns).numbers;
        let entries = Entries::measured(rows, named, columns, &numbers);
        let wanted = matcher.match_metadata(&entries.unwrap());
        left = wanted.iter().map(|at| left[*at as usize]).collect();
    }
    assert_eq!(left, expected, "{program:?} {known:?}");
}

/// Asks about metadata: some of it, none, or what is no metadata.
fn metadata(
    program: &Program,
    matcher: &Matcher,
    listing: &Listing,
    input: &mut Input<'_>,
) {
    let is_named = input.flag();
    let metadata = entries::metadata(input, listing.kinds.len());
    let Metadata { rows, columns, numbers } = &metadata;
    let named = is_named.then(|| listing.named().unwrap());
    let entries = Entries::measured(*rows, named, *columns, numbers);
    let listed = is_named.then_some(listing.kinds.len());
    let entries = match (entries, metadata.error(listed)) {
        (Ok(entries), None) => entries,
        (Err(error), Some(expected)) => {
            assert_eq!(error, expected);
            return;
        }
        (entries, expected) => panic!("{entries:?}, not {expected:?}"),
    };
    let known = match is_named {
        true => listing.entries(),
        false => vec![Entry::default(); *rows],
    };
    let expected = definition::match_metadata(program, &metadata.of(known));
    assert_eq!(matcher.match_metadata(&entries), expected);
}
