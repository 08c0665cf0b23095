//! Reading files again whose digests are known, to find those whose content
//! changed though nothing else did: bit rot.

use std::{
    collections::HashMap,
    fs::File,
    io,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Mutex,
};

use rusqlite::Connection;
use sanchay::{
    Content, Engine, EntryError, EntryKind, FileState, FileSystemId,
    HashEvent, HashOptions, Method, Monitor, ScanEvent, Summary, WalkOptions,
    storage,
};
use sanchay_core::record::Verdict;
use sanchay_sync::{into_inner, lock};
use sanchay_system::files;

use crate::{
    catalog::Catalog,
    digests::{self, Known, Table},
    error::CatalogError,
    method, stamp,
    volume::Volume,
    writer::{Change, DigestBytes},
};

/// How many files are read before their digests are noted as verified.
const TOGETHER: usize = 1024;

/// Which files are verified.
#[derive(Clone, Debug)]
pub struct VerifyOptions {
    /// Which files of the roots.
    pub walk: WalkOptions,
    /// Which part of those whose digests are known, from 0 to 1: the ones
    /// that were verified longest ago.
    pub sample: f64,
    /// How the run is watched and ended.
    pub monitor: Monitor,
}

impl Default for VerifyOptions {
    fn default() -> Self {
        let (walk, monitor) = (WalkOptions::default(), Monitor::default());
        Self { walk, sample: 1.0, monitor }
    }
}

/// What became of a file that was read again.
#[derive(Debug)]
#[non_exhaustive]
pub enum VerifyEvent<'a> {
    /// It was read to its end, and is what it was, or is not.
    Read {
        /// Its path.
        path: &'a Path,
        /// [`Verdict::Ok`], or [`Verdict::Failed`]: its content is another,
        /// though size and times are what they were.
        verdict: Verdict,
    },
    /// It could not be read.
    Error(EntryError),
}

/// What a verification came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifySummary {
    /// How many files there are.
    pub files: u64,
    /// How many of them have known digests.
    pub known: u64,
    /// How many were read and are what they were.
    pub verified: u64,
    /// How many are not.
    pub rotten: u64,
    /// How many changed while it ran, or went.
    pub changed: u64,
    /// How many could not be read.
    pub unreadable: u64,
    /// What was walked.
    pub walked: Summary,
}

/// A file that was found.
struct Found {
    path: PathBuf,
    known: Known,
}

/// A file that is to be read.
struct Due {
    verified: i64,
    path: PathBuf,
    known: Known,
    table: Table,
    content: Content,
}

