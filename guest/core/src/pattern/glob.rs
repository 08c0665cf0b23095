//! Globs, translated to regular expressions.
//!
//! | Written | Means |
//! |---|---|
//! | `?` | one character, but no `/` |
//! | `*` | any characters, but no `/` |
//! | `**/` at the beginning, `/**/` | any directories, or none |
//! | `/**` at the end | whatever lies below |
//! | `**` and no more | anything |
//! | `[ab]`, `[a-z]`, `[!a]`, `[^a]` | one character of these, or another |
//! | `{a,b}` | one of these patterns |
//! | `\x` | x itself |
//!
//! Alternatives that begin a glob, follow a slash, or end a glob are each at
//! the beginning, behind the slash, or at the end. A name that is not UTF-8 is
//! matched byte by byte where it is not; `?` also matches any one byte beyond
//! ASCII.

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
    translation.sequence(0, None, true)?;
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
    /// Translates up to the end, or to what ends an alternative. `before` is
    /// the byte before that, if there is one; `last` says that the end of the
    /// alternative is that of the glob.
    fn sequence(
        &mut self,
        depth: usize,
        mut before: Option<u8>,
        last: bool,
    ) -> Result<(), PatternError> {
        while let Some(byte) = self.peek() {
            match byte {
                b',' | b'}' if depth > 0 => return Ok(()),
                b'}' => return Ok(()),
                b'*' if self.rest().starts_with(b"**") => {
                    self.many(depth, before, last);
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
                b'{' => self.alternatives(depth, before, last)?,
                b'\\' => {
                    self.at += 1;
                    if self.peek().is_none() {
                        return Err(self.error("nothing follows the \\"));
                    }
                    self.literal();
                }
                _ => self.literal(),
            }
            let read = self.at.checked_sub(1);
            before = read.and_then(|at| self.glob.get(at)).copied();
        }
        Ok(())
    }

    /// Translates a run of stars.
    fn many(&mut self, depth: usize, before: Option<u8>, last: bool) {
        let stars = self.rest().iter().take_while(|it| **it == b'*').count();
        self.at = self.at.saturating_add(stars);
        let ends = match self.peek() {
            None => true,
            Some(b',' | b'}') => depth > 0 && last,
            Some(_) => false,
        };
        match (before, self.peek()) {
            // What follows lies at any depth.
            (None | Some(b'/'), Some(b'/')) => {
                self.at += 1;
                self.out.push_str(&format!("(?:{ACROSS}/)?"));
            }
            (None, _) if ends => self.out.push_str(ACROSS),
            (Some(b'/'), _) if ends => {
                self.out.push_str(&format!("(?s-u:.){ACROSS}"));
            }
            _ => self.out.push_str(WITHIN),
        }
    }

    fn alternatives(
        &mut self,
        depth: usize,
        before: Option<u8>,
        last: bool,
    ) -> Result<(), PatternError> {
        if depth >= MAX_NESTING {
            return Err(self.error("too many { in each other"));
        }
        let last = last && self.closes_last();
        self.at += 1;
        self.out.push_str("(?:");
        loop {
            self.sequence(depth.saturating_add(1), before, last)?;
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

    /// Whether nothing follows the alternatives that begin here, or only the
    /// end of one of others around them.
    fn closes_last(&self) -> bool {
        let mut unused = String::new();
        let (glob, at) = (self.glob, self.at);
        let mut ahead = Translation { glob, at, out: &mut unused };
        let mut open: usize = 0;
        while let Some(byte) = ahead.peek() {
            match byte {
                b'{' => open = open.saturating_add(1),
                b'}' => open = open.saturating_sub(1),
                b'\\' => ahead.at += 1,
                b'[' => {
                    if ahead.class().is_err() {
                        return false;
                    }
                    continue;
                }
                _ => {}
            }
            ahead.at += 1;
            if open == 0 {
                return matches!(ahead.peek(), None | Some(b',' | b'}'));
            }
        }
        false
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
        // None is longer; what follows is not to be looked at each time.
        let rest = self.rest();
        let rest = rest.get(..4).unwrap_or(rest);
        let chunk = rest.utf8_chunks().next()?;
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
