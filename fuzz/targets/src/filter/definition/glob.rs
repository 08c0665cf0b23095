//! Globs, read as their description has them and matched by the places where
//! a match may end: nothing is translated, and no automaton is built.
//!
//! A question mark is one character or, loosely, any one byte beyond ASCII,
//! be it a part of a character. A class is one character that is one.

use std::collections::BTreeSet;

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

/// How deep alternatives may be.
const DEEPEST: usize = 10;

/// A part of a glob.
#[derive(Clone, Debug)]
enum Part {
    /// `?`
    One,
    /// `*`, and `**` where it is no more than that.
    Within,
    /// `**/` at the beginning or behind a slash.
    Directories,
    /// `**`, and nothing else.
    Everything,
    /// `/**` at the end, without the slash.
    Below,
    Character(char),
    /// A byte that is part of no character.
    Byte(u8),
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
    Alternatives(Vec<Vec<Part>>),
}

/// A glob.
#[derive(Clone, Debug)]
pub(super) struct Glob(Vec<Part>);

impl Glob {
    /// The glob of a text; `None` where it is not well formed.
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let mut reader = Reader { text, at: 0 };
        let parts = reader.parts(0, None, true)?;
        (reader.at == text.len()).then_some(Self(parts))
    }

    /// Whether it matches all of a text.
    pub(super) fn matches(&self, text: &[u8], ignore_case: bool) -> bool {
        let matching = Matching { text, ignore_case };
        let ends = matching.ends_of_all(&self.0, BTreeSet::from([0]));
        ends.contains(&text.len())
    }
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
}

impl Reader<'_> {
    fn next(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self) -> Option<u8> {
        let byte = self.next()?;
        self.at += 1;
        Some(byte)
    }

    /// A character, if one is next.
    fn character(&mut self) -> Option<char> {
        let c = first_character(&self.text[self.at..])?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// What stands for itself.
    fn itself(&mut self) -> Option<Part> {
        match self.character() {
            Some(c) => Some(Part::Character(c)),
            None => self.take().map(Part::Byte),
        }
    }

    /// The parts up to the end; among alternatives, up to the end of one.
    /// `before` is the byte before them, where there is one; `last` tells that
    /// nothing but alternatives ends behind them.
    fn parts(
        &mut self,
        depth: usize,
        mut before: Option<u8>,
        last: bool,
    ) -> Option<Vec<Part>> {
        let mut parts = Vec::new();
        while let Some(byte) = self.next() {
            let part = match byte {
                b'}' => break,
                b',' if depth > 0 => break,
                b'*' => self.stars(depth, before, last),
                b'?' => {
                    self.at += 1;
                    Part::One
                }
                b'[' => self.class()?,
                b'{' => self.alternatives(depth, before, last)?,
                b'\\' => {
                    self.at += 1;
                    self.itself()?
                }
                _ => self.itself()?,
            };
            parts.push(part);
            before = Some(self.text[self.at - 1]);
        }
        Some(parts)
    }

    fn stars(&mut self, depth: usize, before: Option<u8>, last: bool) -> Part {
        let begin = self.at;
        while self.next() == Some(b'*') {
            self.at += 1;
        }
        if self.at - begin == 1 {
            return Part::Within;
        }
        let ends = match self.next() {
            None => true,
            Some(b',' | b'}') => depth > 0 && last,
            _ => false,
        };
        match (before, self.next()) {
            (None | Some(b'/'), Some(b'/')) => {
                self.at += 1;
                Part::Directories
            }
            (None, _) if ends => Part::Everything,
            (Some(b'/'), _) if ends => Part::Below,
            _ => Part::Within,
        }
    }

    fn alternatives(
        &mut self,
        depth: usize,
        before: Option<u8>,
        last: bool,
    ) -> Option<Part> {
        if depth == DEEPEST {
            return None;
        }
        self.at += 1;
        let last = last && self.ends_with_alternatives();
        let mut all = Vec::new();
        loop {
            all.push(self.parts(depth + 1, before, last)?);
            match self.take()? {
                b',' => {}
                _ => return Some(Part::Alternatives(all)),
            }
        }
    }

    /// Whether nothing follows the alternatives that begin here but the ends
    /// of others around them.
    fn ends_with_alternatives(&self) -> bool {
        let mut ahead = Self { text: self.text, at: self.at };
        let mut open = 1;
        while let Some(byte) = ahead.next() {
            match byte {
                b'{' => open += 1,
                b'}' => open -= 1,
                b'\\' => ahead.at += 1,
                b'[' => {
                    if ahead.class().is_none() {
                        return false;
                    }
                    continue;
                }
                _ => {}
            }
            ahead.at += 1;
            if open == 0 {
                return matches!(ahead.next(), None | Some(b',' | b'}'));
            }
        }
        false
    }

    fn class(&mut self) -> Option<Part> {
        self.at += 1;
        let negated = matches!(self.next(), Some(b'!' | b'^'));
        self.at += usize::from(negated);
        let mut ranges = Vec::new();
        loop {
            let begin = match self.character()? {
                ']' if !ranges.is_empty() => {
                    return Some(Part::Class { negated, ranges });
                }
                c => self.meant(c)?,
            };
            let follows = self.text.get(self.at + 1);
            let is_range = self.next() == Some(b'-')
                && follows.is_some_and(|it| *it != b']');
            let end = match is_range {
                true => {
                    self.at += 1;
                    let c = self.character()?;
                    self.meant(c)?
                }
                false => begin,
            };
            if begin > end {
                return None;
            }
            ranges.push((begin, end));
        }
    }

    fn meant(&mut self, c: char) -> Option<char> {
        if c == '\\' { self.character() } else { Some(c) }
    }
}

