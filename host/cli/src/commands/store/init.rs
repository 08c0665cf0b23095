//! `sanchay store init`: an empty store.

use clap::Args;

use super::StoreArgs;
use crate::{
    commands::command::RunCommand, context::Context, exit::Exit,
    failure::Failure,
};

/// Make an empty store.
///
/// The folder is made, unless it is there and empty.
#[derive(Args, Debug)]
pub(crate) struct InitArgs {
    #[command(flatten)]
    store: StoreArgs,
}

impl RunCommand for InitArgs {
    fn run(&self, _: &Context) -> Result<Exit, Failure> {
        self.store.init()?;
        Ok(Exit::Done)
    }
}
