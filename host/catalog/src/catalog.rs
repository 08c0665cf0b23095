//! A catalog that is open: digests are asked for by any number of threads,
//! and written by one.

use std::{
    collections::HashMap,
    fmt,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread::{Builder, JoinHandle},
    time::{Duration, Instant},
};

use rusqlite::Connection;
use sanchay::{
    Content, DigestCache, FileId, FileKey, FileState, FileSystemId, storage,
};
use sanchay_sync::lock;

use crate::{
    blocks::Blocks,
    digests::{self, Known, Numbers, Row, Table},
    error::{CatalogError, is_damage, shown, words},
    file::{self, Access},
    method,
    readers::Readers,
    stamp,
    volume::{Volume, boot},
    writer::{self, Change, DigestBytes, Queue},
};

/// Called with what a catalog has to say; never with more than a few lines in
/// a run.
pub type Notice = Arc<dyn Fn(&str) + Send + Sync>;

/// After what time it is looked again whether a table has rows by now.
const SOON: Duration = Duration::from_secs(2);

/// After how many days it is noted anew that a digest is in use.
const NOTED: i64 = 7;

/// What shows that a file is as it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trust {
    /// Its size and its times of modification and change. Programs can set
    /// the first of these times, and not the second.
    #[default]
    Changed,
    /// Its size and its time of modification. A file that was renamed is
    /// known again, and so is one whose content was changed by a program that
    /// sets the time back.
    Modified,
}

/// How a catalog is opened.
#[derive(Clone, Default)]
pub struct CatalogOptions {
    /// What shows that a file is as it was.
    pub trust: Trust,
    /// Called with what the user ought to know; without it, that goes to the
    /// log.
    pub notice: Option<Notice>,
}

impl fmt::Debug for CatalogOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CatalogOptions")
            .field("trust", &self.trust)
            .finish_non_exhaustive()
    }
}

/// What was seen of files, in one SQLite file.
///
/// It is a [`DigestCache`]: an engine that has it reads no file again that is
/// as it was. Any number of processes may have it open.
///
/// ```
/// use std::sync::Arc;
/// use sanchay::Engine;
/// use sanchay_catalog::{Catalog, CatalogOptions};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("catalog.db");
/// let catalog = Arc::new(Catalog::open(&path, CatalogOptions::default())?);
/// let engine = Engine::builder().cache(catalog.clone()).build()?;
/// for file in engine.hash(["src"]).start()? {
///     println!("{}", file?.content);
/// }
/// catalog.flush();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Catalog {
    shared: Arc<Shared>,
    writer: Option<JoinHandle<Connection>>,
}

/// What its threads share.
pub(crate) struct Shared {
    path: PathBuf,
    options: CatalogOptions,
    access: Access,
    boot: String,
    today: i64,
    readers: Readers,
    /// The tables of digests by their numbers; `None` for one that had no rows
    /// at that time.
    tables: Mutex<HashMap<Table, (Option<Numbers>, Instant)>>,
    blocks: Blocks,
    queue: Queue,
    /// Whether nothing is asked any more, since the file is damaged.
    damaged: AtomicBool,
    said: AtomicBool,
}

impl fmt::Debug for Catalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalog")
            .field("path", &self.shared.path)
            .finish_non_exhaustive()
    }
}

impl Catalog {
    /// Opens a catalog, and makes it where there is none. A damaged one is set
    /// aside, and another begun.
    ///
    /// # Errors
    /// [`CatalogError::Newer`] for one that a newer version wrote,
    /// [`CatalogError::Foreign`] for a file that is no catalog, and what the
    /// system or SQLite refused.
    pub fn open(
        path: &Path,
        options: CatalogOptions,
    ) -> Result<Self, CatalogError> {
        let opened = file::open(path)?;
        let shared = Arc::new(Shared::new(path, opened.access, options));
        if let Some(aside) = opened.set_aside {
            shared.tell(&format!(
                "{}: the catalog was damaged; it is now {}, and a new one is \
                 begun",
                shown(path),
                shown(&aside)
            ));
        }
        if let Some(why) = opened.read_only {
            shared.warn(&format!(
                "{}: the catalog cannot be written: {}; digests are looked \
                 up in it, and not added",
                shown(path),
                words(&why)
            ));
        }
        if opened.access != Access::Write {
            shared.queue.give_up();
            shared.readers.give(opened.connection);
            return Ok(Self { shared, writer: None });
        }
        let (theirs, connection) = (Arc::clone(&shared), opened.connection);
        let writer = Builder::new()
            .name("sanchay-catalog".to_owned())
            .spawn(move || theirs.write(connection))
            .map_err(|source| CatalogError::Io {
                path: path.to_owned(),
                action: "start a thread for it",
                source,
            })?;
        Ok(Self { shared, writer: Some(writer) })
    }

