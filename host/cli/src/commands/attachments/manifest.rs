//! `sanchay attachments manifest`: manifests by themselves.

use std::{collections::HashSet, path::PathBuf, sync::Arc};

use clap::{Args, Subcommand, ValueHint};
use sanchay_attachments::{
    HashCache, LocalDifferences, Manifest, ManifestVersion, SnapshotOptions,
    compare_with_files, create_manifest, download_manifest,
    load_manifest_file, merge, output_manifests, text, upload_manifest_file,
    write_manifest,
};

use super::{
    json_text,
    options::{MadeByArgs, read_attachments},
    place::{PlaceArgs, QueueArgs},
    print,
    progress::{unwatched, watch},
    say,
};
use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::Exit,
    failure::Failure,
    options::{catalog::CatalogArgs, run::RunArgs},
};

/// Make, compare, download and upload manifests.
#[derive(Args, Debug)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(super) struct ManifestCommand {
    #[command(subcommand)]
    command: CommandArgs,
}

#[derive(Debug, Subcommand)]
enum CommandArgs {
    /// Write a manifest of a directory
    Snapshot(Box<SnapshotArgs>),
    /// Tell what differs between a manifest and a directory
    Diff(Box<DiffArgs>),
    /// Download the manifests of a job
    Download(Box<DownloadArgs>),
    /// Upload a manifest by its own name
    Upload(Box<UploadArgs>),
}

impl RunCommand for ManifestCommand {
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        match &self.command {
            CommandArgs::Snapshot(it) => it.run(context),
            CommandArgs::Diff(it) => it.run(context),
            CommandArgs::Download(it) => it.run(context),
            CommandArgs::Upload(it) => it.run(context),
        }
    }
}

/// Which files.
#[derive(Args, Clone, Debug)]
struct FilesArgs {
    /// The directory
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    root: PathBuf,

    /// Only files that match GLOB
    #[arg(short, long, value_name = "GLOB")]
    include: Vec<String>,

    /// No files that match GLOB
    #[arg(short, long, value_name = "GLOB")]
    exclude: Vec<String>,

    /// Also hidden files and directories, whose names begin with a dot
    #[arg(short = 'H', long)]
    hidden: bool,

    /// Leave out what is behind symbolic links
    #[arg(long)]
    no_links: bool,

    /// The format of the manifest; the service takes 2023-03-03 alone
    #[arg(long, value_name = "VERSION", default_value = "2023-03-03")]
    manifest_version: ManifestVersion,

    /// Use the hash cache of the Python package in DIR, such as ~/.deadline/cache
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    hash_cache_dir: Option<PathBuf>,

    #[command(flatten)]
    catalog: CatalogArgs,

    #[command(flatten)]
    run: RunArgs,
}

impl FilesArgs {
    /// The path of the directory as it was given, of which the Python package
    /// makes a manifest's name.
    fn text(&self) -> Vec<u8> {
        text::of_name(self.root.as_os_str().as_encoded_bytes())
    }

    fn options(
        &self,
        catalog: &crate::options::catalog::OpenCatalog,
    ) -> Result<SnapshotOptions, Failure> {
        let globs = |globs: &[String]| -> Vec<Vec<u8>> {
            let globs = globs.iter().map(String::as_bytes);
            globs.map(sanchay_names::glob).collect()
        };
        let package_cache = match &self.hash_cache_dir {
            Some(folder) => Some(Arc::new(HashCache::open(folder, false)?)),
            None => None,
        };
        Ok(SnapshotOptions {
            version: self.manifest_version,
            include: globs(&self.include),
            exclude: globs(&self.exclude),
            follow: !self.no_links,
            hidden: self.hidden,
            cache: catalog.cache(),
            package_cache,
        })
    }
}

const SNAPSHOT: &str = "\
As of the Python package, what is behind links is listed as if it were there,
and hidden files and empty directories are not, unless -H asks for the first.
With --diff, the manifest has what is new or modified since another one; if that
is nothing, none is written.

A glob with a slash looks at the path below DIR, one without at the name.

