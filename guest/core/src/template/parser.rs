//! Parses a template.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

use super::counter::Counter;
use super::{Choice, MAX_TEXT, Piece, Place, Source, SyntaxError, Template};

/// What an error about escapes says.
const ESCAPES: &str =
    "escapes are \\t, \\n, \\r, \\0, \\\\ and \\xNN with two digits";

/// What is wrong, where, and what to write instead.
type Wrong = (&'static str, Place, &'static str);

pub(super) fn parse(text: &str) -> Result<Template, SyntaxError> {
    if text.len() > MAX_TEXT {
        let message = "a template has at most 64 KiB".to_owned();
        let line = text.chars().take(40).collect();
        let hint = String::new();
        return Err(SyntaxError { message, column: 0, length: 1, hint, line });
    }
    let characters = text.chars().collect();
    let mut parser = Parser { characters, at: 0 };
    let mut template = Template { pieces: Vec::new(), text: text.to_owned() };
    match parser.pieces(&mut template.pieces) {
        Ok(()) => Ok(template),
        Err((message, place, hint)) => {
            Err(template.error(message.to_owned(), place, hint.to_owned()))
        }
    }
}

struct Parser {
    characters: Vec<char>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek();
        self.at += usize::from(next.is_some());
        next
    }

    /// Takes this character if it is the next.
    fn take(&mut self, character: char) -> bool {
        let is_it = self.peek() == Some(character);
        self.at += usize::from(is_it);
        is_it
    }

    /// What was read since a place.
    fn since(&self, column: usize) -> Place {
        Place { column, length: self.at.saturating_sub(column) }
    }

    fn skip_spaces(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn pieces(&mut self, pieces: &mut Vec<Piece>) -> Result<(), Wrong> {
        let mut text = Vec::new();
        let end = |text: &mut Vec<u8>, pieces: &mut Vec<Piece>| {
            if !text.is_empty() {
                pieces.push(Piece::Text(core::mem::take(text)));
            }
        };
        loop {
            let start = self.at;
            match self.next() {
                None => {
                    end(&mut text, pieces);
                    return Ok(());
                }
                Some('{') if self.take('{') => text.push(b'{'),
                Some('{') => {
                    end(&mut text, pieces);
                    pieces.push(Piece::Value(self.choices(start)?));
                }
                Some('}') if self.take('}') => text.push(b'}'),
                Some('}') => {
                    return Err((
                        "this brace closes nothing",
                        self.since(start),
                        "a brace that is text is written twice: }}",
                    ));
                }
                Some('\\') => self.escape(start, false, &mut text)?,
                Some(other) => push(other, &mut text),
            }
        }
    }

    /// What stands between braces, of which the first was read.
    fn choices(&mut self, start: usize) -> Result<Vec<Choice>, Wrong> {
        let mut choices = Vec::new();
        loop {
            choices.push(self.choice(start)?);
            self.skip_spaces();
            let at = self.at;
            match self.next() {
                Some('|') => {}
                Some('}') => return Ok(choices),
                None => return Err(unclosed(start)),
                Some(_) => {
                    return Err((
                        "expected a colon, a bar or the closing brace",
                        self.since(at),
                        "{field:format}, {field|other|\"text\"}",
                    ));
                }
            }
        }
    }

    fn choice(&mut self, brace: usize) -> Result<Choice, Wrong> {
        self.skip_spaces();
        let start = self.at;
        if self.take('"') {
            let source = Source::Text(self.quoted(start)?);
            let place = self.since(start);
            let format_place = place;
            return Ok(Choice { source, format: None, place, format_place });
        }
        let name: String = self.rest().take_while(|c| is_name(*c)).collect();
        self.at += name.chars().count();
        let place = self.since(start);
        if name.is_empty() {
            return Err(match self.peek() {
                None => unclosed(brace),
                Some(_) => (
                    "expected a field",
                    Place { column: start, length: 1 },
                    "a field, as {path} or {size:human}; a brace that is \
                     text is written twice: {{",
                ),
            });
        }
        let colon = self.at;
        let format = match self.take(':') {
            true => Some(self.format(brace)?),
            false => None,
        };
        let format_place = Place {
            column: colon.saturating_add(1),
            length: self.at.saturating_sub(colon.saturating_add(1)),
        };
        let (source, format) = if name == "n" {
            let counter = match &format {
                None => Some(Counter::default()),
                Some(format) => Counter::parse(format),
            };
            let wrong = (
                "a counter's format is a number of digits, or parent",
                format_place,
                "{n:04} counts in the run, {n:03,parent} in each folder",
            );
            (Source::Counter(counter.ok_or(wrong)?), None)
        } else if name.bytes().all(|byte| byte.is_ascii_digit()) {
            let number = name.parse();
            let wrong = ("there are no so many captures", place, "");
            (Source::Capture(number.map_err(|_| wrong)?), format)
        } else {
            (Source::Field(name), format)
        };
        Ok(Choice { source, format, place, format_place })
    }

    fn rest(&self) -> impl Iterator<Item = char> {
        self.characters.iter().skip(self.at).copied()
    }

    /// A format, up to the bar or the brace that ends it.
    fn format(&mut self, brace: usize) -> Result<String, Wrong> {
        let mut format = String::new();
        loop {
            match self.peek() {
                Some('|' | '}') => return Ok(format),
                Some('\\') => {
                    self.at += 1;
                    format.push(self.next().ok_or(unclosed(brace))?);
                }
                Some(other) => {
                    self.at += 1;
                    format.push(other);
                }
                None => return Err(unclosed(brace)),
            }
        }
    }

    /// Text in quotes, of which the first was read.
    fn quoted(&mut self, quote: usize) -> Result<Vec<u8>, Wrong> {
        let mut text = Vec::new();
        loop {
            let start = self.at;
            match self.next() {
                Some('"') => return Ok(text),
                Some('\\') => self.escape(start, true, &mut text)?,
                Some(other) => push(other, &mut text),
                None => {
                    let place = Place { column: quote, length: 1 };
                    return Err(("the text has no closing quote", place, ""));
                }
            }
        }
    }

    /// What a backslash that was read stands for.
    fn escape(
        &mut self,
        start: usize,
        quoted: bool,
        text: &mut Vec<u8>,
    ) -> Result<(), Wrong> {
        let byte = match self.next() {
            Some('t') => Some(b'\t'),
            Some('n') => Some(b'\n'),
            Some('r') => Some(b'\r'),
            Some('0') => Some(0),
            Some('\\') => Some(b'\\'),
            Some('"') if quoted => Some(b'"'),
            Some('x') => {
                let mut digit = || self.next()?.to_digit(16);
                let (high, low) = (digit(), digit());
                high.zip(low)
                    .and_then(|(high, low)| u8::try_from(high * 16 + low).ok())
            }
            _ => None,
        };
        let wrong = || {
            let place = self.since(start);
            let hint = "a backslash that is text is written twice: \\\\";
            (ESCAPES, place, hint)
        };
        text.push(byte.ok_or_else(wrong)?);
        Ok(())
    }
}

/// Whether a character may stand in a field's name.
fn is_name(character: char) -> bool {
    !character.is_whitespace() && !":|{}\"\\".contains(character)
}

fn unclosed(brace: usize) -> Wrong {
    (
        "this brace is not closed",
        Place { column: brace, length: 1 },
        "a brace that is text is written twice: {{",
    )
}

fn push(character: char, text: &mut Vec<u8>) {
    let mut room = [0; 4];
    text.extend_from_slice(character.encode_utf8(&mut room).as_bytes());
}