    /// A catalog without a file, which has nothing and keeps nothing: for
    /// comparing what is on disk and in lists.
    ///
    /// ```
    /// use sanchay_catalog::Catalog;
    ///
    /// assert!(Catalog::empty().snapshots()?.is_empty());
    /// # Ok::<(), sanchay_catalog::CatalogError>(())
    /// ```
    #[must_use]
    pub fn empty() -> Self {
        let (path, options) = (Path::new(""), CatalogOptions::default());
        let shared = Shared::new(path, Access::Nothing, options);
        shared.queue.give_up();
        Self { shared: Arc::new(shared), writer: None }
    }

    /// Waits until all digests that were put into it are written.
    pub fn flush(&self) {
        self.shared.queue.flush();
    }

    /// Its file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// What identifies its files, as they are now.
    #[must_use]
    pub fn ids(&self) -> Vec<FileId> {
        if self.shared.access == Access::Nothing {
            return Vec::new();
        }
        let path = &self.shared.path;
        // SQLite puts what belongs to a file beside it, not beside a link.
        let real = path.canonicalize();
        let found = file::all(real.as_ref().unwrap_or(path)).into_iter();
        found.filter_map(|path| Some(storage::stat(&path).ok()?.id)).collect()
    }

    /// What identifies the directory that has its files; `None` if they may
    /// be in others as well, since one of them has several names.
    #[must_use]
    pub fn directory_id(&self) -> Option<FileId> {
        let path = self.shared.path.canonicalize().ok()?;
        for file in file::all(&path) {
            let found = storage::stat(&file);
            if found.is_ok_and(|it| it.links > 1) {
                return None;
            }
        }
        Some(storage::stat(path.parent()?).ok()?.id)
    }

    /// Whether it can be written.
    #[must_use]
    pub fn is_writable(&self) -> bool {
        self.shared.access == Access::Write
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }
}

impl Drop for Catalog {
    fn drop(&mut self) {
        self.shared.queue.close();
        // A panic of the writer has been reported.
        let writer = self.writer.take().map(JoinHandle::join);
        let shared = &self.shared;
        shared.readers.close();
        // The last one moves what is in the log to the file.
        drop(writer);
        let writable = shared.access == Access::Write;
        if shared.damaged.load(Relaxed) && writable {
            match file::set_aside(&shared.path) {
                Ok(aside) => shared.tell(&format!(
                    "{}: it is now {}; the next run begins a new one",
                    shown(&shared.path),
                    shown(&aside)
                )),
                Err(error) => shared.tell(&error.to_string()),
            }
        }
    }
}

impl Shared {
    fn new(path: &Path, access: Access, options: CatalogOptions) -> Self {
        Self {
            path: path.to_owned(),
            options,
            access,
            boot: boot(),
            today: stamp::today(),
            readers: Readers::default(),
            tables: Mutex::default(),
            blocks: Blocks::new(),
            queue: Queue::default(),
            damaged: AtomicBool::new(false),
            said: AtomicBool::new(false),
        }
    }

    /// Has something written, about a second later.
    pub(crate) fn push(&self, change: Change) {
        self.queue.push(change);
    }

    /// What tells this start of the machine from others.
    pub(crate) fn boot(&self) -> &str {
        &self.boot
    }

    /// Another connection that may write.
    pub(crate) fn connect(&self) -> rusqlite::Result<Connection> {
        file::connect(&self.path, self.access)
    }

    /// Does something with a connection that only reads.
    pub(crate) fn read<T>(
        &self,
        act: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let access = match self.access {
            Access::Write | Access::Read => Access::Read,
            other @ (Access::Fixed | Access::Nothing) => other,
        };
        let reader =
            self.readers.take(|| file::connect(&self.path, access))?;
        let done = act(&reader);
        self.readers.give(reader);
        done
    }

