//! Loads the plugins of a run: reads them, compiles them in a process that can
//! be killed, caches the result, and rejects equal names.

use std::{
    collections::HashMap,
    env,
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use sanchay::{
    Compiler, Engine, Error, Limits, Plugin, PluginError, PluginOptions,
    Plugins,
};

use crate::{
    failure::Failure,
    options::plugin::{LimitArgs, PluginArgs, PluginSpec},
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
    let specs = &arguments.plugins;
    let mut plugins = Vec::with_capacity(specs.len());
    for spec in specs {
        let component = read(&spec.path)?;
        let plugin = load(spec, &component, &options)?;
        match silent {
            Some(option) if !plugin.columns().is_empty() => {
                let path = spec.path.clone();
                return Err(Failure::UnprintedValues { path, option });
            }
            _ => plugins.push(plugin),
        }
    }
    check_distinct_names(specs, &plugins)?;
    Ok(Plugins::new(plugins)?)
}

/// Makes a plugin of the component in a file.
pub(crate) fn load(
    spec: &PluginSpec,
    component: &[u8],
    options: &PluginOptions,
) -> Result<Plugin, Failure> {
    let mut options = options.clone();
    options.digest = spec.digest;
    options.name.clone_from(&spec.name);
    options.settings.clone_from(&spec.settings);
    Plugin::load(component, &options).map_err(|why| match why {
        PluginError::Cancelled => Error::Cancelled.into(),
        why => Failure::Plugin { path: spec.path.clone(), why: Box::new(why) },
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

/// Sees to it that a message or a column leads to one plugin.
fn check_distinct_names(
    specs: &[PluginSpec],
    plugins: &[Plugin],
) -> Result<(), Failure> {
    let mut names = HashMap::new();
    for (spec, plugin) in specs.iter().zip(plugins) {
        if let Some(first) = names.insert(plugin.name(), &spec.path) {
            return Err(Failure::SameName {
                name: plugin.name().to_owned(),
                first: first.clone(),
                second: spec.path.clone(),
            });
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
