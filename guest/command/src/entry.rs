//! The export of the world `wasi:cli/command`, and the exit code, which WASI
//! has as a call of its own.

use wasi::cli::exit::exit_with_code;
use wasi::exports::cli::run::Guest;

use crate::{Program, commands};
use sanchay_core::exit::Exit;

wasi::cli::command::export!(Program);

impl Guest for Program {
    fn run() -> Result<(), ()> {
        match commands::run() {
            Exit::Done => Ok(()),
            other => {
                exit_with_code(other as u8);
                Err(())
            }
        }
    }
}
