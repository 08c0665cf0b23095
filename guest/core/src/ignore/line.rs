//! The lines of an ignore file that are patterns.

/// A byte-order mark, which an editor may have put at the beginning.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// The patterns of a text, in its order: lines that are neither empty nor
/// comments, without spaces at their ends. A carriage return before the
/// newline does not belong to a line, and a zero byte ends one.
pub(super) fn patterns(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let text = text.strip_prefix(MARK).unwrap_or(text);
    text.split(|byte| *byte == b'\n')
        .filter(|line| !matches!(line, [] | [b'#', ..]))
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .map(|line| line.split(|byte| *byte == 0).next().unwrap_or(line))
        .map(without_trailing_spaces)
}

/// A line without the spaces at its end. One that a backslash precedes
/// stays; so do all before a backslash at the end.
fn without_trailing_spaces(line: &[u8]) -> &[u8] {
    let mut end = 0;
    let mut at = 0;
    while let Some(byte) = line.get(at) {
        match byte {
            b' ' => at += 1,
            b'\\' if at + 1 == line.len() => return line,
            b'\\' => {
                at += 2;
                end = at;
            }
            _ => {
                at += 1;
                end = at;
            }
        }
    }
    line.get(..end).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::patterns;
    use alloc::vec::Vec;

    #[test]
    fn lines_are_patterns_as_git_reads_them() {
        for (text, expected) in [
            (&b""[..], &[][..]),
            (b"a\nb", &[&b"a"[..], b"b"]),
            (b"\xef\xbb\xbfa\n\xef\xbb\xbfb\n", &[b"a", b"\xef\xbb\xbfb"]),
            (b"# no\n\\# yes\n #too\n", &[b"\\# yes", b" #too"]),
            (b"a\r\nb\r", &[b"a", b"b"]),
            (b"a\r\r\n", &[b"a\r"]),
            (b"a  \nb\\ \nc\\  \nd e \n", &[b"a", b"b\\ ", b"c\\ ", b"d e"]),
            (b"a  \\\n", &[b"a  \\"]),
            (b"a\\\\ \n", &[b"a\\\\"]),
            (b"a\tb\t\n", &[b"a\tb\t"]),
            (b"a\0b\nc \0 \n", &[b"a", b"c"]),
        ] {
            assert_eq!(patterns(text).collect::<Vec<_>>(), expected);
        }
    }
}
