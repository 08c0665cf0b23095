//! How this process can be started once more: plugins are compiled in a
//! process that can be ended.

use std::{env, ffi::OsString, sync::OnceLock};

use sanchay::CompilerProgram;

/// What was said of it.
static COMMAND: OnceLock<Vec<OsString>> = OnceLock::new();

/// Keeps the command that starts it, where that is not its own file alone.
pub(crate) fn is_started_by(command: Vec<OsString>) {
    // Said once, at the beginning.
    let _ = COMMAND.set(command);
}

/// The program that it is; `None` if that cannot be told.
pub(crate) fn program() -> Option<CompilerProgram> {
    match COMMAND.get().map(Vec::as_slice) {
        Some([program, arguments @ ..]) => {
            let program = CompilerProgram::new(program);
            Some(program.arguments(arguments.to_vec()))
        }
        _ => env::current_exe().ok().map(CompilerProgram::new),
    }
}
