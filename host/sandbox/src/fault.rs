//! What can go wrong in a call into the sandbox, and its cause.

use std::time::Duration;

use sanchay_core::batch::BatchError;
use sanchay_core::filter::ProgramError;
use wasmtime::{Error, Trap, WasmBacktrace};

use crate::Limits;

/// Why a call into the sandbox has no answer.
///
/// After every fault but [`Fault::Batch`], [`Fault::NoFilter`] and
/// [`Fault::NoStream`] the instance was discarded with all it held; the next
/// call on the same [`Inspector`](crate::Inspector) makes a fresh one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The sandbox could not be set up.
    #[error("cannot set up the sandbox: {0}")]
    Setup(String),
    /// The component aborted, or did something that WebAssembly does not
    /// allow.
    #[error("the component crashed: {message}")]
    Trapped {
        /// The cause, in wasmtime's words; before them the component's own
        /// message, if it left one, on one line and escaped.
        message: String,
    },
    /// The call took more CPU time than [`Limits::call_budget`].
    ///
    /// [`Limits::call_budget`]: crate::Limits::call_budget
    #[error("the component did not answer within {budget:?}")]
    BudgetExhausted {
        /// The budget.
        budget: Duration,
    },
    /// The component asked for more memory than [`Limits::memory`].
    ///
    /// [`Limits::memory`]: crate::Limits::memory
    #[error(
        "the component asked for {asked} bytes of memory; {ceiling} are \
         allowed"
    )]
    MemoryRefused {
        /// The size that its memory would have had, in bytes.
        asked: usize,
        /// The size that it may have, in bytes.
        ceiling: usize,
    },
    /// The component was allowed the memory, but the system had none.
    #[error("out of memory: the component could not get {asked} bytes")]
    OutOfMemory {
        /// The size that its memory would have had, in bytes.
        asked: usize,
    },
    /// The component's calls nested deeper than [`Limits::stack`].
    ///
    /// [`Limits::stack`]: crate::Limits::stack
    #[error("the component exhausted its stack of {stack} bytes")]
    StackExhausted {
        /// What it had, in bytes.
        stack: usize,
    },
    /// The answer was larger than [`Limits::answer`].
    ///
    /// [`Limits::answer`]: crate::Limits::answer
    #[error("the component's answer takes more than {ceiling} bytes")]
    AnswerTooLarge {
        /// The limit, in bytes.
        ceiling: usize,
    },
    /// The columns of a batch do not fit together.
    #[error("malformed batch: {0}")]
    Batch(#[from] BatchError),
    /// The component returned something impossible.
    #[error("the component broke its contract: {0}")]
    ContractViolation(String),
    /// The instance was discarded after a fault, and with it what was begun
    /// in it: a digest, a run of names, a plan.
    #[error("what was begun was lost in an earlier fault")]
    StreamLost,
    /// Something was to go on that was not begun.
    #[error("nothing was begun")]
    NoStream,
    /// The plugin was disabled: its failures took too long.
    #[error("the plugin was disabled: its failures have taken {lost:?}")]
    Disabled {
        /// How much CPU time they took, at least.
        lost: Duration,
    },
    /// No filter was set.
    #[error("no filter was set")]
    NoFilter,
}

/// Why a filter was not set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FilterError {
    /// The program cannot be compiled.
    #[error("the filter's program cannot be compiled: {0}")]
    Program(ProgramError),
    /// The component could not be asked.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// The fault that a failed call amounts to. Where memory was refused during
/// the call, that is why the component then gave up; otherwise it is what it
/// `said`.
pub(crate) fn of_call(
    error: &Error,
    refusal: Option<Fault>,
    said: Option<String>,
    limits: &Limits,
) -> Fault {
    of(error, refusal, said, limits)
        .unwrap_or_else(|| Fault::ContractViolation(words(error)))
}

/// The same for an instance that could not be made.
pub(crate) fn of_setup(
    error: &Error,
    refusal: Option<Fault>,
    limits: &Limits,
) -> Fault {
    of(error, refusal, None, limits)
        .unwrap_or_else(|| Fault::Setup(words(error)))
}

/// What an error says, without the state of the component that goes with one
/// of a component that was running.
fn words(error: &Error) -> String {
    match error.downcast_ref::<WasmBacktrace>() {
        Some(_) => error.root_cause().to_string(),
        None => format!("{error:#}"),
    }
}

fn of(
    error: &Error,
    refusal: Option<Fault>,
    said: Option<String>,
    limits: &Limits,
) -> Option<Fault> {
    let trap = error.downcast_ref::<Trap>();
    // There is no type for it.
    if trap.is_none() && words(error).contains("fuel allocated for hostcalls")
    {
        let ceiling = limits.answer_bytes();
        return Some(Fault::AnswerTooLarge { ceiling });
    }
    match trap {
        Some(Trap::Interrupt) => {
            Some(Fault::BudgetExhausted { budget: limits.budget() })
        }
        Some(Trap::StackOverflow) => {
            Some(Fault::StackExhausted { stack: limits.stack_bytes() })
        }
        _ => refusal.or_else(|| {
            let cause = trap?;
            let message = match said {
                Some(said) => format!("{said} ({cause})"),
                None => cause.to_string(),
            };
            Some(Fault::Trapped { message })
        }),
    }
}
