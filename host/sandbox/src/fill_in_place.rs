//! Bytes that are written straight into the component's memory. A file that
//! is read this way is copied once, by the kernel, and not a second time into
//! the sandbox.
//!
//! The engine has no interface for that; what it generates for the types of
//! `wire.rs` is written by hand here instead. Those parts of the engine are
//! hidden from its documentation and may change with its version, which
//! `Cargo.toml` holds fast.
#![allow(
    unsafe_code,
    reason = "the engine's traits for values that cross are unsafe to \
              implement; the implementations for two types are \
              all there is"
)]

use std::mem::MaybeUninit;
use std::sync::Mutex;

use sanchay_sync::lock;
use wasmtime::component::__internal::{
    CanonicalAbiInfo, InstanceType, InterfaceType, LowerContext,
    map_maybe_uninit,
};
use wasmtime::component::{ComponentType, Lower};
use wasmtime::{Error, Result, ValRaw};

/// A `list<u8>` that does not exist yet.
pub(crate) struct FillInPlace<'a> {
    /// How many bytes it has at most.
    pub(crate) room: usize,
    /// Writes it, and returns how many bytes it has.
    pub(crate) fill: &'a (dyn Fn(&mut [u8]) -> usize + Sync),
}

impl FillInPlace<'_> {
    /// Has the component give out memory, and writes there. Returns where,
    /// and how much.
    fn place<T>(
        &self,
        cx: &mut LowerContext<'_, T>,
    ) -> Result<(usize, usize)> {
        let start = cx.realloc(0, 0, 1, self.room)?;
        // Checked by the engine when the component returned it.
        let space = cx
            .as_slice_mut()
            .get_mut(start..)
            .and_then(|rest| rest.get_mut(..self.room))
            .ok_or_else(|| Error::msg("memory beyond the end of memory"))?;
        let len = (self.fill)(space).min(self.room);
        if len == self.room {
            return Ok((start, len));
        }
        // The component frees as many bytes as it is told there are. It
        // never frees a list of none, so that costs it one byte for good:
        // callers ask for what they expect.
        let start = cx.realloc(start, self.room, 1, len.max(1))?;
        Ok((start, len))
    }
}

/// Where the parts of a [`FillInPlace`] end: a `list<u32>` that is known when
/// that was written. Arguments are lowered in order, so it comes after it.
pub(crate) struct Ends<'a>(pub(crate) &'a Mutex<Vec<u32>>);

// SAFETY: the type is a list of bytes to the component: its lowered form, its
// size and alignment and its type check are those of `[u8]`.
unsafe impl ComponentType for FillInPlace<'_> {
    type Lower = <[u8] as ComponentType>::Lower;

    const ABI: CanonicalAbiInfo = <[u8] as ComponentType>::ABI;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        <[u8] as ComponentType>::typecheck(ty, types)
    }
}

// SAFETY: all of `dst` is written where `Ok` is returned, with a pointer and
// a length that lie within the component's memory.
unsafe impl Lower for FillInPlace<'_> {
    fn linear_lower_to_flat<T>(
        &self,
        cx: &mut LowerContext<'_, T>,
        _: InterfaceType,
        dst: &mut MaybeUninit<Self::Lower>,
    ) -> Result<()> {
        let (start, len) = self.place(cx)?;
        // The engine keeps a 32-bit value in the low half of an `i64`.
        map_maybe_uninit!(dst[0]).write(ValRaw::i64(start as i64));
        map_maybe_uninit!(dst[1]).write(ValRaw::i64(len as i64));
        Ok(())
    }

    fn linear_lower_to_memory<T>(
        &self,
        cx: &mut LowerContext<'_, T>,
        _: InterfaceType,
        offset: usize,
    ) -> Result<()> {
        let (start, len) = self.place(cx)?;
        for (at, value) in [(offset, start), (offset + 4, len)] {
            *cx.get::<4>(at) = u32::try_from(value)?.to_le_bytes();
        }
        Ok(())
    }
}

// SAFETY: the type is a list of numbers to the component: its lowered form,
// its size and alignment and its type check are those of `[u32]`.
unsafe impl ComponentType for Ends<'_> {
    type Lower = <[u32] as ComponentType>::Lower;

    const ABI: CanonicalAbiInfo = <[u32] as ComponentType>::ABI;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        <[u32] as ComponentType>::typecheck(ty, types)
    }
}

// SAFETY: the engine's own implementation for `[u32]` does it.
unsafe impl Lower for Ends<'_> {
    fn linear_lower_to_flat<T>(
        &self,
        cx: &mut LowerContext<'_, T>,
        ty: InterfaceType,
        dst: &mut MaybeUninit<Self::Lower>,
    ) -> Result<()> {
        let ends = lock(self.0);
        <[u32] as Lower>::linear_lower_to_flat(&ends, cx, ty, dst)
    }

    fn linear_lower_to_memory<T>(
        &self,
        cx: &mut LowerContext<'_, T>,
        ty: InterfaceType,
        offset: usize,
    ) -> Result<()> {
        let ends = lock(self.0);
        <[u32] as Lower>::linear_lower_to_memory(&ends, cx, ty, offset)
    }
}
