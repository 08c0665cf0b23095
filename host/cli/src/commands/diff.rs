//! `sanchay diff`: what became of files between two snapshots, or a snapshot
//! and the disk.

use std::{
    fs::File,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use clap::Args;
use sanchay::{Algorithm, DigestList, Engine, Plugins};
use sanchay_catalog::{
    CatalogError, Difference, Manifest, Side, SnapshotOptions,
};
use sanchay_core::{
    record::{RecordKind, Row},
    size,
};

use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::{self, Exit},
    failure::Failure,
    messages::Messages,
    options::{
        algorithm::IdentifyingArgs, catalog::CatalogArgs, output::OutputArgs,
        run::RunArgs, sort::SortArgs, walk::WalkArgs,
    },
    output::{Inputs, Output, RecordWriter, Request},
};

const EXAMPLES: &str = "\
A and B are each the name or number of a snapshot, latest, latest~N for the Nth
before it in its series, or a path on disk. What has a slash, and . and .., are
paths. What is a snapshot and a path is an error: say snapshot:NAME or ./PATH.

A path that is a file is a list of digests: a manifest, or what a checksum
program wrote. It is compared by contents alone, with another list, a snapshot
that has digests, or a directory, whose files are hashed. The paths that it
lists are taken from the current directory; if none of them is in the directory
that it is compared with then, they are taken from that one.

latest is of the series of the other side: that of a snapshot, or the newest of
the path. Where that tells none, it is the newest snapshot of all. Give the
filters that the snapshot was taken with where one of them is a path; they are
for what is on disk, and a snapshot has the files that it was taken of.

  new      it is in B only
  deleted  it is in A only
  moved    what was deleted in A is in B at another path: the same inode, size
           and modification time, or the same digest
  changed  its size or digest is another; where a digest is not known, its
           modification time
  touched  its content is the same, and its times, owner or permissions are not

Paths are below the root where each side has one, and absolute elsewhere. They
are in byte order.

Exit status is 0 where nothing is different, and 1 where something is.

Examples:
  sanchay diff latest~1 latest
  sanchay diff before-the-move /srv
  sanchay diff --hash /srv /backup/srv
  sanchay diff photos.ndjson /mnt/card/photos
  sanchay diff monday latest --format ndjson | jq -r \
      'select(.change == \"deleted\") | .path'";

/// Tell what became of files between two snapshots, or a snapshot and the disk.
#[derive(Args, Debug)]
#[command(after_help = "See --help for what is told, and examples.")]
#[command(after_long_help = format!("{EXAMPLES}\n\n{}", size::HELP))]
pub(crate) struct DiffArgs {
    /// A snapshot, or a path
    a: PathBuf,

    /// The snapshot or path to compare it with
    b: PathBuf,

    /// Also compare the contents of files on disk, by digest
    #[arg(long)]
    hash: bool,

    #[command(flatten)]
    algorithm: IdentifyingArgs,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    sort: SortArgs,

    #[command(flatten)]
    walk: WalkArgs,

    #[command(flatten)]
    catalog: CatalogArgs,

    #[command(flatten)]
    run: RunArgs,
}

impl RunCommand for DiffArgs {
    /// Whether the options go together.
    fn check(&self) -> Result<(), String> {
        if self.walk.list.is_given() {
            let why = "diff compares two things, and takes no list";
            return Err(why.to_owned());
        }
        self.algorithm.check()?;
        self.output.check(RecordKind::Difference, false)?;
        self.sort.check(RecordKind::Difference)?;
        self.walk.check(|filter| filter)
    }

    /// Compares.
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        if let Some(exit) = self.walk.explain(|filter| filter)? {
            return Ok(exit);
        }
        let interrupt = context.catch_signals()?;
        let messages = self.run.messages(context, false);
        let catalog = self.catalog.require(&messages)?;
        let engine = self.run.engine_with(&catalog)?;
        let sides = [self.a.clone(), self.b.clone()];
        let inputs = Inputs::of_roots(&sides, &self.walk).and(catalog.paths());
        let plugins = Plugins::default();
        let kind = RecordKind::Difference;
        let output = Output::open(Request {
            sort: Some(&self.sort),
            ..Request::new(&self.output, inputs, kind, &plugins)
        })?;
        let walk = self.walk.options(plugins.clone(), &output.sink);
        let algorithm = self.algorithm.algorithm();
        let options = SnapshotOptions {
            name: None,
            hash: self.hash.then_some(algorithm),
            walk: catalog.left_out(walk),
            monitor: messages.monitor(&interrupt.cancel),
        };
        let open = catalog.get()?;
        let (a, b) = (&self.a, &self.b);
        let walk = &options.walk;
        let side = |name: &Path, other: &Path| {
            let side = open.side(name, Some(other), walk)?;
            list_of(side, &engine, algorithm, &messages)
        };
        let found = side(a, b).and_then(|side_a| {
            let side_b = side(b, a)?;
            open.diff(&engine, &side_a, &side_b, &options, |error| {
                messages.entry(&error);
                ControlFlow::Continue(())
            })
        });
        messages.end_progress();
        if let Ok(found) = &found
            && let Some(files) = &found.other_selection
            && !self.run.quiet
        {
            messages.note(format_args!(
                "the filters are not those of the snapshot, which has: {files}"
            ));
        }
        let outcome = found.map_err(Failure::from).map(|found| {
            let mut writer = RecordWriter::new(&output);
            for difference in &found.all {
                if print(&mut writer, difference).is_break() {
                    break;
                }
            }
            let summary = found.summary.unwrap_or_default();
            match exit::of_run(&summary, 2) {
                Exit::Done if !found.all.is_empty() => Exit::No,
                exit => exit,
            }
        });
        output.end_run(outcome, &messages)
    }
}

/// A side, which is a list of digests if it is a file.
fn list_of(
    side: Side,
    engine: &Engine,
    algorithm: Algorithm,
    messages: &Messages,
) -> Result<Side, CatalogError> {
    let path = match side {
        Side::Disk(path) if path.is_file() => path,
        other => return Ok(other),
    };
    let list = match File::open(&path) {
        Ok(list) => list,
        Err(source) => {
            let action = "open the list";
            return Err(CatalogError::Io { path, action, source });
        }
    };
    let DigestList { files, malformed, .. } =
        engine.read_digests(list, algorithm)?;
    if malformed > 0 {
        let shown = sanchay::escaped(path.as_os_str().as_encoded_bytes());
        messages.say(format_args!(
            "{shown}: lines without a digest to compare by: {malformed}"
        ));
    }
    Ok(Side::Manifest(Box::new(Manifest { path, files })))
}

pub(super) fn print(
    writer: &mut RecordWriter<'_>,
    difference: &Difference,
) -> ControlFlow<()> {
    writer.output.take()?;
    let version = &difference.version;
    let is_known = !version.is_content_only();
    let facts = version.facts();
    writer.push(&Row {
        change: Some(difference.change),
        name: &difference.path,
        from: difference.from.as_deref(),
        size: is_known.then_some(version.size),
        modified: is_known.then(|| version.modified()),
        content: version.content(),
        kind: Some(version.kind),
        facts: is_known.then_some(&facts),
        ..Row::default()
    });
    writer.flush_if_due()?;
    writer.output.is_enough()
}
