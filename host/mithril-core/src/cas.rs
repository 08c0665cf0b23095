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
//! | `claims/AA/ADDRESS/COPY.CLAIM` | nothing: somebody means to rely on a copy |
//! | `refs/AA/ADDRESS/COPY.REF` | nothing: a reference that relies on a copy |
//! | `marks/AA/ADDRESS/COPY.MARK` | nothing: somebody means to delete a copy |
//!
//! `COPY`, `CLAIM`, `REF` and `MARK` are names that nobody else gives, and no
//! name is given twice: a copy that is not there will not come back.
//!
//! # Why nothing that is referenced is deleted
//!
//! Whoever stores makes a copy, unless there is one, and relies on it by these
//! steps: it (1) puts a claim, (2) finds no mark of the copy, (3) finds the
//! copy, (4) puts its reference, (5) finds its claim, and removes that. If any
//! of this fails, it takes its claim back and makes another copy. Whoever
//! deletes (1) puts a mark, (2) finds no claim of the copy, (3) finds no
//! reference to it, and then deletes it, and removes its own mark at last.
//!
//! Let a copy be relied upon, and let somebody delete it. The claim was there
//! from its step 1 to its step 5, and the reference from step 4 on. So the
//! deleter, which found neither, looked for claims before the claim was put: it
//! cannot have done so behind step 5, since it looked for references later
//! still. Then its mark was there before the claim, and the other looked for
//! marks behind that: it found the mark, or the copy was gone. Either way it
//! did not rely on the copy.
//!
//! This needs no condition, no lock and no clock, only that a listing shows what
//! was put before it began, as those of file systems, S3 and Google Cloud
//! Storage do. A reference that is relied upon is removed by `delete` alone,
//! which looks afterwards whether it was the last.
//!
//! Two who store the same content at once may both keep a copy; of two who
//! store and delete it at once, each may leave a copy to the other that nothing
//! relies on. Where a server does not say that there was nothing to delete, as
//! S3 does not, two who delete at once may remove one reference: what is lost is
//! never content. Whoever is killed leaves at worst a copy without a reference,
//! a claim, a mark, or a reference that nobody knows of, which keeps its
//! content. [`ContentAddressedStore::collect_garbage`] removes all but the
//! last, beside those who store and delete. It is given an age only so that it
//! leaves alone what others are at: if it takes away a copy that was just made,
//! or a claim, whoever made that notices in step 3 or 5 and makes another.

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

/// How many copies are made where collections take them away meanwhile.
const TRIES: usize = 16;

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
    /// References to copies that are not there, and claims and marks of those
    /// who were killed.
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
            if self.rely_on(&format!("{folder}/{copy}")).await? {
                return Ok(address);
            }
        }
        for _ in 0..TRIES {
            let copy = format!("{folder}/{}", unlikely_name());
            let key = format!("objects/{copy}");
            self.storage.put(&key, data.clone()).await?;
            if self.rely_on(&copy).await? {
                return Ok(address);
            }
        }
        let why = "what was stored was collected again and again";
        Err(StorageError::Other(why.to_owned()).into())
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
    /// time. Safe beside those who store and delete, whatever the time and the
    /// clocks are; with one that is longer than storing takes, nobody has to
    /// store twice.
    ///
    /// # Errors
    /// [`CasError::Storage`].
    pub async fn collect_garbage(
        &self,
        age: Duration,
    ) -> Result<Garbage, CasError> {
        let mut garbage = Garbage::default();
        let old = |meta: &&ObjectMeta| {
            let since = chrono::Utc::now() - meta.last_modified;
            since.to_std().is_ok_and(|since| since >= age)
        };
        let copies = self.all("objects/").await?;
        let claims = self.all("claims/").await?;
        let refs = self.all("refs/").await?;
        let marks = self.all("marks/").await?;
        // Whoever goes on with one of them notices, and stores again.
        for claim in claims.iter().filter(old) {
            self.remove(&claim.key).await?;
            garbage.leftovers += 1;
        }
        let relied_on: BTreeSet<_> =
            refs.iter().filter_map(|it| copy_of(&it.key)).collect();
        for copy in copies.iter().filter(old) {
            let Some(name) = copy.key.strip_prefix("objects/") else {
                continue;
            };
            if !relied_on.contains(name) && self.remove_copy(name).await? {
                garbage.copies += 1;
            }
        }
        // A copy that is not there will not come back.
        for left in refs.iter().chain(&marks).filter(old) {
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
    async fn rely_on(&self, copy: &str) -> Result<bool, CasError> {
        let name = unlikely_name();
        let claim = format!("claims/{copy}.{name}");
        self.storage.put(&claim, Bytes::new()).await?;
        let marks = self.storage.list(&format!("marks/{copy}.")).await?;
        let there = marks.is_empty()
            && self.storage.exists(&format!("objects/{copy}")).await?;
        if !there {
            self.remove(&claim).await?;
            return Ok(false);
        }
        let reference = format!("refs/{copy}.{name}");
        self.storage.put(&reference, Bytes::new()).await?;
        let claimed = self.storage.exists(&claim).await?;
        match claimed {
            true => self.remove(&claim).await?,
            // A collection took this for dead. The copy may be there or not.
            false => self.remove(&reference).await?,
        }
        Ok(claimed)
    }

    /// Deletes a copy, unless something relies on it or is about to.
    async fn remove_copy(&self, copy: &str) -> Result<bool, CasError> {
        let mark = format!("marks/{copy}.{}", unlikely_name());
        self.storage.put(&mark, Bytes::new()).await?;
        // In this order: a claim goes once there is a reference.
        let claims = self.storage.list(&format!("claims/{copy}.")).await?;
        let refs = self.storage.list(&format!("refs/{copy}.")).await?;
        let free = claims.is_empty() && refs.is_empty();
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

/// The copy that a claim, a reference or a mark is about: `AA/ADDRESS/COPY`.
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