impl Catalog {
    /// Reads files again whose digests are known and that are as they were,
    /// those first that were verified longest ago. When each was verified is
    /// noted as it goes: a run that is ended goes on from there.
    ///
    /// `engine` should have no cache. What is in the system's memory of a file
    /// is dropped first, so that it comes from the disk.
    ///
    /// # Errors
    /// The catalog cannot be read, or the walk could not be carried out or was
    /// cancelled. What is wrong with an entry is an event.
    pub fn verify(
        &self,
        engine: &Engine,
        roots: &[PathBuf],
        options: &VerifyOptions,
        mut visit: impl FnMut(VerifyEvent<'_>) -> ControlFlow<()> + Send,
    ) -> Result<VerifySummary, CatalogError> {
        let failed = |error| {
            CatalogError::sqlite(self.path(), "read the digests")(error)
        };
        let shared_visit = Mutex::new(&mut visit);
        let (found, walked) = find(engine, roots, options, &|error| {
            (lock(&shared_visit))(VerifyEvent::Error(error))
        })?;
        let files = found.values().map(HashMap::len).sum::<usize>() as u64;
        let boot = self.shared().boot();
        let due = self.shared().read(|reader| due(reader, boot, found));
        let mut due = due.map_err(failed)?;
        due.sort_by(|a, b| (a.verified, &a.path).cmp(&(b.verified, &b.path)));
        let mut summary = VerifySummary {
            files,
            known: due.len() as u64,
            walked,
            ..VerifySummary::default()
        };
        due.truncate(part(due.len(), options.sample));
        for some in due.chunks(TOGETHER) {
            for of in some.chunk_by(|a, b| a.table.method == b.table.method) {
                self.verify_some(
                    engine,
                    of,
                    options,
                    &mut summary,
                    &mut visit,
                )?;
            }
        }
        self.flush();
        Ok(summary)
    }

    fn verify_some(
        &self,
        engine: &Engine,
        due: &[Due],
        options: &VerifyOptions,
        summary: &mut VerifySummary,
        visit: &mut (impl FnMut(VerifyEvent<'_>) -> ControlFlow<()> + Send),
    ) -> Result<(), CatalogError> {
        let Some(first) = due.first() else { return Ok(()) };
        due.iter().for_each(|it| forget_pages(&it.path));
        // Each path is one event, in this order.
        let mut next = due.iter();
        engine
            .hash(due.iter().map(|it| it.path.clone()))
            .options(HashOptions {
                method: first.table.method,
                ..HashOptions::default()
            })
            .monitor(&options.monitor)
            .for_each(|event| {
                let Some(due) = next.next() else {
                    return ControlFlow::Break(());
                };
                match event {
                    HashEvent::File(file) => {
                        let before = file.metadata.map(FileState::from);
                        let verdict = due.verdict(before, &file.content);
                        let Some(verdict) = verdict else {
                            summary.changed += 1;
                            return ControlFlow::Continue(());
                        };
                        match verdict {
                            Verdict::Ok => {
                                summary.verified += 1;
                                self.note(due);
                            }
                            _ => summary.rotten += 1,
                        }
                        let path = &due.path;
                        visit(VerifyEvent::Read { path, verdict })
                    }
                    HashEvent::Error(error) if error.is_missing() => {
                        summary.changed += 1;
                        ControlFlow::Continue(())
                    }
                    HashEvent::Error(error) => {
                        summary.unreadable += 1;
                        visit(VerifyEvent::Error(error))
                    }
                    _ => ControlFlow::Continue(()),
                }
            })?;
        Ok(())
    }

    /// Notes that a file was verified now.
    fn note(&self, due: &Due) {
        let Due { table, known, content, .. } = due;
        let Some(digest) = method::bytes(table.method, content) else {
            return;
        };
        self.shared().push(Change::Made {
            table: *table,
            known: *known,
            digest: DigestBytes::new(&digest),
            verified: stamp::seconds(),
            used: stamp::today(),
        });
    }
}

impl Due {
    /// Whether the content is what it was; nothing of a file that changed.
    fn verdict(
        &self,
        before: Option<FileState>,
        content: &Content,
    ) -> Option<Verdict> {
        let same = |state: &FileState| {
            Known::of(state) == Some(self.known)
                && state.id.device == self.table.volume.device
        };
        if !before.as_ref().is_some_and(same) {
            return None;
        }
        if *content == self.content {
            return Some(Verdict::Ok);
        }
        // It may have changed while it was read.
        let file = open(&self.path).ok()?;
        let after = storage::File::from(file).metadata().ok()?;
        same(&FileState::from(&after)).then_some(Verdict::Failed)
    }
}

/// How many of so many files make that part of them: at least one.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a part of a number of files is one, and need not be exact"
)]
fn part(count: usize, sample: f64) -> usize {
    let part = (count as f64 * sample.clamp(0.0, 1.0)).ceil();
    (part as usize).min(count)
}

/// Files by their inodes, by the file system that they are on.
type ByVolume = HashMap<Volume, HashMap<u64, Found>>;

/// The regular files below roots that a digest can be known of, each under one
/// of its paths.
fn find(
    engine: &Engine,
    roots: &[PathBuf],
    options: &VerifyOptions,
    on_error: &(impl Fn(EntryError) -> ControlFlow<()> + Sync),
) -> Result<(ByVolume, Summary), sanchay::Error> {
    let mut walk = options.walk.clone();
    walk.filter = walk.filter.files_only();
    let all: Mutex<ByVolume> = Mutex::default();
    let devices: Mutex<HashMap<u64, Option<FileSystemId>>> = Mutex::default();
    let summary = engine
        .scan(roots)
        .options(walk)
        .monitor(&options.monitor)
        .for_each_batch(|_| {
        |event: ScanEvent<'_>| match event {
            ScanEvent::Files(batch) => {
                for file in batch.iter() {
                    let metadata = file.metadata;
                    let state = FileState::from(metadata);
                    let is_file = metadata.kind == EntryKind::File;
                    let known = Known::of(&state).filter(|_| is_file);
                    let Some(known) = known else { continue };
                    let path = file.path();
                    let device = state.id.device;
                    let file_system = *lock(&devices)
                        .entry(device)
                        .or_insert_with(|| file_system(&path));
                    let Some(file_system) = file_system else {
                        continue;
                    };
                    let volume = Volume { file_system, device };
                    let mut all = lock(&all);
                    let files = all.entry(volume).or_default();
                    let entry = files.entry(known.inode);
                    entry.or_insert(Found { path, known });
                }
                ControlFlow::Continue(())
            }
            ScanEvent::Error(error) => on_error(error),
            _ => ControlFlow::Continue(()),
        }
    })?;
    Ok((into_inner(all), summary))
}

