//! The worlds that plugins implement, as the command line names them.

use clap::{ValueEnum, builder::PossibleValue};

/// A world that plugins implement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum World {
    Filter,
    Extractor,
}

impl World {
    /// What the WIT package calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Filter => "filter-plugin",
            Self::Extractor => "extractor-plugin",
        }
    }
}

impl ValueEnum for World {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Filter, Self::Extractor]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Filter => PossibleValue::new("filter")
                .help("judge the entries of directories"),
            Self::Extractor => {
                PossibleValue::new("extractor").help("tell values of files")
            }
        })
    }
}
