//! Snapshots: what files there are, taken at one time and kept.

use std::{
    collections::HashMap,
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use rusqlite::{
    Connection, TransactionBehavior, params, params_from_iter, types::Value,
};
use sanchay::{
    Algorithm, Engine, EntryError, HashEvent, HashOptions, Method, Monitor,
    ScanEvent, Summary, Timestamp, WalkOptions, escaped,
};
use sanchay_sync::{into_inner, lock};

use crate::{
    catalog::Catalog,
    error::CatalogError,
    folders::{Folders, Paths, join},
    observe::{Base, Observation, Observed, Observer, Seen, Sink, Unknown},
    stamp,
    version::{COLUMN_COUNT, COLUMNS, FileVersion, bytes_of, path_of},
};

/// The last snapshot of what is as it was in the newest.
pub(crate) const STILL: i64 = i64::MAX;

/// How many rows are written at once.
const MANY: usize = 8192;

/// What precedes a name that is that of a snapshot, whatever else there is.
pub(crate) const EXPLICIT: &str = "snapshot:";

/// The longest name of a snapshot, in bytes.
const LONGEST_NAME: usize = 255;

/// How a snapshot is taken.
#[derive(Clone, Debug, Default)]
pub struct SnapshotOptions {
    /// Its name, by which it is asked for later.
    pub name: Option<String>,
    /// Whether to hash the files, and how: of regular files only.
    pub hash: Option<Algorithm>,
    /// Which files. Snapshots of the same roots and files form a series, and
    /// each costs what changed since the one before.
    pub walk: WalkOptions,
    /// How the run is watched and ended.
    pub monitor: Monitor,
}

/// A snapshot that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// Its number; those taken later have greater ones.
    pub number: u64,
    /// Its name, if it was given one.
    pub name: Option<String>,
    /// When it was begun.
    pub taken: Timestamp,
    /// The roots, absolute and without links.
    pub roots: Vec<PathBuf>,
    /// Which of their files, in words.
    pub selection: String,
    /// How many files it has.
    pub files: u64,
    /// How many bytes these have.
    pub bytes: u64,
    /// How many entries failed: what was known of them before was kept.
    pub errors: u64,
    pub(crate) series: i64,
}

impl Snapshot {
    pub(crate) fn base(&self) -> Base {
        let snapshot = self.number.cast_signed();
        Base { series: self.series, snapshot }
    }
}

/// What taking a snapshot came to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Taken {
    /// The snapshot.
    pub snapshot: Snapshot,
    /// What was done.
    pub summary: Summary,
}

impl Catalog {
    /// Takes a snapshot. What is wrong with an entry goes to `on_error`, which
    /// ends the run by returning `Break` and may be called from several
    /// threads at once.
    ///
    /// # Errors
    /// [`CatalogError::NameTaken`] and [`CatalogError::BadName`] for the name;
    /// [`CatalogError::NoRoot`] if none of the roots could be opened, and
    /// [`CatalogError::Run`] if the walk could not be carried out, or was
    /// cancelled: then nothing is kept.
    pub fn snapshot(
        &self,
        engine: &Engine,
        roots: &[PathBuf],
        options: &SnapshotOptions,
        on_error: impl Fn(EntryError) -> ControlFlow<()> + Sync,
    ) -> Result<Taken, CatalogError> {
        let roots = absolute(roots);
        let name = options.name.as_deref();
        if let Some(name) = name {
            check_name(name)?;
        }
        let failed = |error| {
            CatalogError::sqlite(self.path(), "write a snapshot")(error)
        };
        let shared = self.shared();
        let mut connection = shared.connect().map_err(failed)?;
        let begun = Begun::new(&mut connection, &roots, &options.walk, name)
            .map_err(failed)?
            .ok_or_else(|| CatalogError::NameTaken {
                name: shown(name.unwrap_or_default()),
            })?;
        let sink = Store {
            snapshot: begun.number,
            series: begun.series,
            state: Mutex::new(State {
                connection,
                folders: Folders::default(),
                rows: Vec::new(),
                ended: Vec::new(),
                learnt: Vec::new(),
            }),
        };
        let observation = Observation::new(shared, begun.base(), sink);
        let observation = observation.map_err(failed)?;
        let walked = walk(engine, &roots, options, &observation, &on_error);
        let finished = observation.finish();
        let (observed, sink) = match finished {
            Ok((observed, sink)) => (observed, sink),
            Err(error) => {
                let mut connection = shared.connect().map_err(failed)?;
                begun.drop_all(&mut connection).map_err(failed)?;
                return Err(overtaken_or(failed)(error));
            }
        };
        let mut state = into_inner(sink.state);
        let summary = match walked {
            Ok(summary) => summary,
            Err(error) => {
                begun.drop_all(&mut state.connection).map_err(failed)?;
                return Err(error.into());
            }
        };
        if summary.named_errors >= roots.len() as u64 {
            begun.drop_all(&mut state.connection).map_err(failed)?;
            return Err(CatalogError::NoRoot);
        }
        let is_kept = begun
            .complete(state, &observed, sink.series)
            .map_err(overtaken_or(failed))?;
        if !is_kept {
            return Err(CatalogError::Overtaken);
        }
        let number = begun.number;
        let all = self.snapshots()?;
        let found =
            all.into_iter().find(|it| it.number.cast_signed() == number);
        let snapshot = found.ok_or(CatalogError::Overtaken)?;
        Ok(Taken { snapshot, summary })
    }

