//! What writes digests into the database: one thread, with what workers have
//! put down in the meantime, about every second. A run that is killed loses
//! no more than that.

use std::{
    collections::HashMap,
    sync::{Condvar, Mutex},
    time::{Duration, Instant},
};

use rusqlite::{Connection, TransactionBehavior};
use sanchay_sync::{lock, wait_timeout_while};

use crate::{
    digests::{self, Insertion, Known, Numbers, Row, Table},
    volume::Volume,
};

/// How long digests wait to be written.
const INTERVAL: Duration = Duration::from_secs(1);

/// How many digests are written at once, without waiting longer.
const MANY: usize = 16_384;

/// How many may wait while another process writes. More are not kept: their
/// files are read again another time.
const MOST: usize = 1 << 20;

/// How long a digest is that has no allocation of its own.
const SHORT: usize = 16;

/// A digest, or a change of one, on its way into the database.
pub(crate) enum Change {
    /// A digest that was made.
    Made {
        table: Table,
        known: Known,
        digest: DigestBytes,
        verified: i64,
        used: i64,
    },
    /// A digest that was asked for on another day than before.
    Used { table: Table, inode: u64, day: i64 },
    /// The change time of a file whose name is another, and whose contents
    /// are not.
    Renamed { volume: Volume, before: Known, changed: i64 },
}

impl Change {
    /// The table of a digest that was made.
    fn made(&self) -> Option<&Table> {
        match self {
            Self::Made { table, .. } => Some(table),
            Self::Used { .. } | Self::Renamed { .. } => None,
        }
    }
}

/// The bytes of a digest; most have sixteen.
pub(crate) enum DigestBytes {
    Short([u8; SHORT]),
    Long(Box<[u8]>),
}

impl DigestBytes {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        match bytes.try_into() {
            Ok(short) => Self::Short(short),
            Err(_) => Self::Long(bytes.into()),
        }
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        match self {
            Self::Short(bytes) => bytes,
            Self::Long(bytes) => bytes,
        }
    }
}

/// What waits to be written.
#[derive(Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: Vec<Change>,
    /// Whether all is to be written now.
    hurry: bool,
    /// Whether no more will come.
    closed: bool,
    /// Whether what came before is being written.
    writing: bool,
    /// Whether nothing can be written any more.
    broken: bool,
}

impl Queue {
    /// Adds something to write.
    pub(crate) fn push(&self, change: Change) {
        let mut state = lock(&self.state);
        if state.broken || state.waiting.len() >= MOST {
            return;
        }
        state.waiting.push(change);
        let count = state.waiting.len();
        drop(state);
        if count == 1 || count == MANY {
            self.changed.notify_all();
        }
    }

    /// Waits until all that was pushed before is written, or cannot be.
    pub(crate) fn flush(&self) {
        let mut state = lock(&self.state);
        state.hurry = true;
        self.changed.notify_all();
        while !state.broken && (state.writing || !state.waiting.is_empty()) {
            state =
                wait_timeout_while(&self.changed, state, INTERVAL, |state| {
                    !state.broken
                        && (state.writing || !state.waiting.is_empty())
                });
        }
        state.hurry = false;
    }

    /// Says that no more will come.
    pub(crate) fn close(&self) {
        lock(&self.state).closed = true;
        self.changed.notify_all();
    }

    /// Drops what waits, and takes no more.
    pub(crate) fn give_up(&self) {
        let mut state = lock(&self.state);
        state.broken = true;
        state.waiting = Vec::new();
        self.changed.notify_all();
    }

