//! The options by name: those that are offered, for which commands, and those
//! that only the native program has.

use alloc::format;
use core::fmt::Display;

use getargs::Opt;
use sanchay_core::hashing::Algorithm;

use super::Verb;
use crate::failure::Failure;

/// An option that is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    Algorithm,
    Count,
    Extension,
    Format,
    Hardlinks,
    Help,
    Hidden,
    Json,
    MaxDepth,
    MaxSize,
    MinSize,
    /// A hash function, by an option of its own name.
    Named(Algorithm),
    Output,
    Partial,
    Print0,
    Quiet,
    Tag,
}

/// What only the native program has.
const NATIVE: [&str; 23] = [
    "beneath",
    "check",
    "color",
    "follow",
    "ignore-missing",
    "log-format",
    "mount",
    "no-progress",
    "one-file-system",
    "plugin",
    "plugin-compile-time",
    "plugin-handles",
    "plugin-instances",
    "plugin-memory",
    "plugin-output",
    "plugin-time",
    "status",
    "strict",
    "threads",
    "verbose",
    "walker",
    "warn",
    "xdev",
];

/// The same, of one letter.
const NATIVE_SHORT: [char; 6] = ['L', 'c', 'j', 'v', 'w', 'x'];

impl Choice {
    /// The option of that name, if the command has it.
    pub(super) fn named(
        option: Opt<&str>,
        verb: Verb,
    ) -> Result<Self, Failure> {
        let choice = match option {
            Opt::Short('a') | Opt::Long("algorithm") => Self::Algorithm,
            Opt::Long("count") => Self::Count,
            Opt::Short('e') | Opt::Long("extension") => Self::Extension,
            Opt::Long("format") => Self::Format,
            Opt::Long("hardlinks") => Self::Hardlinks,
            Opt::Short('h') | Opt::Long("help") => Self::Help,
            Opt::Short('H') | Opt::Long("hidden") => Self::Hidden,
            Opt::Short('d') | Opt::Long("max-depth") => Self::MaxDepth,
            Opt::Long("max-size") => Self::MaxSize,
            Opt::Long("min-size") => Self::MinSize,
            Opt::Short('o') | Opt::Long("output") => Self::Output,
            Opt::Long("partial") => Self::Partial,
            Opt::Short('0') | Opt::Long("print0") => Self::Print0,
            Opt::Short('q') | Opt::Long("quiet") => Self::Quiet,
            Opt::Long("json") => Self::Json,
            Opt::Long("tag") => Self::Tag,
            other => Self::Named(hash_function(other)?),
        };
        match choice.is_for(verb) {
            true => Ok(choice),
            false => Err(refuse(option)),
        }
    }

    fn is_for(self, verb: Verb) -> bool {
        match self {
            Self::Algorithm | Self::Named(_) => verb != Verb::Scan,
            Self::Count => verb == Verb::Scan,
            Self::Hardlinks => verb == Verb::Dupes,
            Self::Partial | Self::Tag => verb == Verb::Hash,
            _ => true,
        }
    }
}

/// The hash function whose name an option has.
fn hash_function(option: Opt<&str>) -> Result<Algorithm, Failure> {
    let is_its = |it: &Algorithm| option == Opt::Long(it.name());
    let found = Algorithm::ALL.into_iter().find(is_its);
    found.ok_or_else(|| refuse(option))
}

/// Refuses an option; one of the native program by saying so.
fn refuse(option: Opt<&str>) -> Failure {
    let native = match option {
        Opt::Long(name) => NATIVE.contains(&name),
        Opt::Short(letter) => NATIVE_SHORT.contains(&letter),
    };
    match native {
        true => not_offered(option),
        false => {
            Failure::Usage(format!("unexpected argument '{option}' found"))
        }
    }
}

/// Refuses an option that stands where none is known.
pub(super) fn unexpected(option: &str) -> Failure {
    let name = option.trim_start_matches('-');
    let name = name.split_once('=').map_or(name, |(name, _)| name);
    let known = match name.strip_prefix(NATIVE_SHORT) {
        Some(_) if !option.starts_with("--") => true,
        _ => NATIVE.contains(&name),
    };
    match known {
        true => not_offered(option),
        false => {
            Failure::Usage(format!("unexpected argument '{option}' found"))
        }
    }
}

/// Refuses what only the native program has.
pub(super) fn not_offered(what: impl Display) -> Failure {
    Failure::Usage(format!(
        "'{what}' is not offered here, where sanchay runs as a WebAssembly \
         command: the native program sanchay has it"
    ))
}
