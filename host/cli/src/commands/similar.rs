//! `sanchay similar`: which files have nearly the same text, and which pictures
//! look the same.

use std::{ops::ControlFlow, path::PathBuf};

use clap::Args;
use sanchay::{
    Engine, Error, Filter, Monitor, Similar, SimilarFile, Summary,
    ValueColumns, WalkOptions,
};
#[cfg(feature = "images")]
use sanchay::{ImagePair, SimilarImage, SimilarImages};
use sanchay_core::{
    record::{self, RecordKind, Row},
    size,
};
use sanchay_output::TextOptions;

use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::{self, Exit},
    failure::Failure,
    messages::Messages,
    options::{
        cloud::CloudArgs, likeness::LikenessArgs, output::OutputArgs,
        plugin::PluginArgs, run::RunArgs, walk::WalkArgs,
    },
    output::{Inputs, Output, RecordWriter, Request},
    plugins::load_all,
    signals::Interrupt,
};

const EXAMPLES: &str = "\
Texts are cut into shingles, so many words in a row. Two texts are as alike as
their sets of shingles: the number of those that both have, divided by the
number of all. White space does not count, everything else does: letters and
digits in a row are a word, and so is any other character, and each character
of Chinese, Japanese and the like. A text shorter than a shingle is one.

Files are read as UTF-8, as UTF-16 or UTF-32 where they begin with a byte order
mark or look like it, and as any other encoding that has ASCII in it. What has
zero bytes or many control characters in its first 4096 bytes is no text, and
is left out. Of the names of one file (hard links) the first counts.

A group is all files that are like one of the group. It is a line
  # N similar files
then a line for each, SIMILARITY<TAB>PATH, with how alike it is to the first of
them, then an empty line. A newline, carriage return or backslash in a name is
printed as \\n, \\r or \\\\, with a backslash before the line. With --print0 a
group is its paths, each ended by a zero byte, and a zero byte after the last.
With --pairs there is a line for each two files that are alike:
GROUP<TAB>SIMILARITY<TAB>PATH<TAB>PATH.

Groups are in the byte order of their first paths, and so are the files of each.
Other formats have a record for each file, with group, similarity, size and
path, of pictures width and height as well; with --pairs for each pair, with
group, similarity, path and other.

At the threshold, one pair in a thousand is missed if no third file joins the
two. What is told is exact.

With --images, pictures are compared that look the same in another format, size
or compression, brighter, or cropped by up to an eighth at each side. Each is
decoded in the sandbox. Turned ones are found with --rotations.

sanchay dedupe --similar takes the same options, and has files make way.

Examples:
  sanchay similar ~/notes
  sanchay similar -e rs,c,h --threshold 0.6 src vendor
  sanchay similar --pairs --format csv -o pairs.csv /srv/texts
  sanchay similar --characters --shingle-size 9 --min-size 1k corpus
  sanchay similar --images --rotations ~/Pictures";

/// Find files with nearly the same text.
#[derive(Args, Debug)]
#[command(after_help = "See --help for what is compared, and examples.")]
#[command(after_long_help = format!("{EXAMPLES}\n\n{}", size::HELP))]
pub(crate) struct SimilarArgs {
    /// Where to look; by default the current directory
    #[arg(value_name = "ROOT")]
    pub(crate) roots: Vec<PathBuf>,

    /// Tell each pair of similar files, and how alike they are
    #[arg(long)]
    pairs: bool,

    /// Print only paths, each ended by a zero byte, with one more after each
    /// group
    #[arg(short = '0', long, conflicts_with = "pairs")]
    print0: bool,

    #[command(flatten)]
    likeness: LikenessArgs,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    walk: WalkArgs,

    #[command(flatten)]
    cloud: CloudArgs,

    #[command(flatten)]
    pub(crate) plugin: PluginArgs,

    #[command(flatten)]
    run: RunArgs,
}

impl RunCommand for SimilarArgs {
    /// Whether the options go together.
    fn check(&self) -> Result<(), String> {
        self.cloud.check(&self.roots)?;
        if self.print0 && !self.output.format().is_lines() {
            return Err("--print0 needs --format text".into());
        }
        self.output.check(self.kind(), self.print0)?;
        self.walk.check_before_plugins(Filter::for_duplicates)
    }

