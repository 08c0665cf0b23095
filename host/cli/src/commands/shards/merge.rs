//! `sanchay shards merge`: what all shards have is put together.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use clap::{ArgGroup, Args, ValueHint};
use sanchay::{EntryKind, FileFacts, GroupOrder, Plugins, Role, WalkOptions};
use sanchay_core::{
    content::Content,
    record::{RecordKind, Row},
};
use sanchay_output::TextOptions;
use sanchay_shards::{
    DuplicatesOptions, MergedGroup, Outputs, SimilarMergeOptions,
};

use super::{
    job_index::{self, job_index},
    place,
};
use crate::{
    commands::{command::RunCommand, similar::write_groups},
    context::Context,
    exit::Exit,
    failure::Failure,
    messages::Messages,
    options::{cloud::CloudArgs, output::OutputArgs, run::RunArgs},
    output::{
        GroupFacts, GroupWriter, Inputs, Member, Output, RecordWriter, Request,
    },
};

const EXAMPLES: &str = "\
Equal files have equal digests and are in one partition: each can be merged by
itself, on any machine, and no group is in two of them. With --all they are
merged one after the other, and what is printed is what dupes prints of the same
files, byte for byte; see its help for the formats. Numbers of groups and the
order are those of what is merged at once.

With --sums there is a line for each folder down to the depth of the plan:
path, file_count, size and allocated, all at any depth below it. Folders are in
partitions by a digest of their paths. A file with several names counts with
each.

That the output of a shard is missing is an error: what is in it may be equal to
what is in others.

With --similar the groups are those that similar finds, of plans that were made
with --similar: each partition joins some of the texts that may be alike, and
--all finds all groups, byte for byte as similar prints them. These texts are
read once more, so that the roots must be seen here.

Which copies share their bytes on disk is asked of the files, as far as they are
seen here.

Examples:
  sanchay shards merge --all --from /mnt/shared/inventory
  sanchay shards merge 00 --from s3://bucket/inventory --format ndjson
  sanchay shards merge 00 01 02 03 --from out --format parquet -o 0.parquet
  sanchay shards merge --all --sums --from out
  sanchay shards merge --all --similar --from out";

/// Find the duplicates of all shards, or sum up their folders
#[derive(Args, Debug)]
#[command(after_help = "See --help for what is merged, and examples.")]
#[command(after_long_help = EXAMPLES)]
#[command(group = ArgGroup::new("which"))]
pub(crate) struct MergeArgs {
    /// The partitions to merge: 00 to ff; by default that which the variable
    /// JOB_COMPLETION_INDEX counts, from 0 to 255
    #[arg(value_name = "PARTITION", group = "which", value_parser = partition)]
    partitions: Vec<u8>,

    /// Merge all partitions
    #[arg(long, group = "which")]
    all: bool,

    /// Where the output of the shards is
    #[arg(long, value_name = "PLACE", value_hint = ValueHint::DirPath)]
    from: PathBuf,

    /// Sum up folders instead of finding duplicates
    #[arg(
        long,
        conflicts_with_all = [
            "hardlinks", "same_device", "min_group", "sort", "print0",
        ]
    )]
    sums: bool,

    /// Find texts that are nearly the same instead of duplicates
    #[arg(
        long,
        conflicts_with_all = [
            "sums", "hardlinks", "same_device", "min_group", "sort",
        ]
    )]
    similar: bool,

    /// Merge also where the output of shards is missing
    #[arg(long)]
    allow_missing: bool,

    /// End with 0, and not with 3, where some entries failed
    #[arg(long)]
    accept_errors: bool,

    /// Count hard links to one file as separate files
    #[arg(long)]
    hardlinks: bool,

    /// Put only files on one device into one group
    #[arg(long)]
    same_device: bool,

    /// Leave out groups of fewer than N files
    #[arg(long, value_name = "N", default_value_t = 2)]
    min_group: usize,

    /// Sort groups by reclaimable, size, copies or path, as size:desc,path
    #[arg(
        long,
        value_name = "KEY[:desc],...",
        default_value = "reclaimable:desc"
    )]
    sort: GroupOrder,

    /// Print only paths, each ended by a zero byte, with one more after each
    /// group
    #[arg(short = '0', long)]
    print0: bool,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    cloud: CloudArgs,

    #[command(flatten)]
    run: RunArgs,
}

