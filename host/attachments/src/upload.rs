//! Contents of manifests to S3: what is not there yet, each content once,
//! compared with its hash on the way.

use std::{
    collections::{HashMap, HashSet},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use sanchay_core::attachments::{
    CHUNK, Content, Entry, EntryKind, Hash, Manifest,
};
use sanchay_core::hashing::{Algorithm, Hasher};
use sanchay_objects::{StorageError, runtime};
use sanchay_storage::File;

use crate::{
    AttachmentError, Client, S3Location, SeenCache, Statistics, Watch,
    client::Bucket,
    progress::{Meter, MeterKind},
    reader::Reader,
    seen::SAMPLES,
    snapshot::local_path,
};

pub(crate) const CANCELLED: &str = "File upload cancelled.";

/// What is larger is uploaded in parts, in the order of its bytes.
const SMALL: u64 = 4 << 20;
/// Bytes of a large content that are read at once.
const PIECE: usize = 1 << 20;
/// How many small contents are on their way at once, and how many large ones,
/// of which each has several parts on its way.
const AT_ONCE: usize = 32;
const LARGE_AT_ONCE: usize = 3;
/// From so many contents on it is tried to list what is there, but no more
/// than so many objects for each: a hundred requests are saved for each that is
/// made.
const LISTED: usize = 500;
const LISTED_EACH: usize = 10;
/// How long is waited for a server to hear that an upload is given up.
#[cfg(feature = "cloud")]
const SETTLING: std::time::Duration = std::time::Duration::from_millis(500);

/// How contents are uploaded.
#[derive(Clone, Debug, Default)]
pub struct UploadOptions {
    /// What is known to be there.
    pub seen: Option<Arc<SeenCache>>,
    /// Whether [`upload_manifest_contents`] follows symbolic links on the way
    /// to a file, wherever they lead, as a manifest may have been made.
    pub follow: bool,
}

/// A content to upload. Key and path are made when they are needed: there may
/// be millions of these.
#[derive(Clone, Copy)]
struct Source<'m> {
    root: &'m Path,
    entry: &'m Entry,
    hash: &'m Hash,
    offset: u64,
    size: u64,
}

impl Source<'_> {
    fn path(&self) -> Result<PathBuf, AttachmentError> {
        local_path(self.root, self.entry)
    }
}

/// Uploads the contents of a manifest's files, which lie beneath a root.
///
/// # Errors
/// What S3 refused; a file that cannot be read, or has a symbolic link on the
/// way to it that is not to be followed, or is not what the manifest says,
/// which is never uploaded under that hash.
pub fn upload_manifest_contents(
    client: &Client,
    location: &S3Location,
    manifest: &Manifest,
    root: &Path,
    options: &UploadOptions,
    watch: &Watch,
) -> Result<Statistics, AttachmentError> {
    let kind = MeterKind::Upload;
    let (manifests, reader) = ([(manifest, root)], Reader::default());
    if !options.follow {
        reader.root(root);
    }
    let reader = Arc::new(reader);
    upload_all(client, location, &manifests, &reader, options, watch, kind)
}

/// The same for several.
pub(crate) fn upload_all(
    client: &Client,
    location: &S3Location,
    manifests: &[(&Manifest, &Path)],
    reader: &Arc<Reader>,
    options: &UploadOptions,
    watch: &Watch,
    kind: MeterKind,
) -> Result<Statistics, AttachmentError> {
    let began = Instant::now();
    let mut statistics = Statistics::default();
    let sources = sources(manifests, &mut statistics)?;
    let bucket = client.bucket(&location.bucket)?;
    let total = sources.iter().map(|it| it.size);
    let total = total.fold(0, u64::saturating_add);
    let meter = Meter::new(watch, kind, sources.len() as u64, total);
    let seen = options.seen.as_deref();
    let reader = Arc::clone(reader);
    let job = Job { bucket, location, reader, meter, seen };
    let done = watch.run(CANCELLED, job.run(sources));
    #[cfg(feature = "cloud")]
    if done.is_err() {
        // The server is told of uploads that were begun in parts.
        sanchay_objects::settle(SETTLING);
    }
    statistics.add(&done?);
    statistics.total_time = began.elapsed().as_secs_f64();
    Ok(statistics)
}

