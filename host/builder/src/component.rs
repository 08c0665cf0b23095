//! Makes a component from a core module, and tells what it is from its bytes
//! alone.

use wit_component::{ComponentEncoder, DecodedWasm};

use crate::{Failure, world};

/// A component and what it says of itself.
#[derive(Debug)]
pub struct Component {
    /// Its binary form.
    pub bytes: Vec<u8>,
    /// Its world, printed.
    pub wit: String,
    /// The names of what its world exports.
    pub exports: Vec<String>,
    /// The names of what its world imports.
    pub imports: Vec<String>,
}

/// Makes a component from a core module.
///
/// # Errors
///
/// The module says no world or is not what its world asks for; or the
/// component has more than `ceiling` bytes.
pub fn make(module: &[u8], ceiling: usize) -> Result<Component, Failure> {
    let bytes = ComponentEncoder::default()
        .module(module)
        .and_then(|encoder| encoder.validate(true).encode())
        .map_err(|error| format!("cannot make the component: {error:#}"))?;
    if bytes.len() > ceiling {
        return Err(format!(
            "the component has {} bytes; {ceiling} are allowed",
            bytes.len(),
        ));
    }
    describe(bytes)
}

/// Decodes a component, to learn its world from the bytes alone.
fn describe(bytes: Vec<u8>) -> Result<Component, Failure> {
    let unreadable = |error| format!("cannot decode the component: {error:#}");
    let mut decoded = wit_component::decode(&bytes).map_err(unreadable)?;
    let DecodedWasm::Component(resolve, id) = &mut decoded else {
        return Err("the guest is a WIT package, not a component".into());
    };
    let world = resolve.worlds.get(*id).ok_or("the component has no world")?;
    let names = |items: &mut dyn Iterator<Item = _>| {
        items.map(|key| resolve.name_world_key(key)).collect()
    };
    let exports = names(&mut world.exports.keys());
    let imports = names(&mut world.imports.keys());
    let package = world.package.ok_or("the world is in no package")?;
    let wit = world::print(resolve, package)?;
    Ok(Component { bytes, wit, exports, imports })
}
