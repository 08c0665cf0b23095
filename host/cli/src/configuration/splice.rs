//! Where the arguments that configuration means stand among those that were
//! given: behind the name of the command, before everything else.

use std::ffi::OsString;

use clap::{ArgMatches, Command, Id, builder::Resettable};

/// The command that was given, and those that lead to it.
pub(crate) fn path_of(matches: &ArgMatches) -> Vec<&str> {
    let mut path = Vec::new();
    let mut at = matches;
    while let Some((name, inner)) = at.subcommand() {
        path.push(name);
        at = inner;
    }
    path
}

/// What was given to the command itself.
pub(crate) fn innermost(matches: &ArgMatches) -> &ArgMatches {
    let mut at = matches;
    while let Some((_, inner)) = at.subcommand() {
        at = inner;
    }
    at
}

/// Arguments with a place in them.
#[derive(Debug)]
pub(crate) struct Place<'g> {
    before: &'g [OsString],
    after: &'g [OsString],
}

impl<'g> Place<'g> {
    /// The place behind the name of the command, of which `path` leads to it.
    /// `None` where the arguments name no such command.
    pub(crate) fn behind_command(
        description: &Command,
        path: &[&str],
        given: &'g [OsString],
    ) -> Option<Self> {
        let mut after = given.get(1..)?.len();
        let mut command = description;
        for name in path {
            let rest = given.get(given.len().checked_sub(after)?..)?;
            after = behind(description, command, rest)?;
            command = command.find_subcommand(name)?;
        }
        let (before, after) =
            given.split_at_checked(given.len().checked_sub(after)?)?;
        Some(Self { before, after })
    }

    /// The arguments with others in that place.
    pub(crate) fn with<'a>(
        &self,
        others: impl IntoIterator<Item = &'a OsString>,
    ) -> Vec<OsString> {
        let mut all = self.before.to_vec();
        all.extend(others.into_iter().cloned());
        all.extend_from_slice(self.after);
        all
    }
}

/// How many arguments there are behind the name of a command, which follows
/// options of the one that it belongs to, and of all.
fn behind(
    description: &Command,
    outer: &Command,
    given: &[OsString],
) -> Option<usize> {
    let own = outer.get_arguments().filter(|it| !it.is_global_set());
    let all = description.get_arguments().filter(|it| it.is_global_set());
    let options = own.chain(all).filter(|it| !it.is_positional());
    let parser = relaxed(Command::new("sanchay").args(options.cloned()), &[]);
    let parser = parser
        .no_binary_name(true)
        .args_override_self(true)
        .allow_external_subcommands(true);
    let matches = parser.try_get_matches_from(given).ok()?;
    let (_, inner) = matches.subcommand()?;
    Some(inner.get_many::<OsString>("").map_or(0, |rest| rest.len()))
}

/// A command line that does not complain of options that do not go together,
/// or lack another: what was given was checked before, and what is configured
/// need not go with everything.
pub(crate) fn relaxed(command: Command, path: &[&str]) -> Command {
    let command = command.mut_args(|argument| {
        argument
            .requires(Resettable::<Id>::Reset)
            .conflicts_with(Resettable::<Id>::Reset)
    });
    match path.split_first() {
        Some((name, rest)) => {
            command.mut_subcommand(name, |inner| relaxed(inner, rest))
        }
        None => command,
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::Place;
    use crate::arguments::description;

    #[test]
    fn configured_arguments_stand_behind_the_name_of_the_command() {
        for (line, path, expected) in [
            ("s scan", &["scan"][..], "s scan X"),
            ("s scan scan", &["scan"], "s scan X scan"),
            ("s --color never scan a", &["scan"], "s --color never scan X a"),
            (
                "s -v --log-format=json hash -- b",
                &["hash"],
                "s -v --log-format=json hash X -- b",
            ),
            (
                "s plugin -v run scan",
                &["plugin", "run"],
                "s plugin -v run X scan",
            ),
            ("s scan -g scan", &["scan"], "s scan X -g scan"),
        ] {
            let given: Vec<OsString> =
                line.split(' ').map(Into::into).collect();
            let place = Place::behind_command(&description(), path, &given);
            let found = place.unwrap().with([&"X".into()]);
            let found: Vec<_> =
                found.iter().map(|it| it.to_str().unwrap()).collect();
            assert_eq!(found.join(" "), expected);
        }
    }
}