/// Each content once; files that share one count as skipped.
fn sources<'m>(
    manifests: &[(&'m Manifest, &'m Path)],
    statistics: &mut Statistics,
) -> Result<Vec<Source<'m>>, AttachmentError> {
    let mut there = HashSet::new();
    let mut sources = Vec::new();
    for (manifest, root) in manifests {
        for entry in &manifest.entries {
            let EntryKind::File { content, size, .. } = &entry.kind else {
                continue;
            };
            let Ok(size) = u64::try_from(*size) else {
                return Err(negative(entry));
            };
            // No path is of another system alone: before anything is sent.
            local_path(root, entry)?;
            let part = match content {
                Content::Whole(_) => size,
                Content::Chunks(_) => CHUNK,
            };
            let mut offset = 0;
            for hash in content.hashes() {
                let length = part.min(size.saturating_sub(offset));
                if there.insert(hash) {
                    let (root, size) = (*root, length);
                    sources.push(Source { root, entry, hash, offset, size });
                } else {
                    statistics.skipped(length);
                }
                offset += length;
            }
        }
    }
    Ok(sources)
}

pub(crate) fn negative(entry: &Entry) -> AttachmentError {
    AttachmentError::Manifest(format!(
        "{} has a size below 0",
        sanchay::escaped(&entry.path)
    ))
}

struct Job<'w> {
    bucket: Bucket,
    location: &'w S3Location,
    reader: Arc<Reader>,
    meter: Meter<'w>,
    seen: Option<&'w SeenCache>,
}

