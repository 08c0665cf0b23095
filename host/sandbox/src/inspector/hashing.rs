//! Digests: of a buffer, of a batch of buffers, of a stream.

use std::sync::{Mutex, PoisonError};

use wasmtime::Result;
use wasmtime::component::ResourceAny;

use super::Inspector;
use super::link::Cage;
use crate::pour::{Ends, Poured};
use crate::{Algorithm, Digest, Fault, PartialDigest, wire};

/// The most bytes that one crossing of [`Inspector::update`] carries: what
/// is copied into the cage is still in the processor's cache when it is
/// hashed there.
const PIECE: usize = 128 << 10;

/// Where an inspector is in a digest that is made piece by piece.
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
    /// The digest of some bytes, in one crossing. They must fit into the
    /// memory that the instance may have; what is larger is for
    /// [`update`](Self::update).
    ///
    /// # Errors
    ///
    /// Any [`Fault`] of the instance.
    pub fn digest(
        &mut self,
        algorithm: Algorithm,
        data: &[u8],
    ) -> Result<Digest, Fault> {
        let digest = self.link.enter(|cage| {
            let Cage { store, exports, .. } = cage;
            exports.digest.call(store, (algorithm.into(), data))
        })?;
        self.check(algorithm, &digest.0)
    }

    /// The digests of many byte strings, in one crossing.
    ///
    /// `data` holds the byte strings end to end and `ends` the offset at
    /// which each ends; the offsets ascend and the last is the length of
    /// `data`. Afterwards `out` holds their digests in the same order, and
    /// nothing else; on an error it is empty.
    ///
    /// # Errors
    ///
    /// [`Fault::Batch`] where the columns do not fit together; otherwise any
    /// [`Fault`] of the instance.
    pub fn digest_batch(
        &mut self,
        algorithm: Algorithm,
        data: &[u8],
        ends: &[u32],
        out: &mut Vec<Digest>,
    ) -> Result<(), Fault> {
        out.clear();
        let (answer,) = self.link.enter(|cage| {
            let Cage { store, exports, .. } = cage;
            exports.digest_batch.call(store, (algorithm.into(), data, ends))
        })?;
        self.take_digests(algorithm, answer, ends.len(), out)
    }

    /// The digests of many byte strings that `pour` writes straight into the
    /// memory of the instance, in one crossing.
    ///
    /// `pour` gets the memory, of `room` bytes, and an empty list. It writes
    /// the byte strings end to end, appends to the list where each ends, and
    /// returns how many bytes it wrote; it may take its time.
    ///
    /// # Errors
    ///
    /// As [`digest_batch`](Self::digest_batch).
    pub fn digest_batch_with(
        &mut self,
        algorithm: Algorithm,
        room: usize,
        pour: &mut (dyn FnMut(&mut [u8], &mut Vec<u32>) -> usize + Send),
        out: &mut Vec<Digest>,
    ) -> Result<(), Fault> {
        out.clear();
        let ends = Mutex::new(std::mem::take(&mut self.ends));
        let once = Mutex::new(pour);
        let pour = |space: &mut [u8]| {
            let mut once = once.lock().unwrap_or_else(PoisonError::into_inner);
            let mut ends = ends.lock().unwrap_or_else(PoisonError::into_inner);
            ends.clear();
            once(space, &mut ends)
        };
        let poured = Poured { room, pour: &pour, ticks: self.link.ticks() };
        let answer = self.link.enter(|cage| {
            let Cage { store, exports, .. } = cage;
            let arguments = (algorithm.into(), poured, Ends(&ends));
            exports.digest_poured.call(store, arguments)
        });
        self.ends = ends.into_inner().unwrap_or_else(PoisonError::into_inner);
        let (answer,) = answer?;
        self.take_digests(algorithm, answer, self.ends.len(), out)
    }

    /// Takes the answer about a batch of so many byte strings.
    fn take_digests(
        &mut self,
        algorithm: Algorithm,
        answer: std::result::Result<Vec<u8>, wire::BatchError>,
        count: usize,
        out: &mut Vec<Digest>,
    ) -> Result<(), Fault> {
        let digests = answer.map_err(|error| Fault::Batch(error.into()))?;
        let len = algorithm.digest_len();
        if digests.len() != len * count {
            return Err(self.link.lied(format!(
                "{} bytes of digests for {count} byte strings",
                digests.len(),
            )));
        }
        out.extend(digests.chunks_exact(len).filter_map(Digest::from_bytes));
        Ok(())
    }

    /// The partial digest of a file, from its first chunk, its last chunk and
    /// its size in bytes. For a file smaller than two chunks both are the
    /// whole file.
    ///
    /// # Errors
    ///
    /// Any [`Fault`] of the instance.
    pub fn partial(
        &mut self,
        first: &[u8],
        last: &[u8],
        size: u64,
    ) -> Result<PartialDigest, Fault> {
        let (answer,) = self.link.enter(|cage| {
            let Cage { store, exports, .. } = cage;
            exports.partial.call(store, (first, last, size))
        })?;
        if answer.size != size {
            return Err(self.link.lied("a partial digest of another size"));
        }
        Ok(answer.into())
    }

    /// Begins a digest that is made piece by piece. One that was begun
    /// before is abandoned.
    ///
    /// # Errors
    ///
    /// Any [`Fault`] of the instance.
    pub fn begin(&mut self, algorithm: Algorithm) -> Result<(), Fault> {
        self.stream = Stream::Idle;
        self.link.enter(|cage| Hashers::begin(cage, algorithm))?;
        let generation = self.link.generation();
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
            self.link.enter(|cage| {
                let (resource, Cage { store, exports, .. }) =
                    Hashers::to_update(cage, algorithm)?;
                exports.update.call(store, (resource, piece))
            })?;
        }
        Ok(())
    }

    /// Appends bytes that `pour` writes straight into the memory of the
    /// instance, and returns how many. There is room for `room` bytes; `pour`
    /// returns how many of them it wrote, and may take its time. To write
    /// none is allowed, and wastes a little of the instance's memory.
    ///
    /// # Errors
    ///
    /// [`Fault::NoStream`], [`Fault::StreamLost`], or any [`Fault`] of the
    /// instance.
    pub fn update_with(
        &mut self,
        room: usize,
        pour: &mut (dyn FnMut(&mut [u8]) -> usize + Send),
    ) -> Result<usize, Fault> {
        let algorithm = self.begun()?;
        let ticks = self.link.ticks();
        let once = Mutex::new((pour, 0));
        let pour = |space: &mut [u8]| {
            let mut once = once.lock().unwrap_or_else(PoisonError::into_inner);
            once.1 = (once.0)(space).min(space.len());
            once.1
        };
        let poured = Poured { room, pour: &pour, ticks };
        self.link.enter(|cage| {
            let (resource, Cage { store, exports, .. }) =
                Hashers::to_update(cage, algorithm)?;
            exports.update_poured.call(store, (resource, poured))
        })?;
        let once = once.into_inner().unwrap_or_else(PoisonError::into_inner);
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
        let digest =
            self.link.enter(|cage| Hashers::finish(cage, algorithm))?;
        self.check(algorithm, &digest)
    }

    /// The algorithm of the digest that was begun, if its bytes are still
    /// there.
    fn begun(&self) -> Result<Algorithm, Fault> {
        match self.stream {
            Stream::Idle => Err(Fault::NoStream),
            Stream::Begun { algorithm, generation } => {
                let alive = generation == self.link.generation();
                alive.then_some(algorithm).ok_or(Fault::StreamLost)
            }
        }
    }

    fn check(
        &mut self,
        algorithm: Algorithm,
        bytes: &[u8],
    ) -> Result<Digest, Fault> {
        Digest::from_bytes(bytes)
            .filter(|_| bytes.len() == algorithm.digest_len())
            .ok_or_else(|| {
                let len = bytes.len();
                self.link.lied(format!("a {algorithm} digest of {len} bytes"))
            })
    }
}

