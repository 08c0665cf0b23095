//! What blocks: the files of a folder, by keys that have been checked.

use std::io::{self, ErrorKind};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use sanchay_storage::{
    DIRECTORY_MODE, Directory, EntryKind, File, KindSet, Links, Listing,
    LocalStorage, Metadata, Opened, Storage as _, StorageError as Refusal,
    Timestamp,
};
use tempfile::TempDir;

use super::failure;
use super::part::Part;
use crate::{ObjectMeta, StorageError, key};

/// The folder of what is being written.
const INCOMING: [&[u8]; 2] = [b".mithril", b"incoming"];

/// After this time without growth, a file is taken for abandoned.
const STALE: Duration = Duration::from_secs(24 * 3600);

/// A folder, open.
pub(super) struct Folder {
    path: PathBuf,
    root: Arc<dyn Directory>,
    incoming: Mutex<Option<Arc<dyn Directory>>>,
    durable: bool,
    /// Whether this process has looked for what others abandoned.
    swept: AtomicBool,
    /// Removes the folder.
    temporary: Option<Arc<TempDir>>,
}

/// An object, open.
pub(super) struct Object {
    file: File,
    key: String,
    pub(super) size: u64,
}

/// What is called for each object of a listing: its folder, its name there,
/// its key.
pub(super) type Found<'a> =
    dyn FnMut(&dyn Directory, &[u8], String) -> Result<(), StorageError> + 'a;

impl Folder {
    pub(super) fn open(path: &Path) -> Result<Self, StorageError> {
        let opened = LocalStorage::new()
            .open(path)
            .map_err(|error| failure::of_root(path, &error))?;
        let Opened::Directory(root, _) = opened else {
            let error = io::Error::from(ErrorKind::NotADirectory);
            return Err(failure::of_root(path, &error.into()));
        };
        Ok(Self {
            path: path.to_owned(),
            root: root.into(),
            incoming: Mutex::new(None),
            durable: true,
            swept: AtomicBool::new(false),
            temporary: None,
        })
    }

    /// Removes the folder with its last handle.
    pub(super) fn delete_with_last(&mut self, temporary: TempDir) {
        self.temporary = Some(Arc::new(temporary));
    }

