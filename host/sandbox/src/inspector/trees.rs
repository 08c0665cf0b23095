//! BLAKE3 of one large input by several inspectors: each makes the chaining
//! values of some of its pieces, and one joins them.

use std::sync::Mutex;

use sanchay_sync::{into_inner, lock};

use super::Inspector;
use super::Instance;
use crate::fill_in_place::FillInPlace;
use crate::{ChainingValue, Fault, TreeError, wire};

impl Inspector {
    /// The chaining value of a piece of an input, which begins at `offset` in
    /// it and is not all of it. `fill` writes the piece straight into the
    /// memory of the instance, of which there are `room` bytes, and returns
    /// how many it wrote; its time does not count. The number is returned,
    /// too.
    ///
    /// There is no value of an empty piece, of one that does not begin at a
    /// multiple of 1024, and of one that is longer than the greatest power of
    /// two that divides the offset.
    ///
    /// # Errors
    ///
    /// Any [`Fault`] of the instance.
    pub fn piece_with(
        &mut self,
        room: usize,
        offset: u64,
        fill: &mut (dyn FnMut(&mut [u8]) -> usize + Send),
    ) -> Result<(usize, Result<ChainingValue, TreeError>), Fault> {
        let once = Mutex::new((fill, 0));
        let fill = |space: &mut [u8]| {
            let mut once = lock(&once);
            once.1 = (once.0)(space).min(space.len());
            once.1
        };
        let in_place = FillInPlace { room, fill: &fill };
        let (answer,) = self.caller.call(|instance| {
            let Instance { store, exports, .. } = instance;
            exports.piece.call(store, (in_place, offset))
        })?;
        let once = into_inner(once);
        let value = match answer {
            Ok(value) => Ok(self.value(&value)?),
            Err(error) => Err(error.into()),
        };
        Ok((once.1, value))
    }

    /// Joins the chaining values of two neighbours, the left one of which
    /// covers a power of two of pieces, into that of their parent or, if that
    /// is the root, into the digest of the input.
    ///
    /// # Errors
    ///
    /// Any [`Fault`] of the instance.
    pub fn join(
        &mut self,
        left: &ChainingValue,
        right: &ChainingValue,
        root: bool,
    ) -> Result<ChainingValue, Fault> {
        let (answer,) = self.caller.call(|instance| {
            let Instance { store, exports, .. } = instance;
            exports.join.call(store, (&left[..], &right[..], root))
        })?;
        match answer {
            Ok(value) => self.value(&value),
            Err(_) => {
                Err(self.caller.contract_violation("there is nothing to join"))
            }
        }
    }

    fn value(&mut self, bytes: &[u8]) -> Result<ChainingValue, Fault> {
        bytes.try_into().map_err(|_| {
            let len = bytes.len();
            self.caller
                .contract_violation(format!("a chaining value of {len} bytes"))
        })
    }
}

impl From<wire::TreeError> for TreeError {
    fn from(error: wire::TreeError) -> Self {
        use wire::TreeError::{
            EmptyPiece, LeftLength, Misaligned, PieceTooLong, RightLength,
        };
        match error {
            EmptyPiece => Self::EmptyPiece,
            Misaligned(offset) => Self::Misaligned(offset),
            PieceTooLong(most) => Self::PieceTooLong(most),
            LeftLength(len) => Self::LeftLength(len),
            RightLength(len) => Self::RightLength(len),
        }
    }
}
