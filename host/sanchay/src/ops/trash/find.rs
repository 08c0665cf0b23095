//! Which trash something goes to.

use std::{
    iter,
    path::{Path, PathBuf},
    sync::Arc,
};

use sanchay_names::OsStrExt as _;
use sanchay_storage::{
    Directory, EntryKind, Links, Opened, StorageError, create_beneath,
};

use super::{
    Last, Trash, TrashKind,
    trash_folder::{Layout, TrashFolder, enter},
};
use crate::{error::Cause, ops::copy::Folder};

/// The name of the trash at the top of a file system that all users share.
const SHARED: &[u8] = b".Trash";

/// The trash beneath a root.
pub(super) const BENEATH: &str = ".sanchay-trash";

/// The folders of all users' trashes at the top of a volume: those of macOS,
/// and those of Windows.
const TRASHES: &str = ".Trashes";
const BINS: &str = "$Recycle.Bin";

/// The bit of a directory in which nobody removes what is somebody else's.
const STICKY: u32 = 0o1000;

/// The bits by which others may write.
const OTHERS_WRITE: u32 = 0o022;

impl Trash {
    /// The trash for what is in a folder: the first of the desktop's that is on
    /// its file system and can be used.
    pub(super) fn find(
        &self,
        folder: &Folder,
        root: &Folder,
    ) -> Result<Last, Cause> {
        let device = folder.directory().id()?.device;
        let path = self.storage.canonical(folder.path())?;
        let found = match &self.options.kind {
            None => None,
            Some(TrashKind::Freedesktop { data_home, user }) => {
                match self.home(data_home.as_deref(), device) {
                    Some(trash) => Some((path, trash)),
                    None => {
                        let (top, directory) = self.top(&path, device)?;
                        // Paths are recorded from there.
                        let below = path.strip_prefix(&top).unwrap_or(&path);
                        made_at_top(&*directory, &top, *user)
                            .map(|trash| (below.to_owned(), trash))
                    }
                }
            }
            Some(TrashKind::Apple { home, user }) => {
                let home = home.as_deref();
                let found = self.apple(home, *user, &path, device).next();
                found.map(|trash| (path, trash))
            }
            Some(TrashKind::RecycleBin { user }) => {
                let (top, directory) = self.top(&path, device)?;
                let enter =
                    |bins: &dyn Directory| enter(bins, user.as_bytes());
                let found = bin(&*directory, &top, user, enter);
                found.map(|trash| (path, trash))
            }
        };
        match found {
            Some((path, trash)) => self.last(folder, root, path, trash),
            None => self.beneath(folder, root),
        }
    }

    fn last(
        &self,
        folder: &Folder,
        root: &Folder,
        path: PathBuf,
        trash: TrashFolder,
    ) -> Result<Last, Cause> {
        let (root, trash) = (root.directory().id()?, Arc::new(trash));
        Ok(Last { folder: folder.directory().id()?, root, path, trash })
    }

    /// The trashes that there are for what is in a folder. None is made.
    pub(super) fn existing(
        &self,
        folder: &Folder,
        root: &Folder,
    ) -> Vec<TrashFolder> {
        let mut found = match &self.options.kind {
            Some(kind) => self.of_desktop(kind, folder).unwrap_or_default(),
            None => Vec::new(),
        };
        let own = root.directory().open_dir(BENEATH.as_bytes(), Links::Refuse);
        if let Ok(own) = own
            && let Ok(top) = self.storage.canonical(root.path())
        {
            let path = top.join(BENEATH);
            found.extend(TrashFolder::within(own, path, Layout::Freedesktop));
        }
        found
    }

