//! The ways in which people write extensions: `rs`, `.rs`, `*.rs`, and several
//! at once, `rs,md`.

use alloc::vec::Vec;
use core::fmt;

/// Why a text names no extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtensionError {
    /// There is nothing, or nothing but a dot, between two commas.
    Empty,
    /// It is a pattern that more than an extension decides.
    Pattern,
    /// It has a slash or a zero byte, which no name has.
    Impossible,
}

impl fmt::Display for ExtensionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Impossible => {
                "an extension is part of a name, which has no slash"
            }
            Self::Empty => "an extension has at least one letter",
            Self::Pattern => {
                "it is a pattern; an extension is what follows a dot in a \
                 name, written rs, .rs or *.rs, several as rs,md"
            }
        })
    }
}

impl core::error::Error for ExtensionError {}

/// The extensions that a text names, without the dots before them.
///
/// ```
/// use sanchay_core::filter::parse_extensions;
///
/// let found = parse_extensions(b"rs,.md,*.tar.gz").unwrap();
/// assert_eq!(found, [&b"rs"[..], b"md", b"tar.gz"]);
/// ```
///
/// # Errors
///
/// An extension that is empty, one with a slash, and a pattern other than
/// `*.EXT`.
pub fn parse_extensions(text: &[u8]) -> Result<Vec<Vec<u8>>, ExtensionError> {
    text.split(|byte| *byte == b',').map(one).collect()
}

fn one(text: &[u8]) -> Result<Vec<u8>, ExtensionError> {
    let dotted = text.strip_prefix(b"*").filter(|it| it.starts_with(b"."));
    let dotted = dotted.unwrap_or(text);
    match dotted.strip_prefix(b".").unwrap_or(dotted) {
        b"" => Err(ExtensionError::Empty),
        bare if is_pattern(bare) => Err(ExtensionError::Pattern),
        bare if bare.contains(&b'/') || bare.contains(&0) => {
            Err(ExtensionError::Impossible)
        }
        bare => Ok(bare.to_vec()),
    }
}

/// Whether a shell would take it for a pattern.
fn is_pattern(text: &[u8]) -> bool {
    let has = |byte| text.contains(&byte);
    has(b'*') || has(b'?') || has(b'{') || has(b'[') && has(b']')
}

#[cfg(test)]
mod tests {
    use super::{ExtensionError, parse_extensions};

    #[test]
    fn an_extension_may_be_written_with_its_dot_or_as_a_pattern() {
        for text in ["rs", ".rs", "*.rs"] {
            let found = parse_extensions(text.as_bytes());
            assert_eq!(found, Ok(vec![b"rs".to_vec()]), "{text}");
        }
        let found = parse_extensions(b"*.tar.gz,7z,[\xff");
        let expected = [&b"tar.gz"[..], b"7z", b"[\xff"];
        assert_eq!(found, Ok(expected.map(<[u8]>::to_vec).to_vec()));
    }

    #[test]
    fn what_names_no_extension_is_refused() {
        for text in ["", ".", "*.", "rs,", ",rs", "rs,,md"] {
            let found = parse_extensions(text.as_bytes());
            assert_eq!(found, Err(ExtensionError::Empty), "{text}");
        }
        for text in ["*", "*rs", "a*", "*.*", "*.r?", "**.rs", "[rm]s", "{rs}"]
        {
            let found = parse_extensions(text.as_bytes());
            assert_eq!(found, Err(ExtensionError::Pattern), "{text}");
        }
        for text in ["a/b", "/", "a,b\0"] {
            let found = parse_extensions(text.as_bytes());
            assert_eq!(found, Err(ExtensionError::Impossible), "{text}");
        }
    }
}
