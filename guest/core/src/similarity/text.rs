//! The characters of a text that comes in pieces, in any encoding: as UTF-8,
//! which is what the units of shingles are found in.

use alloc::vec::Vec;

use super::encoding::{Encoding, HEAD};

/// A text in the reading.
pub(super) struct Text {
    state: State,
    /// The bytes of a UTF-16 or UTF-32 unit that is cut.
    cut: Vec<u8>,
    /// Half of a pair of UTF-16.
    half: Option<u16>,
    /// Characters that were decoded.
    decoded: Vec<u8>,
}

enum State {
    /// Too little is known to tell the encoding: the first bytes.
    Begun(Vec<u8>),
    Encoded(Encoding),
    NoText,
}

impl Text {
    pub(super) const fn new() -> Self {
        Self {
            state: State::Begun(Vec::new()),
            cut: Vec::new(),
            half: None,
            decoded: Vec::new(),
        }
    }

    /// Reads on. `each` gets bytes of UTF-8; a character may be cut between
    /// two calls. Returns false where it is known to be no text.
    pub(super) fn update(
        &mut self,
        data: &[u8],
        each: &mut dyn FnMut(&[u8]),
    ) -> bool {
        let State::Begun(head) = &mut self.state else {
            self.decode(data, each);
            return self.may_be_text();
        };
        let missing = HEAD.saturating_sub(head.len());
        let (first, rest) = data.split_at(missing.min(data.len()));
        head.extend_from_slice(first);
        if head.len() >= HEAD {
            self.begin(each);
            self.decode(rest, each);
        }
        self.may_be_text()
    }

    fn may_be_text(&self) -> bool {
        !matches!(self.state, State::NoText)
    }

    /// Ends the text; whether it is one. The next one can be read then.
    pub(super) fn finish(&mut self, each: &mut dyn FnMut(&[u8])) -> bool {
        if matches!(self.state, State::Begun(_)) {
            self.begin(each);
        }
        let cut = self.half.take().is_some() || !self.cut.is_empty();
        self.cut.clear();
        if cut {
            self.push(char::REPLACEMENT_CHARACTER);
            self.flush(each);
        }
        let is_text = self.may_be_text();
        self.state = State::Begun(Vec::new());
        is_text
    }

    /// Tells the encoding, and decodes what was kept for that.
    fn begin(&mut self, each: &mut dyn FnMut(&[u8])) {
        let before = core::mem::replace(&mut self.state, State::NoText);
        let State::Begun(head) = before else { return };
        let Some((encoding, mark)) = Encoding::of(&head) else { return };
        self.state = State::Encoded(encoding);
        self.decode(head.get(mark..).unwrap_or_default(), each);
    }

    fn decode(&mut self, data: &[u8], each: &mut dyn FnMut(&[u8])) {
        match self.state {
            State::Encoded(Encoding::Utf8) => each(data),
            State::Encoded(Encoding::Utf16 { big }) => {
                self.units::<2>(data, each, |text, unit| {
                    text.unit(match big {
                        true => u16::from_be_bytes(unit),
                        false => u16::from_le_bytes(unit),
                    });
                });
            }
            State::Encoded(Encoding::Utf32 { big }) => {
                self.units::<4>(data, each, |text, unit| {
                    let character = char::from_u32(match big {
                        true => u32::from_be_bytes(unit),
                        false => u32::from_le_bytes(unit),
                    });
                    let unknown = char::REPLACEMENT_CHARACTER;
                    text.push(character.unwrap_or(unknown));
                });
            }
            State::Begun(_) | State::NoText => {}
        }
    }

