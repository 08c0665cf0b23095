//! Folders of a bucket.

use std::any::Any;
use std::collections::hash_map::Entry;
use std::io;
use std::sync::{Arc, Mutex};

use sanchay_storage::{
    Confined, Directory, EntryKind, File, FileId, FileSystemId, Links,
    Listing, Metadata, ObjectFacts, StorageError, Timestamp,
};
use sanchay_sync::lock;
use xxhash_rust::xxh3::xxh3_64;

use super::entries::{Entries, FileEntry, Slice};
use super::file::CloudFile;
use crate::{Bucket, CloudError, CloudErrorKind};

/// A bucket that is walked, and what identifies it.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    pub(super) bucket: Bucket,
    /// What stands for a device: a number made of the bucket's address, with
    /// its highest bit set, which no device of this machine has.
    pub(super) device: u64,
}

impl Tree {
    pub(super) fn new(bucket: Bucket) -> Self {
        let device = xxh3_64(bucket.address().as_bytes()) | 1 << 63;
        Self { bucket, device }
    }

    /// What identifies an object: its key and its tag.
    fn id_of(&self, key: &str, etag: Option<&str>) -> FileId {
        let mut name = Vec::from(key);
        name.push(0);
        name.extend_from_slice(etag.unwrap_or_default().as_bytes());
        FileId { device: self.device, inode: xxh3_64(&name) }
    }

    pub(super) fn folder_id(&self, prefix: &str) -> FileId {
        // Every folder of a bucket has a slash at its end, and no tag.
        self.id_of(&format!("/{prefix}"), None)
    }

    pub(super) fn file_system(&self) -> FileSystemId {
        FileSystemId { kind: 0, id: self.device }
    }

    pub(super) fn metadata(&self, key: &str, entry: &FileEntry) -> Metadata {
        let modified = Timestamp { seconds: entry.modified, nanoseconds: 0 };
        let tag = entry.etag.as_deref();
        Metadata {
            size: entry.size,
            modified,
            changed: modified,
            allocated: entry.size,
            id: self.id_of(key, tag),
            object: Some(ObjectFacts {
                etag: tag.and_then(sanchay_storage::EntityTag::parse),
                storage_class: entry.class,
            }),
            ..Metadata::of_kind(EntryKind::File, 0o100_644)
        }
    }

    pub(super) fn folder_metadata(&self, prefix: &str) -> Metadata {
        Metadata {
            id: self.folder_id(prefix),
            object: Some(ObjectFacts::default()),
            ..Metadata::of_kind(EntryKind::Directory, 0o040_755)
        }
    }

    /// Opens an object that was listed.
    pub(super) fn open(
        &self,
        key: &str,
        entry: &FileEntry,
    ) -> (File, Metadata) {
        let metadata = self.metadata(key, entry);
        let tag = entry.etag.as_deref();
        let known = entry.has_checksum;
        let file = CloudFile::new(self, key, metadata, tag, None, known);
        (File::new(Box::new(file)), metadata)
    }

    /// Opens an object of which nothing is known: its beginning is read.
    pub(super) fn open_unlisted(
        &self,
        key: &str,
    ) -> Result<(File, Metadata), StorageError> {
        let first = 0..super::file::FIRST;
        let (head, bytes) = match self.bucket.range(key, first, None) {
            Ok(part) => (part.head, part.bytes),
            // No part of an empty object can be asked for.
            Err(error) if error.kind() == CloudErrorKind::Range => {
                (self.bucket.head(key).map_err(failed)?, bytes::Bytes::new())
            }
            Err(error) => return Err(failed(error)),
        };
        let entry = FileEntry::from(&head);
        let metadata = self.metadata(key, &entry);
        let tag = entry.etag.as_deref();
        // What comes with a part tells nothing of digests of the whole.
        let bytes = Some(bytes);
        let file = CloudFile::new(self, key, metadata, tag, bytes, true);
        Ok((File::new(Box::new(file)), metadata))
    }
}

impl From<&crate::ObjectHead> for FileEntry {
    fn from(head: &crate::ObjectHead) -> Self {
        let class = head.storage_class.as_deref();
        Self {
            size: head.size,
            modified: head.modified.timestamp(),
            etag: head.etag.as_deref().map(Box::from),
            class: class.and_then(sanchay_storage::storage_class),
            has_checksum: !head.checksums.is_empty(),
        }
    }
}

pub(super) fn failed(error: CloudError) -> StorageError {
    StorageError::Io(error.into())
}

/// What the system says of a file that is not there, in every POSIX.
const ENOENT: i32 = 2;

pub(super) fn not_found() -> StorageError {
    io::Error::from_raw_os_error(ENOENT).into()
}

/// A folder of a bucket.
#[derive(Debug)]
pub(super) struct CloudDirectory {
    tree: Arc<Tree>,
    /// What the keys begin with of all that is in it.
    prefix: String,
    known: Mutex<Known>,
}

