//! The command line with what is configured.
//!
//! What was given is parsed first, by itself: it must make sense alone. Then
//! what is configured of other options is put before it and all is parsed
//! again, so that every rule of the command line holds, such as which of two
//! options overrides the other. A setting that does not go together with
//! something nearer is left out.

use std::{collections::BTreeMap, ffi::OsString, sync::Arc};

use clap::{
    Arg, ArgMatches, Command,
    builder::{StringValueParser, TypedValueParser as _},
    error::ErrorKind,
    parser::ValueSource,
};

use super::{Arguments, shown, understand};
use crate::{
    configuration::{
        Chosen, Configuration, ConfigurationError, NamedFilter, NamedRoots,
        Place, Selection, Sources, innermost, is_configurable, is_ordinary,
        path_of, reason, relaxed,
    },
    messages::Messages,
    options::{filter, plugin},
    progress::ProgressDisplay,
    terminal::Terminal,
};

/// Why there are no arguments.
#[derive(Debug)]
pub(super) enum Refusal {
    /// What was given is wrong.
    Usage(Box<clap::Error>),
    /// What is configured is wrong.
    Configuration(ConfigurationError),
}

impl From<ConfigurationError> for Refusal {
    fn from(error: ConfigurationError) -> Self {
        Self::Configuration(error)
    }
}

/// Adds what is configured to what was given alone.
pub(super) fn complete(
    described: &dyn Fn() -> Command,
    given: &[OsString],
    (mut arguments, matches): (Arguments, ArgMatches),
    terminal: &dyn Fn() -> Terminal,
) -> Result<Arguments, Refusal> {
    let path = path_of(&matches);
    if !is_ordinary(&path) {
        return Ok(arguments);
    }
    let global = &arguments.global;
    let selection =
        Selection::new(global.config.as_deref(), global.no_config)?;
    let sources = Sources::find(&selection)?;
    let refused: Vec<String> = sources.refused().collect();
    let own = innermost(&matches);
    let names_filters = matches!(own.try_contains_id(filter::NAMED), Ok(true));
    let roots = arguments.command.as_command().roots();
    let names_roots = roots.is_some_and(|it| NamedRoots::is_used(it));
    let needs_nothing = !names_filters && !names_roots;
    // Most runs end here, before anything is described for a second time.
    if sources.is_empty() && refused.is_empty() && needs_nothing {
        return Ok(arguments);
    }
    let description = described();
    if !is_configurable(&description, &path) {
        return Ok(arguments);
    }
    if !matches!(own.try_get_one("quiet"), Ok(Some(true))) {
        let messages = Messages::new(terminal(), ProgressDisplay::Nothing);
        refused.into_iter().for_each(|note| messages.note(note));
    }
    let configuration = Configuration::read(sources, &description)?;
    let mut chosen = configuration.of_command(&description, &path)?;
    // What a list was made with, the list tells.
    let checks = matches!(own.try_get_one("check"), Ok(Some(true)));
    chosen.retain(|it| {
        let of_lists = checks && it.option.get_long() == Some("algorithm");
        !it.arguments.is_empty() && !is_given(own, it) && !of_lists
    });
    if !chosen.is_empty() || names_filters {
        let filters = Arc::new(configuration.filters());
        let described = || understanding(described(), &path, &filters);
        let place = Place::behind_command(&description, &path, given)
            .ok_or_else(|| {
                let why = "the command is not found among the arguments";
                usage(&described, &path, ErrorKind::InvalidSubcommand, why)
            })?;
        let chosen = &chosen;
        arguments = Joined { described: &described, place, chosen }.parse()?;
        let is_plugin = |it: &Chosen<'_>| it.option.get_id() == plugin::ID;
        if let Some(plugins) = arguments.command.as_command().plugins() {
            // Those that are given take the place of those that are set.
            plugins.configured = chosen.iter().any(is_plugin);
        }
    }
    if let Some(roots) = arguments.command.as_command().roots()
        && NamedRoots::is_used(roots)
    {
        let resolved = NamedRoots::resolve(&configuration.roots(), roots);
        *roots = resolved.map_err(|why| {
            usage(described, &path, ErrorKind::InvalidValue, &why)
        })?;
    }
    Ok(arguments)
}

