//! Merges runs of records into one order.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
    io,
    ops::ControlFlow,
};

use super::{record::compare, run::Run};

/// The next record of a run.
struct Head {
    record: Vec<u8>,
    run: Run,
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        compare(&self.record, &other.record)
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Head {}

/// Passes the records of all runs on in order, until that breaks.
pub(super) fn merge(
    runs: Vec<Run>,
    mut pass: impl FnMut(&[u8]) -> io::Result<ControlFlow<()>>,
) -> io::Result<ControlFlow<()>> {
    let mut heads = BinaryHeap::with_capacity(runs.len());
    for mut run in runs {
        let mut record = Vec::new();
        if run.next(&mut record)? {
            heads.push(Reverse(Head { record, run }));
        }
    }
    while let Some(mut least) = heads.peek_mut() {
        if pass(&least.0.record)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        let Head { record, run } = &mut least.0;
        if !run.next(record)? {
            std::collections::binary_heap::PeekMut::pop(least);
        }
    }
    Ok(ControlFlow::Continue(()))
}
