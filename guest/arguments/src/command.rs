//! What the command line asks for.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use sanchay_core::filter::{Clock, Filter};
use sanchay_core::hashing::Algorithm;
use sanchay_core::reading::Method;
use sanchay_core::template::Template;
use sanchay_output::{Format, TextOptions};

use crate::given::Given;
use crate::help;
use crate::options;
use crate::usage::UsageError;

/// What the program was told to do.
#[derive(Debug)]
pub enum Command {
    /// Print this, and do nothing.
    Say(String),
    /// Nothing was asked for: say how the program is called.
    Missing,
    /// List files.
    Scan(Scan),
    /// Hash files.
    Hash(Hash),
    /// Find files with the same content.
    Dupes(Dupes),
}

/// Which files are wanted, and where to look for them.
#[derive(Clone, Debug, Default)]
pub struct WalkOptions {
    /// Which entries are wanted.
    pub filter: Filter,
    /// How many levels to go down; a root's own entries have depth 1.
    pub max_depth: Option<usize>,
    /// Whether to leave out what git ignores.
    pub gitignore: bool,
    /// Files of ignore rules.
    pub ignore_files: Vec<String>,
}

/// Where records go, and in which form.
#[derive(Clone, Debug, Default)]
pub struct OutputOptions {
    /// Their form.
    pub format: Format,
    /// A file; standard output where there is none.
    pub file: Option<String>,
    /// The fields that were chosen; all of them where that is none.
    pub fields: Vec<String>,
    /// The template of lines; none where records are written by `format`.
    pub template: Option<Template>,
    /// How lines are written.
    pub text: TextOptions,
}

/// What the program can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Scan,
    Hash,
    Dupes,
}

/// How to list files.
#[derive(Debug)]
pub struct Scan {
    /// Where to look; an empty path is the current directory.
    pub roots: Vec<String>,
    /// Whether only their number is wanted.
    pub count: bool,
    /// Which files.
    pub walk: WalkOptions,
    /// Where the records go.
    pub output: OutputOptions,
}

/// How to hash files.
#[derive(Debug)]
pub struct Hash {
    /// Files, directories, or `-`.
    pub paths: Vec<String>,
    /// Which function, of what.
    pub method: Method,
    /// Which files of directories.
    pub walk: WalkOptions,
    /// Where the records go.
    pub output: OutputOptions,
}

/// How to find files with the same content.
#[derive(Debug)]
pub struct Dupes {
    /// Where to look; an empty path is the current directory.
    pub roots: Vec<String>,
    /// Whether hard links to one file count as files of their own.
    pub hardlinks: bool,
    /// Whether nothing is said of what was found.
    pub quiet: bool,
    /// The hash function that equal files share.
    pub algorithm: Algorithm,
    /// Which files.
    pub walk: WalkOptions,
    /// Where the records go.
    pub output: OutputOptions,
}

impl Command {
    /// Parses the arguments, the first of which is the program's name. Times
    /// without an offset, and durations, are understood by `clock`.
    ///
    /// # Errors
    ///
    /// What is wrong with the arguments, for the person who wrote them.
    pub fn parse(
        arguments: &[String],
        clock: &Clock,
    ) -> Result<Self, UsageError> {
        let mut arguments = arguments.iter().skip(1).map(String::as_str);
        let Some(first) = arguments.next() else { return Ok(Self::Missing) };
        let verb = match first {
            "-h" | "--help" => return Ok(Self::Say(help::HELP.into())),
            "-V" | "--version" => {
                let version = env!("CARGO_PKG_VERSION");
                return Ok(Self::Say(format!("sanchay {version}\n")));
            }
            "help" => {
                let verb = arguments.next().map(Verb::named).transpose()?;
                return Ok(Self::Say(
                    verb.map_or(help::HELP.into(), help::of),
                ));
            }
            option if option.starts_with('-') => {
                return Err(options::unexpected(option));
            }
            name => Verb::named(name)?,
        };
        let given = Given::parse(verb, arguments, clock)?;
        if given.help {
            return Ok(Self::Say(help::of(verb)));
        }
        given.check(verb)?;
        if given.explain {
            return Ok(Self::Say(given.explained(verb)?));
        }
        Ok(match verb {
            Verb::Scan => Self::Scan(given.into_scan()),
            Verb::Hash => Self::Hash(given.into_hash()),
            Verb::Dupes => Self::Dupes(given.into_dupes()),
        })
    }
}

