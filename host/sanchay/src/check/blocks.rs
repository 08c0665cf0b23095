//! A list in blocks of whole lines. This side only looks for line ends; what
//! the lines mean is decided in the sandbox.

use std::io::{self, Read};

use sanchay_sandbox::{Checklist, Separator};

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
    separator: Separator,
}

/// A block, and what was found before it.
pub(super) struct Block {
    pub(super) text: Vec<u8>,
    /// How many lines there were.
    pub(super) lines: u64,
    /// What is between digests and paths.
    pub(super) separator: Separator,
}

impl<'a> Blocks<'a> {
    pub(super) fn new(source: &'a mut (dyn Read + Send)) -> Self {
        let (carry, separator) = (Vec::new(), Separator::Undecided);
        Self { source, carry, ended: false, lines: 0, separator }
    }

    /// The next block; nothing at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Block>> {
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
                return Ok(Some(self.block(text)));
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
        Ok((!text.is_empty()).then(|| self.block(text)))
    }

    fn block(&self, text: Vec<u8>) -> Block {
        Block { text, lines: self.lines, separator: self.separator }
    }

    /// Takes note of what the block that was given out last held.
    pub(super) fn note(&mut self, list: &Checklist) {
        self.lines += u64::from(list.lines);
        self.separator = list.separator;
    }
}

#[cfg(test)]
mod tests {
    use super::Blocks;
    use proptest::prelude::*;

    fn blocks(mut text: &[u8]) -> Vec<Vec<u8>> {
        let mut blocks = Blocks::new(&mut text);
        let mut all = Vec::new();
        while let Some(block) = blocks.next().unwrap() {
            all.push(block.text);
        }
        all
    }

    #[test]
    fn a_line_without_an_end_is_refused_before_it_fills_memory() {
        let mut endless = std::io::repeat(b'a');
        let error = Blocks::new(&mut endless).next().err().unwrap();
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
