//! One verdict: reported on standard error where the file could not be read,
//! and as a record unless the options leave it out.

use std::ops::ControlFlow;

use sanchay::CheckStatus;
use sanchay_core::record::{self, Row};

use crate::{
    messages::Messages, options::check::CheckArgs, output::RecordWriter,
};

/// Where verdicts are reported.
pub(super) struct Report<'a, 'o> {
    pub(super) messages: &'a Messages,
    pub(super) writer: &'a mut RecordWriter<'o>,
    /// Whether nothing is said of files that are OK.
    pub(super) quiet: bool,
    /// Set where the verdict is "no".
    pub(super) refuted: &'a mut bool,
}

impl Report<'_, '_> {
    /// Reports what became of one entry, as the options want it.
    pub(super) fn verdict(
        &mut self,
        path: &[u8],
        verdict: &CheckStatus,
        arguments: CheckArgs,
    ) -> ControlFlow<()> {
        let (finding, error) = (verdict.verdict(), verdict.error());
        if arguments.ignore_missing && finding == record::Verdict::Missing {
            return ControlFlow::Continue(());
        }
        *self.refuted |= finding != record::Verdict::Ok;
        if let Some(error) = error {
            // The records before it first, where both are read.
            self.messages.beside(|| self.writer.flush())?;
            self.messages.entry(error);
        }
        let unwanted =
            arguments.status || self.quiet && finding == record::Verdict::Ok;
        if unwanted {
            return ControlFlow::Continue(());
        }
        let why =
            error.map(|error| format!("{}: {}", error.action, error.cause));
        self.writer.push(&Row {
            name: path,
            verdict: Some(finding),
            error: why.as_deref(),
            ..Row::default()
        });
        self.messages.beside(|| self.writer.flush_if_due())
    }
}
