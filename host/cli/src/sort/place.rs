//! Where records stand, in order.
//!
//! Eight bytes of each record are compared as a number, wherever it lies in
//! memory: first those that the keys begin with, and among records that share
//! them the next ones that differ. So a record is looked at a few times, and
//! not once for each comparison.

use std::{
    num::NonZero,
    sync::Mutex,
    thread::{self, Builder},
};

use sanchay_sync::lock;

use super::record::{Chunk, at, compare, text};

/// At least so many records are a part that one thread orders.
const PART: usize = if cfg!(test) { 8 } else { 4096 };

/// So few records are compared as a whole.
const FEW: usize = 16;

/// Where a record stands in some chunks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Eight bytes of what orders it.
    word: u64,
    chunk: u32,
    start: u32,
}

/// Records that are the same in so many bytes of what orders them.
struct Tie {
    start: usize,
    end: usize,
    bytes: usize,
}

impl Place {
    /// The records of all chunks, in order.
    pub(super) fn of_all(chunks: &[Chunk]) -> Vec<Self> {
        let count = chunks.iter().map(|it| it.places.len()).sum();
        let mut all = Vec::with_capacity(count);
        for (chunk, index) in chunks.iter().zip(0..) {
            let place = |&(word, start): &(u64, u32)| Self {
                word,
                chunk: index,
                start,
            };
            all.extend(chunk.places.iter().map(place));
        }
        // Each chunk is in order, which this finds and merges.
        all.sort_by_key(|it| it.word);
        settle_all(&mut all, chunks);
        all
    }

    /// The record.
    pub(super) fn record(self, chunks: &[Chunk]) -> &[u8] {
        let chunk = chunks.get(self.chunk as usize);
        chunk.map_or(&[], |chunk| at(&chunk.bytes, self.start))
    }
}

/// Orders records that are in the order of their first words by all that
/// follows. Several threads do that, since it is memory that they wait for.
fn settle_all(all: &mut [Place], chunks: &[Chunk]) {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let length = (all.len() / threads / 4).max(PART);
    let mut parts = Vec::new();
    let mut rest = all;
    while !rest.is_empty() {
        let end = end_of_word(rest, length);
        let (part, others) = std::mem::take(&mut rest).split_at_mut(end);
        parts.push(part);
        rest = others;
    }
    let helpers = threads.min(parts.len()).saturating_sub(1);
    let parts = Mutex::new(parts);
    let work = || {
        loop {
            let part = lock(&parts).pop();
            let Some(part) = part else { return };
            settle(part, chunks);
        }
    };
    thread::scope(|scope| {
        for _ in 0..helpers {
            // Fewer threads are enough.
            let _ = Builder::new().spawn_scoped(scope, work);
        }
        work();
    });
}

/// Where records end that share a word, at an index or after it.
fn end_of_word(places: &[Place], at: usize) -> usize {
    let end = at.min(places.len());
    let last = end.checked_sub(1).and_then(|last| places.get(last));
    let rest = places.get(end..).unwrap_or_default();
    let is_its = |place: &&Place| last.is_some_and(|it| it.word == place.word);
    end.saturating_add(rest.iter().take_while(is_its).count())
}

/// Orders records that are in the order of their first words by all that
/// follows.
fn settle(all: &mut [Place], chunks: &[Chunk]) {
    let mut ties = Vec::new();
    // A key may be shorter than a word, which its path does not fill up.
    find_ties(all, 0, 0, &mut ties);
    while let Some(Tie { start, end, bytes }) = ties.pop() {
        let tied = all.get_mut(start..end).unwrap_or_default();
        let Some(first) = tied.first().map(|it| it.record(chunks)) else {
            continue;
        };
        let others = tied.iter().map(|it| it.record(chunks));
        let same = match tied.len() <= FEW {
            true => None,
            // None differs from the first where all are the same.
            false => others.filter_map(|it| same(first, it, bytes)).min(),
        };
        let Some(same) = same else {
            tied.sort_by(|a, b| compare(a.record(chunks), b.record(chunks)));
            continue;
        };
        for place in tied.iter_mut() {
            place.word = word(place.record(chunks), same);
        }
        tied.sort_unstable_by_key(|it| it.word);
        find_ties(tied, start, same.saturating_add(8), &mut ties);
    }
}

