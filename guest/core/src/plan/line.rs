//! The lines of plans and journals, each an object of JSON.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::header::{MAX_ROOTS, Root};
use super::{
    Document, Expectation, Flaw, Header, Kept, Operation, Place, Step,
    VERSION, check_path, is_absolute, time,
};
use crate::file_id::FileId;
use crate::json::{JsonReader, Unexpected};
use crate::kind::EntryKind;
use crate::time::Timestamp;

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// What stands before all others.
    Header(Header),
    /// A step; in a journal it is about to be done.
    Step(Step),
    /// What became of steps.
    State(StateLine),
    /// When a folder was last modified, before the steps changed it.
    Folder(Folder),
    /// What stands after all others, in a plan.
    Trailer(Trailer),
}

/// What became of steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateLine {
    /// What became of them.
    pub state: State,
    /// The first of them, counted from 0.
    pub first: u64,
    /// The last of them.
    pub last: u64,
    /// Why, where it was not done; empty otherwise.
    pub why: String,
    /// What the step made, where that has to be known to undo it.
    pub made: Option<Made>,
}

/// What a step made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// What it is.
    pub expect: Expectation,
    /// Where it is, if that was not known before.
    pub at: Option<Vec<u8>>,
    /// What the file was that made way, beyond what the step expects.
    pub was: Option<Original>,
}

/// What a file was that made way for an equal one: what its contents, its size
/// and its time of modification do not tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Original {
    /// Its type and permissions: the `st_mode` of POSIX.
    pub mode: u32,
    /// The owner's number.
    pub uid: u32,
    /// The group's number.
    pub gid: u32,
    /// When its contents were last read, where that is kept.
    pub accessed: Option<Timestamp>,
    /// Its extended attributes: the name and the value of each.
    pub extended: Vec<Attribute>,
}

/// An extended attribute: its name and its value.
type Attribute = (Vec<u8>, Vec<u8>);

/// What became of a step, or of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It was done.
    Done,
    /// It could not be done.
    Failed,
    /// It was left out.
    Skipped,
    /// It was undone.
    Undone,
    /// It could not be undone.
    Kept,
    /// The run is over: the numbers are those of all its steps.
    Finished,
    /// All that could be undone is.
    Reversed,
    /// The run's undoing began. The folders that follow get back the times
    /// that they had before the run.
    Reversing,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Done,
        Self::Failed,
        Self::Skipped,
        Self::Undone,
        Self::Kept,
        Self::Finished,
        Self::Reversed,
        Self::Reversing,
    ];

    /// Its name in a journal.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Undone => "undone",
            Self::Kept => "kept",
            Self::Finished => "finished",
            Self::Reversed => "reversed",
            Self::Reversing => "reversing",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// When a folder was last modified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// The folder; its path is empty for a root itself.
    pub place: Place,
    /// When it was last modified.
    pub modified: Timestamp,
}

/// What stands after all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trailer {
    /// How many steps there are.
    pub steps: u64,
    /// The XXH3 digest of 128 bits of all lines before this one, in hex.
    pub digest: String,
}

/// What a line can have, each at most once.
#[derive(Default)]
struct Members {
    format: Option<String>,
    version: Option<u64>,
    made_by: Option<String>,
    command: Option<String>,
    run: Option<String>,
    started: Option<String>,
    roots: Option<Vec<Root>>,
    options: Option<Vec<(String, String)>>,
    op: Option<String>,
    from: Option<Vec<u8>>,
    root: Option<u64>,
    to: Option<Vec<u8>>,
    to_root: Option<u64>,
    because: Option<String>,
    expect: Option<Expectation>,
    same_as: Option<Kept>,
    like: Option<Box<Kept>>,
    was: Option<Original>,
    state: Option<String>,
    first: Option<u64>,
    last: Option<u64>,
    why: Option<String>,
    at: Option<Vec<u8>>,
    folder: Option<Vec<u8>>,
    modified: Option<Timestamp>,
    steps: Option<u64>,
    digest: Option<String>,
}

/// Sets what may be set once.
fn once<T>(place: &mut Option<T>, value: T) -> Result<(), Flaw> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(Flaw::Twice),
    }
}

impl From<Unexpected> for Flaw {
    fn from(Unexpected(at): Unexpected) -> Self {
        Self::Syntax(u32::try_from(at).unwrap_or(u32::MAX))
    }
}

