//! What was given on the command line, option by option.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use core::mem::take;

use getargs::{Arg, Error, Opt, Options};
use sanchay_core::filter::{Clock, FilterError};
use sanchay_core::hashing::{Algorithm, UnknownAlgorithm};
use sanchay_core::size;
use sanchay_core::template::{SyntaxError, Template};
use sanchay_output::{Format, UnknownFormat};

use crate::command::{Verb, WalkOptions};
use crate::options::Choice;
use crate::usage::UsageError;

/// Everything that can be given.
#[derive(Debug, Default)]
pub(crate) struct Given {
    pub(crate) help: bool,
    pub(crate) print0: bool,
    pub(crate) count: bool,
    pub(crate) tag: bool,
    pub(crate) hardlinks: bool,
    pub(crate) quiet: bool,
    pub(crate) explain: bool,
    pub(crate) fields: Vec<String>,
    pub(crate) template: Option<Template>,
    pub(crate) format: Option<Format>,
    pub(crate) output: Option<String>,
    pub(crate) algorithm: Option<Algorithm>,
    pub(crate) partial: Option<u32>,
    pub(crate) walk: WalkOptions,
    /// Whether an option for walking was given.
    pub(crate) walks: bool,
    pub(crate) paths: Vec<String>,
}

impl Given {
    /// Parses what follows the verb.
    pub(crate) fn parse<'a>(
        verb: Verb,
        arguments: impl Iterator<Item = &'a str>,
        clock: &Clock,
    ) -> Result<Self, UsageError> {
        let mut given = Self::default();
        let mut options = Options::new(arguments);
        while let Some(argument) = options.next_arg().map_err(usage)? {
            let option = match argument {
                Arg::Positional("") => {
                    return Err(UsageError("a path is empty".into()));
                }
                Arg::Positional(path) => {
                    given.paths.push(path.into());
                    continue;
                }
                Arg::Short(letter) => Opt::Short(letter),
                Arg::Long(name) => Opt::Long(name),
            };
            // What is given again takes the place of what was given before.
            let choice = Choice::named(option, verb)?;
            given.take(choice, option, clock, &mut options)?;
            if given.help {
                break;
            }
        }
        Ok(given)
    }

    fn take<'a>(
        &mut self,
        choice: Choice,
        option: Opt<&'a str>,
        clock: &Clock,
        options: &mut Options<&'a str, impl Iterator<Item = &'a str>>,
    ) -> Result<(), UsageError> {
        let refused = |why: String| {
            UsageError(format!("invalid value for '{option}': {why}"))
        };
        let mut value = || value(option, options);
        match choice {
            Choice::Help => self.help = true,
            Choice::Print0 => self.print0 = true,
            Choice::Count => self.count = true,
            Choice::Tag => self.tag = true,
            Choice::Hardlinks => self.hardlinks = true,
            Choice::Quiet => self.quiet = true,
            Choice::Explain => self.explain = true,
            Choice::Fields => {
                self.fields = value()?.split(',').map(String::from).collect();
            }
            Choice::Template => {
                let parsed = value()?.parse::<Template>();
                let why = |why: SyntaxError| refused(format!("{why}"));
                self.template = Some(parsed.map_err(why)?);
            }
            Choice::Json => self.format = Some(Format::Json),
            Choice::Named(algorithm) => self.algorithm = Some(algorithm),
            Choice::Format => {
                let parsed = value()?.parse::<Format>();
                let why = |why: UnknownFormat| refused(format!("{why}"));
                self.format = Some(parsed.map_err(why)?);
            }
            Choice::Output => match value()? {
                "" => return Err(refused("a path is empty".into())),
                "-" => self.output = None,
                path => self.output = Some(path.into()),
            },
            Choice::Algorithm => {
                let parsed = value()?.parse::<Algorithm>();
                let why = |why: UnknownAlgorithm| refused(format!("{why}"));
                self.algorithm = Some(parsed.map_err(why)?);
            }
            Choice::Partial => {
                let chunk = options.value_opt().unwrap_or("64KiB");
                self.partial =
                    Some(size::parse_chunk(chunk).map_err(refused)?);
            }
            Choice::Filter(test) => {
                let set =
                    self.walk.filter.set(test, value()?.as_bytes(), clock);
                set.map_err(|FilterError { why, .. }| refused(why))?;
                self.walks = true;
            }
            Choice::Hidden => {
                self.walk.filter = take(&mut self.walk.filter).hidden(true);
                self.walks = true;
            }
            Choice::Gitignore => {
                self.walk.gitignore = true;
                self.walks = true;
            }
            Choice::IgnoreFile => {
                match value()? {
                    "" => return Err(refused("a path is empty".into())),
                    path => self.walk.ignore_files.push(path.into()),
                }
                self.walks = true;
            }
            Choice::MaxDepth => {
                let depth = depth(value()?).map_err(refused)?;
                self.walk.max_depth = Some(depth);
                self.walks = true;
            }
        }
        Ok(())
    }
}

/// How many levels to go down. More than there can be is no limit.
fn depth(text: &str) -> Result<usize, String> {
    match text.parse::<u64>() {
        Ok(depth) => Ok(usize::try_from(depth).unwrap_or(usize::MAX)),
        Err(error) => Err(format!("{error}")),
    }
}

/// An option's value, which stands in the same argument or in the next one.
fn value<'a>(
    option: Opt<&'a str>,
    options: &mut Options<&'a str, impl Iterator<Item = &'a str>>,
) -> Result<&'a str, UsageError> {
    if let Some(value) = options.value_opt() {
        return Ok(match option {
            Opt::Short(_) => value.strip_prefix('=').unwrap_or(value),
            Opt::Long(_) => value,
        });
    }
    let value = options.value().map_err(usage)?;
    // What looks like an option is one, as for the native program.
    if value.len() > 1 && value.starts_with('-') {
        return Err(usage(Error::RequiresValue(option)));
    }
    Ok(value)
}

fn usage(error: Error<&str>) -> UsageError {
    UsageError(format!("{error}"))
}
