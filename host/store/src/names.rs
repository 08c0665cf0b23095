//! Names that nothing else ever has.

use sanchay_core::{store::StampedName, time::Timestamp};

use crate::error::StoreError;

/// Random bytes of the system's.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if getrandom::fill(&mut bytes).is_err() {
        // Without the system's, the time, the process and an address do: no
        // secret hangs on it.
        let mut seed = format!(
            "{:?} {} {:p}",
            std::time::SystemTime::now(),
            std::process::id(),
            &raw const bytes
        );
        for byte in &mut bytes {
            let digest = sanchay_core::store::Address::of(seed.as_bytes());
            *byte = digest.fan();
            seed = digest.to_string();
        }
    }
    bytes
}

pub(crate) fn random_number() -> u64 {
    u64::from_le_bytes(random())
}

/// The time now.
pub(crate) fn now() -> Timestamp {
    std::time::SystemTime::now().into()
}

/// A name that begins with a time; one without a form in RFC 3339 is refused.
pub(crate) fn stamped(time: Timestamp) -> Result<StampedName, StoreError> {
    let name = StampedName::new(&time.to_string(), random_number());
    name.ok_or(StoreError::Clock)
}
