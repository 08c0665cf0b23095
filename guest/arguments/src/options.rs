//! The options by name: those that are offered, for which commands, and those
//! that only the native program has.

use alloc::format;
use core::fmt::Display;

use getargs::Opt;
use sanchay_core::filter::FilterOption;
use sanchay_core::hashing::Algorithm;

use crate::command::Verb;
use crate::usage::UsageError;

/// What an option asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Choice {
    Algorithm,
    Count,
    Explain,
    Fields,
    /// A test of the entries.
    Filter(&'static FilterOption),
    Format,
    Gitignore,
    Hardlinks,
    Help,
    Hidden,
    IgnoreFile,
    Json,
    MaxDepth,
    /// A hash function, by an option of its own name.
    Named(Algorithm),
    Output,
    Partial,
    Print0,
    Quiet,
    Tag,
    Template,
}

/// An option of the command's own.
pub(crate) struct Offered {
    pub(crate) choice: Choice,
    pub(crate) short: Option<char>,
    pub(crate) long: &'static str,
    /// Its value as help shows it; empty where it takes none.
    pub(crate) value: &'static str,
    pub(crate) help: &'static str,
    /// The commands that have it.
    pub(crate) verbs: &'static [Verb],
}

const ALL: &[Verb] = &[Verb::Scan, Verb::Hash, Verb::Dupes];

const fn offered(
    choice: Choice,
    short: Option<char>,
    (long, value): (&'static str, &'static str),
    verbs: &'static [Verb],
    help: &'static str,
) -> Offered {
    Offered { choice, short, long, value, help, verbs }
}

/// The options, but for those that are tests of the entries.
pub(crate) const OPTIONS: &[Offered] = &[
    offered(
        Choice::Algorithm,
        Some('a'),
        ("algorithm", " <ALGORITHM>"),
        &[Verb::Hash],
        "The hash function: xxh64, xxh3-64, xxh3-128, blake3, sha256, sha512, \
         sha1, md5, crc32 [default: xxh3-128]; each name is also an option",
    ),
    offered(
        Choice::Algorithm,
        Some('a'),
        ("algorithm", " <ALGORITHM>"),
        &[Verb::Dupes],
        "The hash function that equal files share: xxh64, xxh3-64, xxh3-128, \
         blake3, sha256, sha512, sha1, md5 [default: xxh3-128]",
    ),
    offered(
        Choice::Partial,
        None,
        ("partial", "[=<CHUNK>]"),
        &[Verb::Hash],
        "Hash only the first and last CHUNK bytes, with xxh64 (default 64KiB)",
    ),
    offered(
        Choice::Tag,
        None,
        ("tag", ""),
        &[Verb::Hash],
        "Print NAME (PATH) = HASH, which names the function",
    ),
    offered(
        Choice::Hardlinks,
        None,
        ("hardlinks", ""),
        &[Verb::Dupes],
        "Count hard links to one file as separate files",
    ),
    offered(
        Choice::Print0,
        Some('0'),
        ("print0", ""),
        &[Verb::Scan],
        "Print only the paths, each ended by a zero byte",
    ),
    offered(
        Choice::Print0,
        Some('0'),
        ("print0", ""),
        &[Verb::Hash],
        "End each line with a zero byte, and do not escape names",
    ),
    offered(
        Choice::Print0,
        Some('0'),
        ("print0", ""),
        &[Verb::Dupes],
        "Print only paths, each ended by a zero byte, with one more after \
         each group",
    ),
    offered(
        Choice::Count,
        None,
        ("count", ""),
        &[Verb::Scan],
        "Print only the number of files",
    ),
    offered(
        Choice::Format,
        None,
        ("format", " <FORMAT>"),
        ALL,
        "The output format: text, ndjson, json, csv, tsv [default: text]",
    ),
    offered(Choice::Json, None, ("json", ""), ALL, "Short for --format json"),
    offered(
        Choice::Fields,
        None,
        ("fields", " <FIELDS>"),
        ALL,
        "The fields of each record, in this order, as name,size,modified",
    ),
    offered(
        Choice::Template,
        None,
        ("template", " <TEMPLATE>"),
        ALL,
        "Print a line for each record, as '{path}\\t{size:human}'; times by \
         strftime are in UTC",
    ),
    offered(
        Choice::Output,
        Some('o'),
        ("output", " <FILE>"),
        ALL,
        "Write the records to FILE instead of standard output (-); the host \
         must allow that",
    ),
    offered(
        Choice::Hidden,
        Some('H'),
        ("hidden", ""),
        ALL,
        "Include hidden files and directories",
    ),
    offered(
        Choice::Gitignore,
        None,
        ("gitignore", ""),
        ALL,
        "Leave out what git ignores, by .gitignore, .ignore and \
         .git/info/exclude from each ROOT down, and .git itself",
    ),
    offered(
        Choice::IgnoreFile,
        None,
        ("ignore-file", " <FILE>"),
        ALL,
        "Leave out what the rules in FILE ignore, in the form of .gitignore",
    ),
    offered(
        Choice::Explain,
        None,
        ("explain", ""),
        ALL,
        "Print the expression that the filters add up to, and do nothing else",
    ),
    offered(
        Choice::MaxDepth,
        Some('d'),
        ("max-depth", " <DEPTH>"),
        ALL,
        "Go at most DEPTH levels down; a root's own entries have depth 1",
    ),
    offered(Choice::Quiet, Some('q'), ("quiet", ""), ALL, "Print only errors"),
    offered(Choice::Help, Some('h'), ("help", ""), ALL, "Print help"),
];

