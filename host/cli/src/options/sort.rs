//! In which order records are wanted.

use clap::Args;
use sanchay_core::{
    record::{RecordKind, SortFields},
    size,
};

use super::output::fields_of_others;

/// How much records may take up before some are put aside, by default.
const MEMORY: &str = "256MiB";

/// The order of records.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub(crate) struct SortArgs {
    /// Sort by these fields, as size:desc,path
    ///
    /// Any field can be one, whether it is printed or not. What lacks a value
    /// comes last; records that are equal are in the byte order of their
    /// paths. With --max-results, only the first N are kept on the way.
    #[arg(long, value_name = "FIELD[:desc],...")]
    pub(crate) sort: Option<SortFields>,

    /// With --sort: how much memory records may take up [default: 256MiB]
    ///
    /// Beyond it they wait in temporary files ($TMPDIR), which are gone when
    /// the program ends.
    #[arg(
        long,
        value_name = "SIZE",
        value_parser = size::parse,
        requires = "sort",
        hide_short_help = true
    )]
    sort_memory: Option<u64>,
}

impl SortArgs {
    /// Whether records of a kind can be sorted by the fields.
    pub(crate) fn check(&self, kind: RecordKind) -> Result<(), String> {
        let names = self.sort.iter().flat_map(SortFields::names);
        fields_of_others(kind, "--sort", names)
    }

    /// How many bytes records may take up in memory.
    pub(crate) fn memory(&self) -> u64 {
        let default = || size::parse(MEMORY).unwrap_or(u64::MAX);
        self.sort_memory.unwrap_or_else(default)
    }
}
