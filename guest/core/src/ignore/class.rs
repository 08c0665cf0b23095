//! Bracket expressions: `[a-z]`, `[!x]`, `[[:alpha:]]`, as git reads them.

/// Tests a byte with the expression whose content begins at `at`, behind its
/// `[`. Returns whether it matches, and where the pattern goes on; `None`
/// where the expression has no end or a class that is not known. That does
/// not depend on the byte. A slash is in no class.
pub(super) fn test(
    pattern: &[u8],
    at: usize,
    byte: u8,
) -> Option<(bool, usize)> {
    let negated = matches!(pattern.get(at)?, b'!' | b'^');
    let mut at = at + usize::from(negated);
    let mut found = false;
    // What a range may begin with.
    let mut low = None;
    loop {
        let next = *pattern.get(at)?;
        let rest = pattern.get(at + 1..)?;
        (low, at) = match (next, low, rest) {
            (b'\\', ..) => {
                let escaped = *rest.first()?;
                found |= escaped == byte;
                (Some(escaped), at + 2)
            }
            (b'-', Some(low), [high, ..]) if *high != b']' => {
                let escaped = usize::from(*high == b'\\');
                let high = *rest.get(escaped)?;
                found |= (low..=high).contains(&byte);
                (None, at + 2 + escaped)
            }
            (b'[', _, [b':', rest @ ..]) => {
                let end = memchr::memchr(b']', rest)?;
                match rest.get(..end)?.split_last() {
                    Some((b':', name)) => {
                        found |= named(name)?(byte);
                        (None, at + 2 + end + 1)
                    }
                    _ => {
                        found |= byte == b'[';
                        (Some(b'['), at + 1)
                    }
                }
            }
            _ => {
                found |= next == byte;
                (Some(next), at + 1)
            }
        };
        // The first one stands for itself, wherever it is.
        if pattern.get(at) == Some(&b']') {
            return Some((found != negated && byte != b'/', at + 1));
        }
    }
}

/// What is in a class of that name: ASCII, where git knows fewer spaces than
/// C does.
fn named(name: &[u8]) -> Option<fn(u8) -> bool> {
    Some(match name {
        b"alnum" => |it| it.is_ascii_alphanumeric(),
        b"alpha" => |it| it.is_ascii_alphabetic(),
        b"blank" => |it| matches!(it, b' ' | b'\t'),
        b"cntrl" => |it| it.is_ascii_control(),
        b"digit" => |it| it.is_ascii_digit(),
        b"graph" => |it| it.is_ascii_graphic(),
        b"lower" => |it| it.is_ascii_lowercase(),
        b"print" => |it| it == b' ' || it.is_ascii_graphic(),
        b"punct" => |it| it.is_ascii_punctuation(),
        b"space" => |it| matches!(it, b' ' | b'\t' | b'\n' | b'\r'),
        b"upper" => |it| it.is_ascii_uppercase(),
        b"xdigit" => |it| it.is_ascii_hexdigit(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::test;
    use alloc::vec::Vec;

    /// The bytes that an expression matches, without its first bracket.
    fn members(pattern: &[u8]) -> Option<Vec<u8>> {
        let mut all = Vec::new();
        for byte in 0..=u8::MAX {
            let (found, end) = test(pattern, 0, byte)?;
            assert_eq!(end, pattern.len());
            if found {
                all.push(byte);
            }
        }
        Some(all)
    }

    #[test]
    fn a_bracket_expression_has_the_members_that_git_gives_it() {
        for (pattern, expected) in [
            (&b"abc]"[..], Some(&b"abc"[..])),
            (b"a-c]", Some(b"abc")),
            (b"]a]", Some(b"]a")),
            (b"a-]", Some(b"-a")),
            (b"-a]", Some(b"-a")),
            (b"\\]a]", Some(b"]a")),
            (b"\\[-\\]]", Some(b"[\\]")),
            // A range that was ended begins no other.
            (b"a-c-e]", Some(b"-abce")),
            (b"c-a]", Some(b"c")),
            (b"[:digit:]]", Some(b"0123456789")),
            (b"[:digit:]-z]", Some(b"-0123456789z")),
            (b"[:space:]]", Some(b"\t\n\r ")),
            (b"[:a]", Some(b":[a")),
            (b"[:]", Some(b":[")),
            (b"/a]", Some(b"a")),
            (b"[::]]", None),
            (b"[:what:]]", None),
            (b"a", None),
            (b"]", None),
            (b"!]", None),
            (b"", None),
            (b"a\\", None),
            (b"a-\\", None),
            (b"[:digit", None),
        ] {
            let mut expected = expected.map(<[u8]>::to_vec);
            if let Some(expected) = &mut expected {
                expected.sort_unstable();
            }
            assert_eq!(members(pattern), expected, "{pattern:?}");
        }
        let others = members(b"!a/]").unwrap();
        assert_eq!(others.len(), 254, "all but a and the slash");
        assert_eq!(members(b"^a/]"), Some(others));
    }
}
