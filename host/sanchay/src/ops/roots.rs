//! The directories that a plan's paths are beneath: those that the user named,
//! and the folders of the files that the user named.

use std::{
    collections::HashMap,
    ffi::OsStr,
    path::{Path, PathBuf},
    sync::Arc,
};

use sanchay_names::{OsStrExt as _, OsStringExt as _};
use sanchay_storage::{FileId, Opened, Storage};

use super::{
    error::OpsError,
    folders::parent,
    handles::Handles,
    places::{Places, Root},
};

/// What a path that the user named is beneath.
#[derive(Clone, Debug)]
pub(super) struct Base {
    /// The root.
    pub(super) root: u32,
    /// The way down from it to the directory that was named, or to that of
    /// the file.
    pub(super) below: Vec<u8>,
}

impl Base {
    /// Whether a folder is the directory, or lies below it. A whole root has
    /// all that there is, and none of it counts.
    pub(super) fn has(&self, root: u32, folder: &[u8]) -> bool {
        let below = self.below.strip_suffix(b"/").unwrap_or(&self.below);
        let rest = folder.strip_prefix(below).filter(|_| !below.is_empty());
        root == self.root
            && rest.is_some_and(|it| it.is_empty() || it.starts_with(b"/"))
    }
}

/// What the paths that the user named are beneath.
#[derive(Debug, Default)]
pub(super) struct Bases(HashMap<Vec<u8>, Base>);

/// A directory that is a root, unless it lies in another.
struct Candidate {
    absolute: Vec<u8>,
    shown: Vec<u8>,
    id: Option<FileId>,
}

impl Bases {
    /// Finds out what paths are, and adds the roots that they need.
    pub(super) fn new(
        named: &[PathBuf],
        storage: &Arc<dyn Storage>,
        local: bool,
        places: &mut Places,
    ) -> Result<Self, OpsError> {
        let mut candidates: Vec<Candidate> = Vec::new();
        let mut of_named: Vec<(&PathBuf, Vec<u8>)> = Vec::new();
        for path in named {
            let shown = path.as_os_str().as_bytes();
            let (shown, id) = match storage.open(path) {
                Ok(Opened::Directory(_, id)) => (shown, Some(id)),
                // A file, or what the walk will complain about.
                _ => (parent(shown).unwrap_or_default(), None),
            };
            let whole = absolute(Path::new(OsStr::from_bytes(shown)), local)
                .map_err(|source| {
                OpsError::file(path, "cannot find the path", source)
            })?;
            of_named.push((path, whole.clone()));
            let shown = shown.to_vec();
            candidates.push(Candidate { absolute: whole, shown, id });
        }
        candidates
            .sort_by(|a, b| a.absolute.cmp(&b.absolute).then(b.id.cmp(&a.id)));
        candidates.dedup_by(|b, a| a.absolute == b.absolute);
        let mut known: HashMap<Vec<u8>, Base> = HashMap::new();
        for candidate in candidates {
            let base = inside(&candidate, storage, places);
            let base = match base {
                Some(base) => base,
                None => {
                    let root = add(places, &candidate, storage)?;
                    Base { root, below: Vec::new() }
                }
            };
            known.insert(candidate.absolute, base);
        }
        let base = |(path, whole): (&PathBuf, Vec<u8>)| {
            let base = known.get(&whole)?.clone();
            Some((path.as_os_str().as_bytes().to_vec(), base))
        };
        Ok(Self(of_named.into_iter().filter_map(base).collect()))
    }

    /// What a path that the user named is beneath.
    pub(super) fn of(&self, named: &[u8]) -> Option<&Base> {
        self.0.get(named)
    }
}