    /// Drops a snapshot that shows nothing that the one before does not.
    pub(crate) fn forget(
        &self,
        snapshot: &Snapshot,
    ) -> Result<(), CatalogError> {
        let drop = "DELETE FROM snapshots WHERE id = ?1";
        let number = snapshot.number.cast_signed();
        let connection = self.shared().connect();
        let done = connection.and_then(|it| it.execute(drop, [number]));
        done.map(|_| ()).map_err(|error| {
            CatalogError::sqlite(self.path(), "drop a snapshot")(error)
        })
    }

    /// The snapshots that there are, the oldest first.
    ///
    /// # Errors
    /// The catalog cannot be read.
    pub fn snapshots(&self) -> Result<Vec<Snapshot>, CatalogError> {
        let ask = "SELECT s.id, s.name, s.began, s.files, s.bytes, s.errors, \
                   s.series, t.roots, t.selection FROM snapshots s \
                   JOIN series t ON t.id = s.series \
                   WHERE s.ended IS NOT NULL ORDER BY s.id";
        let read = |reader: &Connection| {
            let mut statement = reader.prepare_cached(ask)?;
            let rows = statement.query_map([], |row| {
                let unsigned =
                    |at| row.get::<_, i64>(at).map(i64::cast_unsigned);
                let roots: Vec<u8> = row.get(7)?;
                let roots = roots.split(|byte| *byte == 0);
                Ok(Snapshot {
                    number: unsigned(0)?,
                    name: row.get(1)?,
                    taken: stamp::time(row.get(2)?),
                    files: unsigned(3)?,
                    bytes: unsigned(4)?,
                    errors: unsigned(5)?,
                    series: row.get(6)?,
                    roots: roots.map(path_of).collect(),
                    selection: row.get(8)?,
                })
            })?;
            rows.collect()
        };
        self.shared().read(read).map_err(|error| {
            CatalogError::sqlite(self.path(), "read the snapshots")(error)
        })
    }
}

/// What it means that a snapshot's own row is gone.
fn overtaken_or(
    failed: impl Fn(rusqlite::Error) -> CatalogError,
) -> impl Fn(rusqlite::Error) -> CatalogError {
    move |error| match error {
        rusqlite::Error::QueryReturnedNoRows => CatalogError::Overtaken,
        other => failed(other),
    }
}

