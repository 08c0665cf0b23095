//! `sanchay scan`: which files are there.

use std::{ops::ControlFlow, path::PathBuf};

use clap::Args;
use sanchay::ScanEvent;
use sanchay_core::{
    record::{FieldId, RecordKind},
    size,
};
use sanchay_output::TextOptions;

use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::{self, Exit},
    failure::Failure,
    options::{
        cloud::CloudArgs, execute::ExecuteArgs, output::OutputArgs,
        plugin::PluginArgs, run::RunArgs, sort::SortArgs, walk::WalkArgs,
    },
    output::{Inputs, Output, RecordWriter, Request, Sink},
    plugins::load_all,
};

const EXAMPLES: &str = "\
Each file is a line: its size in bytes, its modification time (RFC 3339, UTC,
nanoseconds) and its path, separated by tabs. A newline in a name is printed as
it is: programs should read --print0 or another format. On a terminal, control
characters in names are escaped.

The other formats have the fields path, size and modified. A path that is not
UTF-8 has path_base64 (its bytes in base64) in place of path; csv has both
columns; parquet has path_bytes. A time before the year 0 or after 9999 is
null, in text a dash.

The columns of plugins come last, as NAME.FIELD; in text they come before the
path, with a dash where there is no value.

Files are in no particular order, unless --sort states one. Only regular files
are listed, unless --kind says otherwise. On a terminal, sizes are those that a
person reads, and paths have the colours of LS_COLORS; with --format, neither.

Examples:
  sanchay scan
  sanchay scan -e mkv -e mp4 --min-size 1GB /srv/media
  sanchay scan --changed-within 7d --kind file,symlink /srv
  sanchay scan -0 -e log /var | xargs -0 gzip
  sanchay scan --format ndjson -o files.ndjson /
  sanchay scan --count -H ~
  sanchay scan --sort size:desc --limit 20 -l /srv
  sanchay scan --template '{size:human}\\t{path}' /srv
  sanchay scan -e flac -x ffmpeg -i {} {.}.mp3";

/// List the files below directories, with size and modification time.
#[derive(Args, Debug)]
#[command(after_help = "See --help for output formats and examples.")]
#[command(after_long_help = format!("{EXAMPLES}\n\n{}", size::HELP))]
pub(crate) struct ScanArgs {
    /// Where to look; by default the current directory
    #[arg(value_name = "ROOT")]
    pub(crate) roots: Vec<PathBuf>,

    /// Print only the paths, each ended by a zero byte
    #[arg(short = '0', long)]
    print0: bool,

    /// Print only the number of files
    #[arg(long, conflicts_with_all = [
        "print0", "template", "sort", "long", "hyperlink",
    ])]
    count: bool,

    /// Print lines as ls -l does: permissions, links, owner, group, size, time
    #[arg(
        short,
        long,
        conflicts_with_all = ["print0", "format", "json", "fields", "template"]
    )]
    long: bool,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    sort: SortArgs,

    #[command(flatten)]
    execute: ExecuteArgs,

    #[command(flatten)]
    walk: WalkArgs,

    #[command(flatten)]
    cloud: CloudArgs,

    #[command(flatten)]
    pub(crate) plugin: PluginArgs,

    #[command(flatten)]
    run: RunArgs,
}

impl RunCommand for ScanArgs {
    /// Whether the options go together.
    fn check(&self) -> Result<(), String> {
        self.cloud.check(&self.roots)?;
        if self.count && !self.output.fields().is_empty() {
            Err("--count prints a number and takes no --fields".to_owned())
        } else if self.count && self.output.max_results().is_some() {
            Err("--count prints a number and takes no --max-results"
                .to_owned())
        } else if self.count && !self.output.format().is_lines() {
            Err("--count prints a number and takes no --format".to_owned())
        } else if self.print0 && !self.output.format().is_lines() {
            Err("--print0 needs --format text".to_owned())
        } else {
            let kind = RecordKind::File;
            self.output.check(kind, self.print0)?;
            self.sort.check(kind)?;
            self.walk.check_before_plugins(|filter| filter)
        }
    }

