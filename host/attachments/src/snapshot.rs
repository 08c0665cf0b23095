//! Manifests of directories.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    sync::Arc,
};

use sanchay::{DigestCache, Engine, EntryKind as Kind};
use sanchay_core::attachments::{
    CHUNK, Content, Entry, EntryKind, GlobFilter, Manifest, ManifestVersion,
    normalize, text,
};
use sanchay_names::OsStrExt as _;

use crate::{
    AttachmentError, HashCache, Progress, ScanProgress, Statistics, Watch,
    chunks,
    hashing::{Hashed, Known, hash_all},
    listing::{Found, absolute, follow, real, resolved, walk},
    location::{NATIVE, path_of, way_below},
    plan::outside,
    reader::Reader,
};

/// What a manifest of a directory has.
#[derive(Clone)]
pub struct SnapshotOptions {
    /// Its format.
    pub version: ManifestVersion,
    /// Globs of files to include; none: all.
    pub include: Vec<Vec<u8>>,
    /// Globs of files to leave out.
    pub exclude: Vec<Vec<u8>>,
    /// Whether what is behind links is included as if it were there. If not,
    /// 2023-03-03 has no links; 2025-12-04-beta has those that stay beneath
    /// the root, and instead of others the files behind them.
    pub follow: bool,
    /// Whether hidden files and directories are included.
    pub hidden: bool,
    /// Digests of earlier runs.
    pub cache: Option<Arc<dyn DigestCache>>,
    /// Those of the Python package.
    pub package_cache: Option<Arc<HashCache>>,
}

impl Default for SnapshotOptions {
    /// Everything, by 2023-03-03, with nothing behind links.
    fn default() -> Self {
        Self {
            version: ManifestVersion::default(),
            include: Vec::new(),
            exclude: Vec::new(),
            follow: false,
            hidden: true,
            cache: None,
            package_cache: None,
        }
    }
}

/// Hashes the files beneath a directory and makes a manifest of them.
///
/// # Errors
/// There is no such directory, or something in it cannot be read.
pub fn create_manifest(
    engine: &Engine,
    root: &Path,
    options: &SnapshotOptions,
    watch: &Watch,
) -> Result<(Manifest, Statistics), AttachmentError> {
    let root = absolute(root)?;
    check_root(&root)?;
    let filter = GlobFilter::new(&options.include, &options.exclude)
        .map_err(|error| AttachmentError::Invalid(error.to_string()))?;
    let reader = Arc::new(Reader::default());
    reader.root(&root);
    let mut listing = collect(engine, &root, options, &reader, watch)?;
    listing.files.retain(|path| filter.matches(below(&root, path)));
    listing.files.sort();
    listing.files.dedup();
    let paths: Vec<PathBuf> = listing.files.into_iter().map(path_of).collect();
    let known = Known {
        cache: options.cache.clone(),
        package: options.package_cache.as_deref(),
    };
    let (hashed, statistics) =
        hash_all(engine, &paths, &reader, &known, watch)?;
    let building = ScanProgress { phase: "Building", ..Default::default() };
    watch.report(&Progress::Scan(building));
    let version = options.version;
    let mut entries = entries(&root, &paths, hashed, version, &reader, watch)?;
    entries.extend(listing.others.into_iter().filter(|entry| {
        entry.kind == EntryKind::Directory || filter.matches(&entry.path)
    }));
    let manifest = Manifest::new(version, entries);
    watch.report(&Progress::Scan(ScanProgress {
        phase: "Complete",
        current_path: None,
        files_processed: statistics.processed_files,
        total_files: Some(statistics.processed_files),
        bytes_processed: statistics.processed_bytes,
        total_bytes: Some(statistics.processed_bytes),
    }));
    Ok((manifest, statistics))
}

/// Refuses what is no directory, in the words of the Python package.
pub(crate) fn check_root(root: &Path) -> Result<(), AttachmentError> {
    match root.is_dir() {
        true => Ok(()),
        false => Err(AttachmentError::Invalid(format!(
            "Specified root directory {} does not exist.",
            sanchay::escaped_path(root)
        ))),
    }
}

