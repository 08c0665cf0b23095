//! Replacements: `s/REGEX/TEXT/FLAGS`, as sed and perl write them.
//!
//! Any punctuation may stand in place of the slashes. The flags are `g` (every
//! match, not the first alone) and `i` (without regard to case). In the text,
//! `$1`, `${1}` and `${name}` are captures, `$$` is a dollar, and a backslash
//! takes from the next character what it means: `\1` is a capture, too.

use alloc::string::String;
use alloc::vec::Vec;

use crate::pattern::Capturing;

/// A replacement.
#[derive(Debug)]
pub(super) struct Replacement {
    regex: Capturing,
    text: Vec<Piece>,
    all: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Text(Vec<u8>),
    Group(usize),
}

/// What is wrong with a replacement, and at which character.
pub(super) type Wrong = (usize, String);

impl Replacement {
    /// Parses a replacement.
    pub(super) fn parse(text: &str) -> Result<Self, Wrong> {
        let form = "a replacement is s/REGEX/TEXT/ or s/REGEX/TEXT/gi";
        let wrong = |at| (at, String::from(form));
        let characters: Vec<char> = text.chars().collect();
        let delimiter = match characters.get(..2) {
            Some(['s', mark])
                if mark.is_ascii_punctuation() && *mark != '\\' =>
            {
                *mark
            }
            _ => return Err(wrong(0)),
        };
        let mut at = 2;
        let regex = part(&characters, delimiter, &mut at).ok_or(wrong(2))?;
        let start = at;
        let with =
            part(&characters, delimiter, &mut at).ok_or(wrong(start))?;
        let (mut all, mut ignore) = (false, false);
        for (index, flag) in characters.iter().enumerate().skip(at) {
            match flag {
                'g' => all = true,
                'i' => ignore = true,
                _ => return Err(wrong(index)),
            }
        }
        let regex = Capturing::new(&regex, ignore)
            .map_err(|error| (error.at.saturating_add(2), error.why))?;
        let text =
            pieces(&with, &regex).map_err(|why| (start, String::from(why)))?;
        Ok(Self { regex, text, all })
    }

    /// A name with this replaced, in `out`. Nothing more is added where it
    /// has become longer than `limit`.
    pub(super) fn apply(
        &mut self,
        name: &[u8],
        limit: usize,
        out: &mut Vec<u8>,
    ) {
        out.clear();
        let (mut copied, mut from) = (0, 0);
        while from <= name.len() && out.len() <= limit {
            if !self.regex.search_from(name, from) {
                break;
            }
            let Some(found) = self.regex.group(0) else { break };
            let before = name.get(copied..found.start);
            out.extend_from_slice(before.unwrap_or_default());
            for piece in &self.text {
                match piece {
                    Piece::Text(text) => out.extend_from_slice(text),
                    Piece::Group(number) => {
                        let group = self.regex.group(*number);
                        let text = group.and_then(|it| name.get(it));
                        out.extend_from_slice(text.unwrap_or_default());
                    }
                }
            }
            copied = found.end;
            // An empty match is not found at the same place again.
            from = match found.is_empty() {
                true => found.end.saturating_add(1),
                false => found.end,
            };
            if !self.all {
                break;
            }
        }
        out.extend_from_slice(name.get(copied..).unwrap_or_default());
    }
}

/// The text up to the next delimiter. A backslash before a delimiter is left
/// out; one before anything else stays.
fn part(
    characters: &[char],
    delimiter: char,
    at: &mut usize,
) -> Option<String> {
    let mut text = String::new();
    loop {
        let character = *characters.get(*at)?;
        *at = at.saturating_add(1);
        if character == delimiter {
            return Some(text);
        }
        if character != '\\' {
            text.push(character);
            continue;
        }
        let next = *characters.get(*at)?;
        *at = at.saturating_add(1);
        if next != delimiter {
            text.push('\\');
        }
        text.push(next);
    }
}

