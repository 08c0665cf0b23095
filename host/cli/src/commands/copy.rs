//! `sanchay copy`: copies of entries, in another folder.

use std::path::PathBuf;

use clap::Args;

use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::Exit,
    failure::Failure,
    options::{
        cloud::CloudArgs, into::IntoArgs, name::NameArgs, plan::PlanArgs,
    },
};

const EXAMPLES: &str = "\
Nothing is copied without --apply: the plan is printed, OLD → NEW, with what
stands in the way marked by an exclamation mark.

A copy appears under its name at once and complete, with times, permissions,
extended attributes and holes, and its owner where that is allowed. Names of
one file become names of one copy. Where the file system can, copies share
their blocks with the originals. Only regular files are copied, unless --kind
says otherwise; links are copied as links.

FOLDER is a path, or the template of one, as sorted/{ext}; see sanchay move.
Every run has a journal: sanchay undo removes the copies that were not changed.
A second run copies what is missing: what has the same size and time is there
already, with --verify what has the same bytes.

ROOT and FOLDER may be URLs, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX. What is
written is compared with what was read, by digests that the server checks.
There is no journal then, and names stay as they are (docs/CLOUD.md).

Examples:
  sanchay copy --into /mnt/backup --apply ~/photos
  sanchay copy --into 'by-year/{modified:%Y}' --verify --apply inbox
  sanchay copy --into s3://backup/photos --apply ~/photos";

/// Copy files into a folder, or into folders that a template names.
#[derive(Args, Debug)]
#[command(
    after_help = "See --help for templates and examples.",
    after_long_help = EXAMPLES,
)]
pub(crate) struct CopyArgs {
    /// Where to look; by default the current directory
    #[arg(value_name = "ROOT")]
    pub(crate) roots: Vec<PathBuf>,

    #[command(flatten)]
    pub(super) into: IntoArgs,

    /// Read each copy again, and compare it with what was read
    #[arg(long)]
    pub(super) verify: bool,

    #[command(flatten)]
    pub(super) name: NameArgs,

    #[command(flatten)]
    pub(super) cloud: CloudArgs,

    #[command(flatten)]
    pub(super) plan: PlanArgs,
}

impl RunCommand for CopyArgs {
    fn check(&self) -> Result<(), String> {
        self.cloud.check(&self.roots)?;
        self.cloud.check(std::slice::from_ref(&self.into.into))?;
        #[cfg(feature = "cloud")]
        if self.reaches_buckets() {
            self.check_buckets()?;
        }
        self.plan.check()
    }

    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        #[cfg(feature = "cloud")]
        if self.reaches_buckets() {
            return super::transfer::run(self, context);
        }
        self.plan.carry_out(context, &self.roots, |engine, roots| {
            let request = engine
                .copy_into(roots, &self.into.into)
                .flat(self.into.flat)
                .verify(self.verify);
            self.name.name(request)
        })
    }

    fn roots(&mut self) -> Option<&mut Vec<PathBuf>> {
        Some(&mut self.roots)
    }
}
