//! Options that say how results are called, and what is done where they cannot
//! be.

use clap::Args;
use sanchay::ops::{Naming, PlanRequest, SortFields, TimeZone};

use super::act::ConflictArg;

/// How results are called.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Names")]
pub(crate) struct NameArgs {
    /// The template of the new names, as '{stem:lower}-{n:03}.{ext}'
    #[arg(long, value_name = "TEMPLATE")]
    to: Option<String>,

    /// Take only entries whose names match REGEX; its groups are {1}, {name}
    #[arg(long = "match", value_name = "REGEX")]
    pattern: Option<String>,

    /// Replace in what the template makes, as 's/ /_/g'; can be repeated
    ///
    /// g replaces every match, i ignores case. $1 and ${name} are groups. Any
    /// punctuation can stand in place of the slashes.
    #[arg(long, value_name = "s/REGEX/TEXT/")]
    replace: Vec<String>,

    /// Cut names of more than 255 bytes, before the extension
    #[arg(long)]
    truncate: bool,

    /// The order in which counters count, as modified,name:desc
    ///
    /// By default, folder by folder, and in each by name.
    #[arg(long, value_name = "FIELD[:desc],...")]
    sort: Option<SortFields>,

    /// What to do where a name is taken, or two entries get the same
    #[arg(long, value_name = "HOW", value_enum, default_value = "error")]
    on_conflict: ConflictArg,

    /// Refuse names that Windows would refuse or change
    #[arg(long)]
    portable: bool,
}

impl NameArgs {
    /// The request, with the names that these options ask for.
    pub(crate) fn name(&self, request: PlanRequest) -> PlanRequest {
        let request = request
            .naming(self.naming())
            .zone(TimeZone::system())
            .on_conflict(self.on_conflict.into());
        match &self.sort {
            Some(sort) => request.sort(sort.clone()),
            None => request,
        }
    }

    /// Whether results are called otherwise than what they are of, or in
    /// another order.
    #[cfg(feature = "cloud")]
    pub(crate) fn renames(&self) -> bool {
        self.to.is_some()
            || self.pattern.is_some()
            || !self.replace.is_empty()
            || self.truncate
            || self.portable
            || self.sort.is_some()
    }

    /// What is done where a name is taken.
    #[cfg(feature = "cloud")]
    pub(crate) fn on_conflict(&self) -> ConflictArg {
        self.on_conflict
    }

    /// The naming in the library's terms.
    fn naming(&self) -> Naming {
        let standard = Naming::default();
        Naming {
            template: self.to.clone().unwrap_or(standard.template),
            pattern: self.pattern.clone(),
            replacements: self.replace.clone(),
            folders: false,
            truncate: self.truncate,
            portable: self.portable,
        }
    }
}
