//! Reads texts into the sandbox: for their sketches, and for the sets of their
//! shingles.

use std::sync::Mutex;

use sanchay_core::{
    grouping::{FileNumber, FileTable as _},
    similarity::{Shingling, Sketch},
};
use sanchay_sandbox::TextTask;
use sanchay_storage::File;
use sanchay_sync::{into_inner, lock};

use super::texts::{Texts, WorkerTexts};
use crate::{
    duplicates::compare::Comparison,
    error::{Action, Cause, Error, Problem},
    hash::read_at,
    inspect::Inspect,
    queue::WorkQueue,
    walk::Open,
};

/// How many bytes are read into the sandbox at a time.
const CHUNK: usize = 128 << 10;

/// How many files of a directory are a task.
const FILES_PER_TASK: usize = 64;

/// Why a file has no answer.
type Failure = (Action, Cause);

/// Reads the texts of files.
pub(super) struct TextReader<'a> {
    pub(super) comparison: Comparison<'a>,
    pub(super) shingling: Shingling,
}

impl TextReader<'_> {
    /// Sketches files, which are in the order of their paths.
    pub(super) fn sketch_all(
        &self,
        files: &[FileNumber],
    ) -> Result<Texts, Error> {
        let Comparison { pool, run, .. } = self.comparison;
        let tasks = self.comparison.parts(files, FILES_PER_TASK);
        let queue = WorkQueue::new(tasks);
        let found = Mutex::new(Vec::new());
        if !files.is_empty() {
            pool.work(
                &queue,
                run,
                |_, _| Ok(WorkerTexts::default()),
                |(place, part), _, own, inspector| {
                    let place = u32::try_from(place).unwrap_or(u32::MAX);
                    self.sketch_part(place, part, own, inspector);
                },
                |own| lock(&found).push(own),
            )?;
        }
        Ok(Texts::gather(files, into_inner(found)))
    }

    /// Sketches files of one directory, the first of which is at a place in
    /// the order of paths.
    fn sketch_part(
        &self,
        place: u32,
        part: &[FileNumber],
        own: &mut WorkerTexts,
        inspector: &mut dyn Inspect,
    ) {
        let run = self.comparison.run;
        let Ok(directory) = self.comparison.reopen(part) else { return };
        for (place, file) in (place..).zip(part) {
            if run.is_over() {
                return;
            }
            match self.sketch(*file, directory.as_ref(), inspector) {
                Ok(Some(sketch)) => own.push(place, &sketch),
                Ok(None) => {}
                Err((action, cause)) => self.failed(*file, action, cause),
            }
            run.count_files(1, 0);
            run.tick();
        }
    }

    fn sketch(
        &self,
        file: FileNumber,
        directory: Option<&Open>,
        inspector: &mut dyn Inspect,
    ) -> Result<Option<Sketch>, Failure> {
        let opened = self.comparison.open(file, directory);
        let (opened, _) = opened.map_err(|cause| (Action::Open, cause))?;
        let task = TextTask::Sketch;
        self.read(file, &opened, task, inspector)?;
        inspector.finish_sketch().map_err(resembling)
    }

    /// The different shingles of a file's text, ascending. What is wrong with
    /// the file has been told where there is none.
    pub(super) fn set(
        &self,
        file: FileNumber,
        inspector: &mut dyn Inspect,
    ) -> Option<Vec<u64>> {
        let Comparison { run, collection, .. } = self.comparison;
        run.expect_more(collection.size(file));
        match self.try_set(file, inspector) {
            Ok(set) => Some(set),
            Err((action, cause)) => {
                self.failed(file, action, cause);
                None
            }
        }
    }

    fn try_set(
        &self,
        file: FileNumber,
        inspector: &mut dyn Inspect,
    ) -> Result<Vec<u64>, Failure> {
        let opened = self.comparison.open_anew(file);
        let (opened, _) = opened.map_err(|cause| (Action::Open, cause))?;
        self.read(file, &opened, TextTask::Set, inspector)?;
        let set = inspector.finish_set().map_err(resembling)?;
        let too_many = || Cause::Problem(Problem::TooManyShingles);
        set.ok_or_else(|| (Action::Resemble, too_many()))
    }

    /// Reads a file into the sandbox, straight into the memory there.
    fn read(
        &self,
        file: FileNumber,
        opened: &File,
        task: TextTask,
        inspector: &mut dyn Inspect,
    ) -> Result<(), Failure> {
        let Comparison { run, collection, .. } = self.comparison;
        let size = collection.size(file);
        inspector.begin_text(task, self.shingling).map_err(resembling)?;
        let mut at = 0;
        while at < size && !run.is_over() {
            let room = usize::try_from(size - at).unwrap_or(CHUNK).min(CHUNK);
            let mut got = Ok(0);
            let goes_on = inspector
                .read_text_with(room, &mut |space| {
                    got = read_at(opened, at, space);
                    got.as_ref().map_or(0, |bytes| *bytes)
                })
                .map_err(resembling)?;
            let bytes = got.map_err(|error| (Action::Read, error.into()))?;
            run.count_bytes(bytes);
            run.tick();
            at += bytes as u64;
            if !goes_on {
                run.skip_bytes(size.saturating_sub(at));
                break;
            }
            if bytes < room {
                let changed = Problem::Changed { expected: size, found: at };
                return Err((Action::Read, Cause::Problem(changed)));
            }
        }
        Ok(())
    }

    fn failed(&self, file: FileNumber, action: Action, cause: Cause) {
        let path = self.comparison.collection.path(file);
        self.comparison.error(path, action, cause);
    }
}

fn resembling(fault: sanchay_sandbox::Fault) -> Failure {
    (Action::Resemble, Cause::Sandbox(fault))
}
