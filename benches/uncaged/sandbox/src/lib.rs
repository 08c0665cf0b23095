//! The interface of `sanchay-sandbox` without the sandbox.
//!
//! The values are those of that crate; the calls are answered by the same
//! logic, compiled natively. The library and the program compiled on top of
//! this crate instead of the other differ from Sanchay by the cage and
//! nothing else. It exists to be measured: do not judge untrusted data with
//! it.

mod convert;
mod inspector;

pub use inspector::Inspector;
pub use sanchay_sandbox::{
    Algorithm, BatchError, ChainingValue, Checklist, Columns, DEFAULT_CHUNK,
    Digest, EntryKind, Expectation, Fault, FilterError, Flaw, KindSet, Limits,
    Listing, MAX_CHUNK, Malformed, Matches, PartialDigest, Program,
    ProgramError, Promise, SandboxOptions, Separator, TreeError,
    UnknownAlgorithm, component, plugin,
};

/// What takes the place of the sandbox: nothing.
#[derive(Clone, Debug)]
pub struct Sandbox {
    limits: Limits,
}

impl Sandbox {
    /// Sets up nothing.
    ///
    /// # Errors
    ///
    /// None; the sandbox has some.
    pub fn new(options: SandboxOptions) -> Result<Self, Fault> {
        Ok(Self { limits: options.limits })
    }

    /// A new inspector.
    #[must_use]
    pub fn inspector(&self) -> Inspector {
        Inspector::default()
    }

    /// What every instance might use if there were any.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The name of the machine code that is in use.
    #[must_use]
    pub fn variant(&self) -> &'static str {
        "uncaged"
    }
}
