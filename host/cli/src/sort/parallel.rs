//! What is made of sorted records is made by several threads, and passed on
//! in order.

use std::{
    io,
    num::NonZero,
    ops::ControlFlow,
    sync::mpsc::{Receiver, sync_channel},
    thread::{self, Builder},
};

/// How many results of a thread wait to be passed on.
const WAITING: usize = 2;

/// Makes something of each part and passes it on, in the order of the parts,
/// until that breaks.
pub(super) fn in_order<P: Sync, T: Send>(
    parts: &[P],
    make: impl Fn(&P) -> io::Result<T> + Sync,
    mut pass: impl FnMut(T) -> ControlFlow<()>,
) -> io::Result<()> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = threads.min(parts.len()).max(1);
    let make = &make;
    thread::scope(|scope| {
        // Thread n makes the parts n, n + threads, n + 2 threads, ...
        let mut workers: Vec<Option<Receiver<io::Result<T>>>> = Vec::new();
        for first in 0..threads {
            let (made, receiver) = sync_channel(WAITING);
            let work = move || {
                for part in parts.iter().skip(first).step_by(threads) {
                    // Nobody receives any more once passing on broke.
                    if made.send(make(part)).is_err() {
                        return;
                    }
                }
            };
            let started = Builder::new().spawn_scoped(scope, work);
            workers.push(started.is_ok().then_some(receiver));
        }
        for (part, worker) in parts.iter().zip((0..threads).cycle()) {
            let made = match workers.get(worker).and_then(Option::as_ref) {
                Some(receiver) => receiver.recv().ok(),
                None => None,
            };
            // What no thread makes is made here.
            let made = made.unwrap_or_else(|| make(part))?;
            if pass(made).is_break() {
                break;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use std::{io, ops::ControlFlow};

    use super::in_order;

    #[test]
    fn parts_are_passed_on_in_order_until_that_breaks() {
        let parts: Vec<u32> = (0..1000).collect();
        for most in [0, 1, 500, 2000] {
            let mut found = Vec::new();
            let passed = in_order(
                &parts,
                |part| Ok(part * 2),
                |made| {
                    if found.len() == most {
                        return ControlFlow::Break(());
                    }
                    found.push(made);
                    ControlFlow::Continue(())
                },
            );
            passed.unwrap();
            let expected = (0..1000).map(|it| it * 2).take(most);
            assert!(expected.eq(found), "{most}");
        }
        let failed = in_order(
            &parts,
            |part| match part {
                700 => Err(io::Error::other("no")),
                part => Ok(*part),
            },
            |_| ControlFlow::Continue(()),
        );
        assert!(failed.is_err());
    }
}
