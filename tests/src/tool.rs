//! The machine's own checksum programs and shells, with which the program is
//! compared where they are installed.

use std::{
    ffi::OsStr,
    io::Write as _,
    process::{Command, Stdio},
    thread,
};

/// Whether a program is installed. Says so on standard error where it is not,
/// since a comparison is then left out.
#[must_use]
pub fn has(program: &str) -> bool {
    let found = std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|dir| dir.join(program).is_file())
    });
    if !found {
        // Not by a macro: what those print is shown of failed tests alone.
        let _ = writeln!(
            std::io::stderr(),
            "LEFT OUT: {program} is not installed: nothing compared"
        );
    }
    found
}

/// A command in the plain locale, whose messages can be relied on.
#[must_use]
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env("LC_ALL", "C");
    command
}

/// What a program prints that reads a text.
#[must_use]
pub fn filtered(mut program: Command, text: &str) -> String {
    let mut child =
        program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let text = text.to_owned();
    // Beside reading what it prints: a pipe holds little.
    let writer = thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{program:?} failed");
    String::from_utf8(output.stdout).unwrap()
}
