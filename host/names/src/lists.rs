//! Lists of names, as editors and shells of Windows write them.

use std::borrow::Cow;

use crate::wtf8::from_units;

/// The lines of a list that may have a mark of its encoding at its beginning,
/// be UTF-16 (PowerShell 5), and have carriage returns before its line ends:
/// as UTF-8 with line ends alone.
pub(crate) fn plain(text: &[u8]) -> Vec<u8> {
    let text = match text {
        [0xef, 0xbb, 0xbf, text @ ..] => Cow::Borrowed(text),
        [0xff, 0xfe, text @ ..] => {
            let (pairs, _) = text.as_chunks();
            let units = pairs.iter().copied().map(u16::from_le_bytes);
            Cow::Owned(from_units(&units.collect::<Vec<_>>()))
        }
        text => Cow::Borrowed(text),
    };
    let lines = text.split(|byte| *byte == b'\n');
    let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines.collect::<Vec<_>>().join(&b'\n')
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn lists_have_the_same_lines_in_every_form() {
        let list = "ä/b\n\nc\rd\n";
        assert_eq!(plain(list.as_bytes()), list.as_bytes());
        let ends = list.replace('\n', "\r\n");
        assert_eq!(plain(ends.as_bytes()), list.as_bytes());
        let marked = format!("\u{feff}{ends}");
        assert_eq!(plain(marked.as_bytes()), list.as_bytes());
        let units = marked.encode_utf16().flat_map(u16::to_le_bytes);
        assert_eq!(plain(&units.collect::<Vec<_>>()), list.as_bytes());
        assert_eq!(plain(b""), b"");
        assert_eq!(plain(b"a\r\nb\r"), b"a\nb");
    }
}