/// Walks, and compares what is found.
pub(crate) fn walk<S: Sink>(
    engine: &Engine,
    roots: &[PathBuf],
    options: &SnapshotOptions,
    observation: &Observation<'_, S>,
    on_error: &(impl Fn(EntryError) -> ControlFlow<()> + Sync),
) -> Result<Summary, sanchay::Error> {
    let failed = |error: EntryError| {
        observation.failed_entry(&error);
        on_error(error)
    };
    let go_on = || match observation.is_over() {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    };
    if let Some(algorithm) = options.hash {
        let mut observer = Observer::new(observation);
        return engine
            .hash(roots)
            .options(HashOptions {
                walk: options.walk.clone(),
                method: Method::Whole(algorithm),
            })
            .monitor(&options.monitor)
            .for_each(|event| match event {
                HashEvent::File(file) => {
                    if let Some(metadata) = file.metadata {
                        let (path, root) = (file.path, file.root);
                        let content = file.content;
                        observer.hashed(path, root, metadata, content);
                    }
                    go_on()
                }
                HashEvent::Error(error) => failed(error),
                _ => ControlFlow::Continue(()),
            });
    }
    engine
        .scan(roots)
        .options(options.walk.clone())
        .monitor(&options.monitor)
        .for_each_batch(|_| {
            let mut observer = Observer::new(observation);
            move |event: ScanEvent<'_>| match event {
                ScanEvent::Files(batch) => {
                    observer.batch(&batch);
                    go_on()
                }
                ScanEvent::Error(error) => failed(error),
                _ => ControlFlow::Continue(()),
            }
        })
}

/// Roots as a series has them: absolute, without links where that can be
/// told, in order, and none within another.
pub(crate) fn absolute(roots: &[PathBuf]) -> Vec<PathBuf> {
    let whole = |root: &PathBuf| {
        if sanchay::storage::is_cloud_url(root) {
            return root.to_owned();
        }
        let root = match root.as_os_str().is_empty() {
            true => Path::new("."),
            false => root,
        };
        let whole = fs::canonicalize(root)
            .or_else(|_| sanchay::storage::absolute(root))
            .unwrap_or_else(|_| root.to_owned());
        sanchay_names::with_slashes(whole)
    };
    let mut all: Vec<PathBuf> = roots.iter().map(whole).collect();
    all.sort_unstable();
    all.dedup();
    let outer = all.clone();
    all.retain(|root| {
        !outer.iter().any(|it| it != root && root.starts_with(it))
    });
    all
}

/// Which files a walk reports, in words: equal for equal options.
pub(crate) fn selection(walk: &WalkOptions) -> String {
    let mut text = match walk.program() {
        Ok(program) => program.expression().to_string(),
        Err(error) => error.to_string(),
    };
    for (given, word) in [
        (walk.follow, "follow"),
        (walk.beneath, "beneath"),
        (walk.one_file_system, "one-file-system"),
        (walk.gitignore, "gitignore"),
    ] {
        if given {
            text.push_str(&format!("; {word}"));
        }
    }
    if let Some(depth) = walk.max_depth {
        text.push_str(&format!("; max-depth {depth}"));
    }
    for file in &walk.ignore_files {
        let file = escaped(bytes_of(file));
        text.push_str(&format!("; ignore-file {file}"));
    }
    text
}

/// Refuses names that would be taken for something else.
fn check_name(name: &str) -> Result<(), CatalogError> {
    let why = if name.is_empty() {
        "it is empty"
    } else if name.len() > LONGEST_NAME {
        "it is longer than 255 bytes"
    } else if name.bytes().all(|byte| byte.is_ascii_digit()) {
        "it would be taken for a number"
    } else if name == "latest" || name.starts_with("latest~") {
        "that is the newest one"
    } else if name.starts_with(EXPLICIT) {
        "what follows the colon would be taken for the name"
    } else if name.contains('/') || name == "." || name == ".." {
        "it would be taken for a path"
    } else if name.chars().any(char::is_control) {
        "it has control characters"
    } else {
        return Ok(());
    };
    Err(CatalogError::BadName { name: shown(name), why })
}

pub(crate) fn shown(text: &str) -> String {
    escaped(text.as_bytes()).to_string()
}

/// A snapshot that was begun.
struct Begun {
    number: i64,
    series: i64,
    /// The newest of its series that is complete.
    latest: Option<i64>,
}

