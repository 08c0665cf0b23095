//! Contents of manifests from S3: each file complete and verified, or not
//! there at all.

use std::{
    io,
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use sanchay::{Cancel, Timestamp};
use sanchay_core::attachments::{CHUNK, Content, Hash, Manifest};
use sanchay_core::hashing::{Algorithm, Hasher};
use sanchay_objects::{StorageError, runtime};

use crate::{
    AttachmentError, Client, S3Location, Statistics, Watch,
    client::Bucket,
    draft::{Draft, Placed},
    plan::{Plan, Wanted, check_space, wrong_hash, wrong_size},
    present::{Present, There, is_there, kept_beside},
    progress::{Meter, MeterKind},
    target::Target,
    upload::fits,
    ways::check_names,
    writer::Writer,
};

pub(crate) const CANCELLED: &str = "File download cancelled.";

/// What is larger is fetched in ranges of so many bytes, several at once.
const RANGE: u64 = 8 << 20;
const RANGES_AT_ONCE: usize = 4;
/// How many files are on their way at once: those that are fetched at once,
/// and those in ranges.
const AT_ONCE: usize = 32;
const LARGE_AT_ONCE: usize = 3;

/// How long is waited for the disk when a download is ended.
const SETTLING: Duration = Duration::from_millis(500);

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
    /// Roots that were mapped, and that nothing was to be downloaded of.
    pub unused: Vec<Vec<u8>>,
}

/// Downloads the files of a manifest beneath a directory, which is made if it
/// is missing. Nothing is written before all paths are known to lie beneath
/// it. Entries that are deleted are passed over.
///
/// What was downloaded of a large file before an earlier call was ended is
/// not downloaded again.
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
    let plans = plan_all(&[(manifest, root)], watch)?;
    download_all(client, location, plans, None, conflict, watch, |_, _| {})
}

/// What several manifests come to beneath their roots.
pub(crate) fn plan_all<'m>(
    manifests: &[(&'m Manifest, &'m Path)],
    watch: &Watch,
) -> Result<Vec<Plan<'m>>, AttachmentError> {
    let mut plans = Vec::new();
    for (manifest, root) in manifests {
        plans.push(Plan::new(manifest, root)?);
        watch.check(CANCELLED)?;
    }
    Ok(plans)
}

/// Downloads what was planned. On the way to what is within a directory no
/// link is followed. `present` is called with each root that is complete and
/// the files that are there then.
pub(crate) fn download_all(
    client: &Client,
    location: &S3Location,
    plans: Vec<Plan<'_>>,
    within: Option<&Path>,
    conflict: Conflict,
    watch: &Watch,
    mut present: impl FnMut(&Path, Vec<Present>),
) -> Result<Downloaded, AttachmentError> {
    let began = Instant::now();
    let files = plans.iter().map(|plan| plan.files.len() as u64).sum();
    let bytes = plans.iter().map(|plan| plan.bytes);
    let bytes = bytes.fold(0, u64::saturating_add);
    let bucket = client.bucket(&location.bucket)?;
    let meter = Meter::new(watch, MeterKind::Download, files, bytes);
    let mut downloaded = Downloaded::default();
    let mut targets = Vec::new();
    for plan in &plans {
        targets.push(Arc::new(Target::open(plan.root, within)?));
    }
    check_names(&plans, &targets)?;
    check_space(&plans, &targets, conflict)?;
    for (plan, target) in plans.into_iter().zip(&targets) {
        let (bucket, meter, cancel) = (&bucket, &meter, &watch.cancel);
        let job = Job { bucket, location, target, conflict, meter, cancel };
        let done = watch.run(CANCELLED, job.run(plan));
        if done.is_err() {
            settle(target);
        }
        let done = done?;
        downloaded.statistics.add(&done.statistics);
        downloaded.files.extend(done.files);
        present(&target.path, done.present);
    }
    downloaded.statistics.total_time = began.elapsed().as_secs_f64();
    Ok(downloaded)
}

/// Waits until what was begun on the disk has ended, but not for long.
fn settle(target: &Arc<Target>) {
    let began = Instant::now();
    // This one is the target's own.
    while Arc::strong_count(target) > 1 && began.elapsed() < SETTLING {
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// What was downloaded beneath a root.
#[derive(Default)]
struct Done {
    statistics: Statistics,
    /// The files that were written.
    files: Vec<PathBuf>,
    present: Vec<Present>,
}

struct Job<'a> {
    bucket: &'a Bucket,
    location: &'a S3Location,
    target: &'a Arc<Target>,
    conflict: Conflict,
    meter: &'a Meter<'a>,
    cancel: &'a Cancel,
}

/// Does what takes a disk's time in a thread that may wait for it.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AttachmentError> + Send + 'static,
) -> Result<T, AttachmentError> {
    let done = runtime().spawn_blocking(work).await;
    done.unwrap_or_else(|error| {
        let failed = AttachmentError::file("", "the work ended early");
        Err(failed(io::Error::other(error)))
    })
}

