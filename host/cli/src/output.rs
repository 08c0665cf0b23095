//! Records on their way out: collected in batches, encoded, and written to
//! where the user wants them.
//!
//! Each worker has a [`RecordWriter`] of its own. A [`Sink`] takes what they
//! encoded and is all that workers share. What a format needs before, between
//! and after its records the sink adds, so that output is well-formed however
//! a run ends.

mod destination;
mod refuse_overwrite;
mod sink;
mod writer;

use std::{
    io,
    ops::ControlFlow,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use sanchay::Plugins;
use sanchay_core::record::{RecordKind, Schema};
use sanchay_output::{Encoder, TextOptions};

pub(crate) use self::{
    refuse_overwrite::{Inputs, leads_to},
    sink::Sink,
    writer::{RecordWriter, row},
};
use crate::{
    exit::Exit, failure::Failure, messages::Messages,
    options::output::OutputArgs, standard_streams::is_stdout,
};

/// Where the records of a command go, and in which form.
pub(crate) struct Output {
    pub(crate) schema: Arc<Schema>,
    encoder: Arc<dyn Encoder>,
    /// How many results may still be written; `None` for all.
    left: Option<AtomicU64>,
    /// Takes what was encoded.
    pub(crate) sink: Sink,
}

impl Output {
    /// Opens the destination that the options name, unless it is one of the
    /// files that are to be read. `text` tells how the text form is written,
    /// but for what a terminal changes.
    pub(crate) fn open(
        options: &OutputArgs,
        inputs: Inputs<'_>,
        kind: RecordKind,
        plugins: &Plugins,
        text: TextOptions,
    ) -> Result<Self, Failure> {
        let mut sink = Sink::open(options.file(), inputs)?;
        let text = TextOptions { terminal: sink.is_terminal(), ..text };
        let mut schema = Schema::new(kind, plugins.fields());
        if !options.fields().is_empty() {
            let names = options.fields().iter().map(String::as_str);
            schema = schema.select(names).map_err(Failure::Fields)?;
        }
        let schema = Arc::new(schema);
        let format = options.format();
        if sink.is_terminal() && !format.is_text() {
            return Err(Failure::BinaryOnTerminal);
        }
        let encoder = format.encoder(&schema, text).map_err(|why| {
            Failure::writing(sink.path(), io::Error::other(why))
        })?;
        sink.set_encoder(Arc::clone(&encoder));
        let left = options.max_results().map(AtomicU64::new);
        Ok(Self { schema, encoder, left, sink })
    }

    /// Takes the right to write one result. `Break` if enough were written.
    #[inline]
    pub(crate) fn take(&self) -> ControlFlow<()> {
        let Some(left) = &self.left else {
            return ControlFlow::Continue(());
        };
        let less = |left: u64| left.checked_sub(1);
        match left.fetch_update(Relaxed, Relaxed, less) {
            Ok(_) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }

    /// `Break` if enough results were written.
    #[inline]
    pub(crate) fn is_enough(&self) -> ControlFlow<()> {
        match &self.left {
            Some(left) if left.load(Relaxed) == 0 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }

    /// Ends the output of a run that ended so, which is done where it ended
    /// since enough results were written.
    pub(crate) fn end_run(
        &self,
        ended: Result<Exit, Failure>,
        messages: &Messages,
    ) -> Result<Exit, Failure> {
        self.end(match ended {
            Err(Failure::Run(sanchay::Error::Cancelled))
                if self.is_enough().is_break() =>
            {
                Ok(if messages.failed() { Exit::Partly } else { Exit::Done })
            }
            other => other,
        })
    }

    /// Ends the output of a command that ended so: a file gets its name only
    /// if something was done.
    pub(crate) fn end(
        &self,
        ended: Result<Exit, Failure>,
    ) -> Result<Exit, Failure> {
        let keep = !matches!(ended, Err(_) | Ok(Exit::Failed));
        self.sink.finish(keep)?;
        ended
    }
}

/// Writes bytes that are no records to a file, unless that is one of the
/// inputs, or to standard output.
pub(crate) fn put(
    path: Option<&Path>,
    inputs: Inputs<'_>,
    bytes: &[u8],
) -> Result<(), Failure> {
    let sink = Sink::open(path.filter(|it| !is_stdout(it)), inputs)?;
    // What goes wrong is reported at the end.
    let _ = sink.write(bytes, &[]);
    sink.finish(true)
}
