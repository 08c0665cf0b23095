//! What a panic says, kept where the host finds it: a plugin imports nothing,
//! so that it has nobody to tell. Nothing here needs to be changed.

use std::panic;
use std::sync::Once;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering::Relaxed};

/// How many bytes of it are kept.
const LONGEST: usize = 400;

/// The last words: how many bytes there are, and the bytes.
#[repr(C)]
pub struct LastWords {
    length: AtomicU32,
    text: [AtomicU8; LONGEST],
}

/// The host looks for it by this name, after a call has crashed.
#[unsafe(export_name = "sanchay_last_words")]
pub static LAST_WORDS: LastWords = LastWords {
    length: AtomicU32::new(0),
    text: [const { AtomicU8::new(0) }; LONGEST],
};

/// Has panics from here on keep what they say. To be called first in every
/// function that the host calls. Elsewhere, in tests, panics are printed.
pub fn keep() {
    static ONCE: Once = Once::new();
    if cfg!(not(target_arch = "wasm32")) {
        return;
    }
    ONCE.call_once(|| {
        panic::set_hook(Box::new(|panic| {
            let said = panic.to_string();
            for (kept, byte) in LAST_WORDS.text.iter().zip(said.bytes()) {
                kept.store(byte, Relaxed);
            }
            let length = u32::try_from(said.len().min(LONGEST));
            LAST_WORDS.length.store(length.unwrap_or(0), Relaxed);
        }));
    });
}
