//! Which trash something goes to.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use sanchay_names::OsStrExt as _;
use sanchay_storage::{
    Directory, EntryKind, Links, Opened, StorageError, create_beneath,
};

use super::{
    Last, Trash,
    trash_folder::{TrashFolder, enter},
};
use crate::{error::Cause, ops::copy::Folder};

/// The name of the trash at the top of a file system that all users share.
const SHARED: &[u8] = b".Trash";

/// The trash beneath a root.
const BENEATH: &[u8] = b".sanchay-trash";

/// The bit of a directory in which nobody removes what is somebody else's.
const STICKY: u32 = 0o1000;

/// The bits by which others may write.
const OTHERS_WRITE: u32 = 0o022;

impl Trash {
    /// The trash for what is in a folder: the first of those that the
    /// specification names which is on its file system and can be used.
    pub(super) fn find(
        &self,
        folder: &Folder,
        root: &Folder,
    ) -> Result<Last, Cause> {
        let Some(user) = self.options.user else {
            return self.beneath(folder, root);
        };
        let device = folder.directory().id()?.device;
        let path = self.storage.canonical(folder.path())?;
        if let Some(trash) = self.home(device) {
            return self.last(folder, root, path, trash);
        }
        let (top, directory) = self.top(&path, device)?;
        if let Some(trash) = self.at_top(&*directory, &top, user) {
            // Paths are recorded from there.
            let below = path.strip_prefix(&top).unwrap_or(&path).to_owned();
            return self.last(folder, root, below, trash);
        }
        self.beneath(folder, root)
    }

    fn last(
        &self,
        folder: &Folder,
        root: &Folder,
        path: PathBuf,
        trash: Arc<TrashFolder>,
    ) -> Result<Last, Cause> {
        let root = root.directory().id()?;
        Ok(Last { folder: folder.directory().id()?, root, path, trash })
    }

    /// The trashes that there are for what is in a folder. None is made.
    pub(super) fn existing(
        &self,
        folder: &Folder,
        root: &Folder,
    ) -> Vec<TrashFolder> {
        let mut found = Vec::new();
        let home = self.options.data_home.as_ref().map(|it| it.join("Trash"));
        let home = home.map(|path| TrashFolder::open(&*self.storage, &path));
        found.extend(home.and_then(Result::ok));
        let user = self.options.user.map(|user| user.to_string());
        let top = || -> Result<(PathBuf, Box<dyn Directory>), StorageError> {
            let device = folder.directory().id()?.device;
            self.top(&self.storage.canonical(folder.path())?, device)
        };
        if let Some(user) = user
            && let Ok((path, top)) = top()
        {
            if let Some(shared) = trustworthy_shared(&*top)
                && let Ok(own) =
                    shared.open_dir(user.as_bytes(), Links::Refuse)
            {
                let path = path.join(".Trash").join(&user);
                found.extend(TrashFolder::within(&*own, path));
            }
            let name = format!(".Trash-{user}");
            if let Ok(own) = top.open_dir(name.as_bytes(), Links::Refuse) {
                found.extend(TrashFolder::within(&*own, path.join(name)));
            }
        }
        if let Ok(own) = root.directory().open_dir(BENEATH, Links::Refuse)
            && let Ok(top) = self.storage.canonical(root.path())
        {
            let path = top.join(super::as_path(BENEATH));
            found.extend(TrashFolder::within(&*own, path));
        }
        found
    }

    /// The trash in the user's home, if that is on a device.
    fn home(&self, device: u64) -> Option<Arc<TrashFolder>> {
        let path = self.options.data_home.as_ref()?.join("Trash");
        let directory = self.open_or_create(&path, device).ok()?;
        TrashFolder::make(&*directory, path).ok()
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

    /// The user's trash at the top of a file system.
    fn at_top(
        &self,
        top: &dyn Directory,
        path: &Path,
        number: u32,
    ) -> Option<Arc<TrashFolder>> {
        let user = number.to_string();
        if let Some(shared) = trustworthy_shared(top)
            && let Ok(own) = enter(&*shared, user.as_bytes())
            && is_own(&*shared, user.as_bytes(), number)
        {
            let path = path.join(".Trash").join(&user);
            return TrashFolder::make(&*own, path).ok();
        }
        let name = format!(".Trash-{user}");
        let own = enter(top, name.as_bytes()).ok()?;
        if !is_own(top, name.as_bytes(), number) {
            return None;
        }
        TrashFolder::make(&*own, path.join(name)).ok()
    }

    /// The trash beneath the root that is worked on.
    pub(super) fn beneath(
        &self,
        folder: &Folder,
        root: &Folder,
    ) -> Result<Last, Cause> {
        let directory = enter(root.directory(), BENEATH)?;
        let top = self.storage.canonical(root.path())?;
        let path = self.storage.canonical(folder.path())?;
        let below = path.strip_prefix(&top).unwrap_or(&path).to_owned();
        let trash = top.join(super::as_path(BENEATH));
        let trash = TrashFolder::make(&*directory, trash)?;
        self.last(folder, root, below, trash)
    }
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
