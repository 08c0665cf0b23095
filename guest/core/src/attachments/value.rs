//! Values of JSON as Python's `json.loads` takes them, read from text that may
//! not be all there yet.

use alloc::vec::Vec;

use super::text;

/// Why no value was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The text ends before the value does.
    Incomplete,
    /// It is no JSON, at this byte.
    Wrong(usize),
}

/// A value. What lists and objects have is passed over.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(Vec<u8>),
    Integer(i64),
    /// A whole number that does not fit.
    Huge,
    Real,
    Boolean(bool),
    Null,
    List,
    Object,
}

impl Value {
    /// A whole number. Python takes truth values for such.
    pub(super) const fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(*value),
            Self::Boolean(value) => Some(*value as i64),
            _ => None,
        }
    }

    pub(super) fn text(&self) -> Option<&[u8]> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Reads text from the front.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'t> {
    text: &'t [u8],
    pub(super) at: usize,
    /// Whether nothing follows the text.
    whole: bool,
}

type Read<T> = Result<T, Stop>;

impl<'t> Lexer<'t> {
    pub(super) const fn new(text: &'t [u8], whole: bool) -> Self {
        Self { text, at: 0, whole }
    }

    pub(super) const fn wrong<T>(&self) -> Read<T> {
        Err(Stop::Wrong(self.at))
    }

    /// What the end of the text means.
    const fn ended<T>(&self) -> Read<T> {
        match self.whole {
            true => Err(Stop::Wrong(self.text.len())),
            false => Err(Stop::Incomplete),
        }
    }

    /// The next byte that is not white space.
    pub(super) fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.text.get(self.at) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    pub(super) fn next(&mut self) -> Read<u8> {
        match self.peek() {
            Some(byte) => Ok(byte),
            None => self.ended(),
        }
    }

    pub(super) fn take(&mut self, byte: u8) -> Read<()> {
        match self.next()? == byte {
            true => {
                self.at += 1;
                Ok(())
            }
            false => self.wrong(),
        }
    }

    /// Goes on to the next member of a list or an object that ends with this
    /// byte; whether there is one.
    pub(super) fn more(&mut self, begun: &mut bool, end: u8) -> Read<bool> {
        let byte = self.next()?;
        if byte == end {
            self.at += 1;
            return Ok(false);
        }
        if core::mem::replace(begun, true) {
            self.take(b',')?;
            // Python takes no comma at the end.
            if self.next()? == end {
                return self.wrong();
            }
        }
        Ok(true)
    }

    pub(super) fn key(&mut self) -> Read<Vec<u8>> {
        let key = self.string()?;
        self.take(b':')?;
        Ok(key)
    }

    /// Reads a value whatever it is.
    pub(super) fn value(&mut self) -> Read<Value> {
        Ok(match self.next()? {
            b'"' => Value::Text(self.string()?),
            b'{' => {
                self.skip()?;
                Value::Object
            }
            b'[' => {
                self.skip()?;
                Value::List
            }
            b'-' | b'0'..=b'9' => self.number()?,
            b't' => self.word(b"true", Value::Boolean(true))?,
            b'f' => self.word(b"false", Value::Boolean(false))?,
            b'n' => self.word(b"null", Value::Null)?,
            b'N' => self.word(b"NaN", Value::Real)?,
            b'I' => self.word(b"Infinity", Value::Real)?,
            _ => return self.wrong(),
        })
    }

    /// Passes over a list or an object, by depth and not by recursion.
    fn skip(&mut self) -> Read<()> {
        let mut open: Vec<(u8, bool)> = Vec::new();
        loop {
            match open.last().copied() {
                Some((end, mut begun)) => {
                    let more = self.more(&mut begun, end)?;
                    if !more {
                        open.pop();
                    } else {
                        if let Some(last) = open.last_mut() {
                            last.1 = begun;
                        }
                        if end == b'}' {
                            self.key()?;
                        }
                        self.open_or_pass(&mut open)?;
                    }
                }
                None => self.open_or_pass(&mut open)?,
            }
            if open.is_empty() {
                return Ok(());
            }
        }
    }

