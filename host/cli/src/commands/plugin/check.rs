//! `sanchay plugin check`: whether a component can be used, and what it is.

use std::{fmt::Write as _, path::PathBuf};

use clap::Args;
use sanchay::{
    Algorithm, Engine, EngineOptions, Plugin, Portion, ValueType, escaped,
};

use super::trials;
use crate::{
    context::Context,
    exit::Exit,
    failure::Failure,
    options::plugin::LimitArgs,
    output::{Inputs, put},
    plugins::{load, options, read},
};

/// Tell whether a component can be used as a plugin, and what it is.
///
/// It is compiled, asked what it is, and called with some inputs that real
/// trees have and no one thinks of: names of odd bytes, empty files, noise.
/// The exit code is 0 if it answers all of them, and 1 if it cannot be used.
#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// The component
    #[arg(id = "plugins", value_name = "FILE.wasm")]
    plugin: PathBuf,

    #[command(flatten)]
    limits: LimitArgs,
}

impl CheckArgs {
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let component = read(&self.plugin)?;
        let interrupt = context.catch_signals()?;
        let messages = context.messages(false, false);
        let shown = escaped(self.plugin.as_os_str().as_encoded_bytes());
        let options = options(&self.limits, 1, &interrupt);
        let plugin = match load(&self.plugin, &component, &options) {
            Ok(plugin) => plugin,
            Err(refused @ Failure::Plugin { .. }) => {
                messages.note(refused);
                return Ok(Exit::No);
            }
            Err(failure) => return Err(failure),
        };
        put(
            None,
            Inputs::default(),
            description(&plugin, &component)?.as_bytes(),
        )?;
        let failures = trials::run(&plugin);
        for failure in &failures {
            messages.note(format_args!("{shown}: {failure}"));
        }
        let exit = if failures.is_empty() { Exit::Done } else { Exit::No };
        Ok(exit)
    }
}

fn description(plugin: &Plugin, component: &[u8]) -> Result<String, Failure> {
    let mut options = EngineOptions::default();
    options.threads = Some(1);
    let engine = Engine::new(options)?;
    let digest = engine.digest(Algorithm::Sha256, component)?;
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = writeln!(text, "name     {}", plugin.name());
    let version = escaped(plugin.version().as_bytes());
    let _ = writeln!(text, "version  {version}");
    let _ = writeln!(text, "world    {}", plugin.world());
    for (index, column) in plugin.columns().iter().enumerate() {
        let heading = if index == 0 { "columns" } else { "" };
        let (name, of) = (&column.name, kind(column.value_type));
        let _ = writeln!(text, "{heading:8} plugin.{name}, {of}");
    }
    let reads = match plugin.portion() {
        _ if plugin.wants_metadata() => "names, sizes and times".to_owned(),
        Portion::Nothing if plugin.columns().is_empty() => "names".to_owned(),
        Portion::Nothing => "names, sizes and times".to_owned(),
        Portion::Head(bytes) => format!("the first {bytes} bytes"),
        Portion::Tail(bytes) => format!("the last {bytes} bytes"),
        Portion::Both(head, tail) => {
            format!("the first {head} and the last {tail} bytes")
        }
        Portion::Whole(bytes) => {
            format!("all of files of at most {bytes} bytes")
        }
    };
    let _ = writeln!(text, "reads    {reads}");
    let _ = writeln!(text, "size     {} bytes", component.len());
    let _ = writeln!(text, "sha-256  {digest}");
    Ok(text)
}

fn kind(value_type: ValueType) -> &'static str {
    match value_type {
        ValueType::Boolean => "true or false",
        ValueType::Signed => "a whole number",
        ValueType::Unsigned => "a whole number, not negative",
        ValueType::Float => "a number",
        ValueType::Text => "text",
        ValueType::Bytes => "bytes (base64)",
        ValueType::Timestamp => "a time (RFC 3339)",
        _ => "a value",
    }
}
