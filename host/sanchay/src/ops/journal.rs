//! The journal of a run: all its steps, on disk before the first is done, and
//! then what became of each.
//!
//! Since every step is there before, none that was done can be unknown. What
//! became of a step is written in batches: after a kill, a step of which
//! nothing is written is looked at, which shows whether it was done.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use sanchay_core::plan::{
    Document, Folder, Header, Made, Place, State, StateLine,
};
use sanchay_core::time::Timestamp;
use sanchay_output::plan::PlanWriter;
use sanchay_system::files;

use super::{
    act::Actor, error::OpsError, folders::FolderId, places::Places,
    totals::Totals,
};

/// How much is written at a time.
const PIECE: usize = 256 << 10;

/// A journal that is written.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    writer: PlanWriter,
    text: Vec<u8>,
    /// Steps of the same state, of which nothing is written yet.
    run: Option<(State, u64, u64)>,
}

impl Journal {
    /// Begins the journal of a run: its header.
    pub(super) fn create(
        path: PathBuf,
        header: &Header,
    ) -> Result<Self, OpsError> {
        debug_assert_eq!(header.document, Document::Journal);
        let mut options = OpenOptions::new();
        let options = options.append(true).create_new(true);
        let file = files::private(options).open(&path);
        let file = file.map_err(|source| {
            OpsError::file(&path, "cannot create the journal", source)
        })?;
        lock(&file, &path)?;
        let mut text = Vec::new();
        let writer = PlanWriter::new(header, &mut text);
        Ok(Self { path, file, writer, text, run: None })
    }

    /// Goes on with the journal of a run.
    pub(super) fn open(path: PathBuf) -> Result<Self, OpsError> {
        let file = OpenOptions::new().append(true).read(true).open(&path);
        let mut file = file.map_err(|source| {
            OpsError::file(&path, "cannot open the journal", source)
        })?;
        lock(&file, &path)?;
        // A line that a kill left incomplete goes.
        let ended = ends_a_line(&mut file);
        let ended = ended.map_err(|source| {
            OpsError::file(&path, "cannot read the journal", source)
        })?;
        let writer = PlanWriter::resume(Document::Journal);
        let mut journal =
            Self { path, file, writer, text: Vec::new(), run: None };
        if !ended {
            journal.cut_partial_line()?;
        }
        Ok(journal)
    }

    fn cut_partial_line(&mut self) -> Result<(), OpsError> {
        let text = std::fs::read(&self.path);
        let cut = text.and_then(|text| {
            let end = memchr::memrchr(b'\n', &text).map_or(0, |at| at + 1);
            self.file.set_len(end as u64)
        });
        cut.map_err(|source| self.failed(source))
    }

    fn failed(&self, source: io::Error) -> OpsError {
        OpsError::file(&self.path, "cannot write the journal", source)
    }

    /// Writes steps of a plan; none of them may be done before
    /// [`sync`](Self::sync) returns.
    pub(super) fn steps(
        &mut self,
        places: &Places,
        steps: &[u32],
    ) -> Result<(), OpsError> {
        for at in steps {
            let Some(row) = places.rows.get(*at) else { continue };
            let expect = row.expectation();
            let kept = places.kept(row);
            let step = places.step(row, &expect, kept.as_ref());
            self.writer.step(&step, &mut self.text);
            self.write_if(PIECE)?;
        }
        Ok(())
    }

    /// Writes when folders were last modified, as far as they are there.
    pub(super) fn folders(
        &mut self,
        actor: &mut Actor,
        places: &Places,
        folders: &[FolderId],
    ) -> Result<(), OpsError> {
        for folder in folders {
            if let Some(modified) = modified(actor, places, *folder) {
                let (root, path) = places.folders.get(*folder);
                let place = Place { root, path: path.to_vec() };
                let line = Folder { place, modified };
                self.writer.folder(&line, &mut self.text);
                self.write_if(PIECE)?;
            }
        }
        Ok(())
    }

    /// Writes what became of a step.
    pub(super) fn state(
        &mut self,
        step: u64,
        state: State,
    ) -> Result<(), OpsError> {
        match &mut self.run {
            Some((same, _, last)) if *same == state && *last + 1 == step => {
                *last = step;
                return Ok(());
            }
            // Backwards, when steps are undone.
            Some((same, first, _)) if *same == state && step + 1 == *first => {
                *first = step;
                return Ok(());
            }
            _ => {}
        }
        self.end_run();
        self.run = Some((state, step, step));
        self.write_if(PIECE)
    }

