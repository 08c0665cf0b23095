//! Every limit that holds in the sandbox, in one place.

use std::time::Duration;

/// One page of WebAssembly memory, in bytes.
const PAGE: usize = 64 * 1024;

/// What an instance may use. All limits are per instance.
///
/// ```
/// use sanchay_sandbox::Limits;
/// use std::time::Duration;
///
/// let limits = Limits::default()
///     .memory(16 << 20)
///     .call_budget(Duration::from_secs(1));
/// assert_eq!(limits.memory_bytes(), 16 << 20);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    memory: usize,
    table_elements: usize,
    memories: usize,
    tables: usize,
    core_instances: usize,
    handles: usize,
    stack: usize,
    answer: Option<usize>,
    call_budget: Duration,
}

impl Default for Limits {
    /// 64 MiB of memory, 10 seconds a call, 256 KiB of stack, 4096 handles,
    /// and the shape of the embedded component: one memory.
    fn default() -> Self {
        Self {
            memory: 64 << 20,
            table_elements: 10_000,
            memories: 1,
            tables: 8,
            core_instances: 8,
            handles: 4096,
            stack: 256 << 10,
            answer: None,
            call_budget: Duration::from_secs(10),
        }
    }
}

impl Limits {
    /// What a plugin may use by default: 64 MiB of memory, 100 milliseconds a
    /// call, answers of 1 MiB, 64 handles, 64 core instances, and the shape of
    /// whatever a compiler makes of one program.
    #[must_use]
    pub fn of_plugins() -> Self {
        Self {
            answer: Some(1 << 20),
            handles: 64,
            memories: 4,
            tables: 16,
            table_elements: 100_000,
            core_instances: 64,
            call_budget: Duration::from_millis(100),
            ..Self::default()
        }
    }

    /// The limit of all linear memories together, in bytes, rounded up to a
    /// page of 64 KiB. A batch, the answer to it and what the component keeps
    /// must fit, and so must its tables and, for a plugin, the host's memory
    /// for its globals and functions.
    #[must_use]
    pub fn memory(mut self, bytes: usize) -> Self {
        self.memory = bytes.div_ceil(PAGE).saturating_mul(PAGE);
        self
    }

    /// How many linear memories there may be.
    #[must_use]
    pub fn memories(mut self, count: usize) -> Self {
        self.memories = count;
        self
    }

    /// How many tables there may be, and how many elements each may have.
    #[must_use]
    pub fn tables(mut self, count: usize, elements: usize) -> Self {
        self.tables = count;
        self.table_elements = elements;
        self
    }

    /// How many core instances a component may consist of.
    #[must_use]
    pub fn core_instances(mut self, count: usize) -> Self {
        self.core_instances = count;
        self
    }

    /// How many handles to resources may be alive at once.
    #[must_use]
    pub fn handles(mut self, count: usize) -> Self {
        self.handles = count;
        self
    }

    /// How much of a thread's stack WebAssembly code may use, in bytes.
    /// Threads that call must have that much and some 128 KiB more.
    #[must_use]
    pub fn stack(mut self, bytes: usize) -> Self {
        self.stack = bytes;
        self
    }

    /// How many bytes the answer to a call may take up outside the component;
    /// by default twice the ceiling of its memory, since its lists may
    /// overlap.
    #[must_use]
    pub fn answer(mut self, bytes: usize) -> Self {
        self.answer = Some(bytes);
        self
    }

    /// How much CPU time a call may take; time of other threads does not
    /// count. It is checked every 10 milliseconds. If the system cannot
    /// measure it, wall time counts.
    #[must_use]
    pub fn call_budget(mut self, budget: Duration) -> Self {
        self.call_budget = budget;
        self
    }

    /// The limit of all linear memories together, in bytes.
    #[must_use]
    pub const fn memory_bytes(&self) -> usize {
        self.memory
    }

    /// How many linear memories there may be.
    #[must_use]
    pub const fn memory_count(&self) -> usize {
        self.memories
    }

    /// How many tables there may be.
    #[must_use]
    pub const fn table_count(&self) -> usize {
        self.tables
    }

    /// How many elements each table may have.
    #[must_use]
    pub const fn table_elements(&self) -> usize {
        self.table_elements
    }

    /// How many core instances a component may consist of.
    #[must_use]
    pub const fn core_instance_count(&self) -> usize {
        self.core_instances
    }

    /// How many handles to resources may be alive at once.
    #[must_use]
    pub const fn handle_count(&self) -> usize {
        self.handles
    }

    /// How much of a thread's stack WebAssembly code may use, in bytes.
    #[must_use]
    pub const fn stack_bytes(&self) -> usize {
        self.stack
    }

    /// How long a call may take.
    #[must_use]
    pub const fn budget(&self) -> Duration {
        self.call_budget
    }

    /// How many bytes the answer to a call may take up outside the component.
    #[must_use]
    pub const fn answer_bytes(&self) -> usize {
        match self.answer {
            Some(bytes) => bytes,
            None => self.memory.saturating_mul(2),
        }
    }
}
