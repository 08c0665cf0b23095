//! From a core module to a component, and what a component says of itself.

use std::fmt;

use wit_component::{ComponentEncoder, DecodedWasm};
use wit_parser::{Resolve, WorldId};

use crate::{Failure, root};

/// A world that a plugin can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum World {
    /// Judges entries of directories.
    Filter,
    /// Extracts values from files.
    Extractor,
}

impl World {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Filter, Self::Extractor];

    /// What the WIT package calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Filter => "filter-plugin",
            Self::Extractor => "extractor-plugin",
        }
    }

    /// The name by which generated C code calls its interface.
    #[must_use]
    pub fn interface(self) -> &'static str {
        match self {
            Self::Filter => "judging",
            Self::Extractor => "extracting",
        }
    }

    /// Parses the WIT package and finds the world in it.
    ///
    /// # Errors
    ///
    /// The package cannot be read or has no such world.
    pub fn resolve(self) -> Result<(Resolve, WorldId), Failure> {
        let wit = root().join("wit");
        let mut resolve = Resolve::default();
        let failed = |error| format!("{}: {error:#}", wit.display());
        let (package, _) = resolve.push_path(&wit).map_err(failed)?;
        let world = resolve
            .select_world(&[package], Some(self.name()))
            .map_err(failed)?;
        Ok((resolve, world))
    }
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

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
    wit_component::targets(&resolve, id, component, false)
        .map_err(|error| format!("it is not of the world {world}: {error:#}"))
}
