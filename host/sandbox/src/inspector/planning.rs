//! Reading plans and journals, with every place checked.

use sanchay_core::file_id::FileId;
use sanchay_core::plan::{
    Document, Expectation, Flaw, Folder, Header, Kept, Line, Made, Original,
    Place, PlanError, Root, StateLine, Step, Trailer, check_path, is_absolute,
};
use sanchay_core::time::Timestamp;
use wasmtime::component::ResourceAny;

use super::Inspector;
use super::Instance;
use crate::Fault;
use crate::wire::planning as wire;

/// The document that was begun, in the instance of this generation, and how
/// many roots it has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Begun {
    generation: u64,
    roots: usize,
}

/// What the instance holds.
pub(super) type Reader = Option<ResourceAny>;

impl Inspector {
    /// Begins to read a plan or a journal. A plan that was cut or edited is
    /// refused if `strict`.
    ///
    /// # Errors
    ///
    /// Any [`Fault`] of the instance.
    pub fn begin_plan(&mut self, strict: bool) -> Result<(), Fault> {
        self.planning = None;
        self.caller.call(|instance| {
            let Instance { store, exports, resources } = instance;
            if let Some(before) = resources.plan.take() {
                before.resource_drop(&mut *store)?;
            }
            let (reader,) = exports.plan_reader.call(store, (strict,))?;
            resources.plan = Some(reader);
            Ok(())
        })?;
        let generation = self.caller.generation();
        self.planning = Some(Begun { generation, roots: 0 });
        Ok(())
    }

    /// Reads whole lines of the document, each ended by a newline.
    ///
    /// # Errors
    ///
    /// As [`name_records`](Self::name_records). The inner error is what is
    /// wrong with a line.
    pub fn read_plan(
        &mut self,
        text: &[u8],
    ) -> Result<Result<Vec<Line>, PlanError>, Fault> {
        let mut begun = self.planned()?;
        let answer = self.caller.call(|instance| {
            let Instance { store, exports, resources } = instance;
            let Some(reader) = resources.plan else { return Ok(None) };
            let (answer,) = exports.read_plan.call(store, (reader, text))?;
            Ok(Some(answer))
        })?;
        let lines = match answer.ok_or(Fault::StreamLost)? {
            Ok(lines) => lines,
            Err(error) => return Ok(Err(error.into())),
        };
        let read = lines
            .into_iter()
            .map(|line| checked(line, &mut begun.roots))
            .collect::<Result<_, _>>()
            .map_err(|what| self.caller.contract_violation(what))?;
        self.planning = Some(begun);
        Ok(Ok(read))
    }

    /// Ends the document.
    ///
    /// # Errors
    ///
    /// As [`read_plan`](Self::read_plan).
    pub fn finish_plan(&mut self) -> Result<Result<(), PlanError>, Fault> {
        self.planned()?;
        let answer = self.caller.call(|instance| {
            let Instance { store, exports, resources } = instance;
            let Some(reader) = resources.plan else { return Ok(None) };
            let (answer,) = exports.finish_plan.call(store, (reader,))?;
            Ok(Some(answer))
        })?;
        let answer = answer.ok_or(Fault::StreamLost)?;
        Ok(answer.map_err(Into::into))
    }

    fn planned(&self) -> Result<Begun, Fault> {
        let begun = self.planning.ok_or(Fault::NoStream)?;
        match begun.generation == self.caller.generation() {
            true => Ok(begun),
            false => Err(Fault::StreamLost),
        }
    }
}

