//! `sanchay plugin pack`: a component of the core module that a compiler
//! wrote.

use std::path::{Path, PathBuf};

use clap::Args;
use wit_component::{
    ComponentEncoder, DecodedWasm, StringEncoding, embed_component_metadata,
};

use super::wit;
use super::world::World;
use crate::{
    context::Context,
    exit::Exit,
    failure::Failure,
    output::{put, spare},
    plugins::read,
};

/// What WebAssembly begins with, and what tells a component from a module.
const MAGIC: &[u8] = b"\0asm";
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

/// What the interfaces of plugins are called, but for their version.
const INTERFACES: [&str; 2] =
    ["sanchay:inspect/judging@", "sanchay:inspect/extracting@"];

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
    #[arg(long, value_name = "WORLD", value_enum)]
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
        spare(Some(output), &[std::slice::from_ref(&self.module)])?;
        let component = encode(module, self.world)
            .map_err(|why| Failure::Pack { path: self.module.clone(), why })?;
        put(Some(output), &component)?;
        let shown = sanchay::escaped(output.as_os_str().as_encoded_bytes());
        context.messages(false, false).note(format_args!(
            "{shown}: a component of {} bytes",
            component.len()
        ));
        Ok(Exit::Done)
    }
}

fn encode(
    mut module: Vec<u8>,
    world: Option<World>,
) -> Result<Vec<u8>, String> {
    if module.starts_with(COMPONENT) {
        return Err("it is a component already, and needs no packing: \
                    sanchay plugin check tells whether it can be used"
            .to_owned());
    }
    if !module.starts_with(MAGIC) {
        return Err("it is no WebAssembly module".to_owned());
    }
    if let Some(world) = world {
        let (resolve, id) = wit::world(world.name())?;
        let encoding = StringEncoding::UTF8;
        embed_component_metadata(&mut module, &resolve, id, encoding, false)
            .map_err(says)?;
    }
    let component = ComponentEncoder::default()
        .module(&module)
        .map_err(says)?
        .validate(true)
        .encode()
        .map_err(says)?;
    let exports = exports(&component)?;
    let is_plugin = exports.iter().any(|name| {
        INTERFACES.iter().any(|interface| name.starts_with(interface))
    });
    match (is_plugin, &*exports) {
        (true, _) => Ok(component),
        (false, []) => Err("it does not say which world it is of: \
                            --world filter or --world extractor tells it"
            .to_owned()),
        (false, [first, ..]) => {
            Err(format!("it is of another world: it exports {first}"))
        }
    }
}

/// The names of what a component exports.
fn exports(component: &[u8]) -> Result<Vec<String>, String> {
    let decoded = wit_component::decode(component).map_err(says)?;
    let DecodedWasm::Component(resolve, world) = &decoded else {
        return Ok(Vec::new());
    };
    let exports = resolve.worlds.get(*world).map(|it| &it.exports);
    let keys = exports.into_iter().flat_map(|it| it.keys());
    Ok(keys.map(|key| resolve.name_world_key(key)).collect())
}

/// What wit-component says.
fn says(error: impl std::fmt::Display) -> String {
    format!("{error:#}")
}
