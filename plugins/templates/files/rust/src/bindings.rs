//! What wit-bindgen makes of `wit/`: the types, and the trait that `lib.rs`
//! implements. Nothing here needs to be changed.
#![allow(clippy::all, missing_docs, reason = "generated")]

wit_bindgen::generate!({
    path: "wit",
    world: "{{world}}",
});

export!(Plugin);

use crate::Plugin;