/// Entries of files that were hashed.
pub(crate) fn entries(
    root: &Path,
    paths: &[PathBuf],
    hashed: Vec<Hashed>,
    version: ManifestVersion,
    reader: &Reader,
    watch: &Watch,
) -> Result<Vec<Entry>, AttachmentError> {
    let mut entries = Vec::with_capacity(paths.len());
    for (path, hashed) in paths.iter().zip(hashed) {
        let draft = version == ManifestVersion::V2025_12_04Beta;
        let content = match draft && hashed.size > CHUNK {
            true => {
                let hashes = chunks::hashes(path, &hashed, reader, watch)?;
                Content::Chunks(hashes)
            }
            false => Content::Whole(hashed.hash.clone()),
        };
        let size = i64::try_from(hashed.size).unwrap_or(i64::MAX);
        let kind = EntryKind::File {
            content,
            size,
            mtime: hashed.mtime(),
            runnable: draft && hashed.mode & 0o100 != 0,
        };
        let path = below(root, path.as_os_str().as_bytes());
        entries.push(Entry { path: text::of_name(path).into(), kind });
    }
    Ok(entries)
}

/// The path below a root.
fn below<'p>(root: &Path, path: &'p [u8]) -> &'p [u8] {
    let root = sanchay_names::with_slashes(root.to_owned());
    let root = root.as_os_str().as_bytes();
    let rest = path.strip_prefix(root).unwrap_or(path);
    rest.strip_prefix(b"/").unwrap_or(rest)
}

#[derive(Default)]
struct Listing {
    /// Whole paths.
    files: Vec<Vec<u8>>,
    /// Links and directories.
    others: Vec<Entry>,
}

fn collect(
    engine: &Engine,
    root: &Path,
    options: &SnapshotOptions,
    reader: &Reader,
    watch: &Watch,
) -> Result<Listing, AttachmentError> {
    let draft = options.version == ManifestVersion::V2025_12_04Beta;
    let real_root = resolved(root);
    let mut listing = Listing::default();
    let others: &[Kind] = if draft { &[Kind::Directory] } else { &[] };
    for found in walk(engine, root, options.hidden, others, watch)? {
        let name =
            || -> Box<[u8]> { text::of_name(below(root, &found.path)).into() };
        match found.kind {
            Kind::Symlink if options.follow => {
                let behind = follow(
                    engine,
                    found.path(),
                    options.hidden,
                    reader,
                    watch,
                )?;
                listing.files.extend(behind.into_iter().map(|it| it.path));
            }
            Kind::Symlink if draft => match kept(root, &real_root, &found)? {
                Some(target) => {
                    let kind = EntryKind::Link(target.into());
                    listing.others.push(Entry { path: name(), kind });
                }
                None => {
                    let behind = follow(
                        engine,
                        found.path(),
                        options.hidden,
                        reader,
                        watch,
                    )?;
                    listing.files.extend(behind.into_iter().map(|it| it.path));
                }
            },
            Kind::Symlink => {}
            Kind::Directory => {
                let path = name();
                if !path.is_empty() {
                    let kind = EntryKind::Directory;
                    listing.others.push(Entry { path, kind });
                }
            }
            _ => listing.files.push(found.path),
        }
    }
    Ok(listing)
}

/// Where a link leads, below the root; `None` if it leads out of it or
/// nowhere.
fn kept(
    root: &Path,
    real_root: &Path,
    link: &Found,
) -> Result<Option<Vec<u8>>, AttachmentError> {
    let path = link.path();
    let says = std::fs::read_link(path)
        .map_err(AttachmentError::file(path, "cannot read the link"))?;
    let Some(leads_to) = real(path)? else { return Ok(None) };
    if !leads_to.starts_with(real_root) {
        return Ok(None);
    }
    let parent = path.parent().unwrap_or(root);
    let whole = sanchay_names::with_slashes(parent.join(&says));
    let whole = path_of(normalize(NATIVE, whole.as_os_str().as_bytes()));
    let root = root.as_os_str().as_bytes();
    let names = way_below(root, whole.as_os_str().as_bytes());
    Ok(names.map(|names| text::of_name(&names.join(&b'/'))))
}

/// The path of an entry on this machine, which lies beneath the root.
pub(crate) fn local_path(
    root: &Path,
    entry: &Entry,
) -> Result<PathBuf, AttachmentError> {
    let name = text::to_name(&entry.path).ok_or_else(|| no_name(entry))?;
    let names = way_below(root.as_os_str().as_bytes(), &name);
    let names = names.ok_or_else(|| outside(&entry.path))?;
    let names = names.iter().map(|name| OsStr::from_bytes(name));
    Ok(root.join(names.collect::<PathBuf>()))
}

/// What is said of a path that no file here can have.
pub(crate) fn no_name(entry: &Entry) -> AttachmentError {
    let path = text::lossy(&entry.path);
    AttachmentError::Manifest(format!(
        "{}: no file has this path here: it is one of Windows",
        sanchay::escaped(path.as_bytes())
    ))
}
