//! Work for processors: beside the runtime, which waits for servers.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use sanchay_objects::runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Runs work on a thread of rayon's. If it panics, waiting for it says so, as
/// for any other task.
///
/// ```
/// # use mithril_core::{runtime, spawn_blocking};
/// let sum = spawn_blocking(|| (1..=100_u64).sum::<u64>());
/// assert_eq!(runtime().block_on(sum).unwrap(), 5050);
/// ```
pub fn spawn_blocking<F, R>(f: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    let (sender, receiver) = oneshot::channel();
    rayon::spawn(move || {
        let result = catch_unwind(AssertUnwindSafe(f));
        // Nobody may be waiting any more.
        sender.send(result).ok();
    });
    runtime().spawn(async move {
        let lost = |_| Err(Box::new("rayon has ended") as Box<dyn Any + Send>);
        match receiver.await.unwrap_or_else(lost) {
            Ok(result) => result,
            Err(panic) => resume_unwind(panic),
        }
    })
}

/// Does the same with all items, on all processors. The results have the order
/// of the items.
///
/// ```
/// # use mithril_core::par_compute;
/// let lengths = par_compute(vec!["a", "bcd", "ef"], str::len);
/// assert_eq!(lengths, [1, 3, 2]);
/// ```
///
/// # Panics
/// If `f` panics for one of them.
pub fn par_compute<T, R, F>(items: Vec<T>, f: F) -> Vec<R>
where
    T: Send,
    R: Send,
    F: Fn(T) -> R + Sync + Send,
{
    items.into_par_iter().map(f).collect()
}

#[cfg(test)]
mod tests {
    use sanchay_objects::runtime;

    use super::{par_compute, spawn_blocking};

    #[test]
    fn results_have_the_order_of_the_items() {
        let items: Vec<u64> = (0..10_000).collect();
        let squares = par_compute(items.clone(), |item| item * item);
        let expected: Vec<u64> =
            items.iter().map(|item| item * item).collect();
        assert_eq!(squares, expected);
        assert!(par_compute(Vec::<u8>::new(), |item| item).is_empty());
    }

    #[test]
    fn a_panic_reaches_only_the_one_who_waits() {
        let panics = spawn_blocking(|| -> u8 { panic!("on purpose") });
        let error = runtime().block_on(panics).unwrap_err();
        assert!(error.is_panic());
        let fine = spawn_blocking(|| 1);
        assert_eq!(runtime().block_on(fine).unwrap(), 1);
    }
}
