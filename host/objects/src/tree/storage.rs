//! Where files are that are named by paths and by URLs.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use sanchay_storage::{
    EntryKind, File, FileId, Metadata, Opened, Storage, StorageError,
};
use sanchay_sync::lock;

use super::directory::{CloudDirectory, Tree, failed, once};
use super::entries::FileEntry;
use super::url::CloudUrl;
use crate::{Bucket, CloudErrorKind, CloudOptions, Provider};

/// What URLs `s3://…` and `gs://…` name is in buckets; what other paths name
/// is in another storage. In buckets, nothing can be changed by this.
///
/// Its calls block, and are not to be made in a task of tokio's.
#[derive(Debug)]
pub struct CloudStorage {
    others: Arc<dyn Storage>,
    options: CloudOptions,
    trees: Mutex<HashMap<(Provider, String), Arc<Tree>>>,
}

impl CloudStorage {
    /// Buckets, and a storage for the other paths. Nothing is asked of a
    /// server, and no credentials are looked for, before a URL is opened.
    #[must_use]
    pub fn over(others: Arc<dyn Storage>, options: CloudOptions) -> Self {
        Self { others, options, trees: Mutex::default() }
    }

    fn tree(&self, url: &CloudUrl<'_>) -> Result<Arc<Tree>, StorageError> {
        let name = (url.provider, url.bucket.to_owned());
        once(lock(&self.trees).entry(name), || {
            let opened = Bucket::open(url.provider, url.bucket, &self.options);
            let bucket = opened.map_err(|error| {
                let kind = match &error {
                    crate::StorageError::PermissionDenied(_) => {
                        io::ErrorKind::PermissionDenied
                    }
                    _ => io::ErrorKind::Other,
                };
                StorageError::Io(io::Error::new(kind, error.to_string()))
            })?;
            Ok(Arc::new(Tree::new(bucket)))
        })
    }

    /// The object that a URL names, if there is one.
    fn object(
        tree: &Tree,
        url: &CloudUrl<'_>,
    ) -> Result<Option<FileEntry>, StorageError> {
        if url.key.is_empty() || url.key.ends_with('/') {
            return Ok(None);
        }
        match tree.bucket.head(url.key) {
            Ok(head) => Ok(Some(FileEntry::from(&head))),
            Err(error) => match error.kind() {
                // Who may not list is told the same of what is not there; and
                // a folder may well be called `..`.
                CloudErrorKind::NotFound
                | CloudErrorKind::Denied
                | CloudErrorKind::Unnameable => Ok(None),
                _ => Err(failed(error)),
            },
        }
    }

    fn open_url(&self, url: &CloudUrl<'_>) -> Result<Opened, StorageError> {
        let tree = self.tree(url)?;
        if let Some(entry) = Self::object(&tree, url)? {
            let (file, metadata): (File, Metadata) =
                tree.open(url.key, &entry);
            return Ok(Opened::File(file, metadata));
        }
        let directory = CloudDirectory::open(&tree, url.prefix())?;
        let id = directory.folder_id();
        Ok(Opened::Directory(Box::new(directory), id))
    }

    fn stat_url(
        &self,
        url: &CloudUrl<'_>,
    ) -> Result<(EntryKind, Metadata), StorageError> {
        let tree = self.tree(url)?;
        if let Some(entry) = Self::object(&tree, url)? {
            return Ok((EntryKind::File, tree.metadata(url.key, &entry)));
        }
        let prefix = url.prefix();
        if !prefix.is_empty() {
            let found = tree.bucket.page(&prefix, false, None, Some(1));
            let found = found.map_err(failed)?;
            if found.objects.is_empty() && found.next.is_none() {
                return Err(io::Error::from(io::ErrorKind::NotFound).into());
            }
        }
        Ok((EntryKind::Directory, tree.folder_metadata(&prefix)))
    }
}

impl Storage for CloudStorage {
    fn open(&self, path: &Path) -> Result<Opened, StorageError> {
        match CloudUrl::of(path) {
            Some(url) => self.open_url(&url),
            None => self.others.open(path),
        }
    }

    fn stat(
        &self,
        path: &Path,
    ) -> Result<(EntryKind, Metadata), StorageError> {
        match CloudUrl::of(path) {
            Some(url) => self.stat_url(&url),
            None => self.others.stat(path),
        }
    }

    fn locate(&self, path: &Path) -> Result<(FileId, Vec<u8>), StorageError> {
        match CloudUrl::of(path) {
            // An object has one name.
            Some(_) => Err(StorageError::unsupported()),
            None => self.others.locate(path),
        }
    }

    fn parent(&self, path: &Path) -> PathBuf {
        let Some(url) = CloudUrl::of(path) else {
            return self.others.parent(path);
        };
        let CloudUrl { provider, bucket, key } = url;
        let key = key.strip_suffix('/').unwrap_or(key);
        let above =
            key.rfind('/').map_or("", |at| key.get(..=at).unwrap_or_default());
        format!("{}{bucket}/{above}", provider.scheme()).into()
    }

    fn canonical(&self, path: &Path) -> Result<PathBuf, StorageError> {
        match CloudUrl::of(path) {
            Some(_) => Ok(path.to_owned()),
            None => self.others.canonical(path),
        }
    }
}
