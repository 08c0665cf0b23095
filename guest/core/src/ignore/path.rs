//! Patterns of paths, cut at their slashes. Nothing but `**` matches a slash,
//! so that each part is matched with one name of a path.

use alloc::vec;
use alloc::vec::Vec;

use super::class;

/// A part of the pattern of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Matches one name.
    One(Vec<u8>),
    /// Matches any names, at least so many.
    Any(u32),
    /// Matches all names that are left, at least one.
    Rest,
}

/// What stands between the slashes of a pattern.
#[derive(Clone, Copy, Debug)]
enum Piece<'p> {
    /// The pattern of a name.
    Name(&'p [u8]),
    /// Two stars or more, alone between slashes but for the text before them,
    /// and what follows them.
    Stars(&'p [u8], Follows),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Follows {
    /// The end.
    End,
    /// A slash: there may be no name between it and the one before.
    Slash,
    /// A slash behind a backslash: there must be a name.
    Escaped,
}

/// The patterns that together match what a pattern does: mostly one; none for
/// a pattern that matches nothing.
pub(super) fn parts(pattern: &[u8]) -> Vec<Vec<Part>> {
    let Some(pieces) = pieces(pattern) else { return Vec::new() };
    let all = match first_with_head(&pieces) {
        Some(at) => with_head(&pieces, at),
        None => vec![plain(&pieces)],
    };
    let sound = |parts: &Vec<Part>| {
        let empty = |part: &Part| *part == Part::One(Vec::new());
        !parts.is_empty() && !parts.iter().any(empty)
    };
    all.into_iter().filter(sound).collect()
}

/// Cuts a pattern at its slashes; `None` where it matches nothing.
fn pieces(pattern: &[u8]) -> Option<Vec<Piece<'_>>> {
    let is_special = |byte: &u8| matches!(byte, b'*' | b'?' | b'[' | b'\\');
    // What precedes is compared by itself, and a pattern begins here.
    let begins = pattern.iter().position(is_special).unwrap_or(pattern.len());
    let mut pieces = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(byte) = pattern.get(at) {
        let slash = match byte {
            b'/' => 1,
            b'\\' if *pattern.get(at + 1)? == b'/' => 2,
            b'\\' => {
                at += 2;
                continue;
            }
            b'[' => {
                at = class::test(pattern, at + 1, 0)?.1;
                continue;
            }
            b'*' => {
                let stars = pattern.get(at..)?.iter();
                let stars = stars.take_while(|it| **it == b'*').count();
                let alone = at == begins
                    || at.checked_sub(1).and_then(|it| pattern.get(it))
                        == Some(&b'/');
                let (head, end) = (pattern.get(start..at)?, at + stars);
                let (follows, slash) = match pattern.get(end..)? {
                    [] => (Some(Follows::End), 0),
                    [b'/', ..] => (Some(Follows::Slash), 1),
                    [b'\\', b'/', ..] => (Some(Follows::Escaped), 2),
                    _ => (None, 0),
                };
                at = end;
                if let (Some(follows), true) = (follows, alone && stars > 1) {
                    pieces.push(Piece::Stars(head, follows));
                    at += slash;
                    start = at;
                    if follows == Follows::End {
                        return Some(pieces);
                    }
                }
                continue;
            }
            _ => {
                at += 1;
                continue;
            }
        };
        pieces.push(Piece::Name(pattern.get(start..at)?));
        at += slash;
        start = at;
    }
    pieces.push(Piece::Name(pattern.get(start..)?));
    Some(pieces)
}

/// The first stars, if text stands before them.
fn first_with_head(pieces: &[Piece<'_>]) -> Option<usize> {
    pieces.iter().position(|it| matches!(it, Piece::Stars([_, ..], _)))
}

/// The parts of pieces without such stars.
fn plain(pieces: &[Piece<'_>]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let part = match piece {
            Piece::Name(name) => Part::One(name.to_vec()),
            Piece::Stars(_, Follows::Slash) => Part::Any(0),
            Piece::Stars(_, Follows::Escaped) => Part::Any(1),
            Piece::Stars(_, Follows::End) => Part::Rest,
        };
        match (parts.last_mut(), part) {
            (Some(Part::Any(before)), Part::Any(more)) => {
                *before = before.saturating_add(more);
            }
            (_, part) => parts.push(part),
        }
    }
    parts
}

