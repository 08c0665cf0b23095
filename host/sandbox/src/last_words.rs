//! What a component last said before it trapped.
//!
//! A trap says what the machine could not do: `unreachable`, for every panic.
//! A component without imports cannot report why, but it can leave a message
//! in its memory: a core module may export a global of the name [`GLOBAL`], an
//! `i32` that is the address of 32 bits, how many bytes of text follow, and
//! the text. Nothing in the instance is called for it: an instance that
//! trapped is not called again.
//!
//! The text is as hostile as the component: its length is bounded, and what
//! is not a printable character is replaced.

use wasmtime::{Error, Instance, Store, Val, WasmBacktrace, WasmCoreDump};

use crate::store::State;

/// The global whose value is the address of the message.
const GLOBAL: &str = "sanchay_last_words";

/// The memory that it lies in.
const MEMORY: &str = "memory";

/// How much of a message is read, in bytes.
const LONGEST: usize = 400;

/// The message that a component left before it trapped, if it did.
pub(crate) fn of(error: &Error, store: &mut Store<State>) -> Option<String> {
    let dump = error.downcast_ref::<WasmCoreDump>()?;
    dump.instances().iter().find_map(|it| message(*it, store))
}

/// The functions that were running when a component trapped, the innermost
/// first: their names where it has them, or else their numbers.
pub(crate) fn functions(error: &Error) -> Vec<String> {
    let Some(trace) = error.downcast_ref::<WasmBacktrace>() else {
        return Vec::new();
    };
    let name = |frame: &wasmtime::FrameInfo| match frame.func_name() {
        Some(name) => printable(name.as_bytes()),
        None => format!("function {}", frame.func_index()),
    };
    trace.frames().iter().map(name).collect()
}

fn message(instance: Instance, store: &mut Store<State>) -> Option<String> {
    let global = instance.get_global(&mut *store, GLOBAL)?;
    let Val::I32(address) = global.get(&mut *store) else { return None };
    let memory = instance.get_memory(&mut *store, MEMORY)?;
    let start = usize::try_from(address.cast_unsigned()).ok()?;
    let (length, text) =
        memory.data(&*store).get(start..)?.split_first_chunk()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let text = printable(text.get(..length)?);
    (!text.is_empty()).then_some(text)
}

/// Text on one line that does nothing where it is shown.
fn printable(text: &[u8]) -> String {
    let end = text.len().min(LONGEST);
    let text = String::from_utf8_lossy(text.get(..end).unwrap_or_default());
    let shown = |character| match character {
        '\n' | '\t' | '\r' => ' ',
        // What Rust would escape is unseen, or moves what is around it.
        ' '..='~' => character,
        other if other.escape_debug().count() > 1 => {
            char::REPLACEMENT_CHARACTER
        }
        other => other,
    };
    text.trim().chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_one_short_line_that_a_terminal_does_not_obey() {
        let text =
            "a\nb \\ \"c\" \u{1b}[2J\u{202e}\u{9b}\u{61c}é\0".as_bytes();
        let shown = printable(text);
        assert_eq!(
            shown,
            "a b \\ \"c\" \u{fffd}[2J\u{fffd}\u{fffd}\u{fffd}é\u{fffd}"
        );
        assert_eq!(printable(b"\xff"), "\u{fffd}");
        assert_eq!(printable(&[b'x'; 9999]), "x".repeat(LONGEST));
        assert_eq!(printable(b"  \n"), "");
    }
}
