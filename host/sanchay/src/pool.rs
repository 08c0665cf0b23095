//! The worker pool of every operation: threads, and their sandboxed instances.
//!
//! A run starts with one worker per CPU. If their CPU time shows that they are
//! blocked on I/O, because the files are not in the page cache, more workers
//! start, up to the depth of the disk's queue.

use std::{
    cmp::Ordering,
    io,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use rayon::slice::ParallelSliceMut as _;
use sanchay_core::grouping::Sorter;
use sanchay_sandbox::{Limits, Sandbox, SandboxOptions};
use sanchay_sync::{lock, wait_timeout_while};
use sanchay_system::process::cpu_time;

use crate::{
    error::Error,
    inspect::Inspect,
    limits::{
        QUEUE_DEPTH, max_workers_by_address_space, max_workers_by_descriptors,
    },
    queue::{Cursor, WorkQueue},
    run::RunState,
};

/// The stack of a worker in bytes: twice what the sandboxed code may use.
const STACK_SIZE: usize = 1 << 20;

/// Below this many items, starting threads takes longer than sorting.
const PARALLEL_SORT: usize = 20_000;

/// How often the workers' CPU time is sampled.
const SAMPLE_INTERVAL: Duration = Duration::from_millis(5);

/// How many samples in a row must show idle workers before more are started.
const IDLE_SAMPLES: u32 = 2;

/// Worker threads and a sandbox, set up once and used for any number of runs,
/// from several threads at once if need be.
pub(crate) struct Pool {
    threads: usize,
    workers: usize,
    inspectors: Inspectors,
    /// The ceiling of the memory of an instance, in bytes.
    memory: usize,
    /// Instances that no run uses at the moment.
    idle: Mutex<Vec<Box<dyn Inspect>>>,
}

/// Makes an inspector.
pub(crate) type Inspectors = Arc<dyn Fn() -> Box<dyn Inspect> + Send + Sync>;

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool")
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

impl Pool {
    /// Sets up a pool. Without a number of threads, runs start with one per
    /// CPU and add some if these are blocked on I/O. Without `inspectors`,
    /// they are instances in the sandbox.
    pub(crate) fn new(
        threads: Option<usize>,
        limits: Limits,
        inspectors: Option<Inspectors>,
    ) -> Result<Self, Error> {
        let by_descriptors = max_workers_by_descriptors();
        let (threads, workers) = match threads {
            Some(threads @ 1..=1024) => {
                // More workers would run out of file descriptors.
                let threads = threads.min(by_descriptors.max(1));
                (threads, threads)
            }
            Some(threads) => {
                return Err(Error::Option {
                    option: "threads",
                    why: format!("{threads} is not between 1 and 1024"),
                });
            }
            None => {
                let threads = std::thread::available_parallelism()
                    .map_or(1, std::num::NonZero::get)
                    .min(1024)
                    .min(by_descriptors.max(1));
                (threads, threads.max(QUEUE_DEPTH.min(by_descriptors)))
            }
        };
        let most = max_workers_by_address_space().unwrap_or(usize::MAX);
        let (threads, workers) = (threads.min(most), workers.min(most));
        let memory = limits.memory_bytes();
        let inspectors = match inspectors {
            Some(inspectors) => inspectors,
            None => {
                let options = SandboxOptions { instances: workers, limits };
                let sandbox = Sandbox::new(options).map_err(Error::Sandbox)?;
                Arc::new(move || -> Box<dyn Inspect> {
                    Box::new(sandbox.inspector())
                })
            }
        };
        let idle = Mutex::new(Vec::new());
        Ok(Self { threads, workers, inspectors, memory, idle })
    }

    /// How many workers a run starts with.
    pub(crate) fn threads(&self) -> usize {
        self.threads
    }

    /// The most workers that a run may use.
    pub(crate) fn workers(&self) -> usize {
        self.workers
    }

    /// A fresh instance that no run will use, and the ceiling of its memory
    /// in bytes.
    pub(crate) fn fresh_inspector(&self) -> (Box<dyn Inspect>, usize) {
        ((self.inspectors)(), self.memory)
    }

    /// Takes an instance.
    pub(crate) fn inspector(&self) -> Box<dyn Inspect> {
        let idle = lock(&self.idle).pop();
        idle.unwrap_or_else(|| (self.inspectors)())
    }

    /// Keeps an instance for the next run; at most as many as a run uses.
    pub(crate) fn give_back(&self, inspector: Box<dyn Inspect>) {
        let mut idle = lock(&self.idle);
        if idle.len() < self.workers {
            idle.push(inspector);
        }
    }

    /// Works through a queue: the one loop of every operation.
    ///
    /// Each worker thread calls `prepare`, takes tasks until none is left or
    /// the run is over, and calls `done`.
    pub(crate) fn work<T: Send, W>(
        &self,
        queue: &WorkQueue<T>,
        run: &RunState<'_>,
        prepare: impl Fn(usize, &mut dyn Inspect) -> Result<W, Error> + Sync,
        process: impl Fn(T, Cursor, &mut W, &mut dyn Inspect) + Sync,
        done: impl Fn(W) + Sync,
    ) -> Result<(), Error> {
        self.run(&|| queue.has_more(), |index, inspector| {
            let mut worker = match prepare(index, inspector) {
                Ok(worker) => worker,
                Err(error) => {
                    run.fail(error);
                    queue.close();
                    return;
                }
            };
            while let Some(mut taken) = queue.take() {
                if run.is_over() {
                    queue.close();
                    break;
                }
                let _at_work = run.at_work();
                let cursor = taken.cursor();
                if let Some(task) = taken.task() {
                    process(task, cursor, &mut worker, inspector);
                }
                run.tick();
            }
            done(worker);
        })
    }

    /// Runs a body in each worker thread, each with an instance of its own,
    /// and returns when all are done. `more` says whether there is work that
    /// another worker could take.
    pub(crate) fn run<F>(
        &self,
        more: &(dyn Fn() -> bool + Sync),
        body: F,
    ) -> Result<(), Error>
    where
        F: Fn(usize, &mut dyn Inspect) + Sync,
    {
        let work = |index: usize| {
            let mut inspector = self.inspector();
            body(index, &mut *inspector);
            self.give_back(inspector);
        };
        let first = start_at_most(self.threads)?;
        let threads = first.current_num_threads();
        if self.workers <= threads {
            first.broadcast(|context| work(context.index()));
            return Ok(());
        }
        let active = Active::new(threads);
        first.in_place_scope(|scope| {
            for index in 0..threads {
                let (work, active) = (&work, &active);
                scope.spawn(move |_| {
                    let _leaving = Leaving(active);
                    work(index);
                });
            }
            if !are_blocked(&active, threads, more) {
                return;
            }
            // If the system refuses threads, the run takes longer with fewer.
            let mut extra = self.workers - threads;
            while extra > 0 {
                match start(extra, threads) {
                    Ok(pool) => {
                        tracing::debug!(extra, "workers are blocked on I/O");
                        pool.broadcast(|context| {
                            work(threads + context.index());
                        });
                        return;
                    }
                    Err(error) => {
                        tracing::debug!(extra, %error, "trying fewer threads");
                        extra /= 2;
                    }
                }
            }
        });
        Ok(())
    }
}

/// Sorts with all threads if there is much to sort and threads start.
impl Sorter for Pool {
    fn sort<T: Send>(
        &self,
        items: &mut [T],
        order: impl Fn(&T, &T) -> Ordering + Sync,
    ) {
        if items.len() >= PARALLEL_SORT
            && let Ok(pool) = start_at_most(self.threads)
        {
            pool.install(|| items.par_sort_unstable_by(&order));
        } else {
            items.sort_unstable_by(&order);
        }
    }
}

/// Starts this many threads, or as many as the system allows.
fn start_at_most(threads: usize) -> Result<rayon::ThreadPool, Error> {
    let mut fewer = threads;
    loop {
        match start(fewer, 0) {
            Err(error) if fewer > 1 => {
                tracing::debug!(fewer, %error, "trying fewer threads");
                fewer /= 2;
            }
            result => return result,
        }
    }
}

fn start(threads: usize, first: usize) -> Result<rayon::ThreadPool, Error> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .stack_size(STACK_SIZE)
        .thread_name(move |index| format!("sanchay-{}", first + index))
        .build()
        .map_err(|error| Error::Threads {
            threads,
            source: io::Error::other(error),
        })
}

