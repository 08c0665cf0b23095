//! `sanchay delete`: entries into the trash, or away for good.

use std::path::PathBuf;

use clap::Args;

use crate::{
    commands::command::RunCommand, context::Context, exit::Exit,
    failure::Failure, options::plan::PlanArgs,
};

const EXAMPLES: &str = "\
Nothing is deleted without --apply: the plan is printed.

Entries go to the trash, from which sanchay undo takes them back. With
--permanent they are gone for good, and undo says so. Only regular files are
deleted, unless --kind says otherwise; a directory must be empty to be deleted
for good.

Examples:
  sanchay delete -e tmp --changed-before 30d /srv
  sanchay delete --where 'size = 0' --apply downloads
  sanchay delete --permanent --kind directory --where empty --apply tree";

/// Delete files: to the trash, or for good.
#[derive(Args, Debug)]
#[command(
    after_help = "See --help for examples.",
    after_long_help = EXAMPLES,
)]
pub(crate) struct DeleteArgs {
    /// Where to look
    #[arg(value_name = "ROOT", required_unless_present_any = [
        "files_from", "files0_from",
    ])]
    pub(crate) roots: Vec<PathBuf>,

    /// Delete for good, and not to the trash
    #[arg(long)]
    permanent: bool,

    #[command(flatten)]
    plan: PlanArgs,
}

impl RunCommand for DeleteArgs {
    fn check(&self) -> Result<(), String> {
        self.plan.check()
    }

    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        self.plan.carry_out(context, &self.roots, |engine, roots| {
            engine.delete(roots, self.permanent)
        })
    }

    fn roots(&mut self) -> Option<&mut Vec<PathBuf>> {
        Some(&mut self.roots)
    }
}