impl Job<'_> {
    async fn run(
        &self,
        sources: Vec<Source<'_>>,
    ) -> Result<Statistics, AttachmentError> {
        let mut statistics = Statistics::default();
        let known = self.known(&sources).await?;
        let mut known = known.into_iter();
        let (known, rest): (Vec<_>, Vec<_>) = sources
            .into_iter()
            .partition(|_| known.next().unwrap_or_default());
        let listed = self.listed(&rest).await;
        let is_listed = |source: &Source<'_>| {
            let sizes = listed.as_ref();
            sizes.is_some_and(|it| it.get(source.hash) == Some(&source.size))
        };
        let (there, rest): (Vec<_>, Vec<_>) =
            rest.into_iter().partition(is_listed);
        for source in known.iter().chain(&there) {
            statistics.skipped(source.size);
            self.meter.file(&self.key(source), source.size)?;
        }
        let ask = listed.is_none();
        drop(listed);
        let (mut small, mut large) = (Vec::new(), Vec::new());
        for source in rest {
            if source.size <= SMALL {
                small.push(source);
            } else {
                large.push(source);
            }
        }
        let mut arrived = there;
        for (sources, at_once) in [(small, AT_ONCE), (large, LARGE_AT_ONCE)] {
            let sent = stream::iter(sources).map(|it| self.send(it, ask));
            let mut sent = sent.buffer_unordered(at_once);
            while let Some((source, new)) = sent.try_next().await? {
                match new {
                    true => statistics.transferred(source.size),
                    false => statistics.skipped(source.size),
                }
                if self.seen.is_some() {
                    arrived.push(source);
                }
            }
        }
        if let Some(seen) = self.seen {
            seen.remember(arrived.iter().map(|it| self.seen_key(it)))?;
        }
        Ok(statistics)
    }

    fn key(&self, source: &Source<'_>) -> String {
        self.location.data_key(source.hash)
    }

    fn seen_key(&self, source: &Source<'_>) -> String {
        self.bucket.seen(&self.key(source))
    }

    /// Of which contents the cache says that they are there; none, if it does
    /// of none. Some of them are looked up first; if one is not there, the
    /// cache is not believed, and forgets what it says of this place.
    async fn known(
        &self,
        sources: &[Source<'_>],
    ) -> Result<Vec<bool>, AttachmentError> {
        let Some(seen) = self.seen else { return Ok(Vec::new()) };
        let keys = sources.iter().map(|source| self.seen_key(source));
        let known = seen.seen(keys, || self.meter.check())?;
        let all = known.iter().filter(|it| **it).count();
        let samples = sources.iter().zip(&known).filter(|(_, known)| **known);
        // Each time others.
        let step = all.div_ceil(SAMPLES).max(1);
        let first = random_below(step);
        let samples = samples.map(|(source, _)| *source);
        let samples: Vec<_> = samples.skip(first).step_by(step).collect();
        let checks = stream::iter(samples)
            .map(|source| self.is_there(source))
            .buffer_unordered(AT_ONCE);
        let there: Vec<bool> = checks.try_collect().await?;
        if there.contains(&false) {
            let prefix = self.location.data_prefix();
            seen.forget(&self.bucket.seen(&prefix))?;
            return Ok(Vec::new());
        }
        Ok(known)
    }

    /// The sizes of those contents that are there, if a list of all that are
    /// takes far fewer requests than to ask for each. `None` if not, or if
    /// there is no list to be had.
    async fn listed<'m>(
        &self,
        sources: &[Source<'m>],
    ) -> Option<HashMap<&'m Hash, u64>> {
        if sources.len() < LISTED {
            return None;
        }
        let wanted: HashSet<&Hash> =
            sources.iter().map(|source| source.hash).collect();
        let prefix = self.location.data_prefix();
        let listing = self.bucket.storage.list_objects(&prefix).await;
        let mut listing = listing.ok()?;
        let mut most = sources.len().saturating_mul(LISTED_EACH);
        let mut sizes = HashMap::new();
        while let Some(found) = listing.next().await {
            let found = found.ok()?;
            most = most.checked_sub(1)?;
            let hash = found.key.strip_prefix(&*prefix)?;
            let hash = hash.strip_suffix(".xxh128").unwrap_or_default();
            let hash = Hash::parse(hash.as_bytes());
            if let Some(hash) = hash.and_then(|it| wanted.get(&it).copied()) {
                sizes.insert(hash, found.size);
            }
        }
        Some(sizes)
    }

    /// Whether a content is there, whole.
    async fn is_there(
        &self,
        source: Source<'_>,
    ) -> Result<bool, AttachmentError> {
        let key = self.key(&source);
        match self.bucket.storage.head(&key).await {
            Ok(meta) => Ok(meta.size == source.size),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(self.bucket.failed(
                "checking if object exists",
                &key,
                "s3:ListBucket",
            )(error)),
        }
    }

    /// Uploads a content unless it is there, which is to be asked or not;
    /// whether it was not.
    async fn send<'m>(
        &self,
        source: Source<'m>,
        ask: bool,
    ) -> Result<(Source<'m>, bool), AttachmentError> {
        let key = self.key(&source);
        if ask && self.is_there(source).await? {
            self.meter.file(&key, source.size)?;
            return Ok((source, false));
        }
        let refused = |error| {
            self.bucket.failed("uploading file", &key, "s3:PutObject")(error)
        };
        match source.size <= SMALL {
            true => {
                let data = read_whole(&self.reader, &source).await?;
                let put = self.bucket.storage.put(&key, data).await;
                put.map_err(refused)?;
                self.meter.file(&key, source.size)?;
            }
            false => {
                self.send_large(&source, &key, refused).await?;
                self.meter.file(&key, 0)?;
            }
        }
        Ok((source, true))
    }

    /// Uploads a content in parts, of which several are on their way.
    async fn send_large(
        &self,
        source: &Source<'_>,
        key: &str,
        refused: impl FnOnce(StorageError) -> AttachmentError,
    ) -> Result<(), AttachmentError> {
        let path = source.path()?;
        let opened = self.reader.file(&path);
        let (file, _) =
            opened.map_err(AttachmentError::stored(&*path, "cannot read"))?;
        let reading = Reading {
            file: Arc::new(file),
            at: source.offset,
            end: source.offset + source.size,
            hasher: Hasher::new(Algorithm::Xxh3_128),
            wanted: source.hash.clone(),
        };
        let meter = &self.meter;
        let pieces = stream::try_unfold(reading, Reading::next);
        let pieces = pieces.inspect_ok(|piece: &Bytes| {
            // An end that is asked for is seen to by whoever waits.
            meter.piece(key, piece.len() as u64).ok();
        });
        let storage = &self.bucket.storage;
        let put = storage.put_try_stream(key, pieces.boxed()).await;
        put.map_err(|error| match error {
            // That is the reading's: what a storage refuses has other kinds.
            StorageError::Io(source)
                if source.kind() == io::ErrorKind::InvalidData =>
            {
                changed(&path)
            }
            error => refused(error),
        })
    }
}

