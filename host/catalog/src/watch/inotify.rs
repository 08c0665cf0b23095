//! What the kernel tells of changes (inotify). It tells of one folder at a
//! time, so that all of them are named to it.

use std::{
    ffi::OsString,
    fs, io,
    mem::MaybeUninit,
    os::{fd::OwnedFd, unix::fs::MetadataExt as _},
    path::{Path, PathBuf},
};

use rustix::{
    fs::inotify::{self, CreateFlags, Reader, WatchFlags},
    io::Errno,
};
use sanchay_names::OsStrExt as _;

use sanchay::FileId;

use crate::{catalog::Catalog, file};

/// How many bytes of events are read at once.
const BUFFER: usize = 16 * 1024;

/// What the kernel tells of.
pub(super) struct Events {
    queue: OwnedFd,
    /// The names of the catalog's own files, and the folder that they are in.
    own: Vec<OsString>,
    home: Option<FileId>,
    /// That folder's number among those that are watched.
    watched_home: Option<i32>,
}

impl Events {
    pub(super) fn new(catalog: &Catalog) -> io::Result<Self> {
        let flags = CreateFlags::NONBLOCK | CreateFlags::CLOEXEC;
        let queue = inotify::init(flags)?;
        let (_, own) = file::real_names(catalog.path());
        let home = catalog.directory_id();
        Ok(Self { queue, own, home, watched_home: None })
    }

    /// Has the kernel tell of changes in roots and all folders in them.
    pub(super) fn watch(&mut self, roots: &[PathBuf]) -> io::Result<()> {
        let mut waiting: Vec<PathBuf> = roots.to_vec();
        while let Some(path) = waiting.pop() {
            match self.add(&path) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(error) => return Err(error),
            }
            let Ok(entries) = fs::read_dir(&path) else { continue };
            for entry in entries.flatten() {
                let is_folder = entry.file_type().is_ok_and(|it| it.is_dir());
                if is_folder {
                    waiting.push(entry.path());
                }
            }
        }
        Ok(())
    }

    /// Watches a folder, or a file that is a root; whether it is a folder.
    fn add(&mut self, path: &Path) -> io::Result<bool> {
        let wanted = WatchFlags::CREATE
            | WatchFlags::DELETE
            | WatchFlags::MOVED_FROM
            | WatchFlags::MOVED_TO
            | WatchFlags::MODIFY
            | WatchFlags::ATTRIB
            | WatchFlags::DELETE_SELF
            | WatchFlags::MOVE_SELF
            | WatchFlags::DONT_FOLLOW;
        let folder = wanted | WatchFlags::ONLYDIR;
        match inotify::add_watch(&self.queue, path, folder) {
            Ok(number) => {
                let id = fs::metadata(path)
                    .ok()
                    .map(|it| FileId { device: it.dev(), inode: it.ino() });
                if id.is_some() && id == self.home {
                    self.watched_home = Some(number);
                }
                Ok(true)
            }
            Err(Errno::NOTDIR) => {
                // What goes wrong with it, the walk tells.
                let _ = inotify::add_watch(&self.queue, path, wanted);
                Ok(false)
            }
            // There is no room for more.
            Err(errno @ (Errno::NOSPC | Errno::NOMEM)) => Err(errno.into()),
            Err(_) => Ok(false),
        }
    }

    /// Takes the events that there are; whether any is of a change, or some
    /// were lost.
    pub(super) fn drain(&mut self) -> bool {
        let mut space = [MaybeUninit::uninit(); BUFFER];
        let mut reader = Reader::new(&self.queue, &mut space);
        let mut found = false;
        while let Ok(event) = reader.next() {
            let at_home = self.watched_home == Some(event.wd());
            let is_own = event.file_name().is_some_and(|name| {
                let mut own = self.own.iter();
                own.any(|own| own.as_bytes() == name.to_bytes())
            });
            // Where its folder is not known, the name has to do: what it
            // writes itself must not make it look again.
            found |= !(is_own && (at_home || self.home.is_none()));
        }
        found
    }
}
