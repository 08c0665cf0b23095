//! A buffer of whole records, and the state that makes writing them cheap.

use std::{
    ops::ControlFlow,
    time::{Duration, Instant},
};

use super::{sink::Sink, time::Times};

/// How much a lane holds before it is handed to the sink, in bytes.
const FULL: usize = 64 * 1024;

/// How long records are held back from a reader that may be waiting.
const PATIENCE: Duration = Duration::from_millis(100);

/// A worker's buffer.
pub(crate) struct Lane {
    /// Whole records, not yet written.
    pub(crate) out: Vec<u8>,
    /// Formats times.
    pub(crate) times: Times,
    /// Formats numbers.
    pub(crate) numbers: itoa::Buffer,
    /// Room for putting a name together.
    pub(crate) scratch: Vec<u8>,
    /// The parent of the files to come, as the format writes it.
    pub(crate) parent: Parent,
    written: Instant,
}

/// The parent of the files to come, as the format writes it.
#[derive(Debug, Default)]
pub(crate) struct Parent {
    /// As it was reported.
    pub(crate) raw: Vec<u8>,
    /// As the format escapes it.
    pub(crate) text: Vec<u8>,
    /// Whether it is UTF-8.
    pub(crate) utf8: bool,
    /// Whether the format must quote or escape it.
    pub(crate) special: bool,
}

impl Default for Lane {
    fn default() -> Self {
        Self {
            out: Vec::new(),
            times: Times::default(),
            numbers: itoa::Buffer::new(),
            scratch: Vec::new(),
            parent: Parent::default(),
            written: Instant::now(),
        }
    }
}

impl Lane {
    /// Appends a number.
    pub(crate) fn push_number(&mut self, number: u64) {
        self.out.extend_from_slice(self.numbers.format(number).as_bytes());
    }

    /// Appends text.
    pub(crate) fn push(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Hands the records to the sink if the lane is full or has held them
    /// for long, or a person is watching.
    pub(crate) fn settle(&mut self, sink: &Sink) -> ControlFlow<()> {
        if self.out.len() >= FULL || sink.is_terminal() {
            return self.flush(sink);
        }
        let now = Instant::now();
        if now.duration_since(self.written) < PATIENCE {
            return ControlFlow::Continue(());
        }
        self.written = now;
        self.flush(sink)
    }

    /// Hands the records to the sink.
    pub(crate) fn flush(&mut self, sink: &Sink) -> ControlFlow<()> {
        let flow = sink.write(&self.out);
        self.out.clear();
        flow
    }
}
