//! Processes.

use std::{
    ffi::OsStr,
    io,
    os::unix::process::ExitStatusExt as _,
    path::Path,
    process::{Command, ExitStatus},
    time::Duration,
};

use nix::sys::resource::{UsageWho, getrusage};
use rustix::{
    io::Errno,
    process::{
        Pid, Resource, Rlimit, Signal, getrlimit, setrlimit, test_kill_process,
    },
    time::{ClockId, clock_gettime},
};

/// The editor of who has named none.
pub const EDITOR: &str = "vi";

/// A line of the shell.
#[must_use]
pub fn shell(line: &OsStr) -> Command {
    let mut command = Command::new("sh");
    command.arg("-c").arg(line);
    command
}

/// A line of the shell, which may have arguments of its own, with a file as
/// one more.
#[must_use]
pub fn shell_with(line: &OsStr, file: &Path) -> Command {
    let mut line = line.to_owned();
    line.push(" \"$1\"");
    let mut command = shell(&line);
    command.arg("sh").arg(file);
    command
}

/// How much of the processors' time this process has used.
#[must_use]
pub fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let (Ok(seconds), Ok(nanoseconds)) =
        (u64::try_from(time.tv_sec), u32::try_from(time.tv_nsec))
    else {
        debug_assert!(false, "CPU time is not negative");
        return Duration::ZERO;
    };
    Duration::new(seconds, nanoseconds)
}

/// Whether there is a process of a number.
#[must_use]
pub fn is_alive(number: u32) -> bool {
    let number = i32::try_from(number).ok().and_then(Pid::from_raw);
    number.is_some_and(|it| test_kill_process(it) != Err(Errno::SRCH))
}

/// The most memory that this process had, in bytes.
#[must_use]
pub fn peak_memory() -> Option<u64> {
    // The BSDs and Linux count KiB, macOS bytes.
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    let usage = getrusage(UsageWho::RUSAGE_SELF).ok()?;
    u64::try_from(usage.max_rss()).ok()?.checked_mul(unit)
}

/// Whether a process was ended since nobody read any more what it wrote.
#[must_use]
pub fn was_unread(status: ExitStatus) -> bool {
    status.signal() == Some(Signal::PIPE.as_raw())
}

/// What the system says of a command with too many arguments.
#[must_use]
pub fn too_many_arguments() -> io::Error {
    Errno::TOOBIG.into()
}

/// Confines this process: it may use so much address space, ends after so many
/// seconds of a processor's time, and when the process ends that called it.
pub fn confine(memory: u64, seconds: u64) {
    lower(Resource::As, memory);
    lower(Resource::Cpu, seconds);
    lower(Resource::Core, 0);
    // Without it, the time is limited all the same.
    #[cfg(target_os = "linux")]
    let _ =
        rustix::process::set_parent_process_death_signal(Some(Signal::KILL));
}

/// Lowers a limit of this process, unless it is lower.
fn lower(resource: Resource, limit: u64) {
    let current = getrlimit(resource);
    let limit = current.current.map_or(limit, |now| now.min(limit));
    let limits = Rlimit { current: Some(limit), maximum: current.maximum };
    // Without it, only the time is limited.
    let _ = setrlimit(resource, limits);
}
