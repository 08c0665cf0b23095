//! `sanchay watch`: what becomes of files, as it happens.

use std::{ops::ControlFlow, path::PathBuf, time::Duration};

use clap::Args;
use sanchay::Plugins;
use sanchay_catalog::{SnapshotOptions, WatchEvent, WatchOptions};
use sanchay_core::{record::RecordKind, size};

use super::diff::print;
use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::Exit,
    failure::Failure,
    options::{
        algorithm::IdentifyingArgs, catalog::CatalogArgs, output::OutputArgs,
        run::RunArgs, walk::WalkArgs,
    },
    output::{Inputs, Output, RecordWriter, Request},
};

const EXAMPLES: &str = "\
Whenever something changes below the roots, a snapshot is taken, and what is
different from the one before is printed as sanchay diff prints it: new,
changed, moved, deleted, touched. It begins with what changed since the newest
snapshot of the same roots and filters. It ends with Ctrl-C.

What the system says (inotify, FSEvents, ReadDirectoryChangesW) is only taken
for a sign to look: events that are lost make nothing wrong. Looking costs a walk; the next one waits until
four times as long has passed. Where the system cannot tell, or has no room for
so many folders (fs.inotify.max_user_watches), it is looked every ten seconds.
Where none of the roots is there, or is there any more, it ends.

Examples:
  sanchay watch /srv
  sanchay watch --hash ~ | jq -r 'select(.change == \"changed\") | .path'";

/// Tell what becomes of files, as it happens, and keep it in the catalog.
#[derive(Args, Debug)]
#[command(after_help = "See --help for what is told, and examples.")]
#[command(after_long_help = format!("{EXAMPLES}\n\n{}", size::HELP))]
pub(crate) struct WatchArgs {
    /// Where to look; by default the current directory
    #[arg(value_name = "ROOT")]
    pub(crate) roots: Vec<PathBuf>,

    /// Also hash the files that are new or changed
    #[arg(long)]
    hash: bool,

    #[command(flatten)]
    algorithm: IdentifyingArgs,

    /// Look every SECONDS, whatever the system says
    #[arg(
        long,
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..=86_400)
    )]
    poll: Option<u64>,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    walk: WalkArgs,

    #[command(flatten)]
    catalog: CatalogArgs,

    #[command(flatten)]
    run: RunArgs,
}

impl RunCommand for WatchArgs {
    /// Whether the options go together.
    fn check(&self) -> Result<(), String> {
        self.algorithm.check()?;
        self.output.check(RecordKind::Difference, false)?;
        self.walk.check(|filter| filter)
    }

    /// Watches.
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        if let Some(exit) = self.walk.explain(|filter| filter)? {
            return Ok(exit);
        }
        let interrupt = context.catch_signals()?;
        let run = RunArgs { no_progress: true, ..self.run };
        let messages = run.messages(context, true);
        let catalog = self.catalog.require(&messages)?;
        let engine = self.run.engine_with(&catalog)?;
        let roots = self.walk.list.or_current(&self.roots)?;
        let inputs = Inputs::of_roots(&roots, &self.walk).and(catalog.paths());
        let plugins = Plugins::default();
        let kind = RecordKind::Difference;
        let lines = self.output.or_ndjson();
        let request = Request::new(&lines, inputs, kind, &plugins);
        let output = Output::open(request)?;
        let walk = self.walk.options(plugins.clone(), &output.sink);
        let algorithm = self.algorithm.algorithm();
        let options = WatchOptions {
            snapshot: SnapshotOptions {
                name: None,
                hash: self.hash.then_some(algorithm),
                walk: catalog.left_out(walk),
                monitor: messages.monitor(&interrupt.cancel),
            },
            poll: self.poll.map(Duration::from_secs),
        };
        let mut writer = RecordWriter::new(&output);
        let watched = catalog.get()?.watch(
            &engine,
            &roots,
            &options,
            |event| match event {
                WatchEvent::Changed(difference) => {
                    print(&mut writer, difference)
                }
                WatchEvent::Quiet => writer.flush(),
                WatchEvent::Polling(why) => {
                    messages.note(format_args!("looking in intervals: {why}"));
                    ControlFlow::Continue(())
                }
                WatchEvent::Error(error) => {
                    messages.entry(&error);
                    ControlFlow::Continue(())
                }
                _ => ControlFlow::Continue(()),
            },
        );
        drop(writer);
        let ended = match interrupt.cancel.is_cancelled() {
            true => Exit::Interrupted,
            false => Exit::Done,
        };
        let outcome = watched.map(|()| ended).map_err(Failure::from);
        output.end_run(outcome, &messages)
    }

    fn roots(&mut self) -> Option<&mut Vec<PathBuf>> {
        Some(&mut self.roots)
    }
}