    /// Finds the groups, prints them, and tells what they come to.
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let explained = self.walk.explain_with_plugins(
            Filter::for_duplicates,
            (&self.plugin, ValueColumns::with_similarity),
            &self.run,
            context,
        )?;
        if let Some(exit) = explained {
            return Ok(exit);
        }
        let interrupt = context.catch_signals()?;
        let messages = self.run.messages(context, false);
        let engine = self.run.engine()?;
        let silent = Some("similar");
        let plugins = load_all(
            &self.plugin,
            &self.walk.filter.0,
            &engine,
            &interrupt,
            silent,
        )?;
        let text = TextOptions { zero: self.print0, ..TextOptions::default() };
        let roots = self.walk.list.or_current(&self.roots)?;
        let inputs = Inputs::of_walk(&roots, &self.walk, &self.plugin);
        let output = Output::open(Request {
            color: context.terminal.colored_stdout,
            text,
            ..Request::new(&self.output, inputs, self.kind(), &plugins)
        })?;
        let walk = self.walk.options(output.plugins(&plugins)?, &output.sink);
        let walk = self.cloud.reach(walk);
        let printing = Printing {
            engine: &engine,
            messages: &messages,
            output: &output,
            interrupt: &interrupt,
        };
        let outcome = self.find(&roots, walk, &printing);
        let note = outcome.as_ref().ok().map(|found| found.note.clone());
        let exit = output.end(
            outcome
                .map(|found| exit::of_run(&found.scanned, roots.len()))
                .map_err(Failure::from),
        )?;
        if let Some(note) = note.filter(|_| !self.run.quiet) {
            messages.note(note);
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

/// What a search came to.
struct Found {
    scanned: Summary,
    /// In words.
    note: String,
}

impl SimilarArgs {
    /// Finds what is alike, and prints it.
    fn find(
        &self,
        roots: &[PathBuf],
        walk: WalkOptions,
        printing: &Printing<'_>,
    ) -> Result<Found, Error> {
        #[cfg(feature = "images")]
        if self.likeness.images() {
            return self.find_images(roots, walk, printing);
        }
        let options = self.likeness.texts(walk);
        let Printing { engine, messages, interrupt, .. } = *printing;
        let similar = engine
            .similar(roots)
            .options(options)
            .monitor(&messages.monitor(&interrupt.cancel))
            .find(|error| {
                messages.entry(&error);
                ControlFlow::Continue(())
            })?;
        messages.end_progress();
        let mut summary = similar.summary();
        summary.scanned.errors += match self.pairs {
            true => printing.pairs(&similar)?,
            false => printing.groups(&similar),
        };
        Ok(Found { scanned: summary.scanned, note: summary.to_string() })
    }

    /// Finds pictures, and prints them.
    #[cfg(feature = "images")]
    fn find_images(
        &self,
        roots: &[PathBuf],
        walk: WalkOptions,
        printing: &Printing<'_>,
    ) -> Result<Found, Error> {
        let options = self.likeness.pictures(walk);
        let Printing { engine, messages, interrupt, .. } = *printing;
        let similar = engine
            .similar_images(roots)
            .options(options)
            .monitor(&messages.monitor(&interrupt.cancel))
            .find(|error| {
                messages.entry(&error);
                ControlFlow::Continue(())
            })?;
        messages.end_progress();
        match self.pairs {
            true => printing.image_pairs(&similar),
            false => printing.image_groups(&similar),
        }
        let summary = similar.summary();
        Ok(Found { scanned: summary.scanned, note: summary.to_string() })
    }

    /// What the records are.
    fn kind(&self) -> RecordKind {
        match (self.pairs, self.likeness.images()) {
            (true, _) => RecordKind::SimilarPair,
            (false, true) => RecordKind::SimilarImage,
            (false, false) => RecordKind::Similar,
        }
    }
}

/// Prints what was found.
struct Printing<'a> {
    engine: &'a Engine,
    messages: &'a Messages,
    output: &'a Output,
    interrupt: &'a Interrupt,
}

impl Printing<'_> {
    /// Prints groups, one after the other. Nothing of a file can fail.
    fn groups(&self, similar: &Similar) -> u64 {
        let groups = similar.groups().map(|group| {
            group.files().map(|file| {
                let SimilarFile { parent, name, size, similarity, .. } = file;
                ((parent, name), size, similarity)
            })
        });
        write_groups(self.output, groups);
        0
    }