/// A complaint about what was given to a command.
fn usage(
    described: &dyn Fn() -> Command,
    path: &[&str],
    kind: ErrorKind,
    why: &str,
) -> Refusal {
    let mut description = described();
    description.build();
    Refusal::Usage(Box::new(complaint(&mut description, path, kind, why)))
}

fn complaint(
    command: &mut Command,
    path: &[&str],
    kind: ErrorKind,
    why: &str,
) -> clap::Error {
    let Some((name, rest)) = path.split_first() else {
        return command.error(kind, why);
    };
    match command.find_subcommand_mut(name) {
        Some(inner) => complaint(inner, rest, kind, why),
        None => command.error(kind, why),
    }
}

/// A command line that understands the names of sets of filters, and takes
/// options together that were checked alone.
fn understanding(
    description: Command,
    path: &[&str],
    filters: &Arc<BTreeMap<String, NamedFilter>>,
) -> Command {
    let resolver = StringValueParser::new().try_map({
        let filters = Arc::clone(filters);
        move |name| NamedFilter::resolve(&filters, &name)
    });
    within(relaxed(description, path), path, &|command| {
        let named = |it: &Arg| it.get_id() == filter::NAMED;
        let has_filters = command.get_arguments().any(named);
        if !has_filters {
            return command;
        }
        let resolver = resolver.clone();
        command.mut_arg(filter::NAMED, |it| it.value_parser(resolver))
    })
}

/// Whether an option that is configured was also given, or taken back.
fn is_given(own: &ArgMatches, chosen: &Chosen<'_>) -> bool {
    let negation = format!("no-{}", chosen.setting.key);
    let taken_back = matches!(own.try_get_one(&negation), Ok(Some(true)));
    let source = own.value_source(chosen.option.get_id().as_str());
    taken_back || source == Some(ValueSource::CommandLine)
}

/// Changes the command of that path.
fn within(
    command: Command,
    path: &[&str],
    change: &dyn Fn(Command) -> Command,
) -> Command {
    match path.split_first() {
        Some((name, rest)) => {
            command.mut_subcommand(name, |inner| within(inner, rest, change))
        }
        None => change(command),
    }
}

/// What was given, with settings before it.
struct Joined<'j> {
    described: &'j dyn Fn() -> Command,
    place: Place<'j>,
    /// The settings, the farthest first.
    chosen: &'j [Chosen<'j>],
}

impl Joined<'_> {
    fn parse(&self) -> Result<Arguments, Refusal> {
        let all: Vec<&Chosen<'_>> = self.chosen.iter().collect();
        match self.with(&all) {
            Ok(arguments) => Ok(arguments),
            Err(error) if is_conflict(&error) => self.parse_what_fits(),
            Err(error) => Err(self.blame(error)),
        }
    }

    fn with(&self, chosen: &[&Chosen<'_>]) -> Result<Arguments, clap::Error> {
        let more = chosen.iter().flat_map(|it| &it.arguments);
        let given = self.place.with(more);
        let (arguments, _) = understand((self.described)(), &given)?;
        Ok(arguments)
    }

    /// Leaves out each setting that does not go together with what was given
    /// or with a nearer one.
    fn parse_what_fits(&self) -> Result<Arguments, Refusal> {
        let mut kept: Vec<&Chosen<'_>> = Vec::new();
        let mut left_out = Vec::new();
        for chosen in self.chosen.iter().rev() {
            kept.insert(0, chosen);
            match self.with(&kept) {
                Ok(_) => {}
                Err(error) if is_conflict(&error) => {
                    kept.remove(0);
                    let why = chosen.setting.error(&reason(&error));
                    left_out.push(why.to_string());
                }
                Err(error) => return Err(self.blame(error)),
            }
        }
        let arguments = self.with(&kept).map_err(|error| self.blame(error))?;
        Ok(Arguments { left_out, ..arguments })
    }

    /// Finds out which setting the parser refuses.
    fn blame(&self, error: clap::Error) -> Refusal {
        for chosen in self.chosen {
            match self.with(&[chosen]) {
                Err(error) if !is_conflict(&error) => {
                    if self.with(&[]).is_err() {
                        break;
                    }
                    let why = reason(&error);
                    return chosen.setting.error(&why).into();
                }
                _ => {}
            }
        }
        let given = self.place.with([]);
        let error = shown(self.described, &given, error);
        Refusal::Usage(Box::new(error))
    }
}

fn is_conflict(error: &clap::Error) -> bool {
    error.kind() == ErrorKind::ArgumentConflict
}
