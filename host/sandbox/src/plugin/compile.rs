//! Compiling a stranger's component in bounded time.
//!
//! A compiler cannot be interrupted. What bounds it is either a process of
//! its own, which is ended, or a thread of its own, which is left to itself:
//! what was screened comes to an end some time.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use wasmtime::{Engine, Error};

use super::PluginError;
use crate::engine::config::{self, Layout};

/// The most machine code that is taken of another process, in bytes.
const CODE: u64 = 512 << 20;

/// A machine that is busy gives a process that much less of its time.
const BUSY: u32 = 8;

/// How much of another process's complaint is told, in bytes.
const COMPLAINT: u64 = 4096;

/// Who compiles plugins.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Compiler {
    /// A thread of this process. If it takes too long, it goes on until it is
    /// done, and nobody waits for it.
    #[default]
    Thread,
    /// A process: this program is called with the words `plugin compile
    /// --seconds N`, and `--compact` where memory must not be reserved; it
    /// gets the component on its standard input and writes what
    /// [`compile_for`] returns to its standard output. It ends itself after
    /// so many seconds of a processor's time, and is ended if it does not
    /// answer in several times as many. The program `sanchay` is one.
    Program(PathBuf),
}

impl Compiler {
    pub(super) fn compile(
        &self,
        component: &[u8],
        layout: Layout,
        time: Duration,
    ) -> Result<Vec<u8>, PluginError> {
        match self {
            Self::Thread => in_thread(component, layout, time),
            Self::Program(program) => {
                by_program(program, component, layout, time)
            }
        }
    }
}

/// Compiles a component for this processor, in as much time as that takes:
/// what a program for [`Compiler::Program`] does. Machine code that is
/// `compact` does without four gigabytes of address space.
///
/// # Errors
///
/// [`PluginError::Compile`] with what is wrong with the component.
pub fn compile_for(
    component: &[u8],
    compact: bool,
) -> Result<Vec<u8>, PluginError> {
    let layout = if compact { Layout::Compact } else { Layout::Reserved };
    Engine::new(&config::shared(layout))
        .and_then(|engine| engine.precompile_component(component))
        .map_err(unusable)
}

pub(super) fn unusable(error: Error) -> PluginError {
    PluginError::Compile(format!("{error:#}"))
}

fn in_thread(
    component: &[u8],
    layout: Layout,
    time: Duration,
) -> Result<Vec<u8>, PluginError> {
    let (sender, receiver) = mpsc::sync_channel(1);
    let component = component.to_vec();
    thread::Builder::new()
        .name("plugin-compiler".into())
        .spawn(move || {
            let compact = layout == Layout::Compact;
            // Nobody may be waiting any more.
            let _ = sender.send(compile_for(&component, compact));
        })
        .map_err(|error| {
            PluginError::Compile(format!("cannot start a thread: {error}"))
        })?;
    receiver.recv_timeout(time).map_err(|error| match error {
        RecvTimeoutError::Timeout => PluginError::CompileTime(time),
        RecvTimeoutError::Disconnected => {
            PluginError::Compile("the compiler crashed".into())
        }
    })?
}

fn by_program(
    program: &Path,
    component: &[u8],
    layout: Layout,
    time: Duration,
) -> Result<Vec<u8>, PluginError> {
    let cannot = |what: &str, error: std::io::Error| {
        let program = program.display();
        PluginError::Compile(format!("{program}: {what}: {error}"))
    };
    let mut command = Command::new(program);
    let seconds = time.as_secs_f64().ceil().max(1.0);
    command.args(["plugin", "compile", "--seconds"]);
    command.arg(seconds.to_string());
    if layout == Layout::Compact {
        command.arg("--compact");
    }
    let mut child = command
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| cannot("cannot run it", error))?;
    let patience = time.saturating_mul(BUSY);
    let answer = converse(&mut child, component, patience);
    if answer.is_none() {
        // It may have ended by itself.
        let _ = child.kill();
    }
    let status =
        child.wait().map_err(|error| cannot("cannot wait for it", error))?;
    match answer {
        None => Err(PluginError::CompileTime(time)),
        Some(_) if is_out_of_time(status) => {
            Err(PluginError::CompileTime(time))
        }
        Some((code, _)) if status.success() => Ok(code),
        Some((_, complaint)) if complaint.is_empty() => {
            Err(PluginError::Compile(format!("the compiler ended: {status}")))
        }
        Some((_, complaint)) => Err(PluginError::Compile(complaint)),
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
        let _ = status;
        false
    }
}

/// Gives a process the component and takes its answer and its complaint;
/// `None` if that takes too long.
fn converse(
    child: &mut Child,
    component: &[u8],
    time: Duration,
) -> Option<(Vec<u8>, String)> {
    let (sender, receiver) = mpsc::sync_channel(1);
    let input = child.stdin.take();
    let (output, errors) = (child.stdout.take()?, child.stderr.take()?);
    let component = component.to_vec();
    // Neither outlives the process by more than a moment.
    thread::spawn(move || {
        if let Some(mut input) = input {
            // Whoever does not read to the end has a complaint.
            let _ = input.write_all(&component);
        }
    });
    thread::spawn(move || {
        let (mut code, mut complaint) = (Vec::new(), Vec::new());
        let _ = output.take(CODE).read_to_end(&mut code);
        let _ = errors.take(COMPLAINT).read_to_end(&mut complaint);
        let complaint = String::from_utf8_lossy(&complaint).trim().to_owned();
        let _ = sender.send((code, complaint));
    });
    receiver.recv_timeout(time).ok()
}