    /// Those of the desktop.
    fn of_desktop(
        &self,
        kind: &TrashKind,
        folder: &Folder,
    ) -> Result<Vec<TrashFolder>, StorageError> {
        let device = folder.directory().id()?.device;
        let path = self.storage.canonical(folder.path())?;
        let mut found = Vec::new();
        match kind {
            TrashKind::Freedesktop { data_home, user } => {
                if let Some(home) = data_home {
                    found.extend(self.open(&home.join("Trash")));
                }
                if let Ok((top, directory)) = self.top(&path, device) {
                    found.extend(there_at_top(&*directory, &top, *user));
                }
            }
            TrashKind::Apple { home, user } => {
                let home = home.as_deref();
                found.extend(self.apple(home, *user, &path, device));
            }
            TrashKind::RecycleBin { user } => {
                let (top, directory) = self.top(&path, device)?;
                let open = |bins: &dyn Directory| {
                    bins.open_dir(user.as_bytes(), Links::Refuse)
                };
                found.extend(bin(&*directory, &top, user, open));
            }
        }
        Ok(found)
    }

    /// The trashes of macOS that there are on a device: the system makes them.
    fn apple(
        &self,
        home: Option<&Path>,
        user: u32,
        path: &Path,
        device: u64,
    ) -> impl Iterator<Item = TrashFolder> {
        let in_home = home.map(|home| home.join(".Trash"));
        // Looked for only where that in the home does not serve.
        let at_top = iter::once_with(move || {
            let (top, directory) = self.top(path, device).ok()?;
            // Nobody but the system may list it: its path has to do.
            let shared = directory.stat(TRASHES.as_bytes(), Links::Refuse);
            let (kind, metadata) = shared.ok()?;
            let trusted =
                kind == EntryKind::Directory && metadata.mode & STICKY != 0;
            trusted.then(|| top.join(TRASHES).join(user.to_string()))
        });
        let at_top = at_top.flatten();
        let open = move |path: PathBuf| {
            let Ok(Opened::Directory(directory, id)) =
                self.storage.open(&path)
            else {
                return None;
            };
            let owner = directory.as_file().ok()?.metadata().ok()?.uid;
            let is_own = id.device == device && owner == user;
            let trash = TrashFolder::within(directory, path, Layout::Apple);
            trash.ok().filter(|_| is_own)
        };
        in_home.into_iter().chain(at_top).filter_map(open)
    }

    /// The trash in the user's home, if that is on a device.
    fn home(
        &self,
        data_home: Option<&Path>,
        device: u64,
    ) -> Option<TrashFolder> {
        let path = data_home?.join("Trash");
        let directory = self.open_or_create(&path, device).ok()?;
        TrashFolder::make(directory, path, Layout::Freedesktop).ok()
    }

