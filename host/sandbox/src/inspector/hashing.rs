//! Digests: of a buffer, and of a batch of buffers.

use super::Inspector;
use super::Instance;
use crate::{Algorithm, Digest, Fault, PartialDigest, wire};

impl Inspector {
    /// The digest of some bytes, in one crossing. They must fit into the
    /// instance's memory limit; use [`update`](Self::update) for more.
    ///
    /// # Errors
    ///
    /// Any [`Fault`] of the instance.
    pub fn digest(
        &mut self,
        algorithm: Algorithm,
        data: &[u8],
    ) -> Result<Digest, Fault> {
        let digest = self.caller.call(|instance| {
            let Instance { store, exports, .. } = instance;
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
        let (answer,) = self.caller.call(|instance| {
            let Instance { store, exports, .. } = instance;
            exports.digest_batch.call(store, (algorithm.into(), data, ends))
        })?;
        self.take_digests(algorithm, answer, ends.len(), out)
    }

    /// The digests of many byte strings that `fill` writes straight into the
    /// memory of the instance, in one crossing.
    ///
    /// `fill` gets the memory, of `room` bytes, and an empty list. It writes
    /// the byte strings end to end, appends to the list where each ends, and
    /// returns how many bytes it wrote; its time does not count.
    ///
    /// # Errors
    ///
    /// As [`digest_batch`](Self::digest_batch).
    pub fn digest_batch_with(
        &mut self,
        algorithm: Algorithm,
        room: usize,
        fill: &mut (dyn FnMut(&mut [u8], &mut Vec<u32>) -> usize + Send),
        out: &mut Vec<Digest>,
    ) -> Result<(), Fault> {
        out.clear();
        let (answer,) = self.pour(room, fill, |instance, data, ends| {
            let Instance { store, exports, .. } = instance;
            let arguments = (algorithm.into(), data, ends);
            exports.digest_in_place.call(store, arguments)
        })?;
        self.take_digests(algorithm, answer, self.ends.len(), out)
    }

    /// Takes the answer about a batch of so many byte strings.
    fn take_digests(
        &mut self,
        algorithm: Algorithm,
        answer: Result<Vec<u8>, wire::BatchError>,
        count: usize,
        out: &mut Vec<Digest>,
    ) -> Result<(), Fault> {
        let digests = answer.map_err(|error| Fault::Batch(error.into()))?;
        let len = algorithm.digest_len();
        if digests.len() != len * count {
            return Err(self.caller.contract_violation(format!(
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
        let (answer,) = self.caller.call(|instance| {
            let Instance { store, exports, .. } = instance;
            exports.partial.call(store, (first, last, size))
        })?;
        if answer.size != size {
            return Err(self
                .caller
                .contract_violation("a partial digest of another size"));
        }
        Ok(answer.into())
    }

    pub(super) fn check(
        &mut self,
        algorithm: Algorithm,
        bytes: &[u8],
    ) -> Result<Digest, Fault> {
        Digest::from_bytes(bytes)
            .filter(|_| bytes.len() == algorithm.digest_len())
            .ok_or_else(|| {
                let len = bytes.len();
                self.caller.contract_violation(format!(
                    "a {algorithm} digest of {len} bytes"
                ))
            })
    }
}

impl From<wire::PartialDigest> for PartialDigest {
    fn from(digest: wire::PartialDigest) -> Self {
        let wire::PartialDigest { first, last, size } = digest;
        Self { first, last, size }
    }
}
