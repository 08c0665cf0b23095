//! Which groups of equal files are wanted, and which of their files stay.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use sanchay::GroupOrder;

/// Which groups of equal files are wanted.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Groups")]
pub(crate) struct GroupArgs {
    /// Only tell which files are also in DIR; repeatable
    ///
    /// A group has a file of DIR, and one of a ROOT that is not in DIR. The
    /// files in DIR are references: they stay.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::AnyPath)]
    pub(crate) against: Vec<PathBuf>,

    /// Also look in DIR, whose files are references: they stay; repeatable
    ///
    /// A group of references alone is none. A DIR may lie in a ROOT. One that
    /// is not there ends the run before it begins.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::AnyPath)]
    pub(crate) reference: Vec<PathBuf>,

    /// Put only files on one device into one group
    #[arg(long)]
    pub(crate) same_device: bool,

    /// Leave out groups of fewer than N files
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub(crate) min_group: usize,

    /// Also compare equal files byte by byte
    ///
    /// One that differs from the first of its group is an error, and in no
    /// group. All files of the groups are read once more.
    #[arg(long)]
    pub(crate) verify: bool,

    /// Sort groups by reclaimable, size, copies or path, as size:desc,path
    ///
    /// Groups that are equal are in the byte order of their first paths.
    #[arg(
        long,
        value_name = "KEY[:desc],...",
        default_value = "reclaimable:desc"
    )]
    pub(crate) sort: GroupOrder,
}

impl GroupArgs {
    /// What is looked at besides the roots.
    pub(crate) fn roots(&self) -> impl Iterator<Item = &PathBuf> {
        self.against.iter().chain(&self.reference)
    }
}
