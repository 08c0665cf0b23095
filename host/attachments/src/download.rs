//! Contents of manifests from S3: each file complete and verified, or not
//! there at all.

use std::{
    collections::HashMap,
    ops::Range,
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
    time::Instant,
};

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use sanchay::Timestamp;
use sanchay_core::attachments::{
    CHUNK, Content, Entry, EntryKind, Hash, Manifest, check_below, human_size,
    text,
};
use sanchay_core::hashing::{Algorithm, Hasher};
use sanchay_storage::{Directory, Links, Metadata};

use crate::{
    AttachmentError, Client, S3Location, Statistics, Watch,
    client::Bucket,
    hashing::microseconds,
    progress::{Meter, MeterKind},
    snapshot::no_name,
    target::{Draft, Placed, Target},
    upload::{fits, negative},
};

const CANCELLED: &str = "File download cancelled.";

/// What is larger is fetched in ranges of so many bytes, several at once.
const RANGE: u64 = 8 << 20;
const RANGES_AT_ONCE: usize = 4;
/// How many files are on their way at once: those that are fetched at once,
/// and those in ranges.
const AT_ONCE: usize = 32;
const LARGE_AT_ONCE: usize = 3;

/// What becomes of a file whose name is taken by another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Conflict {
    /// The one that is there stays.
    Skip,
    /// It is replaced; what has size, time and content already stays.
    Overwrite,
    /// The new one gets another name: `a (1).txt`.
    #[default]
    CreateCopy,
}

impl std::str::FromStr for Conflict {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "SKIP" => Ok(Self::Skip),
            "OVERWRITE" => Ok(Self::Overwrite),
            "CREATE_COPY" => Ok(Self::CreateCopy),
            other => Err(format!(
                "Unknown choice for file conflict resolution: {other}"
            )),
        }
    }
}

/// What was downloaded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Downloaded {
    /// In numbers.
    pub statistics: Statistics,
    /// The files that were written.
    pub files: Vec<PathBuf>,
}

/// Downloads the files of a manifest beneath a directory, which is made if it
/// is missing. Nothing is written before all paths are known to lie beneath
/// it. Entries that are deleted are passed over.
///
/// # Errors
/// What S3 refused, or is not what the manifest says; a path that leads out
/// of the directory; a disk that is too small. Files that were complete by
/// then stay.
pub fn download_manifest_contents(
    client: &Client,
    location: &S3Location,
    manifest: &Manifest,
    root: &Path,
    conflict: Conflict,
    watch: &Watch,
) -> Result<Downloaded, AttachmentError> {
    download_all(client, location, &[(manifest, root)], conflict, watch)
}

/// The same for several.
pub(crate) fn download_all(
    client: &Client,
    location: &S3Location,
    manifests: &[(&Manifest, &Path)],
    conflict: Conflict,
    watch: &Watch,
) -> Result<Downloaded, AttachmentError> {
    let began = Instant::now();
    let mut plans = Vec::new();
    for (manifest, root) in manifests {
        plans.push(Plan::new(manifest, root)?);
    }
    let files = plans.iter().map(|plan| plan.files.len() as u64).sum();
    let bytes = plans.iter().map(|plan| plan.bytes).sum();
    let bucket = client.bucket(&location.bucket)?;
    let meter = Meter::new(watch, MeterKind::Download, files, bytes);
    let mut downloaded = Downloaded::default();
    let mut targets = Vec::new();
    for plan in &plans {
        let target = Target::open(plan.root)?;
        plan.check_space(&target)?;
        targets.push(target);
    }
    for (plan, target) in plans.into_iter().zip(&targets) {
        let job =
            Job { bucket: &bucket, location, target, conflict, meter: &meter };
        let done = watch.run(CANCELLED, job.run(plan))?;
        downloaded.statistics.add(&done.statistics);
        downloaded.files.extend(done.files);
    }
    downloaded.statistics.total_time = began.elapsed().as_secs_f64();
    Ok(downloaded)
}

/// What a manifest comes to beneath a root.
struct Plan<'m> {
    root: &'m Path,
    files: Vec<Wanted<'m>>,
    links: Vec<(Vec<Vec<u8>>, Vec<u8>)>,
    directories: Vec<Vec<Vec<u8>>>,
    bytes: u64,
}