/// Finds records that share a word. They begin at `from` in the list of all,
/// and share `bytes` bytes with it.
fn find_ties(
    places: &[Place],
    from: usize,
    bytes: usize,
    ties: &mut Vec<Tie>,
) {
    let mut start = from;
    for tied in places.chunk_by(|a, b| a.word == b.word) {
        let end = start.saturating_add(tied.len());
        if tied.len() > 1 {
            ties.push(Tie { start, end, bytes });
        }
        start = end;
    }
}

/// How many bytes two records share that share `known`; `None` where they
/// share all.
fn same(a: &[u8], b: &[u8], known: usize) -> Option<usize> {
    let (a, b) = (text(a), text(b));
    if a.0.len() != b.0.len() || known < a.0.len() {
        let all = |it: (_, _)| {
            let (key, path): (&[u8], &[u8]) = it;
            key.iter().chain(path).copied().map(Some)
        };
        let ended = std::iter::once(None);
        let (a, b) = (all(a).chain(ended.clone()), all(b).chain(ended));
        return a
            .zip(b)
            .skip(known)
            .position(|(a, b)| a != b)
            .map(|it| it + known);
    }
    let of_key = a.0.len();
    let below = known - of_key;
    let rest = |path: &[u8]| path.get(below..).unwrap_or_default().len();
    let shorter = rest(a.1).min(rest(b.1));
    let tail = |path| <[u8]>::get(path, below..).unwrap_or_default();
    let differs = tail(a.1).iter().zip(tail(b.1)).position(|(a, b)| a != b);
    match differs {
        Some(at) => Some(known + at),
        None if rest(a.1) == rest(b.1) => None,
        None => Some(known + shorter),
    }
}

/// The eight bytes at a place of what orders a record; zeros follow its end.
fn word(record: &[u8], from: usize) -> u64 {
    let (key, path) = text(record);
    let (head, tail) = match from.checked_sub(key.len()) {
        Some(below) => (path.get(below..).unwrap_or_default(), &[][..]),
        None => (key.get(from..).unwrap_or_default(), path),
    };
    if let Some(bytes) = head.first_chunk() {
        return u64::from_be_bytes(*bytes);
    }
    let mut bytes = [0; 8];
    for (to, byte) in bytes.iter_mut().zip(head.iter().chain(tail)) {
        *to = *byte;
    }
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use sanchay_core::record::{
        RecordBatch, RecordKind, Row, Schema, SortFields,
    };

    use super::*;

    /// Names that share much, and some that end where others go on.
    fn names() -> impl Strategy<Value = Vec<String>> {
        let name = prop_oneof![
            "(some-long-folder/){0,3}[a-c]{0,12}",
            "a{0,40}",
            "a{0,40}\u{0}{0,20}",
        ];
        prop::collection::vec(name, 0..120)
    }

    proptest! {
        #[test]
        fn places_are_in_the_order_of_whole_records(
            names in names(), fields in "name|path|size|extension:desc",
        ) {
            let all = Schema::new(RecordKind::File, []);
            let order: SortFields = fields.parse().unwrap();
            let order = order.resolve(&all).unwrap();
            let schema = all.clone().with_extra(&all, &order.fields());
            let schema = Arc::new(schema);
            let columns = schema.columns();
            let mut chunks = Vec::new();
            for names in names.chunks(31) {
                let mut batch = RecordBatch::new(Arc::clone(&schema));
                for name in names {
                    let size = Some((name.len() % 3) as u64);
                    let name = name.as_bytes();
                    batch.push(&Row { name, size, ..Row::default() });
                }
                chunks.push(Chunk::new(&batch, &order, columns, u64::MAX));
            }
            let places = Place::of_all(&chunks);
            prop_assert_eq!(places.len(), names.len());
            for pair in places.windows(2) {
                let [a, b] = [pair[0], pair[1]].map(|it| it.record(&chunks));
                prop_assert!(compare(a, b).is_le());
            }
        }
    }
}
