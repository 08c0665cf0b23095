//! The interface `trees`.

use alloc::vec::Vec;

use sanchay_core::tree as logic;

use crate::Inspector;
use crate::interfaces::exports::sanchay::inspect::trees::{Guest, TreeError};

impl Guest for Inspector {
    fn piece(data: Vec<u8>, offset: u64) -> Result<Vec<u8>, TreeError> {
        Ok(logic::piece(&data, offset)?.to_vec())
    }

    fn join(
        left: Vec<u8>,
        right: Vec<u8>,
        root: bool,
    ) -> Result<Vec<u8>, TreeError> {
        Ok(logic::join(&left, &right, root)?.to_vec())
    }
}

impl From<logic::TreeError> for TreeError {
    fn from(error: logic::TreeError) -> Self {
        use logic::TreeError::{
            EmptyPiece, LeftLength, Misaligned, PieceTooLong, RightLength,
        };
        match error {
            EmptyPiece => Self::EmptyPiece,
            Misaligned(offset) => Self::Misaligned(offset),
            PieceTooLong(most) => Self::PieceTooLong(most),
            LeftLength(length) => Self::LeftLength(length),
            RightLength(length) => Self::RightLength(length),
        }
    }
}