impl Begun {
    /// Begins a snapshot; `None` if its name is taken. What is left of one of
    /// the same series that was not completed goes.
    fn new(
        connection: &mut Connection,
        roots: &[PathBuf],
        walk: &WalkOptions,
        name: Option<&str>,
    ) -> rusqlite::Result<Option<Self>> {
        let roots: Vec<&[u8]> = roots.iter().map(|it| bytes_of(it)).collect();
        let (roots, selection) = (roots.join(&0), selection(walk));
        let act = TransactionBehavior::Immediate;
        let transaction = connection.transaction_with_behavior(act)?;
        transaction.execute(
            "INSERT INTO series (roots, selection) VALUES (?1, ?2) \
             ON CONFLICT DO NOTHING",
            params![roots, selection],
        )?;
        let series: i64 = transaction.query_row(
            "SELECT id FROM series WHERE roots = ?1 AND selection = ?2",
            params![roots, selection],
            |row| row.get(0),
        )?;
        transaction.execute(
            "DELETE FROM versions WHERE series = ?1 AND first IN \
             (SELECT id FROM snapshots WHERE series = ?1 AND ended IS NULL)",
            [series],
        )?;
        transaction.execute(
            "DELETE FROM snapshots WHERE series = ?1 AND ended IS NULL",
            [series],
        )?;
        if let Some(name) = name {
            let taken: bool = transaction.query_row(
                "SELECT EXISTS (SELECT 1 FROM snapshots WHERE name = ?1)",
                [name],
                |row| row.get(0),
            )?;
            if taken {
                return Ok(None);
            }
        }
        let latest = transaction.query_row(
            "SELECT max(id) FROM snapshots WHERE series = ?1",
            [series],
            |row| row.get(0),
        )?;
        transaction.execute(
            "INSERT INTO snapshots (series, name, began) VALUES (?1, ?2, ?3)",
            params![series, name, stamp::now()],
        )?;
        let number = transaction.last_insert_rowid();
        transaction.commit()?;
        Ok(Some(Self { number, series, latest }))
    }

    fn base(&self) -> Option<Base> {
        let series = self.series;
        self.latest.map(|snapshot| Base { series, snapshot })
    }

    /// Forgets it.
    fn drop_all(&self, connection: &mut Connection) -> rusqlite::Result<()> {
        let act = TransactionBehavior::Immediate;
        let transaction = connection.transaction_with_behavior(act)?;
        transaction.execute(
            "DELETE FROM versions WHERE series = ?1 AND first = ?2",
            [self.series, self.number],
        )?;
        transaction
            .execute("DELETE FROM snapshots WHERE id = ?1", [self.number])?;
        transaction.commit()
    }

    /// Makes it one that counts; whether nothing came in between.
    fn complete(
        &self,
        mut state: State,
        observed: &Observed,
        series: i64,
    ) -> rusqlite::Result<bool> {
        state.write(series, self.number)?;
        let State { connection, mut ended, learnt, .. } = state;
        let mut connection = connection;
        if self.latest.is_some() {
            ended.extend(self.gone(&connection, observed, &ended)?);
        }
        let act = TransactionBehavior::Immediate;
        let transaction = connection.transaction_with_behavior(act)?;
        let newest: Option<i64> = transaction.query_row(
            "SELECT max(id) FROM snapshots WHERE series = ?1 \
             AND ended IS NOT NULL",
            [series],
            |row| row.get(0),
        )?;
        let done = transaction.execute(
            "UPDATE snapshots SET ended = ?2, files = ?3, bytes = ?4, \
             errors = ?5 WHERE id = ?1",
            params![
                self.number,
                stamp::now(),
                observed.files.cast_signed(),
                observed.bytes.cast_signed(),
                observed.errors.cast_signed(),
            ],
        )?;
        if newest != self.latest || done != 1 {
            drop(transaction);
            self.drop_all(&mut connection)?;
            return Ok(false);
        }
        {
            let end = "UPDATE versions SET last = ?2 WHERE id = ?1";
            let mut statement = transaction.prepare_cached(end)?;
            for row in ended {
                statement.execute(params![row, self.latest])?;
            }
            let note = "UPDATE versions SET method = ?2, digest = ?3 \
                        WHERE id = ?1";
            let mut statement = transaction.prepare_cached(note)?;
            for (row, version) in learnt {
                let [.., method, digest] = version.values();
                statement.execute(params![row, method, digest])?;
            }
        }
        transaction.commit()?;
        Ok(true)
    }

