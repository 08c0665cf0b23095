//! The way from a job to the database: workers append records, which are cut
//! into chunks of equal numbers. Whoever is faster than the database waits.

use std::sync::{Arc, Mutex};

use sanchay::EntryError;
use sanchay_core::record::{RecordBatch, Row, Schema};
use sanchay_sync::lock;
use tokio::sync::mpsc::Sender;

use super::store::ROWS;

/// After how many records a worker hands them over.
const TOGETHER: usize = 128;

/// What goes into the database.
#[derive(Debug)]
pub(crate) enum Message {
    /// So many records in all, with this chunk.
    Chunk { number: u64, rows: u64, data: Vec<u8> },
    /// An entry that failed.
    Error { number: u64, error: Box<Failed> },
}

/// An entry that failed.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) reason: String,
    pub(crate) path: Vec<u8>,
    pub(crate) what: String,
    pub(crate) why: String,
}

/// The database has gone, or the job is another's: nobody takes the records.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Closed;

/// Where the records of a job go.
#[derive(Debug)]
pub(crate) struct Sink {
    schema: Arc<Schema>,
    sender: Sender<Message>,
    state: Mutex<State>,
}

/// The chunk that is being filled.
#[derive(Debug, Default)]
struct State {
    number: u64,
    /// Where each record of it ends.
    ends: Vec<u32>,
    bytes: Vec<u8>,
}

impl Sink {
    pub(crate) fn new(schema: Arc<Schema>, sender: Sender<Message>) -> Self {
        Self { schema, sender, state: Mutex::default() }
    }

    /// A place to collect records in, for one thread.
    pub(crate) fn rows(&self) -> Rows<'_> {
        Rows {
            sink: self,
            batch: RecordBatch::new(Arc::clone(&self.schema)),
            encoded: Vec::new(),
        }
    }

    /// Passes on an entry that failed.
    pub(crate) fn error(
        &self,
        number: u64,
        error: &EntryError,
    ) -> Result<(), Closed> {
        use sanchay_names::OsStrExt as _;
        let why = error.cause.to_string();
        let error = Box::new(Failed {
            reason: reason(error),
            path: error.path.as_os_str().as_bytes().to_vec(),
            what: error.action.to_string(),
            why,
        });
        let sent = self.sender.blocking_send(Message::Error { number, error });
        sent.map_err(|_| Closed)
    }

    fn append(&self, encoded: &[u8], ends: &[u32]) -> Result<(), Closed> {
        let mut start = 0;
        let mut state = lock(&self.state);
        for end in ends {
            let end = usize::try_from(*end).unwrap_or(usize::MAX);
            let record = encoded.get(start..end).unwrap_or_default();
            start = end;
            state.bytes.extend_from_slice(record);
            let at = u32::try_from(state.bytes.len()).unwrap_or(u32::MAX);
            state.ends.push(at);
            if state.ends.len() == ROWS {
                self.send(&mut state)?;
            }
        }
        Ok(())
    }

    /// Passes on what there is of the last chunk.
    pub(crate) fn finish(&self) -> Result<(), Closed> {
        let mut state = lock(&self.state);
        match state.ends.is_empty() {
            true => Ok(()),
            false => self.send(&mut state),
        }
    }

    /// In the order of the chunks, for the lock is held.
    fn send(&self, state: &mut State) -> Result<(), Closed> {
        let State { number, ends, bytes } = state;
        let mut data = Vec::with_capacity(bytes.len() + 4 * ends.len() + 4);
        let count = u32::try_from(ends.len()).unwrap_or(u32::MAX);
        data.extend_from_slice(&count.to_le_bytes());
        for end in ends.iter() {
            data.extend_from_slice(&end.to_le_bytes());
        }
        data.extend_from_slice(bytes);
        let rows = number
            .saturating_mul(ROWS as u64)
            .saturating_add(u64::from(count));
        let message = Message::Chunk { number: *number, rows, data };
        *number = number.saturating_add(1);
        ends.clear();
        bytes.clear();
        self.sender.blocking_send(message).map_err(|_| Closed)
    }
}

/// Records that one thread collects.
pub(crate) struct Rows<'s> {
    sink: &'s Sink,
    batch: RecordBatch,
    encoded: Vec<u8>,
}

impl Rows<'_> {
    /// Appends a record.
    pub(crate) fn push(&mut self, row: &Row<'_>) -> Result<(), Closed> {
        self.batch.push(row);
        match self.batch.len() >= TOGETHER {
            true => self.flush(),
            false => Ok(()),
        }
    }

    /// Hands over what there is.
    pub(crate) fn flush(&mut self) -> Result<(), Closed> {
        let columns = self.sink.schema.columns();
        let mut ends = Vec::with_capacity(self.batch.len());
        for row in 0..self.batch.len() {
            self.batch.encode_row(row, columns, &mut self.encoded);
            let end = u32::try_from(self.encoded.len()).unwrap_or(u32::MAX);
            ends.push(end);
        }
        let appended = self.sink.append(&self.encoded, &ends);
        self.batch.clear();
        self.encoded.clear();
        appended
    }
}

impl Drop for Rows<'_> {
    /// However the job ends, what was found is kept.
    fn drop(&mut self) {
        // Where nobody takes it, the job is told by what it pushes.
        let _ = self.flush();
    }
}

/// Failures that have the same reason are counted together.
fn reason(error: &EntryError) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        Some(ErrorKind::PermissionDenied) => "permission-denied",
        Some(ErrorKind::NotFound) => "gone",
        Some(_) => "system",
        None => match error.cause {
            sanchay::Cause::Sandbox(_) => "sandbox",
            _ => "other",
        },
    }
    .to_owned()
}
