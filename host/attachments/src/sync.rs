//! Syncing: a worker gets what a job reads, and gives back what it made.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use sanchay::{DigestCache, Engine, EntryKind as Kind};
use sanchay_core::attachments::{
    Attachments, Manifest, ManifestProperties, ManifestVersion, PathFormat,
    Rule, merge, text,
};
use sanchay_names::OsStrExt as _;

use crate::{
    AttachmentError, Client, Conflict, ManifestLocation, OutputPath,
    OutputQuery, S3Location, Statistics, UploadOptions, Watch,
    download::{self, download_all, plan_all},
    download_manifest,
    hashing::{Known, hash_all},
    listing::{behind, real, walk_in},
    location::{path_of, session_directory, way_below},
    output_manifests,
    output_roots::unused,
    plan::is_temporary,
    present::Present,
    progress::MeterKind,
    reader::Reader,
    session::{Facts, SessionState, facts_of},
    snapshot::entries,
    upload::{self, upload_all},
    upload_output_manifest,
};

/// How a session is synced.
#[derive(Clone, Default)]
pub struct SyncOptions {
    /// What becomes of files that are there; `None`: they are replaced.
    pub conflict: Option<Conflict>,
    /// Where roots are here, in place of a directory of the session: their path
    /// where the job was submitted, and the one here. Those of storage
    /// profiles have to be among them.
    pub mapping: Vec<(Vec<u8>, PathBuf)>,
    /// Whose outputs are inputs too: those of steps that this one needs.
    pub dependencies: Vec<(ManifestLocation, OutputQuery)>,
    /// Digests of earlier runs.
    pub cache: Option<Arc<dyn DigestCache>>,
    /// How contents are uploaded.
    pub upload: UploadOptions,
}

/// What became of a sync.
#[derive(Clone, Debug, Default)]
pub struct Synced {
    /// In numbers.
    pub statistics: Statistics,
    /// Where each root of the job is here.
    pub rules: Vec<Rule>,
    /// The files that were written, or uploaded.
    pub files: Vec<PathBuf>,
    /// The keys of the manifests that were uploaded.
    pub manifests: Vec<String>,
    /// Roots that are mapped and that the job does not have.
    pub unused: Vec<Vec<u8>>,
}

/// Where a root is here, and whether that is because it is mapped.
struct Destination {
    path: PathBuf,
    is_mapped: bool,
}

impl Destination {
    fn of(root: &[u8], session: &Path, options: &SyncOptions) -> Self {
        let mut mapping = options.mapping.iter();
        match mapping.find(|(from, _)| from == root) {
            Some((_, to)) => Self { path: to.clone(), is_mapped: true },
            None => Self {
                path: session_directory(session, root),
                is_mapped: false,
            },
        }
    }

    /// That of a root of a job: one of a storage profile has to be mapped.
    fn of_job(
        properties: &ManifestProperties,
        session: &Path,
        options: &SyncOptions,
        what: &str,
    ) -> Result<Self, AttachmentError> {
        let root = &properties.root_path;
        let found = Self::of(root, session, options);
        match found.is_mapped || properties.file_system_location_name.is_none()
        {
            true => Ok(found),
            false => Err(AttachmentError::Invalid(format!(
                "Error occurred while attempting to sync {what} files: No \
                 path mapping rule found for the source path {}",
                sanchay::escaped(text::lossy(root).as_bytes())
            ))),
        }
    }
}

