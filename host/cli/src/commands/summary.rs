//! `sanchay summary`: what trees consist of.

mod bars;
mod page;
mod text;

use std::{ops::ControlFlow, path::PathBuf};

use clap::{Args, ValueEnum, ValueHint, value_parser};
use sanchay::{SummaryOptions, TreeSummary, user_name};
use sanchay_core::size;
use sanchay_output::push_summary;

use self::{page::Page, text::Text};
use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::{self, Exit},
    failure::Failure,
    options::{
        cloud::CloudArgs, plugin::PluginArgs, run::RunArgs, walk::WalkArgs,
    },
    output::{Inputs, Sink},
    plugins::load_all,
    standard_streams::is_stdout,
};
use sanchay_names::OsStrExt as _;

const EXAMPLES: &str = "\
Bytes are the sizes of files, and on disk is what their blocks take. A file
with several names (hard links) counts as a file under each of them; its bytes
count once, as du counts them, under the least path. Only regular files are
counted, unless --kind says otherwise; a directory that is asked for adds its
own bytes, and is no file.

Extensions are told without regard to case. Ages are those of the last
modification. A folder without files has none at any depth, hidden ones
included; links and the like do not count.

--format json prints one object: sizes in bytes, times in RFC 3339. The same
numbers are on the page that --html writes: one file that loads nothing and
runs no script.

With --follow, a folder counts once and where its shortest path leads, which may
be that of a link; of several as short, the first by name.

Examples:
  sanchay summary
  sanchay summary --depth 1 --top 20 /srv
  sanchay summary -e jpg,raw --changed-before 1y /srv/photos
  sanchay summary --content --format json /srv | jq .contents
  sanchay summary --depth 4 --html srv.html /srv";

/// Sum up what directories consist of: sizes, types, ages, owners.
#[derive(Args, Debug)]
#[command(after_help = "See --help for what is counted, and examples.")]
#[command(after_long_help = format!("{EXAMPLES}\n\n{}", size::HELP))]
pub(crate) struct SummaryArgs {
    /// Where to look; by default the current directory
    #[arg(value_name = "ROOT")]
    pub(crate) roots: Vec<PathBuf>,

    /// Sum up by folder down to this depth; 0 is the roots alone
    #[arg(long, value_name = "LEVELS", default_value_t = 2)]
    depth: u32,

    /// How many entries each list has at most
    #[arg(
        long,
        value_name = "N",
        default_value_t = 10,
        value_parser = value_parser!(u16)
    )]
    top: u16,

    /// Tell kinds of content (text, image, video) by files' first bytes
    ///
    /// Every file is opened for that. The first 4096 bytes are read, and
    /// looked at in the sandbox.
    #[arg(long)]
    content: bool,

    #[command(flatten)]
    output: SummaryOutput,

    #[command(flatten)]
    walk: WalkArgs,

    #[command(flatten)]
    cloud: CloudArgs,

    #[command(flatten)]
    pub(crate) plugin: PluginArgs,

    #[command(flatten)]
    run: RunArgs,
}

/// Where the summary goes, and in which form.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Output")]
struct SummaryOutput {
    /// The output format
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    format: SummaryFormat,

    /// Short for --format json
    #[arg(long, overrides_with = "format")]
    json: bool,

    /// Write the summary to FILE instead of standard output
    ///
    /// FILE is replaced when the run is done; a run that is interrupted
    /// leaves it as it was. - means standard output.
    #[arg(
        short,
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath
    )]
    output: Option<PathBuf>,

    /// Also write a page to FILE, with a map, charts and tables
    ///
    /// FILE is replaced when the run is done.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    html: Option<PathBuf>,
}

/// The forms of a summary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum SummaryFormat {
    /// tables for people
    #[default]
    Text,
    /// one JSON object
    Json,
}

