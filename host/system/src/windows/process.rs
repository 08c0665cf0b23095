//! Processes.
#![expect(
    unsafe_code,
    reason = "the system takes pointers; each is to a variable here"
)]

use std::{
    ffi::{OsStr, OsString},
    io,
    os::windows::{
        io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle},
        process::CommandExt as _,
    },
    path::Path,
    process::{Command, ExitStatus},
    ptr::null,
    time::Duration,
};

use windows_sys::Win32::{
    Foundation::{
        ERROR_ACCESS_DENIED, ERROR_FILENAME_EXCED_RANGE, FILETIME,
        STILL_ACTIVE,
    },
    System::{
        JobObjects::{
            AssignProcessToJobObject, CreateJobObjectW,
            JOB_OBJECT_LIMIT_PROCESS_MEMORY, JOB_OBJECT_LIMIT_PROCESS_TIME,
            JOBOBJECT_EXTENDED_LIMIT_INFORMATION,
            JobObjectExtendedLimitInformation, SetInformationJobObject,
        },
        ProcessStatus::{K32GetProcessMemoryInfo, PROCESS_MEMORY_COUNTERS},
        Threading::{
            GetCurrentProcess, GetExitCodeProcess, GetProcessTimes,
            OpenProcess, PROCESS_QUERY_LIMITED_INFORMATION,
        },
    },
};

/// The editor of who has named none.
pub const EDITOR: &str = "notepad";

/// A line of the shell.
#[must_use]
pub fn shell(line: &OsStr) -> Command {
    // The shell takes away the first quote and the last one.
    let mut words = OsString::from("/D /S /C \"");
    words.push(line);
    words.push("\"");
    let mut command = Command::new("cmd");
    command.raw_arg(words);
    command
}

/// A line of the shell, which may have arguments of its own, with a file as
/// one more.
#[must_use]
pub fn shell_with(line: &OsStr, file: &Path) -> Command {
    // The shell puts in the path, in which it reads nothing then.
    let mut line = line.to_owned();
    line.push(" \"%SANCHAY_SHELL_FILE%\"");
    let mut command = shell(&line);
    command.env("SANCHAY_SHELL_FILE", file);
    command
}

/// How much of the processors' time this process has used.
#[must_use]
pub fn cpu_time() -> Duration {
    let mut times = [FILETIME::default(); 4];
    let [created, exited, kernel, user] = &mut times;
    // SAFETY: the handle is that of this process, which need not be closed,
    // and the pointers are to variables that live until the call returns.
    let known = unsafe {
        GetProcessTimes(GetCurrentProcess(), created, exited, kernel, user)
    };
    if known == 0 {
        return Duration::ZERO;
    }
    duration(*kernel) + duration(*user)
}

/// A time in units of 100 ns.
fn duration(time: FILETIME) -> Duration {
    let high = u64::from(time.dwHighDateTime) << 32;
    let units = high | u64::from(time.dwLowDateTime);
    Duration::new(
        units / 10_000_000,
        u32::try_from(units % 10_000_000 * 100).unwrap_or(0),
    )
}

/// Whether there is a process of a number.
#[must_use]
pub fn is_alive(number: u32) -> bool {
    // SAFETY: it takes numbers, and returns a handle or null.
    let process =
        unsafe { OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, number) };
    if process.is_null() {
        let why = io::Error::last_os_error().raw_os_error();
        // One of somebody else's is one, too.
        return why == Some(ERROR_ACCESS_DENIED.cast_signed());
    }
    // SAFETY: it is a handle that was just opened, and nobody else has it.
    let process = unsafe { OwnedHandle::from_raw_handle(process) };
    let mut code = 0;
    // SAFETY: the handle is open, and the pointer is to a variable that lives
    // until the call returns.
    let known =
        unsafe { GetExitCodeProcess(process.as_raw_handle(), &raw mut code) };
    known == 0 || code == STILL_ACTIVE.cast_unsigned()
}

/// The size of a structure, as the system takes it.
fn size<T>() -> u32 {
    u32::try_from(size_of::<T>()).unwrap_or(0)
}

/// The most memory that this process had, in bytes.
#[must_use]
pub fn peak_memory() -> Option<u64> {
    type Counters = PROCESS_MEMORY_COUNTERS;
    let mut counters = Counters::default();
    // SAFETY: the handle is that of this process, and the pointer is to a
    // variable of the size that is told, which lives until the call returns.
    let known = unsafe {
        K32GetProcessMemoryInfo(
            GetCurrentProcess(),
            &raw mut counters,
            size::<Counters>(),
        )
    };
    (known != 0).then_some(counters.PeakWorkingSetSize as u64)
}

/// Whether a process was ended since nobody read any more what it wrote: that
/// ends none there.
#[must_use]
pub fn was_unread(_: ExitStatus) -> bool {
    false
}

/// What the system says of a command with too many arguments.
#[must_use]
pub fn too_many_arguments() -> io::Error {
    let code = ERROR_FILENAME_EXCED_RANGE;
    io::Error::from_raw_os_error(code.cast_signed())
}

/// Confines this process: it may use so much memory, and ends after so many
/// seconds of a processor's time.
pub fn confine(memory: u64, seconds: u64) {
    type Limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION;
    let mut limits = Limits::default();
    limits.ProcessMemoryLimit = usize::try_from(memory).unwrap_or(usize::MAX);
    let basic = &mut limits.BasicLimitInformation;
    basic.LimitFlags =
        JOB_OBJECT_LIMIT_PROCESS_MEMORY | JOB_OBJECT_LIMIT_PROCESS_TIME;
    let units = seconds.saturating_mul(10_000_000);
    basic.PerProcessUserTimeLimit = i64::try_from(units).unwrap_or(i64::MAX);
    // SAFETY: null pointers stand for the usual; the limits are only read, and
    // have the size that is told. The job is not closed: it lives as long as
    // this process. Where a call fails, only whoever called this process
    // limits its time.
    unsafe {
        let job = CreateJobObjectW(null(), null());
        if !job.is_null() {
            SetInformationJobObject(
                job,
                JobObjectExtendedLimitInformation,
                (&raw const limits).cast(),
                size::<Limits>(),
            );
            AssignProcessToJobObject(job, GetCurrentProcess());
        }
    }
}
