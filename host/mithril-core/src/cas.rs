//! Content by its digest, kept once however often it is stored.
//!
//! # Layout
//!
//! Of content with the address `ADDRESS` (its digest in hexadecimal), whose
//! first two digits are `AA`:
//!
//! | key | contents |
//! |---|---|
//! | `objects/AA/ADDRESS/COPY` | the content |
//! | `refs/AA/ADDRESS/COPY.REF` | nothing: a reference that relies on a copy |
//! | `marks/AA/ADDRESS/COPY.MARK` | nothing: somebody means to delete a copy |
//!
//! `COPY`, `REF` and `MARK` are names that nobody else gives.
//!
//! # Why nothing that is referenced is deleted
//!
//! Whoever stores relies on a copy by three steps: it puts its reference, finds
//! no mark of the copy, and finds the copy. Whoever deletes puts a mark, finds
//! no reference to the copy, deletes it, and removes its own mark. If the
//! deleter finds no reference, the reference was put later, and so the marks
//! were looked for later still, when the mark was there, or when the copy was
//! gone: either way, the copy is not relied upon. This needs no condition, no
//! lock and no clock, only that a listing shows what was put before it began,
//! as those of file systems, S3 and Google Cloud Storage do. Whoever finds no
//! copy to rely on makes one with a name of its own, and puts the reference
//! first.
//!
//! Two who store the same content at once may both keep a copy; of two who
//! store and delete it at once, each may leave a copy to the other that nothing
//! relies on. Where a server does not say that there was nothing to delete, as
//! S3 does not, two who delete at once may remove one reference: what is lost is
//! never content. Whoever is killed leaves at worst a copy without a reference, a reference without a
//! copy, or a mark: [`ContentAddressedStore::collect_garbage`] removes them. To
//! it, a reference that was put a moment ago and whose copy is still on its way
//! looks like one of these: that is what the age is for that it is given.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use sanchay_hashing::HashFunction;
use sanchay_objects::{
    ObjectMeta, StorageBackend, StorageError, unlikely_name,
};

/// Why content can be neither stored nor retrieved.
#[derive(Debug, thiserror::Error)]
pub enum CasError {
    /// There is no content with that address.
    #[error("No content has the address {0}")]
    NotFound(String),

    /// That cannot be an address: it is no digest of this hash function in
    /// lower-case hexadecimal.
    #[error("Invalid address: {0}")]
    InvalidAddress(String),

    /// What is stored does not have the digest that it is stored by.
    #[error("The content of the address {0} is damaged")]
    Corrupt(String),

    /// The storage refuses.
    #[error("Storage error: {0}")]
    Storage(#[from] StorageError),
}

/// Content by its digest.
#[async_trait]
pub trait ContentAddressable: Send + Sync {
    /// Stores content and returns its address. Each call adds a reference.
    ///
    /// # Errors
    /// [`CasError::Storage`].
    async fn store(&self, data: Bytes) -> Result<String, CasError>;

    /// The content of an address, whose digest has been checked.
    ///
    /// # Errors
    /// [`CasError::NotFound`], and [`CasError::Corrupt`] if no copy has the
    /// right digest.
    async fn retrieve(&self, address: &str) -> Result<Bytes, CasError>;

    /// Whether there is content with an address.
    ///
    /// # Errors
    /// Why that cannot be told.
    async fn contains(&self, address: &str) -> Result<bool, CasError>;

    /// Removes a reference, and with the last one the content.
    ///
    /// # Errors
    /// [`CasError::NotFound`] if there is no reference.
    async fn delete(&self, address: &str) -> Result<(), CasError>;

    /// How much there is.
    ///
    /// # Errors
    /// [`CasError::Storage`].
    async fn stats(&self) -> Result<CasStats, CasError>;
}

/// How much a store of content holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CasStats {
    /// How many different contents there are.
    pub total_objects: u64,
    /// How many bytes they take.
    pub total_bytes: u64,
    /// How many bytes more they would take if each reference had a copy.
    pub deduplicated_bytes: u64,
}

/// Content by its digest, in any storage, by any number of processes at once.
///
/// ```no_run
/// # use bytes::Bytes;
/// # mithril_core::runtime().block_on(async {
/// use mithril_core::{ContentAddressedStore, LocalStorage, XxHash3};
///
/// let storage = LocalStorage::new("/tmp/cas")?;
/// let cas = ContentAddressedStore::new(storage, XxHash3::new());
///
/// let address = cas.store(Bytes::from("content")).await?;
/// let retrieved = cas.retrieve(&address).await?;
/// # let _ = retrieved;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct ContentAddressedStore<S: StorageBackend, H: HashFunction> {
    storage: S,
    hasher: H,
}

/// What garbage was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Garbage {
    /// Copies that nothing relied on.
    pub copies: u64,
    /// References to copies that are not there, and marks of those who were
    /// killed.
    pub leftovers: u64,
}

