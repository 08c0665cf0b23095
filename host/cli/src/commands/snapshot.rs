//! `sanchay snapshot`: what files there are, kept in the catalog.

use std::{ops::ControlFlow, path::PathBuf};

use clap::Args;
use sanchay::Plugins;
use sanchay_catalog::SnapshotOptions;
use sanchay_core::{record::RecordKind, size};

use super::catalog::push_snapshot;
use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::{self, Exit},
    failure::Failure,
    options::{
        algorithm::IdentifyingArgs, catalog::CatalogArgs, cloud::CloudArgs,
        output::OutputArgs, run::RunArgs, walk::WalkArgs,
    },
    output::{Inputs, Output, RecordWriter, Request},
};

const EXAMPLES: &str = "\
A snapshot is what files there are, with size, times, owner, permissions and
inode, and with --hash what is in them. It costs what changed since the one
before of the same roots and filters. sanchay diff compares two of them.

What cannot be read is counted as an error, and what the snapshot before told
of it is kept. A snapshot that is interrupted, or none of whose roots can be
opened, is not kept; the digests that it made are.

It is printed with a line for each root: number, name, time, files, bytes,
errors, root.

Examples:
  sanchay snapshot --name before-the-move /srv
  sanchay snapshot --hash -H ~
  sanchay diff latest~1 latest";

/// Keep what files there are, to compare with later.
#[derive(Args, Debug)]
#[command(after_help = "See --help for what is kept, and examples.")]
#[command(after_long_help = format!("{EXAMPLES}\n\n{}", size::HELP))]
pub(crate) struct SnapshotArgs {
    /// Where to look; by default the current directory
    #[arg(value_name = "ROOT")]
    pub(crate) roots: Vec<PathBuf>,

    /// A name to ask for it by
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Also hash the files: those whose digests are not known yet are read
    #[arg(long)]
    hash: bool,

    #[command(flatten)]
    algorithm: IdentifyingArgs,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    walk: WalkArgs,

    #[command(flatten)]
    cloud: CloudArgs,

    #[command(flatten)]
    catalog: CatalogArgs,

    #[command(flatten)]
    run: RunArgs,
}

impl RunCommand for SnapshotArgs {
    /// Whether the options go together.
    fn check(&self) -> Result<(), String> {
        self.cloud.check(&self.roots)?;
        self.algorithm.check()?;
        self.output.check(RecordKind::Snapshot, false)?;
        self.walk.check(|filter| filter)
    }

    /// Takes a snapshot.
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        if let Some(exit) = self.walk.explain(|filter| filter)? {
            return Ok(exit);
        }
        let interrupt = context.catch_signals()?;
        let messages = self.run.messages(context, false);
        let catalog = self.catalog.require(&messages)?;
        let engine = self.run.engine_with(&catalog)?;
        let roots = self.walk.list.or_current(&self.roots)?;
        let inputs = Inputs::of_roots(&roots, &self.walk).and(catalog.paths());
        let plugins = Plugins::default();
        let kind = RecordKind::Snapshot;
        let request = Request::new(&self.output, inputs, kind, &plugins);
        let output = Output::open(request)?;
        let walk = self.walk.options(plugins.clone(), &output.sink);
        let walk = self.cloud.reach(walk);
        let algorithm = self.algorithm.algorithm();
        let options = SnapshotOptions {
            name: self.name.clone(),
            hash: self.hash.then_some(algorithm),
            walk: catalog.left_out(walk),
            monitor: messages.monitor(&interrupt.cancel),
        };
        let outcome =
            catalog.get()?.snapshot(&engine, &roots, &options, |error| {
                messages.entry(&error);
                ControlFlow::Continue(())
            });
        messages.end_progress();
        let outcome = outcome.map_err(Failure::from).map(|taken| {
            let mut writer = RecordWriter::new(&output);
            push_snapshot(&mut writer, &taken.snapshot);
            exit::of_run(&taken.summary, taken.snapshot.roots.len())
        });
        output.end_run(outcome, &messages)
    }

    fn roots(&mut self) -> Option<&mut Vec<PathBuf>> {
        Some(&mut self.roots)
    }
}
