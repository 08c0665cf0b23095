//! A terminal for the program to write to, and all that arrives there.

use std::{
    fs::File,
    io::Read as _,
    os::fd::OwnedFd,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::{
    fs::{Mode, OFlags, open},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Winsize, tcsetwinsize},
};

/// Runs a command whose standard output and error are a terminal.
#[must_use]
pub fn run(command: Command, limit: Duration) -> (Option<i32>, Vec<u8>) {
    run_with(command, None, limit)
}

/// Runs a command whose standard error is a terminal, and its standard output
/// too unless it is given another.
#[must_use]
pub fn run_with(
    mut command: Command,
    stdout: Option<Stdio>,
    limit: Duration,
) -> (Option<i32>, Vec<u8>) {
    let (controller, terminal) = pair();
    let copy = || Stdio::from(terminal.try_clone().unwrap());
    command.stdin(Stdio::null());
    command.stdout(stdout.unwrap_or_else(copy));
    command.stderr(copy());
    let mut child = command.spawn().unwrap();
    // This process's copies: the terminal must close when the program ends.
    drop(command);
    drop(terminal);
    let reader = thread::spawn(move || {
        let (mut file, mut seen) = (File::from(controller), Vec::new());
        // The kernel tells the end of a terminal as an error.
        let _ = file.read_to_end(&mut seen);
        seen
    });
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if started.elapsed() > limit {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("the program did not end in {limit:?} on a terminal");
        }
        thread::sleep(Duration::from_millis(5));
    };
    (status.code(), reader.join().unwrap())
}

/// A terminal of 80 columns: the end that controls it, and the end that
/// programs see.
fn pair() -> (OwnedFd, OwnedFd) {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let controller = openpt(flags).unwrap();
    grantpt(&controller).unwrap();
    unlockpt(&controller).unwrap();
    let name = ptsname(&controller, Vec::new()).unwrap();
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let terminal = open(name, flags, Mode::empty()).unwrap();
    let size = Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&terminal, size).unwrap();
    (controller, terminal)
}
