//! The runs of which there are journals.

use std::{
    collections::{HashMap, HashSet},
    env,
    fs::{self, DirBuilder, File},
    io::{self, BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use sanchay_core::{
    plan::{Document, Header, Line, Made, Place, State},
    time::{TimeZone, Timestamp, Zone},
};
use sanchay_storage::{LocalStorage, Storage};
use sanchay_system::{files, host::HOME};

use super::{
    document::Reading, error::OpsError, folders::FolderId, journal::Journal,
    places::Places, request::tag, totals::Totals,
};
use crate::engine::Engine;

/// What the names of journals end in.
const JOURNAL: &str = "ndjson";

/// What the names of the marks of runs that are not over end in.
const UNFINISHED: &str = "unfinished";

/// The longest first line that is read by itself, and how much is read of the
/// end to find the last one.
const HEAD: u64 = 1 << 20;
const TAIL: u64 = 4 << 10;

/// How long a run may take from its journal to the first line in it.
const BEGINNING: Duration = Duration::from_secs(60);

/// Where journals are, and the runs that they are of.
#[derive(Clone, Debug)]
pub struct Runs {
    folder: PathBuf,
    storage: Option<Arc<dyn Storage>>,
    zone: TimeZone,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Run {
    /// What it goes by.
    pub id: String,
    /// The command.
    pub command: String,
    /// When it began, as RFC 3339 has it.
    pub started: String,
    /// How far it is.
    pub state: RunState,
    /// How many steps it has.
    pub steps: u64,
    /// How many are known to be done.
    pub done: u64,
    /// How many could not be done.
    pub failed: u64,
    /// How many were undone.
    pub undone: u64,
    /// How many could not be undone.
    pub kept: u64,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunState {
    /// It was ended before its time, or is going on.
    Unfinished,
    /// It is over.
    Finished,
    /// It was undone.
    Undone,
}

impl RunState {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unfinished => "unfinished",
            Self::Finished => "finished",
            Self::Undone => "undone",
        }
    }
}

/// A journal that was read.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) storage: Arc<dyn Storage>,
    pub(super) header: Header,
    pub(super) places: Places,
    pub(super) steps: Vec<u32>,
    pub(super) states: Vec<Option<State>>,
    /// What steps made, where that has to be known.
    pub(super) made: HashMap<usize, Made>,
    /// Folders: when they were modified before the run, and after it.
    pub(super) folders: Vec<(Place, Timestamp, Option<Timestamp>)>,
    /// The folders that an undoing which was ended was to give their times
    /// back, by their numbers.
    pub(super) reversing: Option<HashSet<FolderId>>,
    pub(super) finished: bool,
    pub(super) reversed: bool,
}

impl Loaded {
    /// Whether all steps are there: none was done before.
    pub(super) fn is_whole(&self) -> bool {
        steps_of(&self.header) == Some(self.steps.len() as u64)
    }
}

impl Runs {
    /// Runs whose journals are in a folder, which is made when the first is
    /// written.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        let zone = TimeZone::UTC;
        Self { folder: folder.into(), storage: None, zone }
    }

    /// The user's: in `$XDG_STATE_HOME/sanchay/runs`, which is
    /// `~/.local/state/sanchay/runs` where that is not set.
    ///
    /// # Errors
    /// [`OpsError::NoStateFolder`] where the environment names none.
    pub fn of_user() -> Result<Self, OpsError> {
        let absolute = |it: PathBuf| it.is_absolute().then_some(it);
        let state = env::var_os("XDG_STATE_HOME").map(PathBuf::from);
        let home = env::var_os(HOME).map(PathBuf::from);
        let folder = state
            .and_then(absolute)
            .or_else(|| Some(home.and_then(absolute)?.join(".local/state")));
        let folder = folder.ok_or(OpsError::NoStateFolder)?;
        Ok(Self::at(folder.join("sanchay/runs")))
    }

    /// The same for files that are not on this machine.
    #[must_use]
    pub fn with_storage(mut self, storage: Arc<dyn Storage>) -> Self {
        self.storage = Some(storage);
        self
    }

    /// The same with the time zone in which the trash says when something was
    /// deleted; by default UTC.
    #[must_use]
    pub fn with_zone(mut self, zone: TimeZone) -> Self {
        self.zone = zone;
        self
    }

    pub(super) fn time_zone(&self) -> Zone {
        self.zone.clone().into()
    }

    fn path(&self, run: &str, ending: &str) -> PathBuf {
        self.folder.join(format!("{run}.{ending}"))
    }

    /// Begins the journal of a run.
    pub(super) fn begin(
        &self,
        mut header: Header,
    ) -> Result<(String, Journal), OpsError> {
        let mut builder = DirBuilder::new();
        files::private_folder(builder.recursive(true))
            .create(&self.folder)
            .map_err(|source| {
                let action = "cannot create the folder of journals";
                OpsError::file(&self.folder, action, source)
            })?;
        let now = Timestamp::from(SystemTime::now());
        header.started = now.to_string();
        let run = format!("{}-{}", compact(&header.started), tag());
        header.run.clone_from(&run);
        let mark = self.path(&run, UNFINISHED);
        File::create_new(&mark).map_err(|source| {
            OpsError::file(mark, "cannot mark the run as begun", source)
        })?;
        let journal = Journal::create(self.path(&run, JOURNAL), &header);
        match journal {
            Ok(journal) => Ok((run, journal)),
            Err(error) => {
                self.discard(&run);
                Err(error)
            }
        }
    }

    /// Removes what there is of a run whose journal could not be written:
    /// nothing was done.
    pub(super) fn discard(&self, run: &str) {
        if let Err(error) = fs::remove_file(self.path(run, JOURNAL))
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::debug!(%error, "half a journal stays");
        }
        self.is_over(run);
    }

    /// Takes the mark from a run that is over.
    pub(super) fn is_over(&self, run: &str) {
        let mark = self.path(run, UNFINISHED);
        if let Err(error) = fs::remove_file(mark)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::debug!(%error, "the mark of a run stays");
        }
    }

    /// The runs that were ended before their time, the oldest first.
    ///
    /// # Errors
    /// Why the folder of journals cannot be read.
    pub fn unfinished(&self) -> Result<Vec<String>, OpsError> {
        let marked = self.named(UNFINISHED)?;
        let is_left = |run: &String| {
            let path = self.path(run, JOURNAL);
            // One that is going on is locked.
            let Ok(_journal) = Journal::open(path.clone()) else {
                return false;
            };
            let has_begun =
                fs::metadata(&path).map_or(true, |it| it.len() > 0);
            if !has_begun && is_older(&path, BEGINNING) {
                // It was killed before anything was written, or done.
                drop(fs::remove_file(path));
                self.is_over(run);
            }
            has_begun
        };
        Ok(marked.into_iter().filter(is_left).collect())
    }

    /// All runs, the oldest first.
    ///
    /// # Errors
    /// Why the folder of journals cannot be read. A journal that is none is
    /// left out.
    pub fn list(&self, engine: &Engine) -> Result<Vec<Run>, OpsError> {
        let mut runs = Vec::new();
        for id in self.named(JOURNAL)? {
            // Of a run that is over, the first and the last line tell all.
            let run = match self.ends_of(engine, &id) {
                Some(run) => Ok(run),
                None => {
                    self.read(engine, &id).map(|loaded| run_of(id, &loaded))
                }
            };
            match run {
                Ok(run) => runs.push(run),
                Err(error) => {
                    tracing::warn!(%error, "a journal cannot be read");
                }
            }
        }
        Ok(runs)
    }

    /// A run by the first and the last line of its journal. `None` where these
    /// do not say all: it is not over, say.
    fn ends_of(&self, engine: &Engine, id: &str) -> Option<Run> {
        let path = self.path(id, JOURNAL);
        let file = File::open(&path).ok()?;
        let mut text = Vec::new();
        let head =
            BufReader::new(&file).take(HEAD).read_until(b'\n', &mut text);
        let length = file.metadata().ok()?.len();
        let begin = length.saturating_sub(TAIL).max(head.ok()? as u64);
        let mut tail =
            vec![0; usize::try_from(length.checked_sub(begin)?).ok()?];
        files::read_exact_at(&file, &mut tail, begin).ok()?;
        let tail = tail.strip_suffix(b"\n")?;
        let last = memchr::memrchr(b'\n', tail)? + 1;
        text.extend_from_slice(tail.get(last..)?);
        text.push(b'\n');
        let (mut header, mut end) = (None, None);
        let reading =
            Reading { path: &path, strict: true, may_end_early: true };
        let read = reading.lines(engine.pool(), text.as_slice(), |line| {
            match line {
                Line::Header(found) => header = Some(found),
                Line::State(found) => end = Some(found),
                _ => {}
            }
            Ok(())
        });
        read.ok()?;
        let (header, end) = (header?, end?);
        let Totals { done, failed, undone, kept } = end.why.parse().ok()?;
        Some(Run {
            id: id.to_owned(),
            steps: steps_of(&header)?,
            command: header.command,
            started: header.started,
            state: match end.state {
                State::Finished => RunState::Finished,
                State::Reversed => RunState::Undone,
                _ => return None,
            },
            done,
            failed,
            undone,
            kept,
        })
    }

    /// Removes the journals of runs that began before a time, and are over.
    /// Returns how many.
    ///
    /// # Errors
    /// Why the folder of journals cannot be read, or a journal not be removed.
    pub fn prune(&self, before: Timestamp) -> Result<u64, OpsError> {
        let unfinished = self.named(UNFINISHED)?;
        let before = compact(&before.to_string());
        let mut removed = 0;
        for run in self.named(JOURNAL)? {
            // Runs are named by the time when they began.
            if run >= before || unfinished.contains(&run) {
                continue;
            }
            let path = self.path(&run, JOURNAL);
            fs::remove_file(&path).map_err(|source| {
                OpsError::file(path, "cannot remove the journal", source)
            })?;
            removed += 1;
        }
        Ok(removed)
    }

    /// The last run that was not undone, and did something.
    ///
    /// # Errors
    /// [`OpsError::NoRun`] where there is none, and why a later one cannot be
    /// read.
    pub fn last(&self, engine: &Engine) -> Result<String, OpsError> {
        for id in self.named(JOURNAL)?.into_iter().rev() {
            let journal = fs::metadata(self.path(&id, JOURNAL));
            if journal.is_ok_and(|it| it.len() == 0) {
                // Nothing was done yet.
                continue;
            }
            let loaded = self.read(engine, &id)?;
            // Of a step without a state, only a look tells.
            let may_be_done =
                |it: &Option<State>| matches!(it, None | Some(State::Done));
            let did = loaded.states.iter().any(may_be_done);
            if !loaded.reversed && did {
                return Ok(id);
            }
        }
        Err(OpsError::NoRun("that was not undone".to_owned()))
    }

    /// The run that a text means: its whole name, or the beginning of one.
    ///
    /// # Errors
    /// [`OpsError::NoRun`] where there is none, or several.
    pub fn find(&self, text: &str) -> Result<String, OpsError> {
        if text.is_empty() {
            return Err(OpsError::NoRun("without a name".to_owned()));
        }
        let all = self.named(JOURNAL)?;
        // Nothing is no name, though every name begins with it.
        let fits = |id: &String| !text.is_empty() && id.starts_with(text);
        let mut fit = all.into_iter().filter(fits);
        match (fit.next(), fit.next()) {
            (Some(id), None) => Ok(id),
            (Some(id), Some(_)) if id == text => Ok(id),
            (Some(_), Some(_)) => Err(OpsError::NoRun(format!(
                "that alone begins with '{}'",
                sanchay_core::escape::escaped(text.as_bytes())
            ))),
            (None, _) => {
                let text = sanchay_core::escape::escaped(text.as_bytes());
                Err(OpsError::NoRun(format!("'{text}'")))
            }
        }
    }

    /// The runs that have a file with that ending.
    fn named(&self, ending: &str) -> Result<Vec<String>, OpsError> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Vec::new());
            }
            Err(source) => {
                let action = "cannot list the journals";
                return Err(OpsError::file(&self.folder, action, source));
            }
        };
        let run = |entry: io::Result<fs::DirEntry>| {
            let path = entry.ok()?.path();
            let fits = path.extension().is_some_and(|it| it == ending);
            let stem = path.file_stem()?.to_str()?;
            fits.then(|| stem.to_owned())
        };
        let mut runs: Vec<String> = entries.filter_map(run).collect();
        runs.sort_unstable();
        Ok(runs)
    }

    /// Reads a run's journal, and opens it to go on with it.
    pub(super) fn load(
        &self,
        engine: &Engine,
        run: &str,
    ) -> Result<(Journal, Loaded), OpsError> {
        let journal = Journal::open(self.path(run, JOURNAL))?;
        Ok((journal, self.read(engine, run)?))
    }

    fn read(&self, engine: &Engine, run: &str) -> Result<Loaded, OpsError> {
        let path = self.path(run, JOURNAL);
        let file = File::open(&path).map_err(|source| {
            OpsError::file(&path, "cannot open the journal", source)
        })?;
        let storage = self.storage.clone();
        let mut loaded = Loaded {
            storage: storage.unwrap_or_else(|| Arc::new(LocalStorage::new())),
            header: Header::default(),
            places: Places::default(),
            steps: Vec::new(),
            states: Vec::new(),
            made: HashMap::new(),
            folders: Vec::new(),
            reversing: None,
            finished: false,
            reversed: false,
        };
        let mut folders: HashMap<(u32, Vec<u8>), usize> = HashMap::new();
        let reading =
            Reading { path: &path, strict: true, may_end_early: true };
        reading.lines(engine.pool(), file, |line| {
            loaded.take(line, &path, &mut folders)
        })?;
        Ok(loaded)
    }

    /// The journal of a run.
    #[must_use]
    pub fn journal(&self, run: &str) -> PathBuf {
        self.path(run, JOURNAL)
    }
}

