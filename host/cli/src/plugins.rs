//! Loads the plugins of a run: reads them, compiles them in a process that can
//! be killed, caches the result, and rejects equal names.

use std::{collections::HashMap, path::Path};

use sanchay::{
    Compiler, Engine, Error, Filter, Limits, Plugin, PluginError,
    PluginOptions, PluginSpec, Plugins, plugin_cache, read_component,
};

use crate::{
    failure::Failure,
    itself,
    options::plugin::{LimitArgs, PluginArgs},
    signals::Interrupt,
};

/// Loads the plugins for the engine's workers. `silent` is an option with
/// which no values are printed: an extractor would work in vain, unless the
/// filter tests what it tells.
pub(crate) fn load_all(
    arguments: &PluginArgs,
    filter: &Filter,
    engine: &Engine,
    interrupt: &Interrupt,
    silent: Option<&'static str>,
) -> Result<Plugins, Failure> {
    let options = options(&arguments.limits, engine.workers(), interrupt);
    let specs = &arguments.plugins;
    let mut plugins: Vec<(&Path, Plugin)> = Vec::with_capacity(specs.len());
    for spec in specs {
        let component = read(&spec.path)?;
        let plugin = load(spec, &component, &options)?;
        plugins.push((&spec.path, plugin));
    }
    if let Some(option) = silent {
        plugins = heard(plugins, filter, option, arguments.configured)?;
    }
    check_distinct_names(&plugins)?;
    let plugins = plugins.into_iter().map(|(_, plugin)| plugin);
    Ok(Plugins::new(plugins.collect())?)
}

/// The plugins of a run that prints no values: extractors are among them whose
/// columns the filter tests. Others are refused, or left out if they are
/// configured.
fn heard<'p>(
    plugins: Vec<(&'p Path, Plugin)>,
    filter: &Filter,
    option: &'static str,
    configured: bool,
) -> Result<Vec<(&'p Path, Plugin)>, Failure> {
    let is_mute = |plugin: &Plugin| plugin.columns().is_empty();
    if plugins.iter().all(|(_, plugin)| is_mute(plugin)) {
        return Ok(plugins);
    }
    let columns = plugins.iter().flat_map(|(_, plugin)| plugin.columns());
    let columns = columns.map(|it| (it.name.to_string(), it.value_type));
    let program = filter.program_with(&columns.collect());
    let program = program.map_err(Error::Filter)?;
    let tested: Vec<&str> =
        program.slots().into_iter().map(|(_, name)| name).collect();
    let mut heard = Vec::with_capacity(plugins.len());
    for (path, plugin) in plugins {
        let columns = &mut plugin.columns().iter();
        let is_tested = columns.any(|it| tested.contains(&&*it.name));
        if is_mute(&plugin) || is_tested {
            heard.push((path, plugin));
        } else if configured {
            tracing::debug!(?path, option, "extractor left out");
        } else {
            let path = path.to_owned();
            return Err(Failure::UnprintedValues { path, option });
        }
    }
    Ok(heard)
}

/// Makes a plugin of the component in a file.
pub(crate) fn load(
    spec: &PluginSpec,
    component: &[u8],
    options: &PluginOptions,
) -> Result<Plugin, Failure> {
    spec.load(component, options).map_err(|why| match why {
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
    if let Some(program) = itself::program() {
        let program = program.cancel(interrupt.flag());
        options.compiler = Compiler::Program(program);
    }
    options.cache = plugin_cache();
    options
}

/// Reads a component.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    read_component(path).map_err(|source| Failure::PluginFile {
        path: path.to_owned(),
        source,
    })
}

/// Sees to it that a message or a column leads to one plugin.
fn check_distinct_names(plugins: &[(&Path, Plugin)]) -> Result<(), Failure> {
    let mut names = HashMap::new();
    for (path, plugin) in plugins {
        if let Some(first) = names.insert(plugin.name(), *path) {
            return Err(Failure::SameName {
                name: plugin.name().to_owned(),
                first: first.to_owned(),
                second: (*path).to_owned(),
            });
        }
    }
    Ok(())
}
