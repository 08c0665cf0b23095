//! `sanchay plugin new`: a project that compiles to a plugin.

use clap::Args;

use crate::{context::Context, exit::Exit, failure::Failure};

/// Write a project that compiles to a plugin.
#[derive(Args, Debug)]
pub(crate) struct NewArgs {}

impl NewArgs {
    pub(crate) fn run(&self, _: &Context) -> Result<Exit, Failure> {
        Ok(Exit::Done)
    }
}
