//! `sanchay plugin run`: a plugin, tried on files.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use clap::{Args, ValueHint};
use sanchay::{
    Cause, Engine, EntryKind, Error, Moment, NameBatch, Plugin, PluginFilter,
    Plugins, ScanEvent, WalkOptions, escaped,
};

use crate::{
    context::Context,
    exit::Exit,
    failure::Failure,
    faults,
    messages::Messages,
    options::{
        output::OutputArgs,
        plugin::{LimitArgs, PluginSpec, spec},
    },
    output::{Columns, Finding, Inputs, Kind, Lane, Output, Text},
    plugins::{load, options, read},
    signals::Interrupt,
};

/// Try a plugin on files.
///
/// An extractor's values are printed as sanchay scan --plugin does. Of a
/// filter it is printed whether it wants each file: wanted or unwanted, a
/// tab, and the path; in the other formats, the fields path and verdict. The
/// exit code is that of sanchay scan. Where it crashes, -v tells the functions
/// that were running.
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
        let messages = context.messages(false, true);
        match plugin.judge() {
            Some(mut judge) => self.judge(&mut judge, &interrupt, &messages),
            None => self.extract(plugin, &interrupt, &messages),
        }
    }

    fn open(&self, kind: Kind, text: Text) -> Result<Output, Failure> {
        let paths = [&*self.files, std::slice::from_ref(&self.plugin.path)];
        let inputs = Inputs { paths: &paths, stdin: false };
        Output::open(&self.output, inputs, kind, text)
    }

    fn extract(
        &self,
        plugin: Plugin,
        interrupt: &Interrupt,
        messages: &Messages,
    ) -> Result<Exit, Failure> {
        let plugins = Plugins::new(vec![plugin])?;
        let engine = Engine::builder().threads(1).build()?;
        let columns = Columns::of(&plugins);
        let text = Text { columns, ..Text::default() };
        let output = self.open(Kind::Files, text)?;
        let walk = WalkOptions { plugins, ..WalkOptions::default() };
        let lane = Mutex::new(Lane::default());
        let outcome = engine
            .scan(&self.files)
            .options(walk.clone())
            .monitor(&messages.monitor(&interrupt.cancel))
            .for_each_batch(|_| {
                |event: ScanEvent<'_>| {
                    let mut lane =
                        lane.lock().unwrap_or_else(PoisonError::into_inner);
                    match event {
                        ScanEvent::Files(batch) => {
                            for file in batch.iter() {
                                output
                                    .writer
                                    .directory(file.parent, &mut lane);
                                output.writer.file(&file, &mut lane);
                                lane.end_record();
                            }
                            lane.settle(&output.sink)
                        }
                        ScanEvent::Error(error) => {
                            messages.entry(&error);
                            ControlFlow::Continue(())
                        }
                        _ => ControlFlow::Continue(()),
                    }
                }
            });
        let lane = &mut *lane.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = lane.flush(&output.sink);
        let outcome = outcome
            .map(|summary| Exit::of_run(&summary, self.files.len()))
            .map_err(Failure::from);
        output.end(outcome)
    }

    fn judge(
        &self,
        judge: &mut PluginFilter,
        interrupt: &Interrupt,
        messages: &Messages,
    ) -> Result<Exit, Failure> {
        let output = self.open(Kind::Verdicts, Text::default())?;
        let mut lane = Lane::default();
        let mut failed = 0;
        for path in &self.files {
            if interrupt.cancel.is_cancelled() {
                break;
            }
            let bytes = path.as_os_str().as_encoded_bytes();
            let flow = match one(judge, path) {
                Ok(wanted) => {
                    let finding = match wanted {
                        true => Finding::Wanted,
                        false => Finding::Unwanted,
                    };
                    output.writer.verdict(bytes, finding, None, &mut lane);
                    lane.end_record();
                    lane.settle(&output.sink)
                }
                Err(cause) => {
                    failed += 1;
                    // The records before it first, where both are read.
                    let flow = lane.flush(&output.sink);
                    messages.say(format_args!(
                        "{}: cannot judge it: {}",
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
        // What goes wrong is told when the sink is finished.
        let _ = lane.flush(&output.sink);
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
fn one(judge: &mut PluginFilter, path: &Path) -> Result<bool, Cause> {
    use std::os::unix::fs::MetadataExt as _;

    let found = path.metadata()?;
    let kind = match found.is_dir() {
        true => EntryKind::Directory,
        false => EntryKind::File,
    };
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    let parent = path.parent().unwrap_or(Path::new(""));
    let mut directory = parent.as_os_str().as_encoded_bytes().to_vec();
    if directory.last().is_some_and(|last| *last != b'/') {
        directory.push(b'/');
    }
    let (sizes, times) = (
        [found.len()],
        [Moment {
            seconds: found.mtime(),
            nanoseconds: u32::try_from(found.mtime_nsec()).unwrap_or(0),
        }],
    );
    let told = judge.plugin().wants_metadata() && kind == EntryKind::File;
    let mut wanted = Vec::new();
    judge.judge(
        &NameBatch {
            directory: &directory,
            names: name,
            ends: &[u32::try_from(name.len()).unwrap_or(0)],
            kinds: &[kind],
            metadata: told.then_some((&sizes[..], &times[..])),
        },
        &mut wanted,
    )?;
    Ok(!wanted.is_empty())
}
