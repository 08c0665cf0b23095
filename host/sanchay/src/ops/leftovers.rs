//! What a run left in folders under temporary names when it was killed: in the
//! folders where it was at work, and where these are by now if they got other
//! paths.

use std::{collections::HashMap, ffi::OsString, sync::Arc};

use sanchay_storage::{
    Directory, EntryKind, KindSet, Links, Listing, StorageError,
};

use super::{
    copy::Folder,
    folders::{FolderId, join},
    handles::Handles,
};
use sanchay_names::OsStringExt as _;

/// The entries whose names begin with a prefix.
#[derive(Debug)]
pub(super) struct Leftovers {
    prefix: Vec<u8>,
    /// Those of the folders that were looked at.
    known: HashMap<FolderId, Vec<Vec<u8>>>,
    /// Those beneath all roots, if these were searched, and where each is.
    everywhere: Option<HashMap<Vec<u8>, Arc<Folder>>>,
}

/// A directory that is searched: the one above it, its name, and its path.
type Next = (Arc<dyn Directory>, Vec<u8>, Vec<u8>);

impl Leftovers {
    /// Those of a run, none of which is known so far.
    pub(super) fn new(prefix: &str) -> Self {
        let prefix = prefix.as_bytes().to_vec();
        Self { prefix, known: HashMap::new(), everywhere: None }
    }

    /// Whether a folder has one whose name begins so. It is listed once.
    pub(super) fn are_in(
        &mut self,
        id: FolderId,
        folder: &Folder,
        name: &[u8],
    ) -> Result<bool, StorageError> {
        let known = match self.known.entry(id) {
            std::collections::hash_map::Entry::Occupied(known) => {
                known.into_mut()
            }
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(names(folder.directory(), &self.prefix)?)
            }
        };
        Ok(known.iter().any(|it| it.starts_with(name)))
    }

    /// The folder beneath any root that has one whose name begins so. All are
    /// searched when this is asked first.
    pub(super) fn find(
        &mut self,
        handles: &mut Handles,
        name: &[u8],
    ) -> Option<Arc<Folder>> {
        let prefix = &self.prefix;
        let all =
            self.everywhere.get_or_insert_with(|| search(handles, prefix));
        let found = all.iter().find(|(it, _)| it.starts_with(name));
        found.map(|(_, folder)| Arc::clone(folder))
    }
}

/// The names in a directory that begin with a prefix.
fn names(
    directory: &dyn Directory,
    prefix: &[u8],
) -> Result<Vec<Vec<u8>>, StorageError> {
    let mut listing = Listing::new(KindSet::ALL, true, false);
    directory.list(&mut listing)?;
    let names = (0..listing.len()).map(|at| listing.name(at));
    let names = names.filter(|name| name.starts_with(prefix));
    Ok(names.map(<[u8]>::to_vec).collect())
}

/// Looks beneath all roots. What cannot be looked at is passed over, and no
/// link is followed.
fn search(
    handles: &mut Handles,
    prefix: &[u8],
) -> HashMap<Vec<u8>, Arc<Folder>> {
    let mut found = HashMap::new();
    for root in 0..handles.roots() {
        let Ok(top) = handles.open(root, b"") else { continue };
        let mut next: Vec<Next> = Vec::new();
        let path = handles.root(root).to_vec();
        look(top, &path, prefix, &mut next, &mut found);
        while let Some((above, name, path)) = next.pop() {
            if let Ok(directory) = above.open_dir(&name, Links::Refuse) {
                let directory = Arc::from(directory);
                look(directory, &path, prefix, &mut next, &mut found);
            }
        }
    }
    found
}

/// Looks into one directory, and notes those in it.
fn look(
    directory: Arc<dyn Directory>,
    path: &[u8],
    prefix: &[u8],
    next: &mut Vec<Next>,
    found: &mut HashMap<Vec<u8>, Arc<Folder>>,
) {
    if directory.pseudo_file_system().is_some() {
        return;
    }
    let mut listing = Listing::new(KindSet::ALL, true, false);
    if let Err(error) = directory.list(&mut listing) {
        tracing::debug!(%error, "a folder is not searched");
        return;
    }
    let mut own = None;
    for at in 0..listing.len() {
        let name = listing.name(at);
        if name.starts_with(prefix) {
            let own = own.get_or_insert_with(|| {
                let path = OsString::from_vec(path.to_vec());
                Folder::new(Arc::clone(&directory), path.into())
            });
            found.insert(name.to_vec(), Arc::clone(own));
            continue;
        }
        let kind = listing.kinds().get(at);
        let may_be = |kind: &EntryKind| {
            matches!(kind, EntryKind::Directory | EntryKind::Unknown)
        };
        if kind.is_some_and(may_be) {
            let below = join(path, name);
            next.push((Arc::clone(&directory), name.to_vec(), below));
        }
    }
}