impl Loaded {
    fn take(
        &mut self,
        line: Line,
        path: &Path,
        folders: &mut HashMap<(u32, Vec<u8>), usize>,
    ) -> Result<(), OpsError> {
        match line {
            Line::Header(header) => {
                if header.document != Document::Journal {
                    return Err(OpsError::Document {
                        path: path.to_owned(),
                        why: "it is a plan, and no journal".to_owned(),
                    });
                }
                self.places.take_roots(&header, path)?;
                self.header = header;
            }
            Line::Step(step) => {
                let at = self.places.add_step(&step)?;
                self.steps.push(at);
                self.states.push(None);
            }
            Line::State(line) => match line.state {
                State::Finished => self.finished = true,
                State::Reversed => {
                    self.reversed = true;
                    self.reversing = None;
                }
                State::Reversing => self.reversing = Some(HashSet::new()),
                state => {
                    // It was gone on with instead of being undone.
                    if matches!(
                        state,
                        State::Done | State::Failed | State::Skipped
                    ) {
                        self.reversing = None;
                    }
                    let first = usize::try_from(line.first);
                    let last = usize::try_from(line.last);
                    let range = first.ok().zip(last.ok());
                    let states = range.and_then(|(first, last)| {
                        Some((first, self.states.get_mut(first..=last)?))
                    });
                    let Some((first, states)) = states else {
                        return Err(OpsError::Document {
                            path: path.to_owned(),
                            why: "it tells of steps that it does not have"
                                .to_owned(),
                        });
                    };
                    states.fill(Some(state));
                    if let Some(made) = line.made {
                        self.made.insert(first, made);
                    }
                }
            },
            Line::Folder(folder) => {
                let Place { root, path } = &folder.place;
                let id = self.places.folders.add(*root, path)?;
                if let Some(reversing) = &mut self.reversing {
                    reversing.insert(id);
                    return Ok(());
                }
                let key = (*root, path.clone());
                match folders.get(&key) {
                    Some(at) => {
                        if let Some(known) = self.folders.get_mut(*at) {
                            known.2 = Some(folder.modified);
                        }
                    }
                    None => {
                        folders.insert(key, self.folders.len());
                        let place = folder.place;
                        self.folders.push((place, folder.modified, None));
                    }
                }
            }
            Line::Trailer(_) => {}
        }
        Ok(())
    }
}

