//! Files of the program that targets take in as they stand: it is a program,
//! so that nothing of it can be called from outside.
#![allow(dead_code, reason = "the targets do not ask for all of it")]

#[path = "../../../host/cli/src/options/algorithm.rs"]
pub(crate) mod algorithm;
#[path = "../../../host/cli/src/options/chunk.rs"]
pub(crate) mod chunk;
#[path = "../../../host/cli/src/output/escape.rs"]
pub(crate) mod escape;
#[path = "../../../host/cli/src/output/json_text.rs"]
pub(crate) mod json_text;
#[path = "../../../host/cli/src/options/size.rs"]
pub(crate) mod size;
