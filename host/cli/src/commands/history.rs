//! `sanchay history`: what became of a path, snapshot by snapshot.

use std::path::PathBuf;

use clap::Args;
use sanchay::{Plugins, escaped};
use sanchay_core::record::{RecordKind, Row};

use super::catalog::facts_of;
use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::Exit,
    failure::Failure,
    messages::Messages,
    options::{catalog::CatalogArgs, output::OutputArgs, sort::SortArgs},
    output::{Inputs, Output, RecordWriter, Request},
    progress::ProgressDisplay,
};

const EXAMPLES: &str = "\
Each line is what a snapshot was the first to show of the file: the number of
the snapshot, its time, what became of the file (new, changed, touched,
deleted), path, size, modification time, hash function and digest.

Exit status is 1 where no snapshot has the path.

Examples:
  sanchay history /srv/report.pdf
  sanchay history --format ndjson notes.txt";

/// Tell what became of a file, snapshot by snapshot.
#[derive(Args, Debug)]
#[command(after_help = "See --help for what is told, and examples.")]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct HistoryArgs {
    /// The files
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    sort: SortArgs,

    #[command(flatten)]
    catalog: CatalogArgs,
}

impl RunCommand for HistoryArgs {
    /// Prints what became of the paths.
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let messages =
            Messages::new(context.terminal, ProgressDisplay::Nothing);
        let catalog = self.catalog.require_existing(&messages)?;
        let inputs = Inputs::of_catalog(&catalog);
        let plugins = Plugins::default();
        let kind = RecordKind::Version;
        let output = Output::open(Request {
            sort: Some(&self.sort),
            ..Request::new(&self.output, inputs, kind, &plugins)
        })?;
        let outcome = self.print(&*catalog.get()?, &output, &messages);
        output.end_run(outcome, &messages)
    }
}

impl HistoryArgs {
    fn print(
        &self,
        catalog: &sanchay_catalog::Catalog,
        output: &Output,
        messages: &Messages,
    ) -> Result<Exit, Failure> {
        let mut exit = Exit::Done;
        let mut writer = RecordWriter::new(output);
        for path in &self.paths {
            let bytes = path.as_os_str().as_encoded_bytes();
            let events = catalog.history(path)?;
            if events.is_empty() {
                messages.say(format_args!(
                    "{}: no snapshot has it",
                    escaped(bytes)
                ));
                exit = Exit::No;
            }
            for event in &events {
                if output.take().is_break() {
                    return Ok(exit);
                }
                let version = &event.version;
                let facts = version.facts();
                writer.push(&Row {
                    snapshot: Some(facts_of(&event.snapshot)),
                    change: Some(event.change),
                    name: bytes,
                    size: Some(version.size),
                    modified: Some(version.modified()),
                    content: version.content(),
                    kind: Some(version.kind),
                    facts: Some(&facts),
                    ..Row::default()
                });
            }
        }
        Ok(exit)
    }
}
