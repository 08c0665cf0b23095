//! `sanchay plugin encode`: a component of a core module, made in a process
//! that can fail. The program calls itself with it, since what makes
//! components of modules is made for those that a compiler wrote: others
//! crash it.

use std::{
    env,
    io::{self, Read as _, Write as _},
    process::{Command, Stdio},
    thread,
};

use clap::Args;
use wit_component::ComponentEncoder;

use super::confine::confine;
use crate::{exit::Exit, failure::Failure};

/// How much of a processor's time it may take, in seconds.
const SECONDS: u64 = 60;

/// How much of a complaint is told, in bytes.
const COMPLAINT: usize = 4096;

/// Make a component of the core module on standard input.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct EncodeArgs {}

impl EncodeArgs {
    pub(crate) fn run() -> Result<Exit, Failure> {
        confine(SECONDS);
        let mut module = Vec::new();
        let component = io::stdin()
            .read_to_end(&mut module)
            .map_err(|error| error.to_string())
            .and_then(|_| encode(&module));
        let written = match component {
            Ok(component) => io::stdout().write_all(&component),
            // Nobody may be listening.
            Err(why) => io::stderr().write_all(why.as_bytes()),
        };
        match written {
            Ok(()) => Ok(Exit::Done),
            Err(_) => Ok(Exit::Failed),
        }
    }
}

fn encode(module: &[u8]) -> Result<Vec<u8>, String> {
    let says = |error| format!("{error:#}");
    ComponentEncoder::default()
        .module(module)
        .map_err(says)?
        .validate(true)
        .encode()
        .map_err(says)
}

/// Has another process make a component of a module; or says why there is
/// none.
pub(super) fn elsewhere(module: &[u8]) -> Result<Vec<u8>, String> {
    let cannot = |error: io::Error| format!("cannot run its encoder: {error}");
    let mut child = Command::new(env::current_exe().map_err(cannot)?)
        .args(["plugin", "encode"])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(cannot)?;
    let input = child.stdin.take();
    let output = thread::scope(|scope| {
        // Who does not read to the end has a complaint.
        scope.spawn(move || input.map(|mut it| it.write_all(module)));
        child.wait_with_output()
    })
    .map_err(cannot)?;
    let end = output.stderr.len().min(COMPLAINT);
    let said = output.stderr.get(..end).unwrap_or_default();
    let said = String::from_utf8_lossy(said).trim().to_owned();
    match output.status {
        status if status.code().is_none() => {
            Err(format!("its encoder crashed: {status}"))
        }
        status if status.success() && said.is_empty() => Ok(output.stdout),
        status if said.is_empty() => {
            Err(format!("its encoder crashed: {status}"))
        }
        _ => Err(said),
    }
}