/// A file that is wanted.
struct Wanted<'m> {
    names: Vec<Vec<u8>>,
    content: &'m Content,
    size: u64,
    mtime: i64,
    runnable: bool,
}

impl<'m> Plan<'m> {
    /// Of a path that is listed twice the last entry counts.
    fn new(
        manifest: &'m Manifest,
        root: &'m Path,
    ) -> Result<Self, AttachmentError> {
        let mut plan = Self {
            root,
            files: Vec::with_capacity(manifest.entries.len()),
            links: Vec::new(),
            directories: Vec::new(),
            bytes: 0,
        };
        let mut places: HashMap<Vec<Vec<u8>>, usize> = HashMap::new();
        for entry in &manifest.entries {
            let names = names(root, entry)?;
            match &entry.kind {
                EntryKind::File { content, size, mtime, runnable } => {
                    let Ok(size) = u64::try_from(*size) else {
                        return Err(negative(entry));
                    };
                    let (mtime, runnable) = (*mtime, *runnable);
                    let key = names.clone();
                    let wanted =
                        Wanted { names, content, size, mtime, runnable };
                    let place = places.get(&key).copied();
                    match place.and_then(|it| plan.files.get_mut(it)) {
                        Some(place) => *place = wanted,
                        None => {
                            places.insert(key, plan.files.len());
                            plan.files.push(wanted);
                        }
                    }
                }
                EntryKind::Link(target) => {
                    let says = link_text(root, &names, target, entry)?;
                    plan.links.push((names, says));
                }
                EntryKind::Directory => plan.directories.push(names),
                EntryKind::Deleted | EntryKind::DeletedDirectory => {}
            }
        }
        plan.bytes = plan
            .files
            .iter()
            .fold(0, |sum: u64, file| sum.saturating_add(file.size));
        plan.files.sort_by(|a, b| a.names.cmp(&b.names));
        Ok(plan)
    }

    fn check_space(&self, target: &Target) -> Result<(), AttachmentError> {
        match target.free() {
            Some(free) if free < self.bytes => {
                Err(AttachmentError::DiskSpace(format!(
                    "Error occurred while attempting to sync input files: \
                     Total file size required for download ({}) is larger \
                     than available disk space ({})",
                    human_size(self.bytes),
                    human_size(free),
                )))
            }
            _ => Ok(()),
        }
    }
}

/// The way to an entry, beneath the root.
fn names(root: &Path, entry: &Entry) -> Result<Vec<Vec<u8>>, AttachmentError> {
    let name = text::to_name(&entry.path).ok_or_else(|| no_name(entry))?;
    let root = root.as_os_str().as_bytes();
    check_below(root, &name).ok_or_else(|| outside(&entry.path))
}

fn outside(path: &[u8]) -> AttachmentError {
    AttachmentError::Manifest(format!(
        "The provided path is not under the root directory: {}",
        text::lossy(path)
    ))
}

/// What a link says: the way from its directory to where it leads, which lies
/// beneath the root.
fn link_text(
    root: &Path,
    names: &[Vec<u8>],
    target: &[u8],
    entry: &Entry,
) -> Result<Vec<u8>, AttachmentError> {
    let target = text::to_name(target).ok_or_else(|| no_name(entry))?;
    let root = root.as_os_str().as_bytes();
    let to = check_below(root, &target).ok_or_else(|| outside(&target))?;
    let from = names.split_last().map_or(&[][..], |(_, way)| way);
    let same = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    // The last name is where it leads, even if the link lies beneath it.
    let same = same.min(to.len().saturating_sub(1));
    let up = from.iter().skip(same).map(|_| b"..".to_vec());
    let down = to.iter().skip(same).cloned();
    let way: Vec<_> = up.chain(down).collect();
    Ok(way.join(&b'/'))
}

struct Job<'a> {
    bucket: &'a Bucket,
    location: &'a S3Location,
    target: &'a Target,
    conflict: Conflict,
    meter: &'a Meter<'a>,
}

