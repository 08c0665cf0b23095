//! `sanchay plugin pack`: a component of the core module that a compiler
//! wrote.

use std::path::{Path, PathBuf};

use clap::Args;
use wit_component::ComponentEncoder;

use crate::{
    context::Context,
    exit::Exit,
    failure::Failure,
    output::{Inputs, put},
    plugins::read,
};

/// What WebAssembly begins with.
const MAGIC: &[u8] = b"\0asm";

/// Make a component of a core module that a compiler wrote.
#[derive(Args, Debug)]
pub(crate) struct PackArgs {
    /// The core module, with the description of its world that wit-bindgen
    /// leaves in it
    #[arg(value_name = "MODULE.wasm")]
    module: PathBuf,

    /// Where the component goes; by default a file of the module's name in
    /// the current directory
    #[arg(short, long, value_name = "FILE.wasm")]
    output: Option<PathBuf>,
}

impl PackArgs {
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let module = read(&self.module)?;
        let component = encode(&module)
            .map_err(|why| Failure::Pack { path: self.module.clone(), why })?;
        let name = self.module.file_name().unwrap_or_default();
        let output = self.output.as_deref().unwrap_or(Path::new(name));
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

fn encode(module: &[u8]) -> Result<Vec<u8>, String> {
    if !module.starts_with(MAGIC) {
        return Err("it is no WebAssembly module".to_owned());
    }
    let says = |error| format!("{error:#}");
    ComponentEncoder::default()
        .module(module)
        .map_err(says)?
        .validate(true)
        .encode()
        .map_err(says)
}
