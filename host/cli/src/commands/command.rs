//! What every command of the program is to the rest of it.

use std::{fmt::Debug, path::PathBuf};

use crate::{
    context::Context, exit::Exit, failure::Failure,
    options::plugin::PluginArgs,
};

/// A command with its arguments.
pub(crate) trait RunCommand: Debug {
    /// Does what the arguments say.
    fn run(&self, context: &Context) -> Result<Exit, Failure>;

    /// Whether the options go together, where the parser cannot tell.
    fn check(&self) -> Result<(), String> {
        Ok(())
    }

    /// The plugins, where the command takes some.
    fn plugins(&mut self) -> Option<&mut PluginArgs> {
        None
    }

    /// Where it looks, if it walks.
    fn roots(&mut self) -> Option<&mut Vec<PathBuf>> {
        None
    }
}

/// For commands with many options, which need not be moved about.
impl<T: RunCommand> RunCommand for Box<T> {
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        (**self).run(context)
    }

    fn check(&self) -> Result<(), String> {
        (**self).check()
    }

    fn plugins(&mut self) -> Option<&mut PluginArgs> {
        (**self).plugins()
    }

    fn roots(&mut self) -> Option<&mut Vec<PathBuf>> {
        (**self).roots()
    }
}
