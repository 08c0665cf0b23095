//! Some work for each of many things, by several threads where that pays.

use std::thread;

/// Fewer are not worth a thread.
const LEAST: usize = 16;

/// Does something with each item, and returns the results in their order.
/// Each thread begins with something of its own, which `end` gets back.
pub(super) fn each<'t, T: Sync, W, R: Send>(
    threads: usize,
    items: &'t [T],
    begin: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, usize, &'t T) -> R + Sync,
    end: impl Fn(W) + Sync,
) -> Vec<R> {
    let size = items.len().div_ceil(threads.max(1)).max(LEAST);
    let part = |first: usize, part: &'t [T]| -> Vec<R> {
        let mut worker = begin();
        let numbered = (first..).zip(part);
        let done: Vec<R> =
            numbered.map(|(at, item)| work(&mut worker, at, item)).collect();
        end(worker);
        done
    };
    if items.len() <= size {
        return part(0, items);
    }
    thread::scope(|scope| {
        let part = &part;
        let parts = items.chunks(size).enumerate();
        let started: Vec<_> = parts
            .map(|(number, items)| {
                let first = number * size;
                let thread = thread::Builder::new()
                    .name(format!("sanchay-acts-{number}"))
                    .spawn_scoped(scope, move || part(first, items));
                // Where there is no thread, this one does it.
                thread.map_err(|_| part(first, items))
            })
            .collect();
        let ended = started.into_iter().flat_map(|part| match part {
            Ok(thread) => thread
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(done) => done,
        });
        ended.collect()
    })
}
