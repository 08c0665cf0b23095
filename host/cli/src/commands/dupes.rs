//! `sanchay dupes`: which files are the same.

use std::{ops::ControlFlow, path::PathBuf};

use clap::Args;
use sanchay::{
    DuplicateOptions, EntryKind, Error, Filter, FolderGroup, Group,
    GroupValues, Monitor, Plugins,
};
use sanchay_core::{content::Content, record::RecordKind, size};
use sanchay_output::TextOptions;

use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::{self, Exit},
    failure::Failure,
    options::{
        algorithm::IdentifyingArgs, catalog::CatalogArgs, cloud::CloudArgs,
        groups::GroupArgs, output::OutputArgs, plugin::PluginArgs,
        run::RunArgs, walk::WalkArgs,
    },
    output::{GroupFacts, GroupWriter, Inputs, Member, Output, Request},
    plugins::load_all,
};

const EXAMPLES: &str = "\
Files are the same if all their bytes have the same digest. A file that differs
from all others in size, or in a part of its content, is not read further. Hard
links to one file count as one file, under the first of its paths in byte
order, unless --hardlinks is given. Empty files are left out unless --min-size
is given. Only regular files are compared.

Each group is a line
  # N files of SIZE bytes, BYTES bytes reclaimable, FUNCTION:HASH
then a line for each path, then an empty line. A newline, carriage return or
backslash in a name is printed as \\n, \\r or \\\\, with a backslash before the
line. With --print0 a group is its paths, each ended by a zero byte, and a zero
byte after the last.

Groups are sorted by reclaimable bytes, most first, then by their first paths,
unless --sort is given; paths are in byte order. The number of groups, redundant
files and reclaimable bytes goes to standard error.

Files of --against and --reference are references: they stay, and the line
# reference precedes each of them; in the other formats each file has a role,
reference or duplicate. --print0 does not tell them apart. All files of a group
but its references could go, or else all but one. What could go without freeing
anything is not reclaimable: another name of a file that stays, and, where the
file system tells, a copy that shares its bytes on disk (a reflink).

ndjson and json have an object for each group: size, algorithm, hash, files
(each with path, or path_base64 if the path is not UTF-8) and reclaimable. csv
and parquet have a row for each file: group, size, algorithm, hash, path and
reclaimable, with path_base64 in csv and path_bytes in parquet.

With --folders, groups of identical folders come first:
  # N folders of SIZE bytes in COUNT files, BYTES bytes reclaimable, FUNCTION:HASH
The other formats have the fields kind (directory or file) and file_count then.

The columns of plugins, NAME.FIELD, belong to each file; in text they are on a
line before its path, which begins with #.

Examples:
  sanchay dupes ~
  sanchay dupes --min-size 1MiB -e jpg -e raw /srv/photos /mnt/card
  sanchay dupes --against /backup --fields path,role /mnt/card
  sanchay dupes --folders -H ~/backups
  sanchay dupes --reference /srv/masters --verify /srv
  sanchay dupes --format ndjson / > groups.ndjson
  sanchay dupes -H --hardlinks --min-size 0 .";

/// Find files with the same content.
#[derive(Args, Debug)]
#[command(after_help = "See --help for output formats and examples.")]
#[command(after_long_help = format!("{EXAMPLES}\n\n{}", size::HELP))]
pub(crate) struct DupesArgs {
    /// Where to look; by default the current directory
    #[arg(value_name = "ROOT")]
    pub(crate) roots: Vec<PathBuf>,

    /// Count hard links to one file as separate files
    #[arg(long)]
    hardlinks: bool,

    /// Also find identical folders, and show each group of them as one result
    ///
    /// Folders are identical if names, kinds and contents of all that is in
    /// them are the same, as hash --tree tells (docs/TREE-DIGEST.md). Only the
    /// topmost are shown, and files in those that could go are in no other
    /// group. What filters leave out is not compared: hidden files, unless
    /// there is -H. A folder in which something cannot be read has no equal.
    #[arg(long, conflicts_with_all = ["follow", "kind"])]
    folders: bool,

    #[command(flatten)]
    algorithm: IdentifyingArgs,

    #[command(flatten)]
    groups: GroupArgs,

    /// Print only paths, each ended by a zero byte, with one more after each
    /// group
    #[arg(short = '0', long)]
    print0: bool,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    walk: WalkArgs,

    #[command(flatten)]
    cloud: CloudArgs,

    #[command(flatten)]
    pub(crate) plugin: PluginArgs,

    #[command(flatten)]
    catalog: CatalogArgs,

    #[command(flatten)]
    run: RunArgs,
}

impl RunCommand for DupesArgs {
    /// Whether the options go together.
    fn check(&self) -> Result<(), String> {
        self.cloud.check(&self.roots)?;
        if self.print0 && !self.output.format().is_lines() {
            return Err("--print0 needs --format text".into());
        }
        self.algorithm.check()?;
        self.output.check(RecordKind::Duplicate, self.print0)?;
        self.walk.check_before_plugins(Filter::for_duplicates)
    }