/// Returns true once workers use under half their CPU time with work left;
/// false when they finish.
fn are_blocked(
    active: &Active,
    threads: usize,
    more: &(dyn Fn() -> bool + Sync),
) -> bool {
    let mut idle = 0;
    let (mut before, mut worked) = (Instant::now(), cpu_time());
    while !active.ends_within(SAMPLE_INTERVAL) {
        let (now, so_far) = (Instant::now(), cpu_time());
        let spent = so_far.saturating_sub(worked);
        let possible = (now - before)
            .saturating_mul(u32::try_from(threads).unwrap_or(u32::MAX));
        let waits = spent < possible / 2 && more();
        idle = if waits { idle + 1 } else { 0 };
        if idle >= IDLE_SAMPLES {
            return true;
        }
        (before, worked) = (now, so_far);
    }
    false
}

/// How many workers are not done.
struct Active {
    count: AtomicUsize,
    lock: Mutex<()>,
    changed: Condvar,
}

impl Active {
    fn new(count: usize) -> Self {
        let count = AtomicUsize::new(count);
        Self { count, lock: Mutex::new(()), changed: Condvar::new() }
    }

    /// Whether all workers are done, or become so within a time.
    fn ends_within(&self, time: Duration) -> bool {
        let at_work = |(): &mut ()| self.count.load(Relaxed) > 0;
        let locked = lock(&self.lock);
        drop(wait_timeout_while(&self.changed, locked, time, at_work));
        self.count.load(Relaxed) == 0
    }
}

/// Counts a worker as done when it is dropped, even by a panic.
struct Leaving<'a>(&'a Active);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        let _lock = lock(&self.0.lock);
        self.0.count.fetch_sub(1, Relaxed);
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicUsize, Ordering::SeqCst},
        time::Duration,
    };

    use super::Pool;
    use crate::Limits;

    fn pool(threads: Option<usize>) -> Pool {
        Pool::new(threads, Limits::default(), None).unwrap()
    }

    fn most_at_once(pool: &Pool, sleep: Duration) -> usize {
        let (now, most, tasks) =
            (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(400));
        let more = || tasks.load(SeqCst) > 0;
        pool.run(&more, |_, _| {
            let here = now.fetch_add(1, SeqCst) + 1;
            most.fetch_max(here, SeqCst);
            while tasks
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
        let most = most_at_once(&pool(None), Duration::from_millis(2));
        assert!(most >= 32, "{most}");
    }

    #[test]
    fn a_number_of_threads_that_was_asked_for_is_kept() {
        let pool = pool(Some(3));
        assert!(most_at_once(&pool, Duration::from_millis(2)) <= 3);
    }

    #[test]
    fn every_worker_has_its_own_number() {
        let seen = std::sync::Mutex::new(Vec::new());
        pool(Some(5))
            .run(&|| false, |index, _| seen.lock().unwrap().push(index))
            .unwrap();
        let mut seen = seen.into_inner().unwrap();
        seen.sort_unstable();
        assert_eq!(seen, [0, 1, 2, 3, 4]);
    }
}