/// Downloads what a job reads into the directory of a session, which is made
/// if it is missing. A second call for a session waits until the first has
/// ended.
///
/// # Errors
/// What S3 refused, what is wrong with a manifest or a path in it, and what
/// the disk refused.
pub fn sync_inputs(
    client: &Client,
    location: &S3Location,
    attachments: &Attachments,
    session: &Path,
    options: &SyncOptions,
    watch: &Watch,
) -> Result<Synced, AttachmentError> {
    let mut synced = Synced::default();
    let mut by_root: BTreeMap<PathBuf, Vec<Manifest>> = BTreeMap::new();
    for properties in &attachments.manifests {
        let to = Destination::of_job(properties, session, options, "input")?;
        if properties.file_system_location_name.is_none() {
            synced.rules.push(Rule {
                format: properties.root_path_format,
                source: properties.root_path.clone(),
                destination: to.path.as_os_str().as_bytes().to_vec(),
            });
        }
        if let Some(path) = &properties.input_manifest_path {
            let hash = properties.input_manifest_hash.as_deref();
            let manifest =
                download_manifest(client, location, path, hash, watch)?;
            by_root.entry(to.path).or_default().push(manifest);
        }
    }
    let mut roots: Vec<Vec<u8>> =
        attachments.manifests.iter().map(|it| it.root_path.clone()).collect();
    for (place, query) in &options.dependencies {
        let made = output_manifests(client, location, place, query, watch)?;
        for (root, manifest) in made {
            let properties = attachments.manifests.iter();
            let mut known = properties.filter(|it| it.root_path == root);
            let to = match known.next() {
                Some(it) => {
                    Destination::of_job(it, session, options, "input")?
                }
                None => Destination::of(&root, session, options),
            };
            by_root.entry(to.path).or_default().push(manifest);
            roots.push(root);
        }
    }
    synced.unused = unused(&options.mapping, roots.iter());
    let merged: Vec<(PathBuf, Manifest)> = by_root
        .into_iter()
        .filter_map(|(root, manifests)| Some((root, merge(manifests)?)))
        .collect();
    let manifests: Vec<(&Manifest, &Path)> =
        merged.iter().map(|(root, it)| (it, root.as_path())).collect();
    let conflict = options.conflict.unwrap_or(Conflict::Overwrite);
    let within = Some(session);
    let plans = plan_all(&manifests, watch)?;
    std::fs::create_dir_all(session)
        .map_err(AttachmentError::file(session, "cannot make"))?;
    let mut state = SessionState::open(session, watch, download::CANCELLED)?;
    let mut there: Vec<(PathBuf, Vec<Present>)> = Vec::new();
    let downloaded = download_all(
        client,
        location,
        plans,
        within,
        conflict,
        watch,
        |root, present| there.push((root.to_owned(), present)),
    )?;
    for (root, present) in there {
        let keys = state.keys(&root)?;
        for Present { path, facts, verified } in present {
            match verified {
                true => state.note(&keys, &path, facts),
                false => state.note_first(&keys, &path, facts),
            }
        }
    }
    state.save()?;
    synced.statistics = downloaded.statistics;
    synced.files = downloaded.files;
    Ok(synced)
}

/// Uploads what is new or changed in the directories of outputs since the
/// session was synced or its outputs were: contents first, then a manifest for
/// each root. It waits as [`sync_inputs`] does.
///
/// # Errors
/// What S3 refused, files that cannot be read, a session or a mapped root that
/// is not there, and IDs or a time that cannot be in keys.
#[expect(clippy::too_many_arguments, reason = "what, from where, to where")]
pub fn sync_outputs(
    engine: &Engine,
    client: &Client,
    location: &S3Location,
    place: &ManifestLocation,
    output: &OutputPath,
    attachments: &Attachments,
    session: &Path,
    options: &SyncOptions,
    watch: &Watch,
) -> Result<Synced, AttachmentError> {
    output.check(place)?;
    let mut state = SessionState::open(session, watch, upload::CANCELLED)?;
    let mut made = Vec::new();
    let mut synced = Synced::default();
    let roots = attachments.manifests.iter().map(|it| &it.root_path);
    synced.unused = unused(&options.mapping, roots);
    let known = Known { cache: options.cache.clone(), package: None };
    let reader = Arc::new(Reader::confined());
    for properties in &attachments.manifests {
        let Destination { path: root, is_mapped } =
            Destination::of_job(properties, session, options, "output")?;
        let bounds = if is_mapped { &root } else { session };
        let real_bounds =
            real(bounds)?.ok_or_else(|| gone(properties, bounds))?;
        reader.hold(bounds, &real_bounds)?;
        let keys = state.keys(&root)?;
        let is_new =
            |path: &Path, facts| state.known(&keys, path) != Some(facts);
        let paths = changed(
            engine,
            properties,
            &root,
            &real_bounds,
            is_new,
            &reader,
            watch,
        )?;
        if paths.is_empty() {
            continue;
        }
        let (hashed, _) = hash_all(engine, &paths, &reader, &known, watch)?;
        for (path, hashed) in paths.iter().zip(&hashed) {
            let facts = (hashed.modified.as_nanoseconds(), hashed.size);
            state.note(&keys, path, facts);
        }
        let version = ManifestVersion::V2023_03_03;
        let entries = entries(&root, &paths, hashed, version, &reader, watch)?;
        synced.files.extend(paths);
        made.push((properties, root, Manifest::new(version, entries)));
    }
    let manifests: Vec<(&Manifest, &Path)> =
        made.iter().map(|(_, root, it)| (it, root.as_path())).collect();
    let kind = MeterKind::Upload;
    synced.statistics = upload_all(
        client,
        location,
        &manifests,
        &reader,
        &options.upload,
        watch,
        kind,
    )?;
    for (properties, _, manifest) in &made {
        let key = upload_output_manifest(
            client,
            location,
            place,
            output,
            manifest,
            &properties.root_path,
            properties.file_system_location_name.as_deref(),
            watch,
        )?;
        synced.manifests.push(key);
    }
    if !made.is_empty() {
        state.save()?;
    }
    Ok(synced)
}

