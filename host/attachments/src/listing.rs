//! Which files there are: links looked at one by one, since manifests name
//! what is behind them.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    io,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use sanchay::{
    Engine, EntryError, EntryKind, Filter, Monitor, ProgressCallback,
    ScanEvent,
};
use sanchay_core::attachments::normalize;
use sanchay_names::{OsStrExt as _, OsStringExt as _};
use sanchay_storage::{LocalStorage, Metadata, Storage};
use sanchay_sync::{into_inner, lock};

use crate::{
    AttachmentError, Progress, ScanProgress, Watch,
    location::{NATIVE, path_of},
    reader::Reader,
};

pub(crate) const CANCELLED: &str = "File hashing cancelled.";

/// How deep links to directories may lead into each other.
const MOST_LINKS: usize = 40;

/// An entry that a walk found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) path: Vec<u8>,
    pub(crate) kind: EntryKind,
}

impl Found {
    pub(crate) fn path(&self) -> &Path {
        Path::new(OsStr::from_bytes(&self.path))
    }
}

/// What is neither a file, a link nor a directory.
const SPECIAL: [EntryKind; 4] = [
    EntryKind::Fifo,
    EntryKind::Socket,
    EntryKind::BlockDevice,
    EntryKind::CharacterDevice,
];

/// All files, links and what is of these other kinds beneath a root, by path.
/// What cannot be read is an error.
pub(crate) fn walk(
    engine: &Engine,
    root: &Path,
    hidden: bool,
    others: &[EntryKind],
    watch: &Watch,
) -> Result<Vec<Found>, AttachmentError> {
    let storage = Arc::new(LocalStorage::new());
    walk_in(storage, engine, root, hidden, others, watch)
}

/// The same where a storage says what is at a path.
pub(crate) fn walk_in(
    storage: Arc<dyn Storage>,
    engine: &Engine,
    root: &Path,
    hidden: bool,
    others: &[EntryKind],
    watch: &Watch,
) -> Result<Vec<Found>, AttachmentError> {
    let mut filter = Filter::default()
        .hidden(hidden)
        .kind(EntryKind::File)
        .kind(EntryKind::Symlink);
    for kind in others {
        filter = filter.kind(*kind);
    }
    let found = Mutex::new(Vec::new());
    let error = Mutex::new(None::<EntryError>);
    let ended = engine
        .scan([root])
        .filter(filter)
        .storage(storage)
        .monitor(&monitor(watch, "Walking"))
        .for_each_batch(|_| {
            |event: ScanEvent<'_>| match event {
                ScanEvent::Files(batch) => {
                    let entries = batch.iter().map(|entry| {
                        let mut path = Vec::new();
                        entry.write_path(&mut path);
                        Found { path, kind: entry.metadata.kind }
                    });
                    lock(&found).extend(entries);
                    ControlFlow::Continue(())
                }
                ScanEvent::Error(failed) => {
                    lock(&error).get_or_insert(failed);
                    ControlFlow::Break(())
                }
                _ => ControlFlow::Continue(()),
            }
        });
    if let Some(error) = into_inner(error) {
        return Err(error.into());
    }
    ended.map_err(cancelled)?;
    let mut found = into_inner(found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// What is at a path, behind whatever links; `None` if there is nothing.
///
/// # Errors
/// It cannot be told.
pub(crate) fn behind(
    path: &Path,
) -> Result<Option<Metadata>, AttachmentError> {
    existing(path, sanchay_storage::stat(path))
}

/// Where a path leads, without links; `None` if that is nowhere.
///
/// # Errors
/// It cannot be told.
pub(crate) fn real(path: &Path) -> Result<Option<PathBuf>, AttachmentError> {
    existing(path, canonical(path))
}

fn canonical(path: &Path) -> io::Result<PathBuf> {
    path.canonicalize().map(sanchay_names::with_slashes)
}

fn existing<T>(
    path: &Path,
    found: io::Result<T>,
) -> Result<Option<T>, AttachmentError> {
    let nothing = |error: &io::Error| {
        use io::ErrorKind::{NotADirectory, NotFound};
        matches!(error.kind(), NotFound | NotADirectory)
            || sanchay_storage::is_circle(error)
    };
    match found {
        Err(error) if nothing(&error) => Ok(None),
        found => found
            .map(Some)
            .map_err(AttachmentError::file(path, "cannot look at")),
    }
}

/// How the engine's runs are watched.
pub(crate) fn monitor(watch: &Watch, phase: &'static str) -> Monitor {
    let theirs = watch.clone();
    let report = move |progress: &sanchay::Progress| {
        theirs.report(&Progress::Scan(ScanProgress {
            phase,
            current_path: None,
            files_processed: progress.files,
            total_files: progress.total_files,
            bytes_processed: progress.bytes,
            total_bytes: progress.total_bytes,
        }));
        match theirs.cancel.is_cancelled() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    };
    let reports = watch.progress.is_some();
    Monitor {
        cancel: watch.cancel.clone(),
        progress: reports.then(|| Arc::new(report) as ProgressCallback),
        ..Monitor::default()
    }
}

/// An end that was asked for has words of its own.
pub(crate) fn cancelled(error: sanchay::Error) -> AttachmentError {
    match error {
        sanchay::Error::Cancelled => AttachmentError::Cancelled(CANCELLED),
        error => error.into(),
    }
}

/// Files beneath a link that leads to a directory, by the paths that lead
/// through the link. What leads back into itself is left out, as what leads
/// nowhere is.
pub(crate) fn follow(
    engine: &Engine,
    link: &Path,
    hidden: bool,
    reader: &Reader,
    watch: &Watch,
) -> Result<Vec<Found>, AttachmentError> {
    reader.follow(link);
    let mut files = Vec::new();
    let mut links = vec![(link.to_owned(), Vec::new())];
    while let Some((link, above)) = links.pop() {
        let Some(metadata) = behind(&link)? else { continue };
        let id = metadata.id;
        if metadata.kind == EntryKind::File {
            let path = link.into_os_string().into_vec();
            files.push(Found { path, kind: EntryKind::File });
            continue;
        }
        let leads_to = real(&link)?;
        let holds = |real: &PathBuf| {
            link.parent()
                .and_then(|parent| canonical(parent).ok())
                .is_some_and(|parent| parent.starts_with(real))
        };
        let again =
            above.contains(&id) || leads_to.as_ref().is_some_and(holds);
        if metadata.kind != EntryKind::Directory
            || again
            || above.len() >= MOST_LINKS
        {
            continue;
        }
        let mut above: Vec<_> = above;
        above.push(id);
        for found in walk(engine, &link, hidden, &[], watch)? {
            match found.kind {
                EntryKind::Symlink => {
                    links.push((path_of(found.path), above.clone()));
                }
                _ => files.push(found),
            }
        }
    }
    Ok(files)
}

/// What paths come to that a job names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expanded {
    /// Files, absolute, each once, in the order of their bytes.
    pub files: Vec<PathBuf>,
    /// Paths where there is nothing.
    pub missing: Vec<PathBuf>,
    /// Directories without any file.
    pub empty: Vec<PathBuf>,
    /// What lies in the directories and is no file.
    pub left_out: Vec<LeftOut>,
}

