//! Lists of names, and other text, as editors and shells of Windows write it.

use std::io::{self, Read};

use crate::wtf8::from_units;

/// How much is read at a time, in bytes.
const PIECE: usize = 64 << 10;

/// Reads text that may have a mark of its encoding at its beginning, be UTF-16
/// (`PowerShell` 5), and have carriage returns before its line ends: as UTF-8
/// with line ends alone.
#[derive(Debug)]
pub(crate) struct Plain<R> {
    source: R,
    encoding: Encoding,
    /// What was read and is not decoded yet.
    raw: Vec<u8>,
    /// What was decoded, and how much of it was given out.
    text: Vec<u8>,
    given: usize,
    /// Whether a carriage return was left out that the next byte may need.
    after_return: bool,
    ended: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    /// Not enough was read to tell.
    Unknown,
    Bytes,
    Utf16,
}

impl<R: Read> Plain<R> {
    pub(crate) fn new(source: R) -> Self {
        Self {
            source,
            encoding: Encoding::Unknown,
            raw: Vec::new(),
            text: Vec::new(),
            given: 0,
            after_return: false,
            ended: false,
        }
    }

    /// Reads and decodes a piece.
    fn fill(&mut self) -> io::Result<()> {
        let mut piece = Read::take(&mut self.source, PIECE as u64);
        self.ended = piece.read_to_end(&mut self.raw)? == 0;
        if self.encoding == Encoding::Unknown {
            let (encoding, mark) = match self.raw.as_slice() {
                [0xff, 0xfe, ..] => (Encoding::Utf16, 2),
                [0xef, 0xbb, 0xbf, ..] => (Encoding::Bytes, 3),
                _ => (Encoding::Bytes, 0),
            };
            self.encoding = encoding;
            self.raw.drain(..mark);
        }
        let decoded = match self.encoding {
            Encoding::Utf16 => self.utf16(),
            Encoding::Unknown | Encoding::Bytes => {
                std::mem::take(&mut self.raw)
            }
        };
        self.text.clear();
        self.given = 0;
        for byte in decoded {
            if self.after_return && byte != b'\n' {
                self.text.push(b'\r');
            }
            self.after_return = byte == b'\r';
            if !self.after_return {
                self.text.push(byte);
            }
        }
        Ok(())
    }

    /// Decodes what is whole of UTF-16. Half a unit at the end is none.
    fn utf16(&mut self) -> Vec<u8> {
        let (pairs, _) = self.raw.as_chunks();
        let units = pairs.iter().copied().map(u16::from_le_bytes);
        let mut units: Vec<u16> = units.collect();
        // Its other half may follow.
        let is_half = |unit: &u16| (0xd800..0xdc00).contains(unit);
        if !self.ended && units.last().is_some_and(is_half) {
            units.pop();
        }
        self.raw.drain(..units.len() * 2);
        from_units(&units)
    }
}

impl<R: Read> Read for Plain<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() && !self.ended {
            self.fill()?;
        }
        let rest = self.text.get(self.given..).unwrap_or_default();
        let count = rest.len().min(out.len());
        if let (Some(from), Some(to)) =
            (rest.get(..count), out.get_mut(..count))
        {
            to.copy_from_slice(from);
        }
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::{PIECE, Plain};
    use std::io::Read as _;

    fn plain(text: &[u8]) -> Vec<u8> {
        let mut read = Vec::new();
        Plain::new(text).read_to_end(&mut read).unwrap();
        read
    }

    #[test]
    fn lists_have_the_same_lines_in_every_form() {
        for list in ["ä/b\n\nc\rd\n".to_owned(), "😀 x\n".repeat(PIECE)] {
            assert_eq!(plain(list.as_bytes()), list.as_bytes());
            let ends = list.replace('\n', "\r\n");
            assert_eq!(plain(ends.as_bytes()), list.as_bytes());
            let marked = format!("\u{feff}{ends}");
            assert_eq!(plain(marked.as_bytes()), list.as_bytes());
            let units = marked.encode_utf16().flat_map(u16::to_le_bytes);
            assert_eq!(plain(&units.collect::<Vec<_>>()), list.as_bytes());
        }
        assert_eq!(plain(b""), b"");
        assert_eq!(plain(b"a\r\nb\r"), b"a\nb");
        assert_eq!(plain(b"a\r\r\n"), b"a\r\n");
    }

    #[test]
    fn a_cut_list_of_units_has_what_is_whole() {
        assert_eq!(plain(b"\xff\xfea\0b"), b"a");
        assert_eq!(plain(b"\xff\xfe"), b"");
    }
}