/// What is known of a folder's contents.
#[derive(Debug)]
enum Known {
    /// Nothing: it is opened, not listed.
    Nothing,
    /// All that is in it, at any depth.
    Whole(Slice),
    /// The beginning of it was listed, and there is more.
    More,
    /// It is listed.
    Listed(Arc<Entries>),
}

impl CloudDirectory {
    /// A folder, of which nothing is asked yet.
    fn new(tree: &Arc<Tree>, prefix: String, whole: Option<Slice>) -> Self {
        let known = whole.map_or(Known::Nothing, Known::Whole);
        Self { tree: Arc::clone(tree), prefix, known: Mutex::new(known) }
    }

    /// Opens a folder that must be there: one in which something is, marks
    /// included, or the bucket itself.
    pub(super) fn open(
        tree: &Arc<Tree>,
        prefix: String,
    ) -> Result<Self, StorageError> {
        let this = Self::new(tree, prefix, None);
        this.look()?;
        let nothing = match &*lock(&this.known) {
            Known::Whole(slice) => slice.is_empty(),
            _ => false,
        };
        match nothing && !this.prefix.is_empty() {
            true => Err(not_found()),
            false => Ok(this),
        }
    }

    pub(super) fn folder_id(&self) -> FileId {
        self.tree.folder_id(&self.prefix)
    }

    /// Asks for the first page of all that is in it, at any depth. Where that
    /// is all, nothing more is asked of the folders below.
    fn look(&self) -> Result<(), StorageError> {
        let page = self.tree.bucket.page(&self.prefix, false, None, None);
        let page = page.map_err(failed)?;
        *lock(&self.known) = match page.next {
            None => Known::Whole(Slice::of(page.objects)),
            Some(_) => Known::More,
        };
        Ok(())
    }

    /// Lists the first level page by page: between these names, or more.
    fn list_level(
        &self,
        (from, to): (&[u8], Option<&[u8]>),
        entries: &mut Entries,
    ) -> Result<(), StorageError> {
        let after = shortened(from).map(|it| format!("{}{it}", self.prefix));
        let end = to.map(|to| [self.prefix.as_bytes(), to].concat());
        for page in self.tree.bucket.pages_after(&self.prefix, after, true) {
            let page = page.map_err(failed)?;
            for object in &page.objects {
                let name = object.key.get(self.prefix.len()..);
                entries.object(name.unwrap_or_default(), object);
            }
            for folder in &page.folders {
                let name = folder.get(self.prefix.len()..);
                let name = name.and_then(|it| it.strip_suffix('/'));
                // A server that lists what has no slash lists it again as
                // an object.
                if let Some(name) = name {
                    entries.folder(name);
                }
            }
            let object = page.objects.last().map(|it| it.key.as_str());
            let last = object.max(page.folders.last().map(String::as_str));
            let is_behind = |last: &str| {
                end.as_deref().is_some_and(|end| last.as_bytes() >= end)
            };
            if last.is_some_and(is_behind) {
                return Ok(());
            }
        }
        Ok(())
    }

    fn push(
        entries: &Entries,
        listing: &mut Listing,
    ) -> Result<(), StorageError> {
        let files = entries.files.keys().map(|it| (it, EntryKind::File));
        let folders = entries.folders.keys();
        let folders = folders.map(|it| (it, EntryKind::Directory));
        for (name, kind) in files.chain(folders) {
            if !listing.push(name.as_bytes(), kind) {
                let why = "the names in it take up more than 4 GiB";
                return Err(io::Error::other(why).into());
            }
        }
        Ok(())
    }

    fn listed(&self) -> Option<Arc<Entries>> {
        match &*lock(&self.known) {
            Known::Listed(entries) => Some(Arc::clone(entries)),
            _ => None,
        }
    }

    /// The key of an entry. Names are those of keys: UTF-8.
    fn key(&self, name: &[u8]) -> Result<String, StorageError> {
        let name = std::str::from_utf8(name).map_err(|_| not_found())?;
        Ok(format!("{}{name}", self.prefix))
    }
}

/// What comes before a name, and before what lies in a folder of that name;
/// `None` where that is nothing.
fn shortened(name: &[u8]) -> Option<&str> {
    let name = str::from_utf8(name).ok()?;
    let (last, _) = name.char_indices().next_back()?;
    name.get(..last).filter(|rest| !rest.is_empty())
}

fn name_of(name: &[u8]) -> Option<&str> {
    std::str::from_utf8(name).ok()
}