    /// Writes that a step was done, and what it made.
    pub(super) fn made(
        &mut self,
        step: u64,
        made: Made,
    ) -> Result<(), OpsError> {
        self.replaced(step, made)?;
        // At once: where it is cannot be told by looking.
        self.write_if(1)
    }

    /// Writes that a file made way, and what it was. It may not be removed
    /// before [`sync`](Self::sync) returns.
    pub(super) fn replaced(
        &mut self,
        step: u64,
        made: Made,
    ) -> Result<(), OpsError> {
        self.end_run();
        let line = StateLine {
            state: State::Done,
            first: step,
            last: step,
            why: String::new(),
            made: Some(made),
        };
        self.writer.state(&line, &mut self.text);
        self.write_if(PIECE)
    }

    /// Writes what became of a step, and why.
    pub(super) fn problem(
        &mut self,
        step: u64,
        state: State,
        why: &str,
    ) -> Result<(), OpsError> {
        self.end_run();
        let why = why.to_owned();
        let line =
            StateLine { state, first: step, last: step, why, made: None };
        self.writer.state(&line, &mut self.text);
        self.write_if(PIECE)
    }

    /// Writes that an undoing begins, and which folders get their times back
    /// when it ends.
    pub(super) fn reversing(
        &mut self,
        steps: u64,
        folders: &[Folder],
    ) -> Result<(), OpsError> {
        self.end_run();
        let last = steps.saturating_sub(1);
        self.writer.done(State::Reversing, 0, last, &mut self.text);
        for folder in folders {
            self.writer.folder(folder, &mut self.text);
            self.write_if(PIECE)?;
        }
        self.sync()
    }

    /// Writes that the run is over, and what became of its steps.
    pub(super) fn end(
        &mut self,
        state: State,
        steps: u64,
        totals: Totals,
    ) -> Result<(), OpsError> {
        self.end_run();
        let last = steps.saturating_sub(1);
        let why = totals.to_string();
        let line = StateLine { state, first: 0, last, why, made: None };
        self.writer.state(&line, &mut self.text);
        self.sync()
    }

    fn end_run(&mut self) {
        if let Some((state, first, last)) = self.run.take() {
            self.writer.done(state, first, last, &mut self.text);
        }
    }

    fn write_if(&mut self, size: usize) -> Result<(), OpsError> {
        if self.text.len() < size {
            return Ok(());
        }
        let written = self.file.write_all(&self.text);
        self.text.clear();
        written.map_err(|source| self.failed(source))
    }

    /// Writes what is known so far of what became of steps.
    pub(super) fn flush(&mut self) -> Result<(), OpsError> {
        self.end_run();
        self.write_if(1)
    }

    /// Waits until all that was written is on disk.
    pub(super) fn sync(&mut self) -> Result<(), OpsError> {
        self.flush()?;
        let synced = self.file.sync_data();
        synced.map_err(|source| self.failed(source))
    }
}

/// When a folder was last modified, if it is there.
pub(super) fn modified(
    actor: &mut Actor,
    places: &Places,
    folder: FolderId,
) -> Option<Timestamp> {
    let open = actor.folder(places, folder).ok()?;
    Some(open.as_file().ok()?.metadata().ok()?.modified)
}

/// How often a lock is asked for, and how long is waited in between. A program
/// that is being started by this process has its locks for a moment.
const ATTEMPTS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(10);

/// Makes sure that no other process works on a run.
fn lock(file: &File, path: &Path) -> Result<(), OpsError> {
    for _ in 0..ATTEMPTS {
        match files::try_lock(file) {
            Ok(false) => thread::sleep(PAUSE),
            // Or a file system without locks.
            Ok(true) | Err(_) => return Ok(()),
        }
    }
    let name = path.file_stem().unwrap_or_default();
    Err(OpsError::Running(name.to_string_lossy().into_owned()))
}

fn ends_a_line(file: &mut File) -> io::Result<bool> {
    let length = file.metadata()?.len();
    let Some(last) = length.checked_sub(1) else { return Ok(true) };
    let mut byte = [0];
    files::read_exact_at(file, &mut byte, last)?;
    Ok(byte == *b"\n")
}
