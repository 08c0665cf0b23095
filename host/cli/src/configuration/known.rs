//! Which options can be configured, and what their values look like: asked of
//! the command line's description.

use clap::{Arg, ArgAction, Command, ValueHint};

use super::Value;

/// What is settled before a file is read, what ends a run at once, what takes
/// words that a variable could not hold, and what makes a run change files, or
/// change them for good: whoever wants that says it each time.
const NEVER: [&str; 11] = [
    "allow-write",
    "apply",
    "config",
    "exec",
    "exec-batch",
    "force-edited",
    "help",
    "no-config",
    "permanent",
    "trust-roots",
    "version",
];

/// What a single run is for and where its results go. A file does not set it:
/// who enters a folder does not ask for that.
const OF_ONE_RUN: [&str; 39] = [
    "again",
    "against",
    "all",
    "allow-missing",
    "attachments",
    "check",
    "count",
    "destination",
    "diff",
    "drop",
    "dry-run",
    "edit",
    "exec",
    "exec-batch",
    "explain",
    "files-from",
    "files0-from",
    "from",
    "from-snapshot",
    "hard",
    "html",
    "index",
    "interactive",
    "into",
    "list",
    "manifest",
    "match",
    "out",
    "output",
    "output-dir",
    "pairs",
    "plan",
    "replace",
    "resume",
    "similar",
    "template",
    "to",
    "tree",
    "wit",
];

/// What is written where the option says; who is shown credentials; and whom a
/// service lets in, where and how. The file of a folder does not say that: who
/// enters it did not choose it.
const OF_USER: [&str; 19] = [
    "allow-host",
    "anonymous",
    "behind-proxy",
    "catalog",
    "database",
    "endpoint",
    "hash-cache-dir",
    "keep-jobs",
    "listen",
    "map",
    "profile",
    "region",
    "root",
    "s3-check-cache-dir",
    "state-dir",
    "store",
    "tls-cert",
    "tls-key",
    "token-file",
];

/// Commands that have to work whatever is configured.
const UNCONFIGURED: [&str; 4] = ["completions", "config", "help", "man"];

/// What the value of an option looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Yes or no.
    Flag,
    /// How many times it is given.
    Count,
    /// A text or a number.
    Value {
        /// Whether it may have several.
        several: bool,
        /// Whether it may be given without one.
        optional: bool,
    },
}

impl Shape {
    /// The shape of an option's value.
    pub(super) fn of(option: &Arg) -> Option<Self> {
        let optional = option.get_num_args();
        let optional = optional.is_some_and(|range| range.min_values() == 0);
        match option.get_action() {
            ArgAction::SetTrue => Some(Self::Flag),
            ArgAction::Count => Some(Self::Count),
            ArgAction::Set => Some(Self::Value { several: false, optional }),
            ArgAction::Append => Some(Self::Value { several: true, optional }),
            _ => None,
        }
    }

    /// Refuses a value that does not fit.
    pub(super) fn check(self, value: &Value) -> Result<(), String> {
        let fits = match (self, value) {
            (Self::Flag, Value::Flag(_)) => true,
            (Self::Flag, _) => false,
            (Self::Count, value) => matches!(value, Value::Number(_)),
            (Self::Value { optional, .. }, Value::Flag(_)) => optional,
            (Self::Value { several, .. }, Value::List(values)) => {
                several && values.iter().all(|it| it.argument().is_some())
            }
            (Self::Value { .. }, Value::Number(_) | Value::Text(_)) => true,
        };
        match fits {
            true => Ok(()),
            false => Err(format!(
                "expected {}, not {}",
                self.expected(),
                value.describe()
            )),
        }
    }

    fn expected(self) -> &'static str {
        match self {
            Self::Flag => "true or false",
            Self::Count => "a number",
            Self::Value { several: false, .. } => "a text or a number",
            Self::Value { several: true, .. } => {
                "a text, a number, or a list of these"
            }
        }
    }
}

/// Whether an option takes the path of a file or directory.
pub(super) fn takes_path(option: &Arg) -> bool {
    matches!(
        option.get_value_hint(),
        ValueHint::AnyPath | ValueHint::FilePath | ValueHint::DirPath
    )
}