impl Job<'_> {
    async fn run(&self, plan: Plan<'_>) -> Result<Done, AttachmentError> {
        let mut done = Done::default();
        for names in &plan.directories {
            self.target.directory(names)?;
        }
        let is_small = |file: &Wanted| {
            file.size <= RANGE && matches!(file.content, Content::Whole(_))
        };
        let (small, large): (Vec<_>, Vec<_>) =
            plan.files.into_iter().partition(is_small);
        for (files, at_once) in [(small, AT_ONCE), (large, LARGE_AT_ONCE)] {
            let fetched = stream::iter(files).map(|it| self.fetch(it));
            let mut fetched = fetched.buffer_unordered(at_once);
            while let Some(fetched) = fetched.try_next().await? {
                let Fetched { size, placed, kept } = fetched;
                match placed {
                    Placed::Named(path, facts) => {
                        done.statistics.transferred(size);
                        done.files.push(path.clone());
                        let verified = true;
                        done.present.push(Present { path, facts, verified });
                    }
                    Placed::Skipped => done.statistics.skipped(size),
                }
                done.present.extend(kept);
            }
        }
        for (names, says) in &plan.links {
            self.target.link(names, says, self.conflict)?;
        }
        done.files.sort();
        Ok(done)
    }

    async fn fetch(&self, file: Wanted) -> Result<Fetched, AttachmentError> {
        let (size, file) = (file.size, Arc::new(file));
        if self.conflict != Conflict::CreateCopy {
            let (wanted, target) =
                (Arc::clone(&file), Arc::clone(self.target));
            let (conflict, cancel) = (self.conflict, self.cancel.clone());
            let there = blocking(move || {
                is_there(&target, &wanted, conflict, &cancel)
            });
            if let There::Kept(kept) = there.await? {
                self.meter.file(&file.shown(), size)?;
                return Ok(Fetched { size, placed: Placed::Skipped, kept });
            }
        }
        let placed = match &file.content {
            Content::Whole(hash) if size <= RANGE => {
                let placed = self.small(&file, hash).await?;
                self.meter.file(&self.location.data_key(hash), size)?;
                placed
            }
            _ => {
                let placed = self.large(&file).await?;
                self.meter.file(&file.shown(), 0)?;
                placed
            }
        };
        // Of a copy, the file whose name was taken may be the same.
        let kept = match self.conflict {
            Conflict::CreateCopy => {
                let target = Arc::clone(self.target);
                let placed = placed.clone();
                blocking(move || kept_beside(&target, &file, &placed)).await?
            }
            _ => None,
        };
        Ok(Fetched { size, placed, kept })
    }

    /// Fetches a file that takes one request.
    async fn small(
        &self,
        file: &Arc<Wanted>,
        hash: &Hash,
    ) -> Result<Placed, AttachmentError> {
        let key = self.location.data_key(hash);
        let data = self.whole(file, &key).await?;
        let (target, conflict) = (Arc::clone(self.target), self.conflict);
        let (file, hash) = (Arc::clone(file), hash.clone());
        blocking(move || {
            let mut hasher = Hasher::new(Algorithm::Xxh3_128);
            hasher.update(&data);
            if !fits(&mut hasher, &hash) {
                return Err(wrong_hash(&file, &hash, &key));
            }
            let mut draft = target.begin(&file)?;
            if draft.left() > 0 {
                draft.restart_at(0)?;
            }
            draft.write(&data)?;
            finish(draft, &file, conflict)
        })
        .await
    }

    /// The bytes of a content: of a longer object not much more than was
    /// announced.
    async fn whole(
        &self,
        file: &Wanted,
        key: &str,
    ) -> Result<Bytes, AttachmentError> {
        // Its hash tells whether it is to be empty.
        if file.size == 0 {
            return Ok(Bytes::new());
        }
        let storage = &self.bucket.storage;
        let range = 0..file.size + 1;
        let mut from = key;
        let mut got = storage.get_range(key, range.clone()).await;
        if let Err(error) = &got
            && error.is_not_found()
        {
            let old = storage.get_range(old_key(key), range).await;
            if old.is_ok() {
                (from, got) = (old_key(key), old);
            }
        }
        let data = got.map_err(self.refused(key))?;
        if data.len() as u64 == file.size {
            return Ok(data);
        }
        let whole = storage.head(from).await.map_err(self.refused(from))?;
        Err(wrong_size(file, whole.size, file.size))
    }

    /// Fetches a file in ranges, or what an earlier run did not get of it.
    async fn large(
        &self,
        file: &Arc<Wanted>,
    ) -> Result<Placed, AttachmentError> {
        let (target, wanted) = (Arc::clone(self.target), Arc::clone(file));
        let mut draft = blocking(move || target.begin(&wanted)).await?;
        // Whatever ends this, but for content that is not what was wanted.
        draft.keep(true);
        let part = match file.content {
            Content::Whole(_) => file.size,
            Content::Chunks(_) => CHUNK,
        };
        let mut offset: u64 = 0;
        for hash in file.content.hashes() {
            let end = file.size.min(offset.saturating_add(part));
            let got = self.part(&mut draft, file, hash, offset..end).await;
            if let Err(AttachmentError::Damaged(_)) = got {
                draft.keep(false);
            }
            got?;
            offset = end;
        }
        let (wanted, conflict) = (Arc::clone(file), self.conflict);
        blocking(move || finish(draft, &wanted, conflict)).await
    }

    /// Gets a content to its place in a file.
    async fn part(
        &self,
        draft: &mut Draft,
        file: &Wanted,
        hash: &Hash,
        place: Range<u64>,
    ) -> Result<(), AttachmentError> {
        let key = self.location.data_key(hash);
        let left = draft.left().clamp(place.start, place.end);
        if left > place.start {
            let writer = Writer::new(draft, place.start);
            let cancel = self.cancel.clone();
            let writer =
                blocking(move || writer.read_up_to(left, &cancel)).await?;
            self.meter.piece(&key, left - place.start)?;
            let rest = left..place.end;
            if self.ranges(writer, file, hash, &place, rest).await? {
                return Ok(());
            }
            // It was damaged, or is of another program.
            self.meter.take_back(place.end - place.start);
            draft.restart_at(place.start)?;
        }
        let writer = Writer::new(draft, place.start);
        if self.ranges(writer, file, hash, &place, place.clone()).await? {
            return Ok(());
        }
        Err(wrong_hash(file, hash, &key))
    }

    /// Fetches ranges side by side, and writes and hashes them in order;
    /// whether the whole content then has its hash.
    async fn ranges(
        &self,
        mut writer: Writer,
        file: &Wanted,
        hash: &Hash,
        place: &Range<u64>,
        rest: Range<u64>,
    ) -> Result<bool, AttachmentError> {
        if rest.is_empty() {
            return Ok(fits(&mut writer.hasher, hash));
        }
        let size = place.end - place.start;
        let key = self.key_of_large(file, hash, size).await?;
        let step = usize::try_from(RANGE).unwrap_or(1);
        let ranges = rest.clone().step_by(step).map(|start| {
            let end = rest.end.min(start + RANGE);
            start - place.start..end - place.start
        });
        let mut fetched = stream::iter(ranges)
            .map(|range| {
                let key = &key;
                async move {
                    let length = range.end - range.start;
                    let got = self.bucket.storage.get_range(key, range).await;
                    let data: Bytes = got.map_err(self.refused(key))?;
                    Ok::<_, AttachmentError>((data, length))
                }
            })
            .buffered(RANGES_AT_ONCE);
        while let Some((data, length)) = fetched.try_next().await? {
            let got = data.len() as u64;
            writer = blocking(move || writer.write(&data)).await?;
            self.meter.piece(&key, got)?;
            if got != length {
                let there = writer.at - place.start;
                return Err(wrong_size(file, there, size));
            }
        }
        Ok(fits(&mut writer.hasher, hash))
    }

    /// The key of a content that takes several requests, which has this size.
    async fn key_of_large(
        &self,
        file: &Wanted,
        hash: &Hash,
        size: u64,
    ) -> Result<String, AttachmentError> {
        let storage = &self.bucket.storage;
        let key = self.location.data_key(hash);
        let (key, found) = match storage.head(&key).await {
            Err(error) if error.is_not_found() => {
                let old = old_key(&key);
                match storage.head(old).await {
                    Ok(found) => (old.to_owned(), found),
                    Err(_) => return Err(self.refused(&key)(error)),
                }
            }
            found => {
                let found = found.map_err(self.refused(&key))?;
                (key, found)
            }
        };
        match found.size == size {
            true => Ok(key),
            false => Err(wrong_size(file, found.size, size)),
        }
    }

    fn refused(
        &self,
        key: &str,
    ) -> impl FnOnce(StorageError) -> AttachmentError {
        let failed =
            self.bucket.failed("downloading file", key, "s3:GetObject");
        move |error| {
            let missing = error.is_not_found();
            match failed(error) {
                AttachmentError::S3(mut failure) if missing => {
                    failure.guidance.push_str(
                        " This can happen if the S3 check cache on the \
                         submitting machine is out of date. Submit again with \
                         --check-s3; or delete the cache there, and submit \
                         again: ~/.local/share/sanchay/attachments/\
                         s3_check_cache.db, or that of the Python package, \
                         ~/.deadline/cache/s3_check_cache.db.",
                    );
                    AttachmentError::S3(failure)
                }
                error => error,
            }
        }
    }
}

fn finish(
    draft: Draft,
    file: &Wanted,
    conflict: Conflict,
) -> Result<Placed, AttachmentError> {
    draft.finish(of_microseconds(file.mtime), file.runnable, conflict)
}

/// The key of a content as it was once: without an ending.
fn old_key(key: &str) -> &str {
    key.strip_suffix(".xxh128").unwrap_or(key)
}

/// What became of a file, and the one that kept its name.
struct Fetched {
    size: u64,
    placed: Placed,
    kept: Option<Present>,
}

/// A time of a manifest.
fn of_microseconds(time: i64) -> Timestamp {
    let rest = time.rem_euclid(1_000_000);
    Timestamp {
        seconds: time.div_euclid(1_000_000),
        nanoseconds: u32::try_from(rest * 1000).unwrap_or_default(),
    }
}
