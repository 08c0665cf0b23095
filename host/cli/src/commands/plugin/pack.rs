//! `sanchay plugin pack`: a component of the core module that a compiler
//! wrote.

use std::path::{Path, PathBuf};

use clap::Args;
use sanchay_plugin_templates::World;

use super::{choice, encode};
use crate::{
    context::Context,
    exit::Exit,
    failure::Failure,
    output::{Inputs, put},
    plugins::read,
};

/// What WebAssembly begins with, and what tells a component from a module.
const MAGIC: &[u8] = b"\0asm";
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

/// Make a component of a core module that a compiler wrote.
///
/// wit-bindgen leaves in a module which world it is of. A compiler that knows
/// no WIT (AssemblyScript, Zig, TinyGo) leaves nothing: there, --world tells
/// it. The module must then export what the canonical ABI of that world says,
/// cabi_realloc included, and import nothing.
#[derive(Args, Debug)]
pub(crate) struct PackArgs {
    /// The core module
    #[arg(value_name = "MODULE.wasm")]
    module: PathBuf,

    /// The world that the module is of, where it does not say so itself
    #[arg(long, value_name = "WORLD", value_parser = choice::world())]
    world: Option<World>,

    /// Where the component goes; by default a file of the module's name in
    /// the current directory
    #[arg(short, long, value_name = "FILE.wasm")]
    output: Option<PathBuf>,
}

impl PackArgs {
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let module = read(&self.module)?;
        let name = self.module.file_name().unwrap_or_default();
        let output = self.output.as_deref().unwrap_or(Path::new(name));
        let component = encode(&module, self.world)
            .map_err(|why| Failure::Pack { path: self.module.clone(), why })?;
        let paths = [std::slice::from_ref(&self.module)];
        let inputs = Inputs { paths: &paths, stdin: false };
        put(Some(output), inputs, &component)?;
        let shown = sanchay::escaped(output.as_os_str().as_encoded_bytes());
        context.messages(false, false).note(format_args!(
            "{shown}: a component of {} bytes",
            component.len()
        ));
        Ok(Exit::Done)
    }
}

fn encode(module: &[u8], world: Option<World>) -> Result<Vec<u8>, String> {
    if module.starts_with(COMPONENT) {
        return Err("it is a component already, and needs no packing: \
                    sanchay plugin check tells whether it can be used"
            .to_owned());
    }
    if !module.starts_with(MAGIC) {
        return Err("it is no WebAssembly module".to_owned());
    }
    encode::elsewhere(module, world)
}
