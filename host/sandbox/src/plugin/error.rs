//! Why a component is not taken as a plugin.

use std::time::Duration;

use crate::Fault;

/// Why a component is not taken as a plugin.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PluginError {
    /// It is larger than a plugin may be.
    #[error("it has {bytes} bytes; a plugin may have {ceiling}")]
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
         component of one"
    )]
    Module,
    /// It wants something of its host. Plugins get nothing.
    #[error(
        "it imports {}; a plugin may import nothing",
        .0.join(", ")
    )]
    Imports(Vec<String>),
    /// It implements none of the worlds, or not as they are.
    #[error("{0}")]
    World(String),
    /// It is not too large, but a part of it would take too long to compile.
    #[error("it cannot be compiled in bounded time: {0}")]
    TooComplex(String),
    /// It could not be compiled.
    #[error("cannot compile it: {0}")]
    Compile(String),
    /// Compiling it took too long.
    #[error("compiling it took longer than {0:?}")]
    CompileTime(Duration),
    /// What it says of itself breaks the rules of its world.
    #[error("it describes itself wrongly: {0}")]
    Description(String),
    /// It could not be asked what it is.
    #[error("it cannot tell what it is: {0}")]
    Fault(#[from] Fault),
}
