//! An input as a sequence of choices, numbers and byte strings.
//!
//! It is read from the front and never fails: at its end there are zeros and
//! empty strings. So any bytes are a valid input, a byte that changes changes
//! little, and an input can be written by hand.

/// What is left of an input.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    /// All of an input.
    pub(crate) fn new(data: &'a [u8]) -> Self {
        Self(data)
    }

    /// Whether nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// At most so many bytes.
    pub(crate) fn take(&mut self, most: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(most.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// All that is left.
    pub(crate) fn rest(&mut self) -> &'a [u8] {
        self.take(usize::MAX)
    }

    /// A byte.
    pub(crate) fn byte(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or_default()
    }

    /// A yes or a no.
    pub(crate) fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    /// A number below `end`, which is 1 to 256.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::from(self.byte()) % end
    }

    /// A number of any size: a byte that tells how many follow, from 0 to 8,
    /// and these, the least significant first.
    pub(crate) fn number(&mut self) -> u64 {
        let len = self.below(9);
        let mut bytes = [0; 8];
        let taken = self.take(len);
        bytes[..taken.len()].copy_from_slice(taken);
        u64::from_le_bytes(bytes)
    }

    /// A number with a sign, which is its last bit, so that those near zero
    /// are short.
    pub(crate) fn signed(&mut self) -> i64 {
        let number = self.number();
        (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
    }

    /// A number of 32 bits; greater ones become the greatest.
    pub(crate) fn offset(&mut self) -> u32 {
        u32::try_from(self.number()).unwrap_or(u32::MAX)
    }

    /// A byte string: its length in a byte, or 255 and its length in two, and
    /// its bytes.
    pub(crate) fn bytes(&mut self) -> &'a [u8] {
        let len = match self.byte() {
            255 => usize::from(u16::from_le_bytes([self.byte(), self.byte()])),
            len => usize::from(len),
        };
        self.take(len)
    }

    /// Bytes in any amount below `end`, made of few: a length and a pattern
    /// that is repeated, each time a little different.
    pub(crate) fn stretched(&mut self, end: u64) -> Vec<u8> {
        let len = usize::try_from(self.number() % end).unwrap();
        let pattern = self.bytes();
        if pattern.is_empty() {
            return vec![0; len];
        }
        let rounds = (0..=u8::MAX).cycle();
        rounds
            .flat_map(|round| pattern.iter().map(move |byte| byte ^ round))
            .take(len)
            .collect()
    }
}
