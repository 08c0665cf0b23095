//! The command line as a whole.

mod configured;

use std::{
    ffi::OsString,
    io::{self, Write as _},
    path::Path,
};

use clap::{
    ArgMatches, Args, Command, CommandFactory as _, FromArgMatches as _,
    Parser, Subcommand,
    builder::StyledStr,
    error::{ContextKind, ContextValue, ErrorKind},
};
use sanchay::{escaped, is_terminal_control};

#[cfg(feature = "attachments")]
use crate::commands::attachments::AttachmentsCommand;
#[cfg(feature = "shards")]
use crate::commands::shards::ShardsCommand;
#[cfg(feature = "store")]
use crate::commands::store::StoreCommand;
#[cfg(feature = "catalog")]
use crate::commands::{
    catalog::CatalogCommand, diff::DiffArgs, history::HistoryArgs,
    snapshot::SnapshotArgs, verify::VerifyArgs, watch::WatchArgs,
};
#[cfg(feature = "service")]
use crate::commands::{serve::ServeArgs, ui::UiArgs, worker::WorkerArgs};
use crate::{
    commands::{
        apply::ApplyArgs, command::RunCommand, completions::CompletionsArgs,
        component::ComponentArgs, config::ConfigArgs, copy::CopyArgs,
        dedupe::DedupeArgs, delete::DeleteArgs, dupes::DupesArgs,
        hash::HashArgs, link::LinkArgs, manifest::ManifestArgs,
        manual::ManualArgs, r#move::MoveArgs, plugin::PluginCommand,
        rename::RenameArgs, runs::RunsArgs, scan::ScanArgs,
        similar::SimilarArgs, summary::SummaryArgs, undo::UndoArgs,
    },
    configuration::with_negations,
    exit::{self, Exit},
    failure::Failure,
    inherited,
    messages::Messages,
    options::global::GlobalArgs,
    progress::ProgressDisplay,
    terminal::{Color, Terminal},
};

const EXAMPLES: &str = "\
Examples:
  sanchay scan -e mkv,mp4 --min-size 1GB /srv/media
  sanchay hash --sha256 dist > SHA256SUMS
  sanchay hash --check SHA256SUMS
  sanchay dupes --min-size 1MiB ~
  sanchay summary /srv
  sanchay rename --to '{stem:slug}.{ext:lower}' ~/music
  sanchay snapshot /srv";

/// List, hash, deduplicate, rename and remember files, read in a sandbox
///
/// Sanchay lists files, hashes them, finds duplicates, renames, moves and copies
/// in batches that can be undone, and remembers what it saw. It trusts nothing
/// that it reads: a WebAssembly component that imports nothing matches names,
/// hashes bytes and parses lists and plans. A file that exploits a bug in it can
/// make results wrong, and gains access to nothing.
#[derive(Debug, Parser)]
#[command(
    name = "sanchay",
    bin_name = "sanchay",
    version,
    arg_required_else_help = true,
    subcommand_required = true,
    max_term_width = 100,
    args_override_self = true,
    after_help = "See sanchay COMMAND --help for the options and examples of \
                  a command.",
    after_long_help = format!("{EXAMPLES}\n\n{}", exit::HELP),
)]
pub(crate) struct Arguments {
    /// Options that every command has.
    #[command(flatten)]
    pub(crate) global: GlobalArgs,

    /// What to do.
    #[command(subcommand)]
    pub(crate) command: CommandArgs,

    /// The settings that do not suit this run, and why.
    #[arg(skip)]
    pub(crate) left_out: Vec<String>,
}