impl RunCommand for MergeArgs {
    fn check(&self) -> Result<(), String> {
        self.cloud.check(std::slice::from_ref(&self.from))?;
        if self.output.file().is_some_and(|file| lies_in(file, &self.from)) {
            return Err(
                "--output lies in --from, and could overwrite what is \
                        merged: choose another place"
                    .to_owned(),
            );
        }
        if !self.all && self.partitions.is_empty() && !job_index::is_given() {
            return Err("name partitions, 00 to ff, or give --all".into());
        }
        if self.print0 && !self.output.format().is_lines() {
            return Err("--print0 needs --format text".into());
        }
        self.output.check(self.kind(), self.print0)
    }

    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let interrupt = context.catch_signals()?;
        let messages = self.run.messages(context, false);
        let plugins = Plugins::default();
        let text = TextOptions { zero: self.print0, ..TextOptions::default() };
        let output = Output::open(Request {
            color: context.terminal.colored_stdout,
            text,
            cancel: interrupt.cancel.clone(),
            ..Request::new(
                &self.output,
                Inputs::default(),
                self.kind(),
                &plugins,
            )
        })?;
        let partitions = self.partitions()?;
        let merged = self.outputs(&messages).and_then(|outputs| {
            let mut errors = 0;
            let partitions = partitions.into_iter();
            match (self.sums, self.similar) {
                (true, _) => self.sum_up(&outputs, partitions, &output)?,
                (_, true) => {
                    let options = SimilarMergeOptions {
                        storage: self
                            .cloud
                            .reach(WalkOptions::default())
                            .storage,
                        monitor: messages.monitor(&interrupt.cancel),
                    };
                    errors = self.similar(
                        &outputs, partitions, &options, &output, &messages,
                    )?;
                }
                _ => {
                    let storage =
                        self.cloud.reach(WalkOptions::default()).storage;
                    let options = DuplicatesOptions {
                        hardlinks: self.hardlinks,
                        same_device: self.same_device,
                        min_group: self.min_group,
                        order: self.sort.clone(),
                        storage,
                        cancel: interrupt.cancel.clone(),
                    };
                    self.merge(
                        &outputs, partitions, &options, &output, &messages,
                    )?;
                }
            }
            self.tell_errors(&outputs, &messages);
            let has_errors = errors > 0 || outputs.errors() > 0;
            let is_partial = has_errors && !self.accept_errors
                || !outputs.missing().is_empty();
            Ok(if is_partial { Exit::Partly } else { Exit::Done })
        });
        output.end_run(merged, &messages)
    }
}

impl MergeArgs {
    /// What the records are.
    fn kind(&self) -> RecordKind {
        match (self.sums, self.similar) {
            (true, _) => RecordKind::Folder,
            (_, true) => RecordKind::Similar,
            _ => RecordKind::Duplicate,
        }
    }

    fn outputs(&self, messages: &Messages) -> Result<Outputs, Failure> {
        let place = place(&self.from, &self.cloud)?;
        let outputs = Outputs::open(&place)?;
        if !self.allow_missing {
            return Ok(outputs.complete()?);
        }
        let missing = outputs.missing().len();
        if missing > 0 {
            messages.say(format_args!(
                "the output of {missing} shards is missing"
            ));
        }
        Ok(outputs)
    }

    /// The partitions, each once, in order.
    fn partitions(&self) -> Result<Vec<u8>, Failure> {
        let mut named = self.partitions.clone();
        if !self.all && named.is_empty() {
            let index = job_index(u8::MAX.into())?;
            named.extend(index.and_then(|it| u8::try_from(it).ok()));
        }
        let wanted = |it: &u8| self.all || named.contains(it);
        Ok((0..=u8::MAX).filter(wanted).collect())
    }