With --json: {\"root\": DIR, \"manifest\": FILE}.";

/// Write a manifest of a directory.
#[derive(Args, Debug)]
#[command(after_long_help = SNAPSHOT, after_help = "See --help for details.")]
struct SnapshotArgs {
    #[command(flatten)]
    files: FilesArgs,

    /// Where the manifest goes; by default into the directory itself
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    destination: Option<PathBuf>,

    /// What it is called, before a hash of the root and the time
    #[arg(short, long, value_name = "NAME")]
    name: Option<String>,

    /// Only what differs from this manifest, by size and time
    #[arg(long, value_name = "MANIFEST", value_hint = ValueHint::FilePath)]
    diff: Option<PathBuf>,

    /// With --diff: by content
    #[arg(long, requires = "diff")]
    force_rehash: bool,

    /// Print where the manifest is, as JSON
    #[arg(long)]
    json: bool,
}

impl RunCommand for SnapshotArgs {
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let interrupt = context.catch_signals()?;
        let files = &self.files;
        let messages = files.run.messages(context, false);
        let watch = watch(&messages, &interrupt.cancel);
        let catalog = files.catalog.open(&messages)?;
        let engine = files.run.engine()?;
        let options = files.options(&catalog)?;
        let changed = match &self.diff {
            Some(before) => {
                let before = load_manifest_file(before)?;
                let found = compare_with_files(
                    &engine,
                    &files.root,
                    &before,
                    &options,
                    self.force_rehash,
                    &watch,
                )?;
                let LocalDifferences { new, modified, .. } = found;
                Some(new.into_iter().chain(modified).collect::<HashSet<_>>())
            }
            None => None,
        };
        if changed.as_ref().is_some_and(HashSet::is_empty) {
            return Ok(Exit::Done);
        }
        let (mut manifest, statistics) =
            create_manifest(&engine, &files.root, &options, &watch)?;
        if let Some(changed) = &changed {
            manifest.entries.retain(|entry| changed.contains(&*entry.path));
            manifest.add_up();
        }
        if manifest.entries.is_empty() {
            messages.say("there are no files: no manifest is written");
            return Ok(Exit::Done);
        }
        let folder = self.destination.as_ref().unwrap_or(&files.root);
        let name = self.name.as_deref();
        let path = write_manifest(&manifest, &files.text(), folder, name)?;
        messages.end_progress();
        let shown = path.as_os_str().as_encoded_bytes();
        if self.json {
            let root = files.root.as_os_str().as_encoded_bytes();
            print(&format!(
                "{{\"root\": {}, \"manifest\": {}}}\n",
                json_text(root),
                json_text(shown)
            ))?;
        } else {
            print(&format!("{}\n", sanchay::escaped(shown)))?;
            if !files.run.quiet {
                say(&messages, "hashing", &statistics);
            }
        }
        Ok(Exit::Done)
    }
}

const DIFF: &str = "\
Files differ by size, or by time if that is more than a microsecond apart; with
--force-rehash, by content alone. The exit status is 1 if any do.

With --json: {\"new\": [...], \"modified\": [...], \"deleted\": [...]}.";

/// Tell what differs between a manifest and a directory.
#[derive(Args, Debug)]
#[command(after_long_help = DIFF, after_help = "See --help for details.")]
struct DiffArgs {
    #[command(flatten)]
    files: FilesArgs,

    /// The manifest
    #[arg(long, value_name = "MANIFEST", value_hint = ValueHint::FilePath)]
    manifest: PathBuf,

    /// Compare contents
    #[arg(long)]
    force_rehash: bool,

    /// Print lists as JSON
    #[arg(long)]
    json: bool,
}

impl RunCommand for DiffArgs {
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let interrupt = context.catch_signals()?;
        let files = &self.files;
        let messages = files.run.messages(context, false);
        let catalog = files.catalog.open(&messages)?;
        let engine = files.run.engine()?;
        let before = load_manifest_file(&self.manifest)?;
        let found = compare_with_files(
            &engine,
            &files.root,
            &before,
            &files.options(&catalog)?,
            self.force_rehash,
            &watch(&messages, &interrupt.cancel),
        )?;
        messages.end_progress();
        let LocalDifferences { new, modified, deleted } = &found;
        let lists =
            [("new", new), ("modified", modified), ("deleted", deleted)];
        let mut out = String::new();
        if self.json {
            let lists = lists.map(|(name, paths)| {
                let paths: Vec<String> = paths
                    .iter()
                    .map(|path| format!("        {}", json_text(path)))
                    .collect();
                match &*paths {
                    [] => format!("    \"{name}\": []"),
                    paths => format!(
                        "    \"{name}\": [\n{}\n    ]",
                        paths.join(",\n")
                    ),
                }
            });
            out = format!("{{\n{}\n}}\n", lists.join(",\n"));
        } else {
            for (name, paths) in lists {
                for path in paths {
                    out += &format!("{name}: {}\n", sanchay::escaped(path));
                }
            }
        }
        print(&out)?;
        let same = found == LocalDifferences::default();
        Ok(if same { Exit::Done } else { Exit::No })
    }
}

