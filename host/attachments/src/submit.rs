//! Submitting: what a job reads goes to S3, and what the service is told comes
//! back.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use sanchay::{DigestCache, Engine};
use sanchay_core::attachments::{
    AssetGroup, AssetPath, Attachments, GlobFilter, Location, Manifest,
    ManifestProperties, ManifestVersion, Role, group_assets, text,
};
use sanchay_names::{OsStrExt as _, OsStringExt as _};

use crate::{
    AttachmentError, Client, HashCache, ManifestLocation, Progress,
    S3Location, ScanProgress, Statistics, UploadOptions, Watch,
    hashing::{Known, hash_all},
    listing::{Expanded, LeftOut, absolute, expand, resolved},
    location::{NATIVE, as_of_jobs, path_of},
    progress::MeterKind,
    reader::Reader,
    snapshot::entries,
    upload::upload_all,
    upload_input_manifest,
};

/// The paths that a job has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assets {
    /// Files that it reads, and directories whose files it does.
    pub inputs: Vec<PathBuf>,
    /// Directories that it writes to.
    pub outputs: Vec<PathBuf>,
    /// Paths that it names, which need not be there.
    pub references: Vec<PathBuf>,
}

/// A location of a storage profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSystemLocation {
    /// Its name.
    pub name: String,
    /// Where it is here.
    pub path: PathBuf,
    /// Whether the workers have it too: nothing in it is uploaded.
    pub shared: bool,
}

/// How a job is submitted.
#[derive(Clone)]
pub struct SubmitOptions {
    /// Whether every input has to be there; if not, one that is missing is
    /// taken for a reference, and what is no file in a directory is left out.
    pub require_paths_exist: bool,
    /// `COPIED` or `VIRTUAL`.
    pub file_system_mode: String,
    /// The format of the manifests.
    pub version: ManifestVersion,
    /// Globs of inputs to include, below the directory that was named; none:
    /// all.
    pub include: Vec<Vec<u8>>,
    /// Globs of inputs to leave out.
    pub exclude: Vec<Vec<u8>>,
    /// The locations of the storage profile.
    pub locations: Vec<FileSystemLocation>,
    /// Digests of earlier runs.
    pub cache: Option<Arc<dyn DigestCache>>,
    /// Those of the Python package.
    pub package_cache: Option<Arc<HashCache>>,
    /// How contents are uploaded.
    pub upload: UploadOptions,
}

impl Default for SubmitOptions {
    fn default() -> Self {
        Self {
            require_paths_exist: false,
            file_system_mode: "COPIED".to_owned(),
            version: ManifestVersion::default(),
            include: Vec::new(),
            exclude: Vec::new(),
            locations: Vec::new(),
            cache: None,
            package_cache: None,
            upload: UploadOptions::default(),
        }
    }
}

/// What became of a submission.
#[derive(Clone, Debug)]
pub struct Submitted {
    /// What the service is to be told.
    pub attachments: Attachments,
    /// The hashing in numbers.
    pub hashing: Statistics,
    /// The upload in numbers.
    pub upload: Statistics,
    /// Inputs that were not there, and count as references.
    pub missing: Vec<PathBuf>,
    /// What lies in directories that are inputs, and was not uploaded.
    pub left_out: Vec<LeftOut>,
}

/// Uploads what a job reads. Everything is hashed before anything is uploaded,
/// and contents before the manifests that name them.
///
/// # Errors
/// Inputs that are missing or cannot be read, and what S3 refused.
pub fn submit(
    engine: &Engine,
    client: &Client,
    location: &S3Location,
    place: &ManifestLocation,
    assets: &Assets,
    options: &SubmitOptions,
    watch: &Watch,
) -> Result<Submitted, AttachmentError> {
    if !matches!(&*options.file_system_mode, "COPIED" | "VIRTUAL") {
        let why = "file_system_mode is COPIED or VIRTUAL".to_owned();
        return Err(AttachmentError::Invalid(why));
    }
    place.check()?;
    let reader = Arc::new(Reader::default());
    let mut expanded = expand(engine, &assets.inputs, &reader, watch)?;
    let wanted = wanted(assets, options)?;
    expanded.left_out.retain(|it| wanted(&it.path));
    if options.require_paths_exist
        && !(expanded.missing.is_empty() && expanded.left_out.is_empty())
    {
        return Err(missing(&expanded));
    }
    let mut references = assets.references.clone();
    references.extend(expanded.missing.iter().cloned());
    references.extend(std::mem::take(&mut expanded.empty));
    let mut inputs = std::mem::take(&mut expanded.files);
    inputs.retain(|path| wanted(path));
    let groups = groups(inputs, assets, references, options)?;
    let known = Known {
        cache: options.cache.clone(),
        package: options.package_cache.as_deref(),
    };
    let mut hashing = Statistics::default();
    let mut rooted: Vec<(PathBuf, Option<Manifest>, AssetGroup)> = Vec::new();
    for mut group in groups {
        let root = path_of(group.root.clone());
        // The common path of a single file is the file.
        let root = match root.is_file() {
            true => root.parent().map(Path::to_owned).unwrap_or(root),
            false => root,
        };
        let inputs = std::mem::take(&mut group.inputs);
        let manifest = match inputs.is_empty() {
            true => None,
            false => {
                let paths: Vec<PathBuf> =
                    inputs.into_iter().map(path_of).collect();
                let (hashed, statistics) =
                    hash_all(engine, &paths, &reader, &known, watch)?;
                hashing.add(&statistics);
                let version = options.version;
                let entries =
                    entries(&root, &paths, hashed, version, &reader, watch)?;
                Some(Manifest::new(version, entries))
            }
        };
        rooted.push((root, manifest, group));
    }
    let manifests: Vec<(&Manifest, &Path)> = rooted
        .iter()
        .filter_map(|(root, it, _)| Some((it.as_ref()?, root.as_path())))
        .collect();
    let kind = MeterKind::Submission;
    let upload = upload_all(
        client,
        location,
        &manifests,
        &reader,
        &options.upload,
        watch,
        kind,
    )?;
    let mut attachments = Attachments {
        file_system: options.file_system_mode.clone(),
        ..Attachments::default()
    };
    for (root, manifest, group) in &rooted {
        let root_text = as_of_jobs(root.as_os_str().as_bytes().to_vec());
        let root_text = text::of_name(&root_text);
        let (mut path, mut hash) = (None, None);
        if let Some(manifest) = manifest {
            let uploaded = upload_input_manifest(
                client, location, place, manifest, &root_text, watch,
            )?;
            path = Some(uploaded.path);
            hash = Some(uploaded.hash);
        }
        attachments.manifests.push(ManifestProperties {
            root_path: root_text,
            file_system_location_name: group.location.clone(),
            root_path_format: NATIVE,
            input_manifest_path: path,
            input_manifest_hash: hash,
            output_relative_directories: relative(root, group),
        });
    }
    watch.report(&Progress::Scan(ScanProgress {
        phase: "Complete",
        current_path: None,
        files_processed: hashing.processed_files,
        total_files: Some(hashing.processed_files),
        bytes_processed: hashing.processed_bytes,
        total_bytes: Some(hashing.processed_bytes),
    }));
    let Expanded { missing, left_out, .. } = expanded;
    Ok(Submitted { attachments, hashing, upload, missing, left_out })
}

