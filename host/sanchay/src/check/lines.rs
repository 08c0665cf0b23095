//! A list in blocks of whole lines. This side only looks for line ends; what
//! the lines mean is judged in the cage.

use std::io::{self, Read};

/// How much of a list is parsed at a time, in bytes.
const BLOCK: usize = 128 * 1024;

/// The longest line that a list may have, in bytes: paths have 4096 at most
/// on the systems there are, and escapes double them.
const LONGEST_LINE: usize = 1024 * 1024;

/// Reads blocks of whole lines.
pub(super) struct Blocks<'a> {
    source: &'a mut (dyn Read + Send),
    /// What was read after the last line end.
    carry: Vec<u8>,
    ended: bool,
    /// How many lines were given out.
    lines: u64,
}

impl<'a> Blocks<'a> {
    pub(super) fn new(source: &'a mut (dyn Read + Send)) -> Self {
        Self { source, carry: Vec::new(), ended: false, lines: 0 }
    }

    /// The next block and how many lines came before it; nothing at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<(Vec<u8>, u64)>> {
        let mut text = std::mem::take(&mut self.carry);
        while !self.ended {
            let before = text.len();
            let mut part = Read::take(&mut *self.source, BLOCK as u64);
            part.read_to_end(&mut text)?;
            if text.len() == before {
                self.ended = true;
            }
            if let Some(end) = memchr::memrchr(b'\n', &text) {
                self.carry = text.split_off(end + 1);
                return Ok(Some((text, self.lines)));
            }
            if text.len() > LONGEST_LINE {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!(
                        "line {} is longer than {LONGEST_LINE} bytes",
                        self.lines + 1
                    ),
                ));
            }
        }
        let rest = (!text.is_empty()).then_some((text, self.lines));
        Ok(rest)
    }

    /// Counts the lines of the block that was given out last.
    pub(super) fn count(&mut self, lines: u64) {
        self.lines += lines;
    }
}

#[cfg(test)]
mod tests {
    use super::Blocks;
    use proptest::prelude::*;

    fn blocks(mut text: &[u8]) -> Vec<Vec<u8>> {
        let mut blocks = Blocks::new(&mut text);
        let mut all = Vec::new();
        while let Some((block, _)) = blocks.next().unwrap() {
            all.push(block);
        }
        all
    }

    #[test]
    fn a_line_without_an_end_is_refused_before_it_fills_memory() {
        let mut endless = std::io::repeat(b'a');
        let error = Blocks::new(&mut endless).next().unwrap_err();
        assert!(error.to_string().contains("line 1 is longer"));
    }

    proptest! {
        #[test]
        fn blocks_are_whole_lines_and_together_the_list(
            lines in prop::collection::vec("[ab]{0,40}", 0..8),
            repeat in 1usize..3000,
            end: bool,
        ) {
            let mut text = lines.join("\n").repeat(repeat);
            if end { text.push('\n'); }
            let blocks = blocks(text.as_bytes());
            prop_assert_eq!(blocks.concat(), text.as_bytes());
            for (index, block) in blocks.iter().enumerate() {
                let last = index + 1 == blocks.len();
                prop_assert!(last || block.ends_with(b"\n"));
                prop_assert!(!block.is_empty());
            }
        }
    }
}