/// A line that can be acted upon.
fn checked(line: wire::Line, roots: &mut usize) -> Result<Line, &'static str> {
    Ok(match line {
        wire::Line::Header(header) => {
            let absolute = |it: &wire::Root| {
                is_absolute(&it.path) && !it.path.contains(&0)
            };
            if !header.roots.iter().all(absolute) {
                return Err("a root that is none");
            }
            *roots = header.roots.len();
            let document = match header.journal {
                true => Document::Journal,
                false => Document::Plan,
            };
            Line::Header(Header {
                document,
                made_by: header.made_by,
                command: header.command,
                run: header.run,
                started: header.started,
                roots: header.roots.into_iter().map(root).collect(),
                options: header.options,
            })
        }
        wire::Line::Step(step) => {
            let operation = step.operation.into();
            let roots = *roots;
            let place = |it: Option<wire::Place>| {
                it.map(|it| place(it, roots, false)).transpose()
            };
            let kept = |it: wire::KeptFile| {
                let kept = place(Some(it.place))?;
                let place = kept.ok_or("a place that is none")?;
                Ok(Kept { place, expect: expectation(it.expect)? })
            };
            let step = Step {
                operation,
                from: place(step.source)?,
                to: place(step.target)?,
                because: step.because,
                expect: step.expect.map(expectation).transpose()?,
                same_as: step.same_as.map(kept).transpose()?,
                like: step.like.map(kept).transpose()?.map(Box::new),
            };
            if !step.is_whole() {
                return Err("a step that is none");
            }
            Line::Step(step)
        }
        wire::Line::State(line) => {
            let made = line.made.map(|made| {
                let expect = expectation(made.expect)?;
                let was = made.was.map(original).transpose()?;
                Ok(Made { expect, at: made.at, was })
            });
            Line::State(StateLine {
                state: line.state.into(),
                first: line.first,
                last: line.last,
                why: line.why,
                made: made.transpose()?,
            })
        }
        wire::Line::Folder(folder) => Line::Folder(Folder {
            place: place(folder.place, *roots, true)?,
            modified: timestamp(&folder.modified)?,
        }),
        wire::Line::Trailer(steps) => {
            Line::Trailer(Trailer { steps, digest: String::new() })
        }
    })
}

fn root(root: wire::Root) -> Root {
    let wire::Root { path, identity } = root;
    let id = identity
        .map(|wire::FileIdentity { device, inode }| FileId { device, inode });
    Root { path, id }
}

/// A place beneath one of so many roots; the root itself where that is `own`.
fn place(
    place: wire::Place,
    roots: usize,
    own: bool,
) -> Result<Place, &'static str> {
    let wire::Place { root, path } = place;
    let known = usize::try_from(root).is_ok_and(|root| root < roots);
    let sound = own && path.is_empty() || check_path(&path).is_ok();
    match known && sound {
        true => Ok(Place { root, path }),
        false => Err("a path that leads out of its root"),
    }
}

fn expectation(
    expect: wire::Expectation,
) -> Result<Expectation, &'static str> {
    Ok(Expectation {
        kind: expect.kind.into(),
        device: expect.device,
        inode: expect.inode,
        links: expect.links,
        size: expect.size,
        modified: timestamp(&expect.modified)?,
        changed: expect.changed.as_ref().map(timestamp).transpose()?,
        hash: expect.hash,
    })
}

fn original(was: wire::Original) -> Result<Original, &'static str> {
    Ok(Original {
        mode: was.mode,
        uid: was.uid,
        gid: was.gid,
        accessed: was.accessed.as_ref().map(timestamp).transpose()?,
        extended: was.extended,
    })
}

fn timestamp(time: &wire::Timestamp) -> Result<Timestamp, &'static str> {
    let wire::Timestamp { seconds, nanoseconds } = *time;
    match nanoseconds < 1_000_000_000 {
        true => Ok(Timestamp { seconds, nanoseconds }),
        false => Err("a time that is none"),
    }
}

impl From<wire::PlanError> for PlanError {
    fn from(error: wire::PlanError) -> Self {
        let flaw = match error.flaw {
            wire::Flaw::Syntax(at) => Flaw::Syntax(at),
            wire::Flaw::Member => Flaw::Member,
            wire::Flaw::Twice => Flaw::Twice,
            wire::Flaw::Missing => Flaw::Missing,
            wire::Flaw::Format => Flaw::Format,
            wire::Flaw::Version(version) => Flaw::Version(version),
            wire::Flaw::Operation => Flaw::Operation,
            wire::Flaw::State => Flaw::State,
            wire::Flaw::Kind => Flaw::Kind,
            wire::Flaw::Time => Flaw::Time,
            wire::Flaw::Base64 => Flaw::Base64,
            wire::Flaw::Root => Flaw::Root,
            wire::Flaw::Path(flaw) => Flaw::Path(flaw.into()),
            wire::Flaw::TooLong => Flaw::TooLong,
            wire::Flaw::Header => Flaw::Header,
            wire::Flaw::AfterEnd => Flaw::AfterEnd,
            wire::Flaw::Document => Flaw::Document,
            wire::Flaw::Cut => Flaw::Cut,
            wire::Flaw::Edited => Flaw::Edited,
            wire::Flaw::SameAs => Flaw::SameAs,
            wire::Flaw::Temporary => Flaw::Temporary,
        };
        Self { line: error.line, flaw }
    }
}
