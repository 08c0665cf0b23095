//! `sanchay diff`: what became of files between two snapshots, or a snapshot
//! and the disk.

use std::{
    io,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use clap::Args;
use sanchay::{
    Algorithm, Engine, EntryKind, FileId, Plugins, WalkOptions, escaped,
};
use sanchay_catalog::{
    Catalog, CatalogError, Difference, Differences, Manifest, Side,
    SnapshotOptions,
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
    standard_streams::is_stdin,
};

const EXAMPLES: &str = "\
A and B are each the name or number of a snapshot, latest, latest~N for the Nth
before it in its series, or a path on disk. What has a slash, and . and .., are
paths. What is a snapshot and a path is an error: say snapshot:NAME or ./PATH.

A path that is a file is a list of digests: a manifest, or what a checksum
program wrote; - is one from standard input. It is compared by contents alone,
with another list, a snapshot that has digests, or a directory, whose files are
hashed. The paths that it lists are taken from the current directory; if none
of them is in the directory that it is compared with then, they are taken from
that one, and lead out of as many of the folders that all of them share as make
most of them fit.

latest is of the series of the other side: that of a snapshot, or the newest of
the path. Where that tells none, it is the newest snapshot of all.

Compared is what the filters let through of each side: a file that outgrew
--max-size is deleted. Give those that the snapshot was taken with where one
side is a directory. Without a directory, hidden files and all kinds count.

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
        if is_stdin(&self.a) && is_stdin(&self.b) {
            return Err("standard input can be one of A and B only".to_owned());
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
        let named = [self.a.clone(), self.b.clone()];
        let reads_stdin = named.iter().any(|it| is_stdin(it));
        let names_snapshot =
            named.iter().any(|it| !is_stdin(it) && !Side::is_path(it));
        let catalog = self.catalog.to_look_in(names_snapshot, &messages)?;
        let engine = self.run.engine_with(&catalog)?;
        let inputs = Inputs {
            stdin: reads_stdin,
            ..Inputs::of_roots(&named, &self.walk).and(catalog.paths())
        };
        let plugins = Plugins::default();
        let kind = RecordKind::Difference;
        let output = Output::open(Request {
            sort: Some(&self.sort),
            ..Request::new(&self.output, inputs, kind, &plugins)
        })?;
        let mut walk = self.walk.options(plugins.clone(), &output.sink);
        // A list is no part of the tree that it lies in.
        let lists = named.iter().filter(|it| !is_stdin(it));
        walk.leave_out.extend(lists.filter_map(|path| id_of_file(path)));
        let algorithm = self.algorithm.algorithm();
        let options = SnapshotOptions {
            name: None,
            hash: self.hash.then_some(algorithm),
            walk: catalog.left_out(walk),
            monitor: messages.monitor(&interrupt.cancel),
        };
        let open = catalog.get_or_empty();
        let sides = Sides {
            catalog: &open,
            engine: &engine,
            walk: &options.walk,
            algorithm,
            messages: &messages,
        };
        let (a, b) = (&self.a, &self.b);
        let found = sides.get(a, b).and_then(|side_a| {
            let side_b = sides.get(b, a)?;
            open.diff(&engine, &side_a, &side_b, &options, |error| {
                messages.entry(&error);
                ControlFlow::Continue(())
            })
        });
        messages.end_progress();
        if let Ok(found) = &found
            && !self.run.quiet
        {
            say_left_out(found, &messages);
        }
        let outcome = found.map_err(Failure::from).map(|found| {
            for path in &found.contradictory {
                messages.say(format_args!(
                    "{}: a list has several different digests of it",
                    escaped(path)
                ));
            }
            let mut writer = RecordWriter::new(&output);
            for difference in &found.all {
                if print(&mut writer, difference).is_break() {
                    break;
                }
            }
            let summary = found.summary.unwrap_or_default();
            // Without one of the sides, nothing is compared.
            match exit::of_run(&summary, 1) {
                Exit::Done if !found.contradictory.is_empty() => Exit::Partly,
                Exit::Done if !found.all.is_empty() => Exit::No,
                exit => exit,
            }
        });
        output.end_run(outcome, &messages)
    }
}

/// What names a side, read as far as that is needed to compare.
struct Sides<'s> {
    catalog: &'s Catalog,
    engine: &'s Engine,
    walk: &'s WalkOptions,
    algorithm: Algorithm,
    messages: &'s Messages,
}

impl Sides<'_> {
    /// A side, beside another; a list of digests, if it is a file or standard
    /// input.
    fn get(&self, name: &Path, other: &Path) -> Result<Side, CatalogError> {
        let Self { catalog, engine, walk, algorithm, messages } = *self;
        let side = match is_stdin(name) {
            true => {
                let list =
                    Manifest::read(engine, name, io::stdin(), algorithm)?;
                Side::Manifest(Box::new(list))
            }
            false => {
                let side = catalog.side(name, Some(other), walk)?;
                side.or_list(engine, algorithm)?
            }
        };
        if let Side::Manifest(list) = &side
            && list.malformed > 0
        {
            messages.say(format_args!(
                "{}: lines without a digest to compare by: {}",
                escaped(name.as_os_str().as_encoded_bytes()),
                list.malformed
            ));
        }
        Ok(side)
    }
}

/// What identifies what is at a path, if that is a regular file.
fn id_of_file(path: &Path) -> Option<FileId> {
    let found = sanchay::storage::stat(path).ok()?;
    (found.kind == EntryKind::File).then_some(found.id)
}

/// Says what a comparison leaves out.
fn say_left_out(found: &Differences, messages: &Messages) {
    if let Some(files) = &found.other_selection {
        messages.note(format_args!(
            "the filters are not those of the snapshot, which has: {files}"
        ));
    }
    for folders in &found.shortened {
        messages.note(format_args!(
            "the paths of the list are taken without {}, which all of them \
             begin with",
            escaped(folders)
        ));
    }
    if found.left_out > 0 {
        messages.note(format_args!(
            "files of the list that the filters leave out: {} (-H compares \
             hidden ones)",
            found.left_out
        ));
    }
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
