//! Which files a walk reports: the options that scan, hash and dupes share.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum, ValueHint, builder::PossibleValue};
use sanchay::{FileId, Plugins, ValueColumns, WalkOptions, Walker};

use sanchay_core::{exit::Exit, filter::Filter};

use super::{
    filter::FilterArgs, plugin::PluginArgs, root::ListArgs, run::RunArgs,
};
use crate::{
    context::Context,
    failure::Failure,
    output::{Inputs, Sink, put},
    plugins::load_all,
};

/// Which files are wanted, and where to look for them.
#[derive(Args, Clone, Debug, Default, PartialEq)]
#[command(next_help_heading = "Walking")]
pub(crate) struct WalkArgs {
    #[command(flatten)]
    pub(crate) list: ListArgs,

    #[command(flatten)]
    pub(crate) filter: FilterArgs,

    /// Include hidden files and directories, whose names begin with a dot
    #[arg(short = 'H', long)]
    pub(crate) hidden: bool,

    /// Follow symbolic links
    ///
    /// Each real directory is visited once and each real file that a link
    /// leads to is reported once, whatever cycles the links form. A link that
    /// leads nowhere is skipped. A root that is a link is always followed.
    #[arg(short = 'L', long)]
    pub(crate) follow: bool,

    /// With --follow: refuse links that lead out of the root
    #[arg(long, requires = "follow")]
    pub(crate) beneath: bool,

    /// Go at most DEPTH levels down; a root's own entries have depth 1
    ///
    /// A directory whose path below its root is longer than 65,536 bytes is an
    /// error, and is not entered.
    #[arg(short = 'd', long, value_name = "DEPTH")]
    pub(crate) max_depth: Option<usize>,

    /// Do not enter other file systems than the root's
    ///
    /// Pseudo file systems (/proc, /sys) are never entered from another file
    /// system; to look into one, name it.
    #[arg(long, aliases = ["xdev", "mount"])]
    pub(crate) one_file_system: bool,

    /// Leave out what git ignores, and .git itself
    ///
    /// By .gitignore and .ignore in each directory, .git/info/exclude, and the
    /// user's own excludes file (git's core.excludesFile, or
    /// ~/.config/git/ignore). Where a ROOT lies in a repository, the files
    /// above it count as well, up to the repository's top. Elsewhere they
    /// count all the same, from ROOT down.
    #[arg(long)]
    pub(crate) gitignore: bool,

    /// Leave out what the rules in FILE ignore, in the form of .gitignore
    ///
    /// They are matched with the path below each ROOT. Rules of a later FILE
    /// count more, and those that --gitignore finds count more than these.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) ignore_file: Vec<PathBuf>,

    /// Print the expression that the filters add up to, and do nothing else
    ///
    /// It is in the language of --where.
    #[arg(long)]
    pub(crate) explain: bool,

    /// How to list directories; the results are the same
    #[arg(
        long,
        value_name = "WALKER",
        value_enum,
        default_value = "native",
        hide_short_help = true
    )]
    pub(crate) walker: WalkerArg,
}

impl WalkArgs {
    /// The files that it reads, which the output must not replace.
    pub(crate) fn inputs(&self) -> Vec<PathBuf> {
        let lists = self.list.named().map(Path::to_owned);
        self.ignore_file.iter().cloned().chain(lists).collect()
    }

    /// Whether the filters go together, of a command without plugins. `adapt`
    /// makes of them what the command does.
    pub(crate) fn check(
        &self,
        adapt: fn(Filter) -> Filter,
    ) -> Result<(), String> {
        let program = self.adapted(adapt).program();
        let program = program.map_err(sanchay::Error::Filter);
        program.map(drop).map_err(|why| why.to_string())
    }

    /// The same of a command that takes plugins, before they are loaded.
    pub(crate) fn check_before_plugins(
        &self,
        adapt: fn(Filter) -> Filter,
    ) -> Result<(), String> {
        let checked = self.adapted(adapt).check();
        let checked = checked.map_err(sanchay::Error::Filter);
        checked.map_err(|why| why.to_string())
    }