/// Whether a file may set the option of that name.
pub(super) fn is_for_files(name: &str) -> bool {
    !OF_ONE_RUN.contains(&name)
}

/// Whether the file of a folder may not set the option of that name.
pub(super) fn is_of_user(name: &str) -> bool {
    OF_USER.contains(&name)
}

/// Whether a command need not work whatever is configured.
pub(crate) fn is_ordinary(path: &[&str]) -> bool {
    path.first().is_some_and(|name| !UNCONFIGURED.contains(name))
}

/// Whether anything is configured of a command.
pub(crate) fn is_configurable(description: &Command, path: &[&str]) -> bool {
    is_ordinary(path)
        && command(description, path).is_some_and(|it| !it.is_hide_set())
}

/// The command of that path.
pub(super) fn command<'d>(
    description: &'d Command,
    path: &[&str],
) -> Option<&'d Command> {
    path.iter().try_fold(description, |it, name| it.find_subcommand(name))
}

/// The paths of all commands of which something can be configured.
pub(super) fn commands(description: &Command) -> Vec<Vec<&str>> {
    let mut found = Vec::new();
    let mut left = vec![Vec::new()];
    while let Some(path) = left.pop() {
        let Some(command) = command(description, &path) else { continue };
        for inner in command.get_subcommands() {
            let path = [&*path, &[inner.get_name()]].concat();
            if is_configurable(description, &path) {
                left.push(path.clone());
                found.push(path);
            }
        }
    }
    found
}

/// The options of a command, and those that every command has.
pub(super) fn options<'d>(
    description: &'d Command,
    path: &[&str],
) -> impl Iterator<Item = &'d Arg> + use<'d> {
    let own = command(description, path).filter(|_| !path.is_empty());
    let own = own.into_iter().flat_map(Command::get_arguments);
    own.chain(description.get_arguments()).filter(|it| is_option(it))
}

/// The option of a command that has this name.
pub(super) fn option<'d>(
    description: &'d Command,
    path: &[&str],
    name: &str,
) -> Option<&'d Arg> {
    options(description, path).find(|it| it.get_long() == Some(name))
}

fn is_option(argument: &Arg) -> bool {
    let settable = |name: &str| !NEVER.contains(&name);
    argument.get_long().is_some_and(settable)
        && !argument.is_hide_set()
        && Shape::of(argument).is_some()
}

/// The same command line with an option `--no-NAME` for each NAME that can be
/// configured, which takes back what is.
pub(crate) fn with_negations(command: Command) -> Command {
    let added: Vec<Arg> = command
        .get_arguments()
        .filter(|argument| is_option(argument))
        .filter_map(|argument| negation(&command, argument))
        .collect();
    command.args(added).mut_subcommands(with_negations)
}

fn negation(command: &Command, option: &Arg) -> Option<Arg> {
    let own = option.get_long().filter(|name| !name.starts_with("no-"))?;
    let name = format!("no-{own}");
    let is_taken = command.get_arguments().any(|other| {
        let aliases = other.get_all_aliases().unwrap_or_default();
        other.get_long() == Some(&name) || aliases.contains(&&*name)
    });
    if is_taken {
        return None;
    }
    // The parser wants static names; there are few, once in a process.
    let name: &'static str = name.leak();
    Some(
        Arg::new(name)
            .long(name)
            .action(ArgAction::SetTrue)
            .hide(true)
            .global(option.is_global_set())
            .overrides_with(option.get_id()),
    )
}

#[cfg(test)]
mod tests {
    use clap::ValueHint;

    use super::{commands, is_for_files, is_of_user, options};
    use crate::arguments::description;

    /// Who adds an option that takes a path or a program decides here whether
    /// a file may set it.
    #[test]
    fn no_file_sets_where_output_goes_or_what_is_run() {
        const READ: [&str; 3] = ["ignore-file", "plugin", "reference"];
        let description = description();
        for path in commands(&description) {
            for option in options(&description, &path) {
                let name = option.get_long().unwrap();
                let is_plain = matches!(
                    option.get_value_hint(),
                    ValueHint::Unknown | ValueHint::Other
                );
                let is_read = READ.contains(&name) || is_of_user(name);
                assert!(
                    is_plain || is_read || !is_for_files(name),
                    "{path:?} --{name}"
                );
            }
        }
    }
}
