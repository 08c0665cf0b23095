//! Which entries are wanted: the options that stand for a test of them. What
//! they are called and mean is told in core, where each field has its own.

use std::{convert::Infallible, sync::LazyLock};

use clap::{
    Arg, ArgAction, ArgGroup, ArgMatches, Args, Command, FromArgMatches,
    builder::{OsStringValueParser, TypedValueParser},
};
use sanchay_core::filter::{
    Clock, Filter, FilterError, FilterOption, FilterSetting,
};

/// The group of all of them.
pub(crate) const GROUP: &str = "FilterArgs";

/// The option that names a set of filters. What that is stands in
/// configuration files, so that they must be read before it is understood.
pub(crate) const NAMED: &str = "filter";

/// What "now" is, and the local time zone.
static NOW: LazyLock<jiff::Zoned> = LazyLock::new(jiff::Zoned::now);

/// The clock of this run, which knows the users and groups of this machine.
/// The run may have plugins, whose columns are known later.
pub(crate) fn clock() -> Clock {
    let clock = Clock::asking(|| NOW.clone());
    clock.with_accounts(sanchay::accounts()).expecting_columns()
}

/// Which entries are wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FilterArgs(pub(crate) Filter);

impl Args for FilterArgs {
    fn augment_args(command: Command) -> Command {
        let command = FilterOption::all()
            .fold(command, |command, option| command.arg(argument(option)));
        let command = command.arg(named());
        let names = FilterOption::all().map(|option| option.name);
        let names = names.chain([NAMED]);
        command.group(ArgGroup::new(GROUP).multiple(true).args(names))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

/// An option as clap has it.
fn argument(option: &'static FilterOption) -> Arg {
    let parser = OsStringValueParser::new().try_map(move |value| {
        let value = value.as_encoded_bytes();
        let value = match option.is_glob() {
            true => &*glob(value)?,
            false => value,
        };
        let read = option.read(value, &clock());
        read.map_err(|FilterError { why, .. }| why)
    });
    let argument = Arg::new(option.name)
        .long(option.name)
        .value_name(option.value_name)
        .help(option.help)
        .action(ArgAction::Append)
        // A mode may begin with a hyphen: --perm -222.
        .allow_hyphen_values(option.value_name == "MODE")
        .value_parser(parser);
    let argument = match option.short {
        Some(letter) => argument.short(letter),
        None => argument,
    };
    match option.long_help {
        "" => argument,
        more => argument.long_help(format!("{}\n\n{more}", option.help)),
    }
}

/// A glob as it was meant.
fn glob(value: &[u8]) -> Result<Vec<u8>, String> {
    let is_quoted = matches!(value, [b'\'', .., b'\'']);
    match cfg!(windows) && is_quoted {
        true => Err("cmd.exe passes single quotes on: write double quotes \
                     (a name with such quotes matches [']*['])"
            .to_owned()),
        false => Ok(sanchay_names::glob(value)),
    }
}

/// The option that names a set of filters.
fn named() -> Arg {
    // Who reads the configuration puts another parser in this one's place.
    let later = |_: &str| Ok::<_, Infallible>(Filter::default());
    Arg::new(NAMED)
        .long(NAMED)
        .value_name("NAME")
        .help(
            "Only what passes the filters that a configuration file has as \
             [filters.NAME]; may be given more than once, and all must hold",
        )
        .action(ArgAction::Append)
        .value_parser(later)
}

impl FromArgMatches for FilterArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut filter = Filter::default();
        for option in FilterOption::all() {
            let settings = matches.get_many::<FilterSetting>(option.name);
            for setting in settings.into_iter().flatten() {
                filter.add(setting.clone());
            }
        }
        let named = matches.get_many::<Filter>(NAMED);
        for other in named.into_iter().flatten() {
            filter = filter.and(other.clone());
        }
        Ok(Self(filter))
    }

    fn update_from_arg_matches(
        &mut self,
        matches: &ArgMatches,
    ) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