    /// Prints groups of pictures.
    #[cfg(feature = "images")]
    fn image_groups(&self, similar: &SimilarImages) {
        let mut writer = RecordWriter::new(self.output);
        for (number, group) in (1..).zip(similar.groups()) {
            if self.output.take().is_break() {
                break;
            }
            for file in group.files() {
                let SimilarImage { parent, name, width, height, .. } = file;
                let path = (&*parent, name);
                writer.push(&Row {
                    extent: Some((width, height)),
                    ..row(number, path, file.size, file.similarity)
                });
            }
            if is_over(self.output, &mut writer) {
                break;
            }
        }
    }

    /// Prints pairs of pictures.
    #[cfg(feature = "images")]
    fn image_pairs(&self, similar: &SimilarImages) {
        let mut writer = RecordWriter::new(self.output);
        for (number, group) in (1..).zip(similar.groups()) {
            for pair in group.pairs() {
                let ImagePair { one, other, similarity, .. } = pair;
                if self.output.take().is_break() {
                    return;
                }
                let path = [&*other.parent, other.name].concat();
                let one = (&*one.parent, one.name);
                write_pair(&mut writer, number, one, &path, similarity);
                if is_over(self.output, &mut writer)
                    || self.interrupt.cancel.is_cancelled()
                {
                    return;
                }
            }
        }
    }

    /// Prints pairs. Returns how many files could not be read again.
    fn pairs(&self, similar: &Similar) -> Result<u64, Error> {
        let mut writer = RecordWriter::new(self.output);
        let cancel = self.interrupt.cancel.clone();
        let monitor = Monitor { cancel, ..Monitor::default() };
        let found = self.engine.similar_pairs(
            similar,
            &monitor,
            |error| {
                self.messages.entry(&error);
                ControlFlow::Continue(())
            },
            |group, one, other| {
                self.output.take()?;
                let path = [&*other.parent, other.name].concat();
                let (number, similarity) = (group as u64 + 1, one.similarity);
                let one = (&*one.parent, one.name);
                write_pair(&mut writer, number, one, &path, similarity);
                writer.flush_if_due()?;
                self.output.is_enough()
            },
        );
        match found {
            Err(Error::Cancelled) if self.output.is_enough().is_break() => {
                Ok(0)
            }
            found => found,
        }
    }
}

/// Whether no further group is wanted.
fn is_over(output: &Output, writer: &mut RecordWriter<'_>) -> bool {
    writer.flush_if_due().is_break() || output.is_enough().is_break()
}

/// Prints groups, one after the other: of each file the two parts of its path,
/// its size, and how alike it is to the first of its group.
pub(super) fn write_groups<'a, P, F>(
    output: &Output,
    groups: impl Iterator<Item = F>,
) where
    P: AsRef<[u8]>,
    F: Iterator<Item = ((P, &'a [u8]), u64, f64)>,
{
    let mut writer = RecordWriter::new(output);
    for (number, group) in (1..).zip(groups) {
        if output.take().is_break() {
            break;
        }
        for ((parent, name), size, similarity) in group {
            let path = (parent.as_ref(), name);
            writer.push(&row(number, path, size, similarity));
        }
        if is_over(output, &mut writer) {
            break;
        }
    }
}

/// A file of a group.
fn row<'a>(
    group: u64,
    (parent, name): (&'a [u8], &'a [u8]),
    size: u64,
    similarity: f64,
) -> Row<'a> {
    Row {
        parent,
        name,
        size: Some(size),
        group: Some(numbered(group)),
        similarity: Some(similarity),
        ..Row::default()
    }
}

/// Writes two files that are alike.
fn write_pair(
    writer: &mut RecordWriter<'_>,
    group: u64,
    (parent, name): (&[u8], &[u8]),
    other: &[u8],
    similarity: f64,
) {
    writer.push(&Row {
        parent,
        name,
        other: Some(other),
        group: Some(numbered(group)),
        similarity: Some(similarity),
        ..Row::default()
    });
}

/// A group, of which only the number is told.
fn numbered(number: u64) -> record::Group {
    record::Group { number, reclaimable: 0 }
}