/// In the words of the Python package.
fn missing(expanded: &Expanded) -> AttachmentError {
    let missing = expanded.missing.iter();
    let missing = missing.map(|path| sanchay::escaped_path(path));
    let left_out = expanded.left_out.iter().map(|it| {
        format!("{}: it is {}", sanchay::escaped_path(&it.path), it.what)
    });
    let mut shown: Vec<String> = missing.chain(left_out).collect();
    shown.sort();
    AttachmentError::Invalid(format!(
        "Job submission contains missing input files or directories specified \
         as files. All inputs must exist and be classified properly.\nMissing \
         input files:\n\t{}",
        shown.join("\n\t")
    ))
}

/// Which inputs globs do not leave out: a path counts as it lies below the
/// directory that was named, or by its name if it was named itself.
fn wanted(
    assets: &Assets,
    options: &SubmitOptions,
) -> Result<impl Fn(&Path) -> bool, AttachmentError> {
    let filter = GlobFilter::new(&options.include, &options.exclude)
        .map_err(|error| AttachmentError::Invalid(error.to_string()))?;
    let all = options.include.is_empty() && options.exclude.is_empty();
    let mut above = Vec::new();
    for path in assets.inputs.iter().filter(|_| !all) {
        let path = absolute(path)?;
        if path.is_dir() {
            above.push(path);
        }
    }
    above.sort_by_key(|path| path.as_os_str().len());
    Ok(move |file: &Path| {
        let below = above.iter().find_map(|root| file.strip_prefix(root).ok());
        let name = below.or_else(|| file.file_name().map(Path::new));
        let name = name.map_or(&[][..], |name| name.as_os_str().as_bytes());
        all || filter.matches(name)
    })
}

fn groups(
    inputs: Vec<PathBuf>,
    assets: &Assets,
    references: Vec<PathBuf>,
    options: &SubmitOptions,
) -> Result<Vec<AssetGroup>, AttachmentError> {
    let bytes = |path: &Path| path.as_os_str().as_bytes().to_vec();
    // Only locations are told by where links lead.
    let real = |path: &Path| match options.locations.is_empty() {
        true => None,
        false => Some(bytes(&resolved(path))),
    };
    let mut paths = Vec::new();
    let mut add = |role, path: PathBuf| {
        let resolved = real(&path);
        let path = path.into_os_string().into_vec();
        paths.push(AssetPath { role, path, resolved });
    };
    for path in inputs {
        add(Role::Input, path);
    }
    for (role, all) in
        [(Role::Output, &assets.outputs), (Role::Reference, &references)]
    {
        for path in all {
            if !path.as_os_str().is_empty() {
                add(role, absolute(path)?);
            }
        }
    }
    let mut locations = Vec::new();
    for location in &options.locations {
        let path = absolute(&location.path)?;
        locations.push(Location {
            name: location.name.clone().into_bytes(),
            path: bytes(&path),
            resolved: bytes(&resolved(&path)),
            shared: location.shared,
        });
    }
    Ok(group_assets(NATIVE, paths, &locations))
}

/// Directories of outputs, below the root.
fn relative(root: &Path, group: &AssetGroup) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = group
        .outputs
        .iter()
        .map(|path| {
            let path = path_of(path.clone());
            let below = path.strip_prefix(root).unwrap_or(&path);
            match below.as_os_str().as_bytes() {
                [] => b".".to_vec(),
                name => text::of_name(&as_of_jobs(name.to_vec())),
            }
        })
        .collect();
    all.sort();
    all
}
