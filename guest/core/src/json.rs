//! JSON, read strictly: one value of RFC 8259 after another, as who reads
//! knows what to expect. For the lines of plans and journals, which a person
//! may have edited and anybody may have made.
//!
//! Nothing is built but what the reader asks for, and nothing is recursive:
//! text cannot make it take more memory than a small multiple of its length.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// The text is not what was expected at this byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unexpected(pub usize);

/// Reads a text of JSON from the front.
#[derive(Clone, Debug)]
pub struct JsonReader<'t> {
    text: &'t [u8],
    at: usize,
}

/// How far a list or an object was read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Members {
    begun: bool,
}

impl<'t> JsonReader<'t> {
    /// Reads a text.
    #[must_use]
    pub const fn new(text: &'t [u8]) -> Self {
        Self { text, at: 0 }
    }

    /// The error that says: not here.
    #[must_use]
    pub const fn unexpected(&self) -> Unexpected {
        Unexpected(self.at)
    }

    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.text.get(self.at) {
            self.at = self.at.saturating_add(1);
        }
        self.text.get(self.at).copied()
    }

    /// Takes a byte that must come next, after white space.
    fn take(&mut self, byte: u8) -> Result<(), Unexpected> {
        match self.peek() {
            Some(next) if next == byte => {
                self.at = self.at.saturating_add(1);
                Ok(())
            }
            _ => Err(self.unexpected()),
        }
    }

    /// Makes sure that nothing follows.
    ///
    /// # Errors
    /// Something does.
    pub fn end(&mut self) -> Result<(), Unexpected> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.unexpected()),
        }
    }

    /// Begins an object.
    ///
    /// # Errors
    /// None begins here.
    pub fn object(&mut self) -> Result<Members, Unexpected> {
        self.take(b'{')?;
        Ok(Members::default())
    }

    /// Begins a list.
    ///
    /// # Errors
    /// None begins here.
    pub fn list(&mut self) -> Result<Members, Unexpected> {
        self.take(b'[')?;
        Ok(Members::default())
    }

    /// Goes on to the next member of an object, whose key it returns; `None`
    /// at the end.
    ///
    /// # Errors
    /// Neither a member nor the end follows.
    pub fn key(
        &mut self,
        members: &mut Members,
    ) -> Result<Option<String>, Unexpected> {
        Ok(self.key_text(members)?.map(Cow::into_owned))
    }

    /// The same; the key is a part of the text where it has no escapes.
    ///
    /// # Errors
    /// Neither a member nor the end follows.
    pub fn key_text(
        &mut self,
        members: &mut Members,
    ) -> Result<Option<Cow<'t, str>>, Unexpected> {
        if !self.more(members, b'}')? {
            return Ok(None);
        }
        let key = self.text()?;
        self.take(b':')?;
        Ok(Some(key))
    }

    /// Goes on to the next member of a list; whether there is one.
    ///
    /// # Errors
    /// Neither a member nor the end follows.
    pub fn item(&mut self, members: &mut Members) -> Result<bool, Unexpected> {
        self.more(members, b']')
    }

    fn more(
        &mut self,
        members: &mut Members,
        end: u8,
    ) -> Result<bool, Unexpected> {
        if self.peek() == Some(end) {
            self.at = self.at.saturating_add(1);
            return Ok(false);
        }
        if members.begun {
            self.take(b',')?;
        }
        members.begun = true;
        Ok(true)
    }

    /// Takes `null` if it comes next.
    pub fn null(&mut self) -> bool {
        self.word(b"null")
    }

    /// A truth value.
    ///
    /// # Errors
    /// There is none here.
    pub fn boolean(&mut self) -> Result<bool, Unexpected> {
        if self.word(b"true") {
            return Ok(true);
        }
        match self.word(b"false") {
            true => Ok(false),
            false => Err(self.unexpected()),
        }
    }

    fn word(&mut self, word: &[u8]) -> bool {
        self.peek();
        let rest = self.text.get(self.at..).unwrap_or_default();
        let is_it = rest.starts_with(word);
        if is_it {
            self.at = self.at.saturating_add(word.len());
        }
        is_it
    }

    /// A whole number that is not negative.
    ///
    /// # Errors
    /// There is none here, or it is too great.
    pub fn unsigned(&mut self) -> Result<u64, Unexpected> {
        self.peek();
        let start = self.at;
        let mut number = 0_u64;
        while let Some(digit @ b'0'..=b'9') = self.text.get(self.at) {
            number = number
                .checked_mul(10)
                .and_then(|it| it.checked_add(u64::from(digit - b'0')))
                .ok_or(Unexpected(start))?;
            self.at = self.at.saturating_add(1);
        }
        let digits = self.at.saturating_sub(start);
        let leading = digits > 1 && self.text.get(start) == Some(&b'0');
        let more = matches!(
            self.text.get(self.at),
            Some(b'.' | b'e' | b'E' | b'+' | b'-')
        );
        match digits == 0 || leading || more {
            true => Err(Unexpected(start)),
            false => Ok(number),
        }
    }

    /// Passes over a value, whatever it is. What is in a list or an object is
    /// only looked at as far as it takes to find its end.
    ///
    /// # Errors
    /// None begins here, or it does not end.
    pub fn skip(&mut self) -> Result<(), Unexpected> {
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                Some(b'"') => drop(self.string()?),
                Some(b'{' | b'[') => {
                    self.at = self.at.saturating_add(1);
                    depth = depth.saturating_add(1);
                    continue;
                }
                Some(b'}' | b']') if depth > 0 => {
                    self.at = self.at.saturating_add(1);
                    depth = depth.saturating_sub(1);
                }
                Some(b',' | b':') if depth > 0 => {
                    self.at = self.at.saturating_add(1);
                    continue;
                }
                Some(b't' | b'f') => drop(self.boolean()?),
                Some(b'-' | b'0'..=b'9') => self.skip_number(),
                _ if self.null() => {}
                _ => return Err(self.unexpected()),
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }

    fn skip_number(&mut self) {
        while let Some(b'+' | b'-' | b'.' | b'e' | b'E' | b'0'..=b'9') =
            self.text.get(self.at)
        {
            self.at = self.at.saturating_add(1);
        }
    }

    /// A string.
    ///
    /// # Errors
    /// There is none here, or it is not well formed.
    pub fn string(&mut self) -> Result<String, Unexpected> {
        Ok(self.text()?.into_owned())
    }

    /// A string, which is a part of the text where it has no escapes.
    ///
    /// # Errors
    /// There is none here, or it is not well formed.
    pub fn text(&mut self) -> Result<Cow<'t, str>, Unexpected> {
        self.take(b'"')?;
        let mut out = Vec::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let plain = rest
                .iter()
                .position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))
                .ok_or(Unexpected(self.text.len()))?;
            let part = rest.get(..plain).unwrap_or_default();
            self.at = self.at.saturating_add(plain);
            match rest.get(plain) {
                Some(b'"') if out.is_empty() => {
                    self.at = self.at.saturating_add(1);
                    let text = core::str::from_utf8(part);
                    let text = text.map_err(|_| self.unexpected())?;
                    return Ok(Cow::Borrowed(text));
                }
                Some(b'"') => {
                    out.extend_from_slice(part);
                    break;
                }
                Some(b'\\') => {
                    out.extend_from_slice(part);
                    self.escape(&mut out)?;
                }
                _ => return Err(self.unexpected()),
            }
        }
        self.at = self.at.saturating_add(1);
        let text = String::from_utf8(out).map_err(|_| self.unexpected())?;
        Ok(Cow::Owned(text))
    }

    /// What a backslash, which comes next, stands for.
    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), Unexpected> {
        let wrong = self.unexpected();
        let kind = self.text.get(self.at.saturating_add(1)).ok_or(wrong)?;
        self.at = self.at.saturating_add(2);
        let byte = match kind {
            b'"' | b'\\' | b'/' => *kind,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let mut code = self.four_digits().ok_or(wrong)?;
                if (0xd800..0xdc00).contains(&code) {
                    let low = self.low_surrogate().ok_or(wrong)?;
                    code = 0x1_0000 + ((code - 0xd800) << 10) + low;
                }
                let character = char::from_u32(code).ok_or(wrong)?;
                let mut room = [0; 4];
                let bytes = character.encode_utf8(&mut room).as_bytes();
                out.extend_from_slice(bytes);
                return Ok(());
            }
            _ => return Err(wrong),
        };
        out.push(byte);
        Ok(())
    }

    fn four_digits(&mut self) -> Option<u32> {
        let end = self.at.checked_add(4)?;
        let digits = self.text.get(self.at..end)?;
        self.at = end;
        digits.iter().try_fold(0, |code, digit| {
            Some(code << 4 | char::from(*digit).to_digit(16)?)
        })
    }

    /// The second half of a character beyond the basic plane.
    fn low_surrogate(&mut self) -> Option<u32> {
        let end = self.at.checked_add(2)?;
        if self.text.get(self.at..end)? != b"\\u" {
            return None;
        }
        self.at = end;
        let code = self.four_digits()?;
        (0xdc00..0xe000).contains(&code).then(|| code - 0xdc00)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::JsonReader;

    fn string(text: &str) -> Option<String> {
        let mut reader = JsonReader::new(text.as_bytes());
        let string = reader.string().ok()?;
        reader.end().ok()?;
        Some(string)
    }

    #[test]
    fn strings_are_read_with_their_escapes() {
        for (json, expected) in [
            (r#" "a b" "#, "a b"),
            (r#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
            (r#""\u00e9\ud83d\udc7b""#, "é👻"),
        ] {
            assert_eq!(string(json).as_deref(), Some(expected));
        }
        for json in [
            "\"a",
            "\"a\nb\"",
            r#""\x""#,
            r#""\u12""#,
            r#""\ud800""#,
            r#""\udc00""#,
            r#""\ud800\ud800""#,
            "\"a\" b",
            "a",
        ] {
            assert_eq!(string(json), None, "{json}");
        }
        assert!(JsonReader::new(b"\"\xff\"").string().is_err());
    }

    #[test]
    fn numbers_are_whole_and_fit() {
        let read = |text: &str| JsonReader::new(text.as_bytes()).unsigned();
        assert_eq!(read(" 0"), Ok(0));
        assert_eq!(read("18446744073709551615"), Ok(u64::MAX));
        for text in ["", "-1", "01", "1.0", "1e3", "18446744073709551616"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn objects_and_lists_are_read_member_by_member() {
        let mut reader =
            JsonReader::new(br#"{ "a" : [1, 2] , "b":null,"c":true}"#);
        let mut members = reader.object().unwrap();
        assert_eq!(reader.key(&mut members), Ok(Some("a".into())));
        let mut items = reader.list().unwrap();
        let mut numbers = Vec::new();
        while reader.item(&mut items).unwrap() {
            numbers.push(reader.unsigned().unwrap());
        }
        assert_eq!(numbers, [1, 2]);
        assert_eq!(reader.key(&mut members), Ok(Some("b".into())));
        assert!(reader.null());
        assert_eq!(reader.key(&mut members), Ok(Some("c".into())));
        assert_eq!(reader.boolean(), Ok(true));
        assert_eq!(reader.key(&mut members), Ok(None));
        assert_eq!(reader.end(), Ok(()));
        let mut reader = JsonReader::new(b"[1 2]");
        let mut items = reader.list().unwrap();
        assert!(reader.item(&mut items).unwrap());
        reader.unsigned().unwrap();
        assert!(reader.item(&mut items).is_err());
    }

    #[test]
    fn values_are_passed_over_as_a_whole() {
        for value in [
            "1",
            "-1.5e+3",
            "true",
            "false",
            "null",
            "\"a,}\\\"\"",
            "[]",
            "{}",
            "[1, {\"a\": [null]}, \"]\"]",
            "{\"a\":{\"b\":[1]}}",
        ] {
            let text = alloc::format!("[{value},7]");
            let mut reader = JsonReader::new(text.as_bytes());
            let mut items = reader.list().unwrap();
            assert!(reader.item(&mut items).unwrap(), "{value}");
            reader.skip().unwrap();
            assert!(reader.item(&mut items).unwrap(), "{value}");
            assert_eq!(reader.unsigned(), Ok(7), "{value}");
        }
        for value in ["", "[", "{\"a\":", "nul", "]", "[\"a]"] {
            let mut reader = JsonReader::new(value.as_bytes());
            assert!(reader.skip().is_err(), "{value}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let mut reader = JsonReader::new(text.as_bytes());
            if let Ok(read) = reader.string() {
                prop_assert!(read.len() <= text.len());
            }
        }
    }
}
