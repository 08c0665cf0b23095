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
    progress::ProgressDisplay,
};

/// What WebAssembly begins with, and what tells a component from a module.
const MAGIC: &[u8] = b"\0asm";
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

/// Make a component from a core module.
///
/// wit-bindgen records the world of a module in it. A compiler that knows no
/// WIT (AssemblyScript, Zig, TinyGo) does not: name the world with --world.
/// The module must then export what the canonical ABI of that world requires,
/// including cabi_realloc, and import nothing.
#[derive(Args, Debug)]
pub(crate) struct PackArgs {
    /// The core module
    #[arg(value_name = "MODULE.wasm")]
    module: PathBuf,

    /// The world of the module, if the module does not name it
    #[arg(long, value_name = "WORLD", value_parser = choice::world())]
    world: Option<World>,

    /// The component's file; by default one of the module's name in the
    /// current directory
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
        let inputs = Inputs {
            named: std::slice::from_ref(&self.module),
            ..Inputs::default()
        };
        put(Some(output), &inputs, &component)?;
        let shown = sanchay::escaped(output.as_os_str().as_encoded_bytes());
        context.messages(ProgressDisplay::Nothing).note(format_args!(
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