/// A time in the names of runs, to the millisecond: they are sorted by it.
fn compact(time: &str) -> String {
    let kept = time.chars().filter(|it| it.is_ascii_digit() || *it == 'T');
    kept.take("20260131T120000000".len()).collect()
}

/// Whether a file was last written to so long ago.
fn is_older(path: &Path, age: Duration) -> bool {
    let modified = fs::metadata(path).and_then(|it| it.modified()).ok();
    let since = modified.and_then(|it| it.elapsed().ok());
    since.is_some_and(|it| it > age)
}

/// How many steps a run has.
fn steps_of(header: &Header) -> Option<u64> {
    let mut options = header.options.iter();
    let count = options.find(|(name, _)| name == "steps");
    count.and_then(|(_, it)| it.parse().ok())
}

fn run_of(id: String, loaded: &Loaded) -> Run {
    let count = |state| {
        let states = loaded.states.iter();
        states.filter(|it| **it == Some(state)).count() as u64
    };
    let (undone, kept) = (count(State::Undone), count(State::Kept));
    Run {
        id,
        command: loaded.header.command.clone(),
        started: loaded.header.started.clone(),
        state: match (loaded.reversed, loaded.finished) {
            (true, _) => RunState::Undone,
            (false, true) => RunState::Finished,
            (false, false) => RunState::Unfinished,
        },
        steps: loaded.steps.len() as u64,
        done: count(State::Done) + undone + kept,
        failed: count(State::Failed),
        undone,
        kept,
    }
}
