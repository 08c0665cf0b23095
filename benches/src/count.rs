//! How much a program found, counted in what it printed: programs that saw
//! different files were not asked the same question.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::Path;

use crate::problem::{Problem, Result, Trying};

/// The form of a program's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Nothing that can be counted.
    Silence,
    /// A line each. Names that hold a newline count more than once, for
    /// every program that prints them as they are.
    Lines,
    /// A zero byte ends each.
    Zeros,
    /// A line that holds a digest in hexadecimal and two blanks, or begins
    /// with a partial digest.
    Digests,
    /// Lines in groups, which are counted, with empty lines between them.
    Groups,
    /// A line of this kind for each group: it begins with these characters.
    Headings(&'static str),
    /// The number that the output begins with.
    Number,
}

/// Counts the answers in a file.
///
/// # Errors
///
/// Where the file cannot be read or is not of the form.
pub(crate) fn count(answer: Answer, path: &Path) -> Result<Option<u64>> {
    let file = File::open(path).trying("open", path)?;
    count_in(answer, BufReader::with_capacity(256 * 1024, file))
        .trying("count the answers in", path)
}

fn count_in(
    answer: Answer,
    mut input: impl BufRead,
) -> std::io::Result<Option<u64>> {
    if answer == Answer::Silence {
        return Ok(None);
    }
    let end = if answer == Answer::Zeros { 0 } else { b'\n' };
    let mut line = Vec::new();
    let (mut found, mut inside) = (0, false);
    while input.read_until(end, &mut line)? > 0 {
        let text = line.strip_suffix(&[end]).unwrap_or(&line);
        let counts = match answer {
            Answer::Silence => false,
            Answer::Lines | Answer::Zeros => true,
            Answer::Digests => digest(text),
            Answer::Headings(start) => text.starts_with(start.as_bytes()),
            Answer::Groups => {
                let before = inside;
                inside = !text.is_empty();
                inside && !before
            }
            Answer::Number => return number(text).map(Some),
        };
        found += u64::from(counts);
        line.clear();
    }
    Ok(Some(found))
}

/// Whether a line promises a digest, in the form of the checksum programs or
/// as a partial one.
fn digest(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"\\").unwrap_or(line);
    if line.starts_with(b"xxh64:") {
        return true;
    }
    let length =
        line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let rest = line.get(length..).unwrap_or_default();
    length >= 16 && length % 16 == 0 && rest.starts_with(b"  ")
}

fn number(line: &[u8]) -> std::io::Result<u64> {
    let text = String::from_utf8_lossy(line);
    let word = text.split(' ').next().unwrap_or_default();
    word.parse().map_err(|_| {
        let problem = Problem::new(format!("no number begins {text:?}"));
        std::io::Error::new(ErrorKind::InvalidData, problem)
    })
}

#[cfg(test)]
mod tests {
    use super::{Answer, count_in};

    fn count(answer: Answer, text: &str) -> Option<u64> {
        count_in(answer, text.as_bytes()).unwrap()
    }

    #[test]
    fn lines_and_zero_bytes_end_what_is_counted() {
        assert_eq!(count(Answer::Lines, "a\nb\n"), Some(2));
        assert_eq!(count(Answer::Zeros, "a\nb\0c\0"), Some(2));
        assert_eq!(count(Answer::Lines, ""), Some(0));
        assert_eq!(count(Answer::Silence, "a\n"), None);
    }

    #[test]
    fn a_name_that_goes_on_after_a_newline_is_no_digest() {
        let text = "\
            99aa06d3014798d86001c324468d497f  a\n\
            \\99aa06d3014798d86001c324468d497f  b\\nc\n\
            99aa06d3014798d86001c324468d497f  two\nlines\n\
            xxh64:0000000000000001:0000000000000002:3  d\n";
        assert_eq!(count(Answer::Digests, text), Some(4));
    }

    #[test]
    fn groups_are_counted_with_and_without_an_empty_line_at_the_end() {
        assert_eq!(count(Answer::Groups, "a\nb\n\nc\nd\n\n"), Some(2));
        assert_eq!(count(Answer::Groups, "# x\na\nb\n\nc\nd\n"), Some(2));
        assert_eq!(count(Answer::Headings("# "), "# x\na\n\n"), Some(1));
    }

    #[test]
    fn a_floor_says_its_number_first() {
        assert_eq!(count(Answer::Number, "12 files, 3 bytes\n"), Some(12));
        assert!(count_in(Answer::Number, "none".as_bytes()).is_err());
    }
}
