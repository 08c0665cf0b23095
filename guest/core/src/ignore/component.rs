//! Patterns of one name, without slashes. Most are a text, or one with a star
//! at an end; the others are matched byte by byte, and go back to the last
//! star only, so that the cost is bounded by the product of the lengths.

use alloc::vec::Vec;

use super::budget::Budget;
use super::class;
use crate::batch::{saturate, widen};

/// A part of the bytes that the patterns of a rule set share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// Appends bytes to the shared ones.
    pub(super) fn push(bytes: &[u8], shared: &mut Vec<u8>) -> Self {
        let start = saturate(shared.len());
        shared.extend_from_slice(bytes);
        Self { start, end: saturate(shared.len()) }
    }

    /// The bytes.
    #[inline]
    pub(super) fn of(self, shared: &[u8]) -> &[u8] {
        shared.get(widen(self.start)..widen(self.end)).unwrap_or_default()
    }
}

/// What a pattern is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A text, and nothing else.
    Literal,
    /// A text, and any bytes after it.
    Prefix,
    /// A text, and any bytes before it.
    Suffix,
    /// A pattern, as it was written.
    Wild,
}

/// A pattern of one name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Component {
    pub(super) shape: Shape,
    pub(super) bytes: Span,
}

impl Component {
    /// Compiles a pattern; `None` where it matches no name.
    pub(super) fn compile(raw: &[u8], shared: &mut Vec<u8>) -> Option<Self> {
        let mut shape = Shape::Literal;
        let mut text = Vec::new();
        let mut at = 0;
        while let Some(byte) = raw.get(at) {
            at += 1;
            match byte {
                b'\\' => {
                    text.push(*raw.get(at)?);
                    at += 1;
                }
                b'?' => shape = Shape::Wild,
                b'[' => {
                    at = class::test(raw, at, 0)?.1;
                    shape = Shape::Wild;
                }
                b'*' => {
                    let first = at == 1;
                    at += stars(raw.get(at..)?);
                    let last = at == raw.len();
                    shape = match shape {
                        Shape::Literal if first => Shape::Suffix,
                        Shape::Literal if last => Shape::Prefix,
                        _ => Shape::Wild,
                    };
                }
                other => text.push(*other),
            }
        }
        let bytes = match shape {
            // No name is empty.
            Shape::Literal if text.is_empty() => return None,
            Shape::Wild => raw,
            _ => &text,
        };
        Some(Self { shape, bytes: Span::push(bytes, shared) })
    }

    /// Whether it matches a name. Without steps left, nothing matches.
    #[inline]
    pub(super) fn matches(
        self,
        shared: &[u8],
        name: &[u8],
        budget: &mut Budget,
    ) -> bool {
        let bytes = self.bytes.of(shared);
        match self.shape {
            Shape::Literal => name == bytes,
            Shape::Prefix => name.starts_with(bytes),
            Shape::Suffix => name.ends_with(bytes),
            Shape::Wild => wild_match(bytes, name, budget),
        }
    }
}

/// How many stars are at the beginning.
fn stars(raw: &[u8]) -> usize {
    raw.iter().take_while(|byte| **byte == b'*').count()
}

/// Whether a pattern matches all of a name. What follows a star is found
/// where it is first; if the rest does not match there, only the last star
/// needs to take more, as nothing before it could be found any earlier.
fn wild_match(pattern: &[u8], name: &[u8], budget: &mut Budget) -> bool {
    let (mut at, mut place) = (0, 0);
    // Behind the last star: in the pattern, and what the star takes.
    let mut star: Option<(usize, usize)> = None;
    loop {
        if !budget.spend(1) {
            return false;
        }
        let rest = pattern.get(at..).unwrap_or_default();
        let taken = stars(rest);
        if taken > 0 {
            at += taken;
            if at == pattern.len() {
                return true;
            }
            let Some(next) = found(pattern, at, name, place, budget) else {
                return false;
            };
            place = next;
            star = Some((at, place));
            continue;
        }
        let Some(byte) = name.get(place) else { return rest.is_empty() };
        if let Some(next) = element(pattern, at, *byte, budget) {
            (at, place) = (next, place + 1);
            continue;
        }
        let Some((behind, taken)) = star else { return false };
        let next = found(pattern, behind, name, taken + 1, budget);
        let Some(next) = next else { return false };
        (at, place) = (behind, next);
        star = Some((at, place));
    }
}

/// Where a star can end at the earliest: before the text that follows it.
fn found(
    pattern: &[u8],
    at: usize,
    name: &[u8],
    place: usize,
    budget: &mut Budget,
) -> Option<usize> {
    let rest = name.get(place..)?;
    match *pattern.get(at)? {
        b'?' | b'[' | b'\\' | b'*' => Some(place),
        literal => {
            let skipped = memchr::memchr(literal, rest);
            budget.spend(skipped.unwrap_or(rest.len()) / 8);
            Some(place + skipped?)
        }
    }
}