impl Line {
    /// Reads a line, without its newline.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &[u8]) -> Result<Self, Flaw> {
        let mut json = JsonReader::new(text);
        let mut members = Members::default();
        let mut object = json.object()?;
        while let Some(key) = json.key(&mut object)? {
            members.read(&key, &mut json)?;
        }
        json.end()?;
        members.line()
    }
}

impl Members {
    fn read(
        &mut self,
        key: &str,
        json: &mut JsonReader<'_>,
    ) -> Result<(), Flaw> {
        match key {
            "format" => once(&mut self.format, json.string()?),
            "version" => once(&mut self.version, json.unsigned()?),
            "made_by" => once(&mut self.made_by, json.string()?),
            "command" => once(&mut self.command, json.string()?),
            "run" => once(&mut self.run, json.string()?),
            "started" => once(&mut self.started, json.string()?),
            "roots" => once(&mut self.roots, roots(json)?),
            "options" => once(&mut self.options, options(json)?),
            "op" => once(&mut self.op, json.string()?),
            "from" => once(&mut self.from, json.string()?.into_bytes()),
            "from_base64" => once(&mut self.from, bytes(json)?),
            "root" => once(&mut self.root, json.unsigned()?),
            "to" => once(&mut self.to, json.string()?.into_bytes()),
            "to_base64" => once(&mut self.to, bytes(json)?),
            "to_root" => once(&mut self.to_root, json.unsigned()?),
            "because" => once(&mut self.because, json.string()?),
            "expect" | "made" => once(&mut self.expect, expectation(json)?),
            "same_as" => once(&mut self.same_as, kept(json)?),
            "like" => once(&mut self.like, Box::new(kept(json)?)),
            "was" => once(&mut self.was, original(json)?),
            "state" => once(&mut self.state, json.string()?),
            "first" => once(&mut self.first, json.unsigned()?),
            "last" => once(&mut self.last, json.unsigned()?),
            "why" => once(&mut self.why, json.string()?),
            "at" => once(&mut self.at, json.string()?.into_bytes()),
            "at_base64" => once(&mut self.at, bytes(json)?),
            "folder" => once(&mut self.folder, json.string()?.into_bytes()),
            "folder_base64" => once(&mut self.folder, bytes(json)?),
            "modified" => once(&mut self.modified, timestamp(json)?),
            "steps" => once(&mut self.steps, json.unsigned()?),
            "digest" => once(&mut self.digest, json.string()?),
            _ => Err(Flaw::Member),
        }
    }

    /// The line that has these members and no others.
    fn line(mut self) -> Result<Line, Flaw> {
        let line = if self.format.is_some() {
            Line::Header(self.header()?)
        } else if self.op.is_some() {
            Line::Step(self.step()?)
        } else if self.state.is_some() {
            Line::State(self.state_line()?)
        } else if let Some(path) = self.folder.take() {
            if !path.is_empty() {
                check_path(&path)?;
            }
            let modified = self.modified.take().ok_or(Flaw::Missing)?;
            let place = Place { root: self.root()?, path };
            Line::Folder(Folder { place, modified })
        } else if let Some(steps) = self.steps.take() {
            let digest = self.digest.take().ok_or(Flaw::Missing)?;
            Line::Trailer(Trailer { steps, digest })
        } else {
            return Err(Flaw::Missing);
        };
        match self.is_empty() {
            true => Ok(line),
            false => Err(Flaw::Member),
        }
    }

    fn header(&mut self) -> Result<Header, Flaw> {
        let document = match self.format.take().as_deref() {
            Some("sanchay-plan") => Document::Plan,
            Some("sanchay-journal") => Document::Journal,
            _ => return Err(Flaw::Format),
        };
        match self.version.take() {
            Some(1..=VERSION) => {}
            Some(newer) => return Err(Flaw::Version(newer)),
            None => return Err(Flaw::Missing),
        }
        Ok(Header {
            document,
            made_by: self.made_by.take().unwrap_or_default(),
            command: self.command.take().unwrap_or_default(),
            run: self.run.take().unwrap_or_default(),
            started: self.started.take().unwrap_or_default(),
            roots: self.roots.take().ok_or(Flaw::Missing)?,
            options: self.options.take().unwrap_or_default(),
        })
    }

    fn root(&mut self) -> Result<u32, Flaw> {
        number(self.root.take())
    }

