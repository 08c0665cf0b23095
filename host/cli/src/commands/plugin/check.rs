//! `sanchay plugin check`: whether a component can be used, and what it is.

use std::fmt::Write as _;

use clap::{Args, ValueHint};
use sanchay::{
    Algorithm, ByteRange, Engine, Pattern, Plugin, PluginSpec, Selection,
    ValueType, escaped,
};

use super::smoke_test;
use crate::{
    context::Context,
    exit::Exit,
    failure::Failure,
    options::plugin::{LimitArgs, spec},
    output::{Inputs, put},
    plugins::{load, options, read},
    progress::ProgressDisplay,
};

/// How many patterns are listed, and how many bytes of one.
const LISTED: usize = 16;

/// Check whether a component can be used as a plugin, and describe it.
///
/// The component is compiled, asked for its description, and called with
/// inputs that are easily overlooked: names of odd bytes, empty files, noise.
/// The exit code is 0 if it answers all of them, and 1 if it cannot be used.
#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// The component
    #[arg(
        id = "plugins",
        value_name = "FILE.wasm",
        value_parser = spec(),
        value_hint = ValueHint::FilePath
    )]
    plugin: PluginSpec,

    #[command(flatten)]
    limits: LimitArgs,
}

impl CheckArgs {
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let component = read(&self.plugin.path)?;
        let interrupt = context.catch_signals()?;
        let messages = context.messages(ProgressDisplay::Nothing);
        let shown = escaped(self.plugin.path.as_os_str().as_encoded_bytes());
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
            &Inputs::default(),
            description(&plugin, &component)?.as_bytes(),
        )?;
        let failures = smoke_test::run(&plugin);
        for failure in &failures {
            messages.note(format_args!("{shown}: {failure}"));
        }
        let exit = if failures.is_empty() { Exit::Done } else { Exit::No };
        Ok(exit)
    }
}

fn description(plugin: &Plugin, component: &[u8]) -> Result<String, Failure> {
    let engine = Engine::builder().threads(1).build()?;
    let digest = engine.digest(Algorithm::Sha256, component)?;
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = writeln!(text, "name     {}", plugin.name());
    let version = escaped(plugin.version().as_bytes());
    let _ = writeln!(text, "version  {version}");
    let _ = writeln!(text, "world    {}", plugin.world());
    let mut list = |heading: &str, lines: &mut dyn Iterator<Item = String>| {
        for (index, line) in lines.enumerate() {
            let heading = if index == 0 { heading } else { "" };
            let _ = writeln!(text, "{heading:8} {line}");
        }
    };
    let mut settings = plugin.settings().map(|(setting, value)| {
        let value = escaped(value.to_string().as_bytes()).to_string();
        let (key, of) = (&setting.key, setting.setting_type.described());
        format!("{key}={value}, {of}: {}", setting.docs)
    });
    list("settings", &mut settings);
    let mut columns = plugin
        .columns()
        .iter()
        .map(|column| format!("{}, {}", column.name, kind(column.value_type)));
    list("columns", &mut columns);
    list("takes", &mut plugin.selections().iter().map(taken));
    let reads = match plugin.wants_metadata() {
        _ if !plugin.columns().is_empty() => None,
        true => Some("names, sizes and times".to_owned()),
        false => Some("names".to_owned()),
    };
    list("reads", &mut reads.into_iter());
    let facts = plugin.facts();
    let facts = [
        (facts.name, "name"),
        (facts.path, "path"),
        (facts.modified, "time"),
        (facts.mode, "mode"),
    ];
    let facts: Vec<_> =
        facts.iter().filter(|it| it.0).map(|(_, what)| *what).collect();
    if !facts.is_empty() {
        list("facts", &mut std::iter::once(facts.join(", ")));
    }
    let _ = writeln!(text, "size     {} bytes", component.len());
    let _ = writeln!(text, "sha-256  {digest}");
    Ok(text)
}

/// Which files an extractor takes, and what it reads of them.
fn taken(selection: &Selection) -> String {
    let patterns = &selection.patterns;
    let first = patterns.iter().take(LISTED).map(|pattern| match pattern {
        Pattern::Every => "every file".to_owned(),
        Pattern::Extension(extension) => {
            format!(".{}", escaped(extension.as_bytes()))
        }
        Pattern::NoExtension => "files without an extension".to_owned(),
        Pattern::Name(name) => escaped(name.as_bytes()).to_string(),
        Pattern::Magic(offset, bytes) => {
            let first = bytes.iter().take(LISTED);
            let bytes: String =
                first.map(|byte| format!("{byte:02x}")).collect();
            format!("files with {bytes} at {offset}")
        }
        _ => "others".to_owned(),
    });
    let mut taken = first.collect::<Vec<_>>().join(" ");
    if let more @ 1.. = patterns.len().saturating_sub(LISTED) {
        let _ = write!(taken, " and {more} more");
    }
    let reads = match selection.byte_range {
        ByteRange::Nothing => "nothing of them".to_owned(),
        ByteRange::Head(bytes) => format!("the first {bytes} bytes"),
        ByteRange::Tail(bytes) => format!("the last {bytes} bytes"),
        ByteRange::Both(head, tail) => {
            format!("the first {head} and the last {tail} bytes")
        }
        ByteRange::Whole(bytes) => {
            format!("all of those of at most {bytes} bytes")
        }
    };
    format!("{taken}: {reads}")
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
