//! `sanchay shards`: trees and buckets in parts, for several machines.

mod job_index;
mod merge;
mod plan;
mod run;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use sanchay_shards::{Place, ShardError};

use crate::{
    commands::command::RunCommand, context::Context, exit::Exit,
    failure::Failure, options::cloud::CloudArgs,
};

const ABOUT: &str = "\
plan cuts trees and buckets into shards, run hashes the files of one, and merge
puts together what all shards have. Any machine that sees the roots can run any
shard, any number of times: schedulers decide where and when. docs/SHARDS.md has
the formats, and what to run it with.

Examples:
  sanchay shards plan /srv --target-files 1000000 -o plan.ndjson
  sanchay shards run plan.ndjson --out s3://bucket/inventory
  sanchay shards run plan.ndjson --index 3 --out /mnt/shared/inventory
  sanchay shards merge --all --from /mnt/shared/inventory
  sanchay shards merge 00 --from /mnt/shared/inventory --format parquet -o 00.parquet
  sanchay shards merge --all --sums --from /mnt/shared/inventory";

/// Cut trees and buckets into shards for several machines, and merge them.
#[derive(Args, Debug)]
#[command(after_long_help = ABOUT, after_help = "See --help for examples.")]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct ShardsCommand {
    #[command(subcommand)]
    command: CommandArgs,
}

#[derive(Debug, Subcommand)]
enum CommandArgs {
    /// Cut trees and buckets into shards
    Plan(Box<plan::PlanArgs>),
    /// Hash the files of shards, and write what is known of them
    Run(Box<run::RunShardArgs>),
    /// Find the duplicates of all shards, or sum up their folders
    Merge(Box<merge::MergeArgs>),
}

impl CommandArgs {
    fn command(&self) -> &dyn RunCommand {
        match self {
            Self::Plan(it) => &**it,
            Self::Run(it) => &**it,
            Self::Merge(it) => &**it,
        }
    }
}

impl RunCommand for ShardsCommand {
    fn check(&self) -> Result<(), String> {
        self.command.command().check()
    }

    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        self.command.command().run(context)
    }

    fn roots(&mut self) -> Option<&mut Vec<PathBuf>> {
        match &mut self.command {
            CommandArgs::Plan(it) => it.roots(),
            CommandArgs::Run(_) | CommandArgs::Merge(_) => None,
        }
    }
}

/// The place that a path or a URL names.
fn place(path: &Path, cloud: &CloudArgs) -> Result<Place, ShardError> {
    #[cfg(feature = "cloud")]
    if let Some(url) = path.to_str().filter(|text| Place::is_url(text)) {
        let objects = cloud.objects(url).map_err(|source| {
            let place = sanchay::escaped(url.as_bytes()).to_string();
            let (action, key) = ("open", String::new());
            ShardError::Place { place, action, key, source }
        })?;
        return Ok(Place::new(objects, url.as_bytes()));
    }
    let _ = cloud;
    Place::named(path)
}
