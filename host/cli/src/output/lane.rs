//! A buffer of whole records, and the state that makes writing them cheap.

use std::{
    ops::ControlFlow,
    time::{Duration, Instant},
};

use super::{
    sink::{BLOCK, Sink},
    time::Times,
};

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
    /// Where the records may be parted.
    places: Vec<usize>,
    /// Where the block begins that is not parted yet.
    block: usize,
    /// Where the last record ended.
    ended: usize,
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
            places: Vec::new(),
            block: 0,
            ended: 0,
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

    /// Ends a record. Remembers where the records may be parted: in blocks of
    /// whole ones, none larger than a sink writes at once if it can be helped.
    pub(crate) fn end_record(&mut self) {
        let end = self.out.len();
        let is_large = end - self.block > BLOCK;
        if is_large && self.ended > self.block {
            self.places.push(self.ended);
            self.block = self.ended;
        }
        self.ended = end;
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
        let flow = sink.write(&self.out, &self.places);
        self.out.clear();
        self.places.clear();
        (self.block, self.ended) = (0, 0);
        flow
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, Lane};

    #[test]
    fn records_are_parted_in_blocks_of_whole_ones() {
        let mut lane = Lane::default();
        let mut ends = vec![0];
        for length in [10, BLOCK - 10, 1, BLOCK, 3 * BLOCK, 5, 5, BLOCK - 10] {
            lane.out.resize(lane.out.len() + length, b'x');
            lane.end_record();
            ends.push(lane.out.len());
        }
        let places: Vec<_> = lane
            .places
            .iter()
            .map(|place| ends.binary_search(place).unwrap())
            .collect();
        assert_eq!(places, [2, 3, 4, 5]);
    }
}
