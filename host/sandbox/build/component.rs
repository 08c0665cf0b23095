//! Makes the component from the guest's core module, and checks it.

use wit_component::{ComponentEncoder, DecodedWasm, WitPrinter};

use crate::Failure;

/// The component may not be larger, in bytes.
const CEILING: usize = 400 * 1024;

/// A component and what it says of itself.
pub(crate) struct Component {
    /// Its binary form.
    pub(crate) bytes: Vec<u8>,
    /// Its world, printed.
    pub(crate) wit: String,
    /// The names of what its world exports.
    pub(crate) exports: Vec<String>,
    /// The names of what its world imports.
    pub(crate) imports: Vec<String>,
}

/// Makes a component from a core module, and fails unless it is small and
/// imports nothing.
pub(crate) fn make(module: &[u8]) -> Result<Component, Failure> {
    let bytes = ComponentEncoder::default()
        .module(module)
        .and_then(|encoder| encoder.validate(true).encode())
        .map_err(|error| format!("cannot make the component: {error:#}"))?;
    let component = describe(bytes)?;
    if !component.imports.is_empty() {
        return Err(format!(
            "the component must import nothing, but imports {}",
            component.imports.join(", "),
        ));
    }
    if component.bytes.len() > CEILING {
        return Err(format!(
            "the component has {} bytes; {CEILING} are allowed",
            component.bytes.len(),
        ));
    }
    Ok(component)
}

/// Decodes a component to learn its world from the bytes alone.
fn describe(bytes: Vec<u8>) -> Result<Component, Failure> {
    let unreadable = |error| format!("cannot decode the component: {error:#}");
    let decoded = wit_component::decode(&bytes).map_err(unreadable)?;
    let DecodedWasm::Component(resolve, world) = &decoded else {
        return Err("the guest is a WIT package, not a component".into());
    };
    let world =
        resolve.worlds.get(*world).ok_or("the component has no world")?;
    let names = |items: &mut dyn Iterator<Item = _>| {
        items.map(|key| resolve.name_world_key(key)).collect()
    };
    let exports = names(&mut world.exports.keys());
    let imports = names(&mut world.imports.keys());

    let package = decoded.package();
    let others: Vec<_> = resolve
        .packages
        .iter()
        .map(|(id, _)| id)
        .filter(|id| *id != package)
        .collect();
    let mut printer = WitPrinter::default();
    printer.print(resolve, package, &others).map_err(unreadable)?;
    let wit = printer.output.to_string();
    Ok(Component { bytes, wit, exports, imports })
}
