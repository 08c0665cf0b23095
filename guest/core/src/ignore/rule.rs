//! A rule: a pattern, and what precedes and follows it.

/// A rule of an ignore file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rule<'t> {
    /// Whether it takes back what an earlier one ignores.
    pub(super) negated: bool,
    /// Whether it matches directories only.
    pub(super) directories: bool,
    /// What it is matched with.
    pub(super) pattern: Pattern<'t>,
}

/// The pattern of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pattern<'t> {
    /// Matched with names, at any depth.
    Name(&'t [u8]),
    /// Matched with paths below the directory of the file.
    Path(&'t [u8]),
}

impl<'t> Rule<'t> {
    /// Reads a line that is a pattern.
    pub(super) fn parse(line: &'t [u8]) -> Self {
        let (negated, line) = match line.strip_prefix(b"!") {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let (directories, line) = match line.strip_suffix(b"/") {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let pattern = match line {
            [b'/', path @ ..] => Pattern::Path(path),
            path if path.contains(&b'/') => Pattern::Path(path),
            name => Pattern::Name(name),
        };
        Self { negated, directories, pattern }
    }
}

#[cfg(test)]
mod tests {
    use super::{Pattern, Rule};

    #[test]
    fn a_slash_before_the_end_makes_a_path() {
        use Pattern::{Name, Path};
        for (line, negated, directories, pattern) in [
            (&b"a"[..], false, false, Name(b"a")),
            (b"a/", false, true, Name(b"a")),
            (b"/a", false, false, Path(b"a")),
            (b"!/a/", true, true, Path(b"a")),
            (b"a/b", false, false, Path(b"a/b")),
            (b"**/b", false, false, Path(b"**/b")),
            (b"//a", false, false, Path(b"/a")),
            (b"\\!a", false, false, Name(b"\\!a")),
            (b"!!a", true, false, Name(b"!a")),
            (b"!", true, false, Name(b"")),
            (b"/", false, true, Name(b"")),
            (b"//", false, true, Path(b"")),
            (b"a//", false, true, Path(b"a/")),
        ] {
            let rule = Rule { negated, directories, pattern };
            assert_eq!(Rule::parse(line), rule, "{line:?}");
        }
    }
}