    /// Writes what is put into the queue until it is closed.
    fn write(&self, mut connection: Connection) -> Connection {
        if let Err(error) =
            writer::run(&self.queue, &mut connection, &self.boot)
        {
            self.failed(&error, "written", "no more digests are added");
        }
        connection
    }

    /// Says that something failed, once in a run.
    fn failed(&self, error: &rusqlite::Error, what: &str, so: &str) {
        if is_damage(error) && !self.damaged.swap(true, Relaxed) {
            self.queue.give_up();
            self.warn(&format!(
                "{}: the catalog is damaged ({}) and not used any more",
                shown(&self.path),
                words(error)
            ));
            return;
        }
        self.warn(&format!(
            "{}: the catalog cannot be {what}: {}; {so}",
            shown(&self.path),
            words(error)
        ));
    }

    /// Says something once in a run: what comes of it later is not news.
    fn warn(&self, text: &str) {
        if !self.said.swap(true, Relaxed) {
            self.tell(text);
        }
    }

    fn tell(&self, text: &str) {
        tracing::warn!("{text}");
        if let Some(notice) = &self.options.notice {
            notice(text);
        }
    }

    fn load(
        &self,
        table: &Table,
        range: (u64, u64),
        take: &mut dyn FnMut(Row<'_>),
    ) {
        let known = match lock(&self.tables).get(table) {
            // Digests that are made meanwhile are put into the blocks.
            Some((None, at)) if at.elapsed() < SOON => return,
            Some((numbers, _)) => *numbers,
            None => None,
        };
        let outcome = self.read(|reader| {
            let numbers = match known {
                Some(numbers) => Some(numbers),
                None => {
                    let found = table.find(reader, &self.boot)?;
                    let known = (found, Instant::now());
                    lock(&self.tables).insert(*table, known);
                    found
                }
            };
            let Some(numbers) = numbers else { return Ok(0) };
            digests::read(reader, table, numbers, range, take)
        });
        match outcome {
            Ok(0) => {}
            Ok(damaged) => tracing::warn!(damaged, "rows that do not add up"),
            Err(error) => {
                self.failed(&error, "read", "what it lacks is read again");
            }
        }
    }
}

impl DigestCache for Catalog {
    fn get(&self, key: &FileKey) -> Option<Content> {
        let shared = &*self.shared;
        let wanted = Known::of(&key.state())?;
        if shared.damaged.load(Relaxed) {
            return None;
        }
        let table = Table::of(key);
        let found =
            shared.blocks.find(&table, wanted.inode, |range, take| {
                shared.load(&table, range, take);
            })?;
        let same = match shared.options.trust {
            Trust::Changed => found.known == wanted,
            Trust::Modified => {
                let changed = wanted.changed;
                Known { changed, ..found.known } == wanted
            }
        };
        if !same {
            return None;
        }
        if shared.today.saturating_sub(found.used) >= NOTED {
            let (inode, day) = (wanted.inode, shared.today);
            shared.queue.push(Change::Used { table, inode, day });
        }
        Some(found.content)
    }

    fn put(&self, key: &FileKey, content: &Content) {
        let shared = &*self.shared;
        let Some(known) = Known::of(&key.state()) else { return };
        let Some(digest) = method::bytes(key.method, content) else {
            return;
        };
        let table = Table::of(key);
        let (verified, used) = (stamp::seconds(), shared.today);
        let row = Row { known, digest: &digest, verified, used };
        shared.blocks.put(&table, &row);
        let digest = DigestBytes::new(&digest);
        let change = Change::Made { table, known, digest, verified, used };
        shared.queue.push(change);
    }

    fn renamed(
        &self,
        file_system: FileSystemId,
        before: &FileState,
        after: &FileState,
    ) {
        let device = after.id.device;
        if before.id.device != device {
            return;
        }
        let (Some(before), Some(after)) =
            (Known::of(before), Known::of(after))
        else {
            return;
        };
        // Of the same file, and with nothing but another change time.
        if (Known { changed: after.changed, ..before }) == after {
            let volume = Volume { file_system, device };
            let changed = after.changed;
            let change = Change::Renamed { volume, before, changed };
            self.shared.queue.push(change);
        }
    }
}