    /// Scans.
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let explained = self.walk.explain_with_plugins(
            |filter| filter,
            (&self.plugin, |it| it),
            &self.run,
            context,
        )?;
        if let Some(exit) = explained {
            return Ok(exit);
        }
        let roots = self.walk.list.or_current(&self.roots)?;
        if self.count {
            self.count(&roots, context)
        } else {
            self.list(&roots, context)
        }
    }

    fn plugins(&mut self) -> Option<&mut PluginArgs> {
        Some(&mut self.plugin)
    }

    fn roots(&mut self) -> Option<&mut Vec<PathBuf>> {
        Some(&mut self.roots)
    }
}

impl ScanArgs {
    fn count(
        &self,
        roots: &[PathBuf],
        context: &Context,
    ) -> Result<Exit, Failure> {
        let interrupt = context.catch_signals()?;
        let messages = self.run.messages(context, false);
        let engine = self.run.engine()?;
        let silent = Some("--count");
        let plugins = load_all(
            &self.plugin,
            &self.walk.filter.0,
            &engine,
            &interrupt,
            silent,
        )?;
        let inputs = Inputs::of_walk(roots, &self.walk, &self.plugin);
        let sink = Sink::open(self.output.file(), &inputs)?;
        let summary = engine
            .scan(roots)
            .options(self.cloud.reach(self.walk.options(plugins, &sink)))
            .monitor(&messages.monitor(&interrupt.cancel))
            .for_each_batch(|_| {
                |event: ScanEvent<'_>| {
                    if let ScanEvent::Error(error) = event {
                        messages.entry(&error);
                    }
                    ControlFlow::Continue(())
                }
            })?;
        messages.end_progress();
        let number = format!("{}\n", summary.files);
        // Errors are reported at the end.
        let _ = sink.write(number.as_bytes(), &[]);
        let exit = exit::of_run(&summary, roots.len());
        sink.finish(exit != Exit::Failed)?;
        Ok(exit)
    }

    fn list(
        &self,
        roots: &[PathBuf],
        context: &Context,
    ) -> Result<Exit, Failure> {
        let interrupt = context.catch_signals()?;
        let sorted = self.sort.sort.is_some();
        let streams = self.output.file().is_none() && !sorted;
        let commands = self.execute.commands(self.run.threads);
        // They have the terminal for themselves.
        let no_progress = self.run.no_progress || commands.is_some();
        let run = RunArgs { no_progress, ..self.run };
        let messages = run.messages(context, streams);
        let engine = self.run.engine()?;
        let silent = [
            (self.print0, "--print0"),
            (self.long, "--long"),
            (commands.is_some(), "--exec"),
        ];
        let silent = silent.iter().find(|(given, _)| *given);
        let silent = silent.map(|(_, option)| *option);
        let plugins = load_all(
            &self.plugin,
            &self.walk.filter.0,
            &engine,
            &interrupt,
            silent,
        )?;
        let text = TextOptions { zero: self.print0, ..TextOptions::default() };
        let inputs = Inputs::of_walk(roots, &self.walk, &self.plugin);
        let kind = RecordKind::File;
        let output = Output::open(Request {
            sort: Some(&self.sort),
            long: self.long,
            commands,
            cancel: interrupt.cancel.clone(),
            color: context.terminal.colored_stdout,
            text,
            ..Request::new(&self.output, inputs, kind, &plugins)
        })?;
        let plugins = output.plugins(&plugins)?;
        let options = self.walk.options(plugins, &output.sink);
        let mut options = self.cloud.reach(options);
        options.read_links = output.schema.has(FieldId::Target);
        let outcome = engine
            .scan(roots)
            .options(options)
            .monitor(&messages.monitor(&interrupt.cancel))
            .for_each_batch(|_| {
                let output = &output;
                let mut writer = RecordWriter::new(output);
                let messages = &messages;
                move |event: ScanEvent<'_>| match event {
                    ScanEvent::Files(batch) => {
                        for file in batch.iter() {
                            output.take()?;
                            writer.write_entry(&file)?;
                        }
                        writer.flush_if_due()?;
                        output.is_enough()
                    }
                    ScanEvent::Error(error) => {
                        messages.entry(&error);
                        ControlFlow::Continue(())
                    }
                    _ => ControlFlow::Continue(()),
                }
            });
        output.end_run(
            outcome
                .map(|summary| exit::of_run(&summary, roots.len()))
                .map_err(Failure::from),
            &messages,
        )
    }
}
