//! `sanchay shards plan`: trees and buckets are cut into shards.

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueHint, value_parser};
use sanchay::{Filter, Plugins, SimilarOptions, WalkOptions};
use sanchay_core::size::{self, HumanBytes};
use sanchay_shards::{Likeness, Plan, PlanOptions, Target};

use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::Exit,
    failure::Failure,
    messages::Messages,
    options::{
        algorithm::IdentifyingArgs, catalog::CatalogArgs, cloud::CloudArgs,
        likeness::TextLikenessArgs, run::RunArgs, walk::WalkArgs,
    },
    output::{Inputs, Sink},
    standard_streams::is_stdout,
};

const EXAMPLES: &str = "\
A plan is NDJSON, a line for each shard: the paths that it has below which roots,
and what is to be done with their files. The same tree and options have the same
plan, byte for byte. Shards end with folders; one that has reached its target
goes on to the end of the folder, up to twice the target, and in a folder with
more files than that it ends between two names. Together they have every path
below the roots, also what is made later, and none in two of them.

Everything below the roots is listed once and nothing is read. With
--from-snapshot nothing is listed either: the files that the newest snapshot of
the catalog has are counted, which may be of other filters.

Whoever runs a shard needs the roots under the same paths. Paths that are not
absolute are those of the folder in which it is run.

Examples:
  sanchay shards plan /srv --target-files 1000000 -o plan.ndjson
  sanchay shards plan s3://bucket --target-bytes 500GiB -o plan.ndjson
  sanchay shards plan -H /srv /home --target-files 100000 --blake3 | split -l 1";

/// Cut trees and buckets into shards
#[derive(Args, Debug)]
#[command(after_help = "See --help for what a plan is, and examples.")]
#[command(after_long_help = format!("{EXAMPLES}\n\n{}", size::HELP))]
#[command(group = ArgGroup::new("target").required(true))]
pub(crate) struct PlanArgs {
    /// Where to look; by default the current directory
    #[arg(value_name = "ROOT")]
    roots: Vec<PathBuf>,

    /// About how many files a shard is to have
    #[arg(
        long,
        value_name = "N",
        group = "target",
        value_parser = value_parser!(u64).range(1..)
    )]
    target_files: Option<u64>,

    /// About how many bytes the files of a shard are to have
    #[arg(
        long,
        value_name = "SIZE",
        group = "target",
        value_parser = size::parse
    )]
    target_bytes: Option<u64>,

    /// Also keep these fields of each file, as mode,uid,media_type
    ///
    /// All have path, size, modified, algorithm, hash, device, inode and
    /// links. Others are those that hash has, but for user, group and target.
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    add_fields: Vec<String>,

    /// How deep the sums by folder go: 0 for the roots alone
    #[arg(long, value_name = "N", default_value_t = 2)]
    depth: u32,

    /// Also look which texts may be alike, for merge --similar
    ///
    /// Each text is read once more for that.
    #[arg(long)]
    similar: bool,

    /// Count by the newest snapshot in the catalog that has the roots
    #[cfg(feature = "catalog")]
    #[arg(long)]
    from_snapshot: bool,

    /// Write the plan to FILE instead of standard output
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: Option<PathBuf>,

    #[command(flatten)]
    likeness: TextLikenessArgs,

    #[command(flatten)]
    algorithm: IdentifyingArgs,

    #[command(flatten)]
    walk: WalkArgs,

    #[command(flatten)]
    cloud: CloudArgs,

    #[command(flatten)]
    catalog: CatalogArgs,

    #[command(flatten)]
    run: RunArgs,
}

impl RunCommand for PlanArgs {
    fn check(&self) -> Result<(), String> {
        self.cloud.check(&self.roots)?;
        self.algorithm.check()?;
        let exact = self.likeness.options(WalkOptions::default()).threshold;
        if (self.likeness().threshold() - exact).abs() > 1e-12 {
            return Err(
                "--threshold has at most six decimals in plans".to_owned()
            );
        }
        if let Some(option) = self.likeness.given().filter(|_| !self.similar) {
            return Err(format!("{option} needs --similar"));
        }
        if self.walk.follow {
            return Err("links are not followed in shards: name what they \
                        lead to, without --follow"
                .to_owned());
        }
        self.walk.check(Filter::files_only)
    }

    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        if let Some(exit) = self.walk.explain(Filter::files_only)? {
            return Ok(exit);
        }
        let interrupt = context.catch_signals()?;
        let messages = self.run.messages(context, false);
        let roots = self.walk.list.or_current(&self.roots)?;
        let inputs = Inputs::of_roots(&roots, &self.walk);
        let file = self.output.as_deref().filter(|it| !is_stdout(it));
        let sink = Sink::open(file, &inputs)?;
        let walk = self.walk.options(Plugins::default(), &sink);
        let options = PlanOptions {
            walk: self.cloud.reach(walk),
            algorithm: self.algorithm.algorithm(),
            fields: self.add_fields.clone(),
            depth: self.depth,
            similar: self.similar.then(|| self.likeness()),
            monitor: messages.monitor(&interrupt.cancel),
            ..PlanOptions::new(self.target())
        };
        let planned = self.plan(&roots, &options, &messages);
        messages.end_progress();
        let exit = planned.map(|plan| {
            let _ = sink.write(&plan.text, &[]);
            if !self.run.quiet {
                messages.note(format_args!(
                    "shards: {}, files: {}, {}",
                    plan.shards.len(),
                    plan.summary.files,
                    HumanBytes(plan.summary.bytes),
                ));
            }
            match plan.summary.errors {
                0 => Exit::Done,
                _ => Exit::Partly,
            }
        });
        sink.finish(exit.is_ok())?;
        exit
    }

    fn roots(&mut self) -> Option<&mut Vec<PathBuf>> {
        Some(&mut self.roots)
    }
}

impl PlanArgs {
    fn target(&self) -> Target {
        match (self.target_files, self.target_bytes) {
            (Some(files), _) => Target::Files(files),
            // The parser sees to it that there is one.
            (None, bytes) => Target::Bytes(bytes.unwrap_or(1)),
        }
    }

    /// How alike texts are to be.
    fn likeness(&self) -> Likeness {
        let options = self.likeness.options(WalkOptions::default());
        let SimilarOptions { threshold, shingling, max_file_size, .. } =
            options;
        Likeness::new(threshold, shingling, max_file_size)
    }

    /// Counts, and cuts.
    fn plan(
        &self,
        roots: &[PathBuf],
        options: &PlanOptions,
        messages: &Messages,
    ) -> Result<Plan, Failure> {
        #[cfg(feature = "catalog")]
        if self.from_snapshot {
            let catalog = self.catalog.require_existing(messages)?.get()?;
            return sanchay_shards::plan_of_counts(roots, options, |add| {
                catalog.count_files(roots, add).map_err(Failure::from)
            });
        }
        let catalog = self.catalog.open(messages)?;
        let engine = self.run.engine_with(&catalog)?;
        let on_error = |error| messages.entry(&error);
        Ok(sanchay_shards::plan(&engine, roots, options, on_error)?)
    }
}