/// The parts where text stands before the first stars: `a**/b` is `a*` with
/// any names between it and `b`, or, as the stars begin a pattern of their own
/// that may match nothing, `ab`. What follows such stars in further ones is
/// the same over again.
fn with_head(pieces: &[Piece<'_>], at: usize) -> Vec<Vec<Part>> {
    let (before, stars) = pieces.split_at_checked(at).unwrap_or_default();
    let Some(Piece::Stars(head, _)) = stars.first() else {
        return Vec::new();
    };
    let passed = stars.windows(2).take_while(|pair| {
        matches!(pair, [Piece::Stars(_, Follows::Slash), Piece::Stars(..)])
    });
    let (last, after) = match stars.get(passed.count()..) {
        Some([Piece::Stars(_, last), after @ ..]) => (*last, after),
        _ => return Vec::new(),
    };
    let begun = [*head, b"*"].concat();
    let joined = |name: Vec<u8>, rest: Option<Part>, after| {
        let mut parts = plain(before);
        parts.push(Part::One(name));
        parts.extend(rest);
        parts.extend(plain(after));
        parts
    };
    match (last, after.split_first()) {
        (Follows::End, _) => vec![
            joined(begun.clone(), None, &[]),
            joined(begun, Some(Part::Rest), &[]),
        ],
        (Follows::Slash, Some((Piece::Name(name), others))) => vec![
            joined([*head, *name].concat(), None, others),
            joined(begun, Some(Part::Any(0)), after),
        ],
        _ => vec![joined(begun, Some(Part::Any(0)), after)],
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, parts};
    use alloc::vec::Vec;

    fn one(text: &str) -> Part {
        Part::One(text.as_bytes().to_vec())
    }

    #[test]
    fn a_path_is_cut_where_only_a_slash_matches() {
        use Part::{Any, Rest};
        for (pattern, expected) in [
            ("a", vec![vec![one("a")]]),
            ("a/b*/c", vec![vec![one("a"), one("b*"), one("c")]]),
            ("a\\/b\\c", vec![vec![one("a"), one("b\\c")]]),
            ("[/]x/[a/]", vec![vec![one("[/]x"), one("[a/]")]]),
            ("**/b", vec![vec![Any(0), one("b")]]),
            ("a/**", vec![vec![one("a"), Rest]]),
            ("**", vec![vec![Rest]]),
            ("a/**/b", vec![vec![one("a"), Any(0), one("b")]]),
            ("a/***/**/b", vec![vec![one("a"), Any(0), one("b")]]),
            ("?/**\\/**\\/b", vec![vec![one("?"), Any(2), one("b")]]),
            ("*/a**/b", vec![vec![one("*"), one("a**"), one("b")]]),
            ("a/*b**", vec![vec![one("a"), one("*b**")]]),
            (
                "x/a**",
                vec![
                    vec![one("x"), one("a*")],
                    vec![one("x"), one("a*"), Rest],
                ],
            ),
            (
                "a**/b",
                vec![vec![one("ab")], vec![one("a*"), Any(0), one("b")]],
            ),
            (
                "x/a**/**/b/c",
                vec![
                    vec![one("x"), one("ab"), one("c")],
                    vec![one("x"), one("a*"), Any(0), one("b"), one("c")],
                ],
            ),
            ("a**\\/b", vec![vec![one("a*"), Any(0), one("b")]]),
            ("a**/**", vec![vec![one("a*")], vec![one("a*"), Rest]]),
            ("a**//b", vec![vec![one("a"), one("b")]]),
            ("a//b", vec![]),
            ("", vec![]),
            ("a/", vec![]),
            ("a/[b", vec![]),
            ("a/b\\", vec![]),
        ] {
            let expected: Vec<Vec<Part>> = expected;
            assert_eq!(parts(pattern.as_bytes()), expected, "{pattern}");
        }
    }
}