impl Hashers {
    /// Makes a hasher, or empties the one there is.
    fn begin(cage: &mut Cage, algorithm: Algorithm) -> Result<()> {
        match cage.hashers.get(algorithm) {
            Some(Hasher { dirty: false, .. }) => {}
            Some(Hasher { dirty: true, .. }) => {
                Self::finish(cage, algorithm)?;
            }
            None => {
                let Cage { store, exports, .. } = &mut *cage;
                let hasher =
                    exports.hasher.call(store, (algorithm.into(),))?;
                let resource = hasher.0;
                let hasher = Hasher { resource, dirty: false };
                cage.hashers.set(algorithm, hasher);
            }
        }
        Ok(())
    }

    /// The hasher, which is about to be given bytes.
    fn to_update(
        cage: &mut Cage,
        algorithm: Algorithm,
    ) -> Result<(ResourceAny, &mut Cage)> {
        let resource = cage.hashers.resource(algorithm)?;
        cage.hashers.set(algorithm, Hasher { resource, dirty: true });
        Ok((resource, cage))
    }

    fn finish(cage: &mut Cage, algorithm: Algorithm) -> Result<Vec<u8>> {
        let Cage { store, exports, hashers, .. } = cage;
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

impl From<Algorithm> for wire::Algorithm {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Xxh64 => Self::Xxh64,
            Algorithm::Xxh3_64 => Self::Xxh3_64,
            Algorithm::Xxh3_128 => Self::Xxh3_128,
            Algorithm::Blake3 => Self::Blake3,
            Algorithm::Sha256 => Self::Sha256,
        }
    }
}

impl From<wire::PartialDigest> for PartialDigest {
    fn from(digest: wire::PartialDigest) -> Self {
        let wire::PartialDigest { first, last, size } = digest;
        Self { first, last, size }
    }
}