struct Matching<'t> {
    text: &'t [u8],
    ignore_case: bool,
}

impl Matching<'_> {
    /// Where parts may end that begin at one of these places.
    fn ends_of_all(
        &self,
        parts: &[Part],
        begins: BTreeSet<usize>,
    ) -> BTreeSet<usize> {
        parts.iter().fold(begins, |begins, part| self.ends(part, &begins))
    }

    fn ends(&self, part: &Part, begins: &BTreeSet<usize>) -> BTreeSet<usize> {
        let mut ends = BTreeSet::new();
        if let Part::Alternatives(all) = part {
            for parts in all {
                ends.extend(self.ends_of_all(parts, begins.clone()));
            }
            return ends;
        }
        for &begin in begins {
            self.ends_from(part, begin, &mut ends);
        }
        ends
    }

    fn ends_from(&self, part: &Part, at: usize, ends: &mut BTreeSet<usize>) {
        let rest = &self.text[at..];
        let character = first_character(rest);
        let end = |c: char| at + c.len_utf8();
        match part {
            Part::One => {
                let whole = character.filter(|it| *it != '/').map(end);
                let byte = rest.first().filter(|it| !it.is_ascii());
                ends.extend(whole);
                ends.extend(byte.map(|_| at + 1));
            }
            Part::Within => {
                let len = rest.iter().position(|it| *it == b'/');
                ends.extend(at..=at + len.unwrap_or(rest.len()));
            }
            Part::Directories => {
                let slashes = rest.iter().enumerate();
                let slashes = slashes.filter(|(_, it)| **it == b'/');
                ends.insert(at);
                ends.extend(slashes.map(|(index, _)| at + index + 1));
            }
            Part::Everything => ends.extend(at..=self.text.len()),
            Part::Below => ends.extend(at + 1..=self.text.len()),
            Part::Character(wanted) => {
                ends.extend(
                    character.filter(|it| self.same(*it, *wanted)).map(end),
                );
            }
            Part::Byte(byte) => {
                if rest.first() == Some(byte) {
                    ends.insert(at + 1);
                }
            }
            Part::Class { negated, ranges } => {
                let Some(c) = character.filter(|it| *it != '/') else {
                    return;
                };
                let is_in = |c: char| {
                    ranges
                        .iter()
                        .any(|(least, most)| (least..=most).contains(&&c))
                };
                let found = match self.ignore_case {
                    true => alike(c).into_iter().any(is_in),
                    false => is_in(c),
                };
                if found != *negated {
                    ends.insert(end(c));
                }
            }
            Part::Alternatives(_) => {}
        }
    }

    fn same(&self, one: char, other: char) -> bool {
        one == other || self.ignore_case && alike(one).contains(&other)
    }
}

/// The character that bytes begin with, if they do.
fn first_character(bytes: &[u8]) -> Option<char> {
    // None is longer.
    let bytes = &bytes[..bytes.len().min(4)];
    bytes.utf8_chunks().next()?.valid().chars().next()
}

/// The characters that differ from one by case alone, and itself.
fn alike(c: char) -> Vec<char> {
    let mut alike = ClassUnicode::new([ClassUnicodeRange::new(c, c)]);
    alike.case_fold_simple();
    let ranges = alike.ranges().iter();
    ranges.flat_map(|it| it.start()..=it.end()).collect()
}
