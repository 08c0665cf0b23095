//! One verdict: told on standard error where the file could not be read, and
//! as a record unless the options leave it out.

use std::ops::ControlFlow;

use sanchay::Verdict;

use crate::{
    messages::Messages,
    options::check::CheckArgs,
    output::{Finding, Lane, Output},
};

/// Where verdicts are reported.
pub(super) struct Report<'a> {
    pub(super) messages: &'a Messages,
    pub(super) output: &'a Output,
    pub(super) lane: &'a mut Lane,
    /// Whether nothing is said of files that are OK.
    pub(super) quiet: bool,
    /// Set where the verdict is "no".
    pub(super) refuted: &'a mut bool,
}

impl Report<'_> {
    /// Reports what became of one promise, as the options want it.
    pub(super) fn verdict(
        &mut self,
        path: &[u8],
        verdict: &Verdict,
        arguments: CheckArgs,
    ) -> ControlFlow<()> {
        let (finding, error) = match verdict {
            Verdict::Match => (Finding::Ok, None),
            Verdict::Mismatch => (Finding::Failed, None),
            Verdict::Failed(error) if error.is_missing() => {
                (Finding::Missing, Some(error))
            }
            Verdict::Failed(error) => (Finding::Unreadable, Some(error)),
        };
        if arguments.ignore_missing && finding == Finding::Missing {
            return ControlFlow::Continue(());
        }
        *self.refuted |= finding != Finding::Ok;
        if let Some(error) = error {
            // The records before it first, where both are read.
            self.messages.beside(|| self.lane.flush(&self.output.sink))?;
            self.messages.entry(error);
        }
        let unwanted =
            arguments.status || self.quiet && finding == Finding::Ok;
        if unwanted {
            return ControlFlow::Continue(());
        }
        let why =
            error.map(|error| format!("{}: {}", error.action, error.cause));
        let writer = &self.output.writer;
        writer.verdict(path, finding, why.as_deref(), self.lane);
        self.lane.end_record();
        self.messages.beside(|| self.lane.settle(&self.output.sink))
    }
}