    fn step(&mut self) -> Result<Step, Flaw> {
        let name = self.op.take().unwrap_or_default();
        let operation = Operation::named(&name).ok_or(Flaw::Operation)?;
        let from = match self.from.take() {
            Some(path) => {
                check_path(&path)?;
                Some(Place { root: self.root()?, path })
            }
            None => None,
        };
        let to = match self.to.take() {
            Some(path) => {
                check_path(&path)?;
                let root = number(self.to_root.take())?;
                Some(Place { root, path })
            }
            None => None,
        };
        let expect = self.expect.take();
        let because = self.because.take().unwrap_or_default();
        let (same_as, like) = (self.same_as.take(), self.like.take());
        let step =
            Step { operation, from, to, because, expect, same_as, like };
        match (step.is_whole(), step.kept()) {
            (true, _) => Ok(step),
            (false, Some(_)) => Err(Flaw::SameAs),
            (false, None) => Err(Flaw::Missing),
        }
    }

    fn state_line(&mut self) -> Result<StateLine, Flaw> {
        let name = self.state.take().unwrap_or_default();
        let state = State::named(&name).ok_or(Flaw::State)?;
        let first = self.first.take().ok_or(Flaw::Missing)?;
        let last = self.last.take().unwrap_or(first);
        if last < first {
            return Err(Flaw::State);
        }
        let at = self.at.take();
        let made = match (self.expect.take(), at, self.was.take()) {
            (Some(expect), at, was) => Some(Made { expect, at, was }),
            (None, None, None) => None,
            (None, ..) => return Err(Flaw::Missing),
        };
        let why = self.why.take().unwrap_or_default();
        Ok(StateLine { state, first, last, why, made })
    }

    fn is_empty(&self) -> bool {
        let Self {
            format,
            version,
            made_by,
            command,
            run,
            started,
            roots,
            options,
            op,
            from,
            root,
            to,
            to_root,
            because,
            expect,
            same_as,
            like,
            was,
            state,
            first,
            last,
            why,
            at,
            folder,
            modified,
            steps,
            digest,
        } = self;
        let texts =
            [format, made_by, command, run, started, op, because, state, why];
        let paths = [from, to, at, folder];
        let numbers = [version, root, to_root, first, last, steps];
        texts.iter().all(|it| it.is_none())
            && paths.iter().all(|it| it.is_none())
            && numbers.iter().all(|it| it.is_none())
            && roots.is_none()
            && options.is_none()
            && expect.is_none()
            && same_as.is_none()
            && like.is_none()
            && was.is_none()
            && modified.is_none()
            && digest.is_none()
    }
}

fn number(root: Option<u64>) -> Result<u32, Flaw> {
    u32::try_from(root.unwrap_or(0)).map_err(|_| Flaw::Root)
}

fn bytes(json: &mut JsonReader<'_>) -> Result<Vec<u8>, Flaw> {
    STANDARD.decode(json.string()?).map_err(|_| Flaw::Base64)
}

fn timestamp(json: &mut JsonReader<'_>) -> Result<Timestamp, Flaw> {
    time::parse(&json.string()?).ok_or(Flaw::Time)
}

/// Roots: a list of `{"path": …, "device": …, "inode": …}`, or with
/// `path_base64`.
fn roots(json: &mut JsonReader<'_>) -> Result<Vec<Root>, Flaw> {
    let mut roots = Vec::new();
    let mut items = json.list()?;
    while json.item(&mut items)? {
        let (mut path, mut device, mut inode) = (None, None, None);
        let mut object = json.object()?;
        while let Some(key) = json.key(&mut object)? {
            match key.as_str() {
                "path" => once(&mut path, json.string()?.into_bytes())?,
                "path_base64" => once(&mut path, bytes(json)?)?,
                "device" => once(&mut device, json.unsigned()?)?,
                "inode" => once(&mut inode, json.unsigned()?)?,
                _ => return Err(Flaw::Member),
            }
        }
        let path = path.ok_or(Flaw::Missing)?;
        if roots.len() >= MAX_ROOTS || !is_absolute(&path) || path.contains(&0)
        {
            return Err(Flaw::Root);
        }
        let id = match (device, inode) {
            (Some(device), Some(inode)) => Some(FileId { device, inode }),
            (None, None) => None,
            _ => return Err(Flaw::Missing),
        };
        roots.push(Root { path, id });
    }
    Ok(roots)
}

/// Options: an object of texts.
fn options(json: &mut JsonReader<'_>) -> Result<Vec<(String, String)>, Flaw> {
    let mut options = Vec::new();
    let mut object = json.object()?;
    while let Some(key) = json.key(&mut object)? {
        options.push((key, json.string()?));
    }
    Ok(options)
}