    /// Opens a directory of the user's own on a device, and makes those of its
    /// path that are missing.
    fn open_or_create(
        &self,
        path: &Path,
        device: u64,
    ) -> Result<Box<dyn Directory>, StorageError> {
        let mut missing = Vec::new();
        let mut at = path;
        loop {
            match self.storage.open(at) {
                Ok(Opened::Directory(_, id)) if id.device != device => {
                    let kind = std::io::ErrorKind::CrossesDevices;
                    return Err(std::io::Error::from(kind).into());
                }
                Ok(Opened::Directory(directory, _)) => {
                    let names = missing.iter().rev().copied();
                    let made = create_beneath(&*directory, names)?;
                    return Ok(made.directory);
                }
                Ok(_) => {
                    let kind = std::io::ErrorKind::NotADirectory;
                    return Err(std::io::Error::from(kind).into());
                }
                Err(error) if error.is(std::io::ErrorKind::NotFound) => {
                    let (Some(above), Some(name)) =
                        (at.parent(), at.file_name())
                    else {
                        return Err(error);
                    };
                    missing.push(name.as_bytes());
                    at = above;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The highest directory above a path that is on its device.
    fn top(
        &self,
        path: &Path,
        device: u64,
    ) -> Result<(PathBuf, Box<dyn Directory>), StorageError> {
        let mut top = None;
        for above in path.ancestors() {
            match self.storage.open(above) {
                Ok(Opened::Directory(directory, id))
                    if id.device == device =>
                {
                    top = Some((above.to_owned(), directory));
                }
                // A directory on the way that may not be read has no trash.
                Err(error) if top.is_some() => {
                    tracing::debug!(%error, "not looked at for a trash");
                    break;
                }
                Err(error) => return Err(error),
                Ok(_) => break,
            }
        }
        top.ok_or_else(|| {
            std::io::Error::from(std::io::ErrorKind::NotFound).into()
        })
    }

    /// The trash beneath the root that is worked on.
    pub(super) fn beneath(
        &self,
        folder: &Folder,
        root: &Folder,
    ) -> Result<Last, Cause> {
        let directory = enter(root.directory(), BENEATH.as_bytes())?;
        let top = self.storage.canonical(root.path())?;
        let path = self.storage.canonical(folder.path())?;
        let below = path.strip_prefix(&top).unwrap_or(&path).to_owned();
        let trash = top.join(BENEATH);
        let trash = TrashFolder::make(directory, trash, Layout::Freedesktop)?;
        self.last(folder, root, below, trash)
    }
}

/// The user's trash at the top of a file system, made if it is missing.
fn made_at_top(
    top: &dyn Directory,
    path: &Path,
    user: u32,
) -> Option<TrashFolder> {
    let enter = |above: &dyn Directory, name: &[u8]| {
        let own = enter(above, name).ok()?;
        is_own(above, name, user).then_some(own)
    };
    let (own, path) = in_shared(top, path, user, enter)
        .or_else(|| own_at_top(top, path, user, enter))?;
    TrashFolder::make(own, path, Layout::Freedesktop).ok()
}

/// The user's trashes that are at the top of a file system.
fn there_at_top(
    top: &dyn Directory,
    path: &Path,
    user: u32,
) -> Vec<TrashFolder> {
    let open = |above: &dyn Directory, name: &[u8]| {
        above.open_dir(name, Links::Refuse).ok()
    };
    let layout = Layout::Freedesktop;
    [in_shared(top, path, user, open), own_at_top(top, path, user, open)]
        .into_iter()
        .flatten()
        .filter_map(|(own, path)| TrashFolder::within(own, path, layout).ok())
        .collect()
}

/// The user's folder in the trash that all users share, and its path.
fn in_shared(
    top: &dyn Directory,
    path: &Path,
    user: u32,
    open: impl Fn(&dyn Directory, &[u8]) -> Option<Box<dyn Directory>>,
) -> Option<(Box<dyn Directory>, PathBuf)> {
    let name = user.to_string();
    let shared = trustworthy_shared(top)?;
    let found = open(&*shared, name.as_bytes())?;
    Some((found, path.join(".Trash").join(name)))
}

/// The user's own folder at the top, and its path.
fn own_at_top(
    top: &dyn Directory,
    path: &Path,
    user: u32,
    open: impl Fn(&dyn Directory, &[u8]) -> Option<Box<dyn Directory>>,
) -> Option<(Box<dyn Directory>, PathBuf)> {
    let name = format!(".Trash-{user}");
    Some((open(top, name.as_bytes())?, path.join(name)))
}

/// A user's recycle bin at the top of a volume. Volumes have bins, or have
/// none: that is the system's decision.
fn bin(
    top: &dyn Directory,
    path: &Path,
    user: &str,
    open: impl Fn(&dyn Directory) -> Result<Box<dyn Directory>, StorageError>,
) -> Option<TrashFolder> {
    let bins = top.open_dir(BINS.as_bytes(), Links::Refuse).ok()?;
    let own = open(&*bins).ok()?;
    let path = path.join(BINS).join(user);
    TrashFolder::within(own, path, Layout::RecycleBin).ok()
}

/// Whether a directory is a user's, and nobody else writes to it.
fn is_own(above: &dyn Directory, name: &[u8], user: u32) -> bool {
    above.stat(name, Links::Refuse).is_ok_and(|(kind, metadata)| {
        kind == EntryKind::Directory
            && metadata.uid == user
            && metadata.mode & OTHERS_WRITE == 0
    })
}

/// The trash that all users of a file system share, if it is one as the
/// specification wants it: a directory, no link, in which nobody removes what
/// is another's.
fn trustworthy_shared(top: &dyn Directory) -> Option<Box<dyn Directory>> {
    let (kind, metadata) = top.stat(SHARED, Links::Refuse).ok()?;
    let trusted = kind == EntryKind::Directory && metadata.mode & STICKY != 0;
    trusted.then(|| top.open_dir(SHARED, Links::Refuse).ok()).flatten()
}