impl Job<'_> {
    async fn run(
        &self,
        plan: Plan<'_>,
    ) -> Result<Downloaded, AttachmentError> {
        let mut downloaded = Downloaded::default();
        for names in &plan.directories {
            self.target.directory(names)?;
        }
        let (small, large): (Vec<_>, Vec<_>) =
            plan.files.into_iter().partition(|it| it.size <= RANGE);
        for (files, at_once) in [(small, AT_ONCE), (large, LARGE_AT_ONCE)] {
            let fetched = stream::iter(files).map(|it| self.fetch(it));
            let mut fetched = fetched.buffer_unordered(at_once);
            while let Some((size, placed)) = fetched.try_next().await? {
                match placed {
                    Placed::Named(path) => {
                        downloaded.statistics.transferred(size);
                        downloaded.files.push(path);
                    }
                    Placed::Skipped => downloaded.statistics.skipped(size),
                }
            }
        }
        for (names, says) in &plan.links {
            self.target.link(names, says)?;
        }
        downloaded.files.sort();
        Ok(downloaded)
    }

    async fn fetch(
        &self,
        file: Wanted<'_>,
    ) -> Result<(u64, Placed), AttachmentError> {
        let shown = self.target.shown(&file.names).display().to_string();
        if self.is_there(&file)? {
            self.meter.file(&shown, file.size);
            return Ok((file.size, Placed::Skipped));
        }
        let draft = self.target.begin(&file.names)?;
        let part = match file.content {
            Content::Whole(_) => file.size,
            Content::Chunks(_) => CHUNK,
        };
        let mut offset = 0;
        for hash in file.content.hashes() {
            let length = part.min(file.size.saturating_sub(offset));
            let range = offset..offset.saturating_add(length);
            self.part(&draft, &file, hash, range).await?;
            offset = offset.saturating_add(length);
        }
        let modified = of_microseconds(file.mtime);
        let placed = draft.finish(modified, file.runnable, self.conflict)?;
        self.meter.file(&shown, 0);
        Ok((file.size, placed))
    }

    /// Whether nothing is to be done.
    fn is_there(&self, file: &Wanted<'_>) -> Result<bool, AttachmentError> {
        let Some((name, way)) = file.names.split_last() else {
            return Ok(true);
        };
        if self.conflict == Conflict::CreateCopy {
            return Ok(false);
        }
        let directory = self.target.directory(way)?;
        let there = Target::existing(&*directory, name);
        Ok(match (self.conflict, there) {
            (_, None) => false,
            (Conflict::Skip, Some(_)) => true,
            (_, Some(metadata)) => is_same(file, &*directory, name, &metadata),
        })
    }

    /// Fetches a content to its place in a file.
    async fn part(
        &self,
        draft: &Draft,
        file: &Wanted<'_>,
        hash: &Hash,
        place: Range<u64>,
    ) -> Result<(), AttachmentError> {
        let mut hasher = Hasher::new(Algorithm::Xxh3_128);
        let size = place.end.saturating_sub(place.start);
        let key = match size <= RANGE {
            true => self.location.data_key(hash),
            false => self.key_of_large(hash).await?,
        };
        let got = match size <= RANGE {
            true => {
                let data = self.small(&key).await?;
                hasher.update(&data);
                // More than was announced is not written.
                if data.len() as u64 == size {
                    draft.write(&data, place.start)?;
                }
                data.len() as u64
            }
            false => self.ranges(draft, &mut hasher, &key, &place).await?,
        };
        let shown = || text::lossy(&text::of_name(&file.names.join(&b'/')));
        if got != size {
            return Err(AttachmentError::Damaged(format!(
                "File from S3 for {} had incorrect size {got}. Required \
                 size: {size}",
                shown(),
            )));
        }
        if !fits(&mut hasher, hash) {
            return Err(AttachmentError::Damaged(format!(
                "File from S3 for {} does not have the hash {hash}: the \
                 object {key} is damaged, and nothing was kept of it",
                shown(),
            )));
        }
        self.meter.piece(&key, size);
        Ok(())
    }

    /// Fetches ranges side by side, and writes and hashes them in order.
    async fn ranges(
        &self,
        draft: &Draft,
        hasher: &mut Hasher,
        key: &str,
        place: &Range<u64>,
    ) -> Result<u64, AttachmentError> {
        let size = place.end.saturating_sub(place.start);
        let starts = (0..size).step_by(usize::try_from(RANGE).unwrap_or(1));
        let ranges = starts.map(|start| start..size.min(start + RANGE));
        let mut fetched = stream::iter(ranges)
            .map(|range| async move {
                let length = range.end - range.start;
                let got = self.bucket.storage.get_range(key, range).await;
                let data: Bytes = got.map_err(self.refused(key))?;
                Ok::<_, AttachmentError>((data, length))
            })
            .buffered(RANGES_AT_ONCE);
        let mut at = 0;
        while let Some((data, length)) = fetched.try_next().await? {
            hasher.update(&data);
            draft.write(&data, place.start + at)?;
            at += data.len() as u64;
            if (data.len() as u64) < length {
                break;
            }
        }
        Ok(at)
    }

    /// The key of a content that takes several requests.
    async fn key_of_large(
        &self,
        hash: &Hash,
    ) -> Result<String, AttachmentError> {
        let key = self.location.data_key(hash);
        match self.bucket.storage.head(&key).await {
            Ok(_) => Ok(key),
            Err(error) if error.is_not_found() => {
                let old = old_key(&key);
                match self.bucket.storage.exists(old).await {
                    Ok(true) => Ok(old.to_owned()),
                    _ => Err(self.refused(&key)(error)),
                }
            }
            Err(error) => Err(self.refused(&key)(error)),
        }
    }

    /// A content that is fetched at once.
    async fn small(&self, key: &str) -> Result<Bytes, AttachmentError> {
        match self.bucket.storage.get(key).await {
            Err(error) if error.is_not_found() => {
                let old = self.bucket.storage.get_opt(old_key(key)).await;
                match old {
                    Ok(Some(data)) => Ok(data),
                    _ => Err(self.refused(key)(error)),
                }
            }
            got => got.map_err(self.refused(key)),
        }
    }

    fn refused(
        &self,
        key: &str,
    ) -> impl FnOnce(sanchay_objects::StorageError) -> AttachmentError {
        let failed =
            self.bucket.failed("downloading file", key, "s3:GetObject");
        move |error| {
            let missing = error.is_not_found();
            match failed(error) {
                AttachmentError::S3(mut failure) if missing => {
                    failure.guidance.push_str(
                        " This can happen if the S3 check cache on the \
                         submitting machine is out of date. Please delete \
                         the cache file from the submitting machine, usually \
                         located in the home directory \
                         (~/.deadline/cache/s3_check_cache.db) and try \
                         submitting again.",
                    );
                    AttachmentError::S3(failure)
                }
                error => error,
            }
        }
    }
}