/// The file that stays: a place, and what it has to be.
fn kept(json: &mut JsonReader<'_>) -> Result<Kept, Flaw> {
    let (mut path, mut root, mut expect) = (None, None, None);
    let mut object = json.object()?;
    while let Some(key) = json.key(&mut object)? {
        match key.as_str() {
            "path" => once(&mut path, json.string()?.into_bytes())?,
            "path_base64" => once(&mut path, bytes(json)?)?,
            "root" => once(&mut root, json.unsigned()?)?,
            "expect" => once(&mut expect, expectation(json)?)?,
            _ => return Err(Flaw::Member),
        }
    }
    let path: Vec<u8> = path.ok_or(Flaw::Missing)?;
    check_path(&path)?;
    let place = Place { root: number(root)?, path };
    Ok(Kept { place, expect: expect.ok_or(Flaw::Missing)? })
}

/// What a file was that made way.
fn original(json: &mut JsonReader<'_>) -> Result<Original, Flaw> {
    let (mut mode, mut uid, mut gid) = (None, None, None);
    let (mut accessed, mut extended) = (None, None);
    let mut object = json.object()?;
    while let Some(key) = json.key(&mut object)? {
        match key.as_str() {
            "mode" => once(&mut mode, json.unsigned()?)?,
            "uid" => once(&mut uid, json.unsigned()?)?,
            "gid" => once(&mut gid, json.unsigned()?)?,
            "accessed" => once(&mut accessed, timestamp(json)?)?,
            "extended" => once(&mut extended, attributes(json)?)?,
            _ => return Err(Flaw::Member),
        }
    }
    let short = |it: Option<u64>| {
        u32::try_from(it.ok_or(Flaw::Missing)?).map_err(|_| Flaw::Missing)
    };
    Ok(Original {
        mode: short(mode)?,
        uid: short(uid)?,
        gid: short(gid)?,
        accessed,
        extended: extended.unwrap_or_default(),
    })
}

/// Extended attributes: a list of `{"name": …, "value": …}`, or of the same
/// in base64.
fn attributes(json: &mut JsonReader<'_>) -> Result<Vec<Attribute>, Flaw> {
    let mut all = Vec::new();
    let mut items = json.list()?;
    while json.item(&mut items)? {
        let (mut name, mut value) = (None, None);
        let mut object = json.object()?;
        while let Some(key) = json.key(&mut object)? {
            match key.as_str() {
                "name" => once(&mut name, json.string()?.into_bytes())?,
                "name_base64" => once(&mut name, bytes(json)?)?,
                "value" => once(&mut value, json.string()?.into_bytes())?,
                "value_base64" => once(&mut value, bytes(json)?)?,
                _ => return Err(Flaw::Member),
            }
        }
        let name: Vec<u8> = name.ok_or(Flaw::Missing)?;
        if name.is_empty() || name.contains(&0) {
            return Err(Flaw::Missing);
        }
        all.push((name, value.ok_or(Flaw::Missing)?));
    }
    Ok(all)
}

fn expectation(json: &mut JsonReader<'_>) -> Result<Expectation, Flaw> {
    let (mut kind, mut device, mut inode, mut size) = (None, None, None, None);
    let mut links = None;
    let (mut modified, mut changed, mut hash) = (None, None, None);
    let mut object = json.object()?;
    while let Some(key) = json.key(&mut object)? {
        match key.as_str() {
            "kind" => {
                let named = EntryKind::named(&json.string()?);
                once(&mut kind, named.ok_or(Flaw::Kind)?)?;
            }
            "device" => once(&mut device, json.unsigned()?)?,
            "inode" => once(&mut inode, json.unsigned()?)?,
            "links" => once(&mut links, number(Some(json.unsigned()?))?)?,
            "size" => once(&mut size, json.unsigned()?)?,
            "modified" => once(&mut modified, timestamp(json)?)?,
            "changed" => once(&mut changed, timestamp(json)?)?,
            "hash" => once(&mut hash, json.string()?)?,
            _ => return Err(Flaw::Member),
        }
    }
    Ok(Expectation {
        kind: kind.ok_or(Flaw::Missing)?,
        device: device.ok_or(Flaw::Missing)?,
        inode: inode.ok_or(Flaw::Missing)?,
        links,
        size: size.ok_or(Flaw::Missing)?,
        modified: modified.ok_or(Flaw::Missing)?,
        changed,
        hash,
    })
}