impl<S: StorageBackend, H: HashFunction> ContentAddressedStore<S, H> {
    /// Keeps content in a storage, by the digests of a hash function. One that
    /// is not cryptographic is safe from accidents, not from enemies.
    pub fn new(storage: S, hasher: H) -> Self {
        Self { storage, hasher }
    }

    /// Stores content and returns its address. Each call adds a reference.
    ///
    /// # Errors
    /// [`CasError::Storage`].
    pub async fn store(&self, data: Bytes) -> Result<String, CasError> {
        let address = self.hasher.hash_hex(&data);
        let folder = self.folder(&address)?;
        for copy in self.names("objects", &folder).await? {
            if self.rely_on(&address, &format!("{folder}/{copy}")).await? {
                return Ok(address);
            }
        }
        let copy = format!("{folder}/{}", unlikely_name());
        let reference = format!("refs/{copy}.{}", unlikely_name());
        self.storage.put(&reference, Bytes::new()).await?;
        self.storage.put(&format!("objects/{copy}"), data).await?;
        Ok(address)
    }

    /// The content of an address, whose digest has been checked.
    ///
    /// # Errors
    /// [`CasError::NotFound`], and [`CasError::Corrupt`] if no copy has the
    /// right digest.
    pub async fn retrieve(&self, address: &str) -> Result<Bytes, CasError> {
        let folder = self.folder(address)?;
        loop {
            let (mut damaged, mut vanished) = (false, false);
            for copy in self.names("objects", &folder).await? {
                let key = format!("objects/{folder}/{copy}");
                let Some(data) = self.storage.get_opt(&key).await? else {
                    vanished = true;
                    continue;
                };
                if self.hasher.hash_hex(&data) == address {
                    return Ok(data);
                }
                damaged = true;
            }
            // Where copies were deleted meanwhile, others may have been made.
            if !vanished {
                return Err(match damaged {
                    true => CasError::Corrupt(address.to_owned()),
                    false => CasError::NotFound(address.to_owned()),
                });
            }
        }
    }

    /// Whether there is content with an address.
    ///
    /// # Errors
    /// Why that cannot be told.
    pub async fn contains(&self, address: &str) -> Result<bool, CasError> {
        let folder = self.folder(address)?;
        Ok(!self.names("objects", &folder).await?.is_empty())
    }

    /// Removes a reference, and with the last one the content.
    ///
    /// # Errors
    /// [`CasError::NotFound`] if there is no reference.
    pub async fn delete(&self, address: &str) -> Result<(), CasError> {
        let folder = self.folder(address)?;
        loop {
            let names = self.names("refs", &folder).await?;
            if names.is_empty() {
                return Err(CasError::NotFound(address.to_owned()));
            }
            for name in names {
                let reference = format!("{folder}/{name}");
                match self.storage.delete(&format!("refs/{reference}")).await {
                    // Somebody else was quicker: there may be another one,
                    // perhaps one that was put since.
                    Err(StorageError::NotFound(_)) => continue,
                    deleted => deleted?,
                }
                let Some((copy, _)) = reference.rsplit_once('.') else {
                    return Ok(());
                };
                let refs = self.storage.list(&format!("refs/{copy}.")).await?;
                if refs.is_empty() {
                    self.remove_copy(copy).await?;
                }
                return Ok(());
            }
        }
    }

    /// How much there is.
    ///
    /// # Errors
    /// [`CasError::Storage`].
    pub async fn stats(&self) -> Result<CasStats, CasError> {
        let copies = self.all("objects/").await?;
        let refs = self.storage.list("refs/").await?;
        let mut counts = BTreeMap::<&str, u64>::new();
        for reference in &refs {
            let copy = copy_of(reference).unwrap_or_default();
            let address = copy.rsplit_once('/').unwrap_or_default().0;
            *counts.entry(address).or_default() += 1;
        }
        let mut stats = CasStats::default();
        let mut sizes = BTreeMap::<&str, u64>::new();
        for copy in &copies {
            let name = copy.key.strip_prefix("objects/").unwrap_or_default();
            let address = name.rsplit_once('/').unwrap_or_default().0;
            sizes.insert(address, copy.size);
            stats.total_bytes += copy.size;
        }
        stats.total_objects = sizes.len() as u64;
        let referenced: u64 = sizes
            .iter()
            .map(|(address, size)| {
                size.saturating_mul(*counts.get(address).unwrap_or(&0))
            })
            .fold(0, u64::saturating_add);
        stats.deduplicated_bytes =
            referenced.saturating_sub(stats.total_bytes);
        Ok(stats)
    }

