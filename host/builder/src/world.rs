//! Prints a world so that it is the same text whichever compiler made the
//! component: everything of which WIT leaves the order open stands by name.

use wit_component::WitPrinter;
use wit_parser::{PackageId, Resolve};

use crate::Failure;

/// A world and all that it refers to, written as WIT: `text` in this order.
///
/// # Errors
///
/// The text is not WIT.
pub fn in_order(text: &str) -> Result<String, Failure> {
    let mut resolve = Resolve::default();
    let package = resolve
        .push_str("world.wit", text)
        .map_err(|error| format!("{error:#}"))?;
    print(&mut resolve, package)
}

/// Prints a package and all that it refers to.
pub(crate) fn print(
    resolve: &mut Resolve,
    package: PackageId,
) -> Result<String, Failure> {
    sort(resolve);
    let mut others: Vec<_> = resolve
        .packages
        .iter()
        .filter(|(id, _)| *id != package)
        .map(|(id, package)| (package.name.to_string(), id))
        .collect();
    others.sort();
    let others: Vec<_> = others.into_iter().map(|(_, id)| id).collect();
    let mut printer = WitPrinter::default();
    printer
        .print(resolve, package, &others)
        .map_err(|error| format!("cannot print the world: {error:#}"))?;
    Ok(printer.output.to_string())
}

/// Sorts what is imported, exported and declared.
fn sort(resolve: &mut Resolve) {
    let ids: Vec<_> = resolve.worlds.iter().map(|(id, _)| id).collect();
    for id in ids {
        let Some(world) = resolve.worlds.get(id) else { continue };
        let (mut imports, mut exports) =
            (world.imports.clone(), world.exports.clone());
        imports.sort_by_cached_key(|key, _| resolve.name_world_key(key));
        exports.sort_by_cached_key(|key, _| resolve.name_world_key(key));
        if let Some(world) = resolve.worlds.get_mut(id) {
            (world.imports, world.exports) = (imports, exports);
        }
    }
    for (_, interface) in resolve.interfaces.iter_mut() {
        interface.types.sort_keys();
        interface.functions.sort_keys();
    }
    for (_, package) in resolve.packages.iter_mut() {
        package.interfaces.sort_keys();
        package.worlds.sort_keys();
    }
}