/// The key of a content as it was once: without an ending.
fn old_key(key: &str) -> &str {
    key.strip_suffix(".xxh128").unwrap_or(key)
}

/// Whether a file on disk is the one that is wanted: it is read.
fn is_same(
    file: &Wanted<'_>,
    directory: &dyn Directory,
    name: &[u8],
    metadata: &Metadata,
) -> bool {
    let Content::Whole(hash) = file.content else { return false };
    if metadata.size != file.size
        || microseconds(metadata.modified).abs_diff(file.mtime) > 1
    {
        return false;
    }
    let Ok((open, _)) = directory.open_file(name, Links::Refuse) else {
        return false;
    };
    let mut hasher = Hasher::new(Algorithm::Xxh3_128);
    let mut piece = vec![0; 1 << 20];
    let mut at = 0;
    loop {
        match open.read_full_at(&mut piece, at) {
            Ok(0) => break,
            Ok(got) => {
                hasher.update(piece.get(..got).unwrap_or_default());
                at += got as u64;
            }
            Err(_) => return false,
        }
    }
    fits(&mut hasher, hash)
}

/// A time of a manifest.
fn of_microseconds(time: i64) -> Timestamp {
    let rest = time.rem_euclid(1_000_000);
    Timestamp {
        seconds: time.div_euclid(1_000_000),
        nanoseconds: u32::try_from(rest * 1000).unwrap_or_default(),
    }
}