/// What is said of a root that is mapped to what is not there.
fn gone(properties: &ManifestProperties, path: &Path) -> AttachmentError {
    AttachmentError::Invalid(format!(
        "{}: the root {} is mapped to it, and there is no such directory: \
         correct the mapping, or sync the inputs first",
        sanchay::escaped_path(path),
        sanchay::escaped(text::lossy(&properties.root_path).as_bytes()),
    ))
}

/// Files in the directories of outputs that are not as they were, each once.
/// What is behind a link counts if it lies within the bounds. The reader then
/// opens what was found, or nothing.
fn changed(
    engine: &Engine,
    properties: &ManifestProperties,
    root: &Path,
    real_bounds: &Path,
    is_new: impl Fn(&Path, Facts) -> bool,
    reader: &Arc<Reader>,
    watch: &Watch,
) -> Result<Vec<PathBuf>, AttachmentError> {
    let lead = |path: &Path| -> Result<bool, AttachmentError> {
        let to = real(path)?.filter(|it| it.starts_with(real_bounds));
        let within = to.is_some();
        to.into_iter().for_each(|to| reader.lead(path, to));
        Ok(within)
    };
    let mut paths = Vec::new();
    for directory in &properties.output_relative_directories {
        let Some(top) = output_directory(properties, root, directory)? else {
            continue;
        };
        let is_directory =
            behind(&top)?.is_some_and(|it| it.kind == Kind::Directory);
        if !is_directory || !lead(&top)? {
            continue;
        }
        let storage = Arc::clone(reader) as _;
        for found in walk_in(storage, engine, &top, true, &[], watch)? {
            let is_link = found.kind == Kind::Symlink;
            let path = path_of(found.path);
            let name = path.file_name().unwrap_or_default();
            // What a download left that was ended.
            if is_temporary(name.as_bytes()) {
                continue;
            }
            let Some(metadata) = behind(&path)? else { continue };
            let is_new = is_new(&path, facts_of(&metadata));
            let is_file = metadata.kind == Kind::File;
            if is_file && is_new && (!is_link || lead(&path)?) {
                paths.push(path);
            }
        }
    }
    paths.sort();
    paths.dedup();
    Ok(paths)
}

/// A directory of outputs, beneath the root; `None` for one that is not.
fn output_directory(
    properties: &ManifestProperties,
    root: &Path,
    directory: &[u8],
) -> Result<Option<PathBuf>, AttachmentError> {
    let slashes = match properties.root_path_format {
        PathFormat::Posix => directory.to_vec(),
        PathFormat::Windows => directory
            .iter()
            .map(|byte| if *byte == b'\\' { b'/' } else { *byte })
            .collect(),
    };
    let Some(name) = text::to_name(&slashes) else { return Ok(None) };
    if matches!(&*name, b"." | b"./" | b"") {
        return Ok(Some(root.to_owned()));
    }
    let trimmed = name.strip_suffix(b"/").unwrap_or(&name);
    let names = way_below(root.as_os_str().as_bytes(), trimmed);
    let names = names.ok_or_else(|| {
        AttachmentError::Invalid(format!(
            "The provided path is not under the root directory: {}",
            sanchay::escaped(text::lossy(directory).as_bytes())
        ))
    })?;
    Ok(Some(root.join(path_of(names.join(&b'/')))))
}
