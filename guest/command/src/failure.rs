//! What can go wrong: with the whole run ([`Failure`]) and with one entry of
//! it ([`EntryError`]), in the words of the native program.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

use sanchay_arguments::UsageError;
use sanchay_core::escape::escaped;
use sanchay_core::filter::{FilterError, ProgramError};
pub(crate) use sanchay_core::problem::{Action, Problem};
use sanchay_core::record::UnknownField;
use sanchay_core::template::SyntaxError;
use wasi::filesystem::types::ErrorCode;

/// What ends a command before its time.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The arguments cannot be obeyed.
    Usage(UsageError),
    /// The filter makes no sense.
    Filter(FilterError),
    /// A field that was asked for is none.
    Fields(UnknownField),
    /// A template does not fit the records.
    Template(SyntaxError),
    /// The filter cannot be compiled.
    Program(ProgramError),
    /// An ignore file that the user named cannot be used.
    IgnoreFile {
        /// The file.
        path: String,
        /// Why not.
        cause: Cause,
    },
    /// Whoever read the output has gone; that is how `| head` ends.
    Closed,
    /// A file could not be made or written.
    Output {
        /// The file; empty for standard output.
        path: String,
        /// What was being done to it.
        action: &'static str,
        /// What the host said.
        why: Cow<'static, str>,
    },
    /// The output would overwrite what is to be read.
    OutputIsInput(String),
}

impl From<UsageError> for Failure {
    fn from(error: UsageError) -> Self {
        Self::Usage(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(error) => error.fmt(f),
            Self::Filter(error) => {
                write!(f, "the filter cannot be used: {error}")
            }
            Self::Fields(error) => write!(f, "--fields: {error}"),
            Self::Template(error) => write!(f, "--template: {error}"),
            Self::Program(error) => error.fmt(f),
            Self::IgnoreFile { path, cause } => write!(
                f,
                "{}: {}: {cause}",
                escaped(path.as_bytes()),
                Action::Ignore
            ),
            Self::Closed => f.write_str("the output has no reader"),
            Self::Output { path, action, why } if path.is_empty() => {
                write!(f, "standard output: {action}: {why}")
            }
            Self::Output { path, action, why } => {
                write!(f, "{}: {action}: {why}", escaped(path.as_bytes()))
            }
            Self::OutputIsInput(path) => write!(
                f,
                "{}: the output file is also an input",
                escaped(path.as_bytes())
            ),
        }
    }
}

/// Why an entry failed.
#[derive(Clone, Debug)]
pub(crate) enum Cause {
    /// The host refused.
    Host(ErrorCode),
    /// The host said something that is no code.
    Said(String),
    /// The path lies in none of the folders that the host gave.
    NotGiven,
    /// So many entries have names that are not UTF-8, and WASI has only names
    /// that are.
    NotUtf8(u64),
    /// What every front end calls by the same words.
    Problem(Problem),
}

impl From<Problem> for Cause {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<ErrorCode> for Cause {
    fn from(code: ErrorCode) -> Self {
        Self::Host(code)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(code) => f.write_str(words(*code)),
            Self::Said(words) => f.write_str(words),
            Self::NotGiven => f.write_str(
                "it lies in no folder that was given to this program (with \
                 wasmtime: run --dir FOLDER)",
            ),
            Self::NotUtf8(entries) => write!(
                f,
                "the names of {entries} of its entries are not UTF-8 and do \
                 not exist in WASI; the native program sanchay can read them"
            ),
            Self::Problem(problem) => problem.fmt(f),
        }
    }
}

/// A code in the words of the C library, which the native program has from
/// the system.
pub(crate) fn words(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::Io => "Input/output error",
        ErrorCode::NameTooLong => "File name too long",
        ErrorCode::InsufficientMemory => "Cannot allocate memory",
        ErrorCode::NotDirectory => "Not a directory",
        code => {
            let message = code.message();
            match message.split_once(", similar to") {
                Some((words, _)) => words,
                None => message,
            }
        }
    }
}

/// An entry that could not be dealt with.
#[derive(Clone, Debug)]
pub(crate) struct EntryError {
    /// Its path, as it would have been reported.
    pub(crate) path: String,
    /// What was being done.
    pub(crate) action: Action,
    /// Why it failed.
    pub(crate) cause: Cause,
    /// Whether the user named the entry.
    pub(crate) named: bool,
}

impl EntryError {
    /// The failure of an entry that was found.
    pub(crate) fn new(
        path: String,
        action: Action,
        cause: impl Into<Cause>,
    ) -> Self {
        Self { path, action, cause: cause.into(), named: false }
    }

    /// The failure of an entry that the user named.
    pub(crate) fn named(path: &str, action: Action, cause: Cause) -> Self {
        Self { path: path.into(), action, cause, named: true }
    }
}

impl fmt::Display for EntryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, action, cause, .. } = self;
        write!(f, "{}: {action}: {cause}", escaped(path.as_bytes()))
    }
}