    pub(super) fn with_durability(&self, durable: bool) -> Self {
        Self {
            path: self.path.clone(),
            root: Arc::clone(&self.root),
            incoming: Mutex::new(None),
            durable,
            swept: AtomicBool::new(self.swept.load(Relaxed)),
            temporary: self.temporary.clone(),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens an object.
    pub(super) fn open_object(
        &self,
        key: &str,
    ) -> Result<Object, StorageError> {
        let opened = self.at(key, |directory, name| {
            directory.open_file(name, Links::Refuse)
        });
        let (file, metadata) =
            opened.map_err(|error| failure::of_reading(key, &error))?;
        Ok(Object { file, key: key.to_owned(), size: metadata.size })
    }

    pub(super) fn read(&self, key: &str) -> Result<Bytes, StorageError> {
        let object = self.open_object(key)?;
        object.read(0..object.size)
    }

    pub(super) fn stat(&self, key: &str) -> Result<ObjectMeta, StorageError> {
        let found = self
            .at(key, |directory, name| directory.stat(name, Links::Refuse));
        match found {
            Ok((EntryKind::File, metadata)) => {
                Ok(meta(key.to_owned(), &metadata))
            }
            Ok(_) => Err(StorageError::NotFound(key.to_owned())),
            Err(error) => Err(failure::of_reading(key, &error)),
        }
    }

    pub(super) fn delete(&self, key: &str) -> Result<(), StorageError> {
        // Neither a link nor what is no file is an object; and a folder is
        // refused by one system as a thing that must not be unlinked.
        self.stat(key)?;
        let deleted = self.at(key, |directory, name| {
            directory.remove_file(name)?;
            self.sync(directory)
        });
        deleted.map_err(|error| failure::of_reading(key, &error))
    }

    /// Begins to write a file.
    pub(super) fn begin(&self) -> Result<Part, StorageError> {
        if !self.swept.swap(true, Relaxed) {
            // Whatever is in the way of it is in nobody's way.
            self.remove_stale(STALE).ok();
        }
        self.create_part()
            .map_err(|error| failure::of_root(&self.path, &error))
    }

    fn create_part(&self) -> Result<Part, Refusal> {
        match Part::create(self.incoming(false)?) {
            // The folder has been removed since it was opened.
            Err(error) if error.is(ErrorKind::NotFound) => {
                Part::create(self.incoming(true)?)
            }
            created => created,
        }
    }

    /// Makes a file that was written the object, in place of what was.
    pub(super) fn finish(
        &self,
        part: Part,
        key: &str,
    ) -> Result<(), StorageError> {
        let finished = self.name(part, key, |part, to, name| {
            match part.replace(to, name) {
                Err(error) if error.is(ErrorKind::IsADirectory) => {
                    // The empty folder that deleted objects left.
                    to.remove_dir(name.as_bytes())?;
                    part.replace(to, name)
                }
                replaced => replaced,
            }
        });
        finished.map_err(|error| failure::of_writing(key, &error))
    }

    /// Makes a file that was written the object, unless there is one.
    pub(super) fn finish_new(
        &self,
        part: Part,
        key: &str,
    ) -> Result<bool, StorageError> {
        let finished = self.name(part, key, Part::rename);
        match finished {
            Err(error)
                if error.is(ErrorKind::AlreadyExists)
                    && self.stat(key).is_ok() =>
            {
                Ok(false)
            }
            Err(error) => Err(failure::of_writing(key, &error)),
            Ok(()) => Ok(true),
        }
    }

    /// Names a file that was written.
    fn name(
        &self,
        mut part: Part,
        key: &str,
        name_it: impl FnOnce(
            &mut Part,
            &dyn Directory,
            &str,
        ) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        if self.durable {
            part.sync()?;
        }
        let (parents, name) = split(key);
        let directory = self.descend(&parents, true)?;
        name_it(&mut part, &*directory, name)?;
        self.sync(&*directory)
    }

    /// Calls back for each object whose key begins with a prefix.
    pub(super) fn list(
        &self,
        prefix: &str,
        found: &mut Found<'_>,
    ) -> Result<(), StorageError> {
        // The last component may be the beginning of a name.
        let (folder, beginning) = match prefix.rsplit_once('/') {
            Some((folder, beginning)) => (folder, beginning),
            None => ("", prefix),
        };
        let parents: Vec<&str> =
            folder.split('/').filter(|name| !name.is_empty()).collect();
        let directory = match self.descend(&parents, false) {
            Ok(directory) => directory,
            Err(error) => {
                return match failure::of_reading(folder, &error) {
                    StorageError::NotFound(_) => Ok(()),
                    error => Err(error),
                };
            }
        };
        let mut path = String::from(folder);
        if !folder.is_empty() {
            path.push('/');
        }
        list_beneath(&*directory, &mut path, beginning, found)
    }

    /// Removes files that were being written and have not grown for a time.
    pub(super) fn remove_stale(
        &self,
        age: Duration,
    ) -> Result<u64, StorageError> {
        let all = |error: Refusal| failure::of_root(&self.path, &error);
        let Some(incoming) = self.root.open_descendant(&INCOMING) else {
            return Ok(0);
        };
        let mut listing = Listing::new(KindSet::FILES, false, false);
        incoming.list(&mut listing).map_err(all)?;
        let mut removed = 0;
        for index in 0..listing.len() {
            let name = listing.name(index);
            let Ok((_, metadata)) = incoming.stat(name, Links::Refuse) else {
                continue;
            };
            let stale = SystemTime::try_from(metadata.modified)
                .ok()
                .and_then(|time| SystemTime::now().duration_since(time).ok())
                .is_some_and(|since| since >= age);
            if stale {
                incoming.remove_file(name).map_err(all)?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Does something with the name of an object, in its folder.
    fn at<T>(
        &self,
        key: &str,
        act: impl FnOnce(&dyn Directory, &[u8]) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let (parents, name) = split(key);
        act(&*self.descend(&parents, false)?, name.as_bytes())
    }

    /// Opens a folder, following no link. It is created, durably, if it is
    /// missing and `create`.
    fn descend(
        &self,
        names: &[&str],
        create: bool,
    ) -> Result<Box<dyn Directory>, Refusal> {
        if names.is_empty() {
            return self.root.try_clone();
        }
        let bytes: Vec<&[u8]> =
            names.iter().map(|name| name.as_bytes()).collect();
        if let Some(directory) = self.root.open_descendant(&bytes) {
            return Ok(directory);
        }
        let mut at = self.root.try_clone()?;
        for name in bytes {
            at = match at.open_dir(name, Links::Refuse) {
                Err(error) if create && error.is(ErrorKind::NotFound) => {
                    self.create_dir(&*at, name)?;
                    at.open_dir(name, Links::Refuse)?
                }
                opened => opened?,
            };
        }
        Ok(at)
    }

    fn create_dir(
        &self,
        at: &dyn Directory,
        name: &[u8],
    ) -> Result<(), Refusal> {
        match at.create_dir(name, DIRECTORY_MODE) {
            // Somebody else was quicker, and may not have flushed it yet.
            Err(error) if error.is(ErrorKind::AlreadyExists) => {}
            created => created?,
        }
        self.sync(at)
    }

    fn sync(&self, directory: &dyn Directory) -> Result<(), Refusal> {
        if self.durable { directory.sync() } else { Ok(()) }
    }

    /// The folder of what is being written.
    fn incoming(&self, anew: bool) -> Result<Arc<dyn Directory>, Refusal> {
        let mut incoming = sanchay_sync::lock(&self.incoming);
        match &*incoming {
            Some(open) if !anew => Ok(Arc::clone(open)),
            _ => {
                let mut at = self.root.try_clone()?;
                for name in INCOMING {
                    self.create_dir(&*at, name)?;
                    at = at.open_dir(name, Links::Refuse)?;
                }
                let open: Arc<dyn Directory> = at.into();
                *incoming = Some(Arc::clone(&open));
                Ok(open)
            }
        }
    }
}

impl Object {
    /// Reads part of it, which it has.
    pub(super) fn read(
        &self,
        range: Range<u64>,
    ) -> Result<Bytes, StorageError> {
        let failed = |error: io::Error| {
            failure::of_reading(&self.key, &Refusal::Io(error))
        };
        let size = range.end.saturating_sub(range.start);
        let size = usize::try_from(size)
            .map_err(|_| failed(ErrorKind::OutOfMemory.into()))?;
        let mut space = Vec::new();
        space
            .try_reserve_exact(size)
            .map_err(|_| failed(ErrorKind::OutOfMemory.into()))?;
        space.resize(size, 0);
        let mut filled = 0;
        while let Some(rest) = space.get_mut(filled..)
            && !rest.is_empty()
        {
            let at = range.start + filled as u64;
            match self.file.read_at(rest, at) {
                Ok(0) => return Err(failed(ErrorKind::UnexpectedEof.into())),
                Ok(got) => filled += got,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(failed(error)),
            }
        }
        Ok(space.into())
    }
}

/// The folders of a key, and its name in the last of them.
fn split(key: &str) -> (Vec<&str>, &str) {
    match key.rsplit_once('/') {
        Some((parents, name)) => (parents.split('/').collect(), name),
        None => (Vec::new(), key),
    }
}

/// Lists the objects in and beneath a folder, whose path ends with a slash or
/// is empty. Those at its top have names with a certain beginning.
fn list_beneath(
    directory: &dyn Directory,
    path: &mut String,
    beginning: &str,
    found: &mut Found<'_>,
) -> Result<(), StorageError> {
    let kinds = KindSet::FILES.with(EntryKind::Directory);
    let mut listing = Listing::new(kinds, false, false);
    let failed =
        |path: &str, error: &Refusal| failure::of_reading(path, error);
    if let Err(error) = directory.list(&mut listing) {
        return match failed(path, &error) {
            // It has been removed meanwhile.
            StorageError::NotFound(_) => Ok(()),
            error => Err(error),
        };
    }
    for index in 0..listing.len() {
        let name = listing.name(index);
        // What is not UTF-8 is nobody's key.
        let Ok(text) = str::from_utf8(name) else { continue };
        if !text.starts_with(beginning) {
            continue;
        }
        let mut kind = listing.kinds().get(index).copied();
        if kind == Some(EntryKind::Unknown) {
            let known = directory.stat(name, Links::Refuse);
            kind = known.ok().map(|(kind, _)| kind);
        }
        let length = path.len();
        path.push_str(text);
        let result = match kind {
            Some(EntryKind::File) if key::is_valid(path) => {
                found(directory, name, path.clone())
            }
            Some(EntryKind::Directory) if key::is_valid(path) => {
                match directory.open_dir(name, Links::Refuse) {
                    Ok(beneath) => {
                        path.push('/');
                        list_beneath(&*beneath, path, "", found)
                    }
                    Err(error) => match failed(path, &error) {
                        // It has been removed meanwhile.
                        StorageError::NotFound(_) => Ok(()),
                        error => Err(error),
                    },
                }
            }
            _ => Ok(()),
        };
        path.truncate(length);
        result?;
    }
    Ok(())
}

/// What is known of an object that was listed; `None` if it is gone.
pub(super) fn meta_of(
    directory: &dyn Directory,
    name: &[u8],
    key: String,
) -> Result<Option<ObjectMeta>, StorageError> {
    match directory.stat(name, Links::Refuse) {
        Ok((EntryKind::File, metadata)) => Ok(Some(meta(key, &metadata))),
        Ok(_) => Ok(None),
        Err(error) => match failure::of_reading(&key, &error) {
            StorageError::NotFound(_) => Ok(None),
            error => Err(error),
        },
    }
}

fn meta(key: String, metadata: &Metadata) -> ObjectMeta {
    let Timestamp { seconds, nanoseconds } = metadata.modified;
    let etag = format!(
        "{:x}-{seconds:x}.{nanoseconds:x}-{:x}",
        metadata.id.inode, metadata.size,
    );
    ObjectMeta {
        key,
        size: metadata.size,
        last_modified: DateTime::<Utc>::from_timestamp(seconds, nanoseconds)
            .unwrap_or_default(),
        etag: Some(etag),
        content_type: None,
    }
}