const DOWNLOAD: &str = "\
The service is not asked: the inputs are those of the attachments that are
given, the outputs those that are in S3. Of a root that has both, they are
merged.

With --json: {\"downloaded\": [{\"manifest_root\": ..., \"local_manifest_path\":
...}]}.";

/// Download the manifests of a job.
#[derive(Args, Debug)]
#[command(after_long_help = DOWNLOAD, after_help = "See --help for details.")]
struct DownloadArgs {
    /// Where the manifests go
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    directory: PathBuf,

    #[command(flatten)]
    made_by: MadeByArgs,

    /// The attachments of the job, for its inputs; - is standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    attachments: Option<PathBuf>,

    #[command(flatten)]
    queue: QueueArgs,

    #[command(flatten)]
    place: PlaceArgs,

    /// Print where the manifests are, as JSON
    #[arg(long)]
    json: bool,
}

impl RunCommand for DownloadArgs {
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let interrupt = context.catch_signals()?;
        let watch = unwatched(&interrupt.cancel);
        let location = self.place.location();
        let client = self.place.client();
        let mut found: Vec<(Vec<u8>, Vec<Manifest>)> = Vec::new();
        let mut add = |root: Vec<u8>, manifest: Manifest| match found
            .iter_mut()
            .find(|(other, _)| *other == root)
        {
            Some((_, manifests)) => manifests.push(manifest),
            None => found.push((root, vec![manifest])),
        };
        if let Some(path) = &self.attachments {
            for properties in read_attachments(path)?.manifests {
                if let Some(path) = &properties.input_manifest_path {
                    let hash = properties.input_manifest_hash.as_deref();
                    let manifest = download_manifest(
                        &client, location, path, hash, &watch,
                    )?;
                    add(properties.root_path, manifest);
                }
            }
        }
        let query = self.made_by.query();
        let place = self.queue.place(location);
        let outputs =
            output_manifests(&client, location, &place, &query, &watch)?;
        for (root, manifest) in outputs {
            add(root, manifest);
        }
        let mut rows = Vec::new();
        for (root, manifests) in found {
            let Some(manifest) = merge(manifests) else { continue };
            let path =
                write_manifest(&manifest, &root, &self.directory, None)?;
            rows.push((root, path));
        }
        let shown =
            |path: &PathBuf| path.as_os_str().as_encoded_bytes().to_vec();
        let out = match self.json {
            true => {
                let rows: Vec<String> = rows
                    .iter()
                    .map(|(root, path)| {
                        format!(
                            "{{\"manifest_root\": {}, \
                             \"local_manifest_path\": {}}}",
                            json_text(root),
                            json_text(&shown(path))
                        )
                    })
                    .collect();
                format!("{{\"downloaded\": [{}]}}\n", rows.join(", "))
            }
            false => rows
                .iter()
                .map(|(_, path)| {
                    format!("{}\n", sanchay::escaped(&shown(path)))
                })
                .collect(),
        };
        print(&out)?;
        Ok(Exit::Done)
    }
}

/// Upload a manifest by its own name.
///
/// It goes beneath the prefix of manifests; its key is printed.
#[derive(Args, Debug)]
struct UploadArgs {
    /// The manifest
    #[arg(value_name = "MANIFEST", value_hint = ValueHint::FilePath)]
    manifest: PathBuf,

    /// What its key has between the prefix of manifests and its name
    #[arg(long, value_name = "PREFIX", default_value = "")]
    s3_manifest_prefix: String,

    #[command(flatten)]
    place: PlaceArgs,

    /// Print its key as JSON
    #[arg(long)]
    json: bool,
}

impl RunCommand for UploadArgs {
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let interrupt = context.catch_signals()?;
        let key = upload_manifest_file(
            &self.place.client(),
            self.place.location(),
            &self.s3_manifest_prefix,
            &self.manifest,
            &unwatched(&interrupt.cancel),
        )?;
        print(&match self.json {
            true => format!("{{\"key\": {}}}\n", json_text(key.as_bytes())),
            false => format!("{}\n", sanchay::escaped(key.as_bytes())),
        })?;
        Ok(Exit::Done)
    }
}
