//! Names that every system takes: those that Windows does, as its
//! documentation of file names has it, and FAT and exFAT with it.

use crate::plan::{MAX_NAME, units};

/// The devices whose names are taken, whatever follows after a dot. The last
/// two are those of the console, which Python's `os.path.isreserved` has, too.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// The devices that have a number after their names.
const NUMBERED: [&str; 2] = ["com", "lpt"];

/// Whether every system takes a name, and takes it as it is.
#[must_use]
pub fn is_portable(name: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(name) else { return false };
    let odd = |c: char| c.is_control() || r#"<>:"|?*\/"#.contains(c);
    let ends = text.ends_with(['.', ' ']);
    let is_long = units(name) > MAX_NAME;
    !(text.contains(odd) || ends || is_long || is_device(text))
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end();
    if DEVICES.iter().any(|it| stem.eq_ignore_ascii_case(it)) {
        return true;
    }
    let mut letters = stem.char_indices().rev();
    let Some((at, number)) = letters.next() else { return false };
    let is_number = matches!(number, '0'..='9' | '¹' | '²' | '³');
    let word = stem.get(..at).unwrap_or_default();
    is_number && NUMBERED.iter().any(|it| word.eq_ignore_ascii_case(it))
}

#[cfg(test)]
mod tests {
    use super::is_portable;

    #[test]
    fn what_windows_refuses_or_changes_is_not_portable() {
        for name in [
            "con",
            "CON",
            "Con.txt",
            "aux .txt",
            "com1",
            "LPT9.tar.gz",
            "com¹",
            "CONIN$",
            "conout$.log",
            "a:b",
            "a?",
            "a*",
            "a\\b",
            "a|b",
            "<a>",
            "\"",
            "a.",
            "a ",
            "a\tb",
            "a\u{7f}",
        ] {
            assert!(!is_portable(name.as_bytes()), "{name}");
        }
        assert!(!is_portable(b"\xff"));
        assert!(!is_portable("x".repeat(256).as_bytes()));
    }

    #[test]
    fn other_names_are() {
        for name in [
            "a.txt",
            ".hidden",
            "console",
            "conin",
            "com",
            "com10",
            "lpt",
            "naïve 文",
            "a'b",
            "-",
            "nul-x",
        ] {
            assert!(is_portable(name.as_bytes()), "{name}");
        }
        assert!(is_portable("ä".repeat(255).as_bytes()));
    }
}