/// What a replacement's text is made of.
fn pieces(text: &str, regex: &Capturing) -> Result<Vec<Piece>, &'static str> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        let name: String = match (character, rest.peek().copied()) {
            ('\\' | '$', Some('0'..='9')) => {
                let digits =
                    core::iter::from_fn(|| rest.next_if(char::is_ascii_digit));
                digits.collect()
            }
            ('$', Some('$')) => {
                rest.next();
                plain.push('$');
                continue;
            }
            ('$', Some('{')) => {
                rest.next();
                let mut name = String::new();
                loop {
                    match rest.next() {
                        Some('}') => break name,
                        Some(other) => name.push(other),
                        None => return Err("${ is not closed by a }"),
                    }
                }
            }
            ('\\', Some(other)) => {
                rest.next();
                plain.push(match other {
                    'n' => '\n',
                    't' => '\t',
                    other => other,
                });
                continue;
            }
            (other, _) => {
                plain.push(other);
                continue;
            }
        };
        let groups = regex.group_names();
        let number = match name.parse::<usize>() {
            Ok(number) => Some(number).filter(|it| *it < groups.count()),
            Err(_) => {
                let mut groups = groups;
                groups.position(|it| it == Some(name.as_str()))
            }
        };
        let number =
            number.ok_or("the regular expression has no such group")?;
        if !plain.is_empty() {
            let text = core::mem::take(&mut plain).into_bytes();
            pieces.push(Piece::Text(text));
        }
        pieces.push(Piece::Group(number));
    }
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain.into_bytes()));
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Replacement;

    fn replaced(replacement: &str, name: &str) -> String {
        let mut replacement = Replacement::parse(replacement).unwrap();
        let mut out = Vec::new();
        replacement.apply(name.as_bytes(), 10_000, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_matches_is_replaced_once_or_everywhere() {
        for (replacement, name, expected) in [
            ("s/a/b/", "aXa", "bXa"),
            ("s/a/b/g", "aXa", "bXb"),
            ("s/A/b/gi", "aXa", "bXb"),
            ("s/a//g", "banana", "bnn"),
            ("s|/|-|", "x", "x"),
            ("s|a|/|", "xa", "x/"),
            (r"s/\./\//", "a.b", "a/b"),
            (r"s/(\d+)-(\d+)/$2-$1/", "12-34", "34-12"),
            (r"s/(?<y>\d{4})/[${y}]/", "in 1999", "in [1999]"),
            (r"s/(b)/\1\1/", "abc", "abbc"),
            ("s/b/$$/", "abc", "a$c"),
            ("s/x*/-/g", "abc", "-a-b-c-"),
            ("s/$/!/", "abc", "abc!"),
            ("s/(x)?b/[$1]/", "abc", "a[]c"),
            ("s/é/e/g", "été", "ete"),
        ] {
            assert_eq!(replaced(replacement, name), expected, "{replacement}");
        }
    }

    #[test]
    fn what_is_no_replacement_is_refused_with_its_place() {
        for (text, at) in [
            ("", 0),
            ("x/a/b/", 0),
            ("s", 0),
            ("sabab", 0),
            ("s/a", 2),
            ("s/a/b", 4),
            ("s/a/b/x", 6),
            ("s/(/b/", 2),
            ("s/a/$1/", 4),
            ("s/a/${x}/", 4),
            ("s/a/${x/", 4),
        ] {
            let wrong = Replacement::parse(text).map(drop).unwrap_err();
            assert_eq!(wrong.0, at, "{text}: {}", wrong.1);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_replacement_or_refused(
            text in "s/[a-z.*()$\\\\{}]{0,6}/[a-z$\\\\{}0-9]{0,6}/g?",
            name in "[a-z.]{0,12}",
        ) {
            if let Ok(mut replacement) = Replacement::parse(&text) {
                let mut out = Vec::new();
                replacement.apply(name.as_bytes(), 100, &mut out);
                prop_assert!(out.len() <= 1000);
            }
        }
    }
}
