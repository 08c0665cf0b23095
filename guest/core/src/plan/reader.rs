//! Reads a plan or a journal, a piece at a time.

use alloc::collections::BTreeSet;
use alloc::string::ToString as _;
use alloc::vec::Vec;
use core::fmt;

use super::{
    Document, Line, NameFlaw, Operation, Place, Step, TEMPORARY, VERSION,
};
use crate::digest::Digest;
use crate::hashing::{self, Algorithm, Hasher};

/// The most bytes of a line, but for the header, which names all roots.
pub const MAX_LINE: usize = 256 << 10;

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It is not JSON, or something else was expected, at this byte.
    Syntax(u32),
    /// It has a member that such a line does not have.
    Member,
    /// It has a member twice.
    Twice,
    /// It lacks a member that such a line must have.
    Missing,
    /// The document is neither a plan nor a journal.
    Format,
    /// The document's version is newer than those that are known.
    Version(u64),
    /// The operation is not known.
    Operation,
    /// The state is not known, or its numbers cannot be.
    State,
    /// The kind of entry is not known.
    Kind,
    /// The time is none.
    Time,
    /// A path that is not UTF-8 is not in base64.
    Base64,
    /// There is no such root, a root's path is not absolute, or there are
    /// too many roots.
    Root,
    /// A path is refused.
    Path(NameFlaw),
    /// The line is longer than 256 KiB.
    TooLong,
    /// A header was expected, or there is a second one.
    Header,
    /// Something follows the trailer.
    AfterEnd,
    /// The line belongs to the other kind of document.
    Document,
    /// The trailer is missing: the plan was cut.
    Cut,
    /// The trailer does not fit what stands before it: the plan was edited.
    Edited,
    /// A file is to make way for an equal or similar one that is none, or is
    /// to make way itself; or a plan has such steps and others.
    SameAs,
    /// A step gives an entry a name that only temporary ones have, and none
    /// takes it away.
    Temporary,
}

impl From<NameFlaw> for Flaw {
    fn from(flaw: NameFlaw) -> Self {
        Self::Path(flaw)
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Syntax(at) => {
                return write!(
                    f,
                    "it is not JSON, or something else is expected at \
                     character {}",
                    at.saturating_add(1)
                );
            }
            Self::Version(version) => {
                return write!(
                    f,
                    "it has version {version}, and the newest that is known \
                     is {VERSION}: a newer program made it"
                );
            }
            Self::Path(flaw) => return write!(f, "a path is refused: {flaw}"),
            Self::Member => "it has a member that does not belong there",
            Self::Twice => "it has a member twice",
            Self::Missing => "it lacks a member, or has one too many",
            Self::Format => "it is neither a plan nor a journal",
            Self::Operation => "its op is not known",
            Self::State => "its state is not known, or cannot be",
            Self::Kind => "its kind is not known",
            Self::Time => "its time is none: 2026-01-31T12:00:00.000000000Z",
            Self::Base64 => "what should be base64 is not",
            Self::Root => {
                "its root is none: there is no such root, or its \
                           path is not absolute"
            }
            Self::TooLong => "it is longer than 256 KiB",
            Self::Header => "the header is expected first, and once",
            Self::AfterEnd => "something follows the last line",
            Self::Document => "such a line does not belong there",
            Self::Cut => "the last line is missing: it was cut",
            Self::Edited => "it was edited since it was made",
            Self::Temporary => {
                "names that begin with .sanchay- are temporary: no entry \
                 keeps one"
            }
            Self::SameAs => {
                "same_as names no other file of that size that stays, like \
                 no other file that stays, or other steps have none"
            }
        })
    }
}

/// A line that is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanError {
    /// Which, from 0.
    pub line: u64,
    /// What is wrong with it.
    pub flaw: Flaw,
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line.saturating_add(1), self.flaw)
    }
}

impl core::error::Error for PlanError {}

/// Reads a document, piece by piece.
#[derive(Clone)]
pub struct PlanReader {
    /// Whether a plan that was cut or edited is refused.
    strict: bool,
    hasher: Hasher,
    document: Option<Document>,
    roots: usize,
    lines: u64,
    steps: u64,
    ended: bool,
    duplicates: Duplicates,
    temporary: Temporary,
}

/// Places with temporary names that steps have filled and not emptied again.
#[derive(Clone, Default)]
struct Temporary(BTreeSet<u64>);

impl Temporary {
    fn add(&mut self, step: &Step) {
        if let Some(from) = &step.from
            && step.operation.takes_away()
        {
            self.0.remove(&hash(from));
        }
        if let Some(to) = &step.to
            && is_temporary(&to.path)
        {
            self.0.insert(hash(to));
        }
    }
}

/// Whether a path ends in a temporary name.
fn is_temporary(path: &[u8]) -> bool {
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    name.starts_with(TEMPORARY.as_bytes())
}

/// The files that make way for equal or similar ones, and those that stay for
/// them. None may be both, or the last of a group could go.
#[derive(Clone, Default)]
struct Duplicates {
    /// Hashes of the places of those that make way.
    gone: Vec<u64>,
    /// The same of those that stay.
    kept: Vec<u64>,
    /// Whether there are steps that take no heed of such files.
    others: bool,
}

