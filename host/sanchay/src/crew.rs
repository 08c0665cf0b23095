//! The worker threads of a run. A run begins with a thread a processor. When
//! these turn out to wait rather than work, as they do on a disk whose
//! contents are not in memory, as many more join them as keep the disk's
//! queue full: its depth, not the number of processors, then decides.

use std::{
    cmp::Ordering,
    io,
    sync::{
        Condvar, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use rayon::slice::ParallelSliceMut as _;
use rustix::time::{ClockId, clock_gettime};
use sanchay_sandbox::Inspector;

use crate::{engine::Engine, error::Error};

/// The stack of a worker, in bytes: what the sandboxed code may use, and as
/// much again.
const STACK: usize = 1 << 20;

/// Sorting so many items takes longer than starting threads for it.
const MANY: usize = 20_000;

/// How often it is looked whether the workers wait.
const LOOK: Duration = Duration::from_millis(5);

/// How many looks in a row must find them waiting.
const PATIENCE: u32 = 2;

impl Engine {
    /// Runs a body in each worker thread, each with an instance of its own,
    /// and returns when all are done. `more` tells whether there is work that
    /// another worker could take.
    pub(crate) fn crew<F>(
        &self,
        more: &(dyn Fn() -> bool + Sync),
        body: F,
    ) -> Result<(), Error>
    where
        F: Fn(usize, &mut Inspector) + Sync,
    {
        let (threads, workers) = (self.threads(), self.workers());
        let work = |index: usize| {
            let mut inspector = self.inspector();
            body(index, &mut inspector);
            self.give_back(inspector);
        };
        let pool = first_pool(threads)?;
        let threads = pool.current_num_threads();
        if workers <= threads {
            pool.broadcast(|context| work(context.index()));
            return Ok(());
        }
        let done = Done::new(threads);
        pool.in_place_scope(|scope| {
            for index in 0..threads {
                let (work, done) = (&work, &done);
                scope.spawn(move |_| {
                    let _leaving = Leaving(done);
                    work(index);
                });
            }
            if !wait(&done, threads, more) {
                return;
            }
            // Fewer where the system has no more threads to give: the run
            // takes longer then, and is as good.
            let mut extra = workers - threads;
            while extra > 0 {
                match self::pool(extra, threads) {
                    Ok(pool) => {
                        tracing::debug!(extra, "the workers wait: more join");
                        pool.broadcast(|context| {
                            work(threads + context.index());
                        });
                        return;
                    }
                    Err(error) => {
                        tracing::debug!(extra, %error, "fewer must do");
                        extra /= 2;
                    }
                }
            }
        });
        Ok(())
    }
}

impl Engine {
    /// Sorts, with all threads where there is much to sort and they can be
    /// had.
    pub(crate) fn sort<T: Send>(
        &self,
        items: &mut [T],
        order: impl Fn(&T, &T) -> Ordering + Sync,
    ) {
        if items.len() >= MANY
            && let Ok(pool) = first_pool(self.threads())
        {
            pool.install(|| items.par_sort_unstable_by(&order));
        } else {
            items.sort_unstable_by(&order);
        }
    }
}

/// A pool of so many threads, or of as many as the system gives.
fn first_pool(threads: usize) -> Result<rayon::ThreadPool, Error> {
    let mut fewer = threads;
    loop {
        match pool(fewer, 0) {
            Err(error) if fewer > 1 => {
                tracing::debug!(fewer, %error, "fewer must do");
                fewer /= 2;
            }
            result => return result,
        }
    }
}

fn pool(threads: usize, first: usize) -> Result<rayon::ThreadPool, Error> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .stack_size(STACK)
        .thread_name(move |index| format!("sanchay-{}", first + index))
        .build()
        .map_err(|error| Error::Threads {
            threads,
            source: io::Error::other(error),
        })
}

/// Waits until the workers are done, or have too little to do for their
/// number though there is work; whether that is so.
fn wait(
    done: &Done,
    threads: usize,
    more: &(dyn Fn() -> bool + Sync),
) -> bool {
    let mut idle = 0;
    let (mut before, mut worked) = (Instant::now(), processor_time());
    while !done.within(LOOK) {
        let (now, so_far) = (Instant::now(), processor_time());
        let spent = so_far.saturating_sub(worked);
        let possible = (now - before)
            .saturating_mul(u32::try_from(threads).unwrap_or(u32::MAX));
        let waits = spent < possible / 2 && more();
        idle = if waits { idle + 1 } else { 0 };
        if idle >= PATIENCE {
            return true;
        }
        (before, worked) = (now, so_far);
    }
    false
}

/// How long this process has kept processors busy.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or(0),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
}

/// How many workers are not done.
struct Done {
    working: AtomicUsize,
    lock: Mutex<()>,
    changed: Condvar,
}

impl Done {
    fn new(working: usize) -> Self {
        let working = AtomicUsize::new(working);
        Self { working, lock: Mutex::new(()), changed: Condvar::new() }
    }

    /// Whether all workers are done, or become so within a time.
    fn within(&self, time: Duration) -> bool {
        let lock = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        let _lock = self
            .changed
            .wait_timeout_while(lock, time, |()| {
                self.working.load(Relaxed) > 0
            })
            .unwrap_or_else(PoisonError::into_inner);
        self.working.load(Relaxed) == 0
    }
}

/// Counts a worker as done when it is dropped, even by a panic.
struct Leaving<'a>(&'a Done);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        let _lock = self.0.lock.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.working.fetch_sub(1, Relaxed);
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicUsize, Ordering::SeqCst},
        time::Duration,
    };

    use crate::{Engine, EngineOptions};

    fn most_at_once(options: EngineOptions, sleep: Duration) -> usize {
        let engine = Engine::new(options).unwrap();
        let (now, most, units) =
            (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(400));
        let more = || units.load(SeqCst) > 0;
        engine
            .crew(&more, |_, _| {
                let here = now.fetch_add(1, SeqCst) + 1;
                most.fetch_max(here, SeqCst);
                while units
                    .fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1))
                    .is_ok()
                {
                    std::thread::sleep(sleep);
                }
                now.fetch_sub(1, SeqCst);
            })
            .unwrap();
        most.into_inner()
    }

    #[test]
    fn more_workers_join_those_that_wait() {
        let options = EngineOptions::default();
        let most = most_at_once(options, Duration::from_millis(2));
        assert!(most >= 32, "{most}");
    }

    #[test]
    fn a_number_of_threads_that_was_asked_for_is_kept() {
        let options =
            EngineOptions { threads: Some(3), ..EngineOptions::default() };
        assert!(most_at_once(options, Duration::from_millis(2)) <= 3);
    }

    #[test]
    fn every_worker_has_its_own_number() {
        let engine = Engine::new(EngineOptions {
            threads: Some(5),
            ..EngineOptions::default()
        })
        .unwrap();
        let seen = std::sync::Mutex::new(Vec::new());
        engine
            .crew(&|| false, |index, _| seen.lock().unwrap().push(index))
            .unwrap();
        let mut seen = seen.into_inner().unwrap();
        seen.sort_unstable();
        assert_eq!(seen, [0, 1, 2, 3, 4]);
    }
}
