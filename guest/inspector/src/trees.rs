//! The interface `trees`.

use alloc::vec::Vec;

use sanchay_logic::tree as logic;

use crate::Inspector;
use crate::interfaces::exports::sanchay::inspect::trees::Guest;

impl Guest for Inspector {
    fn piece(data: Vec<u8>, offset: u64) -> Option<Vec<u8>> {
        logic::piece(&data, offset).map(|value| value.to_vec())
    }

    fn join(left: Vec<u8>, right: Vec<u8>, root: bool) -> Option<Vec<u8>> {
        let left = left.as_slice().try_into().ok()?;
        let right = right.as_slice().try_into().ok()?;
        Some(logic::join(left, right, root).to_vec())
    }
}
