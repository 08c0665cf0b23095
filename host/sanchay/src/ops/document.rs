//! Plans and journals as files: written, and read in the sandbox.

use std::{
    ffi::OsStr,
    fs::File,
    io::{self, Read, Write},
    path::Path,
    sync::Arc,
};

use sanchay_core::{
    escape::escaped,
    naming::is_portable,
    plan::{Document, Header, Kept, Line, Operation, Step},
};
use sanchay_names::OsStrExt as _;
use sanchay_output::plan::PlanWriter;
use sanchay_storage::{LocalStorage, Storage};

use super::{
    conflict::OnConflict,
    error::OpsError,
    folders::split,
    places::{Places, Root},
    plan::Plan,
    request::{VERIFY, tag},
    rows::{KeptId, Rows},
};
use crate::{engine::Engine, error::Error, pool::Pool};

/// How much is read and written at a time.
const PIECE: usize = 1 << 20;

/// The longest line: a header names all roots.
const MAX_LINE: usize = 16 << 20;

impl Plan {
    /// Writes the plan, so that it can be read again and applied.
    ///
    /// # Errors
    /// Why it cannot be written.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut text = Vec::new();
        let header = self.header(Document::Plan);
        let mut writer = PlanWriter::new(&header, &mut text);
        for at in &self.steps {
            let Some(row) = self.places.rows.get(*at) else { continue };
            let expect = row.expectation();
            let kept = self.places.kept(row);
            let step = self.places.step(row, &expect, kept.as_ref());
            writer.step(&step, &mut text);
            if text.len() >= PIECE {
                out.write_all(&text)?;
                text.clear();
            }
        }
        writer.finish(&mut text);
        out.write_all(&text)
    }

    /// Reads a plan that was [written](Self::write). One that was cut or
    /// edited is refused, unless `edited` says that it may be.
    ///
    /// # Errors
    /// [`OpsError::Document`] for what is no plan, and why it cannot be read.
    pub fn read(
        engine: &Engine,
        path: &Path,
        edited: bool,
    ) -> Result<Self, OpsError> {
        let file = File::open(path).map_err(|source| {
            OpsError::file(path, "cannot open the plan", source)
        })?;
        Self::read_from(engine, path, file, edited)
    }

    /// The same from anywhere; `path` is what errors name.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_from(
        engine: &Engine,
        path: &Path,
        file: impl Read,
        edited: bool,
    ) -> Result<Self, OpsError> {
        let storage: Arc<dyn Storage> = Arc::new(LocalStorage::new());
        let mut plan = Self {
            storage,
            command: String::new(),
            options: Vec::new(),
            on_conflict: OnConflict::default(),
            places: Places::default(),
            steps: Vec::new(),
            view: Vec::new(),
            conflicts: Vec::new(),
            conflicting: Vec::new(),
            renamed: Vec::new(),
            unchanged: 0,
            already_there: 0,
            errors: Vec::new(),
            portable: false,
            own_rows: None,
            tag: tag(),
            refused: 0,
            left_out: 0,
            duplicates: None,
        };
        let reading = Reading { path, strict: !edited, may_end_early: false };
        let text = sanchay_names::lines_of(file);
        reading.lines(engine.pool(), text, |line| {
            match line {
                Line::Header(header) => {
                    if header.document != Document::Plan {
                        return Err(OpsError::Document {
                            path: path.to_owned(),
                            why: "it is a journal, and no plan".to_owned(),
                        });
                    }
                    plan.places.take_roots(&header, path)?;
                    plan.command = header.command;
                    plan.options = header.options;
                }
                Line::Step(step) => {
                    // As of what is planned here.
                    let name = cfg!(windows).then(|| step.new_name());
                    if let Some(name) = name.flatten()
                        && !is_portable(name)
                    {
                        let name = escaped(name);
                        return Err(OpsError::Document {
                            path: path.to_owned(),
                            why: format!(
                                "its new name {name} is none that every \
                                 program of this system could open"
                            ),
                        });
                    }
                    let at = plan.places.add_step(&step)?;
                    plan.steps.push(at);
                }
                Line::State(_) | Line::Folder(_) | Line::Trailer(_) => {}
            }
            Ok(())
        })?;
        let conflicts = plan.options.iter().find(|it| it.0 == CONFLICTS);
        let conflicts = conflicts.and_then(|it| it.1.parse().ok());
        plan.refused = conflicts.unwrap_or_default();
        plan.view.clone_from(&plan.steps);
        Ok(plan)
    }
}

