//! Nothing but a dependency: whoever depends on this has a compiler for every
//! processor that wasmtime knows.

use wasmtime as _;
