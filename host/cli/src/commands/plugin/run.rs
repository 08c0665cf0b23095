//! `sanchay plugin run`: a plugin, tried on files.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use clap::{Args, ValueHint};
use sanchay::{
    Cause, Engine, EntryKind, Error, NameBatch, Plugin, PluginFilter,
    PluginSpec, Plugins, ScanEvent, WalkOptions, escaped,
};
use sanchay_core::record::{RecordKind, Row, Verdict};
use sanchay_output::TextOptions;

use crate::{
    context::Context,
    exit::{self, Exit},
    failure::Failure,
    faults,
    messages::Messages,
    options::{
        output::OutputArgs,
        plugin::{LimitArgs, spec},
    },
    output::{Inputs, Output, RecordWriter, Request},
    plugins::{load, options, read},
    progress::ProgressDisplay,
    signals::Interrupt,
};

/// Try a plugin on files.
///
/// For an extractor, this prints its values as sanchay scan --plugin does.
/// For a filter, it prints wanted or unwanted, a tab, and the path of each
/// file; other formats have the fields path and verdict. The exit code is that
/// of sanchay scan. If the plugin crashes, -v names the functions that were
/// running.
#[derive(Args, Debug)]
pub(crate) struct RunArgs {
    /// The component
    #[arg(
        id = "plugins",
        value_name = "PLUGIN.wasm",
        value_parser = spec(),
        value_hint = ValueHint::FilePath
    )]
    plugin: PluginSpec,

    /// The files to try it on
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    limits: LimitArgs,
}

impl RunArgs {
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let interrupt = context.catch_signals()?;
        let component = read(&self.plugin.path)?;
        let options = options(&self.limits, 1, &interrupt);
        let plugin = load(&self.plugin, &component, &options)?;
        let messages = context.messages(ProgressDisplay::Nothing);
        match plugin.filter() {
            Some(mut filter) => {
                self.select(&mut filter, &interrupt, &messages)
            }
            None => self.extract(plugin, &interrupt, &messages),
        }
    }

    fn open(
        &self,
        kind: RecordKind,
        plugins: &Plugins,
    ) -> Result<Output, Failure> {
        let inputs = Inputs {
            named: &self.files,
            others: vec![self.plugin.path.clone()],
            ..Inputs::default()
        };
        let text = TextOptions::default();
        let request = Request::new(&self.output, inputs, kind, plugins);
        Output::open(Request { text, ..request })
    }

    fn extract(
        &self,
        plugin: Plugin,
        interrupt: &Interrupt,
        messages: &Messages,
    ) -> Result<Exit, Failure> {
        let plugins = Plugins::new(vec![plugin])?;
        let engine = Engine::builder().threads(1).build()?;
        let output = self.open(RecordKind::File, &plugins)?;
        let walk = WalkOptions { plugins, ..WalkOptions::default() };
        let outcome = engine
            .scan(&self.files)
            .options(walk.clone())
            .monitor(&messages.monitor(&interrupt.cancel))
            .for_each_batch(|_| {
                let mut writer = RecordWriter::new(&output);
                move |event: ScanEvent<'_>| match event {
                    ScanEvent::Files(batch) => {
                        for file in batch.iter() {
                            writer.write_entry(&file)?;
                        }
                        writer.flush_if_due()
                    }
                    ScanEvent::Error(error) => {
                        messages.entry(&error);
                        ControlFlow::Continue(())
                    }
                    _ => ControlFlow::Continue(()),
                }
            });
        let outcome = outcome
            .map(|summary| exit::of_run(&summary, self.files.len()))
            .map_err(Failure::from);
        output.end(outcome)
    }

    fn select(
        &self,
        filter: &mut PluginFilter,
        interrupt: &Interrupt,
        messages: &Messages,
    ) -> Result<Exit, Failure> {
        let output = self.open(RecordKind::Verdict, &Plugins::default())?;
        let mut writer = RecordWriter::new(&output);
        let mut failed = 0;
        for path in &self.files {
            if interrupt.cancel.is_cancelled() {
                break;
            }
            let bytes = path.as_os_str().as_encoded_bytes();
            let flow = match one(filter, path) {
                Ok(wanted) => {
                    let verdict = match wanted {
                        true => Verdict::Wanted,
                        false => Verdict::Unwanted,
                    };
                    writer.push(&Row {
                        name: bytes,
                        verdict: Some(verdict),
                        ..Row::default()
                    });
                    writer.flush_if_due()
                }
                Err(cause) => {
                    failed += 1;
                    // The records before it first, where both are read.
                    let flow = writer.flush();
                    messages.say(format_args!(
                        "{}: cannot filter it: {}",
                        escaped(bytes),
                        faults::cause(&cause)
                    ));
                    flow
                }
            };
            if flow.is_break() {
                break;
            }
        }
        drop(writer);
        output.end(match failed {
            _ if interrupt.cancel.is_cancelled() => {
                Err(Error::Cancelled.into())
            }
            0 => Ok(Exit::Done),
            _ if failed == self.files.len() => Ok(Exit::Failed),
            _ => Ok(Exit::Partly),
        })
    }
}

/// Whether a filter wants a file, under the name that it has.
fn one(filter: &mut PluginFilter, path: &Path) -> Result<bool, Cause> {
    let found = sanchay::storage::stat(path)?;
    let kind = match found.kind == EntryKind::Directory {
        true => EntryKind::Directory,
        false => EntryKind::File,
    };
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    let parent = path.parent().unwrap_or(Path::new(""));
    let mut directory = parent.as_os_str().as_encoded_bytes().to_vec();
    if directory.last().is_some_and(|last| *last != b'/') {
        directory.push(b'/');
    }
    let (sizes, times) = ([found.size], [found.modified]);
    let with_metadata =
        filter.plugin().wants_metadata() && kind == EntryKind::File;
    let mut wanted = Vec::new();
    filter.select(
        &NameBatch {
            directory: &directory,
            names: name,
            ends: &[u32::try_from(name.len()).unwrap_or(0)],
            kinds: &[kind],
            metadata: with_metadata.then_some((&sizes[..], &times[..])),
        },
        &mut wanted,
    )?;
    Ok(!wanted.is_empty())
}