    /// Decodes units of so many bytes. The last one may be cut.
    fn units<const SIZE: usize>(
        &mut self,
        mut data: &[u8],
        each: &mut dyn FnMut(&[u8]),
        decode: impl Fn(&mut Self, [u8; SIZE]),
    ) {
        while !self.cut.is_empty() {
            let [first, rest @ ..] = data else { return };
            self.cut.push(*first);
            data = rest;
            if let Ok(unit) = <[u8; SIZE]>::try_from(&*self.cut) {
                self.cut.clear();
                decode(self, unit);
            }
        }
        for part in data.chunks(HEAD) {
            let (units, rest) = part.as_chunks::<SIZE>();
            for unit in units {
                decode(self, *unit);
            }
            self.cut.extend_from_slice(rest);
            self.flush(each);
        }
        self.flush(each);
    }

    /// A unit of UTF-16. Half a pair alone is no character.
    fn unit(&mut self, unit: u16) {
        let half = self.half.take();
        let pair = half.into_iter().chain([unit]);
        match (half, char::decode_utf16(pair).next()) {
            (Some(_), Some(Ok(character))) => return self.push(character),
            (Some(_), _) => self.push(char::REPLACEMENT_CHARACTER),
            (None, _) => {}
        }
        match char::from_u32(u32::from(unit)) {
            Some(character) => self.push(character),
            None if unit < 0xdc00 => self.half = Some(unit),
            None => self.push(char::REPLACEMENT_CHARACTER),
        }
    }

    fn push(&mut self, character: char) {
        let bytes = &mut [0; 4];
        let encoded = character.encode_utf8(bytes);
        self.decoded.extend_from_slice(encoded.as_bytes());
    }

    fn flush(&mut self, each: &mut dyn FnMut(&[u8])) {
        each(&self.decoded);
        self.decoded.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::Text;
    use proptest::prelude::*;

    /// What a text is that comes in pieces of so many bytes.
    fn read(data: &[u8], size: usize) -> Option<Vec<u8>> {
        let mut text = Text::new();
        let mut out = Vec::new();
        for piece in data.chunks(size) {
            text.update(piece, &mut |it| out.extend_from_slice(it));
        }
        let is_text = text.finish(&mut |it| out.extend_from_slice(it));
        is_text.then_some(out)
    }

    fn encoded(text: &str, mark: bool) -> [Vec<u8>; 4] {
        let marked = match mark {
            true => format!("\u{feff}{text}"),
            false => text.to_owned(),
        };
        let utf16 = || marked.encode_utf16();
        let utf32 = || marked.chars().map(u32::from);
        [
            utf16().flat_map(u16::to_le_bytes).collect(),
            utf16().flat_map(u16::to_be_bytes).collect(),
            utf32().flat_map(u32::to_le_bytes).collect(),
            utf32().flat_map(u32::to_be_bytes).collect(),
        ]
    }

    #[test]
    fn half_a_pair_is_replaced() {
        let le = |units: &[u16]| -> Vec<u8> {
            let mark = [0xfeff].into_iter();
            let units = mark.chain(units.iter().copied());
            units.flat_map(u16::to_le_bytes).collect()
        };
        let high = le(&[0xd83d, 0x61]);
        assert_eq!(read(&high, 3).as_deref(), Some("\u{fffd}a".as_bytes()));
        let low = le(&[0xde00, 0x61]);
        assert_eq!(read(&low, 1).as_deref(), Some("\u{fffd}a".as_bytes()));
        let last = le(&[0x61, 0xd83d, 0xd83d]);
        let expected = "a\u{fffd}\u{fffd}".as_bytes();
        assert_eq!(read(&last, 5).as_deref(), Some(expected));
        let mut odd = le(&[0x61]);
        odd.push(0x62);
        assert_eq!(read(&odd, 9).as_deref(), Some("a\u{fffd}".as_bytes()));
    }

    proptest! {
        #[test]
        fn every_encoding_is_read_as_the_same_characters(
            text in "[\\PC\n]{1,2500}", size in 1_usize..5000,
        ) {
            for data in encoded(&text, true) {
                let read = read(&data, size);
                prop_assert_eq!(read.as_deref(), Some(text.as_bytes()));
            }
            let read = read(text.as_bytes(), size);
            prop_assert_eq!(read.as_deref(), Some(text.as_bytes()));
        }
    }
}