/// The file system that a file is on.
fn file_system(path: &Path) -> Option<FileSystemId> {
    storage::File::from(open(path).ok()?).file_system_id()
}

/// Opens what was a file a moment ago. If it is a FIFO by now, nobody waits for
/// its writer.
fn open(path: &Path) -> io::Result<File> {
    files::without_waiting(File::options().read(true)).open(path)
}

/// The files whose digests are known.
fn due(
    reader: &Connection,
    boot: &str,
    found: ByVolume,
) -> rusqlite::Result<Vec<Due>> {
    let mut statement = reader.prepare("SELECT name FROM methods")?;
    let names = statement.query_map([], |row| row.get::<_, String>(0))?;
    let mut methods = Vec::new();
    for name in names {
        // The ends of a file say too little of it.
        methods.extend(
            method::named(&name?).filter(|it| matches!(it, Method::Whole(_))),
        );
    }
    let mut all: HashMap<(Volume, u64), Due> = HashMap::new();
    for (volume, files) in found {
        for method in &methods {
            let table = Table { volume, method: *method };
            let Some(numbers) = table.find(reader, boot)? else { continue };
            // As numbers with a sign, these are in two runs.
            let middle = i64::MAX.cast_unsigned();
            for range in [(0, middle), (middle + 1, u64::MAX)] {
                digests::read(reader, &table, numbers, range, |row| {
                    let file = files.get(&row.known.inode);
                    let file = file.filter(|it| it.known == row.known);
                    let content = method::content(*method, row.digest);
                    let (Some(file), Some(content)) = (file, content) else {
                        return;
                    };
                    let due = Due {
                        verified: row.verified,
                        path: file.path.clone(),
                        known: file.known,
                        table,
                        content,
                    };
                    // One of its digests is enough: the newest.
                    let place = (volume, row.known.inode);
                    let known = all.get(&place).map(|it| it.verified);
                    if known.is_none_or(|it| it < row.verified) {
                        all.insert(place, due);
                    }
                })?;
            }
        }
    }
    Ok(all.into_values().collect())
}

/// Lets the system forget what it has of a file in memory, so that it is read
/// from the disk.
fn forget_pages(path: &Path) {
    #[cfg(target_os = "linux")]
    if let Ok(file) = open(path) {
        use rustix::fs::{Advice, fadvise};
        // Where that is refused, what is in memory is read.
        let _ = fadvise(&file, 0, None, Advice::DontNeed);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = path;
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::{open, part};

    #[test]
    fn nobody_waits_for_the_writer_of_a_pipe() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        mknodat(CWD, &path, FileType::Fifo, Mode::RUSR, 0).unwrap();
        let (done, waiting) = std::sync::mpsc::channel();
        std::thread::spawn(move || done.send(open(&path).is_ok()));
        let opened = waiting.recv_timeout(Duration::from_secs(10));
        assert_eq!(opened, Ok(true));
    }

    #[test]
    fn a_part_is_rounded_up() {
        assert_eq!(part(1000, 0.05), 50);
        assert_eq!(part(3, 0.01), 1);
        assert_eq!(part(3, 1.0), 3);
        assert_eq!(part(3, 7.0), 3);
        assert_eq!(part(0, 0.5), 0);
    }
}