    fn open_or_pass(&mut self, open: &mut Vec<(u8, bool)>) -> Read<()> {
        match self.next()? {
            byte @ (b'{' | b'[') => {
                self.at += 1;
                open.push((byte + 2, false));
            }
            _ => drop(self.value()?),
        }
        Ok(())
    }

    fn word(&mut self, word: &[u8], value: Value) -> Read<Value> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        if rest.starts_with(word) {
            self.at += word.len();
            return Ok(value);
        }
        match word.starts_with(rest) {
            true => self.ended(),
            false => self.wrong(),
        }
    }

    fn number(&mut self) -> Read<Value> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let of_number = |byte: &u8| {
            matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E' | b'0'..=b'9')
        };
        let end = rest.iter().position(|byte| !of_number(byte));
        let end = match end {
            Some(end) => end,
            None if self.whole => rest.len(),
            // `-Infinity` has letters after its sign.
            None => return Err(Stop::Incomplete),
        };
        let number = rest.get(..end).unwrap_or_default();
        if number == b"-" {
            self.at += 1;
            return self.word(b"Infinity", Value::Real);
        }
        let Some(value) = parse_number(number) else { return self.wrong() };
        self.at += end;
        Ok(value)
    }

    pub(super) fn string(&mut self) -> Read<Vec<u8>> {
        self.take(b'"')?;
        let mut out = Vec::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let plain = rest
                .iter()
                .position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
            let Some(plain) = plain else { return self.ended() };
            let bytes = rest.get(..plain).unwrap_or_default();
            if !bytes.is_ascii() && core::str::from_utf8(bytes).is_err() {
                return self.wrong();
            }
            match out.is_empty() {
                true => out = bytes.to_vec(),
                false => out.extend_from_slice(bytes),
            }
            self.at += plain;
            match rest.get(plain) {
                Some(b'"') => break,
                Some(b'\\') => self.escape(&mut out)?,
                _ => return self.wrong(),
            }
        }
        self.at += 1;
        Ok(out)
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Read<()> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let byte = match rest.get(1) {
            None => return self.ended(),
            Some(b'u') => {
                let Some(digits) = rest.get(2..6) else {
                    return self.ended();
                };
                let code = digits.iter().try_fold(0, |code, digit| {
                    Some(code << 4 | char::from(*digit).to_digit(16)?)
                });
                let Some(code) = code else { return self.wrong() };
                text::push_unit(code, out);
                self.at += 6;
                return Ok(());
            }
            Some(byte @ (b'"' | b'\\' | b'/')) => *byte,
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(_) => return self.wrong(),
        };
        out.push(byte);
        self.at += 2;
        Ok(())
    }
}

fn parse_number(text: &[u8]) -> Option<Value> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let whole = digits.iter().take_while(|it| it.is_ascii_digit()).count();
    let (whole, rest) = digits.split_at(whole);
    if whole.is_empty() || whole.len() > 1 && whole.starts_with(b"0") {
        return None;
    }
    if rest.is_empty() {
        let text = core::str::from_utf8(text).ok()?;
        return Some(text.parse().map_or(Value::Huge, Value::Integer));
    }
    let (fraction, exponent) = match rest.strip_prefix(b".") {
        Some(rest) => {
            let digits = rest.iter().take_while(|it| it.is_ascii_digit());
            let (digits, rest) = rest.split_at(digits.count());
            (!digits.is_empty(), rest)
        }
        None => (true, rest),
    };
    let exponent = match exponent {
        [] => true,
        [b'e' | b'E', digits @ ..] => {
            let digits = match digits {
                [b'+' | b'-', digits @ ..] => digits,
                digits => digits,
            };
            !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    };
    (fraction && exponent).then_some(Value::Real)
}