    /// Finds the groups, prints them, and tells what they come to.
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let explained = self.walk.explain_with_plugins(
            Filter::for_duplicates,
            (&self.plugin, |it| it),
            &self.run,
            context,
        )?;
        if let Some(exit) = explained {
            return Ok(exit);
        }
        let interrupt = context.catch_signals()?;
        let messages = self.run.messages(context, false);
        let catalog = self.catalog.open(&messages)?;
        let engine = self.run.engine_with(&catalog)?;
        let silent = self.print0.then_some("--print0");
        let plugins = load_all(
            &self.plugin,
            &self.walk.filter.0,
            &engine,
            &interrupt,
            silent,
        )?;
        let text = TextOptions { zero: self.print0, ..TextOptions::default() };
        let roots = self.walk.list.or_current(&self.roots)?;
        let inputs = Inputs::of_walk(&roots, &self.walk, &self.plugin)
            .and(self.groups.roots().cloned())
            .and(catalog.paths());
        let named = roots.len() + self.groups.roots().count();
        let kind = RecordKind::Duplicate;
        let output = Output::open(Request {
            color: context.terminal.colored_stdout,
            text,
            roles: self.groups.roots().next().is_some(),
            folders: self.folders,
            ..Request::new(&self.output, inputs, kind, &plugins)
        })?;
        let plugins = output.plugins(&plugins)?;
        // What only the filter asks for is not asked for again.
        let shown = match self.print0 && self.output.fields().is_empty() {
            true => Plugins::default(),
            false => plugins.clone(),
        };
        let options = DuplicateOptions {
            walk: catalog.left_out(
                self.cloud.reach(self.walk.options(plugins, &output.sink)),
            ),
            folders: self.folders,
            hardlinks: self.hardlinks,
            algorithm: self.algorithm.algorithm(),
            against: self.groups.against.clone(),
            references: self.groups.reference.clone(),
            same_device: self.groups.same_device,
            min_group: self.groups.min_group,
            verify: self.groups.verify,
            order: self.groups.sort.clone(),
        };
        let outcome = engine
            .duplicates(&roots)
            .options(options)
            .monitor(&messages.monitor(&interrupt.cancel))
            .find(|error| {
                messages.entry(&error);
                ControlFlow::Continue(())
            })
            .and_then(|duplicates| {
                messages.end_progress();
                let cancel = interrupt.cancel.clone();
                let monitor = Monitor { cancel, ..Monitor::default() };
                let mut summary = duplicates.summary();
                let mut writer = GroupWriter::new(&output);
                for group in duplicates.folder_groups() {
                    if print_folders(&mut writer, group).is_break() {
                        return Ok(summary);
                    }
                }
                let errors = engine.extract_groups(
                    &duplicates,
                    &shown,
                    &monitor,
                    |error| {
                        messages.entry(&error);
                        ControlFlow::Continue(())
                    },
                    |group, values| print(&mut writer, group, values),
                );
                summary.scanned.errors += match errors {
                    Err(Error::Cancelled) if output.is_enough().is_break() => {
                        0
                    }
                    errors => errors?,
                };
                Ok(summary)
            });
        let summary = outcome.as_ref().ok().copied();
        let exit = output.end(
            outcome
                .map(|found| exit::of_run(&found.scanned, named))
                .map_err(Failure::from),
        )?;
        if let Some(summary) = summary.filter(|_| !self.run.quiet) {
            messages.note(summary);
            if summary.folder_groups > 0 && self.is_filtered() {
                messages.note(
                    "the folders are identical as far as the filters go: what \
                     they leave out, such as hidden files, was not compared",
                );
            }
        }
        Ok(exit)
    }

    fn plugins(&mut self) -> Option<&mut PluginArgs> {
        Some(&mut self.plugin)
    }

    fn roots(&mut self) -> Option<&mut Vec<PathBuf>> {
        Some(&mut self.roots)
    }
}

impl DupesArgs {
    /// Whether something in a folder may not have been looked at.
    fn is_filtered(&self) -> bool {
        let everything = WalkArgs {
            hidden: true,
            list: self.walk.list.clone(),
            walker: self.walk.walker,
            ..WalkArgs::default()
        };
        self.walk != everything
    }
}

/// Prints a group of folders.
fn print_folders(
    writer: &mut GroupWriter<'_>,
    group: &FolderGroup,
) -> ControlFlow<()> {
    let facts = GroupFacts {
        size: group.size,
        content: Content::Whole(group.algorithm, group.digest),
        reclaimable: group.reclaimable,
        kind: EntryKind::Directory,
        file_count: Some(group.files),
    };
    writer.write(facts, |push| {
        for (path, role) in group.paths.iter().zip(&group.roles) {
            push(Member {
                parent: b"",
                name: path.as_os_str().as_encoded_bytes(),
                role: *role,
                values: &[],
            });
        }
    })
}

/// Prints a group of files.
fn print(
    writer: &mut GroupWriter<'_>,
    group: Group<'_>,
    values: GroupValues<'_>,
) -> ControlFlow<()> {
    let facts = GroupFacts {
        size: group.size(),
        content: Content::Whole(group.algorithm(), group.digest()),
        reclaimable: group.reclaimable(),
        kind: EntryKind::File,
        file_count: None,
    };
    writer.write(facts, |push| {
        for (index, member) in group.files().enumerate() {
            push(Member {
                parent: &member.parent,
                name: member.name,
                role: member.role,
                values: values.of(index),
            });
        }
    })
}
