//! Taking in the plugins of a run: read, compiled by a process that can be
//! ended, kept for the next time, and told apart.

use std::{
    collections::HashMap,
    env,
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use sanchay::{
    Compiler, Engine, Error, Limits, Plugin, PluginError, PluginOptions,
    Plugins, escaped,
};

use crate::{
    failure::Failure,
    options::plugin::{LimitArgs, PluginArgs},
    signals::Interrupt,
};

/// More of a file is not read: no plugin is so large.
const LARGEST: u64 = 64 << 20;

/// Loads the plugins for the engine's workers. `silent` is an option with
/// which no values are printed: an extractor would work in vain.
pub(crate) fn load_all(
    arguments: &PluginArgs,
    engine: &Engine,
    interrupt: &Interrupt,
    silent: Option<&'static str>,
) -> Result<Plugins, Failure> {
    let options = options(&arguments.limits, engine.workers(), interrupt);
    let paths = &arguments.plugins;
    let mut plugins = Vec::with_capacity(paths.len());
    for path in paths {
        let component = read(path)?;
        let plugin = load(path, &component, &options)?;
        match silent {
            Some(option) if !plugin.columns().is_empty() => {
                let path = path.clone();
                return Err(Failure::UnprintedValues { path, option });
            }
            _ => plugins.push(plugin),
        }
    }
    tell_apart(paths, &mut plugins)?;
    Ok(Plugins::new(plugins)?)
}

/// Makes a plugin of the component in a file.
pub(crate) fn load(
    path: &Path,
    component: &[u8],
    options: &PluginOptions,
) -> Result<Plugin, Failure> {
    Plugin::load(component, options).map_err(|why| match why {
        PluginError::Cancelled => Error::Cancelled.into(),
        why => Failure::Plugin { path: path.to_owned(), why: Box::new(why) },
    })
}

/// How plugins are loaded.
pub(crate) fn options(
    limits: &LimitArgs,
    instances: usize,
    interrupt: &Interrupt,
) -> PluginOptions {
    let mut options = PluginOptions::default();
    let bytes = |size| usize::try_from(size).unwrap_or(usize::MAX);
    let count = |count| usize::try_from(count).unwrap_or(0);
    options.limits = Limits::of_plugins()
        .memory(bytes(limits.plugin_memory))
        .call_budget(limits.plugin_time)
        .answer(bytes(limits.plugin_output))
        .handles(count(limits.plugin_handles))
        .core_instances(count(limits.plugin_instances));
    options.instances = instances;
    options.compile_time = limits.plugin_compile_time;
    if let Ok(program) = env::current_exe() {
        let cancel = interrupt.flag();
        options.compiler = Compiler::CancellableProgram { program, cancel };
    }
    options.cache = cache();
    options
}

/// Reads a component.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut component = Vec::new();
    let read = File::open(path)
        .and_then(|file| file.take(LARGEST).read_to_end(&mut component));
    match read {
        Ok(_) => Ok(component),
        Err(source) => {
            Err(Failure::PluginFile { path: path.to_owned(), source })
        }
    }
}

/// Sees to it that a message or a column leads to one file: plugins of one
/// name are called by their files as well, and no two fill one column.
fn tell_apart(
    paths: &[PathBuf],
    plugins: &mut [Plugin],
) -> Result<(), Failure> {
    let mut columns = HashMap::new();
    let mut names = HashMap::new();
    for (path, plugin) in paths.iter().zip(&*plugins) {
        *names.entry(plugin.name().to_owned()).or_insert(0_usize) += 1;
        for column in plugin.columns() {
            let other = columns.insert(column.name.clone(), path);
            if let Some(other) = other {
                return Err(Failure::SameColumn {
                    column: column.name.clone(),
                    first: other.clone(),
                    second: path.clone(),
                });
            }
        }
    }
    for (path, plugin) in paths.iter().zip(plugins) {
        if names.get(plugin.name()).is_some_and(|count| *count > 1) {
            let file = escaped(path.as_os_str().as_encoded_bytes());
            plugin.set_name(format!("{} ({file})", plugin.name()));
        }
    }
    Ok(())
}

/// Where compiled plugins are kept: below the user's folder of caches (the
/// XDG base directories).
fn cache() -> Option<PathBuf> {
    let absolute = |name| {
        let path = PathBuf::from(env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    let caches = absolute("XDG_CACHE_HOME")
        .or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    Some(caches.join("sanchay/plugins"))
}