impl Duplicates {
    fn add(&mut self, step: &Step) -> Result<(), Flaw> {
        match (step.kept(), &step.from) {
            (Some(kept), Some(from)) => {
                self.gone.push(hash(from));
                self.kept.push(hash(&kept.place));
            }
            _ if step.operation == Operation::CreateFolder => {}
            _ => self.others = true,
        }
        match self.others && !self.gone.is_empty() {
            true => Err(Flaw::SameAs),
            false => Ok(()),
        }
    }

    /// Fails if one makes way twice, or stays and makes way.
    fn check(&mut self) -> Result<(), Flaw> {
        self.gone.sort_unstable();
        self.kept.sort_unstable();
        self.kept.dedup();
        let twice = self.gone.array_windows().any(|[a, b]| a == b);
        let gone = |it: &u64| self.gone.binary_search(it).is_ok();
        match twice || self.kept.iter().any(gone) {
            true => Err(Flaw::SameAs),
            false => Ok(()),
        }
    }
}

/// What tells a place from others. That two have the same is next to
/// impossible, and costs no more than that a plan is refused.
fn hash(place: &Place) -> u64 {
    let mut bytes = place.root.to_le_bytes().to_vec();
    bytes.extend_from_slice(&place.path);
    let digest = hashing::digest(Algorithm::Xxh3_64, &bytes);
    let bytes = digest.first_chunk().copied();
    u64::from_le_bytes(bytes.unwrap_or_default())
}

impl fmt::Debug for PlanReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlanReader")
            .field("lines", &self.lines)
            .finish_non_exhaustive()
    }
}

impl PlanReader {
    /// Begins with a document. `strict`: a plan that was cut or edited is
    /// refused.
    #[must_use]
    pub fn new(strict: bool) -> Self {
        Self {
            strict,
            hasher: Hasher::new(Algorithm::Xxh3_128),
            document: None,
            roots: 0,
            lines: 0,
            steps: 0,
            ended: false,
            duplicates: Duplicates::default(),
            temporary: Temporary::default(),
        }
    }

    /// Reads whole lines, each ended by a newline.
    ///
    /// # Errors
    /// The first line that is refused. Nothing more can be read then.
    pub fn read(&mut self, text: &[u8]) -> Result<Vec<Line>, PlanError> {
        let mut lines = Vec::new();
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            let read = self.line(line);
            let error = |flaw| PlanError { line: self.lines, flaw };
            lines.push(read.map_err(error)?);
            self.lines = self.lines.saturating_add(1);
        }
        Ok(lines)
    }

    fn line(&mut self, text: &[u8]) -> Result<Line, Flaw> {
        if self.document.is_some() && text.len() > MAX_LINE {
            return Err(Flaw::TooLong);
        }
        if self.ended {
            return Err(Flaw::AfterEnd);
        }
        let line = Line::parse(text)?;
        let plan = self.document == Some(Document::Plan);
        match &line {
            Line::Header(header) => {
                if self.document.is_some() {
                    return Err(Flaw::Header);
                }
                self.document = Some(header.document);
                self.roots = header.roots.len();
            }
            _ if self.document.is_none() => return Err(Flaw::Header),
            Line::Step(step) => {
                self.steps = self.steps.saturating_add(1);
                let kept = step.kept().map(|it| &it.place);
                for place in step.from.iter().chain(&step.to).chain(kept) {
                    self.is_root(place.root)?;
                }
                self.duplicates.add(step)?;
                if plan {
                    self.temporary.add(step);
                }
            }
            Line::State(_) | Line::Folder(_) if plan => {
                return Err(Flaw::Document);
            }
            Line::Folder(folder) => self.is_root(folder.place.root)?,
            Line::State(state) => {
                let over = match state.state {
                    super::State::Finished
                    | super::State::Reversed
                    | super::State::Reversing => false,
                    _ => state.last >= self.steps,
                };
                if over {
                    return Err(Flaw::State);
                }
            }
            Line::Trailer(_) if !plan => return Err(Flaw::Document),
            Line::Trailer(trailer) => {
                self.ended = true;
                let digest = Digest::of(&self.hasher.finish());
                let fits = trailer.steps == self.steps
                    && trailer.digest == digest.to_string();
                if self.strict && !fits {
                    return Err(Flaw::Edited);
                }
                return Ok(line);
            }
        }
        if plan || matches!(line, Line::Header(_)) {
            self.hasher.update(text);
        }
        Ok(line)
    }

    fn is_root(&self, root: u32) -> Result<(), Flaw> {
        match usize::try_from(root).is_ok_and(|root| root < self.roots) {
            true => Ok(()),
            false => Err(Flaw::Root),
        }
    }

    /// Ends the document.
    ///
    /// # Errors
    /// It has no header, is a plan that was cut, or removes what it keeps.
    pub fn finish(&mut self) -> Result<(), PlanError> {
        let checked = match self.document {
            None => Err(Flaw::Header),
            Some(Document::Plan) if self.strict && !self.ended => {
                Err(Flaw::Cut)
            }
            Some(_) if !self.temporary.0.is_empty() => Err(Flaw::Temporary),
            Some(_) => self.duplicates.check(),
        };
        checked.map_err(|flaw| PlanError { line: self.lines, flaw })
    }
}
