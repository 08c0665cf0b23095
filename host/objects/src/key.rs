//! What a key may be, the same for all storages.
//!
//! A key is UTF-8 of 1 to [`MAX_LENGTH`] bytes: components of at most
//! [`MAX_COMPONENT`] bytes, separated by single slashes. No component is empty,
//! `.` or `..`; so a key neither begins nor ends with a slash. It contains no
//! control characters (S3 cannot list them) and does not begin with a reserved
//! component: what a storage keeps for itself is in [`RESERVED`].

use crate::StorageError;

/// The longest key, in bytes: what S3 and Google Cloud Storage take.
pub const MAX_LENGTH: usize = 1024;

/// The longest component of a key, in bytes: what file systems take.
pub const MAX_COMPONENT: usize = 255;

/// No key is or lies beneath one of these: what a storage keeps for itself, and
/// what Google Cloud Storage does.
pub const RESERVED: [&str; 2] = [".mithril", ".well-known/acme-challenge"];

/// Checks a key.
///
/// # Errors
/// [`StorageError::InvalidKey`], which says what is wrong with it.
pub fn check(key: &str) -> Result<(), StorageError> {
    problem(key, false).map_or(Ok(()), |why| Err(invalid(key, why)))
}

/// Checks what keys are to begin with: nothing, or a key that may end in the
/// middle of a component or with a slash.
///
/// # Errors
/// [`StorageError::InvalidKey`], which says what is wrong with it.
pub fn check_prefix(prefix: &str) -> Result<(), StorageError> {
    if prefix.is_empty() {
        return Ok(());
    }
    problem(prefix, true).map_or(Ok(()), |why| Err(invalid(prefix, why)))
}

/// Whether a key that a server lists can be asked for here.
pub(crate) fn is_valid(key: &str) -> bool {
    problem(key, false).is_none()
}

pub(crate) fn invalid(key: &str, why: &str) -> StorageError {
    StorageError::InvalidKey(format!("{}: {why}", shown(key)))
}

/// A key as a message shows it: escaped, and cut if it is very long.
pub(crate) fn shown(key: &str) -> String {
    const SHOWN: usize = 200;
    let mut text: String = key.escape_debug().take(SHOWN).collect();
    if key.chars().nth(SHOWN).is_some() {
        text.push('…');
    }
    format!("\"{text}\"")
}

fn problem(key: &str, prefix: bool) -> Option<&'static str> {
    if key.is_empty() {
        return Some("a key has at least one byte");
    }
    if key.len() > MAX_LENGTH {
        return Some("a key has at most 1024 bytes");
    }
    if key.starts_with('/') {
        return Some("a key does not begin with a slash");
    }
    if key.chars().any(is_forbidden) {
        return Some("a key contains no control characters");
    }
    let whole = match prefix {
        true => key.strip_suffix('/').unwrap_or(key),
        false => key,
    };
    if let Some(why) = whole.split('/').find_map(problem_of_component) {
        return Some(why);
    }
    RESERVED
        .iter()
        .any(|reserved| is_beneath(key, reserved))
        .then_some("keys that begin so are reserved")
}

/// What neither XML, in which S3 lists, nor object_store takes.
fn is_forbidden(c: char) -> bool {
    c.is_ascii_control() || matches!(c, '\u{fffe}' | '\u{ffff}')
}

fn problem_of_component(component: &str) -> Option<&'static str> {
    match component {
        "" => Some("no component of a key is empty"),
        "." | ".." => Some("no component of a key is \".\" or \"..\""),
        long if long.len() > MAX_COMPONENT => {
            Some("no component of a key has more than 255 bytes")
        }
        _ => None,
    }
}

fn is_beneath(key: &str, folder: &str) -> bool {
    key.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{check, check_prefix};
    use crate::StorageError;

    fn is_invalid(result: Result<(), StorageError>) -> bool {
        matches!(result, Err(StorageError::InvalidKey(_)))
    }

    #[test]
    fn what_could_leave_the_root_or_means_something_else_is_no_key() {
        let long = "x".repeat(256);
        let longer = "abcdefg/".repeat(128) + "x";
        for key in [
            "",
            "/",
            "/a",
            "a/",
            "a//b",
            "..",
            ".",
            "../a",
            "a/..",
            "a/../b",
            "a/./b",
            "a\0b",
            "\0",
            "a\nb",
            "a\x7f",
            "a\u{ffff}",
            ".mithril",
            ".mithril/a",
            &long,
            &longer,
            ".well-known/acme-challenge/x",
        ] {
            assert!(is_invalid(check(key)), "{key:?}");
        }
    }

    #[test]
    fn all_else_is_a_key() {
        let long = "x".repeat(255);
        let longer = "abcdefg/".repeat(127) + "abcdefgh";
        assert_eq!(longer.len(), 1024);
        for key in [
            "a",
            "a/b",
            "...",
            "a..b",
            "..a/b..",
            "a b",
            "%2e%2e",
            "ä/日本",
            "a\\b",
            "-",
            "~",
            "*?[]{}",
            ".mithrilx",
            ".well-known",
            &long,
            &longer,
            "C:",
            "NUL",
            "a\u{80}",
        ] {
            check(key).unwrap();
        }
    }

    #[test]
    fn a_prefix_may_be_empty_or_end_anywhere() {
        for prefix in ["", "a", "a/", "a/b", ".mith"] {
            check_prefix(prefix).unwrap();
        }
        for prefix in ["/", "//", "a//", "..", "../", "a/../", ".mithril/"] {
            assert!(is_invalid(check_prefix(prefix)), "{prefix:?}");
        }
    }

    #[test]
    fn a_message_escapes_the_key_and_cuts_it() {
        let key = format!("a\0{}", "é".repeat(2000));
        let message = check(&key).unwrap_err().to_string();
        assert!(message.starts_with("Invalid key: \"a\\0é"), "{message}");
        assert!(message.len() < 500 && message.contains('…'));
    }

    proptest! {
        #[test]
        fn a_valid_key_has_no_component_that_leads_elsewhere(
            key in "[a./\\x00~]{0,12}",
        ) {
            let fine = !key.is_empty()
                && !key.contains('\0')
                && key.split('/').all(|it| !["", ".", ".."].contains(&it));
            prop_assert_eq!(check(&key).is_ok(), fine);
        }
    }
}
