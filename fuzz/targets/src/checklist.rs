//! Lists of digests: every line of any text is what a plain reader takes it
//! for, and what the program itself would write is read back as it was.

mod plain;
mod record;
mod written;

use sanchay_core::checklist::{
    Checklist, ChecksumEntry, Malformed, Separator, parse,
};
use sanchay_core::hashing::Algorithm;

use self::plain::Line;

/// Parses a text, whole and line by line, as a list of which nobody said what
/// it is, and in the middle of lists of one algorithm.
pub fn run(text: &[u8]) {
    is_as_plainly_read(text, None, Separator::Undecided);
    is_as_plainly_read(text, Some(Algorithm::Blake3), Separator::Double);
    is_as_plainly_read(text, Some(Algorithm::Xxh64), Separator::Single);
}

fn is_as_plainly_read(
    text: &[u8],
    algorithm: Option<Algorithm>,
    separator: Separator,
) {
    let lines = lines(text);
    let mut expected = Checklist {
        lines: u32::try_from(lines.len()).unwrap(),
        separator,
        ..Checklist::default()
    };
    for (index, line) in (0..).zip(&lines) {
        if record::is_one(line) {
            let own = record::read(line, algorithm);
            let entries = own.entries.into_iter();
            expected
                .entries
                .extend(entries.map(|it| ChecksumEntry { line: index, ..it }));
            let malformed = own.malformed.into_iter();
            expected
                .malformed
                .extend(malformed.map(|it| Malformed { line: index, ..it }));
            continue;
        }
        match plain::read(line, algorithm, &mut expected.separator) {
            Line::Entry(path, digest) => expected
                .entries
                .push(ChecksumEntry { line: index, path, expected: digest }),
            Line::Silent => {}
            Line::Malformed(flaw) => {
                expected.malformed.push(Malformed { line: index, flaw });
            }
        }
    }
    let list = parse(text, algorithm, separator);
    assert_eq!(list, expected);
    written::is_read_back(&list.entries);
}

/// The lines of a text, the last of which may lack its newline.
fn lines(text: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<&[u8]> = text.split(|&byte| byte == b'\n').collect();
    lines.pop_if(|last| last.is_empty());
    lines
}
