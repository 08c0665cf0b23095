//! Hashes of files: by the engine, in the sandbox, each read once at most.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Instant,
};

use sanchay::{
    Algorithm, Content, DigestCache, Engine, EntryError, FileKey, FileState,
    FileSystemId, HashEvent, Method, Timestamp,
};
use sanchay_core::attachments::Hash;

use crate::{
    AttachmentError, HashCache, Statistics, Watch,
    listing::{cancelled, monitor},
    reader::Reader,
};

/// What hashing tells of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hashed {
    pub(crate) hash: Hash,
    pub(crate) size: u64,
    pub(crate) modified: Timestamp,
    pub(crate) mode: u32,
}

impl Hashed {
    /// When it was modified, in microseconds, cut off.
    pub(crate) fn mtime(&self) -> i64 {
        microseconds(self.modified)
    }
}

/// A time in microseconds, cut off towards the past.
pub(crate) fn microseconds(time: Timestamp) -> i64 {
    let whole = time.as_nanoseconds().div_euclid(1000);
    i64::try_from(whole).unwrap_or(i64::MAX)
}

/// Where hashes of earlier runs are.
#[derive(Clone, Default)]
pub(crate) struct Known<'a> {
    pub(crate) cache: Option<Arc<dyn DigestCache>>,
    pub(crate) package: Option<&'a HashCache>,
}

/// Hashes files; the results are in their order. The first that cannot be
/// read ends it.
pub(crate) fn hash_all(
    engine: &Engine,
    paths: &[PathBuf],
    reader: &Arc<Reader>,
    known: &Known<'_>,
    watch: &Watch,
) -> Result<(Vec<Hashed>, Statistics), AttachmentError> {
    let began = Instant::now();
    let mut statistics = Statistics::default();
    let mut results: Vec<Option<Hashed>> = vec![None; paths.len()];
    if let Some(package) = known.package {
        package.look_up(paths, &mut results, watch)?;
        for hashed in results.iter().flatten() {
            statistics.skipped(hashed.size);
        }
    }
    let unknown: Vec<usize> = results
        .iter()
        .enumerate()
        .filter_map(|(number, it)| it.is_none().then_some(number))
        .collect();
    let counting = Arc::new(Counting {
        inner: known.cache.clone(),
        files: AtomicU64::new(0),
        bytes: AtomicU64::new(0),
    });
    let engine = engine.with_cache(Arc::clone(&counting) as _);
    let sources = unknown.iter().filter_map(|number| paths.get(*number));
    let mut places = unknown.iter();
    let mut failed: Option<EntryError> = None;
    let mut count = Statistics::default();
    let results_of_run = &mut results;
    let ended = engine
        .hash(sources.map(PathBuf::as_path))
        .hidden(true)
        .storage(Arc::clone(reader) as _)
        .algorithm(Algorithm::Xxh3_128)
        .monitor(&monitor(watch, "Hashing"))
        .for_each(|event| match event {
            HashEvent::File(file) => {
                let place = places.next().copied().unwrap_or(usize::MAX);
                // A directory that took the place of a file would bring more.
                let is_it =
                    paths.get(place).is_some_and(|it| it == file.path());
                let hashed = of_event(&file).filter(|_| is_it);
                match (hashed, results_of_run.get_mut(place)) {
                    (Some(hashed), Some(slot)) => {
                        count.transferred(hashed.size);
                        *slot = Some(hashed);
                        ControlFlow::Continue(())
                    }
                    _ => ControlFlow::Break(()),
                }
            }
            HashEvent::Error(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
            _ => ControlFlow::Continue(()),
        });
    if let Some(error) = failed {
        return Err(error.into());
    }
    let missing = results.iter().position(Option::is_none);
    if let (Err(sanchay::Error::Cancelled), false, Some(at)) =
        (&ended, watch.cancel.is_cancelled(), missing)
    {
        return Err(changed(paths.get(at)));
    }
    ended.map_err(cancelled)?;
    let results: Option<Vec<_>> = results.into_iter().collect();
    let results = results
        .ok_or_else(|| changed(missing.and_then(|at| paths.get(at))))?;
    let (files, bytes) =
        (counting.files.load(Relaxed), counting.bytes.load(Relaxed));
    count.files_transferred = count.files_transferred.saturating_sub(files);
    count.bytes_transferred = count.bytes_transferred.saturating_sub(bytes);
    count.files_skipped += files;
    count.bytes_skipped += bytes;
    if let Some(package) = known.package {
        let new = unknown.iter().filter_map(|number| {
            Some((paths.get(*number)?.as_path(), results.get(*number)?))
        });
        package.remember(new)?;
    }
    statistics.add(&count);
    statistics.total_time = began.elapsed().as_secs_f64();
    Ok((results, statistics))
}

fn changed(path: Option<&PathBuf>) -> AttachmentError {
    let path = path.cloned().unwrap_or_default();
    let source = std::io::Error::other("it is no regular file any more");
    AttachmentError::File { path, what: "cannot hash", source }
}

fn of_event(file: &sanchay::HashedFileRef<'_>) -> Option<Hashed> {
    let Content::Whole(_, digest) = file.content else { return None };
    let digest = digest.as_bytes().try_into().ok()?;
    let metadata = file.metadata?;
    Some(Hashed {
        hash: Hash::xxh128(digest),
        size: file.size,
        modified: metadata.modified,
        mode: metadata.mode,
    })
}

/// The hash of a file.
///
/// # Errors
/// It cannot be read.
pub fn hash_file(
    engine: &Engine,
    path: &Path,
) -> Result<Hash, AttachmentError> {
    let paths = [path.to_owned()];
    let (reader, known) = (Arc::default(), Known::default());
    let (hashed, _) =
        hash_all(engine, &paths, &reader, &known, &Watch::default())?;
    let hashed = hashed.into_iter().next();
    hashed.map(|it| it.hash).ok_or_else(|| changed(paths.first()))
}

/// Counts what a cache knows.
struct Counting {
    inner: Option<Arc<dyn DigestCache>>,
    files: AtomicU64,
    bytes: AtomicU64,
}

impl DigestCache for Counting {
    fn get(&self, key: &FileKey) -> Option<Content> {
        debug_assert_eq!(key.method, Method::Whole(Algorithm::Xxh3_128));
        let known = self.inner.as_ref()?.get(key)?;
        self.files.fetch_add(1, Relaxed);
        self.bytes.fetch_add(key.size, Relaxed);
        Some(known)
    }

    fn put(&self, key: &FileKey, content: &Content) {
        if let Some(inner) = &self.inner {
            inner.put(key, content);
        }
    }

    fn renamed(
        &self,
        file_system: FileSystemId,
        before: &FileState,
        after: &FileState,
    ) {
        if let Some(inner) = &self.inner {
            inner.renamed(file_system, before, after);
        }
    }
}
