//! Records in the order that a user wants. They are kept as bytes, each with
//! a key that compares as it does. When they outgrow a bound, those there are
//! go to a temporary file, in order, and in the end all such files are
//! merged.
//!
//! Workers encode and order their own batches; what they share is a list.

mod merge;
mod parallel;
mod place;
mod record;
mod run;

use std::{
    io,
    ops::ControlFlow,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use sanchay_core::record::{RecordBatch, Schema, SortOrder};
use sanchay_sync::lock;

use self::{
    merge::merge, parallel::in_order, place::Place, record::Chunk, run::Run,
};

/// A batch of so many bytes is passed on.
const FULL: usize = 64 * 1024;

/// So many records are a part that one thread deals with.
const PART: usize = 1024;

/// So many runs of one length are merged into a longer one: each needs a
/// descriptor and a buffer while it is merged.
const FAN_IN: usize = 32;

/// With a limit, records beyond it are dropped once there are so many.
const LEAST: usize = 4096;

/// Sorts records.
#[derive(Debug)]
pub(crate) struct Sorter {
    order: SortOrder,
    /// The records as they are passed on.
    shown: Arc<Schema>,
    columns: usize,
    /// How many bytes may be kept in memory.
    memory: usize,
    /// How many records are wanted.
    limit: Option<usize>,
    /// Records whose key begins with more than this are not wanted.
    cutoff: AtomicU64,
    rows: Mutex<Rows>,
}

/// What was taken.
#[derive(Debug, Default)]
struct Rows {
    chunks: Vec<Chunk>,
    /// How many records the chunks have.
    count: usize,
    /// How many bytes they take up.
    bytes: usize,
    /// What was put aside, each with how often its records were merged.
    runs: Vec<(u32, Run)>,
}

impl Sorter {
    /// Sorts records that are passed on with the fields of `shown`, the first
    /// `limit` of them. At most about `memory` bytes stay in memory.
    pub(crate) fn new(
        order: SortOrder,
        shown: Arc<Schema>,
        memory: u64,
        limit: Option<u64>,
    ) -> Self {
        let size = |it: u64| usize::try_from(it).unwrap_or(usize::MAX);
        Self {
            order,
            columns: shown.columns(),
            shown,
            memory: size(memory),
            limit: limit.map(size),
            cutoff: AtomicU64::new(u64::MAX),
            rows: Mutex::default(),
        }
    }

    /// Takes the records of a batch, which has the fields of the order beside
    /// those that are passed on.
    pub(crate) fn add(&self, batch: &RecordBatch) -> io::Result<()> {
        let cutoff = self.cutoff.load(Relaxed);
        let chunk = Chunk::new(batch, &self.order, self.columns, cutoff);
        if chunk.places.is_empty() {
            return Ok(());
        }
        let mut rows = lock(&self.rows);
        rows.count += chunk.places.len();
        rows.bytes += chunk.size();
        rows.chunks.push(chunk);
        if let Some(limit) = self.limit
            && rows.count > limit.saturating_mul(2).max(LEAST)
        {
            self.prune(&mut rows, limit);
        }
        match rows.bytes > self.memory {
            true => self.spill(&mut rows),
            false => Ok(()),
        }
    }

    /// Drops the records beyond the limit.
    fn prune(&self, rows: &mut Rows, limit: usize) {
        let chunks = std::mem::take(&mut rows.chunks);
        let order = Place::of_all(&chunks);
        let kept = order.get(..limit.min(order.len())).unwrap_or_default();
        if let Some(last) = kept.last() {
            let (key, _) = record::text(last.record(&chunks));
            self.cutoff.fetch_min(record::prefix(key), Relaxed);
        }
        if limit == 0 {
            // Nothing is less than nothing.
            self.cutoff.store(0, Relaxed);
        }
        let mut chunk = Chunk::default();
        for place in kept {
            if chunk.bytes.len() > FULL {
                rows.chunks.push(std::mem::take(&mut chunk));
            }
            chunk.push(place.record(&chunks));
        }
        rows.chunks.push(chunk);
        rows.count = kept.len();
        rows.bytes = rows.chunks.iter().map(Chunk::size).sum();
    }

    /// Puts all that is in memory aside, in order.
    fn spill(&self, rows: &mut Rows) -> io::Result<()> {
        let chunks = std::mem::take(&mut rows.chunks);
        (rows.count, rows.bytes) = (0, 0);
        let order = Place::of_all(&chunks);
        let wanted = self.wanted();
        let records = order.iter().take(wanted);
        let run = Run::write(records.map(|it| Ok(it.record(&chunks))))?;
        rows.runs.push((0, run));
        loop {
            let Some((level, _)) = rows.runs.last() else { return Ok(()) };
            let level = *level;
            let same = rows.runs.iter().rev();
            let same = same.take_while(|(it, _)| *it == level).count();
            if same < FAN_IN {
                return Ok(());
            }
            let from = rows.runs.len().saturating_sub(same);
            let runs = rows.runs.split_off(from);
            let runs = runs.into_iter().map(|(_, run)| run).collect();
            let merged = self.merged(runs)?;
            rows.runs.push((level.saturating_add(1), merged));
        }
    }

    /// One run of several.
    fn merged(&self, runs: Vec<Run>) -> io::Result<Run> {
        let mut wanted = self.wanted();
        let mut writer = Run::writer()?;
        // Whether the limit ended it makes no difference.
        let _ = merge(runs, |record| {
            if wanted == 0 {
                return Ok(ControlFlow::Break(()));
            }
            wanted -= 1;
            writer.push(record)?;
            Ok(ControlFlow::Continue(()))
        })?;
        writer.finish()
    }

    /// Passes the records on in their order, in batches, until that breaks.
    pub(crate) fn finish(
        &self,
        mut emit: impl FnMut(&RecordBatch) -> ControlFlow<()>,
    ) -> io::Result<()> {
        let mut batch = RecordBatch::new(Arc::clone(&self.shown));
        let mut pass = |record: &[u8]| {
            self.decode(record, &mut batch)?;
            if batch.bytes() < FULL {
                return Ok(ControlFlow::Continue(()));
            }
            let flow = emit(&batch);
            batch.clear();
            Ok(flow)
        };
        let flow = match self.sorted()? {
            Sorted::Memory(chunks, order) => {
                let records = order.iter().map(|it| it.record(&chunks));
                let mut flow = ControlFlow::Continue(());
                for record in records {
                    flow = pass(record)?;
                    if flow.is_break() {
                        break;
                    }
                }
                flow
            }
            Sorted::Runs(runs) => {
                let mut left = self.wanted();
                merge(runs, |record| match left.checked_sub(1) {
                    Some(less) => {
                        left = less;
                        pass(record)
                    }
                    None => Ok(ControlFlow::Break(())),
                })?
            }
        };
        // A limit breaks, too: what was passed before it is wanted.
        let _ = flow;
        if !batch.is_empty() {
            let _ = emit(&batch);
        }
        Ok(())
    }

    /// The same, where something is made of each batch before it is passed on,
    /// whatever came before it: several threads do that.
    pub(crate) fn finish_with<T: Send>(
        &self,
        make: impl Fn(&RecordBatch) -> T + Sync,
        mut pass: impl FnMut(T) -> ControlFlow<()>,
    ) -> io::Result<()> {
        if !lock(&self.rows).runs.is_empty() {
            return self.finish(|batch| pass(make(batch)));
        }
        let Sorted::Memory(chunks, order) = self.sorted()? else {
            debug_assert!(false, "nothing was put aside");
            return Ok(());
        };
        let parts: Vec<&[Place]> = order.chunks(PART).collect();
        let part = |places: &&[Place]| {
            let mut batch = RecordBatch::new(Arc::clone(&self.shown));
            for place in *places {
                self.decode(place.record(&chunks), &mut batch)?;
            }
            Ok(make(&batch))
        };
        in_order(&parts, part, pass)
    }

    /// Appends a record to a batch.
    fn decode(
        &self,
        record: &[u8],
        batch: &mut RecordBatch,
    ) -> io::Result<()> {
        let row = record::row(record);
        let taken = row.and_then(|row| batch.push_encoded(row));
        taken.ok_or_else(record::damaged)
    }

    fn wanted(&self) -> usize {
        self.limit.unwrap_or(usize::MAX)
    }

    /// Takes all records out, in order.
    fn sorted(&self) -> io::Result<Sorted> {
        let mut rows = lock(&self.rows);
        if rows.runs.is_empty() {
            let chunks = std::mem::take(&mut rows.chunks);
            drop(rows);
            let mut order = Place::of_all(&chunks);
            order.truncate(self.wanted());
            return Ok(Sorted::Memory(chunks, order));
        }
        if !rows.chunks.is_empty() {
            self.spill(&mut rows)?;
        }
        let runs = std::mem::take(&mut rows.runs);
        Ok(Sorted::Runs(runs.into_iter().map(|(_, run)| run).collect()))
    }
}

/// All records, in order.
enum Sorted {
    /// They are in memory.
    Memory(Vec<Chunk>, Vec<Place>),
    /// They are to be merged.
    Runs(Vec<Run>),
}

#[cfg(test)]
mod tests {
    use std::thread;

    use proptest::prelude::*;
    use sanchay_core::record::{Column, FieldId, RecordKind, Row, SortFields};

    use super::*;

    /// A record in the plainest form.
    type Plain = (Vec<u8>, Option<u64>);

    fn rows() -> impl Strategy<Value = Vec<Plain>> {
        let name = prop::collection::vec(any::<u8>(), 0..6);
        let size =
            prop::option::weighted(0.9, prop_oneof![0_u64..4, any::<u64>()]);
        prop::collection::vec((name, size), 0..200)
    }

    /// What comes of rows that several workers add in batches.
    fn sorted(
        rows: &[Plain],
        fields: &str,
        memory: u64,
        limit: Option<u64>,
    ) -> Vec<Plain> {
        let all = Schema::new(RecordKind::File, []);
        let order: SortFields = fields.parse().unwrap();
        let order = order.resolve(&all).unwrap();
        let shown = all.choose(&[FieldId::Name, FieldId::Size]);
        let taken = shown.clone().with_extra(&all, &order.fields());
        let (shown, taken) = (Arc::new(shown), Arc::new(taken));
        let sorter = Sorter::new(order, shown, memory, limit);
        thread::scope(|scope| {
            for rows in rows.chunks(rows.len() / 3 + 1) {
                let (sorter, taken) = (&sorter, &taken);
                scope.spawn(move || {
                    for rows in rows.chunks(7) {
                        let mut batch = RecordBatch::new(Arc::clone(taken));
                        for (name, size) in rows {
                            let size = *size;
                            batch.push(&Row { name, size, ..Row::default() });
                        }
                        sorter.add(&batch).unwrap();
                    }
                });
            }
        });
        let plain = |batch: &RecordBatch| {
            let (Some(Column::Name(names)), Some(Column::Unsigned(sizes))) =
                (batch.column(FieldId::Name), batch.column(FieldId::Size))
            else {
                panic!("a column is missing");
            };
            let names = names.iter().map(|it| it.unwrap().to_vec());
            names.zip(sizes.iter().copied()).collect::<Vec<Plain>>()
        };
        let mut out = Vec::new();
        let mut take = |rows| {
            out.extend(rows);
            ControlFlow::Continue(())
        };
        match rows.len() % 2 {
            0 => sorter.finish_with(plain, take),
            _ => sorter.finish(|batch| take(plain(batch))),
        }
        .unwrap();
        out
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn records_are_sorted_as_a_plain_sort_does_whatever_fits_into_memory(
            mut rows in rows(), memory in 0_u64..3000, descending: bool,
            limit in prop::option::of(0_u64..220),
        ) {
            // Names are the last components here.
            for (name, _) in &mut rows {
                name.retain(|byte| *byte != b'/');
            }
            let fields = if descending { "size:desc" } else { "size" };
            let found = sorted(&rows, fields, memory, limit);
            rows.sort_by(|(a, a_size), (b, b_size)| {
                let by_size = match (a_size, b_size) {
                    (Some(a), Some(b)) if descending => b.cmp(a),
                    (Some(a), Some(b)) => a.cmp(b),
                    (a, b) => b.is_some().cmp(&a.is_some()),
                };
                by_size.then_with(|| a.cmp(b))
            });
            if let Some(limit) = limit {
                rows.truncate(usize::try_from(limit).unwrap());
            }
            prop_assert_eq!(found, rows);
        }
    }

    #[test]
    fn the_first_of_many_are_kept_and_runs_of_runs_are_merged() {
        let rows: Vec<Plain> = (0..20_002_u64)
            .map(|it| {
                let size = it.wrapping_mul(2_654_435_761) % 10_007;
                (it.to_string().into_bytes(), Some(size))
            })
            .collect();
        let mut expected = rows.clone();
        expected.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        for (memory, limit) in [
            (u64::MAX, None),
            (u64::MAX, Some(10)),
            // Hundreds of runs, on three levels.
            (1 << 12, None),
            (1 << 12, Some(9_000)),
        ] {
            let found = sorted(&rows, "size:desc", memory, limit);
            let wanted = limit.map_or(rows.len(), |it| {
                usize::try_from(it).unwrap_or(usize::MAX)
            });
            assert!(found == expected[..wanted], "{memory} {limit:?}");
        }
    }
}