    fn adapted(&self, adapt: fn(Filter) -> Filter) -> Filter {
        adapt(self.filter.0.clone().hidden(self.hidden))
    }

    /// Prints the expression in force if that was asked for. `adapt` makes of
    /// the filter what the command does.
    pub(crate) fn explain(
        &self,
        adapt: fn(Filter) -> Filter,
    ) -> Result<Option<Exit>, Failure> {
        self.explain_with(adapt, || Ok(ValueColumns::default()))
    }

    /// The same of a command that takes plugins, and tells these columns of
    /// its own. Plugins are loaded if the filter tests columns of theirs.
    pub(crate) fn explain_with_plugins(
        &self,
        adapt: fn(Filter) -> Filter,
        (plugins, with_own): (&PluginArgs, fn(ValueColumns) -> ValueColumns),
        run: &RunArgs,
        context: &Context,
    ) -> Result<Option<Exit>, Failure> {
        self.explain_with(adapt, || {
            let interrupt = context.catch_signals()?;
            let filter = &self.filter.0;
            let engine = run.engine()?;
            let plugins =
                load_all(plugins, filter, &engine, &interrupt, None)?;
            Ok(with_own(plugins.value_columns()))
        })
    }

    fn explain_with(
        &self,
        adapt: fn(Filter) -> Filter,
        columns: impl FnOnce() -> Result<ValueColumns, Failure>,
    ) -> Result<Option<Exit>, Failure> {
        if !self.explain {
            return Ok(None);
        }
        let filter = self.adapted(adapt);
        let columns = match filter.needs_columns() {
            true => columns()?,
            false => ValueColumns::default(),
        };
        let program = filter.program_with(&columns);
        let program = program.map_err(sanchay::Error::Filter)?;
        let text = format!("{}\n", program.expression());
        put(None, &Inputs::default(), text.as_bytes())?;
        Ok(Some(Exit::Done))
    }

    /// Whether the options suit a command that changes what it finds.
    pub(crate) fn check_acting(&self) -> Result<(), String> {
        match self.follow {
            true => Err("links are not followed by commands that change \
                         files: name what they lead to, without --follow"
                .to_owned()),
            false => Ok(()),
        }
    }

    /// The options in the library's terms, for a command that changes what it
    /// finds.
    pub(crate) fn acting_options(&self) -> WalkOptions {
        self.options_without(Plugins::default(), Vec::new())
    }

    /// The options in the library's terms.
    pub(crate) fn options(
        &self,
        plugins: Plugins,
        output: &Sink,
    ) -> WalkOptions {
        // A list does not list itself.
        self.options_without(plugins, output.ids())
    }

    fn options_without(
        &self,
        plugins: Plugins,
        leave_out: Vec<FileId>,
    ) -> WalkOptions {
        WalkOptions {
            filter: self.filter.0.clone().hidden(self.hidden),
            follow: self.follow,
            beneath: self.beneath,
            max_depth: self.max_depth,
            range: None,
            storage: None,
            one_file_system: self.one_file_system,
            gitignore: self.gitignore,
            ignore_files: self.ignore_file.clone(),
            read_links: false,
            walker: match self.walker {
                WalkerArg::Native => Walker::Native,
                WalkerArg::Portable => Walker::Portable,
            },
            leave_out,
            leave_out_within: Vec::new(),
            plugins,
        }
    }
}

/// The ways to list directories.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum WalkerArg {
    /// The fastest this system offers.
    #[default]
    Native,
    /// readdir, as on systems without a native walker.
    Portable,
}

impl ValueEnum for WalkerArg {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Native, Self::Portable]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Native => PossibleValue::new("native")
                .help("the fastest this system offers"),
            Self::Portable => PossibleValue::new("portable")
                .help("readdir, as on systems without a native walker"),
        })
    }
}
