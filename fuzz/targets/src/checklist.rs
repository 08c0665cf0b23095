//! Lists of digests: every line of any text is what a plain reader takes it
//! for, and what the program itself would write is read back as it was.

mod plain;
mod written;

use sanchay_logic::checklist::{Checklist, Promise, parse};

use self::plain::Line;

/// Parses a text, whole and line by line.
pub fn run(text: &[u8]) {
    let lines = lines(text);
    let mut expected = Checklist {
        lines: u32::try_from(lines.len()).unwrap(),
        ..Checklist::default()
    };
    for (index, line) in (0..).zip(&lines) {
        match plain::read(line) {
            Line::Promise(path, digest) => expected.promises.push(Promise {
                line: index,
                path,
                expected: digest,
            }),
            Line::Silent => {}
            Line::Malformed => expected.malformed.push(index),
        }
    }
    let list = parse(text);
    assert_eq!(list, expected);
    written::is_read_back(&list.promises);
}

/// The lines of a text, the last of which may lack its newline.
fn lines(text: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<&[u8]> = text.split(|&byte| byte == b'\n').collect();
    lines.pop_if(|last| last.is_empty());
    lines
}