/// A number below another one, by chance.
fn random_below(end: usize) -> usize {
    let mut bytes = [0; 8];
    // Without chance, the first are looked at.
    getrandom::fill(&mut bytes).ok();
    let number = u64::from_ne_bytes(bytes) % end.max(1) as u64;
    usize::try_from(number).unwrap_or_default()
}

/// A file that was changed since it was hashed.
fn changed(path: &Path) -> AttachmentError {
    let source = io::Error::other(
        "it was changed since it was hashed: nothing was uploaded in its \
         place; submit again",
    );
    let path = path.to_owned();
    AttachmentError::File { path, what: "cannot upload", source }
}

/// Reads a small content, which has to have its hash.
async fn read_whole(
    reader: &Arc<Reader>,
    source: &Source<'_>,
) -> Result<Bytes, AttachmentError> {
    let reader = Arc::clone(reader);
    let (path, offset) = (source.path()?, source.offset);
    let shown = path.clone();
    let size = usize::try_from(source.size).unwrap_or(usize::MAX);
    let wanted = source.hash.clone();
    let read = runtime().spawn_blocking(move || {
        let failed = || AttachmentError::file(&path, "cannot read");
        let opened = reader.file(&path);
        let (file, _) =
            opened.map_err(AttachmentError::stored(&*path, "cannot read"))?;
        let mut data = vec![0; size];
        let got = file.read_full_at(&mut data, offset).map_err(failed())?;
        if got < size {
            return Err(changed(&path));
        }
        let mut hasher = Hasher::new(Algorithm::Xxh3_128);
        hasher.update(&data);
        match fits(&mut hasher, &wanted) {
            true => Ok(Bytes::from(data)),
            false => Err(changed(&path)),
        }
    });
    read.await.unwrap_or_else(|error| {
        let failed = AttachmentError::file(shown, "cannot read");
        Err(failed(io::Error::other(error)))
    })
}

/// Whether what was hashed is what was wanted.
pub(crate) fn fits(hasher: &mut Hasher, wanted: &Hash) -> bool {
    let digest = <[u8; 16]>::try_from(hasher.finish().as_slice());
    // Another algorithm's hash cannot be compared with; none has one.
    digest.is_ok_and(|digest| *wanted == Hash::xxh128(digest))
}

/// Reads a large content piece by piece; its last piece comes only if it has
/// the hash.
struct Reading {
    file: Arc<File>,
    at: u64,
    end: u64,
    hasher: Hasher,
    wanted: Hash,
}

impl Reading {
    async fn next(mut self) -> io::Result<Option<(Bytes, Self)>> {
        if self.at >= self.end {
            return Ok(None);
        }
        let read = runtime().spawn_blocking(move || {
            let rest = usize::try_from(self.end - self.at);
            let mut piece = vec![0; rest.unwrap_or(PIECE).min(PIECE)];
            let other = |_| io::Error::from(io::ErrorKind::InvalidData);
            let got = self.file.read_full_at(&mut piece, self.at);
            if got.map_err(other)? < piece.len() {
                return Err(io::ErrorKind::InvalidData.into());
            }
            self.hasher.update(&piece);
            self.at += piece.len() as u64;
            let last = self.at >= self.end;
            if last && !fits(&mut self.hasher, &self.wanted) {
                return Err(io::ErrorKind::InvalidData.into());
            }
            Ok(Some((Bytes::from(piece), self)))
        });
        read.await.map_err(io::Error::other)?
    }
}
