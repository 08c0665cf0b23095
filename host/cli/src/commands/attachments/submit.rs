//! `sanchay attachments submit`: what a job reads goes to S3.

use std::{path::PathBuf, sync::Arc};

use clap::{Args, ValueEnum, ValueHint};
use sanchay_attachments::{
    Assets, FileSystemLocation, HashCache, LeftOut, ManifestVersion,
    SeenCache, SubmitOptions, UploadOptions, submit,
};
use sanchay_catalog::user_catalog;

use super::{
    place::{PlaceArgs, QueueArgs},
    print,
    progress::watch,
    say,
};
use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::Exit,
    failure::Failure,
    messages::Messages,
    options::{catalog::CatalogArgs, run::RunArgs},
};

const NOTES: &str = "\
Everything is hashed before anything is uploaded, and a file that cannot be read
is an error. A content that is in S3 is not uploaded again. A file that changes
after it was hashed is an error, too, and is not stored under that hash.

With --catalog, files that are as they were are not read to be hashed. What was
seen in S3 within 30 days is not asked for again: --check-s3 asks for all.

Standard output gets the attachments for CreateJob, as JSON; a summary goes to
standard error, unless --json is given.";

/// Upload what a job reads, and print what the service is to be told.
#[derive(Args, Debug)]
#[command(after_long_help = NOTES, after_help = "See --help for details.")]
pub(super) struct SubmitArgs {
    /// Files that the job reads, and directories of such
    #[arg(value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    inputs: Vec<PathBuf>,

    /// A directory that the job writes to; may be given several times
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    output_dir: Vec<PathBuf>,

    /// A path that the job names, there or not; may be given several times
    #[arg(long, value_name = "PATH")]
    reference: Vec<PathBuf>,

    #[command(flatten)]
    queue: QueueArgs,

    #[command(flatten)]
    place: PlaceArgs,

    /// Refuse inputs that are not there, which otherwise count as references,
    /// and what is no file in directories, which is left out
    #[arg(long)]
    require_paths_exist: bool,

    /// How workers get the files
    #[arg(long, value_name = "MODE", value_enum, default_value = "copied")]
    file_system: ModeArg,

    /// The format of manifests; the service takes 2023-03-03 alone
    #[arg(long, value_name = "VERSION", default_value = "2023-03-03")]
    manifest_version: ManifestVersion,

    /// Only inputs that match GLOB
    #[arg(short, long, value_name = "GLOB")]
    include: Vec<String>,

    /// No inputs that match GLOB
    #[arg(short, long, value_name = "GLOB")]
    exclude: Vec<String>,

    /// A location of the storage profile: NAME=PATH; may be given several times
    #[arg(long, value_name = "NAME=PATH", value_parser = parse_location)]
    local: Vec<(String, PathBuf)>,

    /// One that workers have too, so that nothing in it is uploaded
    #[arg(long, value_name = "NAME=PATH", value_parser = parse_location)]
    shared: Vec<(String, PathBuf)>,

    /// Use the hash cache of the Python package in DIR, such as ~/.deadline/cache
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    hash_cache_dir: Option<PathBuf>,

    /// Write hashes there, too
    #[arg(long, requires = "hash_cache_dir")]
    update_hash_cache: bool,

    /// Keep what was seen in S3 in DIR; by default beside the user's catalog
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    s3_check_cache_dir: Option<PathBuf>,

    /// Ask S3 for every content
    #[arg(long, conflicts_with = "s3_check_cache_dir")]
    check_s3: bool,

    /// Print the attachments and no summary
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    catalog: CatalogArgs,

    #[command(flatten)]
    run: RunArgs,
}

/// How workers get the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ModeArg {
    /// All of them before the job begins
    Copied,
    /// Each when it is needed
    Virtual,
}

fn parse_location(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, path)) if !name.is_empty() && !path.is_empty() => {
            Ok((name.to_owned(), path.into()))
        }
        _ => Err("a location is NAME=PATH".to_owned()),
    }
}

impl RunCommand for SubmitArgs {
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let interrupt = context.catch_signals()?;
        let messages = self.run.messages(context, false);
        let catalog = self.catalog.open(&messages)?;
        let engine = self.run.engine()?;
        let location = |shared| {
            move |(name, path): &(String, PathBuf)| FileSystemLocation {
                name: name.clone(),
                path: path.clone(),
                shared,
            }
        };
        let locations = self.local.iter().map(location(false));
        let locations =
            locations.chain(self.shared.iter().map(location(true)));
        let globs = |globs: &[String]| -> Vec<Vec<u8>> {
            let globs = globs.iter().map(String::as_bytes);
            globs.map(sanchay_names::glob).collect()
        };
        let package_cache = match &self.hash_cache_dir {
            Some(folder) => Some(Arc::new(HashCache::open(
                folder,
                self.update_hash_cache,
            )?)),
            None => None,
        };
        let mode = match self.file_system {
            ModeArg::Copied => "COPIED",
            ModeArg::Virtual => "VIRTUAL",
        };
        let options = SubmitOptions {
            require_paths_exist: self.require_paths_exist,
            file_system_mode: mode.to_owned(),
            version: self.manifest_version,
            include: globs(&self.include),
            exclude: globs(&self.exclude),
            locations: locations.collect(),
            cache: catalog.cache(),
            package_cache,
            upload: UploadOptions {
                seen: self.seen(&messages)?,
                ..UploadOptions::default()
            },
        };
        let assets = Assets {
            inputs: self.inputs.clone(),
            outputs: self.output_dir.clone(),
            references: self.reference.clone(),
        };
        let location = self.place.location();
        let submitted = submit(
            &engine,
            &self.place.client(),
            location,
            &self.queue.place(location),
            &assets,
            &options,
            &watch(&messages, &interrupt.cancel),
        )?;
        messages.end_progress();
        for path in &submitted.missing {
            let path = sanchay::escaped_path(path);
            messages.say(format_args!(
                "{path}: it does not exist, and counts as a reference"
            ));
        }
        for LeftOut { path, what } in &submitted.left_out {
            let path = sanchay::escaped_path(path);
            messages.say(format_args!("{path}: it is {what}, and left out"));
        }
        if !self.json && !self.run.quiet {
            say(&messages, "hashing", &submitted.hashing);
            say(&messages, "upload", &submitted.upload);
        }
        print(&format!("{}\n", submitted.attachments.to_json()))?;
        Ok(Exit::Done)
    }
}

impl SubmitArgs {
    /// What was seen in S3. Nothing that the user asked for depends on the
    /// place where it is kept by default.
    fn seen(
        &self,
        messages: &Messages,
    ) -> Result<Option<Arc<SeenCache>>, Failure> {
        if self.check_s3 {
            return Ok(None);
        }
        if let Some(folder) = &self.s3_check_cache_dir {
            return Ok(Some(Arc::new(SeenCache::open(folder)?)));
        }
        match beside_catalog() {
            Ok(seen) => Ok(Some(Arc::new(seen))),
            Err(error) => {
                messages.say(format_args!(
                    "what is seen in S3 is not remembered, and S3 is asked \
                     for every content (--s3-check-cache-dir DIR names \
                     another place, --check-s3 does without): {error}"
                ));
                Ok(None)
            }
        }
    }
}

/// What was seen in S3, where it is kept by default.
fn beside_catalog() -> Result<SeenCache, Failure> {
    let folder = user_catalog()?.with_file_name("attachments");
    Ok(SeenCache::open(&folder)?)
}