/// Where the pattern goes on if what is there matches a byte.
#[inline]
fn element(
    pattern: &[u8],
    at: usize,
    byte: u8,
    budget: &mut Budget,
) -> Option<usize> {
    match *pattern.get(at)? {
        b'?' => Some(at + 1),
        b'\\' => (*pattern.get(at + 1)? == byte).then_some(at + 2),
        b'[' => {
            let (found, end) = class::test(pattern, at + 1, byte)?;
            budget.spend(end - at);
            found.then_some(end)
        }
        literal => (literal == byte).then_some(at + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::{Budget, Component, Shape};
    use alloc::vec::Vec;

    fn compile(raw: &[u8]) -> Option<(Component, Vec<u8>)> {
        let mut shared = b"before".to_vec();
        let component = Component::compile(raw, &mut shared)?;
        Some((component, shared))
    }

    #[test]
    fn usual_patterns_are_compared_and_not_matched() {
        for (raw, shape, text) in [
            (&b"target"[..], Shape::Literal, &b"target"[..]),
            (b"\\#a\\*\\ ", Shape::Literal, b"#a* "),
            (b"*.o", Shape::Suffix, b".o"),
            (b"*", Shape::Suffix, b""),
            (b"***", Shape::Suffix, b""),
            (b"**\\*~", Shape::Suffix, b"*~"),
            (b"core.*", Shape::Prefix, b"core."),
            (b"a**", Shape::Prefix, b"a"),
            (b"*.o*", Shape::Wild, b"*.o*"),
            (b"a*b", Shape::Wild, b"a*b"),
            (b"*.py[co]", Shape::Wild, b"*.py[co]"),
            (b"?*", Shape::Wild, b"?*"),
        ] {
            let (component, shared) = compile(raw).unwrap();
            assert_eq!(component.shape, shape, "{raw:?}");
            assert_eq!(component.bytes.of(&shared), text, "{raw:?}");
        }
    }

    #[test]
    fn what_cannot_match_is_no_pattern() {
        for raw in [&b""[..], b"a\\", b"*\\", b"[", b"[a", b"a[[:x:]]", b"[!"]
        {
            assert!(compile(raw).is_none(), "{raw:?}");
        }
    }

    #[test]
    fn a_name_matches_all_of_a_pattern_or_not_at_all() {
        let mut budget = Budget::of_listing(1);
        for (raw, yes, no) in [
            (&b"a*b*c"[..], &["abc", "aXbXc", "abcbc"][..], &["abcb", "ac"]),
            (b"*a*", &["a", "xa", "ax", "xax"], &["", "x"]),
            (b"?", &["a", "*"], &["", "ab"]),
            (b"*.py[co]", &["x.pyc", ".pyo", "a.pyc.pyo"], &["x.py", "pyc"]),
            (b"a\\?b*c", &["a?bc"], &["axbc", "a?b"]),
            (b"*??x", &["abx", "abcx"], &["ax", "abxy"]),
            (b"x[]-]y*", &["x]y", "x-yz"], &["xy", "x[y"]),
        ] {
            let (component, shared) = compile(raw).unwrap();
            for (names, expected) in [(yes, true), (no, false)] {
                for name in names {
                    let found = component.matches(
                        &shared,
                        name.as_bytes(),
                        &mut budget,
                    );
                    assert_eq!(found, expected, "{raw:?} {name}");
                }
            }
        }
    }

    #[test]
    fn many_stars_cost_no_more_than_the_product_of_the_lengths() {
        let raw = [b"a*".repeat(500), b"b".to_vec()].concat();
        let (component, shared) = compile(&raw).unwrap();
        let name = b"a".repeat(1000);
        let mut budget = Budget::of_listing(20);
        let before = budget.left();
        assert!(!component.matches(&shared, &name, &mut budget));
        let spent = before - budget.left();
        assert!(budget.left() > 0 && spent < 4000, "{spent} steps");
        let (component, shared) = compile(b"*aaaaaaaaab*x").unwrap();
        let before = budget.left();
        assert!(!component.matches(&shared, &name, &mut budget));
        assert!(before - budget.left() < 20 * 1000);
    }

    #[test]
    fn a_pattern_that_runs_out_of_steps_matches_nothing() {
        let raw = [&b"*["[..], &b"a-z".repeat(300_000), b"]x?"].concat();
        let (component, shared) = compile(&raw).unwrap();
        let mut budget = Budget::of_listing(1);
        let name = b"q".repeat(200);
        assert!(!component.matches(&shared, &name, &mut budget));
        assert_eq!(budget.left(), 0);
    }
}
