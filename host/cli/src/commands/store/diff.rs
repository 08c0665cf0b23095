//! `sanchay store diff`: what became of entries between two snapshots.

use clap::Args;
use sanchay::{Algorithm, Plugins};
use sanchay_core::{
    content::Content,
    digest::Digest,
    filter::Facts,
    record::{RecordKind, Row},
    size,
};
use sanchay_store::StoredDifference;

use super::StoreArgs;
use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::Exit,
    failure::Failure,
    options::{output::OutputArgs, run::RunArgs, sort::SortArgs},
    output::{Inputs, Output, RecordWriter, Request},
};

const EXAMPLES: &str = "\
  new      it is in B only
  deleted  it is in A only
  moved    a file that was deleted in A is in B at another path, by its digest;
           of several, the one with its inode and modification time
  changed  it is of another kind, a file has another digest, or a link says
           something else
  touched  its content is the same, and its times, owner, permissions or
           extended attributes are not; of a directory, times do not count

Paths are those in the snapshots. They are in byte order, with what is in a
directory behind it.

Exit status is 0 where nothing is different, and 1 where something is.

Examples:
  sanchay store diff /backup/store latest~1 latest
  sanchay store diff /backup/store monday latest --format ndjson | jq -r \\
      'select(.change == \"deleted\") | .path'";

/// Tell what became of entries between two snapshots.
#[derive(Args, Debug)]
#[command(after_help = "See --help for what is told, and examples.")]
#[command(after_long_help = format!("{EXAMPLES}\n\n{}", size::HELP))]
pub(crate) struct DiffArgs {
    #[command(flatten)]
    store: StoreArgs,

    /// A snapshot: latest, latest~1, a name, or its first digits
    #[arg(value_name = "A")]
    a: String,

    /// The snapshot to compare it with
    #[arg(value_name = "B")]
    b: String,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    sort: SortArgs,

    #[command(flatten)]
    run: RunArgs,
}

impl RunCommand for DiffArgs {
    fn check(&self) -> Result<(), String> {
        self.output.check(RecordKind::Difference, false)?;
        self.sort.check(RecordKind::Difference)
    }

    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let failed = self.store.failed();
        let messages = self.run.messages(context, false);
        let store = self.store.open()?;
        let plugins = Plugins::default();
        let kind = RecordKind::Difference;
        let output = Output::open(Request {
            sort: Some(&self.sort),
            ..Request::new(&self.output, Inputs::default(), kind, &plugins)
        })?;
        let found = store.find(&self.a).and_then(|a| {
            let b = store.find(&self.b)?;
            store.diff(&a, &b)
        });
        let outcome = found.map_err(&failed).map(|found| {
            let mut writer = RecordWriter::new(&output);
            for difference in &found {
                if output.take().is_break() {
                    break;
                }
                push(&mut writer, difference);
                if writer.flush_if_due().is_break() {
                    break;
                }
            }
            match found.is_empty() {
                true => Exit::Done,
                false => Exit::No,
            }
        });
        output.end_run(outcome, &messages)
    }
}

fn push(writer: &mut RecordWriter<'_>, difference: &StoredDifference) {
    let row = &difference.row;
    let digest = row.hash.and_then(|it| Digest::from_bytes(it.as_bytes()));
    let facts = Facts {
        size: row.size,
        modified: Some(row.modified),
        accessed: None,
        changed: row.changed,
        created: None,
        allocated: None,
        mode: Some(row.mode),
        uid: Some(row.uid),
        gid: Some(row.gid),
        inode: Some(row.inode),
        device: row.device,
        links: None,
        object: None,
    };
    writer.push(&Row {
        change: Some(difference.change),
        name: &row.path,
        from: difference.from.as_deref(),
        size: Some(row.size),
        modified: Some(row.modified),
        content: digest.map(|it| Content::Whole(Algorithm::Blake3, it)),
        kind: Some(row.kind),
        facts: Some(&facts),
        ..Row::default()
    });
}
