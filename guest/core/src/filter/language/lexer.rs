//! The words of an expression.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

/// A word and where it stands, in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) what: Word,
    pub(super) column: usize,
    pub(super) length: usize,
}

/// A word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// Letters, digits and what else may stand in a value without quotes.
    Bare(String),
    /// Text in quotes, without them.
    Text(Vec<u8>),
    /// An operator or a parenthesis.
    Sign(&'static str),
    /// The end of the expression.
    End,
}

/// Signs; longer ones before those that they begin with.
const SIGNS: [&str; 12] =
    ["!=", "!~", "<=", ">=", "==", "=", "<", ">", "~", "(", ")", ","];

/// What is wrong at which character, and how many it is about.
pub(super) type Wrong = (String, usize, usize);

/// Splits an expression into words. The last one is the end.
pub(super) fn words(text: &str) -> Result<Vec<Token>, Wrong> {
    let mut words = Vec::new();
    let mut rest = text.char_indices().enumerate().peekable();
    while let Some(&(column, (at, character))) = rest.peek() {
        let tail = text.get(at..).unwrap_or_default();
        if character.is_whitespace() {
            rest.next();
            continue;
        }
        if character == '"' {
            let (text, length) = quoted(tail, column)?;
            words.push(Token { what: Word::Text(text), column, length });
            rest.nth(length.saturating_sub(1));
            continue;
        }
        if let Some(sign) = SIGNS.iter().find(|it| tail.starts_with(**it)) {
            let length = sign.len();
            words.push(Token { what: Word::Sign(sign), column, length });
            rest.nth(length.saturating_sub(1));
            continue;
        }
        let length = tail.chars().take_while(|it| is_bare(*it)).count();
        if length == 0 {
            let wrong = "a character that stands for nothing here";
            return Err((wrong.to_owned(), column, 1));
        }
        let bare = tail.chars().take(length).collect();
        words.push(Token { what: Word::Bare(bare), column, length });
        rest.nth(length.saturating_sub(1));
    }
    let column = text.chars().count();
    words.push(Token { what: Word::End, column, length: 1 });
    Ok(words)
}

/// Whether a character may stand in a word without quotes.
fn is_bare(character: char) -> bool {
    !character.is_whitespace() && !"\"()=<>~,!".contains(character)
}

/// Text in quotes, and how many characters it takes with them.
fn quoted(text: &str, column: usize) -> Result<(Vec<u8>, usize), Wrong> {
    let wrong = |why: &str, at: usize, length| {
        Err((why.to_owned(), column.saturating_add(at), length))
    };
    let mut out = Vec::new();
    let mut characters = text.chars().enumerate().skip(1);
    while let Some((at, character)) = characters.next() {
        let escaped = match character {
            '"' => return Ok((out, at.saturating_add(1))),
            '\\' => match characters.next() {
                Some((_, 'n')) => b'\n',
                Some((_, 't')) => b'\t',
                Some((_, 'r')) => b'\r',
                Some((_, '0')) => 0,
                Some((_, 'x')) => {
                    let mut digit = || characters.next()?.1.to_digit(16);
                    match (digit(), digit()) {
                        (Some(high), Some(low)) => {
                            u8::try_from(high * 16 + low).unwrap_or_default()
                        }
                        _ => {
                            return wrong("\\x needs two digits", at, 4);
                        }
                    }
                }
                // A backslash before anything else is one, as in patterns.
                Some((_, other)) => {
                    if !matches!(other, '"' | '\\') {
                        out.push(b'\\');
                    }
                    push(other, &mut out);
                    continue;
                }
                None => break,
            },
            other => {
                push(other, &mut out);
                continue;
            }
        };
        out.push(escaped);
    }
    wrong("the text has no closing quote", 0, 1)
}

fn push(character: char, out: &mut Vec<u8>) {
    let mut room = [0; 4];
    out.extend_from_slice(character.encode_utf8(&mut room).as_bytes());
}
