//! `sanchay shards run`: the files of shards are hashed, and what is known of
//! them is written.

use std::{
    fs::File,
    io::{self, BufReader},
    path::PathBuf,
};

use clap::{Args, ValueHint, value_parser};
use sanchay::WalkOptions;
use sanchay_core::size::HumanBytes;
use sanchay_shards::{Outcome, ReadError, RunOptions, Shard, ShardError};

use super::{job_index::job_index, place};
use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::Exit,
    failure::Failure,
    messages::Messages,
    options::{catalog::CatalogArgs, cloud::CloudArgs, run::RunArgs},
    standard_streams::is_stdin,
};

const EXAMPLES: &str = "\
PLAN has one shard or several, as shards plan writes them. All of them are run,
one after the other, unless --index says which. Without --index, a whole plan
takes it from the variable JOB_COMPLETION_INDEX, which Kubernetes sets.

What is known of the files is written to PLACE as Parquet, in 256 partitions by
the first byte of the digest; sums by folder likewise; entries that failed as
NDJSON. A shard whose output is there and complete is left as it is. One that was
killed is run from the beginning. Any number of shards may be run at once, also
the same one.

A root that cannot be looked into is an error, and nothing is written.

Examples:
  sanchay shards run plan.ndjson --out /mnt/shared/inventory
  sanchay shards run plan.ndjson --index 3 --out s3://bucket/inventory
  sanchay shards run plan.ndjson --index 3 --count 8 --out /mnt/shared/inventory
  parallel sanchay shards run plan.ndjson --out out --index {} ::: $(seq 0 11)";

/// Hash the files of shards, and write what is known of them
#[derive(Args, Debug)]
#[command(after_help = "See --help for what is written, and examples.")]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct RunShardArgs {
    /// The shards; - is standard input
    #[arg(value_name = "PLAN", value_hint = ValueHint::FilePath)]
    plan: PathBuf,

    /// Where the output goes: a folder, s3://BUCKET/PREFIX, or
    /// gs://BUCKET/PREFIX
    #[arg(long, value_name = "PLACE", value_hint = ValueHint::DirPath)]
    out: PathBuf,

    /// Run shard I only, counted from 0
    #[arg(long, value_name = "I")]
    index: Option<u64>,

    /// With --index: run every Nth shard, from I on
    #[arg(
        long,
        value_name = "N",
        value_parser = value_parser!(u64).range(1..)
    )]
    count: Option<u64>,

    /// Run shards also whose output is there, and replace it
    #[arg(long)]
    again: bool,

    /// End with 0, and not with 3, where some entries failed
    #[arg(long)]
    accept_errors: bool,

    #[command(flatten)]
    cloud: CloudArgs,

    #[command(flatten)]
    catalog: CatalogArgs,

    #[command(flatten)]
    run: RunArgs,
}

impl RunCommand for RunShardArgs {
    fn check(&self) -> Result<(), String> {
        self.cloud.check(std::slice::from_ref(&self.out))
    }

    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let interrupt = context.catch_signals()?;
        let messages = self.run.messages(context, false);
        let shards = self.read()?;
        let chosen = self.choose(&shards)?;
        let catalog = self.catalog.open(&messages)?;
        let engine = self.run.engine_with(&catalog)?;
        let place = place(&self.out, &self.cloud)?;
        let storage = self.cloud.reach(WalkOptions::default()).storage;
        sanchay_shards::check_place(&place, &shards, storage.as_ref())?;
        let options = RunOptions {
            storage,
            monitor: messages.monitor(&interrupt.cancel),
            again: self.again,
        };
        let mut exit = Exit::Done;
        for shard in chosen {
            let on_error = |error| messages.entry(&error);
            let done = sanchay_shards::run(
                &engine, shard, &place, &options, on_error,
            );
            messages.end_progress();
            let done = done?;
            if done.output.errors > 0 && !self.accept_errors {
                exit = Exit::Partly;
            }
            self.tell(shard, &done, &messages);
        }
        Ok(exit)
    }
}

impl RunShardArgs {
    /// The shards of the plan.
    fn read(&self) -> Result<Vec<Shard>, Failure> {
        let read = match is_stdin(&self.plan) {
            true => sanchay_shards::read_from(io::stdin().lock()),
            false => File::open(&self.plan)
                .map_err(ReadError::from)
                .and_then(|it| sanchay_shards::read_from(BufReader::new(it))),
        };
        read.map_err(|error| match error {
            ReadError::Shard(error) => error.into(),
            ReadError::Io(source) => {
                Failure::ShardPlan { path: self.plan.clone(), source }
            }
        })
    }

    /// The shards to run.
    fn choose<'s>(
        &self,
        shards: &'s [Shard],
    ) -> Result<Vec<&'s Shard>, Failure> {
        let Some(index) = self.index_in(shards)? else {
            return match self.count {
                Some(_) => Err(refused("count", "it needs --index")),
                None => Ok(shards.iter().collect()),
            };
        };
        let Some(count) = self.count else {
            let found = shards.iter().find(|it| it.index == index);
            return found.map(|it| vec![it]).ok_or_else(|| {
                let has = shards.len();
                let why = format!("there is no shard {index} among the {has}");
                refused("index", &why)
            });
        };
        if index >= count {
            let why = format!("{index} is not below --count {count}");
            return Err(refused("index", &why));
        }
        let is_chosen = |it: &&Shard| it.index % count == index;
        Ok(shards.iter().filter(is_chosen).collect())
    }

    /// Which shard is to be run, if not all.
    fn index_in(&self, shards: &[Shard]) -> Result<Option<u64>, Failure> {
        let is_whole =
            shards.first().is_some_and(|it| it.shards == shards.len() as u64);
        match self.index {
            None if is_whole => job_index(u64::MAX),
            index => Ok(index),
        }
    }

    fn tell(&self, shard: &Shard, done: &Outcome, messages: &Messages) {
        if self.run.quiet {
            return;
        }
        let output = &done.output;
        messages.note(format_args!(
            "shard {} of {}: {}files: {}, {}, errors: {}",
            shard.index,
            shard.shards,
            if done.kept { "was complete; " } else { "" },
            output.files,
            HumanBytes(output.bytes),
            output.errors,
        ));
    }
}

fn refused(option: &'static str, why: &str) -> Failure {
    ShardError::Option { option, why: why.to_owned() }.into()
}