impl Places {
    /// Takes the roots of a document, which must be paths of this system.
    pub(super) fn take_roots(
        &mut self,
        header: &Header,
        document: &Path,
    ) -> Result<(), OpsError> {
        for root in &header.roots {
            let path = Path::new(OsStr::from_bytes(&root.path));
            if !path.is_absolute() {
                let root = escaped(&root.path);
                return Err(OpsError::Document {
                    path: document.to_owned(),
                    why: format!("its root {root} is of another system"),
                });
            }
        }
        let root = |root: &sanchay_core::plan::Root| Root {
            path: root.path.clone(),
            named: root.path.clone(),
            id: root.id,
        };
        self.roots = header.roots.iter().map(root).collect();
        let mut options = header.options.iter();
        self.verify = options.any(|(name, _)| name == VERIFY);
        Ok(())
    }

    /// Adds a file that stays, unless it is that of the step before.
    fn keep(
        &mut self,
        kept: &Kept,
        is_like: bool,
    ) -> Result<KeptId, OpsError> {
        let Kept { place, expect } = kept;
        let (folder, name) = split(&place.path);
        let folder = self.folders.add(place.root, folder)?;
        let mut file = Rows::empty(Operation::Delete, folder);
        file.expect(expect);
        if !is_like {
            // More names show in it.
            file.changed = None;
        }
        let last = self.rows.all.last();
        if let Some(last) = last
            && let (Some(id), Some(kept)) = (last.kept, self.rows.kept(last))
            && kept.from.folder == folder
            && self.rows.name(kept.from) == name
            && kept.expectation() == file.expectation()
            && self.rows.kept_hash(last) == expect.hash.as_deref()
        {
            return Ok(id);
        }
        file.from = self.rows.spot(folder, name)?;
        self.rows.keep(file, expect.hash.as_deref())
    }

    /// Adds a step of a document; returns its row.
    pub(super) fn add_step(&mut self, step: &Step) -> Result<u32, OpsError> {
        let place = step.from.as_ref().or(step.to.as_ref());
        let (root, path) =
            place.map_or((0, &[][..]), |it| (it.root, it.path.as_slice()));
        let folder = self.folders.add(root, split(path).0)?;
        let mut row = Rows::empty(step.operation, folder);
        if let Some(from) = &step.from {
            let (folder, name) = split(&from.path);
            let folder = self.folders.add(from.root, folder)?;
            row.from = self.rows.spot(folder, name)?;
        }
        if let Some(to) = &step.to {
            let (folder, name) = split(&to.path);
            let folder = self.folders.add(to.root, folder)?;
            row.to = self.rows.spot(folder, name)?;
            row.has_to = true;
        }
        if let Some(expect) = &step.expect {
            row.expect(expect);
        }
        if let Some(kept) = step.kept() {
            row.is_like = step.like.is_some();
            row.kept = Some(self.keep(kept, row.is_like)?);
        }
        row.because = self.rows.reason(&step.because);
        self.rows.push(row)
    }
}

/// The option of a plan that tells how many entries are in conflict, where
/// nothing is to be done then.
pub(super) const CONFLICTS: &str = "conflicts";

/// How a document is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading<'a> {
    /// What errors name.
    pub(super) path: &'a Path,
    /// Whether a plan that was cut or edited is refused.
    pub(super) strict: bool,
    /// Whether a last line without an end is left out.
    pub(super) may_end_early: bool,
}

impl Reading<'_> {
    /// Reads a document in the sandbox, and passes on its lines.
    pub(super) fn lines(
        self,
        pool: &Pool,
        mut file: impl Read,
        mut take: impl FnMut(Line) -> Result<(), OpsError>,
    ) -> Result<(), OpsError> {
        let fault = |fault| OpsError::Run(Error::Sandbox(fault));
        let mut inspector = pool.inspector();
        inspector.begin_plan(self.strict).map_err(fault)?;
        let mut text: Vec<u8> = Vec::new();
        loop {
            let held = text.len();
            let more = (&mut file)
                .take(PIECE as u64)
                .read_to_end(&mut text)
                .map_err(|source| {
                OpsError::file(self.path, "cannot read", source)
            })?;
            let fresh = text.get(held..).unwrap_or_default();
            let newline = memchr::memrchr(b'\n', fresh);
            let whole = match newline {
                Some(at) => held + at + 1,
                None if more > 0 && text.len() <= MAX_LINE => continue,
                None if more > 0 => return Err(self.refused("line too long")),
                None if self.may_end_early => 0,
                None => text.len(),
            };
            let lines = text.get(..whole).unwrap_or_default();
            if !lines.is_empty() {
                let read = inspector.read_plan(lines).map_err(fault)?;
                let read =
                    read.map_err(|error| self.refused(&error.to_string()))?;
                read.into_iter().try_for_each(&mut take)?;
            }
            text.drain(..whole);
            if more == 0 {
                break;
            }
        }
        let ended = inspector.finish_plan().map_err(fault)?;
        ended.map_err(|error| self.refused(&error.to_string()))?;
        pool.give_back(inspector);
        Ok(())
    }

    fn refused(&self, why: &str) -> OpsError {
        OpsError::Document { path: self.path.to_owned(), why: why.to_owned() }
    }
}
