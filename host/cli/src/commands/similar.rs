//! `sanchay similar`: which files have nearly the same text.

use std::{ops::ControlFlow, path::PathBuf};

use clap::{Args, value_parser};
use sanchay::{
    Engine, Error, Filter, Monitor, Shingling, Similar, SimilarFile,
    SimilarOptions, Unit, ValueColumns,
};
use sanchay_core::{
    record::{self, RecordKind, Row},
    similarity::MAX_SIZE,
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
        output::OutputArgs, plugin::PluginArgs, run::RunArgs, walk::WalkArgs,
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
path; with --pairs for each pair, with group, similarity, path and other.

At the threshold, one pair in a thousand is missed if no third file joins the
two. What is told is exact.

Examples:
  sanchay similar ~/notes
  sanchay similar -e rs,c,h --threshold 0.6 src vendor
  sanchay similar --pairs --format csv -o pairs.csv /srv/texts
  sanchay similar --characters --shingle-size 9 --min-size 1k corpus";

/// Find files with nearly the same text.
#[derive(Args, Debug)]
#[command(after_help = "See --help for what is compared, and examples.")]
#[command(after_long_help = format!("{EXAMPLES}\n\n{}", size::HELP))]
pub(crate) struct SimilarArgs {
    /// Where to look; by default the current directory
    #[arg(value_name = "ROOT")]
    pub(crate) roots: Vec<PathBuf>,

    /// How alike texts are at least: 0.05 to 1
    #[arg(long, value_name = "SIMILARITY", default_value_t = 0.8)]
    threshold: f64,

    /// How many words, or characters, a shingle has: 1 to 64
    ///
    /// The more, the more a change counts.
    #[arg(
        long,
        value_name = "N",
        default_value_t = Shingling::default().size(),
        value_parser = value_parser!(u32).range(1..=i64::from(MAX_SIZE))
    )]
    shingle_size: u32,

    /// Compare shingles of characters rather than of words
    ///
    /// White space then counts, too.
    #[arg(long)]
    characters: bool,

    /// Leave out files of more than SIZE
    #[arg(
        long,
        value_name = "SIZE",
        default_value = "16MiB",
        value_parser = size::parse
    )]
    max_file_size: u64,

    /// Tell each pair of similar files, and how alike they are
    #[arg(long)]
    pairs: bool,

    /// Print only paths, each ended by a zero byte, with one more after each
    /// group
    #[arg(short = '0', long, conflicts_with = "pairs")]
    print0: bool,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    walk: WalkArgs,

    #[command(flatten)]
    pub(crate) plugin: PluginArgs,

    #[command(flatten)]
    run: RunArgs,
}

impl RunCommand for SimilarArgs {
    /// Whether the options go together.
    fn check(&self) -> Result<(), String> {
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
        let options = SimilarOptions {
            walk: self.walk.options(output.plugins(&plugins)?, &output.sink),
            threshold: self.threshold,
            shingling: self.shingling(),
            max_file_size: self.max_file_size,
        };
        let outcome = engine
            .similar(&roots)
            .options(options)
            .monitor(&messages.monitor(&interrupt.cancel))
            .find(|error| {
                messages.entry(&error);
                ControlFlow::Continue(())
            })
            .and_then(|similar| {
                messages.end_progress();
                let mut summary = similar.summary();
                let printing = Printing {
                    engine: &engine,
                    messages: &messages,
                    output: &output,
                };
                summary.scanned.errors += match self.pairs {
                    true => printing.pairs(&similar, &interrupt)?,
                    false => printing.groups(&similar),
                };
                Ok(summary)
            });
        let summary = outcome.as_ref().ok().copied();
        let exit = output.end(
            outcome
                .map(|found| exit::of_run(&found.scanned, roots.len()))
                .map_err(Failure::from),
        )?;
        if let Some(summary) = summary.filter(|_| !self.run.quiet) {
            messages.note(summary);
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

impl SimilarArgs {
    /// What the records are.
    fn kind(&self) -> RecordKind {
        match self.pairs {
            true => RecordKind::SimilarPair,
            false => RecordKind::Similar,
        }
    }

    fn shingling(&self) -> Shingling {
        let unit = match self.characters {
            true => Unit::Characters,
            false => Unit::Words,
        };
        Shingling::clamped(unit, self.shingle_size)
    }
}

/// Prints what was found.
struct Printing<'a> {
    engine: &'a Engine,
    messages: &'a Messages,
    output: &'a Output,
}

impl Printing<'_> {
    /// Prints groups, one after the other. Nothing of a file can fail.
    fn groups(&self, similar: &Similar) -> u64 {
        let mut writer = RecordWriter::new(self.output);
        for (number, group) in (1..).zip(similar.groups()) {
            if self.output.take().is_break() {
                break;
            }
            for file in group.files() {
                writer.push(&Row {
                    parent: &file.parent,
                    name: file.name,
                    size: Some(file.size),
                    group: Some(numbered(number)),
                    similarity: Some(file.similarity),
                    ..Row::default()
                });
            }
            let flow = writer.flush_if_due();
            if flow.is_break() || self.output.is_enough().is_break() {
                break;
            }
        }
        0
    }

    /// Prints pairs. Returns how many files could not be read again.
    fn pairs(
        &self,
        similar: &Similar,
        interrupt: &Interrupt,
    ) -> Result<u64, Error> {
        let mut writer = RecordWriter::new(self.output);
        let cancel = interrupt.cancel.clone();
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
                write_pair(&mut writer, group, one, other);
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

fn write_pair(
    writer: &mut RecordWriter<'_>,
    group: usize,
    one: &SimilarFile<'_>,
    other: &SimilarFile<'_>,
) {
    let path = [&*other.parent, other.name].concat();
    writer.push(&Row {
        parent: &one.parent,
        name: one.name,
        other: Some(&path),
        group: Some(numbered(group as u64 + 1)),
        similarity: Some(one.similarity),
        ..Row::default()
    });
}

/// A group, of which only the number is told.
fn numbered(number: u64) -> record::Group {
    record::Group { number, reclaimable: 0 }
}
