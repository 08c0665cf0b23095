//! Where an engine gets the machine code of a component.
#![expect(
    unsafe_code,
    reason = "machine code cannot be proved harmless; where it comes from can"
)]

use std::ptr::NonNull;
#[cfg(all(unix, target_arch = "x86_64"))]
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use miniz_oxide::inflate::decompress_to_vec_with_limit;
use sanchay_sandbox_config::Layout;
#[cfg(all(unix, target_arch = "x86_64"))]
use wasmtime::CustomCodeMemory;
use wasmtime::component::Component;
use wasmtime::{Config, Engine, Error, Result};

use crate::component::{Bundle, Code, Variant};

/// A component whose machine code an engine can load.
pub(crate) trait ComponentSource: Send + Sync {
    /// What the host has for each instance besides its memories and tables,
    /// in bytes. Nothing is counted of what we wrote ourselves.
    fn overhead(&self) -> usize {
        0
    }

    /// Adds to the settings of the engine that loads it.
    fn configure(&self, config: &mut Config) {
        let _ = config;
    }

    /// The component's machine code, and what it is called.
    fn load(
        &self,
        engine: &Engine,
        layout: Layout,
    ) -> Result<(Component, &'static str)>;
}

/// A component that the build embedded, compiled ahead of time.
pub(crate) struct Embedded(pub(crate) &'static Bundle);

impl ComponentSource for Embedded {
    #[cfg(all(unix, target_arch = "x86_64"))]
    fn configure(&self, config: &mut Config) {
        config.with_custom_code_memory(Some(Arc::new(OwnPages)));
    }

    /// The first variant for `layout` that the processor can run.
    fn load(
        &self,
        engine: &Engine,
        layout: Layout,
    ) -> Result<(Component, &'static str)> {
        let mut refusal =
            Error::msg("there is no machine code for this system");
        let all = self.0.variants.iter().enumerate();
        for (index, variant) in all.filter(|(_, it)| it.layout == layout) {
            match map(engine, variant, self.0.claim(index)) {
                Ok(component) => return Ok((component, variant.name)),
                Err(error) => refusal = error,
            }
        }
        Err(refusal)
    }
}

/// Gives an engine a variant's machine code. Fails where the processor lacks
/// an instruction set that the code uses.
fn map(
    engine: &Engine,
    variant: &Variant,
    in_place: bool,
) -> Result<Component> {
    let inflated;
    let code = match variant.code {
        Code::InPlace(pages) => &pages.0,
        Code::Deflated(bytes, length) => {
            let code = decompress_to_vec_with_limit(bytes, length);
            inflated = code.map_err(|why| Error::msg(why.to_string()))?;
            &inflated
        }
    };
    let in_place = in_place && matches!(variant.code, Code::InPlace(_));
    // SAFETY: both must be given what wasmtime itself serialized, unmodified.
    // A `Variant` is only ever made by the list that the build script
    // generates, from bytes that it got from `precompile_component` of the
    // same version of wasmtime and that are part of this program, some of them
    // compressed. For the first, they must stay as they are as long as the component lives:
    // nothing changes a constant.
    unsafe {
        match in_place && runs_in_place(code) {
            true => Component::deserialize_raw(engine, NonNull::from(code)),
            false => Component::deserialize(engine, code),
        }
    }
}

impl Bundle {
    /// Whether an engine may run a variant's machine code in place: only the
    /// first of a process may, as wasmtime knows each piece of code once.
    fn claim(&self, index: usize) -> bool {
        let bit = u32::try_from(index).ok();
        let bit = bit.and_then(|it| 1_u64.checked_shl(it));
        bit.is_some_and(|bit| self.claimed.fetch_or(bit, Relaxed) & bit == 0)
    }
}

/// Whether machine code can be run where it lies in the program: it begins
/// with a page.
#[cfg(all(unix, target_arch = "x86_64"))]
fn runs_in_place(code: &[u8]) -> bool {
    code.as_ptr().addr().is_multiple_of(rustix::param::page_size())
}

/// Elsewhere it is copied: other processors have to be told of new code.
#[cfg(not(all(unix, target_arch = "x86_64")))]
fn runs_in_place(_: &[u8]) -> bool {
    false
}

/// Makes pages of the program's own constants executable: those of the
/// embedded machine code, which need not be copied then.
#[cfg(all(unix, target_arch = "x86_64"))]
struct OwnPages;

#[cfg(all(unix, target_arch = "x86_64"))]
impl CustomCodeMemory for OwnPages {
    fn required_alignment(&self) -> usize {
        rustix::param::page_size()
    }

    fn publish_executable(
        &self,
        start: *const u8,
        length: usize,
    ) -> Result<()> {
        use rustix::mm::{MprotectFlags, mprotect};
        let length = length.next_multiple_of(self.required_alignment());
        let flags = MprotectFlags::READ | MprotectFlags::EXEC;
        // SAFETY: wasmtime passes the code of a component that this engine
        // loaded. That is a constant, of which `runs_in_place` made sure that
        // it has pages of its own but for its last one; nobody writes to it.
        // Where it was copied instead, it is memory of wasmtime's own.
        unsafe { mprotect(start.cast_mut().cast(), length, flags)? };
        Ok(())
    }

    /// Leaves it executable: other engines may be running the same code.
    fn unpublish_executable(&self, _: *const u8, _: usize) -> Result<()> {
        Ok(())
    }
}
