//! `sanchay store put`: trees become a snapshot.

use std::path::PathBuf;

use clap::{Args, value_parser};
use sanchay::Plugins;
use sanchay_core::{
    record::RecordKind,
    size::{self, HumanBytes},
};
use sanchay_store::{Put, PutOptions};

use super::{StoreArgs, push_snapshot};
use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::Exit,
    failure::Failure,
    messages::Messages,
    options::{
        catalog::CatalogArgs, output::OutputArgs, run::RunArgs, walk::WalkArgs,
    },
    output::{Inputs, Output, RecordWriter, Request},
};

const EXAMPLES: &str = "\
Everything is stored: hidden entries (also without -H), directories, links as links, permissions,
owners, times, extended attributes, holes, hard links. Options leave out what
they say; the directories on the way to what is stored are stored, too. Pipes,
sockets and devices are errors, and the rest is stored.

A file that is as it was in the last snapshot of the same roots is not read, by
path, inode, size, modification and change time; with --catalog, one whose
digest is known is not, either. A put that was interrupted is taken up by the
next: what it stored is not stored again.

The snapshot is printed with a line for each root: what it is called by, name,
time, files, bytes, errors, root.

Examples:
  sanchay store put /backup/store ~
  sanchay store put --name before-the-move /backup/store /srv /etc
  sanchay store put --where 'not path glob \"*/target/*\"' /backup/store src";

/// Put trees into a store, as a snapshot.
#[derive(Args, Debug)]
#[command(after_help = "See --help for what is stored, and examples.")]
#[command(after_long_help = format!("{EXAMPLES}\n\n{}", size::HELP))]
pub(crate) struct PutArgs {
    #[command(flatten)]
    store: StoreArgs,

    /// What to store; by default the current directory
    #[arg(value_name = "ROOT")]
    roots: Vec<PathBuf>,

    /// A name to ask for the snapshot by
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Read all files, also those that are as they were
    #[arg(long)]
    read_all: bool,

    /// How well to compress: a level of Zstandard, 1 to 19
    #[arg(
        long,
        value_name = "N",
        default_value_t = 3,
        value_parser = value_parser!(i32).range(1..=19)
    )]
    level: i32,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    walk: WalkArgs,

    #[command(flatten)]
    catalog: CatalogArgs,

    #[command(flatten)]
    run: RunArgs,
}

impl RunCommand for PutArgs {
    fn check(&self) -> Result<(), String> {
        if self.walk.follow {
            return Err("links are stored as links: name what they lead to, \
                        without --follow"
                .to_owned());
        }
        self.output.check(RecordKind::StoredSnapshot, false)?;
        self.walk.check(|filter| filter)
    }

    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        if let Some(exit) = self.walk.explain(|filter| filter)? {
            return Ok(exit);
        }
        let interrupt = context.catch_signals()?;
        let messages = self.run.messages(context, false);
        let store = self.store.open()?;
        let catalog = self.catalog.open(&messages)?;
        let engine = self.run.engine_with(&catalog)?;
        let mut roots = self.walk.list.or_current(&self.roots)?;
        for root in &mut roots {
            if root.as_os_str().is_empty() {
                *root = PathBuf::from(".");
            }
        }
        let mut others = self.walk.inputs();
        others.extend(catalog.paths());
        let inputs = Inputs { named: &roots, others, stdin: false };
        let plugins = Plugins::default();
        let kind = RecordKind::StoredSnapshot;
        let request = Request::new(&self.output, inputs, kind, &plugins);
        let output = Output::open(request)?;
        let walk = self.walk.options(plugins.clone(), &output.sink);
        let options = PutOptions {
            name: self.name.clone(),
            walk: catalog.left_out(walk),
            read_all: self.read_all,
            cache: catalog.cache(),
            level: self.level,
            monitor: messages.monitor(&interrupt.cancel),
            ..PutOptions::default()
        };
        let put = store
            .put(&engine, &roots, &options, |error| messages.entry(&error))
            .map_err(self.store.failed());
        messages.end_progress();
        let outcome = put.map(|put| {
            let mut writer = RecordWriter::new(&output);
            push_snapshot(&mut writer, &put.snapshot);
            self.sum_up(&put, &messages);
            match put.snapshot.document.errors {
                0 => Exit::Done,
                _ => Exit::Partly,
            }
        });
        output.end_run(outcome, &messages)
    }
}

impl PutArgs {
    fn sum_up(&self, put: &Put, messages: &Messages) {
        if self.run.quiet {
            return;
        }
        messages.note(format_args!(
            "{} files, {}; read: {}, {}; new: {}, stored in {}",
            put.snapshot.document.files,
            HumanBytes(put.snapshot.document.bytes),
            put.read,
            HumanBytes(put.read_bytes),
            HumanBytes(put.object_bytes),
            HumanBytes(put.stored),
        ));
        if put.left_out {
            messages.note("the store itself lies in a root, and is left out");
        }
    }
}
