//! BLAKE3 of a large file by all idle workers. They read and hash pieces in
//! parallel, each in its own instance, and the chaining values are joined in
//! order. Memory grows with the workers, not with the file.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
};

use sanchay_sandbox::{Algorithm, ChainingValue, Digest};
use sanchay_storage::File;
use sanchay_sync::{into_inner, lock};

use super::{
    Content, HashSource,
    context::HashContext,
    ends::read_at,
    result::{Failure, HashResult, hashing, reading},
};
use crate::inspect::Inspect;

/// The bytes of a piece: a power of two of BLAKE3's chunks that fits a
/// second-level cache.
const PIECE: u64 = 512 << 10;

/// Looks for idle workers again after this many pieces.
const PIECES: usize = 128;

/// The values of the greatest subtrees of the pieces so far, from the left.
#[derive(Default)]
struct Stack {
    values: Vec<ChainingValue>,
    pieces: u64,
}

impl Stack {
    /// Adds a piece that is not the last.
    fn push(
        &mut self,
        mut value: ChainingValue,
        inspector: &mut dyn Inspect,
    ) -> Result<(), Failure> {
        self.pieces += 1;
        for _ in 0..self.pieces.trailing_zeros() {
            let Some(left) = self.values.pop() else { break };
            value = inspector.join(&left, &value, false).map_err(hashing)?;
        }
        self.values.push(value);
        Ok(())
    }

    /// Adds the last piece, of at least two.
    fn finish(
        mut self,
        mut value: ChainingValue,
        inspector: &mut dyn Inspect,
    ) -> Result<ChainingValue, Failure> {
        while let Some(left) = self.values.pop() {
            let root = self.values.is_empty();
            value = inspector.join(&left, &value, root).map_err(hashing)?;
        }
        Ok(value)
    }
}

/// The value of a piece; `None` if the file ended before it did.
type Outcome = Result<Option<ChainingValue>, Failure>;

/// Hashes a file of more than one piece. `None` if it turned out to be
/// shorter than when it was opened.
pub(super) fn hash(
    context: HashContext<'_>,
    inspector: &mut dyn Inspect,
    file: &File,
    size: u64,
) -> Result<Option<HashResult>, Failure> {
    let mut stack = Stack::default();
    let mut from = 0;
    loop {
        let part = PIECE * PIECES as u64;
        let to = size.min(from + part);
        for (index, outcome) in hash_pieces(context, inspector, file, from, to)
            .into_iter()
            .enumerate()
        {
            let Some(value) = outcome? else { return Ok(None) };
            let end = from + (index as u64 + 1) * PIECE;
            if end < size {
                stack.push(value, inspector)?;
                continue;
            }
            let value = stack.finish(value, inspector)?;
            let Some(digest) = Digest::from_bytes(&value) else {
                return Ok(None);
            };
            let content = Content::Whole(Algorithm::Blake3, digest);
            let (metadata, grew) = (None, false);
            return Ok(Some(HashResult {
                content,
                source: HashSource::Read,
                size,
                metadata,
                grew,
            }));
        }
        from = to;
    }
}

/// The values of the pieces between two offsets, in order; up to the
/// first that has none.
fn hash_pieces(
    context: HashContext<'_>,
    inspector: &mut dyn Inspect,
    file: &File,
    from: u64,
    to: u64,
) -> Vec<Outcome> {
    let count = usize::try_from((to - from).div_ceil(PIECE)).unwrap_or(0);
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(Vec::new());
    let work = |inspector: &mut dyn Inspect| loop {
        let index = next.fetch_add(1, Relaxed);
        if index >= count {
            return;
        }
        let offset = from + index as u64 * PIECE;
        let bytes = PIECE.min(to - offset);
        let outcome = hash_piece(context, inspector, file, offset, bytes);
        if !matches!(outcome, Ok(Some(_))) {
            // Later pieces are of no use.
            next.store(count, Relaxed);
        }
        lock(&outcomes).push((index, outcome));
    };
    let threads = context.pool.threads();
    let idle = threads.saturating_sub(context.run.working());
    thread::scope(|scope| {
        for _ in 0..idle.min(count.saturating_sub(1)) {
            let help = || {
                let mut inspector = context.pool.inspector();
                work(&mut *inspector);
                context.pool.give_back(inspector);
            };
            // Without helpers it only takes longer.
            let _ = thread::Builder::new().spawn_scoped(scope, help);
        }
        work(inspector);
    });
    let mut outcomes = into_inner(outcomes);
    outcomes.sort_unstable_by_key(|(index, _)| *index);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

/// The value of one piece.
fn hash_piece(
    context: HashContext<'_>,
    inspector: &mut dyn Inspect,
    file: &File,
    offset: u64,
    bytes: u64,
) -> Outcome {
    let room = usize::try_from(bytes).unwrap_or(0);
    let mut result = Ok(());
    let (got, value) = inspector
        .piece_with(room, offset, &mut |space| {
            read_at(file, offset, space).unwrap_or_else(|error| {
                result = Err(reading(error));
                0
            })
        })
        .map_err(hashing)?;
    result?;
    context.count(got)?;
    Ok(value.ok().filter(|_| got == room))
}
