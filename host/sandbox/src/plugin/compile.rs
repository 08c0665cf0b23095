//! Compiling an untrusted component in bounded time.
//!
//! A compiler cannot be interrupted. What bounds it is either a process of
//! its own, which is ended, or a thread of its own, which is left to itself:
//! what was validated comes to an end some time.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use sanchay_sandbox_config::{self as config, Layout};
use wasmtime::{Engine, Error};

use super::error::COMPLAINT;
use super::{PluginError, process};

/// How much of a thread's stack the compiler may use: its recursion goes as
/// deep as what it compiles. Only what is used is taken.
const STACK: usize = 64 << 20;

/// Who compiles plugins.
///
/// **For untrusted components, have a program do it.** A compiler is large,
/// and made for code that means well. In a process of its own whatever goes
/// wrong in it, however much memory and time it takes, costs the plugin.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Compiler {
    /// A thread of this process: the default, since a library has no program
    /// to call, and for components that are trusted not to attack a compiler.
    /// What is known to break one is refused before (functions, types and
    /// nesting beyond bounds), but its memory has no bound, and where it runs
    /// out of that or of stack, **this process ends**. If it takes too long,
    /// it goes on until it is done, and nobody waits for it.
    #[default]
    Thread,
    /// A process of its own.
    Program(CompilerProgram),
}

/// A program that compiles plugins. It is called with the words `plugin
/// compile --seconds N`, and `--compact` where memory must not be reserved; it
/// gets the component on its standard input and writes what [`compile_for`]
/// returns to its standard output. It ends itself after so many seconds of a
/// processor's time, and is ended if it does not answer in several times as
/// many. The program `sanchay` is one.
#[derive(Clone, Debug)]
pub struct CompilerProgram {
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<OsString>,
    pub(super) cancel: Option<Arc<AtomicBool>>,
}

impl CompilerProgram {
    /// The program at a path.
    #[must_use]
    pub fn new(program: impl Into<PathBuf>) -> Self {
        let (arguments, cancel) = (Vec::new(), None);
        Self { program: program.into(), arguments, cancel }
    }

    /// With arguments before the words.
    #[must_use]
    pub fn arguments(
        mut self,
        arguments: impl IntoIterator<Item = OsString>,
    ) -> Self {
        self.arguments = arguments.into_iter().collect();
        self
    }

    /// Ended when this becomes true: the plugin is then refused with
    /// [`PluginError::Cancelled`].
    #[must_use]
    pub fn cancel(mut self, cancel: Arc<AtomicBool>) -> Self {
        self.cancel = Some(cancel);
        self
    }
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
                process::compile(program, component, layout, time)
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

/// The beginning of what a compiler says, which quotes names at any length.
pub(super) fn unusable(error: Error) -> PluginError {
    let mut why = format!("{error:#}");
    why.truncate(why.floor_char_boundary(COMPLAINT));
    PluginError::Compile(why)
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
        .stack_size(STACK)
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