    /// The rows of the newest snapshot whose files are not there any more.
    fn gone(
        &self,
        connection: &Connection,
        observed: &Observed,
        changed: &[i64],
    ) -> rusqlite::Result<Vec<i64>> {
        let unknown = Unknown::new(&observed.unknown);
        let changed: std::collections::HashSet<i64> =
            changed.iter().copied().collect();
        let ask = "SELECT id FROM versions WHERE series = ?1 AND last = ?2";
        let mut statement = connection.prepare(ask)?;
        let mut rows = statement.query([self.series, STILL])?;
        let place = "SELECT folder, name, first FROM versions WHERE id = ?1";
        let mut place = connection.prepare(place)?;
        let (mut gone, mut paths) = (Vec::new(), Paths::default());
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            if observed.has(id) || changed.contains(&id) {
                continue;
            }
            let (folder, name, first): (i64, Vec<u8>, i64) = place
                .query_row([id], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                })?;
            if first >= self.number {
                continue;
            }
            if !observed.unknown.is_empty() {
                let folder = paths.get(connection, folder)?;
                if unknown.has(&join(&folder, &name)) {
                    continue;
                }
            }
            gone.push(id);
        }
        Ok(gone)
    }
}

/// Keeps what is new or different as rows of a snapshot that is not complete.
struct Store {
    snapshot: i64,
    series: i64,
    state: Mutex<State>,
}

struct State {
    connection: Connection,
    folders: Folders,
    rows: Vec<Seen>,
    /// Rows of the snapshot before whose files are different now.
    ended: Vec<i64>,
    /// Rows whose content is known now.
    learnt: Vec<(i64, FileVersion)>,
}

impl Sink for Store {
    fn take(&self, seen: Vec<Seen>) -> rusqlite::Result<()> {
        let mut state = lock(&self.state);
        state.ended.extend(seen.iter().filter_map(|it| it.before));
        state.rows.extend(seen);
        match state.rows.len() >= MANY {
            true => state.write(self.series, self.snapshot),
            false => Ok(()),
        }
    }

    fn learn(&self, row: i64, version: &FileVersion) -> rusqlite::Result<()> {
        lock(&self.state).learnt.push((row, version.clone()));
        Ok(())
    }
}

impl State {
    fn write(&mut self, series: i64, snapshot: i64) -> rusqlite::Result<()> {
        let Self { connection, folders, rows, .. } = self;
        if rows.is_empty() {
            return Ok(());
        }
        let act = TransactionBehavior::Immediate;
        let transaction = connection.transaction_with_behavior(act)?;
        // Whoever began another one of the series meanwhile dropped this one:
        // rows of it would be nobody's.
        let ask = "SELECT id FROM snapshots WHERE id = ?1";
        transaction.query_row(ask, [snapshot], |_| Ok(()))?;
        let mut numbers: HashMap<Arc<[u8]>, i64> = HashMap::new();
        {
            let add = insertion();
            let mut statement = transaction.prepare_cached(&add)?;
            for seen in rows.drain(..) {
                let path = &seen.folder.path;
                let folder = match numbers.get(path) {
                    Some(number) => *number,
                    None => {
                        let number =
                            folders.find_or_add(&transaction, &seen.folder)?;
                        numbers.insert(Arc::clone(path), number);
                        number
                    }
                };
                let own = [
                    Value::Integer(series),
                    Value::Integer(folder),
                    Value::Blob(seen.name.into_vec()),
                    Value::Integer(snapshot),
                    Value::Integer(STILL),
                ];
                let values = own.into_iter().chain(seen.version.values());
                statement.execute(params_from_iter(values))?;
            }
        }
        transaction.commit()
    }
}

fn insertion() -> String {
    let marks = vec!["?"; COLUMN_COUNT + 5].join(", ");
    format!(
        "INSERT INTO versions (series, folder, name, first, last, {COLUMNS}) \
         VALUES ({marks})"
    )
}

/// The complete snapshots of a series, the oldest first.
pub(crate) fn of_series(
    connection: &Connection,
    series: i64,
) -> rusqlite::Result<Vec<i64>> {
    let ask = "SELECT id FROM snapshots WHERE series = ?1 \
               AND ended IS NOT NULL ORDER BY id";
    let mut statement = connection.prepare_cached(ask)?;
    let rows = statement.query_map([series], |row| row.get(0))?;
    rows.collect()
}
