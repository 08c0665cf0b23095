//! The engine: worker threads and the sandboxed instances they judge with.

use std::sync::{Arc, Mutex, PoisonError};

use sanchay_sandbox::{Algorithm, Digest, Inspector, Sandbox, SandboxOptions};

use crate::{error::Error, options::EngineOptions, walk::open_limit};

/// How many requests keep a disk busy: its queue holds at least this many.
const QUEUE_DEPTH: usize = 32;

/// Threads and a sandbox, set up once and used for any number of runs, from
/// several threads at once if need be. Clones share one engine.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    threads: usize,
    workers: usize,
    sandbox: Sandbox,
    /// Instances that no run uses at the moment.
    idle: Mutex<Vec<Inspector>>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("threads", &self.inner.threads)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Sets up an engine.
    ///
    /// # Errors
    /// [`Error::Option`] if the number of threads is 0 or beyond 1024, and
    /// [`Error::Sandbox`] if the sandbox cannot be set up: too little address
    /// space, or limits that it cannot honour.
    pub fn new(options: EngineOptions) -> Result<Self, Error> {
        let (threads, workers) = match options.threads {
            Some(threads @ 1..=1024) => {
                // A worker too many would not find a descriptor for its files.
                let threads = threads.min(openable().max(1));
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
                    .min(openable().max(1));
                (threads, threads.max(QUEUE_DEPTH.min(openable())))
            }
        };
        let (threads, workers) = match affordable() {
            Some(most) => (threads.min(most), threads.min(most)),
            None => (threads, workers),
        };
        let sandbox = Sandbox::new(SandboxOptions {
            instances: workers,
            limits: options.limits,
        })
        .map_err(Error::Sandbox)?;
        let idle = Mutex::new(Vec::new());
        Ok(Self { inner: Arc::new(Inner { threads, workers, sandbox, idle }) })
    }

    /// How many threads a run begins with: fewer than were asked for where
    /// the process may open too few files, or has too little address space.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.inner.threads
    }

    /// How many threads a run may come to use: more than it begins with if
    /// their number was left to the engine and they turn out to wait for a
    /// disk, which answers many requests at once faster than one by one.
    #[must_use]
    pub fn workers(&self) -> usize {
        self.inner.workers
    }

    /// The digest of bytes that the caller holds.
    ///
    /// ```
    /// use sanchay::{Algorithm, Engine, EngineOptions};
    ///
    /// let engine = Engine::new(EngineOptions::default())?;
    /// let digest = engine.digest(Algorithm::Xxh64, b"hello world")?;
    /// assert_eq!(digest.to_string(), "45ab6734b21e6968");
    /// # Ok::<(), sanchay::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Sandbox`] if the sandboxed code fails, for instance because
    /// the bytes do not fit its memory.
    pub fn digest(
        &self,
        algorithm: Algorithm,
        data: &[u8],
    ) -> Result<Digest, Error> {
        let mut inspector = self.inspector();
        let digest =
            inspector.digest(algorithm, data).map_err(Error::Sandbox)?;
        self.give_back(inspector);
        Ok(digest)
    }

    /// A fresh instance that no run will use, and the ceiling of its memory
    /// in bytes.
    pub(crate) fn instance(&self) -> (Inspector, usize) {
        let sandbox = &self.inner.sandbox;
        (sandbox.inspector(), sandbox.limits().memory_bytes())
    }

    /// An instance to judge with.
    pub(crate) fn inspector(&self) -> Inspector {
        let idle = self
            .inner
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        idle.unwrap_or_else(|| self.inner.sandbox.inspector())
    }

    /// Keeps an instance for the next run. No more are kept than a run uses.
    pub(crate) fn give_back(&self, inspector: Inspector) {
        let mut idle =
            self.inner.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.inner.workers {
            idle.push(inspector);
        }
    }
}

/// How many workers there are descriptors for: a walk may hold as many again as
/// are left to them, a worker opens three at once on its way to a file, and some
/// are the process's.
fn openable() -> usize {
    open_limit().saturating_sub(12) / 3
}

/// How many threads the address space has room for, where it is limited
/// (`ulimit -v`): each needs its stack, an instance and its buffers, and an
/// allocator may reserve some for it. A thread too many would not be an error but the end
/// of the process.
fn affordable() -> Option<usize> {
    use rustix::process::{Resource, getrlimit};
    const A_THREAD: u64 = 64 << 20;
    let limit = getrlimit(Resource::As).current?;
    let most = usize::try_from(limit / A_THREAD).unwrap_or(usize::MAX);
    (most < QUEUE_DEPTH).then_some(most.max(1))
}
