//! Commands to run for the files found.

use std::ffi::OsString;

use clap::{
    Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, ValueHint,
    error::ErrorKind, value_parser,
};
use sanchay_core::command_line::CommandLine;

use crate::execute::Commands;

/// The options: a command for each file, and one for many.
pub(crate) const EACH: &str = "exec";
pub(crate) const BATCH: &str = "exec_batch";

const EACH_HELP: &str = "\
Run a command for each file, several at a time (--threads)

CMD and its arguments end at ; or with the command line. {} is the file's path,
{/} its name, {//} its folder, {.} the path and {/.} the name without the last
extension; {{ and }} are braces. Without any of them, the path is one argument
more. No shell runs it; a shell that is CMD itself (sh -c) reads {} within its
program text as part of it. What a command prints is printed when it ends; with
-j 1 they have the terminal, one after the other. Given more than once, the
commands run in turn for each file. The exit code is 1 if a command failed.";

const BATCH_HELP: &str = "\
Run a command for many files at once: as many as the system lets it have

As -x, but that one argument with a placeholder becomes one for each file.";

/// Commands to run for the files found.
#[derive(Clone, Debug, Default)]
pub(crate) struct ExecuteArgs {
    lines: Vec<CommandLine>,
    batch: bool,
}

impl ExecuteArgs {
    /// The commands; `None` where none was given.
    pub(crate) fn commands(&self, threads: Option<u16>) -> Option<Commands> {
        let Self { lines, batch } = self.clone();
        (!lines.is_empty()).then_some(Commands { lines, batch, threads })
    }
}

impl Args for ExecuteArgs {
    fn augment_args(command: Command) -> Command {
        let other = |id: &'static str| {
            let all = [
                EACH,
                BATCH,
                "format",
                "json",
                "fields",
                "template",
                "long",
                "print0",
                "count",
                "output",
                "hyperlink",
            ];
            all.into_iter().filter(move |it| *it != id)
        };
        let argument = |id, letter, long: &'static str, help: &'static str| {
            let short = help.lines().next().unwrap_or(help);
            Arg::new(id)
                .short(letter)
                .long(long)
                .value_name("CMD")
                .help(short)
                .long_help(help)
                .help_heading("Commands")
                .num_args(1..)
                .allow_hyphen_values(true)
                .value_terminator(";")
                .value_hint(ValueHint::CommandName)
                .value_parser(value_parser!(OsString))
                .action(ArgAction::Append)
                .conflicts_with_all(other(id))
        };
        command.arg(argument(EACH, 'x', "exec", EACH_HELP)).arg(argument(
            BATCH,
            'X',
            "exec-batch",
            BATCH_HELP,
        ))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for ExecuteArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut all = Self::default();
        for (id, batch) in [(EACH, false), (BATCH, true)] {
            let given = matches.get_occurrences::<OsString>(id);
            for words in given.into_iter().flatten() {
                let words = words.map(|it| it.as_encoded_bytes());
                let line =
                    CommandLine::parse(words, batch).map_err(|why| {
                        let option =
                            if batch { "--exec-batch" } else { "--exec" };
                        let message = format!("{option}: {why}\n");
                        clap::Error::raw(ErrorKind::ValueValidation, message)
                    })?;
                all.lines.push(line);
                all.batch = batch;
            }
        }
        Ok(all)
    }

    fn update_from_arg_matches(
        &mut self,
        matches: &ArgMatches,
    ) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
