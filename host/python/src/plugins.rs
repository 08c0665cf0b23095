//! Plugins as a call names them. They are loaded when the call's engine is
//! known, which says how many instances there will be.

use std::{
    ffi::OsString,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use pyo3::{exceptions::PyValueError, intern, prelude::*};
use sanchay::{
    Compiler, CompilerProgram, Engine, PluginError, PluginOptions, PluginSpec,
    Plugins, escaped, plugin_cache, read_component,
};
use sanchay_names::OsStringExt as _;

use crate::{failure, names};

/// What one can be.
const ONE: &str = "a plugin: FILE[@sha256:HEX][,name=NAME][,KEY=VALUE]...";

/// How often it looks for signals while a plugin is compiled.
const LOOK: Duration = Duration::from_millis(5);

/// One plugin or several, as the program's option takes them.
///
/// # Errors
/// `ValueError` for what names none; `TypeError` for what is no name.
pub(crate) fn specs(
    option: &str,
    given: &Bound<'_, PyAny>,
) -> PyResult<Vec<PluginSpec>> {
    let all = if names::is_name(given)? {
        vec![names::named(option, ONE, given)?]
    } else {
        names::several(option, "a plugin or several", given)?
            .map(|one| names::named(option, ONE, &one?))
            .collect::<PyResult<_>>()?
    };
    let spec = |text: Vec<u8>| {
        PluginSpec::parse(OsString::from_vec(text))
            .map_err(|why| PyValueError::new_err(format!("{option}: {why}")))
    };
    all.into_iter().map(spec).collect()
}

/// Loads plugins for an engine. Compiling one takes up to some seconds, in a
/// process of its own.
///
/// # Errors
/// The `OSError` of a file that cannot be read; `ValueError` for a component
/// that is refused; what a signal handler raises.
pub(crate) fn load(
    py: Python<'_>,
    specs: &[PluginSpec],
    engine: &Engine,
) -> PyResult<Plugins> {
    if specs.is_empty() {
        return Ok(Plugins::default());
    }
    let cancel = Arc::new(AtomicBool::new(false));
    let mut options = PluginOptions::default();
    options.instances = engine.workers();
    options.cache = plugin_cache();
    options.compiler =
        Compiler::Program(compiler(py)?.cancel(Arc::clone(&cancel)));
    let mut plugins = Vec::with_capacity(specs.len());
    for spec in specs {
        let component = read_component(&spec.path)
            .map_err(|error| failure::of_system(py, &spec.path, &error))?;
        let plugin =
            interruptible(py, &cancel, || spec.load(&component, &options))?;
        plugins.push(plugin.map_err(|why| refused(spec, &why))?);
    }
    Plugins::new(plugins).map_err(|error| failure::of_run(&error))
}

/// The program that compiles: an interpreter with the extension module.
fn compiler(py: Python<'_>) -> PyResult<CompilerProgram> {
    let command: Vec<Vec<u8>> = py
        .import(intern!(py, "sanchay._itself"))?
        .call_method0(intern!(py, "command"))?
        .extract()?;
    let mut words = command.into_iter().map(OsString::from_vec);
    let program = words.next().unwrap_or_default();
    Ok(CompilerProgram::new(program).arguments(words))
}

fn refused(spec: &PluginSpec, why: &PluginError) -> PyErr {
    let path = escaped(spec.path.as_os_str().as_encoded_bytes());
    PyValueError::new_err(format!("plugin: {path}: {why}"))
}

/// Does something in another thread, and looks for signals meanwhile. One
/// whose handler raises sets the flag.
fn interruptible<T: Send>(
    py: Python<'_>,
    cancel: &AtomicBool,
    work: impl FnOnce() -> T + Send,
) -> PyResult<T> {
    thread::scope(|scope| {
        let working = scope.spawn(work);
        let mut signals = Ok(());
        while !working.is_finished() {
            py.detach(|| thread::sleep(LOOK));
            if signals.is_ok() {
                signals = py.check_signals();
                cancel.store(signals.is_err(), Relaxed);
            }
        }
        let done = working.join();
        signals?;
        done.map_err(|_| failure::of_panic("loading a plugin panicked"))
    })
}
