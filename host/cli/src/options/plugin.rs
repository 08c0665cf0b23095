//! Plugins and what they may use: the options that scan, hash and dupes
//! share, and those of the commands about plugins.

use std::{
    env,
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{Args, value_parser};
use sanchay::{
    Compiler, Engine, Limits, Plugin, PluginError, PluginOptions, Plugins,
};

use super::size;
use crate::failure::Failure;

/// More of a file is not read: no plugin is so large.
const LARGEST: u64 = 64 << 20;

/// Components of the user's own.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
#[command(next_help_heading = "Plugins")]
pub(crate) struct PluginArgs {
    /// Use the component in FILE.wasm as a filter or an extractor; repeatable
    ///
    /// A filter judges what the other options let through. An extractor gets
    /// the bytes that it asks for of each file that it knows, and its values
    /// become columns. Both run in a cage: they can do nothing but answer.
    /// sanchay plugin --help tells how to make one.
    #[arg(long = "plugin", value_name = "FILE.wasm")]
    pub(crate) plugins: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

/// What each plugin may use.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(next_help_heading = "Plugins")]
pub(crate) struct LimitArgs {
    /// How much memory each instance of a plugin may have
    #[arg(
        long,
        value_name = "SIZE",
        default_value = "64MiB",
        value_parser = memory,
        hide_short_help = true
    )]
    pub(crate) plugin_memory: u64,

    /// How long a plugin may take for a call (100ms, 2s)
    #[arg(
        long,
        value_name = "TIME",
        default_value = "100ms",
        value_parser = time,
        hide_short_help = true
    )]
    pub(crate) plugin_time: Duration,

    /// How large the answer to a call may be
    #[arg(
        long,
        value_name = "SIZE",
        default_value = "1MiB",
        value_parser = size::parse,
        hide_short_help = true
    )]
    pub(crate) plugin_output: u64,

    /// How many handles to resources a plugin may hold
    #[arg(
        long,
        value_name = "N",
        default_value = "64",
        value_parser = value_parser!(u32).range(0..=1_000_000),
        hide_short_help = true
    )]
    pub(crate) plugin_handles: u32,

    /// How much of a processor's time compiling a plugin may take
    #[arg(
        long,
        value_name = "TIME",
        default_value = "60s",
        value_parser = time,
        hide_short_help = true
    )]
    pub(crate) plugin_compile_time: Duration,
}

impl Default for LimitArgs {
    /// The defaults of the command line.
    fn default() -> Self {
        Self {
            plugin_memory: 64 << 20,
            plugin_time: Duration::from_millis(100),
            plugin_output: 1 << 20,
            plugin_handles: 64,
            plugin_compile_time: Duration::from_secs(60),
        }
    }
}

impl PluginArgs {
    /// Loads the plugins for the engine's workers.
    pub(crate) fn load(&self, engine: &Engine) -> Result<Plugins, Failure> {
        let options = self.limits.options(engine.workers());
        let load = |path: &PathBuf| load(path, &options);
        let plugins = self.plugins.iter().map(load);
        let plugins = plugins.collect::<Result<Vec<_>, _>>()?;
        Ok(Plugins::new(plugins)?)
    }
}

impl LimitArgs {
    /// How plugins are loaded: compiled by a process that can be ended, and
    /// kept for the next time.
    pub(crate) fn options(&self, instances: usize) -> PluginOptions {
        let bytes = |size| usize::try_from(size).unwrap_or(usize::MAX);
        let limits = Limits::of_plugins()
            .memory(bytes(self.plugin_memory))
            .call_budget(self.plugin_time)
            .answer(bytes(self.plugin_output))
            .handles(usize::try_from(self.plugin_handles).unwrap_or(0));
        let mut options = PluginOptions::default();
        options.limits = limits;
        options.instances = instances;
        options.compile_time = self.plugin_compile_time;
        if let Ok(program) = env::current_exe() {
            options.compiler = Compiler::Program(program);
        }
        options.cache = cache();
        options
    }
}

/// Loads a plugin.
pub(crate) fn load(
    path: &Path,
    options: &PluginOptions,
) -> Result<Plugin, Failure> {
    let component = read(path)?;
    Plugin::load(&component, options).map_err(|why| Failure::Plugin {
        path: path.to_owned(),
        why: Box::new(why),
    })
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

/// A span of time that is more than none.
fn time(text: &str) -> Result<Duration, String> {
    let wrong = "expected a time such as 100ms, 2s or 1m";
    let span: jiff::SignedDuration =
        text.parse().map_err(|_| wrong.to_owned())?;
    let span = Duration::try_from(span).map_err(|_| wrong.to_owned())?;
    match span.is_zero() {
        true => Err("a time must be more than none".to_owned()),
        false => Ok(span),
    }
}

/// An amount of memory that 32 bits can address.
fn memory(text: &str) -> Result<u64, String> {
    let bytes = size::parse(text)?;
    match bytes {
        65_536..=0x1_0000_0000 => Ok(bytes),
        _ => Err("memory is from 64KiB to 4GiB".to_owned()),
    }
}

/// What is said where a plugin is refused.
pub(crate) fn refusal(error: &PluginError) -> String {
    format!("cannot use it as a plugin: {error}")
}

/// The words of an error without the system's number.
pub(crate) fn unreadable(error: &io::Error) -> String {
    format!("cannot read the plugin: {}", crate::failure::plain(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_memory_have_units_and_bounds() {
        assert_eq!(time("100ms"), Ok(Duration::from_millis(100)));
        assert_eq!(time("2s"), Ok(Duration::from_secs(2)));
        for wrong in ["", "5", "0s", "-1s", "1 parsec"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
        assert_eq!(memory("64KiB"), Ok(65_536));
        for wrong in ["0", "65535", "5GiB", "x"] {
            assert!(memory(wrong).is_err(), "{wrong}");
        }
    }
}
