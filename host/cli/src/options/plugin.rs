//! Plugins and what they may use: the options that scan, hash and dupes
//! share, and those of the commands about plugins.

use std::{path::PathBuf, time::Duration};

use clap::{
    Args, ValueHint,
    builder::{OsStringValueParser, TypedValueParser},
    value_parser,
};

use sanchay::PluginSpec;
use sanchay_core::size;

/// The id of the option that names them.
pub(crate) const ID: &str = "plugins";

/// The options' ids, where all of them contradict another one: a group that
/// holds a group has no members of its own.
pub(crate) const IDS: [&str; 7] = [
    ID,
    "plugin_memory",
    "plugin_time",
    "plugin_output",
    "plugin_handles",
    "plugin_instances",
    "plugin_compile_time",
];

/// Components of the user's own.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
#[command(next_help_heading = "Plugins")]
pub(crate) struct PluginArgs {
    /// Use the component in FILE.wasm as a filter or an extractor; repeatable
    ///
    /// A filter decides which of the entries that pass the other options are
    /// wanted. An extractor gets the bytes that it asks for from the files
    /// that it takes, and its values become columns, which --where can test
    /// (images.width > 4000). Both run in a sandbox: all they can do is answer. FILE may be followed by @sha256:HEX, the
    /// digest that it must have, then by ,name=NAME, another name for the
    /// plugin, and by its settings, ,KEY=VALUE. sanchay plugin --help says how
    /// to make one.
    #[arg(
        long = "plugin",
        value_name = "FILE.wasm",
        value_parser = spec(),
        value_hint = ValueHint::FilePath
    )]
    pub(crate) plugins: Vec<PluginSpec>,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,

    /// Whether they are configured, and not given: then those that this run
    /// has no use for are left out.
    #[arg(skip)]
    pub(crate) configured: bool,
}

impl PluginArgs {
    /// The plugins' files.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        self.plugins.iter().map(|it| it.path.clone()).collect()
    }
}

/// A folder as it stands before the file's name in the option's value.
pub(crate) fn folder_of_spec(folder: &[u8]) -> Vec<u8> {
    let commas = folder.split_inclusive(|byte| *byte == b',');
    let double = |part: &[u8]| match part.last() {
        Some(b',') => [part, b","].concat(),
        _ => part.to_vec(),
    };
    commas.flat_map(double).collect()
}

/// The parser of what names a plugin.
pub(crate) fn spec() -> impl TypedValueParser<Value = PluginSpec> {
    OsStringValueParser::new().try_map(PluginSpec::parse)
}

/// What each plugin may use. The argument or option that names the plugins
/// has the id `plugins`.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(next_help_heading = "Plugins")]
pub(crate) struct LimitArgs {
    /// Memory limit of each instance of a plugin
    #[arg(
        long,
        value_name = "SIZE",
        default_value = "64MiB",
        value_parser = memory,
        requires = "plugins",
        hide_short_help = true
    )]
    pub(crate) plugin_memory: u64,

    /// CPU time limit of a call into a plugin (100ms, 2s)
    #[arg(
        long,
        value_name = "TIME",
        default_value = "100ms",
        value_parser = time,
        requires = "plugins",
        hide_short_help = true
    )]
    pub(crate) plugin_time: Duration,

    /// Size limit of the answer to a call
    #[arg(
        long,
        value_name = "SIZE",
        default_value = "1MiB",
        value_parser = size::parse,
        requires = "plugins",
        hide_short_help = true
    )]
    pub(crate) plugin_output: u64,

    /// How many resource handles a plugin may hold
    #[arg(
        long,
        value_name = "N",
        default_value = "64",
        value_parser = value_parser!(u32).range(0..=1_000_000),
        requires = "plugins",
        hide_short_help = true
    )]
    pub(crate) plugin_handles: u32,

    /// How many core instances a plugin may consist of
    #[arg(
        long,
        value_name = "N",
        default_value = "64",
        value_parser = value_parser!(u32).range(1..=10_000),
        requires = "plugins",
        hide_short_help = true
    )]
    pub(crate) plugin_instances: u32,

    /// CPU time limit for compiling a plugin
    #[arg(
        long,
        value_name = "TIME",
        default_value = "60s",
        value_parser = time,
        requires = "plugins",
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
            plugin_instances: 64,
            plugin_compile_time: Duration::from_secs(60),
        }
    }
}

/// A duration of more than zero.
fn time(text: &str) -> Result<Duration, String> {
    let wrong = "expected a time such as 100ms, 2s or 1m";
    let span: jiff::SignedDuration =
        text.parse().map_err(|_| wrong.to_owned())?;
    let span = Duration::try_from(span).map_err(|_| wrong.to_owned())?;
    match span.is_zero() {
        true => Err("a time must be more than zero".to_owned()),
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
