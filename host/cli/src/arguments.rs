//! The command line as a whole.

use std::{
    env,
    ffi::OsString,
    io::{self, Write as _},
    process,
};

use clap::{
    Command, CommandFactory as _, FromArgMatches as _, Parser, Subcommand,
    error::ErrorKind,
};

use crate::{
    commands::{
        completions::CompletionsArgs, component::ComponentArgs,
        dupes::DupesArgs, hash::HashArgs, manual::ManualArgs,
        plugin::PluginCommand, scan::ScanArgs,
    },
    exit::{self, Exit},
    options::global::GlobalArgs,
    terminal::Color,
};

/// Scan, hash and compare files, with every judgement made in a cage
///
/// Sanchay tells which files are there, what their digests are and which are
/// the same. What it reads is never trusted: names are filtered and bytes are
/// hashed by a WebAssembly component that imports nothing, so a hostile file
/// can at worst spoil its own record.
#[derive(Debug, Parser)]
#[command(
    name = "sanchay",
    version,
    arg_required_else_help = true,
    subcommand_required = true,
    max_term_width = 100,
    after_help = "See sanchay COMMAND --help for the options and examples of \
                  a command.",
    after_long_help = exit::HELP,
)]
pub(crate) struct Arguments {
    /// Options that every command has.
    #[command(flatten)]
    pub(crate) global: GlobalArgs,

    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Verb,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List the files below directories, with size and modification time
    Scan(ScanArgs),
    /// Print the digests of files, or check them against a list
    Hash(HashArgs),
    /// Find files with the same content
    Dupes(DupesArgs),
    /// Describe or write out the WebAssembly component that judges files
    Component(ComponentArgs),
    /// Make, check and try plugins: components of your own
    Plugin(PluginCommand),
    /// Print completions for a shell
    Completions(CompletionsArgs),
    /// Print the manual page, or write those of all commands
    #[command(name = "man")]
    Manual(ManualArgs),
}

/// The command line's description, for completions and manual pages.
pub(crate) fn description() -> Command {
    Arguments::command()
}

/// Parses this process's arguments. Wrong ones, `--help` and `--version` end
/// the process here.
pub(crate) fn parse() -> Arguments {
    let given: Vec<OsString> = env::args_os().collect();
    let color = Color::foretold(
        given.iter().skip(1).map(|argument| argument.as_encoded_bytes()),
    );
    let mut description = description().color(color.for_parser());
    let parsed = description
        .try_get_matches_from_mut(&given)
        .and_then(|matches| Arguments::from_arg_matches(&matches))
        .unwrap_or_else(|error| end(&error.format(&mut description)));
    if let Err(conflict) = parsed.command.check() {
        conflicting(&mut description, &parsed.command, &conflict)
    }
    parsed
}

/// Ends the process with what the parser has to say: a complaint, or the
/// text that was asked for.
fn end(said: &clap::Error) -> ! {
    if said.use_stderr() {
        said.exit();
    }
    let written = said.print().and_then(|()| io::stdout().flush());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let _ = writeln!(
                io::stderr(),
                "sanchay: standard output: cannot write: {error}"
            );
            process::exit(i32::from(Exit::Failed as u8))
        }
        _ => process::exit(0),
    }
}

impl Verb {
    /// Whether the options go together, where the parser cannot tell.
    fn check(&self) -> Result<(), String> {
        match self {
            Self::Scan(scan) => scan.check(),
            Self::Hash(hash) => hash.check(),
            Self::Dupes(dupes) => dupes.check(),
            Self::Component(_)
            | Self::Plugin(_)
            | Self::Completions(_)
            | Self::Manual(_) => Ok(()),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Scan(_) => "scan",
            Self::Hash(_) => "hash",
            Self::Dupes(_) => "dupes",
            Self::Component(_) => "component",
            Self::Plugin(_) => "plugin",
            Self::Completions(_) => "completions",
            Self::Manual(_) => "man",
        }
    }
}

/// Ends the process as the parser does for conflicts that it finds itself.
fn conflicting(description: &mut Command, verb: &Verb, why: &str) -> ! {
    let kind = ErrorKind::ArgumentConflict;
    match description.find_subcommand_mut(verb.name()) {
        Some(command) => command.error(kind, why).exit(),
        None => description.error(kind, why).exit(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(line.split(' '))
    }

    fn refused(line: &str) -> bool {
        match parsed(line) {
            Ok(arguments) => arguments.command.check().is_err(),
            Err(error) => error.exit_code() == 2,
        }
    }

    #[test]
    fn the_description_is_consistent() {
        description().debug_assert();
    }

    #[test]
    fn options_that_contradict_each_other_are_refused() {
        for line in [
            "sanchay",
            "sanchay scan --count -0",
            "sanchay scan --count --format json",
            "sanchay scan -0 --format ndjson",
            "sanchay scan --threads 0",
            "sanchay scan --beneath",
            "sanchay scan --min-size 1x",
            "sanchay hash --partial -a sha256 f",
            "sanchay hash --partial --tag f",
            "sanchay hash --partial=17MiB f",
            "sanchay hash --tag --format csv f",
            "sanchay hash -0 --format csv f",
            "sanchay hash --quiet f",
            "sanchay hash --status f",
            "sanchay hash --strict f",
            "sanchay hash --warn f",
            "sanchay hash --ignore-missing f",
            "sanchay hash -c --tag f",
            "sanchay hash -c -0 f",
            "sanchay hash -c -e mkv f",
            "sanchay hash -c --status --format json f",
            "sanchay hash -c --status --quiet f",
            "sanchay hash -e mkv",
            "sanchay dupes -0 --format json d",
            "sanchay component --wit -o f",
            "sanchay completions tcsh",
        ] {
            assert!(refused(line), "{line}");
        }
    }

    #[test]
    fn options_that_go_together_are_accepted() {
        for line in [
            "sanchay scan",
            "sanchay scan a b -e mkv -e .mp4 -H -L --beneath -d 3",
            "sanchay scan -0 --format text",
            "sanchay scan --count -o f",
            "sanchay hash",
            "sanchay hash -",
            "sanchay hash --partial -a xxh64 f",
            "sanchay hash --partial=1MiB f",
            "sanchay hash -a sha256 --tag -0 f",
            "sanchay hash -c --warn --strict --ignore-missing f",
            "sanchay hash -c --format ndjson --quiet f",
            "sanchay hash -c --partial=1k -a blake3",
            "sanchay dupes -0 --hardlinks -a sha256 d",
            "sanchay --color never scan -vv --log-format json",
        ] {
            assert!(!refused(line), "{line}");
        }
    }

    #[test]
    fn an_empty_path_is_not_the_current_directory() {
        for verb in ["scan", "hash", "dupes", "component", "man"] {
            let line = ["sanchay", verb, ""];
            assert!(Arguments::try_parse_from(line).is_err(), "{verb}");
        }
    }

    #[test]
    fn a_chunk_is_only_taken_after_an_equals_sign() {
        let arguments = parsed("sanchay hash --partial f").unwrap();
        let Verb::Hash(hash) = arguments.command else { panic!("not hash") };
        assert_eq!(hash.partial, Some(65_536));
        assert_eq!(hash.paths.len(), 1);
    }
}