impl Directory for CloudDirectory {
    fn list(&self, listing: &mut Listing) -> Result<(), StorageError> {
        listing.clear();
        if matches!(*lock(&self.known), Known::Nothing) {
            self.look()?;
        }
        let whole = match &*lock(&self.known) {
            Known::Whole(slice) => Some(slice.clone()),
            Known::Listed(entries) => return Self::push(entries, listing),
            Known::Nothing | Known::More => None,
        };
        let mut entries = Entries::default();
        let listed = match whole {
            Some(slice) => {
                entries = Entries::of_whole(&self.prefix, &slice);
                Ok(())
            }
            None => self.list_level(listing.bounds(), &mut entries),
        };
        // What was listed before an error is told.
        let pushed = Self::push(&entries, listing);
        *lock(&self.known) = Known::Listed(Arc::new(entries));
        listed.and(pushed)
    }

    fn stat(
        &self,
        name: &[u8],
        _: Links,
    ) -> Result<(EntryKind, Metadata), StorageError> {
        let key = self.key(name)?;
        let Some(entries) = self.listed() else {
            let head = self.tree.bucket.head(&key).map_err(failed)?;
            let entry = FileEntry::from(&head);
            return Ok((EntryKind::File, self.tree.metadata(&key, &entry)));
        };
        let name = name_of(name).unwrap_or_default();
        if let Some(entry) = entries.files.get(name) {
            return Ok((EntryKind::File, self.tree.metadata(&key, entry)));
        }
        match entries.folders.contains_key(name) {
            true => {
                let metadata = self.tree.folder_metadata(&format!("{key}/"));
                Ok((EntryKind::Directory, metadata))
            }
            false => Err(not_found()),
        }
    }

    fn read_link(&self, _: &[u8]) -> Result<Vec<u8>, StorageError> {
        Err(io::Error::from(io::ErrorKind::InvalidInput).into())
    }

    fn open_file(
        &self,
        name: &[u8],
        _: Links,
    ) -> Result<(File, Metadata), StorageError> {
        let key = self.key(name)?;
        let Some(entries) = self.listed() else {
            return self.tree.open_unlisted(&key);
        };
        let name = name_of(name).unwrap_or_default();
        match entries.files.get(name) {
            Some(entry) => Ok(self.tree.open(&key, entry)),
            None if entries.folders.contains_key(name) => {
                Err(StorageError::NotRegular("a directory"))
            }
            None => Err(not_found()),
        }
    }

    fn open_dir(
        &self,
        name: &[u8],
        _: Links,
    ) -> Result<Box<dyn Directory>, StorageError> {
        let prefix = format!("{}/", self.key(name)?);
        let whole = match self.listed() {
            None => None,
            Some(entries) => {
                let name = name_of(name).unwrap_or_default();
                let found = entries.folders.get(name);
                found.ok_or_else(not_found)?.clone()
            }
        };
        Ok(Box::new(Self::new(&self.tree, prefix, whole)))
    }

    fn open_descendant(&self, names: &[&[u8]]) -> Option<Box<dyn Directory>> {
        let mut prefix = self.prefix.clone();
        for name in names {
            prefix.push_str(name_of(name)?);
            prefix.push('/');
        }
        Some(Box::new(Self::new(&self.tree, prefix, None)))
    }

    fn id(&self) -> Result<FileId, StorageError> {
        Ok(self.folder_id())
    }

    fn file_system_id(&self) -> Option<FileSystemId> {
        Some(self.tree.file_system())
    }

    fn confined(&self) -> Result<Box<dyn Confined>, StorageError> {
        // There are no links that anything could be led by.
        Ok(Box::new(NoLinks))
    }

    fn create(&self, _: &[u8]) -> Result<File, StorageError> {
        Err(StorageError::unsupported())
    }

    fn try_clone(&self) -> Result<Box<dyn Directory>, StorageError> {
        let whole = None;
        Ok(Box::new(Self::new(&self.tree, self.prefix.clone(), whole)))
    }

    fn rename(
        &self,
        _: &[u8],
        _: &dyn Directory,
        _: &[u8],
    ) -> Result<(), StorageError> {
        Err(StorageError::unsupported())
    }

    fn remove_file(&self, _: &[u8]) -> Result<(), StorageError> {
        Err(StorageError::unsupported())
    }

    fn remove_dir(&self, _: &[u8]) -> Result<(), StorageError> {
        Err(StorageError::unsupported())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// What resolves links where there are none.
#[derive(Debug)]
struct NoLinks;

impl Confined for NoLinks {
    fn open(&self, _: &[u8]) -> Result<sanchay_storage::Opened, StorageError> {
        Err(StorageError::Link)
    }

    fn stat(&self, _: &[u8]) -> Result<(EntryKind, Metadata), StorageError> {
        Err(StorageError::Link)
    }
}

/// The trees of the buckets that were come upon, each made once.
pub(super) fn once<K, V, E>(
    entry: Entry<'_, K, V>,
    make: impl FnOnce() -> Result<V, E>,
) -> Result<V, E>
where
    V: Clone,
{
    Ok(match entry {
        Entry::Occupied(known) => known.get().clone(),
        Entry::Vacant(place) => place.insert(make()?).clone(),
    })
}
