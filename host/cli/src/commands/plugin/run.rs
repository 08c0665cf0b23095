//! `sanchay plugin run`: a plugin, tried on files.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use clap::Args;
use sanchay::{
    Cause, EngineOptions, EntryKind, Judge, Moment, NameBatch, Plugin,
    Plugins, ScanEvent, WalkOptions,
};

use crate::{
    context::Context,
    exit::Exit,
    failure::Failure,
    messages::Messages,
    options::{
        output::OutputArgs,
        plugin::{LimitArgs, load},
    },
    output::{Columns, Kind, Lane, Output, Text, put},
};

/// Try a plugin on files.
///
/// An extractor's values are printed as sanchay scan --plugin does. Of a
/// filter it is printed whether it wants each file: wanted or unwanted, a
/// tab, and the path.
#[derive(Args, Debug)]
pub(crate) struct RunArgs {
    /// The component
    #[arg(value_name = "PLUGIN.wasm")]
    plugin: PathBuf,

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
        let plugin = load(&self.plugin, &self.limits.options(1))?;
        let messages = context.messages(false, true);
        match plugin.judge() {
            Some(mut judge) => self.judge(&mut judge, &messages),
            None => self.extract(plugin, context, &messages),
        }
    }

    fn extract(
        &self,
        plugin: Plugin,
        context: &Context,
        messages: &Messages,
    ) -> Result<Exit, Failure> {
        let cancel = context.catch_signals()?;
        let plugins = Plugins::new(vec![plugin])?;
        let mut options = EngineOptions::default();
        options.threads = Some(1);
        let engine = sanchay::Engine::new(options)?;
        let columns = Columns::of(&plugins);
        let text = Text { columns, ..Text::default() };
        let output =
            Output::open(&self.output, &self.files, Kind::Files, text)?;
        let walk = WalkOptions { plugins, ..WalkOptions::default() };
        let lane = Mutex::new(Lane::default());
        let outcome = engine.scan(
            &self.files,
            &walk,
            &messages.monitor(&cancel),
            &|event| {
                let mut lane =
                    lane.lock().unwrap_or_else(PoisonError::into_inner);
                match event {
                    ScanEvent::Files(batch) => {
                        for file in batch.iter() {
                            output.writer.directory(file.parent, &mut lane);
                            output.writer.file(&file, &mut lane);
                        }
                        lane.settle(&output.sink)
                    }
                    ScanEvent::Error(error) => {
                        messages.entry(&error);
                        ControlFlow::Continue(())
                    }
                    _ => ControlFlow::Continue(()),
                }
            },
        );
        let lane = &mut *lane.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = lane.flush(&output.sink);
        output.sink.finish()?;
        Ok(Exit::of_run(&outcome?, self.files.len()))
    }

    fn judge(
        &self,
        judge: &mut Judge,
        messages: &Messages,
    ) -> Result<Exit, Failure> {
        let mut lines = Vec::new();
        let mut failed = 0;
        for path in &self.files {
            let verdict = one(judge, path);
            let shown = sanchay::escaped(path.as_os_str().as_encoded_bytes());
            match verdict {
                Ok(wanted) => {
                    let word = if wanted { "wanted" } else { "unwanted" };
                    lines.extend(format!("{word}\t{shown}\n").bytes());
                }
                Err(cause) => {
                    failed += 1;
                    messages.note(format_args!("{shown}: {cause}"));
                }
            }
        }
        put(self.output.output.as_deref(), &lines)?;
        Ok(match failed {
            0 => Exit::Done,
            _ if failed == self.files.len() => Exit::Failed,
            _ => Exit::Partly,
        })
    }
}

/// Whether a filter wants a file, under the name that it has.
fn one(judge: &mut Judge, path: &Path) -> Result<bool, Cause> {
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
