//! A compiler in a process of its own: what it is given, how long it is
//! waited for, and how it is ended.

use std::io::{self, Read, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use sanchay_sandbox_config::Layout;

use super::error::COMPLAINT;
use super::{CompilerProgram, PluginError};

/// The most machine code that is taken of another process, in bytes.
const CODE: u64 = 512 << 20;

/// A machine that is busy gives a process that much less of its time.
const BUSY: u32 = 8;

/// How often it is asked whether the code is still wanted.
const GLANCE: Duration = Duration::from_millis(50);

/// Has a program compile a component, unless that is cancelled.
pub(super) fn compile(
    compiler: &CompilerProgram,
    component: &[u8],
    layout: Layout,
    time: Duration,
) -> Result<Vec<u8>, PluginError> {
    let CompilerProgram { program, arguments, cancel } = compiler;
    let cancel = cancel.as_deref();
    let cannot = |what: &str, error: io::Error| {
        let program = program.display();
        PluginError::Compile(format!("{program}: {what}: {error}"))
    };
    let mut command = Command::new(program);
    let seconds = time.as_secs_f64().ceil().max(1.0);
    command.args(arguments).args(["plugin", "compile", "--seconds"]);
    command.arg(seconds.to_string());
    if layout == Layout::Compact {
        command.arg("--compact");
    }
    // In a group of its own, so that Ctrl-C reaches only this process, which
    // ends that one.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| cannot("cannot run it", error))?;
    let answer = converse(&mut child, component, time, cancel);
    if answer.is_err() {
        // It may have ended by itself.
        let _ = child.kill();
    }
    let status =
        child.wait().map_err(|error| cannot("cannot wait for it", error))?;
    let (code, complaint) = answer?;
    if status.success() {
        Ok(code)
    } else if is_out_of_time(status) {
        Err(PluginError::CompileTime(time))
    } else if complaint.is_empty() || status.code().is_none() {
        // What a runtime says as it dies is not for users.
        Err(PluginError::Compile(format!("the compiler crashed: {status}")))
    } else {
        Err(PluginError::Compile(complaint))
    }
}

/// Whether a process was ended for having used up its time.
fn is_out_of_time(status: ExitStatus) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt as _;
        let signal = rustix::process::Signal::XCPU.as_raw();
        status.signal() == Some(signal)
    }
    #[cfg(not(unix))]
    {
        // `ERROR_NOT_ENOUGH_QUOTA`: how a job ends a process.
        status.code() == Some(1816)
    }
}

/// Gives a process the component and takes its answer and its complaint.
fn converse(
    child: &mut Child,
    component: &[u8],
    time: Duration,
    cancel: Option<&AtomicBool>,
) -> Result<(Vec<u8>, String), PluginError> {
    let lost = || PluginError::Compile("the compiler crashed".into());
    let mut input = child.stdin.take().ok_or_else(lost)?;
    let output = child.stdout.take().ok_or_else(lost)?;
    let errors = child.stderr.take().ok_or_else(lost)?;
    let component = component.to_vec();
    let (answered, answer) = mpsc::sync_channel(1);
    let (complained, complaint) = mpsc::sync_channel(1);
    // None of them outlives the process by more than a moment. Each stream
    // has one of its own: a process that cannot write to one of them would
    // never end the others.
    beside(move || {
        // Whoever does not read to the end has a complaint.
        let _ = input.write_all(&component);
    })?;
    beside(move || {
        let _ = complained.send(beginning(errors));
    })?;
    beside(move || {
        let mut code = Vec::new();
        let _ = output.take(CODE).read_to_end(&mut code);
        let complaint = complaint.recv().unwrap_or_default();
        let _ = answered.send((code, complaint));
    })?;
    let limit = time.saturating_mul(BUSY);
    let began = Instant::now();
    loop {
        match answer.recv_timeout(GLANCE.min(limit)) {
            Ok(answer) => return Ok(answer),
            Err(RecvTimeoutError::Disconnected) => return Err(lost()),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if cancel.is_some_and(|cancel| cancel.load(Relaxed)) {
            return Err(PluginError::Cancelled);
        }
        if began.elapsed() >= limit {
            return Err(PluginError::CompileTime(time));
        }
    }
}

fn beside(work: impl FnOnce() + Send + 'static) -> Result<(), PluginError> {
    let started = thread::Builder::new()
        .name("plugin-compiler".into())
        .spawn(work)
        .map_err(|error| {
            PluginError::Compile(format!("cannot start a thread: {error}"))
        });
    started.map(drop)
}

/// The beginning of a complaint, which is read to its end.
fn beginning(mut errors: impl Read) -> String {
    let mut first = Vec::new();
    let _ = errors.by_ref().take(COMPLAINT as u64).read_to_end(&mut first);
    let _ = io::copy(&mut errors, &mut io::sink());
    String::from_utf8_lossy(&first).trim().to_owned()
}

#[cfg(all(test, unix))]
mod tests;
