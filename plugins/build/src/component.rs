//! From a core module to a component, and what a component says of itself.

use sanchay_plugin_templates::World;
use wit_component::{ComponentEncoder, DecodedWasm};

use crate::Failure;

/// Makes a component of a core module that says what its world is.
///
/// # Errors
///
/// The module says no world, lacks a function of it, or imports what the
/// world does not.
pub fn pack(module: &[u8]) -> Result<Vec<u8>, Failure> {
    ComponentEncoder::default()
        .module(module)
        .and_then(|encoder| encoder.validate(true).encode())
        .map_err(|error| format!("cannot make the component: {error:#}"))
}

/// What a component imports and exports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// The names of what it imports.
    pub imports: Vec<String>,
    /// The names of what it exports.
    pub exports: Vec<String>,
}

/// Decodes a component, to learn from its bytes alone what it is.
///
/// # Errors
///
/// The bytes are no component.
pub fn names(component: &[u8]) -> Result<Names, Failure> {
    let decoded = wit_component::decode(component)
        .map_err(|error| format!("cannot decode the component: {error:#}"))?;
    let DecodedWasm::Component(resolve, world) = &decoded else {
        return Err("it is a WIT package, not a component".into());
    };
    let world =
        resolve.worlds.get(*world).ok_or("the component has no world")?;
    let names = |items: &mut dyn Iterator<Item = _>| {
        items.map(|key| resolve.name_world_key(key)).collect()
    };
    Ok(Names {
        imports: names(&mut world.imports.keys()),
        exports: names(&mut world.exports.keys()),
    })
}

/// Checks that a component is of a world, function by function and type by
/// type.
///
/// # Errors
///
/// What it lacks, or has and the world does not.
pub fn must_be(world: World, component: &[u8]) -> Result<(), Failure> {
    let (resolve, id) = world.resolve()?;
    wit_component::targets(&resolve, id, component)
        .map_err(|error| format!("it is not of the world {world}: {error:#}"))
}
