//! Globs, translated to regular expressions.
//!
//! | Written | Means |
//! |---|---|
//! | `?` | one character, but no `/` |
//! | `*` | any characters, but no `/` |
//! | `**/` at the beginning, `/**/` | any directories, or none |
//! | `/**` at the end | whatever lies below |
//! | `[ab]`, `[a-z]`, `[!a]`, `[^a]` | one character of these, or another |
//! | `{a,b}` | one of these patterns |
//! | `\x` | x itself |
//!
//! A name that is not UTF-8 is matched byte by byte where it is not.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;

use regex_syntax::{escape_into, is_meta_character};

use super::compiled::PatternError;

/// How deep `{a,{b,c}}` may be.
const MAX_NESTING: usize = 10;

/// One character, or a byte that is part of none.
const ANY: &str = r"(?:[^/]|(?-u:[\x80-\xFF]))";
/// Any number of bytes within a component.
const WITHIN: &str = r"(?-u:[^/])*";
/// Any number of bytes.
const ACROSS: &str = r"(?s-u:.)*";

/// Appends the regular expression that a glob means; it has to match all of a
/// name.
///
/// # Errors
///
/// The glob is not well formed.
pub(super) fn translate(
    glob: &[u8],
    out: &mut String,
) -> Result<(), PatternError> {
    let mut translation = Translation { glob, at: 0, out };
    translation.sequence(0)?;
    match translation.peek() {
        None => Ok(()),
        Some(_) => Err(translation.error("a } without a {")),
    }
}

/// A translation under way.
struct Translation<'g, 'o> {
    glob: &'g [u8],
    at: usize,
    out: &'o mut String,
}

impl Translation<'_, '_> {
    /// Translates up to the end, or to what ends an alternative.
    fn sequence(&mut self, depth: usize) -> Result<(), PatternError> {
        let mut begins = self.at == 0;
        while let Some(byte) = self.peek() {
            match byte {
                b',' | b'}' if depth > 0 => return Ok(()),
                b'}' => return Ok(()),
                b'*' if self.rest().starts_with(b"**") => {
                    self.many(begins);
                }
                b'*' => {
                    self.at += 1;
                    self.out.push_str(WITHIN);
                }
                b'?' => {
                    self.at += 1;
                    self.out.push_str(ANY);
                }
                b'[' => self.class()?,
                b'{' => self.alternatives(depth)?,
                b'\\' => {
                    self.at += 1;
                    if self.peek().is_none() {
                        return Err(self.error("nothing follows the \\"));
                    }
                    self.literal();
                }
                _ => self.literal(),
            }
            begins = false;
        }
        Ok(())
    }

    /// Translates a run of stars.
    fn many(&mut self, begins: bool) {
        let stars = self.rest().iter().take_while(|it| **it == b'*').count();
        let before = self.at.checked_sub(1).and_then(|at| self.glob.get(at));
        let after_slash = before == Some(&b'/');
        self.at = self.at.saturating_add(stars);
        match self.peek() {
            // What follows lies at any depth.
            Some(b'/') if begins || after_slash => {
                self.at += 1;
                self.out.push_str(&format!("(?:{ACROSS}/)?"));
            }
            None if begins => self.out.push_str(ACROSS),
            None if after_slash => {
                self.out.push_str(&format!("(?s-u:.){ACROSS}"));
            }
            _ => self.out.push_str(WITHIN),
        }
    }

    fn alternatives(&mut self, depth: usize) -> Result<(), PatternError> {
        if depth >= MAX_NESTING {
            return Err(self.error("too many { in each other"));
        }
        self.at += 1;
        self.out.push_str("(?:");
        loop {
            self.sequence(depth.saturating_add(1))?;
            match self.peek() {
                Some(b',') => self.out.push('|'),
                Some(_) => break,
                None => return Err(self.error("a { without a }")),
            }
            self.at += 1;
        }
        self.at += 1;
        self.out.push(')');
        Ok(())
    }

    fn class(&mut self) -> Result<(), PatternError> {
        let start = self.at;
        self.at += 1;
        let negated = matches!(self.peek(), Some(b'!' | b'^'));
        if negated {
            self.at += 1;
        }
        let mut ranges = String::new();
        let mut first = true;
        loop {
            let Some(low) = self.character() else {
                self.at = start;
                return Err(self.error("a [ without a ]"));
            };
            if low == ']' && !first {
                break;
            }
            first = false;
            let low = self.unescaped(low);
            let mut high = low;
            if self.peek() == Some(b'-')
                && !matches!(self.glob.get(self.at + 1), None | Some(b']'))
            {
                self.at += 1;
                let Some(end) = self.character() else { continue };
                high = self.unescaped(end);
            }
            if low > high {
                return Err(self.error("a range that ends before it begins"));
            }
            push_in_class(low, &mut ranges);
            ranges.push('-');
            push_in_class(high, &mut ranges);
        }
        // No class has the separator.
        self.out.push_str(&match negated {
            true => format!("[^/{ranges}]"),
            false => format!("[{ranges}&&[^/]]"),
        });
        Ok(())
    }

    /// The character that an escape stands for, or the character itself.
    fn unescaped(&mut self, found: char) -> char {
        match found {
            '\\' => self.character().unwrap_or('\\'),
            other => other,
        }
    }

    /// Takes one character; what is not UTF-8 has none.
    fn character(&mut self) -> Option<char> {
        let chunk = self.rest().utf8_chunks().next()?;
        let character = chunk.valid().chars().next()?;
        self.at = self.at.saturating_add(character.len_utf8());
        Some(character)
    }

    /// Translates what stands for itself: a character, or a byte that is part
    /// of none.
    fn literal(&mut self) {
        let before = self.at;
        if let Some(character) = self.character() {
            let mut room = [0; 4];
            escape_into(character.encode_utf8(&mut room), self.out);
        } else if let Some(byte) = self.glob.get(before) {
            self.at = before.saturating_add(1);
            self.out.push_str(&format!("(?-u:\\x{byte:02X})"));
        }
    }

    fn peek(&self) -> Option<u8> {
        self.glob.get(self.at).copied()
    }

    fn rest(&self) -> &[u8] {
        self.glob.get(self.at..).unwrap_or_default()
    }

    fn error(&self, why: &str) -> PatternError {
        PatternError { at: self.at, why: why.to_owned() }
    }
}

fn push_in_class(character: char, out: &mut String) {
    if is_meta_character(character) {
        out.push('\\');
    }
    out.push(character);
}
