//! `sanchay store ls`: the snapshots, or what is in one.

use std::{ops::ControlFlow, sync::Arc};

use clap::Args;
use sanchay::{Algorithm, Plugins, ScanEvent};
use sanchay_core::{
    content::Content,
    digest::Digest,
    record::{FieldId, RecordKind, Row},
    size,
};
use sanchay_store::{SnapshotTree, Store};

use super::{StoreArgs, get::check_within, push_snapshot};
use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::{self, Exit},
    failure::Failure,
    messages::Messages,
    options::{
        output::OutputArgs, run::RunArgs, sort::SortArgs, walk::WalkArgs,
    },
    output::{Inputs, Output, RecordWriter, Request},
};

const EXAMPLES: &str = "\
Without SNAPSHOT, the snapshots are listed, the oldest first, with a line for
each root: what the snapshot is called by, name, time, files, bytes, errors,
root.

With SNAPSHOT, what is in it is listed as sanchay scan lists files: entries of
every kind, by their paths in the snapshot. With --hash, the BLAKE3 digests of
files are printed as sanchay hash prints them; nothing is read for that.

Examples:
  sanchay store ls /backup/store
  sanchay store ls --sort size:desc --limit 10 /backup/store latest
  sanchay store ls --hash -e iso /backup/store before-the-move";

/// List the snapshots, or what is in one.
#[derive(Args, Debug)]
#[command(after_help = "See --help for what is listed, and examples.")]
#[command(after_long_help = format!("{EXAMPLES}\n\n{}", size::HELP))]
pub(crate) struct LsArgs {
    #[command(flatten)]
    store: StoreArgs,

    /// The snapshot: latest, latest~1, a name, or its first digits
    #[arg(value_name = "SNAPSHOT")]
    snapshot: Option<String>,

    /// Print the digests of files
    #[arg(long, requires = "snapshot")]
    hash: bool,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    sort: SortArgs,

    #[command(flatten)]
    walk: WalkArgs,

    #[command(flatten)]
    run: RunArgs,
}

impl LsArgs {
    fn kind(&self) -> RecordKind {
        match (&self.snapshot, self.hash) {
            (None, _) => RecordKind::StoredSnapshot,
            (Some(_), true) => RecordKind::Hash { partial: false },
            (Some(_), false) => RecordKind::File,
        }
    }

    fn list_snapshots(
        &self,
        store: &Store,
        output: &Output,
        messages: &Messages,
    ) -> Result<Exit, Failure> {
        let (snapshots, errors) =
            store.snapshots().map_err(self.store.failed())?;
        let mut writer = RecordWriter::new(output);
        for snapshot in &snapshots {
            if output.take().is_break() {
                break;
            }
            push_snapshot(&mut writer, snapshot);
        }
        for error in &errors {
            messages.say(error);
        }
        Ok(match errors.is_empty() {
            true => Exit::Done,
            false => Exit::Partly,
        })
    }

    fn list_entries(
        &self,
        (store, wanted): (&Store, &str),
        output: &Output,
        context: &Context,
        messages: &Messages,
    ) -> Result<Exit, Failure> {
        let failed = self.store.failed();
        let interrupt = context.catch_signals()?;
        let engine = self.run.engine()?;
        let snapshot = store.find(wanted).map_err(&failed)?;
        let tree = store.tree_with(&snapshot, &interrupt.cancel);
        let tree = tree.map_err(&failed)?;
        let mut walk = self.walk.options(Plugins::default(), &output.sink);
        walk.filter = match self.hash {
            true => walk.filter.files_only().hidden(true),
            false => walk.filter.every_kind().hidden(true),
        };
        walk.read_links = output.schema.has(FieldId::Target);
        walk.storage = Some(Arc::new(tree.clone()));
        let summary = engine
            .scan([""])
            .options(walk)
            .monitor(&messages.monitor(&interrupt.cancel))
            .for_each_batch(|_| {
                let mut writer = RecordWriter::new(output);
                let tree = &tree;
                move |event: ScanEvent<'_>| match event {
                    ScanEvent::Files(batch) => {
                        for file in batch.iter() {
                            output.take()?;
                            if self.hash {
                                push_hash(&mut writer, tree, &file);
                            } else {
                                writer.write_entry(&file)?;
                            }
                        }
                        writer.flush_if_due()
                    }
                    ScanEvent::Error(error) => {
                        messages.entry(&error);
                        ControlFlow::Continue(())
                    }
                    _ => ControlFlow::Continue(()),
                }
            })?;
        Ok(exit::of_run(&summary, 1))
    }
}

/// Appends the record of a file with its digest.
fn push_hash(
    writer: &mut RecordWriter<'_>,
    tree: &SnapshotTree,
    file: &sanchay::EntryRef<'_>,
) {
    let path = [file.parent, file.name].concat();
    let hash = tree.hash(&path);
    let digest = hash.and_then(|it| Digest::from_bytes(it.as_bytes()));
    let facts = file.metadata.into();
    writer.push(&Row {
        parent: file.parent,
        name: file.name,
        size: Some(file.metadata.size),
        modified: Some(file.metadata.modified),
        content: digest.map(|it| Content::Whole(Algorithm::Blake3, it)),
        kind: Some(file.metadata.kind),
        root: Some(file.root),
        facts: Some(&facts),
        ..Row::default()
    });
}

impl RunCommand for LsArgs {
    fn check(&self) -> Result<(), String> {
        self.output.check(self.kind(), false)?;
        self.sort.check(self.kind())?;
        check_within(&self.walk)
    }

    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        if let Some(exit) = self.walk.explain(|filter| filter)? {
            return Ok(exit);
        }
        let store = self.store.open()?;
        let streams = self.output.file().is_none() && self.sort.sort.is_none();
        let messages = self.run.messages(context, streams);
        let plugins = Plugins::default();
        let inputs = Inputs::default();
        let output = Output::open(Request {
            sort: Some(&self.sort),
            color: context.terminal.colored_stdout,
            ..Request::new(&self.output, inputs, self.kind(), &plugins)
        })?;
        let outcome = match &self.snapshot {
            None => self.list_snapshots(&store, &output, &messages),
            Some(wanted) => {
                let of = (&store, wanted.as_str());
                self.list_entries(of, &output, context, &messages)
            }
        };
        output.end_run(outcome, &messages)
    }
}