impl Verb {
    fn named(name: &str) -> Result<Self, UsageError> {
        match name {
            "scan" => Ok(Self::Scan),
            "hash" => Ok(Self::Hash),
            "dupes" => Ok(Self::Dupes),
            "component" | "completions" | "config" | "man" | "plugin" => {
                Err(options::not_offered(name))
            }
            other => {
                Err(UsageError(format!("unrecognized subcommand '{other}'")))
            }
        }
    }
}

impl Given {
    /// The roots, or the current directory.
    fn roots(&mut self) -> Vec<String> {
        let mut roots = core::mem::take(&mut self.paths);
        if roots.is_empty() {
            roots.push(String::new());
        }
        roots
    }

    fn output(&mut self) -> OutputOptions {
        let format = self.format.unwrap_or_default();
        let (zero, tag) = (self.print0, self.tag);
        let text = TextOptions { zero, tag, ..TextOptions::default() };
        let (file, fields) =
            (self.output.take(), core::mem::take(&mut self.fields));
        let template = self.template.take();
        OutputOptions { format, file, fields, template, text }
    }

    fn into_scan(mut self) -> Scan {
        Scan {
            roots: self.roots(),
            count: self.count,
            output: self.output(),
            walk: self.walk,
        }
    }

    fn into_hash(mut self) -> Hash {
        let algorithm = self.algorithm.unwrap_or(Algorithm::Xxh3_128);
        let whole = Method::Whole(algorithm);
        Hash {
            method: self
                .partial
                .map_or(whole, |chunk| Method::Partial { chunk }),
            output: self.output(),
            paths: match self.paths.is_empty() {
                true => Vec::from(["-".into()]),
                false => self.paths,
            },
            walk: self.walk,
        }
    }

    fn into_dupes(mut self) -> Dupes {
        Dupes {
            roots: self.roots(),
            hardlinks: self.hardlinks,
            quiet: self.quiet,
            algorithm: self.algorithm.unwrap_or(Algorithm::Xxh3_128),
            output: self.output(),
            walk: self.walk,
        }
    }

    /// The expression in force, as a line.
    fn explained(self, verb: Verb) -> Result<String, UsageError> {
        let filter = self.walk.filter;
        let filter = match verb {
            Verb::Scan => filter,
            Verb::Hash => filter.files_only(),
            Verb::Dupes => filter.for_duplicates(),
        };
        let program = filter.program().map_err(|why| {
            UsageError(format!("the filter cannot be used: {why}"))
        })?;
        Ok(format!("{}\n", program.expression()))
    }

    /// Whether the options go together.
    fn check(&self, verb: Verb) -> Result<(), UsageError> {
        let text = self.format.unwrap_or_default() == Format::Text;
        let stdin_only = self.paths.iter().all(|path| path == "-");
        let other = self.algorithm.filter(|it| *it != Algorithm::Xxh64);
        let unfit = self.algorithm.is_some_and(|it| !it.identifies());
        let refused = if self.count && self.print0 {
            "the argument '--count' cannot be used with '--print0'"
        } else if self.count && !self.fields.is_empty() {
            "--count prints a number and takes no --fields"
        } else if self.count && !text {
            "--count prints a number and takes no --format"
        } else if self.template.is_some()
            && (self.format.is_some() || !self.fields.is_empty())
        {
            "--template takes neither --format nor --fields"
        } else if self.template.is_some() && (self.count || self.tag) {
            "--template takes neither --count nor --tag"
        } else if self.print0 && !text {
            "--print0 needs --format text"
        } else if self.tag && !text {
            "--tag needs --format text"
        } else if self.tag && self.partial.is_some() {
            "the argument '--partial[=<CHUNK>]' cannot be used with '--tag'"
        } else if self.partial.is_some() && other.is_some() {
            "--partial always uses xxh64: it cannot use another"
        } else if verb == Verb::Dupes && unfit {
            "invalid value for '--algorithm': crc32 cannot tell files apart"
        } else if verb == Verb::Hash && stdin_only && self.walks {
            "options for walking need a PATH to walk"
        } else {
            return Ok(());
        };
        Err(UsageError(refused.into()))
    }
}
