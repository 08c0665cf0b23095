//! Options of the commands that change files: they show a plan, and do it
//! only when told to.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint, builder::PossibleValue};
use sanchay::ops::{OnConflict, Runs, TimeZone};

use crate::failure::Failure;

/// What is done with a plan.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Acting")]
pub(crate) struct ActArgs {
    /// Do it; without this, only the plan is printed
    #[arg(long)]
    pub(crate) apply: bool,

    /// Ask about each entry, and do what was agreed to, without --apply
    #[arg(short, long, conflicts_with_all = ["plan", "apply"])]
    pub(crate) interactive: bool,

    /// Write the plan to FILE, for sanchay apply; - is standard output
    ///
    /// A plan that is there is replaced; any other file is left alone, and that
    /// is an error.
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        conflicts_with = "apply"
    )]
    pub(crate) plan: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) show: ShowArgs,

    #[command(flatten)]
    pub(crate) state: StateArgs,
}

/// How a plan is printed.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct ShowArgs {
    /// How to print the plan: text on a terminal, ndjson elsewhere, unless
    /// this says otherwise
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub(crate) format: Option<PlanFormat>,
}

/// Where journals are.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct StateArgs {
    /// The folder of the journals [default: $XDG_STATE_HOME/sanchay]
    ///
    /// Without that variable, it is ~/.local/state/sanchay.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    state_dir: Option<PathBuf>,
}

impl StateArgs {
    /// The runs that there are journals of.
    pub(crate) fn runs(&self) -> Result<Runs, Failure> {
        let runs = match &self.state_dir {
            Some(folder) => Runs::at(folder.join("runs")),
            None => Runs::of_user()?,
        };
        Ok(runs.with_zone(TimeZone::system()))
    }
}

/// The ways to print a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlanFormat {
    /// A line for each entry.
    Text,
    /// The plan as it is written to a file.
    Ndjson,
}

impl ValueEnum for PlanFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Text, Self::Ndjson]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Text => {
                PossibleValue::new("text").help("OLD → NEW, a line each")
            }
            Self::Ndjson => PossibleValue::new("ndjson")
                .help("the plan itself, as sanchay apply reads it"),
        })
    }
}

/// What is done where something stands in the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ConflictArg {
    /// Nothing at all.
    #[default]
    Error,
    /// The entry is left out.
    Skip,
    /// The result gets another name.
    Rename,
}

impl ValueEnum for ConflictArg {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Error, Self::Skip, Self::Rename]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Error => {
                PossibleValue::new("error").help("do nothing at all")
            }
            Self::Skip => {
                PossibleValue::new("skip").help("leave these entries out")
            }
            Self::Rename => PossibleValue::new("rename")
                .help("put a number behind the stem: a (2).txt"),
        })
    }
}

impl From<ConflictArg> for OnConflict {
    fn from(choice: ConflictArg) -> Self {
        match choice {
            ConflictArg::Error => Self::Error,
            ConflictArg::Skip => Self::Skip,
            ConflictArg::Rename => Self::Rename,
        }
    }
}
