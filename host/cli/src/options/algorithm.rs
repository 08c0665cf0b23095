//! The hash functions by name.

use clap::{
    Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches,
    builder::{PossibleValuesParser, TypedValueParser},
};
use sanchay::Algorithm;

/// Parses a hash function's name.
pub(crate) fn parser() -> impl TypedValueParser<Value = Algorithm> {
    among(&|_| true)
}

/// Parses the name of a hash function that can tell files apart.
fn identifying() -> impl TypedValueParser<Value = Algorithm> {
    among(&Algorithm::identifies)
}

fn among(
    offered: &dyn Fn(Algorithm) -> bool,
) -> impl TypedValueParser<Value = Algorithm> + use<> {
    let offered = Algorithm::ALL.into_iter().filter(|it| offered(*it));
    PossibleValuesParser::new(offered.map(Algorithm::name))
        .try_map(|name| name.parse::<Algorithm>())
}

/// A hash function by an option of its own name, as other programs have them:
/// `--sha256` is short for `--algorithm sha256`. The last of them all counts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NamedAlgorithm(pub(crate) Option<Algorithm>);

impl Args for NamedAlgorithm {
    fn augment_args(command: Command) -> Command {
        let names = Algorithm::ALL.map(Algorithm::name);
        names.into_iter().fold(command, |command, name| {
            let others = names.into_iter().filter(|other| *other != name);
            command.arg(
                Arg::new(name)
                    .long(name)
                    .action(ArgAction::SetTrue)
                    .hide(true)
                    .overrides_with_all(others)
                    .overrides_with("algorithm"),
            )
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for NamedAlgorithm {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let named = |it: &Algorithm| matches.get_flag(it.name());
        Ok(Self(Algorithm::ALL.into_iter().find(named)))
    }

    fn update_from_arg_matches(
        &mut self,
        matches: &ArgMatches,
    ) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The hash function by whose digests files are the same.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct IdentifyingArgs {
    /// The hash function that equal files share
    ///
    /// Each name is also an option: --sha256 means --algorithm sha256.
    #[arg(
        short,
        long,
        value_parser = identifying(),
        default_value = "xxh3-128"
    )]
    algorithm: Algorithm,

    #[command(flatten)]
    named: NamedAlgorithm,
}

impl IdentifyingArgs {
    /// Whether the function can tell files apart.
    pub(crate) fn check(self) -> Result<(), String> {
        match self.named.0.filter(|it| !it.identifies()) {
            Some(unfit) => Err(format!("{unfit} cannot tell files apart")),
            None => Ok(()),
        }
    }

    /// Whether it was given by its own option: --sha256.
    pub(crate) const fn is_named(self) -> bool {
        self.named.0.is_some()
    }

    /// The function.
    pub(crate) fn algorithm(self) -> Algorithm {
        self.named.0.unwrap_or(self.algorithm)
    }
}