    /// Removes what those who were killed have left, if it is older than a
    /// time, within which whoever stores is done. Safe beside those who store
    /// and delete.
    ///
    /// # Errors
    /// [`CasError::Storage`].
    pub async fn collect_garbage(
        &self,
        age: Duration,
    ) -> Result<Garbage, CasError> {
        let mut garbage = Garbage::default();
        let old = |meta: &ObjectMeta| {
            let since = chrono::Utc::now() - meta.last_modified;
            since.to_std().is_ok_and(|since| since >= age)
        };
        // Copies first: the references to those made meanwhile are seen.
        let copies = self.all("objects/").await?;
        let refs = self.all("refs/").await?;
        let marks = self.all("marks/").await?;
        let relied_on: BTreeSet<_> =
            refs.iter().filter_map(|it| copy_of(&it.key)).collect();
        for copy in copies.iter().filter(|copy| old(copy)) {
            let Some(name) = copy.key.strip_prefix("objects/") else {
                continue;
            };
            if !relied_on.contains(name) && self.remove_copy(name).await? {
                garbage.copies += 1;
            }
        }
        for left in refs.iter().chain(&marks).filter(|it| old(it)) {
            let Some(name) = copy_of(&left.key) else { continue };
            let copy = format!("objects/{name}");
            if !self.storage.exists(&copy).await? {
                self.remove(&left.key).await?;
                garbage.leftovers += 1;
            }
        }
        Ok(garbage)
    }

    async fn all(&self, prefix: &str) -> Result<Vec<ObjectMeta>, CasError> {
        let found = self.storage.list_objects(prefix).await?;
        Ok(found.try_collect().await?)
    }

    /// The folder of an address in the three trees.
    fn folder(&self, address: &str) -> Result<String, CasError> {
        let hexadecimal =
            |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let right = address.len() == 2 * self.hasher.output_size()
            && address.bytes().all(hexadecimal);
        match address.get(..2).filter(|_| right) {
            Some(first) => Ok(format!("{first}/{address}")),
            None => Err(CasError::InvalidAddress(
                address.escape_debug().take(200).collect(),
            )),
        }
    }

    /// Names of what lies in the folder of an address in one of the trees.
    async fn names(
        &self,
        tree: &str,
        folder: &str,
    ) -> Result<Vec<String>, CasError> {
        let prefix = format!("{tree}/{folder}/");
        let keys = self.storage.list(&prefix).await?;
        let name = |key: String| key.strip_prefix(&prefix).map(str::to_owned);
        Ok(keys.into_iter().filter_map(name).collect())
    }

    /// Relies on a copy, if that is possible.
    async fn rely_on(
        &self,
        address: &str,
        copy: &str,
    ) -> Result<bool, CasError> {
        let reference = format!("refs/{copy}.{}", unlikely_name());
        self.storage.put(&reference, Bytes::new()).await?;
        let marks = self.storage.list(&format!("marks/{copy}.")).await?;
        let there = marks.is_empty()
            && self.storage.exists(&format!("objects/{copy}")).await?;
        if there {
            return Ok(true);
        }
        match self.storage.delete(&reference).await {
            // Somebody has taken this reference for one of those to delete,
            // and has left another one in its place.
            Err(StorageError::NotFound(_)) => match self.delete(address).await
            {
                Err(CasError::NotFound(_)) => {}
                deleted => deleted?,
            },
            deleted => deleted?,
        }
        Ok(false)
    }

    /// Deletes a copy, unless something relies on it.
    async fn remove_copy(&self, copy: &str) -> Result<bool, CasError> {
        let mark = format!("marks/{copy}.{}", unlikely_name());
        self.storage.put(&mark, Bytes::new()).await?;
        let refs = self.storage.list(&format!("refs/{copy}.")).await?;
        let free = refs.is_empty();
        if free {
            self.remove(&format!("objects/{copy}")).await?;
        }
        self.remove(&mark).await?;
        Ok(free)
    }

    /// Removes an object, if it is there.
    async fn remove(&self, key: &str) -> Result<(), CasError> {
        let keys = [key.to_owned()];
        Ok(self.storage.delete_many(&keys).await?)
    }
}

/// The copy that a reference or a mark is about: `AA/ADDRESS/COPY`.
fn copy_of(key: &str) -> Option<&str> {
    let (_, name) = key.split_once('/')?;
    Some(name.rsplit_once('.')?.0)
}

#[async_trait]
impl<S: StorageBackend, H: HashFunction> ContentAddressable
    for ContentAddressedStore<S, H>
{
    async fn store(&self, data: Bytes) -> Result<String, CasError> {
        Self::store(self, data).await
    }

    async fn retrieve(&self, address: &str) -> Result<Bytes, CasError> {
        Self::retrieve(self, address).await
    }

    async fn contains(&self, address: &str) -> Result<bool, CasError> {
        Self::contains(self, address).await
    }

    async fn delete(&self, address: &str) -> Result<(), CasError> {
        Self::delete(self, address).await
    }

    async fn stats(&self) -> Result<CasStats, CasError> {
        Self::stats(self).await
    }
}
