//! Names that the command interpreter of Windows would take for commands.
//!
//! `cmd /c` joins its arguments and reads the line anew, whatever quotes stood
//! around them. Programs split their arguments themselves there, so that no
//! way of quoting is right for it and for the program that it starts.

use sanchay_core::command_line::CommandLine;

/// What has a meaning for it within a name.
const SPECIAL: &[u8] = b"&|<>^%!()\"";

/// Whether a command is run by the interpreter.
pub(super) fn runs(line: &CommandLine) -> bool {
    let (before, _) = line.around();
    let Some(program) = before.first() else { return false };
    let separator = |byte: &u8| matches!(byte, b'/' | b'\\');
    let name = program.rsplit(separator).next().unwrap_or(program);
    let name = name.to_ascii_lowercase();
    matches!(name.as_slice(), b"cmd" | b"cmd.exe")
}

/// Whether a path would be more than an argument for it.
pub(super) fn would_read(path: &[u8]) -> bool {
    path.iter().any(|byte| SPECIAL.contains(byte))
}

#[cfg(test)]
mod tests {
    use super::{runs, would_read};
    use sanchay_core::command_line::CommandLine;

    #[test]
    fn the_interpreter_is_known_by_its_name() {
        for (program, expected) in [
            ("cmd", true),
            ("CMD.exe", true),
            (r"C:\Windows\System32\cmd.exe", true),
            ("C:/Windows/System32/cmd", true),
            ("cmdline", false),
            ("{}", false),
        ] {
            let words = [program.as_bytes(), b"/c", b"echo"];
            let line = CommandLine::parse(words, false).unwrap();
            assert_eq!(runs(&line), expected, "{program}");
        }
    }

    #[test]
    fn names_with_operators_would_be_read() {
        assert!(would_read(b"d/a&calc.txt") && would_read(b"%PATH%"));
        assert!(!would_read("d/a b-ä.txt".as_bytes()));
    }
}
