//! The sandbox: what all inspectors of a program share.

use std::fmt;
use std::sync::Arc;

use crate::component::INSPECTOR;
use crate::engine::{ComponentSource, Embedded};
use crate::inspector::InspectorExports;
#[cfg(feature = "compile")]
use crate::portable::PortableComponent;
use crate::shared::Shared;
use crate::{Fault, Inspector, Limits};

/// How a sandbox is to be made.
#[derive(Clone, Debug)]
pub struct SandboxOptions {
    /// How many inspectors there will be at once: one per worker thread.
    pub instances: usize,
    /// What each of them may use.
    pub limits: Limits,
}

impl Default for SandboxOptions {
    /// One inspector, with the default limits.
    fn default() -> Self {
        Self { instances: 1, limits: Limits::default() }
    }
}

/// The component, ready to be instantiated. Clones share it.
#[derive(Clone)]
pub struct Sandbox(Arc<Shared<InspectorExports>>);

impl Sandbox {
    /// Sets up the sandbox for the embedded component.
    ///
    /// Each instance reserves some 4 GiB of address space (not of memory),
    /// which makes the component fast. Where the process may not use that
    /// much, instances are made that do with what they use.
    ///
    /// # Errors
    ///
    /// [`Fault::Setup`].
    pub fn new(options: SandboxOptions) -> Result<Self, Fault> {
        Self::of(Box::new(Embedded(&INSPECTOR)), options)
    }

    /// Sets up the sandbox for another component of the same world, which is
    /// compiled for this processor. It gets nothing that the embedded one
    /// does not get.
    ///
    /// # Errors
    ///
    /// [`Fault::Setup`] where the bytes are not a component, or the component
    /// imports anything, or lacks an export of the world.
    #[cfg(feature = "compile")]
    pub fn from_component(
        bytes: &[u8],
        options: SandboxOptions,
    ) -> Result<Self, Fault> {
        Self::of(Box::new(PortableComponent::new(bytes)), options)
    }

    fn of(
        source: Box<dyn ComponentSource>,
        options: SandboxOptions,
    ) -> Result<Self, Fault> {
        let SandboxOptions { instances, limits } = options;
        Ok(Self(Shared::new(source, instances, limits)?))
    }

    /// A new inspector. Its instance is made when it is first called.
    #[must_use]
    pub fn inspector(&self) -> Inspector {
        Inspector::new(Arc::clone(&self.0))
    }

    /// What every instance may use.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        self.0.limits()
    }

    /// The name of the machine code that is in use: for which processors it
    /// was made, and `compact` where little address space is used.
    #[must_use]
    pub fn variant(&self) -> &'static str {
        self.0.variant()
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("variant", &self.variant())
            .field("limits", self.0.limits())
            .finish_non_exhaustive()
    }
}
