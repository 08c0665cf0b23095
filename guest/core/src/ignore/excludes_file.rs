//! The one setting of git's configuration that says where ignore rules are:
//! `core.excludesFile`. Files that a configuration includes are not read.

use alloc::vec::Vec;

/// The value of `core.excludesFile` in the text of a configuration, as it was
/// written, but for quotes and escapes; the last one counts.
#[must_use]
pub fn excludes_file(config: &[u8]) -> Option<Vec<u8>> {
    // git skips a byte order mark, too.
    let mut rest = config.strip_prefix(b"\xef\xbb\xbf").unwrap_or(config);
    let mut in_core = false;
    let mut found = None;
    loop {
        rest = rest.trim_ascii_start();
        match rest {
            [] => return found,
            [b'#' | b';', ..] => rest = after(rest, b'\n'),
            [b'[', behind @ ..] => {
                let end = behind.iter().position(|it| *it == b']')?;
                let (name, behind) = behind.split_at_checked(end)?;
                in_core = name.trim_ascii().eq_ignore_ascii_case(b"core");
                rest = behind.get(1..)?;
            }
            _ => {
                let is_name =
                    |it: &u8| it.is_ascii_alphanumeric() || *it == b'-';
                let end = rest.iter().position(|it| !is_name(it));
                let (name, behind) =
                    rest.split_at_checked(end.unwrap_or(rest.len()))?;
                let start = behind.iter().position(|it| !b" \t".contains(it));
                let behind = behind.get(start.unwrap_or(behind.len())..)?;
                let Some(behind) = behind.strip_prefix(b"=") else {
                    // A name without a value, or none at all.
                    rest = after(behind, b'\n');
                    continue;
                };
                let (read, behind) = value(behind);
                rest = behind;
                if in_core && name.eq_ignore_ascii_case(b"excludesfile") {
                    found = Some(read);
                }
            }
        }
    }
}

/// What follows a byte; nothing where there is none.
fn after(text: &[u8], byte: u8) -> &[u8] {
    let end = text.iter().position(|it| *it == byte);
    end.and_then(|it| text.get(it + 1..)).unwrap_or_default()
}

/// A value and what follows its line.
fn value(text: &[u8]) -> (Vec<u8>, &[u8]) {
    let mut value = Vec::new();
    // How much of it stays when the spaces at its end go.
    let mut kept = 0;
    let mut quoted = false;
    let mut bytes = text.iter().enumerate();
    let mut rest: &[u8] = &[];
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\n' => {
                rest = text.get(at + 1..).unwrap_or_default();
                break;
            }
            b'#' | b';' if !quoted => {
                rest = after(text.get(at..).unwrap_or_default(), b'\n');
                break;
            }
            b'"' => {
                quoted = !quoted;
                kept = value.len();
            }
            b'\\' => {
                match bytes.next() {
                    None | Some((_, b'\n')) => {}
                    Some((_, b'n')) => value.push(b'\n'),
                    Some((_, b't')) => value.push(b'\t'),
                    Some((_, b'b')) => value.push(8),
                    Some((_, other)) => value.push(*other),
                }
                kept = value.len();
            }
            space if !quoted && space.is_ascii_whitespace() => {
                if !value.is_empty() {
                    value.push(*space);
                }
            }
            other => {
                value.push(*other);
                kept = value.len();
            }
        }
    }
    value.truncate(kept);
    (value, rest)
}

#[cfg(test)]
mod tests {
    use super::excludes_file;
    use proptest::prelude::*;

    #[test]
    fn the_setting_is_found_as_git_writes_it() {
        for (config, expected) in [
            ("", None),
            ("[core]\n\texcludesFile = ~/.gitignore\n", Some("~/.gitignore")),
            ("[CORE]\nEXCLUDESFILE=/x y \n", Some("/x y")),
            ("[core] excludesfile = a ; why\n", Some("a")),
            ("[core]\nexcludesfile = \"a # b\" # c", Some("a # b")),
            ("[core]\nexcludesfile = \"a \\\"b\\\\\" ", Some("a \"b\\")),
            ("[core]\nexcludesfile = a\\\nb\n", Some("ab")),
            ("[core]\nexcludesfile = a\nexcludesfile = b\n", Some("b")),
            ("[core]\nexcludesfile =\n[x]\ny = z\n", Some("")),
            ("[core]\nbare\nexcludesfile = a\n", Some("a")),
            ("[core \"x\"]\nexcludesfile = a\n", None),
            ("[user]\nexcludesfile = a\n", None),
            ("# [core]\nexcludesfile = a\n", None),
            ("[core]\n# excludesfile = a\nautocrlf = x\n", None),
        ] {
            let expected = expected.map(|it| it.as_bytes().to_vec());
            assert_eq!(excludes_file(config.as_bytes()), expected, "{config}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_to_their_end(
            config in r#"(\[core\]|\[|excludesfile|=|\n| |"|\\|\#|a){0,40}"#,
        ) {
            let found = excludes_file(config.as_bytes());
            prop_assert!(found.is_none_or(|it| it.len() <= config.len()));
        }
    }
}