/// What lies in a directory, and is no file whose contents could be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Its path.
    pub path: PathBuf,
    /// What it is: `a FIFO`.
    pub what: &'static str,
}

impl LeftOut {
    /// One that is no directory either: what is in those that a link leads to
    /// is not asked for.
    fn of(
        path: &Path,
        kind: EntryKind,
        behind: Option<&Metadata>,
    ) -> Option<Self> {
        let what = match (kind, behind) {
            (EntryKind::Symlink, None) => "a link that leads nowhere",
            (EntryKind::Symlink, Some(to))
                if to.kind == EntryKind::Directory =>
            {
                return None;
            }
            (EntryKind::Symlink, Some(_)) => "a link to what is no file",
            (kind, _) => kind.describe(),
        };
        Some(Self { path: path.to_owned(), what })
    }
}

/// Files that paths name, and those beneath the directories among them:
/// hidden ones too, and files behind links, but not what is beneath links to
/// directories.
///
/// # Errors
/// A directory cannot be read, or it cannot be told what is at a path.
pub fn expand_input_paths(
    engine: &Engine,
    paths: &[PathBuf],
    watch: &Watch,
) -> Result<Expanded, AttachmentError> {
    expand(engine, paths, &Reader::default(), watch)
}

/// The same. The reader then opens each file as it was found.
pub(crate) fn expand(
    engine: &Engine,
    paths: &[PathBuf],
    reader: &Reader,
    watch: &Watch,
) -> Result<Expanded, AttachmentError> {
    let mut expanded = Expanded::default();
    let mut files = BTreeSet::new();
    for path in paths {
        if path.as_os_str().is_empty() {
            continue;
        }
        let path = absolute(path)?;
        let Some(metadata) = behind(&path)? else {
            expanded.missing.push(path);
            continue;
        };
        if metadata.kind != EntryKind::Directory {
            reader.follow(&path);
            files.insert(path);
            continue;
        }
        reader.root(&path);
        let mut any = false;
        for found in walk(engine, &path, true, &SPECIAL, watch)? {
            if found.kind != EntryKind::File {
                let (path, kind) = (found.path(), found.kind);
                let behind = behind(path)?;
                let is_file = behind
                    .as_ref()
                    .is_some_and(|it| it.kind == EntryKind::File);
                if kind != EntryKind::Symlink || !is_file {
                    let left_out = LeftOut::of(path, kind, behind.as_ref());
                    expanded.left_out.extend(left_out);
                    continue;
                }
                reader.follow(path);
            }
            any = true;
            files.insert(path_of(found.path));
        }
        if !any {
            expanded.empty.push(path);
        }
    }
    expanded.files = files.into_iter().collect();
    Ok(expanded)
}

/// An absolute path without `.` and `..`; links are not resolved.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, AttachmentError> {
    let whole = match path.is_absolute() {
        true => path.to_owned(),
        false => std::env::current_dir()
            .map_err(AttachmentError::file(
                path,
                "cannot find the current directory",
            ))?
            .join(path),
    };
    let whole = sanchay_names::with_slashes(whole);
    Ok(path_of(normalize(NATIVE, whole.as_os_str().as_bytes())))
}

/// A path with links resolved, as far as it is there.
pub(crate) fn resolved(path: &Path) -> PathBuf {
    let mut rest = Vec::new();
    let mut at = path;
    loop {
        if let Ok(real) = canonical(at) {
            let names = rest.iter().rev();
            return names.fold(real, |path, name| path.join(name));
        }
        let (Some(parent), Some(name)) = (at.parent(), at.file_name()) else {
            return path.to_owned();
        };
        rest.push(name);
        at = parent;
    }
}