/// Adds a destination, which may lie in a root or not.
pub(super) fn add_destination(
    path: &Path,
    storage: &Arc<dyn Storage>,
    local: bool,
    places: &mut Places,
) -> Result<Base, OpsError> {
    let whole = absolute(path, local).map_err(|source| {
        OpsError::file(path, "cannot find the path", source)
    })?;
    let shown = path.as_os_str().as_bytes().to_vec();
    let candidate = Candidate { absolute: whole, shown, id: None };
    if let Some(base) = inside(&candidate, storage, places) {
        return Ok(base);
    }
    // The nearest folder above that is there, so that what is missing can be
    // made, and undone.
    let mut above = candidate.absolute.clone();
    let mut below: Vec<Vec<u8>> = Vec::new();
    loop {
        match storage.open(Path::new(OsStr::from_bytes(&above))) {
            Ok(Opened::Directory(..)) => break,
            Ok(_) => {
                return Err(OpsError::Destination {
                    path: path.to_owned(),
                    why: "it is no folder, or lies in none".to_owned(),
                });
            }
            Err(error)
                if error.is(std::io::ErrorKind::NotFound)
                    && parent(&above).is_some() => {}
            Err(error) => {
                return Err(OpsError::Destination {
                    path: path.to_owned(),
                    why: crate::error::Cause::from(error).to_string(),
                });
            }
        }
        let (_, name) = super::folders::split(&above);
        below.push(name.to_vec());
        above = parent(&above).unwrap_or(b"/").to_vec();
    }
    below.reverse();
    let below = below.join(&b'/');
    let shown = match below.is_empty() {
        true => candidate.shown,
        false => above.clone(),
    };
    let root = Candidate { absolute: above, shown, id: None };
    if let Some(base) = inside(&root, storage, places) {
        let below = super::folders::join(&base.below, &below);
        return Ok(Base { root: base.root, below });
    }
    Ok(Base { root: add(places, &root, storage)?, below })
}

/// The root that a directory lies in, if going down from there without
/// following a link leads to the same directory.
fn inside(
    candidate: &Candidate,
    storage: &Arc<dyn Storage>,
    places: &Places,
) -> Option<Base> {
    let mut handles = Handles::new(storage, &places.roots);
    for (root, known) in places.roots.iter().enumerate().rev() {
        let path = known.path.as_slice();
        let Some(rest) = candidate.absolute.strip_prefix(path) else {
            continue;
        };
        let below = match rest {
            b"" => rest,
            rest if path.ends_with(b"/") => rest,
            rest => match rest.strip_prefix(b"/") {
                Some(rest) => rest,
                None => continue,
            },
        };
        let root = u32::try_from(root).ok()?;
        if below.is_empty() {
            return Some(Base { root, below: Vec::new() });
        }
        if sanchay_core::plan::check_path(below).is_err() {
            continue;
        }
        let found = handles.open(root, below).ok()?.id().ok();
        let path = Path::new(OsStr::from_bytes(&candidate.absolute));
        let id = match storage.open(path) {
            Ok(Opened::Directory(_, id)) => Some(id),
            _ => None,
        };
        if found.is_some() && found == id {
            return Some(Base { root, below: below.to_vec() });
        }
    }
    None
}

fn add(
    places: &mut Places,
    root: &Candidate,
    storage: &Arc<dyn Storage>,
) -> Result<u32, OpsError> {
    let at = u32::try_from(places.roots.len());
    let at = at.map_err(|_| OpsError::TooLarge)?;
    if places.roots.len() >= sanchay_core::plan::MAX_ROOTS {
        return Err(OpsError::TooLarge);
    }
    let path = Path::new(OsStr::from_bytes(&root.absolute));
    let id = match (root.id, storage.open(path)) {
        (Some(id), _) | (None, Ok(Opened::Directory(_, id))) => Some(id),
        // What the walk will complain about.
        _ => None,
    };
    let (path, named) = (root.absolute.clone(), root.shown.clone());
    places.roots.push(Root { path, named, id });
    Ok(at)
}

/// A path from the top: without dots, and without a slash at its end.
pub(super) fn absolute(path: &Path, local: bool) -> std::io::Result<Vec<u8>> {
    let whole = match (local, path.as_os_str().is_empty()) {
        (true, true) => std::env::current_dir()?,
        (true, false) => sanchay_storage::absolute(path)?,
        (false, _) => Path::new("/").join(path),
    };
    let whole = sanchay_names::with_slashes(whole);
    let mut whole = whole.into_os_string().into_vec();
    while whole.ends_with(b"/") && parent(&whole).is_some() {
        whole.pop();
    }
    Ok(whole)
}
