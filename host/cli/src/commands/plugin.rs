//! `sanchay plugin`: making, checking and trying components of one's own.

mod check;
mod choice;
mod compile;
mod confine;
mod encode;
mod folder;
mod new;
mod pack;
mod run;
mod smoke_test;
mod wit;

use clap::{Args, Subcommand};

use crate::{
    commands::command::RunCommand, context::Context, exit::Exit,
    failure::Failure,
};

const ABOUT: &str = "\
A plugin is a WebAssembly component that implements one of two worlds of the
package sanchay:inspect (sanchay plugin wit writes it):

  filter-plugin     decides which entries are wanted, besides the other filters
  extractor-plugin  extracts values from files, as columns NAME.FIELD, where
                    NAME is the plugin's

It may import nothing. Calls have a time limit and instances a memory limit; a
call that exceeds one is an error for its file and nothing else. After failures
have used the time of 64 calls, the plugin is disabled for the run.

--plugin, check and run name a plugin like this:

  FILE                  the component in a file
  FILE@sha256:HEX       the same, if that is its SHA-256
  FILE,KEY=VALUE,...    with settings, which sanchay plugin check lists
  FILE,name=NAME        called NAME, beside another plugin of its name

Write a comma in a file name or a value twice.

Examples:
  sanchay plugin new my-filter
  cd my-filter
  cargo build --release --target wasm32-unknown-unknown
  sanchay plugin pack -o my-filter.wasm \\
      target/wasm32-unknown-unknown/release/plugin.wasm
  sanchay plugin check my-filter.wasm
  sanchay plugin run my-filter.wasm,prefix=. README.md
  sanchay scan --plugin my-filter.wasm ~";

/// Make, check and try plugins.
#[derive(Args, Debug)]
#[command(after_long_help = ABOUT, after_help = "See --help for examples.")]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct PluginCommand {
    #[command(subcommand)]
    command: CommandArgs,
}

#[derive(Debug, Subcommand)]
enum CommandArgs {
    /// Write a project that compiles to a plugin
    New(new::NewArgs),
    /// Write the interfaces of plugins as WIT files
    Wit(wit::WitArgs),
    /// Make a component from a core module
    Pack(pack::PackArgs),
    /// Check whether a component can be used as a plugin, and describe it
    Check(check::CheckArgs),
    /// Try a plugin on files
    Run(run::RunArgs),
    /// Compile a component to machine code, for the program itself
    #[command(hide = true)]
    Compile(compile::CompileArgs),
    /// Make a component of a core module, for the program itself
    #[command(hide = true)]
    Encode(encode::EncodeArgs),
}

impl RunCommand for PluginCommand {
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        match &self.command {
            CommandArgs::New(new) => new.run(context),
            CommandArgs::Wit(wit) => wit.run(context),
            CommandArgs::Pack(pack) => pack.run(context),
            CommandArgs::Check(check) => check.run(context),
            CommandArgs::Run(run) => run.run(context),
            CommandArgs::Compile(compile) => compile.run(),
            CommandArgs::Encode(arguments) => arguments.run(),
        }
    }
}
