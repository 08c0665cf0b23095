//! Digests of what comes in pieces. The instance keeps a hasher for each
//! algorithm that was asked for, and uses it again and again.

use std::sync::Mutex;

use sanchay_sync::{into_inner, lock};
use wasmtime::Result;
use wasmtime::component::ResourceAny;

use super::Inspector;
use super::Instance;
use crate::fill_in_place::FillInPlace;
use crate::{Algorithm, Digest, Fault};

/// The most bytes that one crossing of [`Inspector::update`] carries: what
/// is copied into the sandbox is still in the processor's cache when it is
/// hashed there.
const PIECE: usize = 128 << 10;

/// The state of a digest that is made piece by piece.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stream {
    /// None was begun.
    Idle,
    /// One was begun in the instance of this generation.
    Begun { algorithm: Algorithm, generation: u64 },
}

/// An instance's hashers, one for each algorithm that was asked for.
#[derive(Default)]
pub(super) struct Hashers([Option<Hasher>; Algorithm::ALL.len()]);

#[derive(Clone, Copy)]
struct Hasher {
    resource: ResourceAny,
    /// Whether bytes of an unfinished digest are in it.
    dirty: bool,
}

impl Inspector {
    /// Begins a digest that is made piece by piece. One that was begun
    /// before is abandoned.
    ///
    /// # Errors
    ///
    /// Any [`Fault`] of the instance.
    pub fn begin(&mut self, algorithm: Algorithm) -> Result<(), Fault> {
        self.stream = Stream::Idle;
        self.caller.call(|instance| Hashers::begin(instance, algorithm))?;
        let generation = self.caller.generation();
        self.stream = Stream::Begun { algorithm, generation };
        Ok(())
    }

    /// Appends bytes to the digest that was begun. There may be any number.
    ///
    /// # Errors
    ///
    /// [`Fault::NoStream`], [`Fault::StreamLost`], or any [`Fault`] of the
    /// instance.
    pub fn update(&mut self, data: &[u8]) -> Result<(), Fault> {
        let algorithm = self.begun()?;
        for piece in data.chunks(PIECE) {
            self.caller.call(|instance| {
                let (resource, Instance { store, exports, .. }) =
                    Hashers::to_update(instance, algorithm)?;
                exports.update.call(store, (resource, piece))
            })?;
        }
        Ok(())
    }

    /// Appends bytes that `fill` writes straight into the memory of the
    /// instance, and returns how many. There is room for `room` bytes; `fill`
    /// returns how many of them it wrote; its time does not count. Writing
    /// none is allowed, and wastes a little of the instance's memory.
    ///
    /// # Errors
    ///
    /// [`Fault::NoStream`], [`Fault::StreamLost`], or any [`Fault`] of the
    /// instance.
    pub fn update_with(
        &mut self,
        room: usize,
        fill: &mut (dyn FnMut(&mut [u8]) -> usize + Send),
    ) -> Result<usize, Fault> {
        let algorithm = self.begun()?;
        let once = Mutex::new((fill, 0));
        let fill = |space: &mut [u8]| {
            let mut once = lock(&once);
            once.1 = (once.0)(space).min(space.len());
            once.1
        };
        let in_place = FillInPlace { room, fill: &fill };
        self.caller.call(|instance| {
            let (resource, Instance { store, exports, .. }) =
                Hashers::to_update(instance, algorithm)?;
            exports.update_in_place.call(store, (resource, in_place))
        })?;
        let once = into_inner(once);
        Ok(once.1)
    }

    /// Ends the digest that was begun.
    ///
    /// # Errors
    ///
    /// [`Fault::NoStream`], [`Fault::StreamLost`], or any [`Fault`] of the
    /// instance.
    pub fn finish(&mut self) -> Result<Digest, Fault> {
        let begun = self.begun();
        self.stream = Stream::Idle;
        let algorithm = begun?;
        let digest = self
            .caller
            .call(|instance| Hashers::finish(instance, algorithm))?;
        self.check(algorithm, &digest)
    }

    /// The algorithm of the digest that was begun, if its bytes are still
    /// there.
    fn begun(&self) -> Result<Algorithm, Fault> {
        match self.stream {
            Stream::Idle => Err(Fault::NoStream),
            Stream::Begun { algorithm, generation } => {
                let alive = generation == self.caller.generation();
                alive.then_some(algorithm).ok_or(Fault::StreamLost)
            }
        }
    }
}

impl Hashers {
    /// Makes a hasher, or empties the one there is.
    fn begin(instance: &mut Instance, algorithm: Algorithm) -> Result<()> {
        match instance.resources.hashers.get(algorithm) {
            Some(Hasher { dirty: false, .. }) => {}
            Some(Hasher { dirty: true, .. }) => {
                Self::finish(instance, algorithm)?;
            }
            None => {
                let Instance { store, exports, .. } = &mut *instance;
                let hasher =
                    exports.hasher.call(store, (algorithm.into(),))?;
                let resource = hasher.0;
                let hasher = Hasher { resource, dirty: false };
                instance.resources.hashers.set(algorithm, hasher);
            }
        }
        Ok(())
    }

    /// The hasher, which is about to be given bytes.
    fn to_update(
        instance: &mut Instance,
        algorithm: Algorithm,
    ) -> Result<(ResourceAny, &mut Instance)> {
        let resource = instance.resources.hashers.resource(algorithm)?;
        instance
            .resources
            .hashers
            .set(algorithm, Hasher { resource, dirty: true });
        Ok((resource, instance))
    }

    fn finish(
        instance: &mut Instance,
        algorithm: Algorithm,
    ) -> Result<Vec<u8>> {
        let Instance { store, exports, resources } = instance;
        let hashers = &mut resources.hashers;
        let resource = hashers.resource(algorithm)?;
        let (digest,) = exports.finish.call(store, (resource,))?;
        hashers.set(algorithm, Hasher { resource, dirty: false });
        Ok(digest)
    }

    fn get(&self, algorithm: Algorithm) -> Option<Hasher> {
        *self.0.get(algorithm as usize)?
    }

    fn set(&mut self, algorithm: Algorithm, hasher: Hasher) {
        if let Some(slot) = self.0.get_mut(algorithm as usize) {
            *slot = Some(hasher);
        }
    }

    fn resource(&self, algorithm: Algorithm) -> Result<ResourceAny> {
        let hasher = self.get(algorithm);
        hasher
            .map(|it| it.resource)
            .ok_or_else(|| wasmtime::Error::msg("there is no hasher"))
    }
}
