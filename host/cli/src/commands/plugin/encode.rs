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
use sanchay_plugin_templates::World;
use wit_component::{
    ComponentEncoder, DecodedWasm, StringEncoding, embed_component_metadata,
};

use super::{choice, confine::confine};
use crate::{exit::Exit, failure::Failure};

/// How much of a processor's time it may take, in seconds.
const SECONDS: u64 = 60;

/// The longest part of an error message that is reported, in bytes.
const COMPLAINT: usize = 4096;

/// Make a component of the core module on standard input.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct EncodeArgs {
    /// The world that the module is of, where it does not say so itself
    #[arg(long, value_name = "WORLD", value_parser = choice::world())]
    world: Option<World>,
}

impl EncodeArgs {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        confine(SECONDS);
        let mut module = Vec::new();
        let component = io::stdin()
            .read_to_end(&mut module)
            .map_err(|error| error.to_string())
            .and_then(|_| encode(module, self.world));
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

fn encode(
    mut module: Vec<u8>,
    world: Option<World>,
) -> Result<Vec<u8>, String> {
    if let Some(world) = world {
        let (resolve, id) = world.resolve()?;
        let encoding = StringEncoding::UTF8;
        embed_component_metadata(&mut module, &resolve, id, encoding)
            .map_err(says)?;
    }
    let component = ComponentEncoder::default()
        .module(&module)
        .map_err(says)?
        .validate(true)
        .encode()
        .map_err(says)?;
    let exports = exports(&component)?;
    // What the interfaces of plugins are called, but for their version.
    let interfaces = World::ALL
        .map(|world| format!("sanchay:inspect/{}@", world.interface()));
    let is_plugin = exports
        .iter()
        .any(|name| interfaces.iter().any(|it| name.starts_with(it)));
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

/// Has another process make a component of a module; or says why there is
/// none.
pub(super) fn elsewhere(
    module: &[u8],
    world: Option<World>,
) -> Result<Vec<u8>, String> {
    let cannot = |error: io::Error| format!("cannot run its encoder: {error}");
    let world = world.map(|it| format!("--world={}", it.kind()));
    let mut child = Command::new(env::current_exe().map_err(cannot)?)
        .args(["plugin", "encode"])
        .args(world)
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
