//! Why a component is not taken as a plugin.
//!
//! Names and other words of the component are in it as they are, though not
//! all of them: escape them before showing them.

use std::time::Duration;

use crate::Fault;

/// How many names are listed in a message.
const LISTED: usize = 10;

/// How many characters of untrusted text a message repeats.
const REPEATED: usize = 64;

/// The longest part of a compiler's error message that is reported, in bytes.
/// It is less than a pipe holds: whoever complains never waits for a reader.
pub(super) const COMPLAINT: usize = 4096;

/// Why a component is not taken as a plugin.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PluginError {
    /// It is larger than a plugin may be.
    #[error("it has {bytes} bytes; {ceiling} are allowed")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The size that it may have.
        ceiling: usize,
    },
    /// It is not WebAssembly at all, or damaged.
    #[error("it is not a WebAssembly component: {0}")]
    NotAComponent(String),
    /// It is a core module.
    #[error(
        "it is a core module, not a component; sanchay plugin pack makes a \
         component from one"
    )]
    Module,
    /// It wants something of its host. Plugins get nothing.
    #[error(
        "it imports {}; a plugin may import nothing",
        listed(.0)
    )]
    Imports(Vec<String>),
    /// It implements none of the worlds, or not as they are.
    #[error("{0}")]
    World(String),
    /// It is not too large, but a part of it would take too long to compile.
    #[error("it cannot be compiled in bounded time: {0}")]
    TooComplex(String),
    /// It consists of more core instances than
    /// [`Limits::core_instances`](crate::Limits::core_instances).
    #[error("it consists of {count} core instances; {allowed} are allowed")]
    Instances {
        /// How many it consists of.
        count: u64,
        /// How many it may consist of.
        allowed: usize,
    },
    /// It could not be compiled.
    #[error("cannot compile it: {0}")]
    Compile(String),
    /// Compiling it took too long.
    #[error("compiling it took longer than {0:?}")]
    CompileTime(Duration),
    /// It was not wanted any more before it was compiled.
    #[error("compiling it was cancelled")]
    Cancelled,
    /// What it says of itself breaks the rules of its world.
    #[error("its description is invalid: {0}")]
    Description(String),
    /// It is not the component that was asked for.
    #[error(
        "its SHA-256 is {}, not {}: it is another component",
        hex(.is), hex(.expected)
    )]
    Digest {
        /// Its digest.
        is: [u8; 32],
        /// The digest that it should have.
        expected: [u8; 32],
    },
    /// A setting is not one of its own, or has a value that it cannot have.
    #[error("its settings are invalid: {0}")]
    Setting(String),
    /// It could not be asked what it is.
    #[error("it cannot describe itself: {0}")]
    Fault(#[from] Fault),
}

/// A digest as it is written.
fn hex(digest: &[u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The first few names, and how many there are more.
fn listed(names: &[String]) -> String {
    let first = names.get(..LISTED).unwrap_or(names).join(", ");
    match names.len().saturating_sub(LISTED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// The error of a description that breaks a rule.
pub(super) fn wrong<T>(why: String) -> Result<T, PluginError> {
    Err(PluginError::Description(why))
}

/// The beginning of untrusted text.
pub(super) fn shortened(text: &str) -> String {
    text.chars().take(REPEATED).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_imports_the_first_ten_are_listed() {
        let names = |count: usize| {
            let names = (0..count).map(|it| it.to_string()).collect();
            PluginError::Imports(names).to_string()
        };
        let ten = "it imports 0, 1, 2, 3, 4, 5, 6, 7, 8, 9";
        let nothing = "; a plugin may import nothing";
        assert_eq!(names(10), format!("{ten}{nothing}"));
        assert_eq!(names(50_000), format!("{ten} and 49990 more{nothing}"));
    }
}
