//! The interface `planning`.

use alloc::vec::Vec;
use core::cell::RefCell;

use sanchay_core::kind::EntryKind;
use sanchay_core::plan as logic;
use sanchay_core::time;

use crate::Inspector;
use crate::interfaces::exports::sanchay::inspect::planning as wit;

impl wit::Guest for Inspector {
    type PlanReader = PlanReader;
}

/// A document that is read.
pub(crate) struct PlanReader(RefCell<logic::PlanReader>);

impl wit::GuestPlanReader for PlanReader {
    fn new(strict: bool) -> Self {
        Self(RefCell::new(logic::PlanReader::new(strict)))
    }

    fn read(&self, text: Vec<u8>) -> Result<Vec<wit::Line>, wit::PlanError> {
        let lines = self.0.borrow_mut().read(&text)?;
        Ok(lines.into_iter().map(Into::into).collect())
    }

    fn finish(&self) -> Result<(), wit::PlanError> {
        Ok(self.0.borrow_mut().finish()?)
    }
}

impl From<logic::Line> for wit::Line {
    fn from(line: logic::Line) -> Self {
        match line {
            logic::Line::Header(header) => Self::Header(wit::Header {
                journal: header.document == logic::Document::Journal,
                made_by: header.made_by,
                command: header.command,
                run: header.run,
                started: header.started,
                roots: header.roots.into_iter().map(Into::into).collect(),
                options: header.options,
            }),
            logic::Line::Step(step) => Self::Step(wit::Step {
                operation: step.operation.into(),
                source: step.from.map(Into::into),
                target: step.to.map(Into::into),
                because: step.because,
                expect: step.expect.map(Into::into),
                same_as: step.same_as.map(Into::into),
                like: step.like.map(|kept| (*kept).into()),
            }),
            logic::Line::State(line) => Self::State(wit::StateLine {
                state: line.state.into(),
                first: line.first,
                last: line.last,
                why: line.why,
                made: line.made.map(|made| wit::Made {
                    expect: made.expect.into(),
                    at: made.at,
                    was: made.was.map(|was| wit::Original {
                        mode: was.mode,
                        uid: was.uid,
                        gid: was.gid,
                        accessed: was.accessed.map(timestamp),
                        extended: was.extended,
                    }),
                }),
            }),
            logic::Line::Folder(folder) => Self::Folder(wit::Folder {
                place: folder.place.into(),
                modified: timestamp(folder.modified),
            }),
            logic::Line::Trailer(trailer) => Self::Trailer(trailer.steps),
        }
    }
}

impl From<logic::Root> for wit::Root {
    fn from(root: logic::Root) -> Self {
        let identity = root.id.map(|id| wit::FileIdentity {
            device: id.device,
            inode: id.inode,
        });
        Self { path: root.path, identity }
    }
}

impl From<logic::Place> for wit::Place {
    fn from(place: logic::Place) -> Self {
        Self { root: place.root, path: place.path }
    }
}

impl From<logic::Kept> for wit::KeptFile {
    fn from(kept: logic::Kept) -> Self {
        Self { place: kept.place.into(), expect: kept.expect.into() }
    }
}

impl From<logic::Expectation> for wit::Expectation {
    fn from(expect: logic::Expectation) -> Self {
        Self {
            kind: kind(expect.kind),
            device: expect.device,
            inode: expect.inode,
            links: expect.links,
            size: expect.size,
            modified: timestamp(expect.modified),
            changed: expect.changed.map(timestamp),
            hash: expect.hash,
        }
    }
}

fn timestamp(time: time::Timestamp) -> wit::Timestamp {
    let time::Timestamp { seconds, nanoseconds } = time;
    wit::Timestamp { seconds, nanoseconds }
}

fn kind(kind: EntryKind) -> wit::EntryKind {
    match kind {
        EntryKind::File => wit::EntryKind::File,
        EntryKind::Directory => wit::EntryKind::Directory,
        EntryKind::Symlink => wit::EntryKind::Symlink,
        EntryKind::Fifo => wit::EntryKind::Fifo,
        EntryKind::Socket => wit::EntryKind::Socket,
        EntryKind::BlockDevice => wit::EntryKind::BlockDevice,
        EntryKind::CharacterDevice => wit::EntryKind::CharacterDevice,
        EntryKind::Unknown => wit::EntryKind::Unknown,
    }
}

impl From<logic::Operation> for wit::Operation {
    fn from(operation: logic::Operation) -> Self {
        match operation {
            logic::Operation::CreateFolder => Self::CreateFolder,
            logic::Operation::Rename => Self::Rename,
            logic::Operation::Move => Self::Move,
            logic::Operation::Copy => Self::Copy,
            logic::Operation::HardLink => Self::HardLink,
            logic::Operation::Symlink => Self::Symlink,
            logic::Operation::Reflink => Self::Reflink,
            logic::Operation::Trash => Self::Trash,
            logic::Operation::Delete => Self::Delete,
        }
    }
}

impl From<logic::State> for wit::State {
    fn from(state: logic::State) -> Self {
        match state {
            logic::State::Done => Self::Done,
            logic::State::Failed => Self::Failed,
            logic::State::Skipped => Self::Skipped,
            logic::State::Undone => Self::Undone,
            logic::State::Kept => Self::Kept,
            logic::State::Finished => Self::Finished,
            logic::State::Reversed => Self::Reversed,
            logic::State::Reversing => Self::Reversing,
        }
    }
}

impl From<logic::PlanError> for wit::PlanError {
    fn from(error: logic::PlanError) -> Self {
        use logic::Flaw;
        let flaw = match error.flaw {
            Flaw::Syntax(at) => wit::Flaw::Syntax(at),
            Flaw::Member => wit::Flaw::Member,
            Flaw::Twice => wit::Flaw::Twice,
            Flaw::Missing => wit::Flaw::Missing,
            Flaw::Format => wit::Flaw::Format,
            Flaw::Version(version) => wit::Flaw::Version(version),
            Flaw::Operation => wit::Flaw::Operation,
            Flaw::State => wit::Flaw::State,
            Flaw::Kind => wit::Flaw::Kind,
            Flaw::Time => wit::Flaw::Time,
            Flaw::Base64 => wit::Flaw::Base64,
            Flaw::Root => wit::Flaw::Root,
            Flaw::Path(flaw) => wit::Flaw::Path(flaw.into()),
            Flaw::TooLong => wit::Flaw::TooLong,
            Flaw::Header => wit::Flaw::Header,
            Flaw::AfterEnd => wit::Flaw::AfterEnd,
            Flaw::Document => wit::Flaw::Document,
            Flaw::Cut => wit::Flaw::Cut,
            Flaw::Edited => wit::Flaw::Edited,
            Flaw::SameAs => wit::Flaw::SameAs,
            Flaw::Temporary => wit::Flaw::Temporary,
        };
        Self { line: error.line, flaw }
    }
}