    /// Prints the groups of equal files.
    fn merge(
        &self,
        outputs: &Outputs,
        partitions: impl Iterator<Item = u8>,
        options: &DuplicatesOptions,
        output: &Output,
        messages: &Messages,
    ) -> Result<(), Failure> {
        let merged = outputs.duplicates(partitions, options)?;
        let mut writer = GroupWriter::new(output);
        for group in merged.groups() {
            if write(&mut writer, group).is_break() {
                break;
            }
        }
        drop(writer);
        if !self.run.quiet {
            messages.note(merged.summary());
        }
        Ok(())
    }

    /// Prints the groups of texts that are alike. Returns how many could not
    /// be read again.
    fn similar(
        &self,
        outputs: &Outputs,
        partitions: impl Iterator<Item = u8>,
        options: &SimilarMergeOptions,
        output: &Output,
        messages: &Messages,
    ) -> Result<u64, Failure> {
        let engine = self.run.engine()?;
        let found = outputs.similar(&engine, partitions, options, |error| {
            messages.entry(&error);
        });
        messages.end_progress();
        let found = found?;
        let groups = found.groups.iter().map(|group| {
            group.iter().map(|file| {
                ((&[][..], &*file.path), file.size, file.similarity)
            })
        });
        write_groups(output, groups);
        if !self.run.quiet {
            messages.note(&found);
        }
        Ok(found.errors)
    }

    /// Prints the sums of the folders.
    fn sum_up(
        &self,
        outputs: &Outputs,
        partitions: impl Iterator<Item = u8>,
        output: &Output,
    ) -> Result<(), Failure> {
        let sums = outputs.folders(partitions)?;
        let mut writer = RecordWriter::new(output);
        for sum in sums {
            if output.take().is_break() {
                break;
            }
            let allocated = Some(sum.allocated);
            let facts = FileFacts { allocated, ..FileFacts::default() };
            writer.push(&Row {
                name: &sum.path,
                kind: Some(EntryKind::Directory),
                size: Some(sum.bytes),
                file_count: Some(sum.files),
                facts: Some(&facts),
                ..Row::default()
            });
            if writer.flush_if_due().is_break() {
                break;
            }
        }
        Ok(())
    }

    fn tell_errors(&self, outputs: &Outputs, messages: &Messages) {
        let errors = outputs.errors();
        if errors > 0 {
            messages.say(format_args!(
                "{errors} entries failed when the shards were run; each is \
                 named in errors/ of their output"
            ));
        }
    }
}

/// Writes a group.
fn write(
    writer: &mut GroupWriter<'_>,
    group: MergedGroup<'_>,
) -> ControlFlow<()> {
    let facts = GroupFacts {
        size: group.size(),
        content: Content::Whole(group.algorithm(), group.digest()),
        reclaimable: group.reclaimable(),
        kind: EntryKind::File,
        file_count: None,
    };
    writer.write(facts, |push| {
        for (parent, name) in group.files() {
            push(Member { parent, name, role: Role::Duplicate, values: &[] });
        }
    })
}

/// Whether a file lies, or would lie, in a folder.
fn lies_in(file: &Path, folder: &Path) -> bool {
    let parent = match file.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    match (parent.canonicalize(), folder.canonicalize()) {
        (Ok(parent), Ok(folder)) => parent.starts_with(folder),
        _ => false,
    }
}

/// Reads the number of a partition.
fn partition(text: &str) -> Result<u8, String> {
    let is_hex =
        text.len() == 2 && text.bytes().all(|it| it.is_ascii_hexdigit());
    match u8::from_str_radix(text, 16) {
        Ok(number) if is_hex => Ok(number),
        _ => Err("expected two hexadecimal digits: 00 to ff".to_owned()),
    }
}