/// What only the native program has.
const NATIVE: [&str; 52] = [
    "against",
    "anonymous",
    "beneath",
    "catalog",
    "catalog-trust",
    "check",
    "color",
    "config",
    "endpoint",
    "exec",
    "exec-batch",
    "files-from",
    "files0-from",
    "filter",
    "folders",
    "follow",
    "hyperlink",
    "ignore-missing",
    "limit",
    "log-format",
    "long",
    "max-results",
    "min-group",
    "mount",
    "no-catalog",
    "no-config",
    "no-progress",
    "one-file-system",
    "plugin",
    "plugin-compile-time",
    "plugin-handles",
    "plugin-instances",
    "plugin-memory",
    "plugin-output",
    "plugin-time",
    "profile",
    "progress",
    "reference",
    "region",
    "same-device",
    "sort",
    "sort-memory",
    "stats",
    "status",
    "strict",
    "threads",
    "tree",
    "verbose",
    "verify",
    "walker",
    "warn",
    "xdev",
];

/// The same, of one letter.
const NATIVE_SHORT: [char; 8] = ['L', 'X', 'c', 'j', 'l', 'v', 'w', 'x'];

impl Choice {
    /// The option of that name, if the command has it.
    pub(crate) fn named(
        option: Opt<&str>,
        verb: Verb,
    ) -> Result<Self, UsageError> {
        let is_its = |short: Option<char>, long: &str| match option {
            Opt::Short(letter) => short == Some(letter),
            Opt::Long(name) => long == name,
        };
        let mut own = OPTIONS.iter().filter(|it| is_its(it.short, it.long));
        if let Some(own) = own.find(|it| it.verbs.contains(&verb)) {
            return Ok(own.choice);
        }
        let mut tests = FilterOption::all();
        if let Some(test) = tests.find(|it| is_its(it.short, it.name)) {
            return Ok(Self::Filter(test));
        }
        match verb {
            Verb::Scan => Err(refuse(option)),
            Verb::Hash | Verb::Dupes => {
                Ok(Self::Named(hash_function(option)?))
            }
        }
    }
}

/// The hash function whose name an option has.
fn hash_function(option: Opt<&str>) -> Result<Algorithm, UsageError> {
    let is_its = |it: &Algorithm| option == Opt::Long(it.name());
    let found = Algorithm::ALL.into_iter().find(is_its);
    found.ok_or_else(|| refuse(option))
}

/// Refuses an option; one of the native program by saying so.
fn refuse(option: Opt<&str>) -> UsageError {
    let native = match option {
        Opt::Long(name) => NATIVE.contains(&name),
        Opt::Short(letter) => NATIVE_SHORT.contains(&letter),
    };
    match native {
        true => not_offered(option),
        false => UsageError(format!("unexpected argument '{option}' found")),
    }
}

/// Refuses an option that stands where none is known.
pub(crate) fn unexpected(option: &str) -> UsageError {
    let name = option.trim_start_matches('-');
    let name = name.split_once('=').map_or(name, |(name, _)| name);
    let known = match name.strip_prefix(NATIVE_SHORT) {
        Some(_) if !option.starts_with("--") => true,
        _ => NATIVE.contains(&name),
    };
    match known {
        true => not_offered(option),
        false => UsageError(format!("unexpected argument '{option}' found")),
    }
}

/// Refuses what only the native program has.
pub(crate) fn not_offered(what: impl Display) -> UsageError {
    UsageError(format!(
        "'{what}' is not offered here, where sanchay runs as a WebAssembly \
         command: the native program sanchay has it"
    ))
}