impl RunCommand for SummaryArgs {
    /// Whether the options go together.
    fn check(&self) -> Result<(), String> {
        self.cloud.check(&self.roots)?;
        let SummaryOutput { output, html, .. } = &self.output;
        match (output, html) {
            (_, Some(html)) if is_stdout(html) => Err(
                "--html needs the name of a file: standard output has the \
                 summary"
                    .to_owned(),
            ),
            (Some(output), Some(html)) if output == html => {
                Err("--output and --html name the same file".to_owned())
            }
            _ => self.walk.check_before_plugins(|filter| filter),
        }
    }

    /// Sums up and prints.
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let explained = self.walk.explain_with_plugins(
            |filter| filter,
            (&self.plugin, |it| it),
            &self.run,
            context,
        )?;
        if let Some(exit) = explained {
            return Ok(exit);
        }
        let roots = self.walk.list.or_current(&self.roots)?;
        let interrupt = context.catch_signals()?;
        let messages = self.run.messages(context, false);
        let engine = self.run.engine()?;
        let silent = Some("summary");
        let plugins = load_all(
            &self.plugin,
            &self.walk.filter.0,
            &engine,
            &interrupt,
            silent,
        )?;
        let inputs = &Inputs::of_walk(&roots, &self.walk, &self.plugin);
        let html = self.output.html.as_deref();
        let html = html.map(|it| Sink::open(Some(it), inputs)).transpose()?;
        let file = self.output.output.as_deref();
        let sink = Sink::open(file.filter(|it| !is_stdout(it)), inputs)?;
        if let Some(html) = html.as_ref().filter(|it| it.is_same_file(&sink)) {
            return Err(Failure::SameOutput(html.path()));
        }
        let walk = self.walk.options(plugins, &sink);
        let mut walk = self.cloud.reach(walk);
        walk.leave_out.extend(html.iter().flat_map(Sink::ids));
        let outcome = engine
            .summary(&roots)
            .options(SummaryOptions {
                walk,
                depth: self.depth,
                top: self.top.into(),
                content: self.content,
                now: None,
            })
            .monitor(&messages.monitor(&interrupt.cancel))
            .report(|error| {
                messages.entry(&error);
                ControlFlow::Continue(())
            });
        messages.end_progress();
        let written = outcome.map_err(Failure::from).map(|mut found| {
            found.report.name_owners(user_name);
            let exit = exit::of_run(&found.summary, roots.len());
            if exit != Exit::Failed {
                self.write(&found, &roots, &sink, html.as_ref(), context);
            }
            exit
        });
        let keep = matches!(written, Ok(exit) if exit != Exit::Failed);
        let page = html.map(|page| page.finish(keep));
        sink.finish(keep)?;
        page.transpose()?;
        written
    }

    fn plugins(&mut self) -> Option<&mut PluginArgs> {
        Some(&mut self.plugin)
    }

    fn roots(&mut self) -> Option<&mut Vec<PathBuf>> {
        Some(&mut self.roots)
    }
}

impl SummaryArgs {
    /// Writes the summary, and the page if there is to be one. What goes wrong
    /// is reported at the end.
    fn write(
        &self,
        found: &TreeSummary,
        roots: &[PathBuf],
        sink: &Sink,
        html: Option<&Sink>,
        context: &Context,
    ) {
        let roots: Vec<&[u8]> = roots
            .iter()
            .map(|root| match root.as_os_str().as_bytes() {
                b"" => b".",
                root => root,
            })
            .collect();
        let report = &found.report;
        let format = match self.output.json {
            true => SummaryFormat::Json,
            false => self.output.format,
        };
        let mut bytes = Vec::new();
        match format {
            SummaryFormat::Json => push_summary(report, &roots, &mut bytes),
            SummaryFormat::Text => {
                // Colour is for standard output, not for a file.
                let color = context.terminal.colored_stdout
                    && sink.path().as_os_str().is_empty();
                let terminal = sink.is_terminal();
                let text = Text::new(terminal, color, self.top.into());
                bytes = text.of(report).into_bytes();
            }
        }
        let _ = sink.write(&bytes, &[]);
        if let Some(html) = html {
            let page = Page { report, roots: &roots }.html();
            let _ = html.write(page.as_bytes(), &[]);
        }
    }
}