/// Writes the commands down once: what they are, what runs each, and what
/// options each has.
macro_rules! commands {
    ($(
        #[doc = $about:literal]
        $(#[cfg($feature:meta)])?
        $command:ident($arguments:ty),
    )+) => {
        /// What the program can do. Only the command that is meant gets its
        /// options: those of all commands take longer than many a run.
        #[derive(Debug, Subcommand)]
        #[command(defer = true)]
        pub(crate) enum CommandArgs {
            $(
                #[doc = $about]
                $(#[cfg($feature)])?
                $command($arguments),
            )+
        }

        impl CommandArgs {
            /// The command, whichever it is.
            pub(crate) fn as_command(&mut self) -> &mut dyn RunCommand {
                match self {
                    $(
                        $(#[cfg($feature)])?
                        Self::$command(it) => it,
                    )+
                }
            }

            /// A command with its options. Its name is that of its variant,
            /// in small letters.
            fn with_options(command: Command) -> Command {
                $(
                    $(#[cfg($feature)])?
                    if command
                        .get_name()
                        .eq_ignore_ascii_case(stringify!($command))
                    {
                        return <$arguments as Args>::augment_args(command)
                            .defer(|command| command);
                    }
                )+
                command
            }
        }
    };
}

commands! {
    /// List the files below directories, with size and modification time
    Scan(ScanArgs),
    /// Print the digests of files, or check them against a list
    Hash(HashArgs),
    /// Find files with the same content
    Dupes(DupesArgs),
    /// Find files with nearly the same text
    Similar(SimilarArgs),
    /// Write a list of files with their digests, to check and compare with
    Manifest(ManifestArgs),
    /// Sum up what directories consist of: sizes, types, ages, owners
    Summary(SummaryArgs),
    /// Keep what files there are, to compare with later
    #[cfg(feature = "catalog")]
    Snapshot(SnapshotArgs),
    /// Tell what became of files between two snapshots, or one and the disk
    #[cfg(feature = "catalog")]
    Diff(DiffArgs),
    /// Tell what became of a file, snapshot by snapshot
    #[cfg(feature = "catalog")]
    History(HistoryArgs),
    /// Read files again whose digests are known, and tell of bit rot
    #[cfg(feature = "catalog")]
    Verify(VerifyArgs),
    /// Tell what becomes of files, as it happens, and keep it in the catalog
    #[cfg(feature = "catalog")]
    Watch(WatchArgs),
    /// Look into the catalog, prune it, export it
    #[cfg(feature = "catalog")]
    Catalog(CatalogCommand),
    /// Rename files by a template, by replacements, or in an editor
    Rename(RenameArgs),
    /// Move files into a folder, or into folders that a template names
    Move(MoveArgs),
    /// Copy files into a folder, or into folders that a template names
    Copy(CopyArgs),
    /// Link files into a folder, or into folders that a template names
    Link(LinkArgs),
    /// Delete files: to the trash, or for good
    Delete(DeleteArgs),
    /// Have files make way that are the same as one that stays
    Dedupe(DedupeArgs),
    /// Do what a plan says, or go on with a run that was ended early
    Apply(ApplyArgs),
    /// Take a run back: the last one, or the one that is named
    Undo(UndoArgs),
    /// List the runs that changed files
    Runs(RunsArgs),
    /// Keep snapshots of trees in a store, and get them back
    #[cfg(feature = "store")]
    Store(StoreCommand),
    /// Cut trees and buckets into shards for several machines, and merge them
    #[cfg(feature = "shards")]
    Shards(ShardsCommand),
    /// Exchange the files of render jobs with S3, as AWS Deadline Cloud has them
    #[cfg(feature = "attachments")]
    Attachments(AttachmentsCommand),
    /// Serve jobs and their results over HTTP, with a page that shows them
    #[cfg(feature = "service")]
    Serve(Box<ServeArgs>),
    /// Open the page that shows jobs and results in a browser
    #[cfg(feature = "service")]
    Ui(Box<UiArgs>),
    /// Run the jobs of services that share a database
    #[cfg(feature = "service")]
    Worker(Box<WorkerArgs>),
    /// Describe or write the WebAssembly component that handles untrusted data
    Component(ComponentArgs),
    /// Show what is configured, and where
    Config(ConfigArgs),
    /// Make, check and try plugins: components of your own
    Plugin(PluginCommand),
    /// Print completions for a shell
    Completions(CompletionsArgs),
    /// Print the manual page, or write those of all commands
    Man(ManualArgs),
}

/// The command line's description, for completions and manual pages.
pub(crate) fn description() -> Command {
    Arguments::command().mut_subcommands(CommandArgs::with_options)
}

/// Parses arguments, and adds what is configured. Wrong ones, `--help` and
/// `--version` end the process here.
pub(crate) fn parse(given: &[OsString]) -> Arguments {
    let color = Color::prescan(
        given.iter().skip(1).map(|argument| argument.as_encoded_bytes()),
    );
    let negates = given
        .iter()
        .any(|argument| argument.as_encoded_bytes().starts_with(b"--no-"));
    let described = || {
        let description = description().color(color.for_parser());
        match negates {
            true => with_negations(description),
            false => description,
        }
    };
    // The commands that may be meant; the others need no options.
    let meant = |command: Command| match given
        .iter()
        .any(|it| it == command.get_name())
    {
        true => CommandArgs::with_options(command),
        false => command,
    };
    let first = match negates {
        true => described(),
        false => Arguments::command()
            .mut_subcommands(meant)
            .color(color.for_parser()),
    };
    let given_alone = understand(first, given)
        .unwrap_or_else(|error| end(&shown(described, given, error)));
    let terminal = || Terminal::new(color);
    match configured::complete(&described, given, given_alone, &terminal) {
        Ok(arguments) => arguments,
        Err(configured::Refusal::Usage(error)) => end(&error),
        Err(configured::Refusal::Configuration(error)) => {
            let failure = Failure::from(error);
            Messages::new(terminal(), ProgressDisplay::Nothing)
                .failure(&failure);
            exit::end(failure.exit().0)
        }
    }
}

/// What arguments mean, and what of it was given.
fn understand(
    mut description: Command,
    given: &[OsString],
) -> Result<(Arguments, ArgMatches), clap::Error> {
    let matches = description.try_get_matches_from_mut(given)?;
    let mut arguments = Arguments::from_arg_matches(&matches)
        .map_err(|error| error.format(&mut description))?;
    if let Err(conflict) = arguments.command.as_command().check() {
        // As the parser does for conflicts that it finds itself.
        let kind = ErrorKind::ArgumentConflict;
        let name = matches.subcommand_name().unwrap_or_default();
        return Err(match description.find_subcommand_mut(name) {
            Some(command) => command.error(kind, conflict),
            None => description.error(kind, conflict),
        });
    }
    Ok((arguments, matches))
}

/// The same error in words that a terminal does not obey. The parser quotes
/// arguments in many places, as they are: so it gets escaped ones, about which
/// it complains in the same way.
fn shown(
    described: impl Fn() -> Command,
    given: &[OsString],
    error: clap::Error,
) -> clap::Error {
    let harmless: Vec<OsString> = given.iter().map(harmless).collect();
    let mut error = if harmless == given {
        error
    } else {
        let kind = error.kind();
        understand(described(), &harmless).err().unwrap_or_else(|| {
            described().error(kind, "the arguments cannot be understood")
        })
    };
    advise(&mut error, given);
    error
}

fn harmless(argument: &OsString) -> OsString {
    match argument.to_str() {
        Some(text) if !text.contains(is_terminal_control) => argument.clone(),
        _ => escaped(argument.as_encoded_bytes()).to_string().into(),
    }
}

/// Leaves out the advice to pass an option that does not exist as a value,
/// and gives some where an argument is also the name of a file.
fn advise(error: &mut clap::Error, given: &[OsString]) {
    let kind = ContextKind::Suggested;
    let mut tips = match error.remove(kind) {
        Some(ContextValue::StyledStrs(tips)) => tips,
        _ => Vec::new(),
    };
    tips.retain(|tip| !tip.to_string().contains(" as a value, use "));
    let is_file = |argument: &OsString| {
        argument.as_encoded_bytes().starts_with(b"-")
            && Path::new(argument).symlink_metadata().is_ok()
    };
    if error.kind() == ErrorKind::UnknownArgument
        && given.iter().skip(1).any(is_file)
    {
        tips.push(StyledStr::from(
            "a name that begins with - is taken for an option: write ./-NAME, \
             or -- before the names",
        ));
    }
    if !tips.is_empty() {
        error.insert(kind, ContextValue::StyledStrs(tips));
    }
}

/// Ends the process with what the parser has to say: a complaint, or the
/// text that was asked for.
fn end(said: &clap::Error) -> ! {
    if said.use_stderr() {
        said.exit();
    }
    let closed = || io::Error::other("it is closed");
    let written = match inherited::output_is_closed() {
        true => Err(closed()),
        false => said.print().and_then(|()| io::stdout().flush()),
    };
    match written {
        Err(error) if !sanchay_system::streams::is_closed(&error) => {
            let _ = writeln!(
                io::stderr(),
                "sanchay: standard output: cannot write: {error}"
            );
            exit::end(Exit::Failed)
        }
        _ => exit::end(Exit::Done),
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
            Ok(mut arguments) => {
                arguments.command.as_command().check().is_err()
            }
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
            "sanchay scan --json --count",
            "sanchay scan -e rs,",
            "sanchay scan -e r*",
            "sanchay hash --json --tag f",
            "sanchay hash --sha256 --partial f",
            "sanchay scan --sha256",
            "sanchay dupes --crc32 d",
            "sanchay scan --beneath",
            "sanchay scan --min-size 1x",
            "sanchay hash --partial -a sha256 f",
            "sanchay hash --partial --tag f",
            "sanchay hash --partial=17MiB f",
            "sanchay hash --tag --format csv f",
            "sanchay hash -0 --format csv f",
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
            "sanchay summary --format csv d",
            "sanchay summary --html - d",
            "sanchay summary -o f --html f d",
            "sanchay summary --top 70000 d",
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
            "sanchay scan -q -j 2 -e *.rs,.md --json -o - --count --format text",
            "sanchay hash --quiet --blake3 f",
            "sanchay hash --check --md5 f",
            "sanchay dupes -q --json --xxh64 d",
            "sanchay summary --depth 0 --top 0 --content --json --html f d",
            "sanchay summary -e rs -d 3 --one-file-system -o - d",
            "sanchay scan --count --count -H -H -d 1 -d 2 --color never",
        ] {
            assert!(!refused(line), "{line}");
        }
    }

    fn hash(line: &str) -> HashArgs {
        match parsed(line).unwrap().command {
            CommandArgs::Hash(hash) => hash,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_last_of_options_that_contradict_each_other_counts() {
        use crate::options::output::OutputFormat;
        use sanchay::Algorithm;
        use sanchay_output::Format;
        let format = |line: &str| hash(line).output.format();
        assert_eq!(
            format("sanchay hash --json"),
            OutputFormat::Text(Format::Json)
        );
        let line = "sanchay hash --json --format csv";
        assert_eq!(format(line), OutputFormat::Text(Format::Csv));
        let line = "sanchay hash --format csv --format text --json";
        assert_eq!(format(line), OutputFormat::Text(Format::Json));
        let algorithm = |line: &str| hash(line).algorithm();
        assert_eq!(algorithm("sanchay hash"), None);
        for (line, last) in [
            ("-a sha256 --blake3", Algorithm::Blake3),
            ("--blake3 -a sha256", Algorithm::Sha256),
            ("--sha256 --blake3 --xxh64", Algorithm::Xxh64),
            ("-a sha256 -a xxh64", Algorithm::Xxh64),
        ] {
            let line = format!("sanchay hash {line}");
            assert_eq!(algorithm(&line), Some(last), "{line}");
        }
        assert_eq!(hash("sanchay hash -j 2 --threads 3").run.threads, Some(3));
    }

    #[test]
    fn no_message_of_the_parser_drives_a_terminal() {
        let evil = "\x1b]0;owned\x07\u{202e}\u{9b}2J";
        for line in [
            "EVIL",
            "scan EVIL --EVIL",
            "scan --EVIL",
            "scan --EVIL=EVIL",
            "scan -EVIL",
            "scan --formatEVIL json",
            "scan --format EVIL",
            "scan --format=EVIL",
            "scan --count=EVIL",
            "scan --min-size EVIL",
            "scan --min-size 1EVIL",
            "scan --max-depth EVIL",
            "scan --threads EVIL",
            "scan -e EVIL*",
            "scan --plugin a,EVIL",
            "hash --partial=EVIL",
            "hash -a EVIL",
            "hash -a sha256 --partial=EVIL",
            "hash --tag --partial EVIL",
            "dupes --plugin-time EVIL",
            "completions EVIL",
            "man EVIL EVIL",
            "plugin EVIL",
            "help EVIL",
            "--EVIL scan",
            "--color EVIL scan",
        ] {
            let line = line.replace("EVIL", evil);
            let given: Vec<OsString> = ["sanchay"]
                .into_iter()
                .chain(line.split(' '))
                .map(Into::into)
                .collect();
            let error = understand(description(), &given).unwrap_err();
            let said = shown(description, &given, error).render().to_string();
            let obeyed = |c: char| c != '\n' && is_terminal_control(c);
            assert!(!said.contains(obeyed), "{line:?}: {said:?}");
        }
    }

    #[test]
    fn no_message_advises_to_pass_an_option_as_a_value() {
        for line in ["scan --treads 4", "scan --no-such", "scan --qiet"] {
            let given: Vec<OsString> = ["sanchay"]
                .into_iter()
                .chain(line.split(' '))
                .map(Into::into)
                .collect();
            let error = understand(description(), &given).unwrap_err();
            let said = shown(description, &given, error).render().to_string();
            assert!(!said.contains("as a value"), "{said}");
        }
    }

    #[test]
    fn an_empty_path_is_not_the_current_directory() {
        for verb in ["scan", "hash", "dupes", "summary", "component", "man"] {
            let line = ["sanchay", verb, ""];
            assert!(Arguments::try_parse_from(line).is_err(), "{verb}");
        }
    }

    #[test]
    fn a_chunk_is_only_taken_after_an_equals_sign() {
        let arguments = parsed("sanchay hash --partial f").unwrap();
        let CommandArgs::Hash(hash) = arguments.command else {
            panic!("not hash")
        };
        assert_eq!(hash.partial, Some(65_536));
        assert_eq!(hash.paths.len(), 1);
    }
}