    /// Takes what waits, when it is time to write it, and puts `room` in its
    /// place; `None` when all is done.
    fn take(&self, room: Vec<Change>) -> Option<Vec<Change>> {
        let mut state = lock(&self.state);
        state.writing = false;
        self.changed.notify_all();
        let mut begun: Option<Instant> = None;
        loop {
            let count = state.waiting.len();
            if state.broken || state.closed && count == 0 {
                return None;
            }
            let since = *begun.get_or_insert_with(Instant::now);
            let due = since.elapsed() >= INTERVAL;
            let ready = count >= MANY || due || state.hurry || state.closed;
            if count > 0 && ready {
                state.writing = true;
                return Some(std::mem::replace(&mut state.waiting, room));
            }
            if count == 0 {
                begun = None;
            }
            let left = INTERVAL.saturating_sub(since.elapsed());
            let left = left.max(Duration::from_millis(1));
            let wait = if count == 0 { INTERVAL * 60 } else { left };
            state = wait_timeout_while(&self.changed, state, wait, |state| {
                let now = state.waiting.len();
                let same = (count == 0) == (now == 0) && now < MANY;
                let urgent = state.hurry && now > 0;
                same && !urgent && !state.closed && !state.broken
            });
        }
    }
}

/// Writes until the queue is closed. Returns what it could not do.
pub(crate) fn run(
    queue: &Queue,
    connection: &mut Connection,
    boot: &str,
) -> rusqlite::Result<()> {
    let mut tables = HashMap::new();
    // What was written leaves its room to what comes.
    let mut room = Vec::new();
    while let Some(mut changes) = queue.take(room) {
        // In the order of the table: a page is filled before the next one.
        // What concerns one file stays in its order.
        changes.sort_by_cached_key(place);
        if let Err(error) = write(connection, &changes, boot, &mut tables) {
            queue.give_up();
            return Err(error);
        }
        changes.clear();
        room = changes;
    }
    Ok(())
}

fn place(change: &Change) -> (u64, u64) {
    match change {
        Change::Made { table, known, .. } => {
            (table.volume.device, known.inode)
        }
        Change::Used { table, inode, .. } => (table.volume.device, *inode),
        Change::Renamed { volume, before, .. } => {
            (volume.device, before.inode)
        }
    }
}

/// Writes changes, all of them or none.
fn write(
    connection: &mut Connection,
    changes: &[Change],
    boot: &str,
    tables: &mut HashMap<Table, Numbers>,
) -> rusqlite::Result<()> {
    let act = TransactionBehavior::Immediate;
    let transaction = connection.transaction_with_behavior(act)?;
    {
        let mut insertion = Insertion::new(&transaction)?;
        // Most changes are of the table of the one before.
        let mut last: Option<(Table, Numbers)> = None;
        let mut numbers_of = |table: &Table| {
            if let Some((of, numbers)) = last
                && of == *table
            {
                return Ok(numbers);
            }
            let numbers = match tables.get(table) {
                Some(numbers) => *numbers,
                None => {
                    let numbers = table.find_or_add(&transaction, boot)?;
                    tables.insert(*table, numbers);
                    numbers
                }
            };
            last = Some((*table, numbers));
            Ok::<_, rusqlite::Error>(numbers)
        };
        let mut rows = Vec::new();
        let same = |a: &Change, b: &Change| {
            a.made().is_some() && a.made() == b.made()
        };
        for changes in changes.chunk_by(same) {
            for change in changes {
                match change {
                    Change::Made { known, digest, verified, used, .. } => {
                        rows.push(Row {
                            known: *known,
                            digest: digest.as_slice(),
                            verified: *verified,
                            used: *used,
                        });
                    }
                    Change::Used { table, inode, day } => {
                        let of = numbers_of(table)?;
                        digests::note_use(&transaction, of, *inode, *day)?;
                    }
                    Change::Renamed { volume, before, changed } => {
                        let (volume, to) = (*volume, *changed);
                        digests::rename(
                            &transaction,
                            boot,
                            volume,
                            before,
                            to,
                        )?;
                    }
                }
            }
            if let Some(table) = changes.first().and_then(Change::made) {
                insertion.write(numbers_of(table)?, &rows)?;
                rows.clear();
            }
        }
    }
    transaction.commit()
}
